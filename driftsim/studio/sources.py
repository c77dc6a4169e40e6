"""Sources: a scenario file as the studio turns it, which is one stream without a sweep."""

from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from driftsim.scenario import Scenario, Study
from driftsim.scenario.files import default_name, from_file, mapping
from driftsim.scenario.loading import OF_STUDIES, resolve
from driftsim.scenario.notation import yaml_text
from driftsim.scenario.python_data import copied, paths
from driftsim.scenario.settings import Marks
from driftsim.scenario.suites import gather

FIRST = "first.yaml"  # the scenario that is shown where none is named


class Source(NamedTuple):
    """A scenario file, and what the studio leaves out of it."""

    name: str
    question: str
    folder: Path  # from which the paths of tables start
    documents: dict[str, dict[str, Any]]  # by their streams; "" without a suite
    notes: tuple[str, ...]  # on what is left out, a line each
    allow: tuple[str, ...] = ()  # packages whose estimators it may name

    def study(self, document: dict[str, Any]) -> Study:
        """The study of a document; raises `ScenarioError` with its mistakes."""
        marks: Marks = dict.fromkeys([(), ("sweep",), *paths(document)], self.name)
        study = resolve(copied(document), marks, self.name, self.folder, self.allow)
        return study._replace(name=self.name, question=self.question)

    def text(self, document: dict[str, Any]) -> str:
        """A document as a scenario file."""
        return (f"# {self.question}\n" if self.question else "") + yaml_text(document)


def source_of(path: Path | None, allow: tuple[str, ...] = ()) -> Source:
    """The source of a file, or of the scenario that is shown first; raises `ScenarioError`."""
    known = [*Scenario.model_fields, *OF_STUDIES]
    if path is None:
        text = files("driftsim.studio").joinpath(FIRST).read_text(encoding="utf-8")
        document, marks = mapping(text, Path("studio.yaml"), known)
        name, question, folder = "studio", text.splitlines()[0].lstrip("# "), Path()
    else:
        question, document, marks = from_file(path, known)
        name, folder = default_name(path), path.parent
    gather(document, marks)
    swept = [*(document.pop("sweep", None) or {})]
    notes = []
    if swept:
        notes.append(f"The sweep of {', '.join(swept)} is left out: turn the values here.")
    documents = of_streams(document, Source(name, question, folder, {}, (), allow))
    return Source(name, question, folder, documents, tuple(notes), allow)


def of_streams(document: dict[str, Any], source: Source) -> dict[str, dict[str, Any]]:
    """A document for each stream of a suite, with the contenders that can play it."""
    if "streams" not in document:
        return {"": document}
    found = {}
    for name, stream in document["streams"].items():
        alone = copied({"streams": {name: stream}, **without(document, "streams")})
        left_out = source.study(alone).variants[0].left_out
        own = stream.get("evaluation", {})
        models = {key: one for key, one in document["models"].items() if key not in left_out}
        found[name] = copied(
            {"stream": without(stream, "evaluation")}
            | without(document, "streams")
            | {"models": models, "evaluation": document.get("evaluation", {}) | own}
        )
    return found


def without(document: dict[str, Any], key: str) -> dict[str, Any]:
    """A mapping without a key."""
    return {name: one for name, one in document.items() if name != key}
