"""The steps of CONTRIBUTING.md: where one is left out, a test here says what is missing."""

import re
from pathlib import Path

import pytest

from driftsim import cli
from driftsim.evaluation.metrics import METRICS
from driftsim.examples import CONCEPTS, PARTS
from driftsim.kinds import FAMILIES
from driftsim.report.figures import KINDS
from driftsim.streams.recorded import Recorded

ROOT = Path(__file__).resolve().parents[1]
README, SCENARIOS, GENERATORS, FIGURES, MEASURES = (
    (ROOT / path).read_text(encoding="utf-8")
    for path in (
        "README.md",
        "docs/scenarios.md",
        "docs/generators.md",
        "docs/figures.md",
        "docs/measures.md",
    )
)
OWN = [
    pytest.param(family, name, kind, id=f"{family}-{name}")
    for family, parts in FAMILIES.items()
    for name, kind in parts.kinds.items()
    if kind.__module__.startswith("driftsim.")
]


@pytest.mark.parametrize(("family", "name", "kind"), OWN)
def test_a_kind_has_a_docstring_and_an_example(family, name, kind):
    assert kind.__doc__, f"{family} '{name}' has no docstring: say in one sentence what it is"
    examples = [one for one in PARTS[family] if one == name or one.startswith(f"{name}.")]
    cure = f"add it to {'CONCEPTS' if family == 'concept' else 'PARTS'} of driftsim/examples.py"
    assert examples, f"{family} '{name}' has no example: {cure}"


@pytest.mark.parametrize(("family", "name", "kind"), OWN)
def test_a_kind_is_named_in_the_docs(family, name, kind):
    if "package" in vars(kind) or name == "last":
        pytest.skip("is written by path, or as a number alone")
    if family != "memory":
        cure = "add it to the table"
        assert f"`{name}`" in README, f"README.md does not name {family} '{name}': {cure}"
    if family in ("policy", "labels", "memory"):
        cure = "describe it, with its parameters"
        found = re.search(rf"`{name}`|kind: {name}\b", SCENARIOS)
        assert found, f"docs/scenarios.md does not name {family} '{name}': {cure}"


@pytest.mark.parametrize("name", CONCEPTS)
def test_a_concept_is_drawn_in_the_docs(name):
    cure = "run `.venv/bin/python docs/generators.py`"
    assert f"\n## {name}\n" in GENERATORS, f"docs/generators.md does not show '{name}': {cure}"
    picture = ROOT / "docs" / "pictures" / f"{name}.png"
    assert picture.exists(), f"docs/pictures/ has no picture of '{name}': {cure}"


@pytest.mark.parametrize(("family", "name", "kind"), OWN)
def test_a_concept_that_draws_rows_is_shown_before_and_after_a_drift(family, name, kind):
    if family != "concept" or name not in PARTS["concept"] or issubclass(kind, Recorded):
        pytest.skip("is no such concept")
    assert name in CONCEPTS, (
        f"concept '{name}' is in PARTS of driftsim/examples.py: move it to CONCEPTS"
    )


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
def test_a_metric_is_in_the_docs_as_it_is_declared(metric):
    better = "lower" if metric.lower_is_better else "higher"
    line = f"| `{metric.name}` | {better} | {metric.meaning} |"
    assert line in MEASURES.splitlines(), f"docs/measures.md lacks this line: {line}"


@pytest.mark.parametrize("name", METRICS)
def test_a_metric_has_a_known_answer(name):
    files = (ROOT / "tests" / "evaluation").glob("test_*.py")
    tests = "".join(path.read_text(encoding="utf-8") for path in files)
    cure = "add one to tests/evaluation/test_metrics.py"
    assert f'"{name}"' in tests, f"no known answer of '{name}': {cure}"


@pytest.mark.parametrize("name", KINDS)
def test_a_figure_is_in_the_docs_and_the_help(name):
    assert f"\n## {name}\n" in FIGURES, f"docs/figures.md has no section '## {name}': add one"
    cure = "add it to FIGURES"
    assert re.search(rf"\b{name}\b", cli.FIGURES), f"driftsim/cli.py does not name '{name}': {cure}"
