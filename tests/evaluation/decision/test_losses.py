"""Losses: those of models along a clock are the trace of `periodic`."""

from itertools import pairwise

import numpy as np
import pytest

from driftsim.evaluation.decision.grid import default_grid
from driftsim.evaluation.decision.loss_shards import LossShard, losses_of
from driftsim.evaluation.decision.losses import Losses
from driftsim.evaluation.prequential import Contender, evaluate, last_of
from driftsim.evaluation.rules import Rules
from driftsim.streams.stream import Stream

TREE = {"kind": "sklearn.tree.DecisionTreeClassifier", "max_depth": 4, "splitter": "random"}
KERNEL = "river.naive_bayes.GaussianNB"
SUMS = {  # what must agree
    *("expected_error", "correct", "absolute_error", "squared_error", "excess_squared_error"),
    "age",
}
HOURLY = {"kind": "regular", "every": "1h"}


def sea(**more):
    concepts = {"a": {"kind": "sea", "threshold": 8.0}, "b": {"kind": "sea", "threshold": 14.0}}
    drift = {"kind": "recurring", "every": 700}
    given = {"length": 2_600, "concepts": concepts, "drift": drift, "noise": 0.1}
    return Stream.model_validate(given | more)


def walking():
    concepts = {"a": {"kind": "linear", "features": 3, "walk": 0.1}}
    return Stream.model_validate({"length": 2_600, "concepts": concepts})


def periodic(learner, every=200, memory=300, **more):
    policy = {"kind": "periodic", "every": every, "memory": memory, **more}
    return Contender.model_validate({"learner": learner, "policy": policy})


def along(losses, every):
    """The sums of a schedule that trains at each `every`-th time; and its labels and rows."""
    trainings = [i for i in range(0, len(losses.trained_at), every) if losses.trained_on[i]]
    starts = np.searchsorted(losses.edges, losses.serves_from[trainings])
    stops = [*starts[1:], len(losses.edges) - 1]
    sums = {
        name: sum(column[:, i, a:b].sum((0, 1)) for i, a, b in zip(trainings, starts, stops))
        for name, column in losses.columns.items()
    }
    new = sum(losses.new_labels[i, j] for i, j in pairwise(trainings))
    return sums | {"labels": new, "rows_trained": losses.trained_on[trainings].sum()}


@pytest.mark.parametrize(
    ("stream", "learner", "labels", "every", "more"),
    [
        (sea(), TREE, "at_once", 200, {}),
        (sea(), KERNEL, {"kind": "delayed", "rows": 150}, 200, {}),
        (sea(), TREE, {"kind": "random", "mean": 100, "law": "log_normal"}, 190, {}),
        (sea(), KERNEL, {"kind": "budget", "labels": 30, "per": 100}, 200, {"memory": "all"}),
        (sea(), TREE, "at_once", 200, {"latency": {"rows": 130}}),
        (sea(), TREE, {"kind": "share", "rate": 0.4}, 200, {"latency": {"per_row": 0.3}}),
        (sea(), TREE, "at_once", 200, {"memory": {"kind": "faded", "half_life": 90}}),
        (sea(arrivals=HOURLY), TREE, {"kind": "delayed", "time": "2d"}, "8d", {"memory": "14d"}),
        (walking(), "least_squares", {"kind": "delayed", "rows": 70}, 200, {"memory": 60}),
    ],
)  # fmt: skip
def test_losses_along_a_clock_are_the_trace_of_periodic(stream, learner, labels, every, more):
    rules = Rules.model_validate({"warmup": 500, "labels": labels})
    losses = losses_of(stream, periodic(learner, every, **more), rules, 1, 1)
    for k in (1, 2, 3):
        policy = periodic(learner, times(every, k), **more)
        traced = evaluate(stream, policy, rules, 1, 1).total().columns
        found = along(losses, k)
        assert found["rows"] == 2_100
        compared = SUMS & traced.keys()
        assert len(compared) > 1 and compared <= found.keys()
        for name in compared | {"labels", "rows_trained"}:
            counted = found[name] + (500 if name == "labels" else 0)
            np.testing.assert_allclose(counted, traced[name][0], rtol=1e-11, err_msg=name)


def times(every, k):
    return f"{8 * k}d" if every == "8d" else every * k


