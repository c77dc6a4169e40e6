"""Rankings: how contenders compare over the settings of a sweep, each setting counting once."""

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np

from driftsim.evaluation.significance import bayesian_signed_rank, ranked, wilcoxon_holm
from driftsim.parts import identity
from driftsim.report.comparisons import margin, measured, scope_of
from driftsim.report.table import Row, Table
from driftsim.report.variant_results import VariantResults
from driftsim.streams.seeds import PARTS, spawn_rng

RANKS = ["contender", "metric", "rank", "settings", "streams", "p", "critical", "test"]
PAIRS = ["better", "worse", "metric", "settings", "wins", "ties", "losses", "p"]
EQUAL = ["p_better", "p_equal", "p_worse"]  # where the report asks for a margin


def ranks(variants: Sequence[VariantResults], metric: str) -> Table:
    """The mean ranks of contenders by a metric, as `Results.ranks` gives them."""
    names, losses = losses_of(variants, metric)
    if len(losses) < 2 or len(names) < 2:
        return Table.of_rows([], RANKS)
    found = ranked(losses)
    same = {"metric": metric, "settings": len(losses), "streams": streams_of(variants)}
    same |= {"p": found.p, "critical": found.critical, "test": found.test}
    rows = ({"contender": names[i], "rank": found.mean[i]} | same for i in np.argsort(found.mean))
    return Table.of_rows(rows, RANKS)


def rank_pairs(variants: Sequence[VariantResults], metric: str) -> Table:
    """Each two contenders by a metric, as `Results.rank_pairs` gives them."""
    names, losses = losses_of(variants, metric)
    if len(losses) < 2 or len(names) < 2:
        return Table.of_rows([], PAIRS)
    least = np.abs(losses).min(axis=1)
    margins = margin(variants[0].scenario, metric, least)
    rows = pairs_of(names, losses, margins)
    columns = PAIRS if margins is None else [*PAIRS, *EQUAL]
    return Table.of_rows((row | {"metric": metric} for row in rows), columns)


def pairs_of(names: list[str], losses: np.ndarray, margins: np.ndarray | None) -> Iterator[Row]:
    """A row for each two contenders, from losses (n, k) of k of them in n settings.

    `margins` (n,) are the greatest differences that do not matter.
    """
    adjusted = wilcoxon_holm(losses)
    order = np.argsort(losses.mean(axis=0), kind="stable").tolist()
    for i, j in combinations(order, 2):
        apart = losses[:, j] - losses[:, i]
        row = {"better": names[i], "worse": names[j], "settings": len(apart)}
        row |= {"wins": int(np.sum(apart > 0)), "ties": int(np.sum(apart == 0))}
        row |= {"losses": int(np.sum(apart < 0)), "p": adjusted[i, j]}
        if margins is not None:
            rng = spawn_rng(0, PARTS)  # the same draws of a posterior for every pair
            better, worse = (losses[:, one] / margins for one in (i, j))
            row |= dict(zip(EQUAL, bayesian_signed_rank(better, worse, 1.0, rng)))
        yield row


def streams_of(variants: Sequence[VariantResults]) -> int:
    """How many different streams the settings have: a sweep of a learner has one alone."""
    return len({identity(one.scenario.stream) for one in variants})


def losses_of(variants: Sequence[VariantResults], metric: str) -> tuple[list[str], np.ndarray]:
    """The names of the contenders, and their metric in each setting (n, k), lower being better.

    Contenders that are left out of a stream are not among them, nor are settings in which one of
    them has no runs.
    """
    every = [one.scenario.models for one in variants]
    names, losses = [name for name in every[0] if all(name in one for one in every)], []
    for one in variants:
        results, scope = one.contenders, scope_of(one, metric)
        if {*names} <= {*results}:
            found = [measured(results[name], scope).value for name in names]
            losses.append([scope.sign * value for value in found])
    return names, np.array([one for one in losses if np.isfinite(one).all()])
