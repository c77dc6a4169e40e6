"""Row scores: exact areas under ROC curves, against scikit-learn, window by window."""

from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.stats import norm
from sklearn.metrics import average_precision_score, roc_auc_score
from together import together

from driftsim.evaluation.metrics import METRICS, OF_SCORES, metric_of
from driftsim.evaluation.prequential import Contender, ScoredRows, evaluate, truth
from driftsim.evaluation.rules import Rules
from driftsim.evaluation.scores import scores_of
from driftsim.evaluation.significance import along_stream, contributions
from driftsim.evaluation.trace import Tally
from driftsim.messages import ScenarioError
from driftsim.rows import Schema
from driftsim.scenario import load
from driftsim.store import Store
from driftsim.streams.stream import Stream

N, INTERVAL = 990, 50
THEIRS = {
    "roc_auc": {"multi_class": "ovo"},
    "roc_auc_ovo_weighted": {"multi_class": "ovo", "average": "weighted"},
    "roc_auc_ovr": {"multi_class": "ovr"},
    "roc_auc_ovr_weighted": {"multi_class": "ovr", "average": "weighted"},
}
PRECISION = METRICS["average_precision"]


def rows_of(k, rare=0.03):
    """Labels (n,), of which the first class is rare, and probabilities with many ties (n, k)."""
    rng = np.random.default_rng(k)
    y = rng.choice(k, N, p=[rare, *[(1 - rare) / (k - 1)] * (k - 1)])
    scores = rng.integers(1, 5, (N, k)) + 1.0 * (y[:, None] == np.arange(k))
    return y, scores / scores.sum(axis=1, keepdims=True)


def scored(y, probabilities, interval=INTERVAL):
    """The trace of rows that come in pieces."""
    k = probabilities.shape[1]
    tally, scores = Tally(10, 10 + len(y), interval), scores_of(Schema((), n_classes=k), "exact")
    for part in (slice(start, start + 70) for start in range(0, len(y), 70)):
        rows = ScoredRows(np.arange(10, 10 + len(y))[part], y[part], None, None)
        scores.truth(tally, rows)
        scores.answers(tally, rows, probabilities[part])
    return tally.trace()


def mean_precision(y, probabilities, weight=None):
    """The average precision of scikit-learn, the mean over classes."""
    classes = enumerate(probabilities.T)
    each = [average_precision_score(y == c, one, sample_weight=weight) for c, one in classes]
    return np.mean(each)


def of_scikit_learn(name, y, probabilities, weight=None):
    if probabilities.shape[1] == 2:
        return roc_auc_score(y, probabilities[:, 1], sample_weight=weight)
    return roc_auc_score(y, probabilities, **THEIRS[name])


WINDOWS = {
    "total": lambda trace: trace.total(),
    "tumbling": lambda trace: trace.over(500),
    "sliding": lambda trace: trace.sliding(450),
    "cumulative": lambda trace: trace.cumulative(),
    "since": lambda trace: trace.since(np.maximum(np.arange(20) - 8, 0)),
}


@pytest.mark.parametrize("over", WINDOWS)
@pytest.mark.parametrize("k", [2, 3, 5])
def test_areas_are_those_of_scikit_learn(k, over):
    y, probabilities = rows_of(k)
    columns = WINDOWS[over](scored(y, probabilities)).columns
    for i in range(len(columns["rows"]) - 1, -1, -6):
        own = slice(columns["first_row"][i] - 10, columns["last_row"][i] - 9)
        if len({*y[own]}) == k:
            theirs = mean_precision(y[own], probabilities[own])
            assert PRECISION(columns)[i] == pytest.approx(theirs, abs=1e-12), i
        for name in THEIRS if len({*y[own]}) == k else ():
            theirs = of_scikit_learn(name, y[own], probabilities[own])
            assert METRICS[name](columns)[i] == pytest.approx(theirs, abs=1e-12), (name, i)


def test_of_one_class_against_the_rest_and_with_rows_that_fade():
    y, probabilities = rows_of(3)
    trace = scored(y, probabilities)
    of_2 = metric_of("roc_auc_ovr of 2", Schema((), n_classes=3))
    assert of_2(trace.total().columns)[0] == pytest.approx(
        roc_auc_score(y == 2, probabilities[:, 2]), abs=1e-12
    )
    rows = trace.columns["rows"]
    weight = np.repeat(0.99 ** (N - np.cumsum(rows)), rows)
    theirs = roc_auc_score(y == 2, probabilities[:, 2], sample_weight=weight)
    faded = trace.faded(0.99).columns
    assert of_2(faded)[-1] == pytest.approx(theirs, abs=1e-12)
    theirs = mean_precision(y, probabilities, weight)
    assert PRECISION(faded)[-1] == pytest.approx(theirs, abs=1e-12)
    precision_of_2 = metric_of("average_precision of 2", Schema((), n_classes=3))
    assert precision_of_2(faded)[-1] == pytest.approx(
        average_precision_score(y == 2, probabilities[:, 2], sample_weight=weight), abs=1e-12
    )


