"""Tallies: what the page keeps of traces, so that it can compute metrics from it.

docs/design.md ("The tallies of the page") describes the format; unpack.js reads it.
"""

from collections.abc import Iterable, Mapping
from itertools import chain

import numpy as np

from driftsim.evaluation.metrics import Metric
from driftsim.evaluation.trace import LABEL_EXTREMES, LABEL_MOMENTS
from driftsim.report.dates import Dates

REFERENCES = ("majority", "mean", "no_change")
REGRESSION = ("absolute_error", "squared_error", "excess_squared_error")
INTERVALS = tuple(
    f"interval_{name}" for name in ("rows", "bounded", "covered", "level", "width", "score")
)
OF_INTERVALS = (*INTERVALS, *LABEL_EXTREMES)
OF_PROBABILITIES = "log_loss", "brier", "score_0", "score_1", "score_sum"
UNCHANGED = (*OF_PROBABILITIES, "labels_asked", *REGRESSION, *OF_INTERVALS)
ALWAYS = {"missed", "confused", "absolute_error"}  # of a contender
BY_ROW = ("label", "rank")  # their size grows with the rows of the stream
# By columns of traces.
PACKED: dict[str, tuple[str, ...]] = {name: (name,) for name in UNCHANGED}
PACKED |= {"expected_error": ("excess",), "scores": BY_ROW}
Columns = Mapping[str, np.ndarray]


def needed(metrics: Iterable[Metric]) -> set[str]:
    """The columns of a contender that metrics need, beside those that are always kept."""
    columns = set().union(*(one.formula.columns for one in metrics))
    return {*chain.from_iterable(PACKED[name] for name in columns & PACKED.keys())} - ALWAYS


def of_contender(truth: Columns, trace: Columns) -> dict[str, np.ndarray]:
    """What is kept of a contender, from the columns of the truth and of its trace.

    Where it is scored on part of the rows, also what is true of these.
    """
    truth, part = {**truth, **trace}, of_part(trace)
    kept = part | {name: trace[name] for name in UNCHANGED if name in trace}
    if "predicted" in trace:
        kept["missed"] = truth["actual"] - trace["correct"]
        if kept["missed"].shape[1] != 2:
            kept["confused"] = (trace["predicted"] - trace["correct"])[:, :-1]
    if "expected_error" in trace and "bayes_error" in truth:
        kept["excess"] = excess(truth, trace["expected_error"])
    if "scores" in trace:
        kept |= of_rows(trace["scores"])
    return kept


def of_rows(stretches: np.ndarray) -> dict[str, np.ndarray]:
    """The label of each row, and the rank of each of its scores among those of all rows.

    Of stretches (w,), in as many places as the longest has rows: (w, m) labels, and (w, k m) ranks,
    class by class. With k classes the label of a place without a row is k, that of a row without
    scores k + 1.
    """
    labels, scores = zip(*(one.scored()[:2] for one in stretches))
    values, k = np.concatenate(scores), stretches[0].rows.n_classes
    missing = np.isnan(values).any(axis=1)
    ranks = [np.unique(score, return_inverse=True)[1] for score in values.T]
    lengths = np.array([len(one) for one in labels])
    taken = np.arange(lengths.max()) < lengths[:, None]
    label, rank = np.full(taken.shape, k), np.zeros((len(ranks), *taken.shape), np.int64)
    label[taken] = np.where(missing, k + 1, np.concatenate(labels))
    rank[:, taken] = ranks
    return {"label": label, "rank": np.moveaxis(rank, 0, 1).reshape(len(label), -1)}


def retrainings(trace: Columns) -> dict[str, np.ndarray]:
    """The intervals in which a contender was retrained, 1 for each; the first is of the warm-up."""
    after = np.arange(len(trace["fits"])) > 0
    return {"fits": ((trace["fits"] > 0) & after).astype(np.int64)}


def of_truth(truth: Columns) -> dict[str, np.ndarray]:
    """What is kept of the truth with one seed, from its columns."""
    names = ["actual", "bayes_error", *LABEL_MOMENTS, "bayes_squared_error"]
    names += [f"{one}_{name}" for one in REFERENCES for name in ("correct", *REGRESSION)]
    kept = {name: truth[name] for name in names if name in truth}
    for one in REFERENCES:
        if f"{one}_expected_error" in truth and "bayes_error" in truth:
            kept[f"{one}_excess"] = excess(truth, truth[f"{one}_expected_error"])
    return kept


def of_part(trace: Columns) -> dict[str, np.ndarray]:
    """What is kept of the truth about part of the rows, where a contender is scored on that."""
    return {"scored": trace["scored"]} | of_truth(trace) if "scored" in trace else {}


def passed(truth: Columns, dates: Dates) -> dict[str, np.ndarray]:
    """How long after the row before it each interval begins, and how long it is (microseconds)."""
    moments = dates.at(np.column_stack([truth["first_row"], truth["last_row"]])).ravel()
    return {"passed": np.diff(moments, prepend=moments[0]).reshape(-1, 2).astype(np.int64)}


def excess(truth: Columns, expected_error: np.ndarray) -> np.ndarray:
    """The expected error of each interval beyond the best possible; below 0 by rounding alone."""
    return np.maximum(expected_error - truth["bayes_error"], 0)


def available(one) -> set[str]:
    """The columns that can be kept of the contenders of a variant."""
    runs = [run for result in one.contenders.values() for run in result.runs]
    first = [(one.truth.within(slice(1)), one.trace.within(slice(1))) for one in runs]
    return set().union(*(of_contender(truth.columns, trace.columns) for truth, trace in first))
