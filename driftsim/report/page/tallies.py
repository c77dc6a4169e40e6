"""Tallies: what the page keeps of traces, so that metrics can be recomputed from it."""

import numpy as np

from driftsim.evaluation.trace import OF_LABELS
from driftsim.report.measures import excess

REFERENCES = ("majority", "mean", "no_change")
OF_NUMBERS = ("absolute_error", "squared_error", "excess_squared_error")
AS_THEY_ARE = ("log_loss", "brier", "score_0", "score_1", "score_sum", *OF_NUMBERS)
ALWAYS = {"missed", "confused", "absolute_error"}  # of a contender
NEEDED = {
    "excess_error": {"excess"},
    "log_loss": {"log_loss"},
    "brier": {"brier"},
    "auc": {"score_0", "score_1"},
    "calibration_error": {"score_1", "score_sum"},
    "rmse": {"squared_error"},
    "r2": {"squared_error"},
    "relative_squared_error": {"squared_error"},
    "excess_mse": {"excess_squared_error"},
}  # of a contender, by metrics, beyond what is always kept


def needed(metrics):
    """The columns of a contender that metrics need."""
    return ALWAYS.union(*(NEEDED.get(name, ()) for name in metrics))


def of_contender(truth, trace):
    """What is kept of a contender, from the columns of the truth and of its trace.

    `missed` counts the rows of each class that were predicted to be of another; `confused` those
    that were predicted to be of each and are not, without the last class, and of two classes
    without the first, for they follow. They are small, and take little room.
    """
    told = {name: trace[name] for name in AS_THEY_ARE if name in trace}
    if "predicted" in trace:
        told["missed"] = truth["actual"] - trace["correct"]
        told["confused"] = (trace["predicted"] - trace["correct"])[:, :-1]
        if told["missed"].shape[1] == 2:
            del told["confused"]
    if "expected_error" in trace and "bayes_error" in truth:
        told["excess"] = excess(truth | trace)
    return told


def ticked(trace):
    """The intervals in which a contender was retrained, 1 for each; the first is of the warm-up."""
    after = np.arange(len(trace["fits"])) > 0
    return {"fits": ((trace["fits"] > 0) & after).astype(np.int64)}


def of_truth(truth):
    """What is kept of the truth with one seed, from its columns."""
    names = ["actual", "bayes_error", *OF_LABELS, "bayes_squared_error"]
    names += [f"{one}_{name}" for one in REFERENCES for name in ("correct", *OF_NUMBERS)]
    told = {name: truth[name] for name in names if name in truth}
    for one in REFERENCES:
        if f"{one}_expected_error" in truth and "bayes_error" in truth:
            told[f"{one}_excess"] = excess(
                truth | {"expected_error": truth[f"{one}_expected_error"]}
            )
    return told


def held(scenes, models):
    """The columns that can be kept of the contenders of some scenes."""
    runs = [one for _, played in scenes for one in played if one.contender in models]
    return set().union(*(of_contender(one.truth.columns, one.trace.columns) for one in runs))
