"""Interval scores: the labels that intervals are made of, by hand, brute force and beside MOA."""

import itertools

import numpy as np
import pytest

from driftsim.evaluation.interval_scores import IntervalScores
from driftsim.evaluation.labels import Labels, Uniforms, arrivals
from driftsim.evaluation.metrics import METRICS
from driftsim.evaluation.prediction_intervals import PredictionInterval
from driftsim.evaluation.prequential import Contender, evaluate
from driftsim.evaluation.protocols import Fold, Protocol
from driftsim.evaluation.rules import Rules
from driftsim.evaluation.trace import Tally
from driftsim.rows import Labelled
from driftsim.runner.runs import runs_of
from driftsim.scenario import load
from driftsim.streams.stream import Stream

FRIEDMAN = {
    "length": 3_000,
    "concepts": {name: {"kind": "friedman", "function": n} for n, name in ((1, "a"), (2, "b"))},
    "drift": {"kind": "sudden", "at": [1_500]},
}


def stream_of(**changes):
    return Stream.model_validate(FRIEDMAN | changes)


def played(spec, policy="online", learner="mean", stream=None, repeat=0, **rules):
    contender = Contender.model_validate({"learner": learner, "policy": policy})
    rules = Rules.model_validate({"prediction_intervals": spec} | rules)
    return evaluate(stream or stream_of(), contender, rules, repeat=repeat)


def scored(spec, errors, labels="at_once", pieces=(), interval=1, protocol="prequential"):
    """The tally of intervals around predictions of 0, labels being the errors."""
    t, n = np.arange(len(errors)), len(errors)
    fold = Fold(Protocol.model_validate(protocol), 1, 0)
    rows = Labelled(t, t[:, None] * 1.0, errors)
    chunks = (rows.part(slice(first, first + 64)) for first in t[::64])
    coming = (fold.arrival(one) for one in arrivals(chunks, Labels.model_validate(labels), 0))
    scores, tally = IntervalScores(PredictionInterval.model_validate(spec)), Tally(0, n, interval)
    for arrival in scores.along(coming):
        edges = sorted({0, len(arrival.t), *(p for p in pieces if p < len(arrival.t))})
        for start, stop in itertools.pairwise(edges):
            piece = arrival.t[start:stop]
            scores.add(tally, piece, errors[piece], np.zeros(len(piece)))
    return tally.trace().columns


@pytest.mark.parametrize(("late", "outside"), [(0, 2), (5, 7)])
def test_labels_are_outside_until_the_window_knows_of_a_change(late, outside):
    """Rank 19 of 20 errors: two great ones are needed, and both have to have come in."""
    spec = {"kind": "conformal", "level": 0.9, "memory": 20}
    errors = np.repeat([1.0, -3.0], 100)
    found = scored(spec, errors, {"kind": "delayed", "rows": late})
    missed = np.flatnonzero(found["interval_rows"] > found["interval_covered"])
    assert missed.tolist() == list(range(100, 100 + outside))
    assert found["interval_width"][[50, 150]].tolist() == [2, 6]
    assert found["interval_score"][100] == pytest.approx(2 + 2 / 0.1 * (3 - 1))


def test_a_root_mean_square_needs_four_of_twenty_labels_to_know_of_it():
    # z² (16 + 4 * 9) / 20 is the first that is 9 or more
    found = scored({"kind": "normal", "memory": 20}, np.repeat([1.0, -3.0], 100))
    assert np.flatnonzero(found["interval_covered"][1:] == 0).tolist() == [99, 100, 101, 102]


def test_the_interval_score_of_normal_errors_is_known_in_closed_form():
    """With z and its density f it is 4 f(z) / (1 - level) standard deviations."""
    errors = np.random.default_rng(0).normal(0, 2, 20_000)
    found = scored({"kind": "normal", "level": 0.9}, errors, interval=20_000)
    density = np.exp(-(1.6448536**2) / 2) / np.sqrt(2 * np.pi)
    assert METRICS["interval_score"](found)[0] == pytest.approx(8 * density / 0.1, rel=0.01)
    assert METRICS["interval_width"](found)[0] == pytest.approx(4 * 1.6448536, rel=0.01)


@pytest.mark.parametrize("kind", ["normal", "adaptive", "conformal", "adaptive_conformal"])
def test_intervals_are_made_of_labels_that_had_come_in(kind):
    labels = {"kind": "share", "rate": 0.6, "of": {"kind": "random", "mean": 20}}
    errors = np.random.default_rng(0).normal(size=400)
    spec = {"kind": kind, "level": 0.8} | ({"memory": 30} if "conformal" in kind else {})
    found = scored(spec, errors, labels)
    t = np.arange(400)
    due = Labels.model_validate(labels).due(t, errors, Uniforms(0))
    order = np.argsort(due, kind="stable")
    margin, given, learned = PredictionInterval.model_validate(spec).start(), {}, 0
    for i in range(400):
        while due[order[learned]] < i:
            margin.learn(errors[order[learned]], given[order[learned]])
            learned += 1
        given[i] = margin.margin()
    expected = np.array([*given.values()])
    assert (found["interval_rows"] == ~np.isnan(expected)).all()
    assert (found["interval_covered"] == (np.abs(errors) <= expected)).all()
    bounded = np.isfinite(expected)
    assert found["interval_width"][bounded] == pytest.approx(2 * expected[bounded])


