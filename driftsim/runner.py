"""The runner: every run of a study that the store does not hold, on all cores."""

import os
import pickle
import tempfile
import traceback
import warnings
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, ProcessPoolExecutor, wait
from contextlib import contextmanager
from importlib.util import module_from_spec, spec_from_file_location
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import numpy as np

from driftsim.evaluation.prequential import Contender, rounds, truths
from driftsim.scenario import Evaluation, ScenarioError
from driftsim.store import digest, fingerprint, inputs
from driftsim.streams.stream import Stream

THREADS = ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "VECLIB_MAXIMUM", "BLIS", "NUMBA")


class Run(NamedTuple):
    """The unit of work: one contender, or the truth, over one stream with one seed."""

    name: str  # of the contender; "truth" for what there is to know of the stream
    seed: int
    stream: Stream
    contender: Contender | None  # None for the truth
    rules: Evaluation
    interval: int  # rows
    parts: tuple[str, ...]  # files of people's own parts
    about: dict  # all that its trace follows from
    key: str  # the hash of that

    def play(self):
        """Yields the row it has come to, and returns the trace."""
        rules = self.rules
        if self.contender is None:
            return truths(self.stream, self.seed, rules.warmup, self.interval, rules.truth)
        return rounds(
            self.stream, self.contender, rules.labels, self.seed, rules.warmup,
            self.interval, rules.truth, rules.predictions,
        )  # fmt: skip


class Played(NamedTuple):
    """A run that has ended: with a trace, or with the traceback of what went wrong."""

    run: Run
    failure: str | None
    notes: tuple[str, ...]  # warnings of the libraries, each once


class Progress(NamedTuple):
    """How far the runs in flight have come."""

    rows: list[tuple[Run, int]]  # the row each has come to
    waiting: int  # runs that have not begun


def runs_of(variant, parts=()):
    """Every run of a variant: the truth of each seed, and each contender."""
    scenario = variant.scenario
    files = [path for concept in scenario.stream.concepts.values() for path in concept.files]
    digests = {path: digest(path) for path in [*files, *parts]}
    for name, contender in [("truth", None), *scenario.models.items()]:
        for seed in range(scenario.evaluation.seeds):
            about = inputs(scenario, contender, seed, digests)
            yield Run(
                name, seed, scenario.stream, contender, scenario.evaluation,
                scenario.interval, tuple(parts), about, fingerprint(about),
            )  # fmt: skip


def missing(study, store, parts=(), fresh=False):
    """The runs of a study that the store does not hold, each once."""
    found = {}
    for variant in study.variants:
        for run in runs_of(variant, parts):
            if fresh or run not in store:
                found.setdefault(run.key, run)
    return list(found.values())


def play(runs, store, jobs=None, executor=None) -> Iterator[Played | Progress]:
    """Play runs and keep their traces; yields what has happened, until all have ended.

    `jobs` is the number of processes, by default one for each core. Any executor of
    `concurrent.futures` will do instead, such as `dask.distributed.Client(...).get_executor()`;
    it should give each of its processes one BLAS thread.
    """
    if executor is not None:
        yield from _played(runs, store, executor, None)
        return
    with tempfile.TemporaryDirectory() as folder, _one_thread_each():
        lost = yield from _played(runs, store, _pool(min(jobs or cores(), len(runs) or 1)), folder)
        for run in lost:  # a process died: each alone, so that it takes no other with it
            if (yield from _played([run], store, _pool(1), folder)):
                yield Played(run, "the process that ran it died, perhaps for want of memory", ())


def _played(runs, store, executor, folder):
    """Play runs on an executor; returns those lost with a process that died."""
    counts = _counts(folder, len(runs))
    path = counts.filename if counts is not None else None
    lost = []
    with executor:
        waiting = {
            executor.submit(execute, run.parts, pickle.dumps(run), path, i): run
            for i, run in enumerate(runs)
        }
        numbers = {future: i for i, future in enumerate(waiting)}
        try:
            while waiting:
                done, _ = wait(waiting, timeout=0.2, return_when=FIRST_COMPLETED)
                for future in done:
                    run = waiting.pop(future)
                    try:
                        trace, failure, notes = future.result()
                    except BrokenExecutor:
                        lost.append(run)
                        continue
                    if trace is not None:
                        store.save(run, trace)
                    yield Played(run, failure, notes)
                yield _progress(waiting, numbers, counts)
        finally:
            for future in waiting:
                future.cancel()
    return lost


def _progress(waiting, numbers, counts):
    if counts is None:
        return Progress([], len(waiting))
    rows = [(run, int(counts[numbers[future]])) for future, run in waiting.items()]
    return Progress([(run, row) for run, row in rows if row], sum(not row for _, row in rows))


def execute(parts, run, counts, number):
    """Play one pickled run: its trace or None, a traceback or None, and notes.

    The row it has come to is written into the file of `counts`, where there is one.
    """
    load_parts(parts)
    run = pickle.loads(run)
    rows = np.memmap(counts, np.int64, "r+") if counts else np.zeros(number + 1, np.int64)
    rows[number] = max(run.rules.warmup, 1)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        try:
            trace, failure = _watched(run.play(), rows, number), None
        except Exception:  # a contender's failure is its own; the others go on
            trace, failure = None, traceback.format_exc()
    notes = {f"{w.category.__name__}: {str(w.message).splitlines()[0]}" for w in caught}
    return trace, failure, tuple(sorted(notes))


def _watched(rounds, rows, number):
    while True:
        try:
            rows[number] = next(rounds)
        except StopIteration as end:
            return end.value


def load_parts(files):
    """Import files of people's own parts, whose concepts, policies, … are then kinds."""
    import sys

    for file in files:
        path = Path(file)
        name = f"driftsim_parts_{path.stem}"
        spec = spec_from_file_location(name, path)
        if spec is None or not path.is_file():
            raise ScenarioError(f"--with {file}: there is no such Python file; give one that ends in .py")
        sys.modules[name] = module = module_from_spec(spec)
        try:
            spec.loader.exec_module(module)
        except Exception as error:
            place = traceback.extract_tb(error.__traceback__)[-1]
            line = getattr(error, "lineno", None) or place.lineno
            said = f"{type(error).__name__}: {getattr(error, 'msg', error)}"
            raise ScenarioError(f"{file}:{line}: {said}; mend it so that it can be imported") from None


def cores():
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def _pool(jobs):
    return ProcessPoolExecutor(jobs, mp_context=get_context("spawn"))


def _counts(folder, n):
    if folder is None or not n:
        return None
    return np.memmap(Path(folder) / "rows", np.int64, "w+", shape=n)


@contextmanager
def _one_thread_each():
    """Processes started in here use one thread each, in BLAS and wherever else."""
    names = [f"{name}_NUM_THREADS" for name in THREADS]
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(dict.fromkeys(names, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
