"""The steps of CONTRIBUTING.md: where one is left out, a test here says what is missing."""

import re
from pathlib import Path

import pytest
from together import together

from driftsim.adaptation.detectors import OfRiver
from driftsim.cli import options
from driftsim.evaluation.metrics import METRICS
from driftsim.examples import CONCEPTS, PARTS
from driftsim.kinds import FAMILIES, comment, ordered_keys
from driftsim.report.figures import KINDS
from driftsim.streams.recorded import Recorded

ROOT = Path(__file__).resolve().parents[1]
GLANCE, SCENARIOS, GENERATORS, FIGURES, MEASURES, COMPILED = (
    (ROOT / path).read_text(encoding="utf-8")
    for path in (
        "docs/kinds.md",
        "docs/scenarios.md",
        "docs/generators.md",
        "docs/figures.md",
        "docs/measures.md",
        "docs/compiled.md",
    )
)
OWN = [
    (family, name, kind)
    for family, parts in FAMILIES.items()
    for name, kind in parts.kinds.items()
    if kind.__module__.startswith("driftsim.")
]


def require(found, missing):
    """Fail with one line that says what is missing, instead of a traceback."""
    if not found:
        pytest.fail(missing, pytrace=False)


@together("family, name, kind", OWN)
def test_a_kind_has_a_docstring_an_example_and_parameters_that_are_explained(family, name, kind):
    require(kind.__doc__, f"{family} '{name}' has no docstring: say in one sentence what it is")
    examples = [one for one in PARTS[family] if one == name or one.startswith(f"{name}.")]
    cure = f"add it to {'CONCEPTS' if family == 'concept' else 'PARTS'} of driftsim/examples.py"
    require(examples, f"{family} '{name}' has no example: {cure}")
    mute = [key for key, field in ordered_keys(kind).items() if not comment(kind, field)]
    cure = "write its meaning or its unit as a comment behind the field"
    require(not mute, f"of {family} '{name}' nothing says what {mute} means: {cure}")


@together("family, name, kind", OWN)
def test_a_kind_is_named_in_the_docs(family, name, kind):
    if "package" in vars(kind) or name == "last":
        return  # is written by path, or as a number alone
    if family != "memory":
        cure = "add it to the table"
        require(f"`{name}`" in GLANCE, f"docs/kinds.md does not name {family} '{name}': {cure}")
    if family in ("policy", "labels", "memory"):
        cure = "describe it, with its parameters"
        found = re.search(rf"`{name}`|kind: {name}\b", SCENARIOS)
        require(found, f"docs/scenarios.md does not name {family} '{name}': {cure}")


@together("name", [one for one in PARTS["detector"] if "." not in one])
def test_a_detector_of_river_that_runs_compiled_is_named_in_the_docs(name):
    kind = FAMILIES["detector"].kinds[name]
    if not issubclass(kind, OfRiver) or kind().engine() != "compiled":
        return
    cure = "add it to the row `detectors`"
    require(f"`{name}`" in COMPILED, f"docs/compiled.md does not name detector '{name}': {cure}")


@together("name", CONCEPTS)
def test_a_concept_is_drawn_in_the_docs(name):
    cure = "run `.venv/bin/python docs/generators.py`"
    shown = f"\n## {name}\n" in GENERATORS
    require(shown, f"docs/generators.md does not show '{name}': {cure}")
    picture = ROOT / "docs" / "pictures" / f"{name}.png"
    require(picture.exists(), f"docs/pictures/ has no picture of '{name}': {cure}")


@together("family, name, kind", OWN)
def test_a_concept_that_draws_rows_is_shown_before_and_after_a_drift(family, name, kind):
    if family != "concept" or name not in PARTS["concept"] or issubclass(kind, Recorded):
        return
    missing = f"concept '{name}' is in PARTS of driftsim/examples.py: move it to CONCEPTS"
    require(name in CONCEPTS, missing)


@together("metric", METRICS.values(), ids=METRICS)
def test_a_metric_is_in_the_docs_as_it_is_declared(metric):
    better = ("lower" if metric.lower_is_better else "higher") if metric.ranks else "–"
    line = f"| `{metric.name}` | {better} | {metric.meaning} |"
    require(line in MEASURES.splitlines(), f"docs/measures.md lacks this line: {line}")
    if metric.by_class is not None:
        (named,) = re.findall(r"^(.*) also exist for one class", MEASURES, re.M)
        cure = f"add it to '{named} also exist …'"
        require(f"`{metric.name}`" in named, f"docs/measures.md lacks '{metric.name}': {cure}")


@together("name", METRICS)
def test_a_metric_has_a_known_answer(name):
    tests = (ROOT / "tests" / "evaluation" / "test_metrics.py").read_text(encoding="utf-8")
    cure = "add it to KNOWN of tests/evaluation/test_metrics.py"
    require(f'"{name}": ' in tests, f"'{name}' has no known answer: {cure}")


@together("name", KINDS)
def test_a_figure_is_in_the_docs_and_the_help(name):
    shown = f"\n## {name}\n" in FIGURES
    require(shown, f"docs/figures.md has no section '## {name}': add one")
    cure = "add it to FIGURES"
    named = re.search(rf"\b{name}\b", options.FIGURES)
    require(named, f"driftsim/cli/options.py does not name '{name}': {cure}")