def test_how_predictions_are_cut_changes_nothing():
    errors = np.random.default_rng(0).normal(size=300)
    labels = {"kind": "random", "mean": 10}
    whole = scored("adaptive_conformal", errors, labels)
    cut = scored("adaptive_conformal", errors, labels, pieces=(1, 2, 17, 40, 63))
    assert {name: column.tolist() for name, column in whole.items()} == {
        name: column.tolist() for name, column in cut.items()
    }


def test_a_label_that_a_bootstrap_gives_twice_counts_once():
    """The root mean square would count it twice."""
    errors = np.arange(1.0, 65.0)
    found = scored("normal", errors, protocol={"kind": "bootstrap", "folds": 2})
    copies = Protocol.model_validate({"kind": "bootstrap", "folds": 2}).copies(np.arange(64), 1, 0)
    given = errors[:63][copies[:63] > 0]
    z = 1.959963984540054
    assert found["interval_width"][63] == pytest.approx(2 * z * np.sqrt(np.mean(given**2)))


def test_intervals_without_bounds_are_counted_apart():
    spec = {"kind": "adaptive_conformal", "level": 0.5, "gamma": 1.0, "memory": 2}
    found = scored(spec, 2.0 ** np.arange(12), interval=12)
    metric = {name: float(METRICS[name](found)[0]) for name in METRICS if "interval" in name}
    # after each label outside the next interval has no bound, after each inside it is empty or not
    assert found["interval_rows"] == 11 and 0 < metric["unbounded_intervals"] < 1
    assert np.isfinite([*metric.values()]).all()


@pytest.mark.parametrize(
    ("spec", "covered", "width", "last"),
    [
        # of 3,000 rows of friedman, MVEPredictionInterval and AdaptivePredictionInterval of MOA
        # around its TargetMean: labels inside, sum of the widths
        ("normal", 2870, 59307.709900846436, 9.987563294680157),
        ("adaptive", 2854, 58540.14936970134, 9.906985572134705),
        ({"kind": "normal", "level": 0.9}, 2702, 49772.59914267548, 8.38182733930044),
        (
            {"kind": "adaptive", "level": 0.9, "limit": 0.5},
            2699, 49580.845093682445, 8.38182733930044,
        ),
    ],
)  # fmt: skip
def test_intervals_of_normal_errors_are_those_of_moa(spec, covered, width, last):
    found = played(spec, warmup=0, interval=1).columns
    assert found["interval_covered"].sum() == covered
    assert found["interval_width"].sum() == pytest.approx(width, rel=1e-11)
    assert found["interval_width"][-1] == pytest.approx(2 * last, rel=1e-11)


def test_nothing_else_of_a_run_changes_with_its_intervals():
    contender = {"learner": "fimt_dd", "policy": "online"}
    with_, without = (
        evaluate(stream_of(length=2_000), Contender.model_validate(contender), Rules(**rules))
        for rules in (
            {"prediction_intervals": PredictionInterval.model_validate("conformal")},
            {},
        )
    )
    own = with_.columns.keys() - without.columns.keys()
    assert own == {
        "interval_rows", "interval_bounded", "interval_covered", "interval_level",
        "interval_width", "interval_score", "y_least", "y_greatest",
    }  # fmt: skip
    timed = {name for name in without.columns if "seconds" in name or "bytes" in name}
    for name in without.columns.keys() - timed:
        assert (with_.columns[name] == without.columns[name]).all(), name


def test_models_that_are_retrained_have_intervals_of_all_their_errors():
    policy = {"kind": "periodic", "every": 100, "memory": 100}
    labels = {"kind": "delayed", "rows": 30}
    found = played("conformal", policy, "least_squares", labels=labels)
    total = found.total().columns
    assert total["interval_rows"] == 2_000 - 30 - 19  # the first with 19 labels come in
    assert METRICS["coverage"](total)[0] == pytest.approx(0.95, abs=0.02)


def test_the_hash_of_a_run_without_intervals_does_not_know_of_them(tmp_path):
    text = "stream: {length: 2_000, concepts: {a: friedman}}\nmodels: {one: {learner: mean, "
    text += "policy: online}}\n"
    about = []
    for i, more in enumerate(("", "evaluation: {prediction_intervals: normal}\n")):
        (tmp_path / f"{i}.yaml").write_text(text + more, encoding="utf-8")
        *_, run = runs_of(load(tmp_path / f"{i}.yaml").variants[0])
        about.append(run.about["rules"])
    assert "prediction_intervals" not in about[0]
    normal = {"kind": "normal", "level": 0.95, "memory": None}
    assert about[1] == about[0] | {"prediction_intervals": normal}
