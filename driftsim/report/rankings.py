"""Rankings: how contenders compare over the settings of a sweep, each setting counting once."""

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np

from driftsim.evaluation.metrics import ranks_by
from driftsim.evaluation.significance import (
    LEAST_SETTINGS,
    bayesian_signed_rank,
    ranked,
    wilcoxon_holm,
)
from driftsim.parts import identity
from driftsim.report.comparisons import margin, measured, scope_of
from driftsim.report.table import Row, Table
from driftsim.report.variant_results import VariantResults
from driftsim.streams.seeds import PARTS, spawn_rng

STATISTICS = ["friedman", "iman_davenport", "df_1", "df_2"]  # of three contenders or more
TEST = ["p", "critical", "test", *STATISTICS]
RANKS = ["contender", "metric", "rank", "settings", "streams", *TEST]
PAIRS = ["better", "worse", "metric", "settings", "wins", "ties", "losses", "p"]
EQUAL = ["p_better", "p_equal", "p_worse"]  # where the report asks for a margin


def ranks(variants: Sequence[VariantResults], metric: str) -> Table:
    """The mean ranks of contenders by a metric, as `Results.ranks` gives them."""
    names, losses = losses_of(variants, metric)
    if len(losses) < 2 or len(names) < 2 or not ranks_by(metric):
        return Table.of_rows([], RANKS)
    found = ranked(losses)
    same = {"metric": metric, "settings": len(losses), "streams": streams_of(variants)}
    same |= {name: getattr(found, name) for name in TEST}
    order = np.argsort(found.mean, kind="stable")
    rows = ({"contender": names[i], "rank": found.mean[i]} | same for i in order)
    return Table.of_rows(rows, RANKS)


def test_in_words(critical: float, p: float, streams: int, test: str, more: str = "") -> str:
    """By how much mean ranks must differ, and what the test over streams finds."""
    least = f"critical difference {critical:.2f} (Nemenyi, 95 %){more}"
    if streams < LEAST_SETTINGS:
        return f"{least}; too few streams for a test"
    return f"{least}; {test}: p {f'= {p:.2g}' if p >= 0.0001 else '< 0.0001'}"


def rank_pairs(variants: Sequence[VariantResults], metric: str) -> Table:
    """Each two contenders by a metric, as `Results.rank_pairs` gives them."""
    names, losses = losses_of(variants, metric)
    if len(losses) < 2 or len(names) < 2 or not ranks_by(metric):
        return Table.of_rows([], PAIRS)
    least = np.abs(losses).min(axis=1)
    margins = margin(variants[0].scenario, metric, least)
    rows = pairs_of(names, losses, margins)
    columns = PAIRS if margins is None else [*PAIRS, *EQUAL]
    return Table.of_rows((row | {"metric": metric} for row in rows), columns)


def alike(pairs: Table) -> bool:
    """Whether all contenders are equal in every setting; some pairs are needed."""
    return len(pairs) > 0 and not any(pairs[name].any() for name in ("wins", "losses"))


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
    """How many different streams there are: a sweep of a learner has one alone.

    What else is swept makes no further ones of streams that have names.
    """
    found = dict[str | int, str]()
    for i, one in enumerate(variants):
        found.setdefault(unit_of(i, one), identity(one.scenario.stream))
    return len({*found.values()})


def unit_of(i: int, one: VariantResults) -> str | int:
    """What a variant belongs to that counts once: its stream, if that has a name, or itself."""
    return one.variant.setting["stream"] if named(one) else i


def losses_of(variants: Sequence[VariantResults], metric: str) -> tuple[list[str], np.ndarray]:
    """The names of the contenders, and their metric on each stream (n, k), lower being better.

    Streams on which one of them has no value are not among them.
    """
    names = ranked_names(variants, metric)
    found = losses_by_stream(variants, names, metric).values()
    return names, np.array([one for one in found if np.isfinite(one).all()])


def losses_by_stream(
    variants: Sequence[VariantResults], names: Sequence[str], metric: str
) -> dict[str | int, np.ndarray]:
    """A metric of some contenders (k,), lower being better, by stream; NaN where one has none.

    Each setting of a sweep counts as a stream; with streams that have names, each of these counts
    once, by the mean over all else that is swept.
    """
    losses = dict[str | int, list[list[float]]]()
    for i, one in enumerate(variants):
        values = losses_in(one, metric)
        found = [values[name] for name in names if name in values]
        complete = found if len(found) == len(names) else [np.nan] * len(names)
        losses.setdefault(unit_of(i, one), []).append(complete)
    return {unit: np.mean(found, axis=0) for unit, found in losses.items()}


def losses_in(one: VariantResults, metric: str) -> dict[str, float]:
    """The metric of each contender of a variant that lacks no run, lower being better."""

    def found(one: VariantResults) -> dict[str, float]:
        scope, complete = scope_of(one, metric), one.complete.items()
        return {name: scope.sign * measured(result, scope).value for name, result in complete}

    return one.part(("losses", metric), found)


def ranked_names(variants: Sequence[VariantResults], metric: str) -> list[str]:
    """The contenders that are ranked: those that play every stream, and lack no run of one.

    Of named streams none that knows what nobody does.
    """
    first, *others = (one.scenario.models for one in variants)
    known = {*first} if named(variants[0]) else set()
    rivals = [name for name in first if name not in known or not first[name].knows]
    ended = {name for one in variants for name in losses_in(one, metric)}
    return [name for name in rivals if name in ended and all(name in one for one in others)]


def named(one: VariantResults) -> bool:
    """Whether a variant is of a stream that has a name."""
    return isinstance(one.variant.setting.get("stream"), str)
