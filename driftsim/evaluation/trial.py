"""Trials: contenders started on a few rows before a study begins, to find those that fail."""

import contextlib
import io
import os
import signal
import threading
import time
import warnings
from functools import partial

import numpy as np

from driftsim.evaluation.own_check import (
    Unkept,
    is_own,
    own_parts,
    play,
    raised_at,
    refuse_changes,
)
from driftsim.learners.prediction_check import PredictionCheck
from driftsim.learners.reference import Majority, Mean
from driftsim.learners.seen import seen
from driftsim.messages import line
from driftsim.parts import identity
from driftsim.process_state import restored_state
from driftsim.rows import Labelled, Unfit
from driftsim.streams.seeds import PARTS, spawn_rng

FEW = 100  # rows to train on, or ten of each class
AFTER = 20  # rows to predict, and to learn
MOST = 5_000  # rows of the warm-up that a failure is confirmed on
MOST_CELLS = 1_000_000  # of the rows to train on
SECONDS = 3.0  # for all contenders of a file; further ones are not tried


class Trials:
    """Tries contenders that run on the objects of a library, or are of people's own classes.

    It does so as long as there is time for it.
    """

    def __init__(self, seconds=SECONDS):
        self._left, self._found = seconds, {}

    def incompatibility(self, stream, contender, rules):
        """Why a contender cannot start on a stream, or None, also where it is not tried.

        It is tried with small ensembles, on made-up rows of the stream's schema. What fails there
        is tried as it is on the warm-up: only what fails there too is a failure.
        """
        if not triable(contender, stream.schema):
            return None
        what, learner = contender.learner.title, contender.at_work[0]
        failure = self._failure(failure_of_learner, stream, contender, rules)
        return failure and refused(what, failure, own_parts(learner))

    def policy_incompatibility(self, stream, contender, rules):
        """Why a policy with people's own classes in it cannot be followed, or None, likewise."""
        policy = contender.at_work[1]
        own = own_parts(policy)
        if not own or policy.student_of(contender.learner):
            return None
        failure = self._failure(failure_of_policy, stream, contender, rules)
        return failure and refused(policy.kind(), failure, own)

    def _failure(self, attempt, stream, contender, rules):
        """How an attempt fails, both on made-up rows and on the first rows of a stream, or None."""
        rules = contender.under(rules)
        alike = contender.model_copy(update={"labels": None})  # whenever labels come in
        about = attempt.__name__, identity(alike)
        key = *about, repr(stream.schema), rules.warmup, rules.probable
        look = partial(on_made_up, attempt, stream.schema, contender, rules)
        first = self._once(
            key, lambda: look() if own_parts(contender) else remembered(key, contender, look)
        )
        if first is None:
            return None
        again = partial(confirmed, attempt, first, stream, contender, rules)
        failure = self._once((*key, identity(stream)), again)
        rows = min(min(rules.warmup, MOST) + AFTER, stream.length)
        return failure and f"fails on the first {rows:,} rows of the stream: {failure.rstrip('.')}"

    def _once(self, key, trial):
        """What a trial finds, once for each key; None where there is no time for it."""
        if key not in self._found and self._left > 0 and limitable():
            started = time.perf_counter()
            with limited(self._left):
                self._found[key] = trial()
            self._left -= time.perf_counter() - started
        return self._found.get(key)


def refused(what, failure, own):
    """That a part fails, and what would be right, in a line."""
    right = "give other parameters" if not own else "" if "; " in failure else "correct it"
    return "; ".join(filter(None, [f"{what} {failure}", right]))


def triable(contender, schema):
    """Whether a contender runs on objects of a library or of people's own, and can be tried.

    Those of a library are tried where its policy is one of driftsim.
    """
    learner, policy = contender.at_work
    if learner.trained or learner.sees != "X" or contender.engine(schema) == "compiled":
        return False
    return bool(own_parts(learner)) or (learner.library is not None and not is_own(policy))


def remembered(key, contender, look):
    """What a look at a contender finds, perhaps in an earlier command."""
    return seen(key, contender.at_work[0].libraries, "trial", look)