def test_shards_join_to_the_whole_whatever_is_drawn_once(monkeypatch):
    stream, contender, rules = sea(), periodic(TREE, 250), Rules(warmup=500)
    whole = losses_of(stream, contender, rules)
    assert len(whole.trained_at) == 9 and whole.columns["correct"].shape == (2, 9, 9, 2)
    monkeypatch.setattr("driftsim.evaluation.decision.loss_shards.MOST_DRAWN_ONCE", 0)
    monkeypatch.setattr("driftsim.evaluation.decision.training_sets.PIECE", 512)
    shards = [LossShard(contender=contender, first=i, stop=i + 3) for i in (0, 3, 6)]
    traces = [last_of(one.rounds(stream, rules, 0)) for one in shards]
    joined = Losses.joined(contender.policy.memory, traces)
    for name, column in whole.columns.items():
        if "seconds" not in name:
            np.testing.assert_allclose(joined.columns[name], column, rtol=1e-12, err_msg=name)
    for one, other in zip(joined[1:6], whole[1:6]):
        assert one.tolist() == other.tolist()


def test_even_and_odd_rows_are_apart_and_nothing_is_lost_before_a_model_serves():
    losses = losses_of(sea(), periodic(TREE, 250, latency={"rows": 100}), Rules(warmup=501))
    rows, n = losses.columns["rows"], len(losses.trained_at)
    assert losses.serves_from.tolist() == [501, *range(851, 2_600, 250), 2_600]
    even, odd = rows[:, 0]
    t = np.arange(501, 2_600)
    block = np.searchsorted(losses.edges, t, side="right") - 1
    assert even.tolist() == np.bincount(block[t % 2 == 0]).tolist()
    assert odd.tolist() == np.bincount(block[t % 2 == 1]).tolist()
    for i in range(n):
        start = np.searchsorted(losses.edges, losses.serves_from[i])
        assert not any(column[:, i, :start].any() for column in losses.columns.values())
        assert (rows[:, i, start:] == rows[:, 0, start:]).all()


def test_a_time_with_labels_of_one_class_only_trains_no_model():
    concepts = {"a": {"kind": "sea", "threshold": 0.0}, "b": {"kind": "sea", "threshold": 8.0}}
    drift = {"kind": "sudden", "at": [1_500]}
    stream = sea(concepts=concepts, drift=drift, noise=0.0)
    losses = losses_of(stream, periodic(TREE, 500, 400), Rules(warmup=500))
    assert losses.trained_on.tolist() == [500, 0, 0, 400, 400]
    assert not losses.columns["rows"][:, 1:3].any() and losses.columns["rows"][:, 3].sum() == 600


def test_the_default_grid_is_the_roundest_that_makes_200_times_or_fewer():
    assert [default_grid(n) for n in (98_000, 200, 201, 399, 401, 1_000_000)] == [
        500, 1, 2, 2, 5, 5_000
    ]  # fmt: skip


KNOWN = {  # expected mistakes of an independent build of the same world: every, memory
    (500, 1_000): 11_257.993,
    (500, 2_000): 10_093.764,
    (1_000, 1_000): 11_406.529,
    (4_000, 2_000): 11_254.770,
    (16_000, 2_000): 17_992.121,
}


@pytest.mark.slow
def test_twelve_clocks_in_a_recurring_world_to_a_thousandth_of_a_mistake():
    concepts = {"a": {"kind": "sea", "threshold": 8.0}, "b": {"kind": "sea", "threshold": 12.0}}
    drift = {"kind": "recurring", "every": 20_000, "width": 1_000}
    stream = sea(length=100_000, concepts=concepts, drift=drift, noise=0.05)
    learner = {"kind": "sklearn.tree.DecisionTreeClassifier", "max_depth": 8}
    for memory in (500, 1_000, 2_000):
        losses = losses_of(stream, periodic(learner, 500, memory), Rules(warmup=2_000))
        assert losses.columns["expected_error"][:, 0].sum() == pytest.approx(20_231.168, abs=1e-3)
        for every in (500, 1_000, 4_000, 16_000):
            traced = evaluate(stream, periodic(learner, every, memory), Rules(warmup=2_000))
            found, total = along(losses, every // 500), traced.total().columns
            assert found["expected_error"] == pytest.approx(total["expected_error"][0], abs=1e-6)
            assert found["correct"].tolist() == total["correct"][0].tolist()
            known = KNOWN.get((every, memory), found["expected_error"])
            assert found["expected_error"] == pytest.approx(known, abs=1e-3)
