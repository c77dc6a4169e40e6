"""Own drifts: those within one concept of a stream, by the stream's clock or by their own."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from driftsim.messages import plural
from driftsim.rows import Change
from driftsim.streams.concepts import Concept
from driftsim.streams.drifts import Drift
from driftsim.streams.operators.operator import Drawn, Operated, Operator, OwnDrift, Reference
from driftsim.streams.schedules import MOST_VISITS
from driftsim.streams.selected import Selected
from driftsim.streams.stays import OwnClock, stays_of

Key = tuple[str | int, ...]  # the name of a concept of the stream, and places in what it is made of
Clocks = Mapping[Key, OwnClock]  # of the drifts that wait
Above = tuple[tuple[Key, OwnDrift, int], ...]  # parts of drifts within concepts, outer ones first


class Within(NamedTuple):
    """A drift within a concept, and the parts of other such drifts that it is in."""

    key: Key
    drift: OwnDrift
    above: Above


class Marks(NamedTuple):
    """Rows that are marked, and the parts of drifts within concepts in which they are."""

    rows: list[int]
    named: bool  # whether of another concept of the stream, which is only named
    above: Above


class OwnChange(NamedTuple):
    """A change within a concept."""

    change: Change
    before: str  # what it leads from: the name of a concept, or its number
    after: str


def drifts_within(concept: Concept, key: Key, above: Above = ()) -> Iterator[Within]:
    """The drifts within a concept, outer ones first; those of what it names, too."""
    if isinstance(concept, Reference):
        yield from drifts_within(concept.concept, (concept.name,), above)
    elif isinstance(concept, Operator):
        own = concept.own_drift
        if own is not None:
            yield Within(key, own, above)
        for j, base in enumerate(concept.bases):
            inside = above if own is None else (*above, (key, own, j))
            yield from drifts_within(base, (*key, j), inside)


def own_clocks(
    concepts: Mapping[str, Concept], drift: Drift, length: int, seed: int
) -> dict[Key, OwnClock]:
    """The clocks of the drifts that wait: the rows that concepts rule that are made of them."""
    ruling: dict[Key, set[int]] = {}
    for i, (name, concept) in enumerate(concepts.items()):
        for one in drifts_within(concept, (name,)):
            if one.drift.waits:
                ruling.setdefault(one.key, set()).add(i)
    if not ruling:
        return {}
    stays = stays_of(drift, len(concepts), length, seed)
    return {key: OwnClock(stays, chosen) for key, chosen in ruling.items()}


def with_own_clocks(
    concepts: Mapping[str, Concept], drawn: Sequence[Drawn], clocks: Clocks
) -> list[Drawn]:
    """Concepts of a stream that have been instantiated, with the clocks of drifts within them."""
    if not clocks:
        return [*drawn]
    return [
        clocked(concept, one, (name,), clocks)
        for (name, concept), one in zip(concepts.items(), drawn)
    ]


def clocked(concept: Concept, drawn: Any, key: Key, clocks: Clocks) -> Any:
    """A concept that has been instantiated, with the clocks of drifts within it."""
    if isinstance(concept, Reference):
        return clocked(concept.concept, drawn, (concept.name,), clocks)
    if not isinstance(drawn, Operated) or not isinstance(concept, Operator):
        return drawn
    pairs = enumerate(zip(concept.bases, drawn.bases))
    bases = [clocked(below, base, (*key, j), clocks) for j, (below, base) in pairs]
    if key not in clocks and all(one is base for one, base in zip(bases, drawn.bases)):
        return drawn
    return replace(drawn, bases=(*bases,), own_clock=clocks.get(key))


def own_changes(
    concepts: Mapping[str, Concept], drift: Drift, length: int, seed: int
) -> list[OwnChange]:
    """The changes within the concepts that are in force, in order."""
    clocks = own_clocks(concepts, drift, length, seed)
    found: dict[tuple[Key, int], OwnChange] = {}
    for i, (name, concept) in enumerate(concepts.items()):
        for one in drifts_within(concept, (name,)):
            changes = changes_of(one, i, clocks.get(one.key), length)
            rows = np.array([each.change.centre for each in changes], np.int64)
            for j in np.flatnonzero(in_force(one, i, rows, concepts, drift, clocks, seed)):
                found.setdefault((one.key, int(rows[j])), changes[j])
    return sorted(found.values(), key=lambda each: each.change.centre)


def changes_of(one: Within, i: int, clock: OwnClock | None, length: int) -> list[OwnChange]:
    """The changes of a drift within concept `i`, at rows of the stream."""
    own = one.drift
    changes = own.drift.changes(0, length if clock is None else clock.rows, len(own.names), 0)
    found = []
    for each in changes:
        rows = each[:3] if clock is None else map(clock.position, each[:3])
        first, centre, last = rows
        moved = Change(first, centre, last, i, i)
        found.append(OwnChange(moved, own.names[each.before], own.names[each.after]))
    return found


def marks_within(
    concept: Concept, drawn: Any, key: Key, named: bool = False, above: Above = ()
) -> Iterator[Marks]:
    """The rows that are marked by a concept and all that it is made of, also what it names.

    Those of selected rows are where these come.
    """
    if isinstance(concept, Reference):
        yield from marks_within(concept.concept, drawn, (concept.name,), True, above)
    elif rows := getattr(concept, "marks", ()):
        at = drawn.positions(rows) if isinstance(drawn, Selected) else [*rows]
        yield Marks(at, named, above)
    if isinstance(concept, Operator):
        own = concept.own_drift
        for j, (one, base) in enumerate(zip(concept.bases, drawn.bases)):
            inside = above if own is None else (*above, (key, own, j))
            yield from marks_within(one, base, (*key, j), named, inside)


def marked_rows(
    marks: Mapping[str, Sequence[Marks]],
    concepts: Mapping[str, Concept],
    drift: Drift,
    length: int,
    seed: int,
) -> dict[int, int]:
    """The rows that concepts mark, by name, each with the first that is in force there."""
    inside = any(one.above for each in marks.values() for one in each)
    clocks = own_clocks(concepts, drift, length, seed) if inside else {}
    found: dict[int, int] = {}
    for i, name in enumerate(concepts):
        for one in marks[name]:
            rows = np.array([row for row in one.rows if row < length], np.int64)
            kept = rows[in_force(one, i, rows, concepts, drift, clocks, seed)]
            found = dict.fromkeys(kept.tolist(), i) | found
    return found


def in_force(one, i, rows, concepts, drift, clocks, seed):
    """Whether a drift, or marks, within concept `i` are in force at some rows (n,)."""
    if not len(rows):
        return np.zeros(0, bool)
    found = drift.weights(rows, len(concepts), seed)[:, i] >= 0.5
    for key, own, j in one.above:
        found &= own.shares(clocks[key].at(rows) if key in clocks else rows)[:, j] > 0
    return found


def own_violation(
    concepts: Mapping[str, Concept], drift: Drift, length: int
) -> tuple[str, str] | None:
    """The first concept within which a drift cannot be followed, and why, or None."""
    clocks = own_clocks(concepts, drift, length, 0)
    for name, concept in concepts.items():
        for one in drifts_within(concept, (name,)):
            clock, k = clocks.get(one.key), len(one.drift.names)
            rows = length if clock is None else clock.rows
            if not rows:
                return name, "the drift within it waits for ever: outside of blips it never rules"
            if reason := one.drift.drift.incompatibility(rows, k):
                whose = f"{plural(rows, 'row')}" + (" that it rules" if clock else "")
                return name, f"the drift within it, over {whose}: {reason}"
            if len(one.drift.drift.changes(0, rows, k, 0)) > MOST_VISITS:
                return name, f"the drift within it changes more than {MOST_VISITS:,} times"
    return None


def own_rise(concepts: Mapping[str, Concept]) -> int:
    """The most rows from the first row of a change within a concept to its centre."""
    found = [one for name, each in concepts.items() for one in drifts_within(each, (name,))]
    return max((one.drift.drift.longest_rise(len(one.drift.names)) for one in found), default=0)


def moves_unmarked(concept: Concept) -> bool:
    """Whether a concept moves by itself at other rows than those of the changes within it."""
    if isinstance(concept, Reference):
        return moves_unmarked(concept.concept)
    return any(map(moves_unmarked, concept.bases)) if concept.bases else concept.moves