def test_classes_that_do_not_occur_are_left_out():
    """Of pairs as scikit-learn has it; a window of one class alone has no area."""
    y, probabilities = rows_of(3)
    y = np.where(y == 0, 1, y)
    columns = scored(y, probabilities).total().columns
    theirs = roc_auc_score(y, probabilities, multi_class="ovo", labels=[0, 1, 2])
    assert METRICS["roc_auc"](columns)[0] == pytest.approx(theirs, abs=1e-12)
    each = [roc_auc_score(y == c, probabilities[:, c]) for c in (1, 2)]
    assert METRICS["roc_auc_ovr"](columns)[0] == pytest.approx(np.mean(each), abs=1e-12)
    assert np.isnan(metric_of("roc_auc_ovr of 0", Schema((), n_classes=3))(columns)[0])
    assert np.isnan(metric_of("average_precision of 0", Schema((), n_classes=3))(columns)[0])
    each = [average_precision_score(y == c, probabilities[:, c]) for c in (1, 2)]
    assert PRECISION(columns)[0] == pytest.approx(np.mean(each), abs=1e-12)
    alone = scored(np.zeros(50, int), probabilities[:50]).total().columns
    assert all(np.isnan(METRICS[name](alone)[0]) for name in OF_SCORES)


def test_a_class_that_has_faded_to_less_than_rounding_does_not_occur():
    """Nor are intervals gone through that weigh nothing."""
    y, probabilities = rows_of(2)
    y = np.where(np.arange(N) < 200, y, 0)
    faded = scored(y, probabilities).faded(0.9).columns
    found = METRICS["roc_auc"](faded)
    rows = 0.9 ** (50 * np.arange(4))[::-1].repeat([40, 50, 50, 50])  # of the first intervals
    theirs = roc_auc_score(y[:190], probabilities[:190, 1], sample_weight=rows)
    assert found[3] == pytest.approx(theirs, abs=1e-12) and np.isnan(found[-8:]).all()
    assert max(len(one.weights) for one in faded["scores"]) == 11


def test_a_row_without_scores_leaves_its_windows_without_an_area():
    y, probabilities = rows_of(2)
    probabilities[3] = np.nan
    found = METRICS["roc_auc"](scored(y, probabilities).over(500).columns)
    assert np.isnan(found[0]) and found[1] == pytest.approx(
        roc_auc_score(y[490:], probabilities[490:, 1])
    )


@pytest.mark.parametrize("k", [2, 3])
def test_leaving_out_an_interval_is_going_through_all_others(k):
    y, probabilities = rows_of(k)
    trace = scored(y, probabilities)
    edges, n = np.append(trace.columns["first_row"] - 10, N), len(trace.columns["rows"])
    left = [np.r_[: edges[i], edges[i + 1] : N] for i in range(n)]
    of_pairs = partial(of_scikit_learn, "roc_auc_ovr")
    for name, theirs in {"roc_auc_ovr": of_pairs, "average_precision": mean_precision}.items():
        found = contributions(METRICS[name], trace.columns)
        total = METRICS[name](trace.total().columns)[0]
        values = [theirs(y[kept], probabilities[kept]) for kept in left]
        pseudo = n * total - (n - 1) * np.array(values)
        assert found == pytest.approx(pseudo - pseudo.mean() + total, abs=1e-10)


@pytest.mark.slow
def test_intervals_along_a_stream_cover_the_area():
    """600 streams of normal scores, one apart: the area is known."""
    rng, true, covered = np.random.default_rng(0), norm.cdf(1 / np.sqrt(2)), []
    for _ in range(600):
        y = rng.choice(2, 2_000, p=[0.8, 0.2])
        scores = rng.standard_normal(2_000) + y
        columns = scored(y, np.column_stack([-scores, scores]), interval=25).columns
        found = along_stream(contributions(METRICS["roc_auc"], columns), (0, 40))
        covered.append(found.low <= true <= found.high)
    assert np.mean(covered) >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 600)


STREAM = Stream.model_validate(
    {"length": 1_500, "concepts": {"a": {"kind": "sea", "threshold": 6}}, "noise": 0.1}
)
CONTENDER = Contender.model_validate({"learner": "naive_bayes", "policy": "online"})
ASKED = {"warmup": 200, "interval": 50, "scores": "exact"}


