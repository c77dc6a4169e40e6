"""The runner: every run of a study that the store does not hold, on all cores."""

import hashlib
import os
import pickle
import signal
import sys
import tempfile
import threading
import traceback
import warnings
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, ProcessPoolExecutor, wait
from contextlib import contextmanager
from importlib.util import module_from_spec, spec_from_file_location
from itertools import product
from multiprocessing import active_children, get_context, parent_process
from pathlib import Path
from typing import NamedTuple

import numpy as np

from driftsim.evaluation.prequential import Contender, rounds, truths
from driftsim.evaluation.rules import Rules, TruthRules
from driftsim.parts import line
from driftsim.rows import Edited, Outgrown, Unfit
from driftsim.scenario import ScenarioError
from driftsim.store import digest, fingerprint, inputs, tidied
from driftsim.streams.stream import Stream

THREADS = ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "VECLIB_MAXIMUM", "BLIS", "NUMBA")
MOST_NAMED = 10  # runs in a sentence
PREFIX = "driftsim_parts_"  # of the names of modules of people's own parts
_importing = threading.Lock()


class Run(NamedTuple):
    """The unit of work: one contender, or the truth, over one stream with one seed."""

    name: str  # of the contender; "truth" for what there is to know of the stream
    seed: int  # of the stream
    repeat: int  # of the learner on that stream
    repeats: int  # of how many
    stream: Stream
    contender: Contender | None  # None for the truth
    rules: Rules | TruthRules
    parts: dict[str, str]  # the hashes of the files of people's own parts, by path
    about: dict  # all that its trace follows from
    key: str  # the hash of that

    @property
    def title(self):
        """The contender, the seed and, where there are several, the repeat."""
        repeat = f", repeat {self.repeat}" if self.repeats > 1 else ""
        return f"{self.name}, seed {self.seed}{repeat}"

    def uncompiled(self):
        """The same on the objects of libraries."""
        contender = self.contender.model_copy(update={"compiled": False})
        return self._replace(contender=contender)

    def play(self):
        """Yields the row it has come to, and returns the trace.

        Raises `ScenarioError` where a table is not the one that its hash is of.
        """
        try:
            if self.contender is None:
                return (yield from truths(self.stream, self.rules, self.seed))
            given = self.stream, self.contender, self.rules, self.seed, self.repeat
            return (yield from rounds(*given))
        except Edited as error:
            raise ScenarioError(line(str(error))) from None


class Played(NamedTuple):
    """A run that has ended: with a trace, or with what went wrong, by its traceback if need be."""

    run: Run
    failure: str | None
    notes: tuple[str, ...]  # warnings of the libraries, each once


class Progress(NamedTuple):
    """How far the runs in flight have come."""

    rows: list[tuple[Run, int]]  # the row each has come to, or COMPILING
    waiting: int  # runs that have not begun


def runs_of(variant, parts=()):
    """Every run of a variant: the truth of each seed, and each contender as often as it repeats."""
    scenario, stream = variant.scenario, variant.scenario.stream
    parts = {path: loaded(path) or digest(path) for path in parts}
    digests = dict(parts)
    for concept in stream.concepts.values():
        digests |= concept.hashes()
    for name, contender in [("truth", None), *scenario.models.items()]:
        rules = scenario.rules if contender else scenario.rules.of_truth()
        repeats = scenario.evaluation.repeats if contender else 1
        for seed, repeat in product(range(scenario.evaluation.seeds), range(repeats)):
            about = inputs(stream, contender, rules, seed, repeat, digests)
            yield Run(
                name, seed, repeat, repeats, stream, contender, rules,
                parts, about, fingerprint(about),
            )  # fmt: skip


def missing(study, store, parts=(), fresh=False):
    """The runs of a study that the store does not hold, each once."""
    found = {}
    for variant in study.variants:
        for run in runs_of(variant, parts):
            if fresh or run not in store:
                found.setdefault(run.key, run)
    return list(found.values())


def absent(study, store, parts=(), failures=()):
    """What to say of runs that have ended and are not in the store all the same, or None."""
    failed = {one.run.key for one in failures}
    gone = [run.title for run in missing(study, store, parts) if run.key not in failed]
    if not gone:
        return None
    more = f" and {len(gone) - MOST_NAMED:,} more" if len(gone) > MOST_NAMED else ""
    names = f"{'; '.join(gone[:MOST_NAMED])}{more}"
    said = "are no longer there, as if removed while the study ran; run the study again"
    return line(f"{store.folder}: the traces of these runs {said}: {names}", most=2_000)


def play(runs, store, jobs=None, executor=None) -> Iterator[Played | Progress]:
    """Play runs and keep their traces; yields what has happened, until all have ended.

    `jobs` is the number of processes, by default one for each core. Any executor of
    `concurrent.futures` will do instead, such as `dask.distributed.Client(...).get_executor()`;
    it should give each of its processes one BLAS thread, and stays open.
    """
    tidied(store.folder)
    if executor is not None:
        lost = yield from _played(runs, store, executor)
        yield from _died(run for run, _ in lost)
        return
    with tempfile.TemporaryDirectory() as folder, _one_thread_each():
        while runs:
            lost = yield from _pooled(runs, store, jobs or cores(), folder)
            suspects = [run for run, row in lost if row] or [run for run, _ in lost]
            for run in suspects:  # each alone, so that it takes no other with it
                if (yield from _pooled([run], store, 1, folder)):
                    yield from _died([run])
            begun = {run.key for run in suspects}
            runs = [run for run, _ in lost if run.key not in begun]


def _died(runs):
    for run in runs:
        yield Played(run, "the process that ran it died, perhaps for want of memory", ())


