"""Nested drifts: a drift between groups of concepts, and one within each group."""

from bisect import bisect_right
from collections.abc import Iterator
from operator import attrgetter
from typing import Annotated, Any

import numpy as np
from pydantic import BeforeValidator, Field, ValidationInfo

from driftsim.messages import plural
from driftsim.parts import Name, Strict, rebuilt
from driftsim.rows import Change
from driftsim.streams.drifts import Drift, None_, named, place_of, unknown
from driftsim.streams.schedules import MOST_VISITS
from driftsim.streams.seeds import DRIFT, spawn_rng
from driftsim.streams.stays import Stay, own_rows, stays_of

CENTRE = attrgetter("centre")


class Group(Strict):
    """Some concepts, and the drift between them."""

    name: Name | None = None  # by which the drift between groups may name it
    concepts: Annotated[list[Name], Field(min_length=1)]
    drift: Drift = None_()


def _rebuilt(groups: Any, info: ValidationInfo) -> Any:
    """Groups as fields, whose drifts read their durations by the clock that is given."""
    if not isinstance(groups, list):
        return groups
    context = info.context or {}
    return [
        {name: getattr(one, name) for name in one.model_fields_set}
        | {"drift": rebuilt(one.drift, context, i, "drift")}
        if isinstance(one, Group)
        else one
        for i, one in enumerate(groups)
    ]


Groups = Annotated[list[Group], Field(min_length=2), BeforeValidator(_rebuilt)]


class Nested(Drift):
    """Drift between groups of concepts, and within each of them: a slow drift around fast ones.

    A drift within a group goes on while other groups rule. One that `waits` has a clock of its
    own: the rows that its group has ruled, from the middle of one ramp to that of the next.
    """

    between: Drift  # the groups, in order
    groups: Groups  # concepts, and the drift between them
    waits: bool = False  # a drift within a group stands still while others rule

    _names: tuple[str, ...] = ()

    @property
    def blends(self):
        return any(one.blends for one in self._drifts)

    @property
    def varies(self):
        return any(one.varies for one in self._drifts)

    def among(self, names):
        groups = [
            one.model_copy(update={"drift": one.drift.among(one.concepts)}) for one in self.groups
        ]
        own = [one.name or f"group {i}" for i, one in enumerate(self.groups, start=1)]
        return named(
            self.model_copy(update={"groups": groups, "between": self.between.among(own)}), names
        )

    def weights(self, t, k, seed):
        weights = np.zeros((len(t), k))
        outer = self.between.weights(t, len(self.groups), seed)
        stays = self._stays(int(t.max(initial=0)) + 1, seed) if self.waits else []
        for j in range(len(self.groups)):
            own = self._within(j, own_rows(stays, j, t), seed)
            weights[:, self._places(j)] = outer[:, [j]] * own
        return weights

    def changes(self, start, stop, k, seed):
        every = sorted(self._every_change(stop, seed), key=lambda one: one.centre)
        return [one for one in every if start <= one.centre < stop and one.before != one.after]

    def incompatibility(self, length, k):
        placed = [name for one in self.groups for name in one.concepts]
        for i, name in enumerate(placed):
            if reason := unknown(name, self._names):
                return reason
            if name in placed[:i]:
                return f"'{name}' is in the groups twice; leave out one of both"
        if missing := [name for name in self._names if name not in placed]:
            return f"'{missing[0]}' is in no group; add it to one, or leave the concept out"
        if any(one.kind() == "blip" for one in self._drifts):
            return "a blip goes around a nested drift: {kind: blip, of: {kind: nested, …}}"
        moving = [one for one in self._drifts if one.blends or one.longest_rise(2) > 0]
        if len({one.blends for one in moving}) > 1:
            return "drifts that blend concepts and drifts that mix their rows cannot be nested"
        if reason := self.between.incompatibility(length, len(self.groups)):
            return f"between groups: {reason}"
        return self._too_many(length) or self._wrong_within(length)

    def longest_rise(self, k):
        return max(one.longest_rise(k) for one in self._drifts)

    @property
    def _drifts(self):
        return [self.between, *(one.drift for one in self.groups)]

    def _too_many(self, length):
        """Why changes are too many to be followed, or None; those within groups one by one."""
        sizes = [len(self.groups), *(len(one.concepts) for one in self.groups)]
        for drift, k in zip(self._drifts, sizes):
            if k > 1 and (n := len(drift.changes(0, length, k, 0))) > MOST_VISITS:
                return (
                    f"a {drift.kind()} drift within it changes {n:,} times, more than "
                    f"{MOST_VISITS:,}; let it change less often, or shorten the stream"
                )
        return None

    def _wrong_within(self, length):
        """Why a drift within a group cannot be followed, or None."""
        stays = self._stays(length, 0)
        for j, one in enumerate(self.groups):
            rows = sum(stay.stop - stay.start for stay in stays if stay.ruling == j)
            rows = rows if self.waits else length
            if reason := one.drift.incompatibility(rows, len(one.concepts)):
                about = f"group {j + 1}, of {plural(rows, 'row')}"
                return f"within {about}: {reason}"
        return None

    def _places(self, j):
        """The places of the concepts of a group among all."""
        return [place_of(name, self._names) for name in self.groups[j].concepts]

    def _within(self, j, t, seed):
        """The weights (n, k) of the concepts of a group, by its clock."""
        own = self.groups[j]
        return own.drift.weights(t, len(own.concepts), seed_of(seed, j))

    def _stays(self, stop, seed) -> list[Stay]:
        """Which group rules when, up to a row."""
        return stays_of(self.between, len(self.groups), stop, seed)

    def _every_change(self, stop, seed) -> Iterator[Change]:
        """The changes between groups and within them, up to a row."""
        stays = self._stays(stop, seed)
        within = [self._own_changes(j, stop, seed) for j in range(len(self.groups))]
        for one in self.between.changes(0, stop, len(self.groups), seed):
            ends = (one.before, one.centre - 1), (one.after, one.centre)
            before, after = (self._ruling(within[j], stays, j, row, seed) for j, row in ends)
            yield one._replace(before=before, after=after)
        for stay in stays:
            places, changes = self._places(stay.ruling), within[stay.ruling]
            moved = stay.start - stay.own if self.waits else 0
            rows = stay.start - moved, stay.stop - 1 - moved  # at its start is the outer change
            for one in changes[slice(*(bisect_right(changes, row, key=CENTRE) for row in rows))]:
                first, centre, last = (row + moved for row in one[:3])
                yield Change(first, centre, last, places[one.before], places[one.after])

    def _own_changes(self, j, stop, seed):
        """The changes within a group, by its clock, up to a row."""
        own = self.groups[j]
        return own.drift.changes(0, stop, len(own.concepts), seed_of(seed, j))

    def _ruling(self, changes, stays, j, row, seed):
        """The concept of a group that rules at a row: that of the last of its changes."""
        t = np.array([max(row, 0)])
        own = own_rows(stays, j, t) if self.waits else t
        if passed := bisect_right(changes, int(own[0]), key=CENTRE):
            return self._places(j)[changes[passed - 1].after]
        first = changes[0].before if len(changes) else self._within(j, own, seed).argmax()
        return self._places(j)[int(first)]


def seed_of(seed: int, j: int) -> int:
    """The seed of the drift within a group."""
    return int(spawn_rng(seed, DRIFT, 2, j).integers(2**31))
