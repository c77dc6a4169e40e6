"""Resolved scenarios: a study written out as a file again, with every default."""

from typing import Any

from driftsim.notation import yaml_text
from driftsim.parts import Adapter, distinct, dumped, parts_in
from driftsim.scenario import Study, Variant
from driftsim.settings import entry_at

IN_PYTHON = (
    "# What has a hash as its object or content was given from Python: no file can name it.\n"
)


def resolved(study: Study) -> str:
    """A study as the YAML of a scenario file, with every default written out.

    Objects from Python are written as their hashes, with a line that says so.
    """
    document = dumped(study.variants[0].scenario)
    if study.swept:
        document["sweep"] = {
            path: [*distinct([tried(variant, path) for variant in study.variants]).values()]
            for path in study.swept
        }
    parts = (one for variant in study.variants for one in parts_in(variant.scenario))
    note = IN_PYTHON if any(isinstance(one, Adapter) for one in parts) else ""
    return (f"# {study.question}\n" if study.question else "") + note + yaml_text(document)


def tried(variant: Variant, path: str) -> Any:
    """The value of a swept path; of a file, a path that holds wherever the scenario is read."""
    value = variant.setting[path]
    if not isinstance(value, str):
        return value
    found = entry_at(dumped(variant.scenario), path)
    return found if isinstance(found, str) else value
