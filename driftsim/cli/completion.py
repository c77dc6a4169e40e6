"""Completion: the names that a shell completes, read from files rather than imported, as it waits.

What cannot be read has no names: a shell has no place for a message.
"""

import json
import os
import re
import shlex
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import typer

from driftsim.json_schema import SHIPPED

KINDS = ".kinds"  # the end of the name of the schema that lists those of a family


def kinds(incomplete: str) -> Iterator[tuple[str, str]]:
    """Families, kinds and metrics that begin so, each with what it is."""
    schemas = shipped()
    found = {family.removesuffix(KINDS): "a family" for family in schemas if family.endswith(KINDS)}
    for name, one in schemas.items():
        if name.endswith(KINDS):
            found |= dict(zip(one["enum"], one["enumDescriptions"]))
    found |= {"metric": "what a report says of windows of rows"} | of_metrics(schemas)
    paths = [
        path for one in ("learner", "detector") for path in schemas[f"{one}.paths"]["examples"]
    ]
    found |= {path: "" for path in paths if "." in path and "." in incomplete}
    yield from ((name, meaning) for name, meaning in found.items() if name.startswith(incomplete))


def metrics(incomplete: str) -> Iterator[tuple[str, str]]:
    """Metrics that begin so, each with what it is."""
    found = of_metrics(shipped())
    yield from ((name, meaning) for name, meaning in found.items() if name.startswith(incomplete))


def figures(incomplete: str) -> Iterator[str]:
    """Figures that begin so."""
    names = shipped()["Report"]["properties"]["figures"]["items"]["enum"]
    yield from beginning(names, incomplete)


def pictures(incomplete: str) -> Iterator[str]:
    """Figures with commas between them, the last of which begins so."""
    *before, last = incomplete.split(",")
    given = "".join(f"{one}," for one in before)
    names = [] if before else ["none", "all"]
    yield from (given + name for name in [*beginning(names, last), *figures(last)])


def among(names: Iterable[str]) -> Callable[[str], list[str]]:
    """What completes one of some names."""

    def begun(incomplete: str) -> list[str]:
        return beginning(names, incomplete)

    return begun


def contenders(ctx: typer.Context, incomplete: str) -> Iterator[str]:
    """Contenders of the scenarios of a command that begin so."""
    yield from map(escaped, beginning(names_in(ctx, "models"), incomplete))


def streams(ctx: typer.Context, incomplete: str) -> Iterator[str]:
    """Streams of the suites of a command that begin so."""
    yield from map(escaped, beginning(names_in(ctx, "streams"), incomplete))


def names_in(ctx: typer.Context, key: str) -> list[str]:
    """The names below a key of the scenarios, or of the reports, that a command is given."""
    from driftsim.messages import ScenarioError
    from driftsim.scenario.files import from_file

    found: list[str] = []
    given = ctx.params.get("scenario") or ctx.params.get("report")
    for path in map(Path, given or ctx.args):  # not parsed where an option still lacks its value
        file = path / "scenario.yaml" if path.is_dir() else path
        try:
            named = from_file(file, [])[1].get(key)
        except ScenarioError:
            continue
        found += named if isinstance(named, dict) else ()
    return [*dict.fromkeys(found)]


def escaped(name: str) -> str:
    """A name as it is to stand on the line: bash, unlike others, escapes no blanks by itself."""
    if os.environ.get("_DRIFTSIM_COMPLETE") != "complete_bash":
        return name
    try:
        shlex.split(os.environ.get("COMP_WORDS", ""))
    except ValueError:  # within quotes that are still open
        return name
    return Escaped(re.sub(r"[^\w@%+=:,./-]", r"\\\g<0>", name))


class Escaped(str):
    """An escaped name, which typer compares with what was typed before it was escaped."""

    def startswith(self, *typed: object) -> bool:
        return True


def beginning(names: Iterable[str], incomplete: str) -> list[str]:
    """Names that begin so."""
    return [name for name in names if name.startswith(incomplete)]


def of_metrics(schemas: dict[str, Any]) -> dict[str, str]:
    """Each metric with what it is."""
    known = schemas["Report"]["properties"]["metrics"]["items"]["anyOf"][1]["allOf"][1]
    return dict(zip(known["enum"], known["enumDescriptions"]))


def shipped() -> dict[str, Any]:
    """The definitions of the schema that is shipped; without it none."""
    found: dict[str, Any] = json.loads(SHIPPED.read_text(encoding="utf-8"))["definitions"]
    return found
