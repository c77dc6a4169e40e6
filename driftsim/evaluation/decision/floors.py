"""Floors: what no schedule of trainings on a grid can fall below, by what one may know of it."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from driftsim.evaluation.decision.ledgers import Ledger
from driftsim.evaluation.decision.schedules import Schedule, cheapest, spent

LEAST_SEEDS = 3  # for a timetable: two that it is drawn up on, and one that it is priced on


class Planned(NamedTuple):
    """A schedule for one run, and what it costs there."""

    schedules: list[Schedule]  # more than one where parts of the rows have each their own
    spent: np.ndarray  # (b,) in each block of the stream
    edges: np.ndarray  # (b + 1,) the rows at which blocks begin, and the end of the stream
    one_memory: bool  # only schedules that keep to one memory were compared

    @property
    def cost(self) -> float:
        """The cost over the whole stream."""
        return float(self.spent.sum())

    @property
    def trainings(self) -> float:
        """How many trainings there are after the warm-up."""
        return float(np.mean([one.trainings for one in self.schedules]))


def hindsight(ledger: Ledger) -> Planned:
    """The cheapest schedule of a run, chosen with all its rows known.

    It knows when the world changes, and which single models turn out well. Where losses are
    counted, it also fits their noise, and is below what any schedule can be expected to cost.
    """
    found = cheapest(ledger)
    costs = spent(ledger, found.schedule)
    return Planned([found.schedule], costs, ledger.edges, found.one_memory)


def cross_fitted(even: Ledger, odd: Ledger) -> Planned:
    """Schedules chosen on half of the rows, and priced on the other half: the mean of both ways.

    Each is of all rows, with its losses doubled. It is expected to cost more than the cheapest
    schedule does in truth, as `hindsight` on the same losses costs less.
    """
    found = [cheapest(one) for one in (even, odd)]
    costs = [spent(odd, found[0].schedule), spent(even, found[1].schedule)]
    schedules = [one.schedule for one in found]
    return Planned(schedules, np.mean(costs, axis=0), even.edges, found[0].one_memory)


def timetables(ledgers: Sequence[Ledger], seeds: Sequence[int]) -> list[Planned]:
    """For each run the schedule that is cheapest in the mean of the other seeds, priced on it.

    It knows when the world changes, but not which single models turn out well. A training that
    some seed cannot have is in none. None with fewer than three seeds, or unequal times.
    """
    if len({*seeds}) < LEAST_SEEDS or not same_times(ledgers):
        return []
    lacking = np.any([np.isinf(one.training) for one in ledgers], axis=0)
    found = {seed: cheapest(mean_without(ledgers, seeds, seed, lacking)) for seed in {*seeds}}
    return [
        Planned([own.schedule], spent(ledger, own.schedule), ledger.edges, own.one_memory)
        for ledger, own in zip(ledgers, (found[seed] for seed in seeds))
    ]


def same_times(ledgers: Sequence[Ledger]) -> bool:
    """Whether models of all seeds are trained and serve at the same times."""
    first = ledgers[0]
    return all(
        one.served.shape == first.served.shape
        and np.array_equal(one.starts, first.starts)
        and np.array_equal(one.edges, first.edges)
        for one in ledgers
    )


def mean_without(ledgers, seeds, seed, lacking) -> Ledger:
    """The mean ledger of all seeds but one."""
    others = [one for one, own in zip(ledgers, seeds) if own != seed]
    served, labels = (
        np.mean([getattr(one, name) for one in others], axis=0) for name in ("served", "labels")
    )
    training = np.mean([np.where(lacking, 0, one.training) for one in others], axis=0)
    training[lacking] = np.inf
    return others[0]._replace(served=served, training=training, labels=labels)
