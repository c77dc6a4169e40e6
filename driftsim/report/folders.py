"""Folders of reports: which study one is of, and where the results of a scenario are."""

from collections.abc import Sequence
from os.path import exists, isfile
from pathlib import Path
from typing import Any

from driftsim.atomic import remove_stale, write_atomically
from driftsim.messages import ScenarioError, line
from driftsim.scenario import Study, load
from driftsim.store import Store


def stored_study(path: Path, out: Path, allow: Sequence[str], **changes: Any) -> tuple[Study, Path]:
    """The study of a report, or of a scenario that is run into `out`, and the folder of results.

    `changes` are those that `load` makes to a scenario; a report has its own already. Raises
    `ScenarioError` for what is neither.
    """
    if isfile(path) and (path.parent / "runs").is_dir():
        raise ScenarioError(
            line(f"{path}: this is a file of a report; give the folder {path.parent}")
        )
    if not exists(path):
        right = "give a folder that driftsim run wrote, or a scenario file"
        fault = f"there is neither a report nor a scenario of this name; {right}"
        raise ScenarioError(line(f"{path}: {fault}"))
    if not path.is_dir():
        study = load(path, allow=allow, **changes)
        return study, out / study.name
    if any(changes.values()):
        asked = "--set, --seeds, --only and --only-stream"
        fault = f"this is a report, whose scenario is as it is; leave out {asked}"
        raise ScenarioError(line(f"{path}: {fault}"))
    if not (path / "scenario.yaml").is_file():
        raise ScenarioError(line(f"{path}: {no_report(path)}"))
    try:
        study = load(path / "scenario.yaml", allow=allow)
        return study._replace(name=path.resolve().name), path
    except ScenarioError as error:
        own = " is called " in str(error)
        hint = f"\n{path}: if it has parts of your own, name their file with --with" if own else ""
        if other := Store(path / "runs").other_versions():
            hint += f"\n{path}: its runs are of another version, with {other} here; run it again"
        raise ScenarioError(f"{error}{hint}") from None


def writable(folders: list[Path]) -> list[Path]:
    """Folders, checked before any work; raises `StoreError` for one that cannot be written to."""
    for folder in folders:
        write_atomically(folder / "runs" / ".writable", b"").unlink(missing_ok=True)
        remove_stale(folder)
        remove_stale(folder / "runs")
    return folders


def no_report(folder: Path) -> str:
    """Why a folder without a scenario is no report, and what to give in its place."""
    if (folder / "runs").is_dir():
        return "its report is not written yet, as shares write none; give the scenario"
    fault = "this folder is no report: it has no scenario.yaml"
    return f"{fault}; give a folder that driftsim run wrote"
