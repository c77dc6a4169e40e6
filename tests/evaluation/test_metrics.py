"""Metrics against scikit-learn and the golden fixture."""

import re
from functools import partial

import numpy as np
import pytest
from sklearn import metrics
from together import together

from driftsim.evaluation.metrics import CLASSIFICATION, METRICS, metric_of
from driftsim.evaluation.prequential import ScoredRows
from driftsim.evaluation.row_scores import RowScores
from driftsim.evaluation.scores import scores_of
from driftsim.evaluation.trace import Tally, Trace
from driftsim.learners.reference import Mean
from driftsim.rows import Labelled, Schema

Y = np.array([0, 0, 1, 1, 1, 0, 1, 0, 0, 0, 1, 1, 0, 1, 1, 1, 0, 0, 1, 0])
P = np.array([0, 1, 1, 1, 0, 0, 1, 1, 0, 0, 1, 0, 0, 1, 1, 1, 1, 0, 1, 0])


def tally(y, predicted, k):
    count = lambda codes: np.bincount(codes, minlength=k)[None, :]  # noqa: E731
    return {
        "rows": np.array([len(y)]),
        "actual": count(y),
        "predicted": count(predicted),
        "correct": count(y[y == predicted]),
    }


def by_row(y, predicted, k=2):
    """The same, an interval a row, with what the references had right."""
    before = np.append(0, y[:-1])
    counts = np.cumsum(np.vstack([np.zeros(k), np.eye(k)[y]]), axis=0)[:-1]
    n = len(y)
    return Trace(
        {
            "first_row": np.arange(n),
            "last_row": np.arange(n),
            "rows": np.ones(n, int),
            "actual": np.eye(k, dtype=int)[y],
            "predicted": np.eye(k, dtype=int)[predicted],
            "correct": np.eye(k, dtype=int)[y] * (y == predicted)[:, None],
            "no_change_correct": (before == y).astype(int),
            "majority_correct": (counts.argmax(axis=1) == y).astype(int),
        },
        interval=1,
    )


KNOWN = {  # of `classes` and `numbers`: a metric has its known answer here
    "error": 0.25, "accuracy": 0.75, "excess_error": 0.2, "kappa": 0.5, "kappa_temporal": 0.5,
    "kappa_m": 0.6428571428571429, "mcc": 0.502518907629606,
    "balanced_accuracy": 0.75, "g_mean": 0.7483314773547882,
    "precision": 0.7525252525252525, "recall": 0.75, "f1": 0.7493734335839599,
    "specificity": 0.75,
    "log_loss": 0.45, "brier": 0.2, "auc": 0.7, "calibration_error": 0.075,
    "roc_auc": 0.75, "roc_auc_ovo_weighted": 0.75, "roc_auc_ovr": 0.75,
    "roc_auc_ovr_weighted": 0.75, "average_precision": 0.6881313131313131,
    "mae": 0.5, "rmse": 0.8660254037844386, "r2": 0.5, "excess_mse": 0.25,
    "relative_absolute_error": 0.5, "relative_squared_error": 0.25,
    "interval_score": 7.0, "coverage": 0.75, "coverage_gap": 0.15, "interval_width": 3.0,
    "normalized_width": 0.6, "unbounded_intervals": 0.5, "asked": 0.15,
}  # fmt: skip


def classes():
    """The rows of the golden fixture as one window, with sums as of probabilities."""
    one = lambda *values: np.array([values if len(values) > 1 else values[0]])  # noqa: E731
    sums = {"expected_error": one(6.0), "bayes_error": one(2.0)}
    sums |= {"log_loss": one(9.0), "brier": one(4.0), "labels_asked": one(3)}
    sums |= {"score_0": one(6, 4), "score_1": one(2, 8), "score_sum": one(2.5, 7.0)}
    scores = RowScores.of(Y, np.column_stack([1.0 - P, P]), np.zeros(1, int))
    return by_row(Y, P).total().columns | sums | {"scores": scores.intervals()}


def numbers():
    """Four rows of regression as one window."""
    sums = {"absolute_error": 2, "squared_error": 3, "excess_squared_error": 1}
    sums |= {"mean_absolute_error": 4, "mean_squared_error": 12}
    sums |= {"rows": 4, "y_mean": 1, "y_spread": 6, "y_least": -1, "y_greatest": 4}
    sums |= {"interval_rows": 4, "interval_bounded": 2, "interval_covered": 3}
    sums |= {"interval_level": 3.6, "interval_width": 6, "interval_score": 14}
    return {name: np.array([value]) for name, value in sums.items()}


