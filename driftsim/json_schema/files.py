"""Schema files: the schema of a scenario as text, the one that is shipped, and how to name it."""

import json
import os.path
from collections.abc import Iterable, Mapping
from pathlib import Path

from driftsim.atomic import write_atomically
from driftsim.json_schema import SHIPPED
from driftsim.parts import Imported

NAMED = "driftsim.schema.json"  # of a user, in the folder of a scenario, or above it


def schema_text(paths: Mapping[type[Imported], Iterable[str]], allow: Iterable[str] = ()) -> str:
    """The schema of a scenario as JSON, with a line for each key and each definition.

    `paths` are examples of classes of libraries, `allow` packages whose estimators can be named.
    """
    from driftsim.json_schema.scenario_schema import scenario_schema

    schema = scenario_schema(paths, tuple(allow))
    return "{\n" + ",\n".join(f"{dump(key)}: {lines(one)}" for key, one in schema.items()) + "\n}\n"


def lines(schema: object) -> str:
    """A value of the schema; of a mapping each entry in a line."""
    if not isinstance(schema, dict) or not all(isinstance(one, dict) for one in schema.values()):
        return dump(schema)
    return "{\n" + ",\n".join(f"{dump(key)}: {dump(one)}" for key, one in schema.items()) + "\n}"


def dump(value: object) -> str:
    """A value as JSON on one line."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def modeline(scenario: Path) -> str:
    """The comment by which editors find the schema of a scenario, with the end of its line.

    It names `driftsim.schema.json` beside the scenario, or above it in its git repository, by a
    relative path, so that it holds on other machines, too.
    """
    folder = folder_of(scenario)
    schema = Path(os.path.relpath(schema_above(folder) or folder / NAMED, folder)).as_posix()
    return f"# yaml-language-server: $schema={schema}\n"


def write_beside(scenario: Path) -> Path | None:
    """Write the shipped schema beside a scenario, unless its modeline names one that is there.

    Returns where it is written.
    """
    if schema_above(folder_of(scenario)):
        return None
    return write_atomically(scenario.parent / NAMED, SHIPPED.read_bytes())


def folder_of(scenario: Path) -> Path:
    """The folder of a scenario, with the names of all those above."""
    return Path(os.path.abspath(scenario)).parent


def schema_above(folder: Path) -> Path | None:
    """The schema that is in a folder, or above it in its git repository."""
    return next(
        (one / NAMED for one in folders_of_repository(folder) if (one / NAMED).is_file()), None
    )


def folders_of_repository(folder: Path) -> list[Path]:
    """A folder and those above it, up to the top of its git repository; without one it alone."""
    above = [folder, *folder.parents]
    depth = next((i for i, one in enumerate(above) if (one / ".git").exists()), 0)
    return above[: depth + 1]