def test_areas_of_windows_are_those_of_moa():
    """Its WindowAUCImbalancedPerformanceEvaluator (in capymoa 0.11), in each window of 500 rows."""
    functions = zip("abc", (1, 3, 2))
    stream = Stream.model_validate({
        "length": 4_000,
        "concepts": {name: {"kind": "sine", "function": n} for name, n in functions},
        "drift": {"kind": "sudden", "at": [1_200, 2_800]},
    })  # fmt: skip
    rules = Rules(warmup=0, interval=500, scores="exact", truth=False)
    trace = evaluate(stream, CONTENDER, rules, seed=15)
    assert METRICS["roc_auc"](trace.columns | truth(stream, rules, 15).columns) == pytest.approx(
        [
            0.9655394524959743, 0.9874585858585858, 0.9316454470639493, 0.9136096033060562,
            0.921996339714102, 0.5967224737749561, 0.08747391757955138, 0.10087382369886691,
        ],
        abs=1e-15,
    )  # fmt: skip


@pytest.mark.parametrize(
    "rules",
    [{}, {"labels": {"kind": "delayed", "rows": 90}}, {"protocol": "bootstrap"}],
    ids=["at once", "late", "folds"],
)
def test_scores_are_of_every_row_and_change_nothing_else(rules):
    """However late labels are, and on every fold."""
    trace = evaluate(STREAM, CONTENDER, Rules(**ASKED, **rules), repeat=1)
    rows, y = trace.row_scores, STREAM.rows(0, 200, 1_500).y
    assert np.array_equal(rows.y, y) and rows.values.shape == (1_300, 1)
    correct = np.add.reduceat((rows.values[:, 0] > 0.5) == y, np.arange(0, 1_300, 50))
    assert (trace.columns["correct"].sum(axis=1) == correct).all()
    plain = evaluate(STREAM, CONTENDER, Rules(**ASKED | rules | {"scores": 8}), repeat=1).columns
    for name in trace.columns.keys() & plain.keys():
        same = np.array_equal(plain[name], trace.columns[name], equal_nan=True)
        assert "seconds" in name or same, name
    exact = METRICS["roc_auc"](trace.total().columns | {"actual": np.bincount(y)[None]})[0]
    binned = METRICS["auc"]({name: one.sum(0, keepdims=True) for name, one in plain.items()})[0]
    assert exact == pytest.approx(roc_auc_score(y, rows.values[:, 0])) and exact != binned


@pytest.mark.parametrize("protocol", ["prequential", {"kind": "holdout", "every": 70, "rows": 45}])
def test_they_are_kept_in_a_file_of_their_own(tmp_path, protocol):
    rules = Rules(**ASKED | {"protocol": protocol})
    trace = evaluate(STREAM, CONTENDER, rules)
    run, store = SimpleNamespace(key="one", about={}, rules=rules), Store(tmp_path)
    store.save(run, trace)
    assert {path.name for path in tmp_path.iterdir()} == {"one.parquet", "one.scores.parquet"}
    loaded = store.load(run)
    n = 3 if protocol == "prequential" else 4
    assert [one is None for one in loaded.row_scores] == [False] * n + [True] * (4 - n)
    for one, other in zip(loaded.row_scores[:n], trace.row_scores):
        assert np.array_equal(one, other) and one.dtype == other.dtype
    assert loaded.columns.keys() == trace.columns.keys() and run in store
    (tmp_path / "one.scores.parquet").unlink()
    assert run not in store


SEA = {"length": 3_000, "concepts": {"a": {"kind": "sea", "threshold": 6}}}
NUMBERS = {"length": 3_000, "concepts": {"a": {"kind": "linear", "features": 2}}}


@together(
    ("stream", "learner", "scores", "metric", "words"),
    [
        (SEA, "majority", None, "roc_auc", "of every row; set evaluation.scores: exact"),
        (SEA, "majority", 64, "roc_auc_ovr of 1", "set evaluation.scores: exact"),
        (SEA, "majority", "exact", "auc", "'auc' needs scores in bins; set evaluation.scores: 64"),
        (NUMBERS, "mean", "exact", "mae", "in regression no class has a score; leave this out"),
        (NUMBERS, "mean", None, "roc_auc", "'roc_auc' is not for these labels"),
        (SEA, "sklearn.svm.LinearSVC", "exact", "roc_auc", "leave out .*evaluation.scores"),
        (SEA, "majority", "all", "roc_auc", "'all' is not valid; give a number of bins from 2 to"),
    ],
)  # fmt: skip
def test_what_cannot_be_scored_is_refused(stream, learner, scores, metric, words):
    models = {"one": {"learner": learner, "policy": "static"}}
    evaluation = {"scores": scores} if scores else {}
    document = {"stream": stream, "models": models, "evaluation": evaluation}
    with pytest.raises(ScenarioError, match=words):
        load(document | {"report": {"metrics": [metric]}})


def test_all_are_tried():
    assert {*THEIRS, "average_precision"} == OF_SCORES
