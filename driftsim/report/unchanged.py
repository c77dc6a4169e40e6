"""Unchanged reports: known to be of the same traces, rules and code, so that nothing is read."""

import os
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console

import driftsim
from driftsim.figure_names import FIGURES
from driftsim.files import content_hash, file_hash, identity
from driftsim.report.results import Results
from driftsim.runner.runs import Run
from driftsim.store import Listing
from driftsim.store.inputs import version
from driftsim.user_cache import keep, kept, place

LIBRARIES = ("numpy", "jinja2", "matplotlib", "rich", "river", "scikit-learn", "scipy", "numba")


class Printed(NamedTuple):
    """What is printed of a report."""

    text: str
    notes: list[str]  # on what is missing in it


class ReportNote:
    """A note beside the user's caches: which traces, rules and code a report was last made of.

    Of each trace it has the place on the disk, the size and the times of its last changes, of each
    file of the report its hash. It follows from all that a report does, and from the terminal.
    """

    def __init__(
        self,
        results: Results,
        runs: Iterable[Run],
        folder: Path,
        parts: Sequence[str],
        console: Console,
    ):
        where = os.path.abspath(folder)
        self._folder, self._note = folder, place("reports") / f"{content_hash(where.encode())}.json"
        terminal = console.width, console.is_terminal, console.color_system, console.encoding
        about = results.study.name, str(folder), [*parts], results.scenario_text, terminal
        self._mark = mark_of(results, runs, *about)

    def printed(self) -> Printed | None:
        """What is to be printed of the report, where it is there and nothing has changed."""
        known = kept(self._note)
        if self._mark is None or not isinstance(known, dict) or known.get("mark") != self._mark:
            return None
        if known["files"] != self._files(known["files"]):
            return None
        return Printed(*known["printed"])

    def keep(self, paths: Iterable[Path], printed: Printed):
        """Note that a report, of these files, is of these traces."""
        files = self._files([str(path.relative_to(self._folder)) for path in paths])
        if self._mark is not None and files is not None:
            keep(self._note, {"mark": self._mark, "files": files, "printed": printed})

    def _files(self, names: Iterable[str]) -> dict[str, str] | None:
        """The hashes of files of the report, and of whatever is named like a picture there."""
        pictures = [f"{name}.{suffix}" for name in FIGURES for suffix in ("png", "svg")]
        there = {*names, *(name for name in pictures if (self._folder / name).is_file())}
        try:
            return {name: file_hash(self._folder / name, large=False) for name in sorted(there)}
        except OSError:
            return None


def mark_of(results: Results, runs: Iterable[Run], *about: Any) -> str | None:
    """A hash of all that a report is made of; None where a trace is gone."""
    assert results.store is not None
    held = Listing(results.store)
    try:
        traces = [(run.key, held.identities(run)) for run in runs]
    except (KeyError, OSError):
        return None
    versions = [(name, version(name)) for name in LIBRARIES]
    return content_hash(repr((about, traces, versions, code_identity())).encode())


@cache
def code_identity() -> list[tuple[str, list[int]]]:
    """Each file of driftsim itself, and what changes whenever it does."""
    home = Path(driftsim.__file__).parent
    files = (path for path in home.rglob("*.*") if path.suffix != ".pyc" and path.is_file())
    return [(str(path.relative_to(home)), identity(path)) for path in sorted(files)]
