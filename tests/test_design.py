"""The design page and the words of the project: both are held to the code."""

import inspect
import re
from pathlib import Path
from typing import ClassVar, get_origin

from together import together

from driftsim import kinds, rows  # noqa: F401  with them every part
from driftsim.adaptation.detectors import Detector
from driftsim.adaptation.memories import Memory
from driftsim.adaptation.policies import Policy
from driftsim.adaptation.policies.retraining import Retraining
from driftsim.evaluation.labels import Labels
from driftsim.evaluation.strategies import Strategy
from driftsim.learners.learner import Learner, Model
from driftsim.streams.concepts import Concept
from driftsim.streams.drifts import Drift

ROOT = Path(__file__).parents[1]
DESIGN = (ROOT / "docs/design.md").read_text(encoding="utf-8")
FAMILIES = [
    Labels,
    Strategy,
    Concept,
    Drift,
    Learner,
    Model,
    Detector,
    Memory,
    Policy,
    Retraining,
    rows.Event,
]
TEXTS = [
    path
    for pattern in ("README.md", "CONTRIBUTING.md", "docs/**/*.md", "docs/**/*.py", "driftsim/**/*")
    for path in sorted(ROOT.glob(pattern))
    if path.suffix in {".md", ".py", ".js", ".html", ".css"}
]
RETIRED = (
    "told said tells hears? heard hearing rung rings? upkeep afresh began deaf untold unheard "
    "lessons? taught quotient twins? grove borrowed tidied listens? listening committee recaller "
    "whoever catalogue"
)
RETIRED = re.compile(rf"(?:\b|_)(?:{'|'.join(RETIRED.split())})(?:\b|_)", re.IGNORECASE)
MEMBERS = re.compile(r"renamed_members\s*=\s*\{[^}]*\}|RENAMED\w*\s*=\s*\{[^}]*\}")


def tree():
    """The files of the package that the layout of the design names, as paths."""
    folders, found = [], []
    block = DESIGN[DESIGN.index("    driftsim/\n") :].split("\n    scenarios/")[0]
    for line in block.splitlines():
        name = line.split()[0]
        folders[(len(line) - len(line.lstrip())) // 4 - 1 :] = [name]
        if name.endswith(".py"):
            found.append("".join(folders))
    return found


def test_the_layout_names_every_module_once():
    modules = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "driftsim").rglob("*.py")
        if path.name != "__init__.py"
    ]
    assert sorted(tree()) == sorted(modules)


def test_the_table_of_flags_names_every_flag():
    named, family = set(), ""
    for row in re.findall(r"^\| ?(.*?) ?\| `(\w+)` \|", DESIGN, re.M):
        family = row[0].strip("`") or family
        named.add((family, row[1]))
    declared = {
        (family.__name__, name)
        for family in FAMILIES
        for name, kind in inspect.get_annotations(family).items()
        if get_origin(kind) is ClassVar or kind is ClassVar
    }
    assert {one for one in named if one[0] != "every part"} == declared
    assert {name for family, name in named if family == "every part"} == {
        "renamed_values",
        "renamed_members",
        "sought",
    }


@together("path", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_word_is_used_that_the_field_does_not_use(path):
    text = MEMBERS.sub("", path.read_text(encoding="utf-8"))
    found = [
        f"{path.name}:{i}: {one[0]}"
        for i, line in enumerate(text.splitlines(), 1)
        for one in RETIRED.finditer(line)
    ]
    assert not found


def test_a_retired_word_is_found_in_names_and_sentences():
    assert RETIRED.search("what it is told") and RETIRED.search("def _told_first(x)")
    assert not RETIRED.search("a Mersenne twister and its string")
