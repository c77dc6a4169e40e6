"""Resolved scenarios: a study written out as a file again, with every default."""

from typing import Any

from driftsim.distinct import distinct
from driftsim.parts import Adapter, dumped, parts_in
from driftsim.scenario.notation import yaml_text
from driftsim.scenario.report import Report
from driftsim.scenario.scenario import written_at
from driftsim.scenario.study import Study, Variant
from driftsim.streams.severity import MEASURES

IN_PYTHON = (
    "# What has a hash as its object or content was given from Python: no file can name it.\n"
)


def resolved(study: Study) -> str:
    """A study as the YAML of a scenario file, with every default written out.

    Objects from Python are written as their hashes, with a line that says so.
    """
    document = dumped(study.variants[0].scenario)
    if study.suite:
        document["models"] = {name: dumped(one) for name, one in study.contenders.items()}
        del document["stream"]
        document = {"streams": streams_of(study, document["evaluation"])} | document
    if swept := [path for path in study.swept if not (study.suite and path == "stream")]:
        document["sweep"] = dict(swept_values(study, path) for path in swept)
    parts = (one for variant in study.variants for one in parts_in(variant.scenario))
    note = IN_PYTHON if any(isinstance(one, Adapter) for one in parts) else ""
    return (f"# {study.question}\n" if study.question else "") + note + yaml_text(document)


def with_default_figures(study: Study) -> Study:
    """The same study, whichever of its figures are pictures: these change no number."""
    first, *others = study.variants
    report = first.scenario.report.model_copy(update={"figures": Report().figures})
    scenario = first.scenario.model_copy(update={"report": report})
    return study._replace(variants=[first._replace(scenario=scenario), *others])


def streams_of(study: Study, evaluation: dict[str, Any]) -> dict[str, Any]:
    """Each stream of a suite by its name, with its own keys of the `evaluation` that all share."""
    found = dict[str, Any]()
    for variant in study.variants:
        name = variant.setting["stream"]
        if name not in found:
            written = dumped(variant.scenario)
            rules = written["evaluation"]
            own = {key: value for key, value in rules.items() if value != evaluation[key]}
            found[name] = written["stream"] | ({"evaluation": own} if own else {})
    return found


def swept_values(study: Study, path: str) -> tuple[str, Any]:
    """A swept path with its values; of a severity asked for, the numbers found."""
    parent, _, word = path.rpartition(".")
    if word not in MEASURES or not isinstance(
        written_at(study.variants[0].scenario, parent), float
    ):
        return path, values_of(study, path)
    found = [written_at(variant.scenario, parent) for variant in study.variants]
    return parent, [*distinct(found).values()]


def values_of(study: Study, path: str) -> Any:
    """The values of a swept path, by their names where they have some."""
    if path not in study.named:
        return [*distinct([tried(variant, path) for variant in study.variants]).values()]
    found = dict[str, Any]()
    for variant in study.variants:
        written = written_at(variant.scenario, path)
        found.setdefault(variant.setting[path], written)
        if found[variant.setting[path]] is None:
            found[variant.setting[path]] = written
    return found


def tried(variant: Variant, path: str) -> Any:
    """The value of a swept path; of a file, a path that holds wherever the scenario is read."""
    value = variant.setting[path]
    if not isinstance(value, str):
        return value
    found = written_at(variant.scenario, path)
    return found if isinstance(found, str) else value
