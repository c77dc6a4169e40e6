"""Rankings: how contenders compare over the settings of a sweep, each setting counting once."""

from itertools import combinations

import numpy as np
import pandas as pd

from driftsim.evaluation.significance import bayesian_signed_rank, ranked, wilcoxon_holm
from driftsim.parts import identity
from driftsim.report.comparisons import Measured, margin, scope_of
from driftsim.streams.stream import PARTS, spawn_rng

RANKS = ["contender", "metric", "rank", "settings", "streams", "p", "critical", "test"]
PAIRS = ["better", "worse", "metric", "settings", "wins", "ties", "losses", "p"]
EQUAL = ["p_better", "p_equal", "p_worse"]  # where a margin was given


def ranks(results):
    """A row a contender: its mean rank over the settings of a sweep, the best first.

    By the metric that is asked for first. With the chance `p` of such ranks if all were alike,
    by which `test`, and the `critical` difference of ranks, beyond which two differ. No rows
    without a sweep, or a second contender, or where the metric is not known.
    """
    names, losses = losses_of(results)
    if len(losses) < 2 or len(names) < 2:
        return pd.DataFrame(columns=RANKS)
    found = ranked(losses)
    frame = pd.DataFrame({"contender": names, "metric": results.first_metric, "rank": found.mean})
    frame = frame.assign(settings=len(losses), streams=streams_of(results))
    frame = frame.assign(p=found.p, critical=found.critical, test=found.test)
    return frame.sort_values("rank", ignore_index=True)


def rank_pairs(results):
    """A row for each two contenders: in how many settings of a sweep the one is better.

    `p` is that of Wilcoxon's signed-rank test, by Holm's correction for all pairs. With
    `report.equivalence`, also how probable it is that the one is better by more than the margin,
    that both are equal to within it, or that the other is better (Benavoli et al. 2017).
    """
    names, losses = losses_of(results)
    if len(losses) < 2 or len(names) < 2:
        return pd.DataFrame(columns=PAIRS)
    adjusted, rows = wilcoxon_holm(losses), []
    margins = margins_of(results, losses)
    order = np.argsort(losses.mean(axis=0), kind="stable")
    for i, j in combinations(order.tolist(), 2):
        apart = losses[:, j] - losses[:, i]
        row = {"better": names[i], "worse": names[j], "metric": results.first_metric}
        row |= {"settings": len(apart), "wins": int(np.sum(apart > 0))}
        row |= {"ties": int(np.sum(apart == 0)), "losses": int(np.sum(apart < 0))}
        row |= {"p": adjusted[i, j]}
        if margins is not None:
            shares = bayesian_signed_rank(*(losses[:, one] / margins for one in (i, j)), 1.0, rng())
            row |= dict(zip(EQUAL, shares))
        rows.append(row)
    return pd.DataFrame(rows, columns=[*PAIRS, *(EQUAL if margins is not None else ())])


def rng():
    """The same draws of a posterior for every pair."""
    return spawn_rng(0, PARTS)


def streams_of(results):
    """How many different streams the settings have: of a swept learner one alone."""
    return len({identity(one.scenario.stream) for one in results.study.variants})


def losses_of(results):
    """The names of the contenders, and their metric in each setting (n, k), lower being better."""
    names = list(results.study.variants[0].scenario.models)
    losses = []
    for variant, _, runs in results.contests():
        if len(runs) == len(names):
            scope = scope_of(variant.scenario, runs, results.first_metric)
            losses.append([scope.sign * Measured(runs[name], scope).value for name in names])
    return names, np.array([one for one in losses if np.isfinite(one).all()])


def margins_of(results, losses):
    """The greatest difference that does not matter in each setting (n,), or None."""
    scenario = results.study.variants[0].scenario
    return margin(scenario, results.first_metric, np.abs(losses).min(axis=1))
