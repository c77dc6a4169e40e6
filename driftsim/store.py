"""The store: one Parquet file for each finished run, so that an interrupted study resumes."""

import hashlib
import json
import os
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

import numpy as np

from driftsim.evaluation.trace import Probes, Trace
from driftsim.scenario import dumped

FORMAT = 5  # raised when the same run would leave another file
UNFINISHED = ".unfinished"  # how the names of files end that are being written


class StoreError(Exception):
    """A stored run that cannot be read, or a folder that cannot be written."""


class Store:
    """A folder of traces, each named by the hash of all it follows from."""

    def __init__(self, folder):
        self.folder = Path(folder)

    def __contains__(self, run):
        return self.path(run).exists()

    def path(self, run):
        """Where the trace of a run is kept."""
        return self.folder / f"{run.key}.parquet"

    def save(self, run, trace):
        """Keep a trace; its file appears whole or not at all."""
        import pyarrow as pa

        alarms = None if trace.alarms is None else trace.alarms.tolist()
        facts = {"interval": trace.interval, "widths": widths(trace)}
        about = facts | {"probes": told(trace.probes), "alarms": alarms} | run.about
        if trace.predictions is not None:
            first = int(trace.columns["first_row"][0])
            rows = np.arange(first, first + len(trace.predictions))
            predictions = pa.table({"row": rows, "predicted": trace.predictions})
            self._write(predictions, self._predictions(run), about)
        self._write(pa.table(flat(trace)), self.path(run), about)

    def load(self, run):
        """The trace of a run; raises `StoreError` where its file cannot be read."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            table = pq.read_table(self.path(run))
            about = json.loads(table.schema.metadata[b"driftsim"])
        except (pa.ArrowException, OSError, TypeError, KeyError, ValueError):
            raise StoreError(
                f"{self.path(run)}: cannot be read; delete it, or run again with --fresh"
            ) from None
        columns = {name: table[name].to_numpy() for name in table.column_names}
        for name, k in about["widths"].items():
            columns[name] = np.column_stack([columns.pop(f"{name}_{i}") for i in range(k)])
        probes = about["probes"] and Probes(*map(np.array, about["probes"]))
        alarms = about["alarms"]
        alarms = None if alarms is None else np.array(alarms, np.int64)
        return Trace(columns, about["interval"], self._predicted(run), probes, alarms)

    def _predicted(self, run):
        """The predictions that are kept of a run (n,), or None."""
        import pyarrow.parquet as pq

        path = self._predictions(run)
        return pq.read_table(path)["predicted"].to_numpy() if path.exists() else None

    def _predictions(self, run):
        return self.path(run).with_suffix(".predictions.parquet")

    def _write(self, table, path, about):
        import pyarrow as pa
        import pyarrow.parquet as pq

        table = table.replace_schema_metadata({"driftsim": json.dumps(about)})
        with pa.BufferOutputStream() as file:
            pq.write_table(table, file, compression="zstd")
            placed(path, file.getvalue())


def told(probes):
    """Probes as plain lists, or None."""
    return probes and [one.tolist() for one in probes]


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


def fingerprint(about):
    """The same for two runs only if they would leave the same trace.

    Keys stand in the order in which they are written: that of concepts decides which rules
    first, and that of parameters in which order seeds are drawn.
    """
    return hashlib.sha256(json.dumps(about).encode()).hexdigest()[:20]


def digest(path):
    """The hash of a file's bytes."""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def placed(path, content):
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


def tidied(folder):
    """Remove from a folder what a process was writing into it that has died since."""
    for path in Path(folder).glob(f"*{UNFINISHED}"):
        process = path.name.removesuffix(UNFINISHED).rpartition(".")[2]
        if process.isdecimal() and not alive(int(process)):
            path.unlink(missing_ok=True)


def alive(process):
    """Whether there is a process of this number."""
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:  # of somebody else
        return True
    return True
