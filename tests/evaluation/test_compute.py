"""Compute: what work costs in CPU time and in wall time, by models whose cost is known."""

import os
import subprocess
import sys
import time
from threading import Thread

import numpy as np
import pytest

from driftsim.adaptation.policies import Policy
from driftsim.evaluation.compute import CPU_SECONDS, WALL_SECONDS
from driftsim.evaluation.decision.prices import PriceList, Prices
from driftsim.evaluation.labels import AtOnce
from driftsim.evaluation.prequential import Contender, evaluate
from driftsim.evaluation.rules import Rules
from driftsim.learners.learner import Learner, Model
from driftsim.streams.concepts.rules import Sea
from driftsim.streams.stream import Stream

BUSY = "while True: pass"


def burn(seconds):
    """Use CPU time of this thread."""
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


class Scripted(Model):
    """Does some work whenever it is trained, and predicts class 0."""

    def __init__(self, work):
        self._work = work

    def fit(self, rows, weight=None):
        self._work()
        return self

    def learn(self, rows):
        raise AssertionError("`static` never learns on")

    def predict(self, X):
        return np.zeros(len(X), int)


@pytest.fixture
def spent(monkeypatch):
    """The CPU seconds and the wall seconds of all that models do, where a training is some work."""

    def measured(work, concept="sea", labels=AtOnce()):
        learner = Learner.model_validate("majority")
        monkeypatch.setattr(type(learner), "start", lambda *given: Scripted(work))
        stream = Stream.model_validate({"length": 1200, "concepts": {"a": concept}})
        static = Contender(learner=learner, policy=Policy.model_validate("static"))
        columns = evaluate(stream, static, Rules(warmup=200, labels=labels)).columns
        return [sum(columns[name].sum() for name in names) for names in (CPU_SECONDS, WALL_SECONDS)]

    return measured


def test_a_model_that_sleeps_takes_time_but_no_compute(spent):
    cpu, wall = spent(lambda: time.sleep(0.2))
    assert wall >= 0.2 and cpu < 0.1  # in which Python may collect garbage


def test_threads_of_a_model_add_up(spent):
    def both():
        threads = [Thread(target=burn, args=(0.1,)) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    alone, (cpu, _) = spent(lambda: burn(0.1))[0], spent(both)
    assert 0.1 <= alone < 0.17 and 0.2 <= cpu < 0.3


def test_an_hour_is_paid_for_in_cpu_time():
    columns = {name: np.array([900.0]) for name in CPU_SECONDS}
    columns |= {name: np.array([5e6]) for name in WALL_SECONDS} | {"rows": np.array([1])}
    prices = PriceList(Prices(hour=3, currency="EUR", mistake=1), Sea().schema)
    assert prices.charges(columns | {"expected_error": np.array([0.0])})["hour"] == (3, [1.0])


def test_what_the_world_takes_is_not_charged_to_models(spent):
    """Rows, the truth about them and their labels take a tenth of a second each time."""

    class SlowSea(Sea):
        def draw(self, *given):
            burn(0.1)
            return super().draw(*given)

    class SlowLabels(AtOnce):
        def due(self, *given):
            burn(0.1)
            return super().due(*given)

    del Sea.kinds["slow_sea"], AtOnce.kinds["slow_labels"]
    started = time.process_time()
    cpu, _ = spent(lambda: None, SlowSea(), SlowLabels())
    assert time.process_time() - started > 0.3 and cpu < 0.1


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="processes cannot be pinned")
def test_other_processes_take_wall_time_but_no_compute(spent):
    """Four busy processes on the only core that it has: a fifth of the core is left for it."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})  # which processes inherit
    others = []
    try:
        quiet = spent(lambda: burn_rounds(2_000_000))
        others += [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(4)]
        time.sleep(1)
        loaded = spent(lambda: burn_rounds(2_000_000))
    finally:
        for other in others:
            other.kill()
            other.wait()
        os.sched_setaffinity(0, cores)
    cpu, wall = (after / before for before, after in zip(quiet, loaded))
    assert 0.5 < cpu < 1.5 and wall > 1.4 * cpu


def burn_rounds(n):
    """A fixed amount of work."""
    for _ in range(n):
        pass
