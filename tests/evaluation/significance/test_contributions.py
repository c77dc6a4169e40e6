"""Contributions: exact for error, brute force for every metric, and what they are for."""

import numpy as np
import pytest
from together import together

from driftsim.evaluation.metrics import CLASSIFICATION, METRICS, metric_of
from driftsim.evaluation.moments import Moments
from driftsim.evaluation.row_scores import RowScores
from driftsim.evaluation.significance import along_stream, contributions
from driftsim.rows import Schema

N, K, BINS, ROWS = 12, 3, 10, 40
RARE = metric_of("recall of 2", Schema((), n_classes=K))


def classes(rng=None, n=N, lengths=ROWS):
    """Columns of a contender's trace and the truth's, of random rows of three classes."""
    rng = rng or np.random.default_rng(0)
    rows = np.broadcast_to(lengths, n)
    actual = np.array([rng.multinomial(m, [0.6, 0.3, 0.1]) for m in rows])
    correct = rng.binomial(actual, 0.7)
    wrong = rows - correct.sum(axis=1)
    predicted = correct + np.array([rng.multinomial(m, [0.4, 0.3, 0.3]) for m in wrong])
    score_0, score_1 = rng.poisson(2, (n, BINS)), rng.poisson(np.arange(BINS) / 2, (n, BINS))
    sums = {"log_loss": rng.gamma(rows), "brier": rng.gamma(rows)}
    sums |= {"labels_asked": np.arange(n)}
    sums |= {"score_0": score_0, "score_1": score_1, "score_sum": score_1 + rng.random((n, BINS))}
    sums |= {"no_change_correct": rng.binomial(rows, 0.4), "majority_correct": actual[:, 0]}
    sums |= {"expected_error": 0.3 * rows, "bayes_error": 0.1 * rows}
    y = np.repeat(np.tile(np.arange(K), n), actual.ravel())
    values = np.random.default_rng(1).integers(1, 9, (len(y), K)) + np.eye(K)[y]
    sums |= {"scores": RowScores.of(y, values, np.cumsum(rows) - rows).intervals()}
    return intervals(rows) | sums | {"actual": actual, "predicted": predicted, "correct": correct}


def numbers(rng=None, n=N):
    rng = rng or np.random.default_rng(0)
    names = ("absolute_error", "squared_error", "excess_squared_error")
    sums = {name: rng.gamma(20, size=n) for name in names}
    sums |= {f"mean_{name}": rng.gamma(60, size=n) for name in names[:2]}
    labels = {"y_mean": rng.normal(1e6, 1, n), "y_spread": rng.gamma(ROWS, size=n)}
    labels |= {"y_least": rng.normal(-9, 1, n), "y_greatest": rng.normal(9, 1, n)}
    covered, bounded = rng.binomial(ROWS, 0.8, n), rng.binomial(ROWS, 0.9, n)
    sums |= {"interval_rows": np.full(n, ROWS), "interval_level": np.full(n, 0.9 * ROWS)}
    sums |= {"interval_covered": covered, "interval_bounded": bounded}
    sums |= {f"interval_{name}": rng.gamma(20, size=n) for name in ("width", "score")}
    return intervals(np.full(n, ROWS)) | sums | labels


def intervals(rows):
    last = np.cumsum(rows)
    sizes = {"model_bytes": np.arange(len(rows)) + 0.5}
    return {"first_row": last - rows, "last_row": last - 1, "rows": rows} | sizes


def test_of_error_they_are_the_errors_of_the_intervals():
    for name, tallies in {"error": classes(), "mae": numbers()}.items():
        assert contributions(METRICS[name], tallies) == pytest.approx(METRICS[name](tallies))


@together("name", METRICS)
def test_every_metric_is_what_leaving_intervals_out_changes(name):
    metric = METRICS[name]
    tallies = classes() if metric in CLASSIFICATION else numbers()

    def over(kept):
        whole = {key: column[kept].sum(0, keepdims=True) for key, column in tallies.items()}
        if "y_mean" in tallies:
            labels = Moments(*(tallies[key] for key in ("rows", "y_mean", "y_spread")))
            whole |= dict(zip(("y_mean", "y_spread"), labels.part(kept).over([0])[1:]))
            whole["y_least"] = tallies["y_least"].min()[None]  # of the whole stream
            whole["y_greatest"] = tallies["y_greatest"].max()[None]
        return metric(whole)[0]

    total = over(slice(None))
    left = [N * total - (N - 1) * over(np.arange(N) != i) for i in range(N)]
    found = contributions(metric, tallies)
    assert found == pytest.approx(left - np.mean(left) + total)
    assert found.mean() == pytest.approx(total)


def test_what_is_no_sum_is_that_of_the_whole_stream():
    def spans(tally):
        return tally["last_row"] - tally["first_row"] + tally["model_bytes"]

    assert contributions(spans, classes()) == pytest.approx(np.full(N, N * ROWS - 1 + N - 0.5))


def test_a_metric_that_rests_on_one_interval_is_not_known():
    tallies = classes(n=60)
    tallies["actual"][:, 2] = tallies["correct"][:, 2] = 0
    tallies["actual"][17, 2], tallies["correct"][17, 2] = 4, 3
    series = contributions(RARE, tallies)
    assert np.flatnonzero(np.isnan(series)).tolist() == [17]
    assert not along_stream(series).known and along_stream(series).mean == pytest.approx(0.75)


def test_what_is_undefined_stays_so():
    assert np.isnan(
        contributions(METRICS["kappa"], numbers() | {"correct": np.zeros((N, 1))})
    ).all()
    one = {name: column[:1] for name, column in classes().items()}
    assert contributions(METRICS["error"], one) == pytest.approx(METRICS["error"](one))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["error", "kappa", "recall of 2", "f1", "auc"])
def test_intervals_of_any_metric_cover_it(name):
    """2,000 streams of 80 intervals; the true value is that of all of them together."""
    metric = METRICS.get(name, RARE)
    rng = np.random.default_rng(0)
    streams = [classes(rng, 80, 25) for _ in range(2000)]
    keys = streams[0].keys() - {"scores"}
    whole = {key: np.sum([one[key] for one in streams], axis=(0, 1))[None] for key in keys}
    (true,) = metric(whole)
    found = [along_stream(contributions(metric, one), (0, 40)) for one in streams]
    covered = np.mean([one.low <= true <= one.high for one in found])
    assert covered >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 2000)
