"""The store: one Parquet file for each finished run, so that an interrupted study resumes."""

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from driftsim.atomic import StoreError, write_atomically
from driftsim.evaluation.prequential import Contender
from driftsim.evaluation.row_scores import RowScores
from driftsim.evaluation.rules import TruthRules
from driftsim.evaluation.trace import Probes, Trace, scored_rows
from driftsim.files import content_hash, identity, reason
from driftsim.messages import line
from driftsim.parts import dumped, written_out
from driftsim.streams.concepts import Concept
from driftsim.streams.operators.operator import Operator, leaves
from driftsim.streams.stream import Stream

FORMAT = 10  # raised when the same run would leave another file
LISTS = ("alarm_rows", *(f"probe_{name}" for name in Probes._fields))  # columns: one list each
SEAL, BLANK = b"driftsim-seal:", b"0" * 64  # what a file's own hash follows, and stands in for


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
            self._write(as_arrow(predictions), self._predictions(run), about)
        if trace.row_scores is not None:
            own = trace.row_scores
            rows = rows_of(trace) if own.t is None else {"row": own.t}
            self._write(as_arrow(rows | flat_scores(own)), self._scores(run), about)
        columns = as_arrow(flat_columns(trace)) | list_columns(trace)
        self._write(columns, self.path(run), about)

    def load(self, run: Kept) -> Trace:
        """The trace of a run, as it was saved; raises `StoreError` where its file is not that."""
        table, about = self._read(self.path(run), run)
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
            table, _ = self._read(self._predictions(run), run)
            return as_numpy(table["predicted"].combine_chunks())

    def _row_scores(self, run, columns):
        """The scores of a run, from their file and the columns of its trace."""
        table, _ = self._read(self._scores(run), run)
        t, y, *scores = (as_numpy(column.combine_chunks()) for column in table.columns)
        rows, part = scored_rows(columns), t if "scored" in columns else None
        return RowScores(y, np.column_stack(scores), np.cumsum(rows) - rows, part)

    def _read(self, path, run):
        """The table in a file, and its metadata, which must be about this very run."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            content = path.read_bytes()
            check_seal(content)
            reader = pa.BufferReader(content)
            # pq.read_table takes 1.4 times as long, by way of data sets. No threads: Arrow 18 now
            # and then ends a process badly whose threads have just read a file.
            file = pq.ParquetFile(reader, page_checksum_verification=True, pre_buffer=False)
            table = file.read(use_threads=False)
            about = json.loads(table.schema.metadata[b"driftsim"])
            check_run(about, run)
        except OSError as error:
            cause = reason(error)
        except (pa.ArrowException, TypeError, KeyError, ValueError) as error:
            cause = str(error)
        else:
            return table, about
        message = f"{path}: cannot be read: {cause}; delete it, or run again with --fresh"
        raise StoreError(line(message, most=1_000)) from None

    def _predictions(self, run):
        return self.folder / predictions_file(run)

    def _scores(self, run):
        return self.folder / scores_file(run)

    def _write(self, columns, path, about):
        import pyarrow as pa
        import pyarrow.parquet as pq

        metadata = {"driftsim": json.dumps(about), "seal": (SEAL + BLANK).decode()}
        table = pa.table(columns, metadata=metadata)
        with pa.BufferOutputStream() as file:
            pq.write_table(table, file, compression="zstd", write_page_checksum=True)
            write_atomically(path, sealed(file.getvalue().to_pybytes()))


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


def sealed(content: bytes) -> bytes:
    """The bytes of a file, its own hash in place of the blank one."""
    start = content.rindex(SEAL + BLANK) + len(SEAL)
    return content[:start] + seal_of(content, start) + content[start + len(BLANK) :]


def check_seal(content: bytes):
    """Check that bytes are those that were sealed; raises `ValueError` if a single bit differs.

    This comes before any parsing: a reader of Parquet may fail in any way on damaged bytes.
    """
    start = content.rfind(SEAL) + len(SEAL)
    if start < len(SEAL):
        raise ValueError("it is damaged, or of a version of driftsim that sealed no files")
    if content[start : start + len(BLANK)] != seal_of(content, start):
        raise ValueError("it is damaged")


def seal_of(content: bytes, start: int) -> bytes:
    """The hash of a file in which the hash itself, which begins at `start`, is blank."""
    view, seal = memoryview(content), hashlib.sha256()
    for part in (view[:start], BLANK, view[start + len(BLANK) :]):
        seal.update(part)
    return seal.hexdigest().encode()


def check_run(about: dict[str, Any], run: Kept):
    """Check that metadata are about a run; raises `ValueError` if they are about another one."""
    if json.dumps({name: about.get(name) for name in run.about}) != json.dumps(run.about):
        raise ValueError("it is of another run, whose file has been moved or copied here")


def keeps_predictions(run: Kept) -> bool:
    """Whether every prediction of a run is kept."""
    return getattr(run.rules, "predictions", False)


def keeps_scores(run: Kept) -> bool:
    """Whether the scores of every row of a run are kept."""
    return getattr(run.rules, "scores", None) == "exact"


def rows_of(trace: Trace) -> dict[str, np.ndarray]:
    """The column of the rows of a file with an entry for each row of a trace."""
    columns = trace.columns
    return {"row": np.arange(columns["first_row"][0], columns["last_row"][-1] + 1)}


def flat_scores(rows: RowScores) -> dict[str, np.ndarray]:
    """Columns of the label and the score of each class; of two classes of 1 alone."""
    first = 1 if rows.n_classes == 2 else 0
    return {"label": rows.y} | {f"score_{first + i}": one for i, one in enumerate(rows.values.T)}


def list_columns(trace: Trace) -> dict[str, Any]:
    """Columns of what has no entry for each interval: one list in the first row, then nulls.

    They are columns, as pyarrow cannot read back a file whose metadata hold a long list.
    """
    import pyarrow as pa

    rest = len(trace.columns["rows"]) - 1
    columns = {}
    for name, values in zip(LISTS, (trace.alarms, *(trace.probes or ()))):
        if values is not None:
            parts = as_arrow({"ends": np.array([0, values.size], np.int32), "": values.ravel()})
            first = pa.ListArray.from_arrays(*parts.values())
            columns[name] = pa.concat_arrays([first, pa.nulls(rest, first.type)])
    return columns


def as_arrow(columns: Mapping[str, np.ndarray]) -> dict[str, Any]:
    """Numbers in columns (n,) as arrays of Arrow, which would import pandas to read them itself."""
    import pyarrow as pa

    whole = {name: np.ascontiguousarray(column) for name, column in columns.items()}
    return {
        name: pa.Array.from_buffers(
            pa.from_numpy_dtype(column.dtype), len(column), [None, pa.py_buffer(column)]
        )
        for name, column in whole.items()
    }


def as_numpy(column) -> np.ndarray:
    """The numbers (n,) of an array of Arrow, without pandas too; a third of its bytes if short."""
    return np.from_dlpack(column).copy()


def flat_columns(trace: Trace) -> dict[str, np.ndarray]:
    """Columns of one number each: `actual` of two classes is `actual_0` and `actual_1`."""
    wide = widths(trace)
    flat = {name: column for name, column in trace.columns.items() if name not in {*wide, "scores"}}
    return flat | {f"{n}_{i}": trace.columns[n][:, i] for n, k in wide.items() for i in range(k)}


def widths(trace: Trace) -> dict[str, int]:
    """The numbers of entries in each row of the columns that have several, by name."""
    return {name: column.shape[1] for name, column in trace.columns.items() if column.ndim == 2}


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
    if isinstance(concept, Operator):
        below = written["of"] if isinstance(written["of"], list) else [written["of"]]
        for one, base in zip(below, concept.bases):
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