@together("name", METRICS)
def test_a_metric_has_its_known_answer(name):
    assert name in KNOWN, f"'{name}' has no known answer: add it to KNOWN"
    columns = classes() if METRICS[name] in CLASSIFICATION else numbers()
    assert METRICS[name](columns)[0] == pytest.approx(KNOWN[name], abs=1e-15)


def test_a_metric_of_one_class_has_its_known_answer():
    assert metric_of("recall of 0", Schema(()))(classes())[0] == 0.7
    assert metric_of("recall of 1", Schema(()))(classes())[0] == 0.8
    assert metric_of("specificity of 0", Schema(()))(classes())[0] == 0.8
    assert metric_of("specificity of 1", Schema(()))(classes())[0] == 0.7


def test_specificity_of_three_classes():
    """Of two rows not of class 0 one is predicted to be; of the others' three rows none is."""
    whole = tally(np.array([0, 0, 1, 2]), np.array([0, 0, 1, 0]), 3)
    schema = Schema((), n_classes=3)
    shares = [metric_of(f"specificity of {c}", schema)(whole)[0] for c in range(3)]
    assert shares == [0.5, 1, 1] and METRICS["specificity"](whole)[0] == pytest.approx(2.5 / 3)


def test_specificity_is_nan_where_other_classes_weigh_less_than_rounding():
    y = np.append(1, np.zeros(500, int))
    faded = by_row(y, y).faded(0.9).columns
    of_0, of_1 = (metric_of(f"specificity of {c}", Schema(()))(faded) for c in range(2))
    assert of_0[9] == pytest.approx(1) and np.isnan(of_0[400:]).all()
    assert np.isnan(of_1[0]) and (of_1[1:] == 1).all()


def test_golden_fixture_along_the_stream():
    rows = by_row(Y, P)
    faded = METRICS["error"](rows.faded(0.9).columns)
    assert faded[-1] == pytest.approx(0.20467153147377487, abs=1e-15)
    assert faded[9] == pytest.approx(0.2811141719738426, abs=1e-15)
    assert METRICS["error"](rows.sliding(5).columns)[-1] == pytest.approx(0.2)
    assert METRICS["error"](rows.cumulative().columns)[-1] == 0.25
    assert rows.sliding(5).columns["first_row"].tolist() == [0] * 5 + list(range(1, 16))
    wrong = Y != P
    windows = [wrong[max(0, i - 4) : i + 1].mean() for i in range(20)]
    assert np.allclose(METRICS["error"](rows.sliding(5).columns), windows)
    assert np.allclose(
        METRICS["error"](rows.cumulative().columns), np.cumsum(wrong) / np.arange(1, 21)
    )


def test_fading_over_intervals_is_right_to_within_one():
    y, predicted = np.random.default_rng(0).integers(0, 2, (2, 400))
    exact = METRICS["error"](by_row(y, predicted).faded(0.99).columns)[19::20]
    coarse = METRICS["error"](by_row(y, predicted).over(20).faded(0.99).columns)
    assert np.abs(exact - coarse).max() < 1 - 0.99**20


@pytest.mark.parametrize("k", [2, 3, 7])
def test_against_scikit_learn(k):
    y, predicted = np.random.default_rng(k).integers(0, k, (2, 500))
    predicted[:200] = y[:200]
    whole, schema = tally(y, predicted, k), Schema((), n_classes=k)
    theirs = {
        "accuracy": metrics.accuracy_score,
        "kappa": metrics.cohen_kappa_score,
        "mcc": metrics.matthews_corrcoef,
        "balanced_accuracy": metrics.balanced_accuracy_score,
        **{
            f"{name}{way}": partial(getattr(metrics, f"{name}_score"), average=average)
            for name in ("precision", "recall", "f1")
            for way, average in (("", "macro"), ("_micro", "micro"))
        },
        **{
            f"{name} of {k - 1}": lambda y, p, name=name: getattr(metrics, f"{name}_score")(
                y, p, average=None
            )[-1]
            for name in ("precision", "recall", "f1")
        },
    }
    for name, theirs_of in theirs.items():
        own = metric_of(name, schema)(whole)[0]
        assert own == pytest.approx(theirs_of(y, predicted), abs=1e-12), name


