"""The store: a folder of traces, and which files are kept of each run."""

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from driftsim.atomic import StoreError, write_atomically
from driftsim.evaluation.row_scores import RowScores
from driftsim.evaluation.rules import TruthRules
from driftsim.evaluation.trace import Probes, Trace, scored_rows
from driftsim.files import identity, reason
from driftsim.messages import line
from driftsim.store.columns import (
    LISTS,
    as_arrow,
    as_numpy,
    flat_columns,
    flat_scores,
    list_columns,
    rows_of,
    widths,
)
from driftsim.store.inputs import versions_differ
from driftsim.store.sealed_files import read, write


class Kept(Protocol):
    """What the store knows of a run."""

    @property
    def key(self) -> str: ...  # its name, a hash
    @property
    def about(self) -> dict[str, Any]: ...  # all that its trace follows from
    @property
    def rules(self) -> TruthRules: ...


class Store:
    """A folder of traces, each named by the hash of all it follows from."""

    def __init__(self, folder: str | Path):
        self.folder = Path(folder)

    def __contains__(self, run: Kept) -> bool:
        return all((self.folder / name).exists() for name in files_of(run))

    def listed(self) -> "Listing":
        """The runs that are kept, as of now."""
        return Listing(self)

    def other_versions(self) -> str:
        """In which versions the run kept last differs from this process, in words; or empty."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            last = max(self.folder.glob("*.parquet"), key=os.path.getmtime)
            about = json.loads(pq.read_metadata(last).metadata[b"driftsim"])
            return versions_differ(about["versions"])
        except (pa.ArrowException, OSError, TypeError, KeyError, ValueError):
            return ""  # none is kept, or none that can be read

    def path(self, run: Kept) -> Path:
        """Where the trace of a run is kept."""
        return self.folder / trace_file(run)

    def save(self, run: Kept, trace: Trace):
        """Keep a trace; its file appears whole or not at all. Raises `StoreError` if it cannot."""
        about = {"interval": trace.interval, "widths": widths(trace)} | run.about
        if trace.predictions is not None:
            predictions = rows_of(trace) | {"predicted": trace.predictions}
            write(as_arrow(predictions), self._predictions(run), about)
        if trace.row_scores is not None:
            own = trace.row_scores
            rows = rows_of(trace) if own.t is None else {"row": own.t}
            write(as_arrow(rows | flat_scores(own)), self._scores(run), about)
        columns = as_arrow(flat_columns(trace)) | list_columns(trace)
        write(columns, self.path(run), about)

    def load(self, run: Kept) -> Trace:
        """The trace of a run, as it was saved; raises `StoreError` where its file is not that."""
        table, about = read(self.path(run), run.about)
        lists = {n: as_numpy(table[n][0].values) for n in LISTS if n in table.column_names}
        flat = [name for name in table.column_names if name not in lists]
        columns = {name: as_numpy(table[name].combine_chunks()) for name in flat}
        for name, k in about["widths"].items():
            columns[name] = np.column_stack([columns.pop(f"{name}_{i}") for i in range(k)])
        if keeps_scores(run):
            columns["scores"] = self._row_scores(run, columns).intervals()
        alarms, probes = lists.pop("alarm_rows", None), None
        if lists:
            rows, ruling, errors = lists.values()
            probes = Probes(rows, ruling, errors.reshape(len(rows), -1))
        return Trace(columns, about["interval"], self._predicted(run), probes, alarms)

    def beside(self, run: Kept, name: str, text: str) -> Path:
        """Keep a text about a run in a file beside its trace; returns its path."""
        return write_atomically(self.path_beside(run, name), text.encode(errors="replace"))

    def clear(self, run: Kept, name: str):
        """Remove a text that an earlier attempt at a run has left."""
        with suppress(OSError):
            self.path_beside(run, name).unlink(missing_ok=True)

    def path_beside(self, run: Kept, name: str) -> Path:
        """Where a text about a run is kept."""
        return self.folder / text_file(run, name)

    def _predicted(self, run):
        """The predictions that are kept of a run (n,); None where its rules keep none."""
        if keeps_predictions(run):
            table, _ = read(self._predictions(run), run.about)
            return as_numpy(table["predicted"].combine_chunks())

    def _row_scores(self, run, columns):
        """The scores of a run, from their file and the columns of its trace."""
        table, _ = read(self._scores(run), run.about)
        t, y, *scores = (as_numpy(column.combine_chunks()) for column in table.columns)
        rows, part = scored_rows(columns), t if "scored" in columns else None
        return RowScores(y, np.column_stack(scores), np.cumsum(rows) - rows, part)

    def _predictions(self, run):
        return self.folder / predictions_file(run)

    def _scores(self, run):
        return self.folder / scores_file(run)


class Listing:
    """The files of a store when they were listed, all at once: thousands are not asked for singly.

    Raises `StoreError` for a folder that cannot be read.
    """

    def __init__(self, store: Store):
        self._entries: dict[str, os.DirEntry[str]] = {}
        try:
            with os.scandir(store.folder) as entries:
                self._entries = {entry.name: entry for entry in entries}
        except (FileNotFoundError, NotADirectoryError):
            pass  # nothing has been kept there
        except OSError as error:
            raise StoreError(line(f"{store.folder}: cannot be read: {reason(error)}")) from None

    def __contains__(self, run: Kept) -> bool:
        return all(name in self._entries for name in files_of(run))

    def has_beside(self, run: Kept, name: str) -> bool:
        """Whether a text about a run is kept beside its trace."""
        return text_file(run, name) in self._entries

    def identities(self, run: Kept) -> list[list[int]]:
        """What changes whenever the files of a run do; raises `OSError` where one is gone."""
        return [identity(self._entries[name].path) for name in files_of(run)]


def files_of(run: Kept) -> list[str]:
    """The names of the files that are kept of a run."""
    beside = {predictions_file: keeps_predictions, scores_file: keeps_scores}
    return [trace_file(run), *(name(run) for name, keeps in beside.items() if keeps(run))]


def trace_file(run: Kept) -> str:
    """The name of the file with the trace of a run."""
    return f"{run.key}.parquet"


def predictions_file(run: Kept) -> str:
    """The name of the file with every prediction of a run."""
    return f"{run.key}.predictions.parquet"


def scores_file(run: Kept) -> str:
    """The name of the file with the scores of every row of a run."""
    return f"{run.key}.scores.parquet"


def text_file(run: Kept, name: str) -> str:
    """The name of the file with a text about a run."""
    return f"{run.key}.{name}"


def keeps_predictions(run: Kept) -> bool:
    """Whether every prediction of a run is kept."""
    return getattr(run.rules, "predictions", False)


def keeps_scores(run: Kept) -> bool:
    """Whether the scores of every row of a run are kept."""
    return getattr(run.rules, "scores", None) == "exact"
