"""Inputs: all that the trace of a run follows from, and the hash that names it."""

import json
from collections.abc import Mapping
from functools import cache
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from driftsim.evaluation.prequential import Contender
from driftsim.evaluation.rules import TruthRules
from driftsim.files import content_hash
from driftsim.forms import listed
from driftsim.parts import dumped, written_out
from driftsim.streams.concepts import Concept
from driftsim.streams.operators.operator import leaves
from driftsim.streams.stream import Stream

FORMAT = 10  # raised when the same run would leave another file


def inputs(
    stream: Stream,
    contender: Contender | None,  # None for the truth
    rules: TruthRules,
    seed: int,
    repeat: int,
    hashes: dict[str, str],  # of the files that the run reads, by path
) -> dict[str, Any]:
    """All that the trace of a run follows from, as plain data: the objects it is played with."""
    libraries = {one.library for concept in stream.concepts.values() for one in leaves(concept)}
    about: dict[str, Any] = {
        "stream": dumped(stream),
        "rules": written_out(rules, dumped(rules)),
        "seed": seed,
        "parts": sorted(set(hashes.values())),
    }
    for name, concept in stream.concepts.items():
        name_by_content(about["stream"]["concepts"][name], concept, hashes)
    if revisions := stream.truth_revisions:
        about["truth_revisions"] = revisions
    if contender is not None:
        about |= {"contender": dumped(contender), "repeat": repeat}
        libraries |= contender.libraries
    return about | {"versions": versions(libraries)}


def name_by_content(written: Any, concept: Concept, hashes: dict[str, str]) -> None:
    """Put the hashes of files in the place of their paths, in a concept as plain data."""
    if concept.bases:
        for one, base in zip(listed(written["of"]), concept.bases):
            name_by_content(one, base, hashes)
    elif concept.files:
        written["path"] = [hashes[path] for path in concept.files]
        if written.get("labels") in hashes:
            written["labels"] = hashes[written["labels"]]


def versions(libraries: set[str | None]) -> dict[str, str]:
    """The versions that a trace depends on, by library."""
    names = {"driftsim", "numpy", *(name for name in libraries if name)}
    return {"format": str(FORMAT)} | {name: version(name) for name in sorted(names)}


def versions_differ(wanted: Mapping[str, str]) -> str:
    """Where this process has other versions than those wanted, in words; empty where it has not."""
    found = {name: str(FORMAT) if name == "format" else version(name) for name in wanted}
    differing = [name for name in wanted if found[name] != wanted[name]]
    return ", ".join(f"{name} {found[name]} in the place of {wanted[name]}" for name in differing)


@cache
def version(package: str) -> str:
    """The version of a distribution, looked up on the disk once; a hash of loose sources."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return sources_hash(package)


def sources_hash(package: str) -> str:
    """A hash of the Python files of a package that no distribution has installed."""
    found = find_spec(package)
    places = list(found.submodule_search_locations or ()) if found else []
    files = [path for place in places for path in sorted(Path(place).rglob("*.py"))]
    if not places and found and found.origin:
        files = [Path(found.origin)]
    return content_hash(b"".join(path.read_bytes() for path in files))


def fingerprint(about: dict[str, Any]) -> str:
    """A hash that two runs share only if they would leave the same trace.

    Keys are not sorted: the order of concepts decides which is in force first, the order of
    parameters in which order seeds are drawn.
    """
    return content_hash(json.dumps(about).encode())[:20]
