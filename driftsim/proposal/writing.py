"""Writing: a new scenario as a file, which never takes the place of another."""

from collections.abc import Callable
from pathlib import Path
from shlex import quote

from driftsim.files import reason
from driftsim.messages import ScenarioError, line

WIDEST = 100  # characters of a line


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
