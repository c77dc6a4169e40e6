"""Resolved scenarios: a study written out as a file again, with every default."""

from driftsim.notation import written
from driftsim.parts import distinct, dumped


def resolved(study):
    """A study as the YAML of a scenario file, with every default written out."""
    document = dumped(study.variants[0].scenario)
    if study.swept:
        document["sweep"] = {
            path: [*distinct([tried(variant, path) for variant in study.variants]).values()]
            for path in study.swept
        }
    return (f"# {study.question}\n" if study.question else "") + written(document)


def tried(variant, path):
    """What a swept path is set to; a file, from wherever the scenario is read again."""
    value, found = variant.setting[path], dumped(variant.scenario)
    if not isinstance(value, str):
        return value
    for word in path.split("."):
        found = found[int(word)] if isinstance(found, list) else found[word]
    return found if isinstance(found, str) else value
