"""Trials: contenders started on a few rows before a study begins, to find those that fail."""

import contextlib
import io
import signal
import threading
import time
import warnings
from functools import partial

import numpy as np

from driftsim.learners.prediction_check import PredictionCheck
from driftsim.learners.seen import seen
from driftsim.messages import line
from driftsim.parts import identity
from driftsim.rows import Labelled, Unfit
from driftsim.streams.seeds import PARTS, spawn_rng

FEW = 100  # rows to train on, or ten of each class
AFTER = 20  # rows to predict, and to learn
MOST = 5_000  # rows of the warm-up that a failure is confirmed on
MOST_CELLS = 1_000_000  # of the rows to train on
SECONDS = 3.0  # for all contenders of a file; further ones are not tried


class Trials:
    """Tries contenders that run on the objects of a library, as long as there is time for it."""

    def __init__(self, seconds=SECONDS):
        self._left, self._found = seconds, {}

    def incompatibility(self, stream, contender, rules):
        """Why a contender cannot start on a stream, or None, also where it is not tried.

        It is tried with small ensembles, on made-up rows of the stream's schema. What fails there
        is tried as it is on the warm-up: only what fails there too is a failure.
        """
        if not triable(contender, stream.schema):
            return None
        rules = contender.under(rules)
        alike = contender.model_copy(update={"labels": None})  # whenever labels come in
        key = identity(alike), repr(stream.schema), rules.warmup, rules.probable
        first = self._once(key, lambda: seen_on_made_up(key, stream.schema, contender, rules))
        if first is None:
            return None
        on_warm_up = (*key, identity(stream))
        if failure := self._once(on_warm_up, lambda: confirmed(first, stream, contender, rules)):
            rows = min(min(rules.warmup, MOST) + AFTER, stream.length)
            what = f"{contender.learner.title} fails on the first {rows:,} rows of the stream"
            return f"{what}: {failure.rstrip('.')}; give other parameters"

    def _once(self, key, trial):
        """What a trial finds, once for each key; None where there is no time for it."""
        if key not in self._found and self._left > 0 and limitable():
            started = time.perf_counter()
            with limited(self._left):
                self._found[key] = trial()
            self._left -= time.perf_counter() - started
        return self._found.get(key)


def triable(contender, schema):
    """Whether a contender runs on objects of a library, and its policy is one of driftsim."""
    learner, policy = contender.at_work
    ours = all(type(part).__module__.startswith("driftsim.") for part in (learner, policy))
    tried = learner.library is not None and not learner.trained
    return ours and tried and contender.engine(schema) != "compiled"


def seen_on_made_up(key, schema, contender, rules):
    """Why a contender fails on made-up rows, in small, or None; perhaps in an earlier command."""
    look = partial(on_made_up, schema, contender, rules)
    return seen(key, contender.at_work[0].libraries, "trial", look)


def on_made_up(schema, contender, rules):
    """Why a contender fails on made-up rows, in small, or None."""
    learner, policy = contender.at_work
    n = min(rules.warmup, max(FEW, 10 * (schema.n_classes or 0)))
    if max(n, AFTER) * len(schema.names) > MOST_CELLS:
        return None
    return failure_on(made_up(schema, n), learner.small(), policy, schema, rules.probable)


def confirmed(first, stream, contender, rules):
    """Why a contender whose `first` failure was on made-up rows fails on the warm-up, or None."""
    (learner, policy), rows = contender.at_work, warm_up(stream, rules.warmup)
    failure = failure_on(rows, learner, policy, stream.schema, rules.probable)
    return failure if rules.warmup <= MOST or failure == first else None


def failure_on(rows, learner, policy, schema, probable):
    """What goes wrong when a model is trained and asked on rows as a policy does it, or None."""
    seed = int(spawn_rng(0, PARTS).integers(2**31, size=2)[0])  # that of the first run
    try:
        with quiet():
            model = learner.start(schema, seed, *((True,) if probable else ()))
            start(model, policy, PredictionCheck(schema, probable), *rows)
    except Unfit as unfit:
        return unfit.about
    except Exception as error:  # any error of the library
        return line(f"{type(error).__name__}: {error}")


def start(model, policy, check, history, after):
    """Train a model on a history, then have it predict and learn the rows after that."""
    weight = (np.ones(len(history.t)),) if policy.weighs else ()
    if policy.pretrains:
        model = model.fit(history, *weight)
    elif len(history.t):
        model.learn(history)
    check.checked(model.predict(after.X), after.t)
    if policy.tunes:
        check.checked(model.tuned(history, *weight).predict(after.X), after.t)
    if policy.learns_on:
        batches = getattr(policy, "size", 1) != 1
        for rows in [slice(None)] if batches else [slice(i, i + 1) for i in range(3)]:
            model.learn(after.part(rows))
        check.checked(model.predict(after.X), after.t)


def made_up(schema, n):
    """`n` rows to train on, and some of them again to predict: easy ones, of all classes."""
    rng, t = np.random.default_rng(0), np.arange(n + AFTER)
    y = t % schema.n_classes if schema.n_classes else rng.uniform(1, 2, len(t))
    X = (rng.random((len(t), len(schema.names))) + y[:, None] + 0.1) / (y.max() + 1)
    for j, size in schema.nominal.items():
        X[:, j] = rng.integers(size, size=len(t))
    for j in schema.missing:
        X[rng.random(len(t)) < 0.2, j] = np.nan
    seen = np.arange(AFTER) % max(n, 1)  # so that no level of a nominal column is new
    return Labelled(t[:n], X[:n], y[:n]), Labelled(n + np.arange(AFTER), X[seen], y[seen])


def warm_up(stream, warmup):
    """The rows of the warm-up of the first run, or as many as are tried; and some after them."""
    world, n = stream.instantiated(0, warmup), min(warmup, MOST)
    block = world.rows(0, min(n + AFTER, stream.length))
    rows = Labelled(block.t, block.X, block.y)
    return rows.part(slice(n)), rows.part(slice(n, None))


@contextlib.contextmanager
def quiet():
    """Hides output and warnings: the run itself will show them."""
    with warnings.catch_warnings(), np.errstate(all="ignore"), io.StringIO() as nowhere:
        warnings.simplefilter("ignore")
        with contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
            yield


class TimeIsUp(BaseException):
    """A trial has taken so long that the study itself has to show whether it works."""


def limitable():
    """Whether a trial can be interrupted: in the main thread, beside no timer of somebody else."""
    main = threading.current_thread() is threading.main_thread()
    return main and hasattr(signal, "SIGALRM") and not signal.getitimer(signal.ITIMER_REAL)[0]


@contextlib.contextmanager
def limited(seconds):
    """Interrupt the code in this context after some seconds; only where that is `limitable`."""
    before = signal.signal(signal.SIGALRM, _time_is_up)
    signal.setitimer(signal.ITIMER_REAL, seconds, 0.1)
    try:
        yield
    except TimeIsUp:
        pass
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _time_is_up(_, frame):
    """Interrupt a trial at once, or after an import, which would leave half a module behind."""
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib."):
            return  # the timer comes back
        frame = frame.f_back
    raise TimeIsUp
