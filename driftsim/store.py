"""The store: one Parquet file for each finished run, so that an interrupted study resumes."""

import hashlib
import json
import os
from contextlib import suppress
from functools import cache
from importlib import metadata
from pathlib import Path

import numpy as np

from driftsim.evaluation.trace import Probes, Trace
from driftsim.messages import line
from driftsim.parts import dumped
from driftsim.workers.team import alive

FORMAT = 5  # raised when the same run would leave another file
ONCE = ("alarm_rows", *(f"probe_{name}" for name in Probes._fields))  # columns: a list in one row
UNFINISHED = ".unfinished"  # how the names of files end that are being written
SEAL, OPEN = b"driftsim-seal:", b"0" * 64  # the mark of a hash in a file, and the place of it


class StoreError(Exception):
    """A stored run that cannot be read, or a folder that cannot be written."""


class Store:
    """A folder of traces, each named by the hash of all it follows from."""

    def __init__(self, folder):
        self.folder = Path(folder)

    def __contains__(self, run):
        return self.path(run).exists() and (not predicts(run) or self._predictions(run).exists())

    def path(self, run):
        """Where the trace of a run is kept."""
        return self.folder / f"{run.key}.parquet"

    def save(self, run, trace):
        """Keep a trace; its file appears whole or not at all."""
        import pyarrow as pa

        about = {"interval": trace.interval, "widths": widths(trace)} | run.about
        if trace.predictions is not None:
            first = int(trace.columns["first_row"][0])
            rows = np.arange(first, first + len(trace.predictions))
            predictions = pa.table({"row": rows, "predicted": trace.predictions})
            self._write(predictions, self._predictions(run), about)
        self._write(pa.table(flat(trace) | once(trace)), self.path(run), about)

    def load(self, run):
        """The trace of a run, as it was saved; raises `StoreError` where its file is not that."""
        table, about = self._read(self.path(run), run)
        kept = {n: table[n][0].values.to_numpy() for n in ONCE if n in table.column_names}
        plain = [name for name in table.column_names if name not in kept]
        columns = {name: table[name].to_numpy() for name in plain}
        for name, k in about["widths"].items():
            columns[name] = np.column_stack([columns.pop(f"{name}_{i}") for i in range(k)])
        alarms, *probes = map(kept.get, ONCE)
        if probes := None if probes[0] is None else Probes(*probes):
            probes = probes._replace(errors=probes.errors.reshape(len(probes.rows), -1))
        return Trace(columns, about["interval"], self._predicted(run), probes, alarms)

    def beside(self, run, name, text):
        """Keep a text of a run beside its trace, as a file; gives its path."""
        return write_atomically(self._named(run, name), text.encode(errors="replace"))

    def clear(self, run, name):
        """Remove a text that was kept of a run before."""
        with suppress(OSError):
            self._named(run, name).unlink(missing_ok=True)

    def _named(self, run, name):
        return self.folder / f"{run.key}.{name}"

    def _predicted(self, run):
        """The predictions that are kept of a run (n,); None where none were asked for."""
        if predicts(run):
            return self._read(self._predictions(run), run)[0]["predicted"].to_numpy()

    def _read(self, path, run):
        """The table in a file, and what it tells about itself, which has to be this very run."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            content = path.read_bytes()
            unsealed(content)
            table = pq.read_table(pa.BufferReader(content), page_checksum_verification=True)
            about = json.loads(table.schema.metadata[b"driftsim"])
            same_run(about, run)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
        except (pa.ArrowException, TypeError, KeyError, ValueError) as error:
            reason = str(error)
        else:
            return table, about
        said = f"{path}: cannot be read: {reason}; delete it, or run again with --fresh"
        raise StoreError(line(said, most=1_000)) from None

    def _predictions(self, run):
        return self.path(run).with_suffix(".predictions.parquet")

    def _write(self, table, path, about):
        import pyarrow as pa
        import pyarrow.parquet as pq

        noted = {"driftsim": json.dumps(about), "seal": (SEAL + OPEN).decode()}
        table = table.replace_schema_metadata(noted)
        with pa.BufferOutputStream() as file:
            pq.write_table(table, file, compression="zstd", write_page_checksum=True)
            write_atomically(path, sealed(file.getvalue().to_pybytes()))


def sealed(content):
    """The bytes of a file, with the hash of all the others in the place that it keeps for it."""
    start = content.rindex(SEAL + OPEN) + len(SEAL)
    return content[:start] + seal_of(content, start) + content[start + len(OPEN) :]


def unsealed(content):
    """Check that bytes are those that were sealed; raises `ValueError` if a single bit is not.

    Before anything else looks at them: a reader of Parquet may fail in any way on other bytes.
    """
    start = content.rfind(SEAL) + len(SEAL)
    if start < len(SEAL):
        raise ValueError("it is damaged, or of a version of driftsim that sealed no files")
    if content[start : start + len(OPEN)] != seal_of(content, start):
        raise ValueError("it is damaged")


def seal_of(content, start):
    """The hash of all bytes but those from `start` that are to hold it."""
    view, seal = memoryview(content), hashlib.sha256()
    for part in (view[:start], OPEN, view[start + len(OPEN) :]):
        seal.update(part)
    return seal.hexdigest().encode()


def same_run(about, run):
    """Check that a file is about a run; raises `ValueError` if it is about another one."""
    if json.dumps({name: about.get(name) for name in run.about}) != json.dumps(run.about):
        raise ValueError("it is of another run, whose file has been moved or copied here")


def predicts(run):
    """Whether the predictions of a run are kept."""
    return getattr(run.rules, "predictions", False)


def once(trace):
    """Columns of what has an entry for no interval: a list in the first row, none in the others.

    In the metadata of a file a long list would make it unreadable.
    """
    import pyarrow as pa

    rest = len(trace.columns["rows"]) - 1
    found = {}
    for name, one in zip(ONCE, (trace.alarms, *(trace.probes or ()))):
        if one is not None:
            first = pa.ListArray.from_arrays([0, one.size], one.ravel())
            found[name] = pa.concat_arrays([first, pa.nulls(rest, first.type)])
    return found


def flat(trace):
    """Columns of one number each: `actual` of two classes is `actual_0` and `actual_1`."""
    wide = widths(trace)
    plain = {name: column for name, column in trace.columns.items() if name not in wide}
    return plain | {f"{n}_{i}": trace.columns[n][:, i] for n, k in wide.items() for i in range(k)}


def widths(trace):
    return {name: column.shape[1] for name, column in trace.columns.items() if column.ndim == 2}


def inputs(stream, contender, rules, seed, repeat, digests):
    """All that the trace of a run follows from, as plain data; no contender means the truth.

    They are the very objects that the run is played with, whole. `digests` holds the hashes of
    the files that the run reads, by path.
    """
    libraries = {concept.library for concept in stream.concepts.values()}
    about = {
        "stream": dumped(stream),
        "rules": dumped(rules),
        "seed": seed,
        "parts": sorted(set(digests.values())),
    }
    for name, concept in stream.concepts.items():
        if concept.files:
            about["stream"]["concepts"][name]["path"] = [digests[path] for path in concept.files]
    if contender is not None:
        about |= {"contender": dumped(contender), "repeat": repeat}
        libraries |= {contender.learner.library, contender.policy.library}
    return about | {"versions": versions(libraries - {None})}


def versions(libraries):
    """Those that an answer depends on, by name."""
    return {"format": str(FORMAT)} | {
        name: version(name) for name in sorted({"driftsim", "numpy", *libraries})
    }


@cache
def version(package):
    """The version of a package, looked up on the disk once."""
    return metadata.version(package)


def fingerprint(about):
    """The same for two runs only if they would leave the same trace.

    Keys stand in the order in which they are written: that of concepts decides which rules
    first, and that of parameters in which order seeds are drawn.
    """
    return hashlib.sha256(json.dumps(about).encode()).hexdigest()[:20]


def digest(path):
    """The hash of a file's bytes."""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def write_atomically(path, content):
    """Write bytes to a file that appears whole or not at all; gives its path."""
    unfinished = path.with_name(f"{path.name}.{os.getpid()}{UNFINISHED}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_bytes(content)
        unfinished.replace(path)
    except OSError as error:
        with suppress(OSError):
            unfinished.unlink()
        reason = (error.strerror or str(error)).lower()
        said = f"{path}: cannot be written: {reason}; make room there, or choose another --out"
        raise StoreError(said) from None
    return path


def remove_stale(folder):
    """Remove from a folder what a process was writing into it that has died since."""
    for path in Path(folder).glob(f"*{UNFINISHED}"):
        process = path.name.removesuffix(UNFINISHED).rpartition(".")[2]
        if process.isdecimal() and not alive(int(process)):
            path.unlink(missing_ok=True)
