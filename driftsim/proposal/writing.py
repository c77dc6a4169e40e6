"""Writing: a new scenario as a file, which never takes the place of another."""

from collections.abc import Callable
from pathlib import Path
from shlex import quote

from driftsim.files import reason
from driftsim.json_schema.files import modeline
from driftsim.messages import ScenarioError, line, short
from driftsim.scenario.files import checked_name

WIDEST = 100  # characters of a line


def write_named(name: str, text: str, to: Path | None = None) -> Path:
    """Write a scenario, below a line for editors, to a file called after it, and return its path.

    `to` is another file. Raises `ScenarioError`.
    """
    stem = name.removesuffix(".yaml").removesuffix(".yml")
    path = to or Path(f"{checked_name(stem, f'{short(name)}: this')}.yaml")
    return write_new(path, lambda: modeline(path) + text, f"driftsim new {quote(name)} --to FILE")


def write_new(path: Path, text: Callable[[], str], other: str) -> Path:
    """Write a scenario to a file that is not there yet, and return its path.

    `other` is a command that writes it to another file. Raises `ScenarioError`.
    """
    if path.suffix.lower() not in (".yaml", ".yml"):
        raise ScenarioError(line(f"{path}: is no name for a scenario; let it end in .yaml"))
    try:
        if path.exists():
            advice = f"`driftsim run {quote(str(path))}` runs it; to write another, {other}"
            raise ScenarioError(line(f"{path}: is there already; {advice}"))
        content = text()
        with path.open("x", encoding="utf-8") as file:
            file.write(content)
    except OSError as error:
        raise ScenarioError(line(f"{path}: cannot be written: {reason(error)}")) from None
    return path