def on_made_up(attempt, schema, contender, rules):
    """Why a contender fails on made-up rows, in small, or None."""
    learner, policy = contender.at_work
    n = min(rules.warmup, max(FEW, 10 * (schema.n_classes or 0)))
    if max(n, AFTER) * len(schema.names) > MOST_CELLS:
        return None
    return attempt(made_up(schema, n), learner.small(), policy, schema, rules.probable)


def confirmed(attempt, first, stream, contender, rules):
    """Why a contender whose `first` failure was on made-up rows fails on the warm-up, or None."""
    (learner, policy), world = contender.at_work, stream.instantiated(0, rules.warmup)
    policy = policy if world.clock is None else policy.with_clock(world.clock)
    rows = warm_up(world, rules.warmup, stream.length)
    failure = attempt(rows, learner, policy, stream.schema, rules.probable)
    return failure if rules.warmup <= MOST or failure == first else None


def failure_of_learner(rows, learner, policy, schema, probable):
    """What goes wrong when a model is trained and asked on rows as a policy does it, or None."""

    def attempt():
        model = new_model(learner, schema, probable)
        if not is_own(policy):
            start(model, policy, PredictionCheck(schema, probable), *rows)
        for verb in ("fit", "tuned") if own_parts(learner) and len(rows[0].t) else ():
            if policy.pretrains if verb == "fit" else policy.tunes:
                refuse_changes(model, verb, rows[0], schema)

    return failure_in(attempt, own_parts(learner))


def failure_of_policy(rows, learner, policy, schema, probable):
    """What goes wrong when a policy keeps a model up to date on rows, or None."""

    def attempt():
        known = learner.sees == "X" and not learner.trained and learner.engine(schema) != "compiled"
        by = learner if known else Mean() if schema.regression else Majority()
        model, check = new_model(by, schema, probable), PredictionCheck(schema, probable)
        play(policy, model, check, rows, schema)

    return failure_in(attempt, own_parts(policy))


def new_model(learner, schema, probable):
    """A model that has learned nothing yet, with the seed of the first run."""
    seed = int(spawn_rng(0, PARTS).integers(2**31, size=2)[0])
    return learner.start(schema, seed, *((True,) if probable else ()))


def failure_in(attempt, own):
    """What goes wrong in an attempt, or None; with the place in a file of people's own parts."""
    try:
        with quiet(), apart() if own else contextlib.nullcontext():
            attempt()
    except Unfit as unfit:
        return unfit.about
    except Unkept as unkept:
        return str(unkept)
    except (KeyboardInterrupt, TimeIsUp):
        raise
    except BaseException as error:  # any error of a library, or of people's own classes
        return line(f"{type(error).__name__}: {error}") + raised_at(error, own)


def start(model, policy, check, history, after):
    """Train a model on a history, then have it predict and learn the rows after that."""
    weight = np.ones(len(history.t)) if policy.weighs else None  # which a run gives in any case
    if policy.pretrains:
        model = model.fit(history, weight)
    elif len(history.t):
        model.learn(history)
    check.checked(model.predict(after.X), after.t)
    if policy.tunes:
        check.checked(model.tuned(history, weight).predict(after.X), after.t)
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


def warm_up(world, warmup, length):
    """The rows of the warm-up of the first run, or as many as are tried; and some after them."""
    n = min(warmup, MOST)
    block = world.rows(0, min(n + AFTER, length))
    rows = Labelled(block.t, block.X, block.y)
    return rows.part(slice(n)), rows.part(slice(n, None))


@contextlib.contextmanager
def quiet():
    """Hides output and warnings: the run itself will show them."""
    with warnings.catch_warnings(), np.errstate(all="ignore"), io.StringIO() as nowhere:
        warnings.simplefilter("ignore")
        with contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
            yield


@contextlib.contextmanager
def apart():
    """Undoes what code changes of its process: random generators, settings, the folder."""
    with restored_state(0), contextlib.chdir(os.curdir):
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
