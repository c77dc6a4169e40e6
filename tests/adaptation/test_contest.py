"""Policies against one another, where it is plain which should win."""

from functools import cache

import numpy as np
import pytest
from scipy.stats import t

from driftsim.evaluation.prequential import Contender, evaluate
from driftsim.streams.stream import Stream

SEEDS = 12
MEMORY = 80
FAR = [[-0.6] * 6, [0.6] * 6]
BAYES = "sklearn.naive_bayes.GaussianNB"


POLICIES = {
    "after": {"kind": "on_drift", "memory": MEMORY},
    "before": {"kind": "on_drift", "memory": MEMORY, "gather": "before"},
    "recall": {"kind": "recall", "memory": MEMORY},
    "at_drift": {"kind": "at_drift", "memory": MEMORY},
}


@cache
def errors(name):
    """The error of a policy with each seed, on ten changes between two far concepts."""
    stream = Stream.model_validate(
        {
            "length": 11_500,
            "concepts": {
                "one": {"kind": "gaussians", "means": FAR},
                "other": {"kind": "gaussians", "means": FAR[::-1]},
            },
            "drift": {"kind": "recurring", "every": 1_000},
        }
    )
    assert len(stream.changes(0)) >= 10
    return np.array([error(stream, POLICIES[name], seed) for seed in range(SEEDS)])


def error(stream, policy, seed):
    contender = Contender.model_validate({"learner": BAYES, "policy": policy})
    columns = evaluate(stream, contender, seed=seed).columns
    return 1 - columns["correct"].sum() / columns["rows"].sum()


def interval(differences):
    """Between what their mean lies, at 95 %, the seed being the unit."""
    half = t.ppf(0.975, len(differences) - 1) * differences.std(ddof=1) / np.sqrt(len(differences))
    return differences.mean() - half, differences.mean() + half


@pytest.mark.slow
def test_gathering_after_the_alarm_beats_gathering_before_it():
    assert interval(errors("before") - errors("after"))[0] > 0


@pytest.mark.slow
def test_recalling_beats_forgetting_where_concepts_return():
    assert interval(errors("after") - errors("recall"))[0] > 0


def test_who_is_told_the_changes_is_not_beaten_by_who_has_to_hear_of_them():
    assert interval(errors("at_drift") - errors("after"))[0] <= 0
    assert errors("at_drift").mean() < errors("after").mean()