def _pooled(runs, store, jobs, folder):
    """Play runs on processes of their own, which end with this; returns those lost."""
    counts = np.memmap(Path(folder) / "rows", np.int64, "w+", shape=len(runs))
    others = {*active_children()}
    executor = ProcessPoolExecutor(min(jobs, len(runs)), get_context("spawn"), _at_work)
    try:
        return (yield from _played(runs, store, executor, counts))
    except BaseException:  # somebody has had enough: do not wait for the runs in flight
        for process in {*active_children()} - others:
            process.terminate()
        raise
    finally:
        executor.shutdown()


def _at_work():
    """Let a process end with the one that started it, even where that is killed."""
    threading.Thread(target=_end_with, args=[parent_process()], daemon=True).start()


def _end_with(process):
    process.join()
    os._exit(1)


def _played(runs, store, executor, counts=None):
    """Play runs on an executor; returns those lost with a process that died, and their rows."""
    path = counts.filename if counts is not None else None
    waiting, lost = {}, []
    try:
        with _deaf():
            for i, run in enumerate(runs):
                waiting[executor.submit(execute, run.parts, pickle.dumps(run), path, i)] = i
        while waiting:
            done, _ = wait(waiting, timeout=0.2, return_when=FIRST_COMPLETED)
            for future in done:
                i = waiting.pop(future)
                try:
                    trace, failure, notes = future.result()
                except BrokenExecutor:
                    lost.append((runs[i], 0 if counts is None else int(counts[i])))
                    continue
                if trace is not None:
                    store.save(runs[i], trace)
                yield Played(runs[i], failure, notes)
            yield _progress(runs, waiting.values(), counts)
    finally:
        for future in waiting if counts is None else ():
            future.cancel()  # of ours, which end, none: a dead process fails the futures it had
    return lost


def _progress(runs, waiting, counts):
    if counts is None:
        return Progress([], len(waiting))
    rows = [(runs[i], int(counts[i])) for i in waiting]
    return Progress([(run, row) for run, row in rows if row], sum(not row for _, row in rows))


def execute(parts, run, counts, number):
    """Play one pickled run: its trace or None, a traceback or None, and notes.

    The row it has come to is written into the file of `counts`, where there is one.
    """
    rows = np.memmap(counts, np.int64, "r+") if counts else np.zeros(number + 1, np.int64)
    rows[number] = 1
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        try:
            load_parts(parts)
            run = pickle.loads(run)
            rows[number] = max(run.rules.warmup, 1)
            trace, failure = _traced(run, rows, number), None
        except (Unfit, ScenarioError) as error:
            trace, failure = None, str(error)
        except (Exception, SystemExit):  # a contender's failure is its own; the others go on
            trace, failure = None, traceback.format_exc()
    notes = {line(f"{w.category.__name__}: {w.message}", most=200) for w in caught}
    return trace, failure, tuple(sorted(notes))


def _traced(run, rows, number):
    """The trace of a run; on the objects of libraries, where it outgrows a kernel."""
    try:
        return _watched(run.play(), rows, number)
    except Outgrown as reason:
        warnings.warn(f"{reason}; so it was played again on the library's own", stacklevel=2)
        trace = _watched(run.uncompiled().play(), rows, number)
        trace.columns["outgrown"] = np.ones(len(trace.columns["rows"]), np.int64)
        return trace


def _watched(rounds, rows, number):
    while True:
        try:
            rows[number] = next(rounds)
        except StopIteration as end:
            return end.value


def load_parts(files):
    """Import files of people's own parts, whose concepts, policies, … are then kinds.

    A file that has been imported is not imported again, unless it has changed. Where `files` are
    mapped to hashes, their bytes must have these. Raises `ScenarioError`.
    """
    hashes = files if isinstance(files, dict) else {}
    for file in files:
        content, path = source(file), Path(file)
        found = hashlib.sha256(content).hexdigest()
        if hashes.get(file, found) != found:
            said = "it has been edited since it was first loaded; run the study again"
            raise ScenarioError(line(f"{file}: {said}"))
        name = f"{PREFIX}{path.stem}_{found[:12]}"
        with _importing:
            if name in sys.modules:
                sys.modules[name] = sys.modules.pop(name)  # the last of all, for `loaded`
            else:
                _import(name, path, content)
            sys.modules[name].read_from = os.path.abspath(file), found


def loaded(file):
    """The hash of a file of parts as it was loaded last, or None."""
    modules = [module for name, module in [*sys.modules.items()] if name.startswith(PREFIX)]
    hashes = dict(getattr(module, "read_from", (None, None)) for module in modules)
    return hashes.get(os.path.abspath(file))


def source(file):
    """The bytes of a file of parts."""
    path, said = Path(file), "there is no such Python file; give one that ends in .py"
    try:
        if path.suffix == ".py" and path.is_file():
            return path.read_bytes()
    except OSError as error:
        said = f"cannot be read: {(error.strerror or str(error)).lower()}"
    raise ScenarioError(line(f"--with {file}: {said}"))


def _import(name, path, content):
    spec = spec_from_file_location(name, path)
    sys.modules[name] = module = module_from_spec(spec)
    try:
        exec(compile(content, str(path), "exec"), module.__dict__)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        frames = traceback.extract_tb(error.__traceback__)
        frames = [frame for frame in frames if Path(frame.filename).name == path.name]
        row = frames[-1].lineno if frames else getattr(error, "lineno", 1)
        said = f"{type(error).__name__}: {getattr(error, 'msg', error)}"
        raise ScenarioError(line(f"{path}:{row}: {said}; mend it so that it loads")) from None


def cores():
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


@contextmanager
def _deaf():
    """Processes started in here hear no Ctrl-C, which would stop them with a traceback."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


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
