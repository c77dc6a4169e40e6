"""Scenario files: their texts, and the names of the results that follow from theirs."""

from os.path import exists, expanduser, isfile
from pathlib import Path
from typing import Any

from driftsim.files import reason
from driftsim.messages import ScenarioError, guess, line, short
from driftsim.scenario.notation import NotationError, parsed, question
from driftsim.scenario.python_data import paths, plain
from driftsim.scenario.settings import Marks

IN_PYTHON = "in the scenario"  # where the parts of a dict stand
RESOLVED = "scenario.yaml"  # of a report, beside its runs
GIVE = "give a scenario file"
MOST_BYTES = 500_000  # of a file


def from_home(source: str | Path | dict[str, Any]) -> str | Path | dict[str, Any]:
    """A source whose path may begin with ~, the folder of the user."""
    return source if isinstance(source, dict) else expanduser(source)


def place_of(source: str | Path | dict[str, Any]) -> tuple[str, Path]:
    """What messages call a source, and the folder that its paths start from."""
    if isinstance(source, dict):
        return IN_PYTHON, Path()
    return str(source), Path(source).parent


def from_source(
    source: str | Path | dict[str, Any], known: list[str]
) -> tuple[str, dict[str, Any], Marks]:
    """The question of a scenario, what it holds, and where each part of that stands.

    `known` are the keys of a scenario. Raises `ScenarioError`.
    """
    if not isinstance(source, dict):
        return from_file(Path(source), known)
    document = plain(source)
    return "", document, dict.fromkeys([(), ("sweep",), *paths(document)], IN_PYTHON)


def from_file(path: Path, known: list[str]) -> tuple[str, dict[str, Any], Marks]:
    """The question of a scenario file, what it holds, and where each part of that stands.

    `known` are the keys of a scenario. Raises `ScenarioError`.
    """
    default_name(path)
    text = read(path)
    return question(text), *mapping(text, path, known)


def read(path: Path) -> str:
    """The text of a scenario file; raises `ScenarioError`."""
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            message = f"more than {MOST_BYTES:,} bytes; a scenario file is shorter"
            raise ScenarioError(line(f"{path}: {message}"))
        return content.decode("utf-8-sig")
    except OSError as error:
        cause = reason(error)
    except UnicodeDecodeError:
        cause = "it is not text in UTF-8"
    raise ScenarioError(line(f"{path}: cannot be read: {cause}; {scenario_meant(path)}"))


def scenario_meant(path: Path) -> str:
    """What to give in the place of a path that leads to no scenario."""
    if isfile(path / RESOLVED):
        return f"to run a report again, give {path / RESOLVED}"
    beside = {one.stem: one.name for one in path.parent.glob("*.y*ml")}
    close = "" if exists(path) else guess(path.stem, beside)
    return f"did you mean '{beside[close[14:-2]]}'?" if close.startswith("did") else GIVE


def mapping(text: str, path: Path, known: list[str]) -> tuple[dict[str, Any], Marks]:
    """The mapping that a text holds, and where each part of it stands."""
    try:
        document, lines = parsed(text)
    except NotationError as error:
        dotted = f"{'.'.join(error.path)}: " if error.path else ""
        raise ScenarioError(line(f"{path}:{error.line}: {dotted}{error}")) from None
    if not isinstance(document, dict):
        held = "is empty" if document is None else f"holds {short(document)}"
        message = f"the file {held}; a scenario is a mapping with the keys {', '.join(known)}"
        if path.suffix.lower() not in (".yaml", ".yml"):
            message += "; for a table, driftsim init writes one"
        raise ScenarioError(f"{path}:1: {message}")
    return document, {place: f"{path}:{number}" for place, number in lines.items()}


def default_name(source: str | Path | dict[str, Any]) -> str:
    """The name of the results: the file's, without its ending; raises `ScenarioError`.

    That of a report's own scenario is the report's, so that its runs are found again.
    """
    if isinstance(source, dict):
        return "scenario"
    path, folder = Path(source), Path(source).absolute().parent
    if path.name == RESOLVED and (folder / "runs").is_dir() and "." not in folder.name:
        path = folder
    return checked_name(path.name.removesuffix(path.suffix), f"{short(str(path))}: this", " file")


def checked_name(name: str, given: str = "", kind: str = "") -> str:
    """A name that the folder of results can have; raises `ScenarioError`."""
    if not name or any(c in "./\\" or not c.isprintable() for c in name):
        raise ScenarioError(
            f"{given or f'name {short(name)}'} cannot be the name of a scenario{kind}, which names "
            "the folder of its results; give it no path separators, dots or control characters but "
            "for an ending such as .yaml"
        )
    return name
