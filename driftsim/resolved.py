"""Resolved scenarios: a study written out as a file again, with every default."""

from typing import Any

from driftsim.notation import yaml_text
from driftsim.parts import distinct, dumped
from driftsim.scenario import Study, Variant
from driftsim.settings import entry_at


def resolved(study: Study) -> str:
    """A study as the YAML of a scenario file, with every default written out."""
    document = dumped(study.variants[0].scenario)
    if study.swept:
        document["sweep"] = {
            path: [*distinct([tried(variant, path) for variant in study.variants]).values()]
            for path in study.swept
        }
    return (f"# {study.question}\n" if study.question else "") + yaml_text(document)


def tried(variant: Variant, path: str) -> Any:
    """The value of a swept path; of a file, a path that holds wherever the scenario is read."""
    value = variant.setting[path]
    if not isinstance(value, str):
        return value
    found = entry_at(dumped(variant.scenario), path)
    return found if isinstance(found, str) else value
