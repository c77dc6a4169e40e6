"""Reports: what the traces of a study show, as tables, figures and a page."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from driftsim.report.results import Results
    from driftsim.runner.playing import Finished

__all__ = ["write"]


def write(
    results: "Results", folder: str | Path, failures: "Sequence[Finished]" = ()
) -> list[Path]:
    """Write pictures, tables and the page into a folder; gives their paths, the page last.

    Pictures are those of `report.figures`, and are not drawn again where they show these results.
    `failures` are runs that failed, which the page names. Raises `StoreError` for a folder that
    cannot be written.
    """
    from driftsim.report import files  # loads jinja2, which a run does without

    return files.write(results, folder, failures)
