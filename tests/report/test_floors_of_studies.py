"""Floors of studies that are played: a contender costs what its schedule on the grid does."""

import numpy as np
import pytest

import driftsim
from driftsim.evaluation.decision.periods import in_force, spent_in
from driftsim.report.decision.floors import floors_of

SEA = {
    "length": 3_000,
    "concepts": {"a": {"kind": "sea", "threshold": 8.0}, "b": {"kind": "sea", "threshold": 12}},
    "drift": {"kind": "sudden", "at": [1_500]},
    "noise": 0.1,
}
LINEAR = {"length": 3_000, "concepts": {"walk": {"kind": "linear", "walk": 0.02, "noise": 1.0}}}
BAYES, LINE = "sklearn.naive_bayes.GaussianNB", "sklearn.linear_model.LinearRegression"
PRICES = {"currency": "EUR", "mistake": 2, "label": 0.05, "training": {"each": 3, "per_row": 0.01}}
SQUARED = {"currency": "EUR", "squared_error": 1, "training": 3}
STALE = PRICES | {"staleness": 0.001}
BY_CLASS = PRICES | {"mistake": {"0": 1, "1": 3}}
LATE = {"kind": "delayed", "rows": 130}
TIMES = {"kind": "regular", "every": "1h"}
CASES = {
    "plain": (SEA, BAYES, 250, 300, PRICES, {}, {}),
    "late labels": (SEA, BAYES, 250, 300, STALE, {"labels": LATE}, {}),
    "some labels": (SEA, BAYES, 250, 200, PRICES, {"labels": {"kind": "share", "rate": 0.3}}, {}),
    "latency": (SEA, BAYES, 250, 300, STALE, {}, {"latency": {"rows": 60}}),
    "by class": (SEA, BAYES, 250, 300, BY_CLASS, {}, {}),
    "in time": (SEA | {"arrivals": TIMES}, BAYES, "10d", "12d", PRICES, {}, {}),
    "squared errors": (LINEAR, LINE, 100, 100, SQUARED, {}, {}),
    "absolute errors": (LINEAR, LINE, 100, 100, {"training": 3, "label": 0.1}, {}, {}),
}
SLOW = ("plain", "some labels", "by class", "squared errors", "absolute errors")


@pytest.mark.parametrize(
    "case", [pytest.param(one, marks=[pytest.mark.slow] * (one in SLOW)) for one in CASES]
)
def test_a_contender_costs_what_its_schedule_on_the_grid_does(case, tmp_path):
    stream, learner, every, memory, prices, rules, more = CASES[case]
    policy = {"kind": "periodic", "every": every, "memory": memory} | more
    models = {"never": "static", "clock": policy}
    results = driftsim.run(
        {
            "stream": stream,
            "models": {name: {"learner": learner, "policy": one} for name, one in models.items()},
            "evaluation": {"warmup": 500, "seeds": 3, "interval": 50} | rules,
            "prices": prices,
            "decision": {"floor": True, "grid": every},
        },
        out=tmp_path,
        jobs=1,
        progress=False,
    )
    (learned,) = floors_of(results.variants[0])
    costs = results.costs().set_index("contender").cost
    clock = [spent_in(one, 0, in_force(one, 0, 1)).sum() for one in learned.ledgers]
    assert costs["clock"] == pytest.approx(np.mean(clock), rel=1e-9)
    never = [spent_in(one, 0, in_force(one, 0, 10**6)).sum() for one in learned.ledgers]
    assert costs["never"] == pytest.approx(np.mean(never), rel=1e-9)
    floor = results.floor().set_index("floor").cost
    assert floor["hindsight"] <= min(costs) + 1e-9 and floor["timetable"] >= floor["hindsight"]
    assert ("cross_fitted" in floor.index) == (case in ("by class", "absolute errors"))
    table = results.periods()
    assert table.cost[0] == pytest.approx(costs["clock"]) and table.best.sum() == 1