def test_scores_against_scikit_learn():
    """Scores that stand in the middle of their bins lose nothing by being counted."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 1000)
    score = (np.clip(rng.normal(0.4 + 0.2 * y, 0.2), 0, 0.999) * 64).astype(int) / 64 + 1 / 128
    trace = Tally(0, 1000, 1000)
    rows = ScoredRows(np.arange(1000), y, None, None)
    scores_of(Schema(()), 64).answers(trace, rows, np.column_stack([1 - score, score]))
    columns = trace.columns | {"actual": np.bincount(y)[None]}
    assert METRICS["auc"](columns)[0] == pytest.approx(metrics.roc_auc_score(y, score))
    bins = [(score == one) for one in np.unique(score)]
    apart = sum(abs(score[b].mean() - y[b].mean()) * b.mean() for b in bins)
    assert METRICS["calibration_error"](columns)[0] == pytest.approx(apart)
    golden = np.array([0.9, 0.8, 0.8, 0.7, 0.4, 0.4, 0.2])
    trace, y = Tally(0, 7, 7), np.array([1, 1, 0, 1, 0, 1, 0])
    probabilities = np.column_stack([1 - golden, golden])
    scores_of(Schema(()), 64).answers(trace, ScoredRows(np.arange(7), y, None, None), probabilities)
    assert METRICS["auc"](trace.columns)[0] == 0.75


def test_log_loss_and_brier_score_of_sure_answers():
    tally, y = Tally(0, 3, 1), np.array([1, 0, 1])
    probabilities = np.array([[1.0, 0.0], [1 - 1e-9, 1e-9], [1 - 1e-9, 1e-9]])
    scores_of(Schema(())).answers(tally, ScoredRows(np.arange(3), y, None, None), probabilities)
    assert METRICS["log_loss"](tally.columns) == pytest.approx(-np.log([1e-15, 1 - 1e-9, 1e-9]))
    assert METRICS["brier"](tally.columns) == pytest.approx([2, 0, 2])


@together(
    ("name", "words"),
    [
        ("eror", "no metric is called 'eror'; did you mean 'error'?"),
        ("mae", "'mae' is not for these labels"),
        ("recall of 2", "no class is called '2'; choose from 0, 1"),
        ("kappa of 1", "no metric is called 'kappa of 1'"),
    ],
)
def test_metrics_that_are_not(name, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        metric_of(name, Schema(()))


def test_undefined_is_nan():
    one_class = tally(np.zeros(5, int), np.zeros(5, int), 2)
    assert np.isnan(METRICS["kappa"](one_class)[0])
    assert np.isnan(METRICS["excess_error"](one_class)[0])
    assert METRICS["error"](one_class)[0] == 0
    for name in ("mcc", "g_mean", "balanced_accuracy", "kappa_m", "auc", "log_loss"):
        assert np.isnan(METRICS[name](one_class)[0]), name
    never = tally(np.array([0, 0, 1]), np.array([0, 0, 0]), 2)
    assert np.isnan(METRICS["precision"](never)[0]) and METRICS["recall"](never)[0] == 0.5
    assert METRICS["f1"](never)[0] == pytest.approx(0.4)


def of_numbers(y, predicted, interval, pieces=7):
    """The columns of a trace of numbers and of answers to them, whose rows come in pieces."""
    tally, t, scores = (
        Tally(0, len(y), interval),
        np.arange(len(y)),
        scores_of(Schema((), (), None)),
    )
    for start in range(0, len(y), pieces):
        some = slice(start, start + pieces)
        rows = ScoredRows(t[some], y[some], None, None)
        scores.truth(tally, rows)
        scores.answers(tally, rows, predicted[some])
    return tally.trace()


WINDOWED = {
    "tumbling": lambda trace: trace.over(60),
    "sliding": lambda trace: trace.sliding(60),
    "cumulative": lambda trace: trace.cumulative(),
    "total": lambda trace: trace.total(),
}


@pytest.mark.parametrize("over", WINDOWED)
@pytest.mark.parametrize("level", [0.0, 1e9, -2e9])
def test_r2_is_that_of_scikit_learn_however_far_labels_are_from_zero(over, level):
    """And however far from the first of them: they jump, as a random walk may."""
    rng = np.random.default_rng(0)
    y = level + rng.standard_normal(410) + np.where(np.arange(410) < 200, 1e6, 0)
    predicted = y + rng.standard_normal(410)
    columns = WINDOWED[over](of_numbers(y, predicted, 20)).columns
    windows = zip(columns["first_row"], columns["last_row"] + 1)
    near, answers = y - level, predicted - level  # exact, and R² does not depend on it
    expected = [metrics.r2_score(near[a:b], answers[a:b]) for a, b in windows]
    assert METRICS["r2"](columns) == pytest.approx(expected, rel=1e-6, abs=1e-6)


def test_r2_of_faded_rows_is_that_of_rows_which_weigh_less():
    rng = np.random.default_rng(0)
    y, predicted = 1e9 + rng.standard_normal((2, 100))
    faded = METRICS["r2"](of_numbers(y, predicted, 1).faded(0.9).columns)
    weight = 0.9 ** np.arange(99, -1, -1)
    expected = metrics.r2_score(y, predicted, sample_weight=weight)
    assert faded[-1] == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("over", [*WINDOWED, "faded"])
@pytest.mark.parametrize("level", [0.1, 1e9 / 3, 0.0])
def test_r2_is_nan_where_labels_are_all_equal_and_nearly(over, level):
    y = np.full(200, level)
    nearly = np.where(np.arange(200) % 3, y, np.nextafter(level, 2 * level))
    for labels in (y, nearly):
        trace = of_numbers(labels, labels + 0.5, 10)
        windows = trace.faded(0.98) if over == "faded" else WINDOWED[over](trace)
        assert np.isnan(METRICS["r2"](windows.columns)).all()


def test_what_lies_before_a_sliding_window_leaves_nothing_in_it():
    y, predicted = np.zeros(200), np.full(200, 0.25)
    predicted[:20] = 2.0**40
    slid = of_numbers(y, predicted, 10).sliding(30).columns
    assert (METRICS["rmse"](slid)[4:] == 0.25).all() and METRICS["rmse"](slid)[0] == 2.0**40


def test_errors_relative_to_a_mean_that_is_right_up_to_rounding_are_nan():
    model, y = Mean().start(Schema((), (), None), 0), np.full(1000, 0.1)
    model.learn(Labelled(np.arange(1000), np.zeros((1000, 1)), y))
    rounded = {name: np.array([1e-17]) for name in ("mean_absolute_error", "mean_squared_error")}
    own = {name: np.array([1.0]) for name in ("absolute_error", "squared_error")}
    whole = {"rows": np.array([10]), "y_mean": np.array([1.0])} | own
    assert model.predict(y[:1, None]) == 0.1
    rounded["mean_squared_error"] = rounded["mean_squared_error"] ** 2
    for name in ("relative_absolute_error", "relative_squared_error"):
        assert np.isnan(METRICS[name](whole | rounded)[0]), name


def test_kappas_are_nan_where_chance_alone_is_right_up_to_rounding():
    """Rows of the other class are so long past that they weigh less than rounding."""
    y = np.append(1, np.zeros(500, int))
    faded = by_row(y, np.append(1, np.zeros(500, int))).faded(0.9).columns
    for name in ("kappa", "kappa_temporal", "kappa_m", "mcc"):
        assert METRICS[name](faded)[9] == pytest.approx(1), name
        assert np.isnan(METRICS[name](faded)[400:]).all(), name


def test_kappa_and_mcc_of_ten_billion_rows():
    small = {name: np.array(one) for name, one in (("rows", [8]), ("actual", [[4, 4]]))}
    small |= {"predicted": np.array([[6, 2]]), "correct": np.array([[4, 2]])}
    large = {name: one * 1_250_000_000 for name, one in small.items()}
    for name in ("kappa", "mcc"):
        assert METRICS[name](large)[0] == pytest.approx(METRICS[name](small)[0], rel=1e-12)


def test_macro_averages_count_classes_that_are_only_predicted():
    """Of three classes the last never occurs, and is predicted once: its precision and F1 are 0."""
    whole = tally(np.array([0, 0, 1]), np.array([0, 2, 1]), 3)
    assert METRICS["precision"](whole)[0] == pytest.approx(2 / 3)
    assert METRICS["f1"](whole)[0] == pytest.approx((2 / 3 + 1 + 0) / 3)
    assert np.isnan(METRICS["recall"](whole)[0])
    assert METRICS["balanced_accuracy"](whole)[0] == pytest.approx(0.75)


def test_neither_brier_scores_nor_excesses_are_below_zero():
    trace, own = Tally(0, 3, 3), np.array([1 - 1e-9, 0.7, 0.1 + 0.2])
    probabilities = np.column_stack([own, 1 - own])
    scores_of(Schema(())).answers(
        trace, ScoredRows(np.arange(3), np.zeros(3, int), None, None), probabilities
    )
    expected = 2 * (1 - own) ** 2
    assert trace.columns["brier"][0] == pytest.approx(expected.sum(), rel=1e-12)
    rounded = tally(Y, P, 2) | {
        "expected_error": np.array([0.3]),
        "bayes_error": 3 * np.array([0.1]),
    }
    assert METRICS["excess_error"](rounded)[0] == 0


def test_metrics_of_intervals_are_undefined_before_the_first_interval():
    names = ("interval_score", "coverage", "coverage_gap", "interval_width", "normalized_width")
    none = {name: np.zeros(1) for name in numbers() if name.startswith("interval_")}
    assert all(np.isnan(METRICS[name](numbers() | none)[0]) for name in names)
