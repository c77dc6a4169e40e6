"""Streams: concepts and a drift that leads through them."""

from collections.abc import Iterator, Sequence
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, Self

import numpy as np
from pydantic import BeforeValidator, Field, PrivateAttr, ValidationError, model_validator

from driftsim.clocks import NO_CLOCK, Clock, durations, undated
from driftsim.messages import refusal, within
from driftsim.notebook_html import ShownInNotebooks
from driftsim.parts import Name, Rows, Share, Strict
from driftsim.rows import Change, Outlier, Schema
from driftsim.streams.arrivals import Arrivals
from driftsim.streams.compatibility import blend_incompatibility, concept_incompatibility
from driftsim.streams.concepts import Concept
from driftsim.streams.contract import TRIED, blend_violation, concept_violation, drift_violation
from driftsim.streams.drifts import Drift, None_
from driftsim.streams.instantiation import Instantiation
from driftsim.streams.operators.operator import made_of
from driftsim.streams.operators.references import with_references
from driftsim.streams.own_drifts import (
    Marks,
    OwnChange,
    marked_rows,
    marks_within,
    moves_unmarked,
    own_changes,
    own_rise,
    own_violation,
)
from driftsim.streams.seeds import PARTS, spawn_rng
from driftsim.streams.selected import (
    NONE,
    Selected,
    longest,
    records_of,
    records_selected,
    with_selected,
)
from driftsim.streams.world import BLOCK, Block, World, blended, clock_of, joint_schema, ruling

if TYPE_CHECKING:
    import pandas as pd

NOT_RECORDED = "it has a number of rows, as records have; set recorded = True in its class"
UNDATED_SELECTION = (
    "which rows of the table are selected, and so when they come, follows from the rows at which "
    "the drift changes; give these as rows"
)
LATE = (
    "rows of other concepts come in the warm-up, so that some of the first rows of the table, from "
    "which it learns, come after it; let its concepts alone be in force there, or fill from: past"
)
NO_NOISE = "a number has no wrong label to be replaced by; give the concepts more noise instead"


class Facts(NamedTuple):
    """What a stream has to instantiate its concepts for."""

    length: int  # rows; the shortest record where it was not given
    concepts: dict[str, Concept]  # with marks in rows
    selects: bool  # whether rows of records are selected
    marks: dict[str, list[Marks]]  # positions that each concept marks
    drift: Drift  # in rows
    undated: str | None  # why rows do not have the same dates with every seed
    schema: Schema
    hashes: dict[str, str]  # of the files of recorded concepts, by path


class Stream(ShownInNotebooks, Strict):
    """A nonstationary source of labelled rows: concepts, and a drift that leads through them."""

    # None only until it is validated: of recorded rows, all of them, where it is not given
    length: Rows = None  # type: ignore[assignment]  # rows; by default all that are recorded
    concepts: Annotated[  # what rows are like, by names of your own
        dict[Name, Concept], Field(min_length=1, max_length=1_000), BeforeValidator(with_references)
    ]
    arrivals: Arrivals | None = None  # when rows come, where no table says so
    drift: Drift = None_()
    noise: Share = 0.0  # the share of labels replaced by a wrong one
    balance: list[Share] | None = None  # the share of each class, before noise; if given
    irrelevant: Annotated[int, Field(ge=0, le=10_000)] = 0  # uniform columns beside the others

    _facts: Facts = PrivateAttr()

    def instantiated(self, seed: int, warmup: int = 0) -> "World":
        """The world of one seed: this stream, with what its concepts leave open drawn or read.

        `warmup` is how many of its first rows recorded concepts may learn from, such as what to
        impute; those that do so give no rows without it.
        """
        return World(self, seed, warmup)

    def clock(self, seed: int) -> Clock | None:
        """When each row of one seed comes; None where nothing says so."""
        read = []
        if self.arrivals is None and self.recorded and self.timed:
            read = self.instantiated(seed).concepts
        return clock_of(self.arrivals, read, seed, self.length)

    def block(self, seed: int, b: int, warmup: int = 0) -> Block:
        """Rows b * 8192 … of the stream, without drawing those before them."""
        return self.instantiated(seed, warmup).block(b)

    def rows(self, seed: int, first: int, last: int, warmup: int = 0) -> Block:
        """Rows `first` … `last` - 1, cut from blocks."""
        return self.instantiated(seed, warmup).rows(first, last)

    def frame(
        self, first: int = 0, last: int | None = None, seed: int = 0, warmup: int = 0
    ) -> "pd.DataFrame":
        """Rows `first` … `last` - 1 of one seed as a DataFrame, by default to the end.

        The index is the position, `row`. A column for each feature, by its name; then `date`, where
        rows have times; `label`; the `concept` that the row came from; and the probability of each
        class given the features, such as `p(0)` or `p(yes)`, with the noise of the stream; of
        regression `mean(label)` and `variance(label)`. These are NaN where they are not known, and
        left out where they never are, as of recorded rows. Values of nominal columns, and classes,
        go by their names where they have some. `warmup` is how many first rows recorded concepts
        may learn from. Raises `ValueError` for rows that the stream has not.
        """
        return self.instantiated(seed, warmup).frame(first, last)

    @property
    def known(self) -> bool:
        """Whether the probability of each label is known."""
        return all(concept.known for concept in self.concepts.values())

    @property
    def recorded(self) -> bool:
        """Whether rows were written down once, so that there are no others."""
        return any(concept.recorded for concept in self.concepts.values())

    @property
    def sequential(self) -> bool:
        """Whether a seed has one row for each position, so that no others can be drawn."""
        return any(concept.sequential for concept in self.concepts.values())

    @property
    def timed(self) -> bool:
        """Whether it is known when its rows come, so that durations can be counted."""
        return self._facts.undated != NO_CLOCK

    @property
    def undated(self) -> str | None:
        """Why its rows do not have the same dates with every seed, or None."""
        return self._facts.undated

    @property
    def schema(self) -> Schema:  # type: ignore[override]  # pydantic's own is deprecated
        """What is known of the rows before the first one."""
        return self._facts.schema

    def hashes(self) -> dict[str, str]:
        """The hashes of the files that its concepts read, by path; of records, those at load.

        Raises `OSError` for a file that cannot be read.
        """
        others = [one.hashes() for one in self.concepts.values() if not one.recorded]
        return reduce(or_, others, self.loaded_hashes)

    @property
    def truth_revisions(self) -> dict[str, int]:
        """The revisions of what is known of its concepts, but for the first, by name."""
        named = [(k, one.truth_revision) for k, c in self.concepts.items() for one in made_of(c)]
        found = {name: revision for name, revision in named if revision}
        marked = [k for k, each in self._facts.marks.items() if any(one.named for one in each)]
        return found | {f"marks of {name}": 1 for name in marked}  # of what it names

    @property
    def loaded_hashes(self) -> dict[str, str]:
        """The hashes of the files of recorded concepts at load, by path."""
        return self._facts.hashes

    @property
    def dated(self) -> bool:
        """Whether the world changes at the rows of its `changes` only, as far as is known.

        It is not where rows are recorded, or where a concept moves by itself.
        """
        return not self.recorded and not any(map(moves_unmarked, self.concepts.values()))

    def changes(self, seed: int) -> Sequence[Change]:
        """Every change, in order: those of the drift, and those within a concept in force."""
        drifts = self.drift.changes(0, self.length, len(self.concepts), seed)
        marked = marked_rows(self._facts.marks, self.concepts, self.drift, self.length, seed)
        own = self.own_changes(seed)
        if not marked and not own:
            return drifts
        rows = {one.centre for one in drifts}
        found = [Change(row, row, row, i, i) for row, i in marked.items() if row not in rows]
        rows |= {*marked}
        found += [one.change for one in own if one.change.centre not in rows]
        return sorted([*drifts, *found], key=lambda change: change.centre)

    def own_changes(self, seed: int) -> list[OwnChange]:
        """The changes of drifts within the concepts in force, in order."""
        return own_changes(self.concepts, self.drift, self.length, seed)

    def outliers(self, seed: int) -> Sequence[Outlier]:
        """Every stretch of another concept that is no drift, in order."""
        return self.drift.outliers(0, self.length, len(self.concepts), seed)

    def started_changes(self, seed: int) -> Sequence[Change]:
        """Every change that starts in the stream, even if its ramp ends beyond it."""
        rise = max(self.drift.longest_rise(len(self.concepts)), own_rise(self.concepts))
        longer = self.model_copy(update={"length": self.length + rise})
        changes = longer.changes(seed)
        inside = len(changes)
        while inside and changes[inside - 1].first >= self.length:
            inside -= 1
        return changes[:inside]

    def model_post_init(self, context: Any) -> None:
        """Compute the facts; refuses concepts that cannot be drawn, or do not fit together."""
        concepts = self._instantiated()
        records = {name: one.rows for name, one in concepts.items() if one.rows is not None}
        if self.length is None and not records:
            raise refusal("the key 'length' is missing; only recorded rows have one", "length")
        rows = min(records.values()) if self.length is None else self.length
        schema = joint_schema([*concepts.values()], self.irrelevant)
        clock = clock_of(self.arrivals, [*concepts.values()], 0, rows)
        drift = self._drift_in_rows([*concepts.values()], clock).among([*self.concepts])
        marked = concepts_in_rows(self.concepts, concepts, clock)
        if selects := bool(records_selected([*concepts.values()])):
            most = longest([*concepts.values()]) if self.length is None else self.length
            concepts = self._selected(concepts, most, drift)
            records |= {name: one.rows for name, one in concepts.items() if name in records}
            clock = clock_of(self.arrivals, [*concepts.values()], 0, rows)
        length = min(records.values()) if self.length is None else self.length
        for place, reason in self._mistakes(concepts, records, length, drift):
            if reason:
                raise refusal(reason, place)
        if wrong := own_violation(self.concepts, drift, length):
            raise refusal(wrong[1], "concepts", wrong[0])
        hashes = [one.hashes() for one in self.concepts.values() if one.recorded]
        hashed: dict[str, str] = reduce(or_, hashes, {})
        marks = {
            name: [*marks_within(one, concepts[name], (name,))] for name, one in marked.items()
        }
        self._facts = Facts(length, marked, selects, marks, drift, undated(clock), schema, hashed)

    def unlearned(self, warmup: int) -> Iterator[tuple[str, ...]]:
        """What recorded concepts cannot learn from the warm-up, after the keys of each concept."""
        for name, concept in self.concepts.items():
            if not getattr(concept, "needs_warmup", False):
                continue
            place = "stream", "concepts", name
            if not warmup:
                yield *place, "what it learns from the warm-up needs one; set evaluation.warmup"
                continue
            try:
                Instantiation(self.concepts, 0, warmup).one(name)
                if self._facts.selects and comes_late(self.instantiated(0, warmup), name, warmup):
                    yield *place, LATE
            except ValueError as error:
                yield *place, str(error)

    def _mistakes(self, concepts, records, length, drift):
        """What does not fit together, or None, by its key; each check relies on those before."""
        yield "length", too_short(records, length)
        yield "arrivals", self.arrivals and self.arrivals.incompatibility(length)
        if self.arrivals and len(concepts) == 1 and next(iter(concepts.values())).clock:
            yield "arrivals", "the rows of the table have times; leave out these, or its `time`"
        yield "concepts", concept_incompatibility(concepts)
        yield "drift", drift_violation(drift, length, len(concepts))
        if self.drift.blends:
            yield "drift", self._unblendable([*concepts.values()])
        if self.noise and any(one.schema.regression for one in concepts.values()):
            yield "noise", NO_NOISE
        if self.balance is not None:
            yield "balance", self._unbalanced(concepts, self.balance)

    @model_validator(mode="wrap")
    @classmethod
    def _of_its_length(cls, value: Any, build: Any) -> Self:
        stream, update = build(value), {}
        if stream.length is None:
            update["length"] = stream._facts.length
        for name in ("concepts", "drift"):  # where durations and dates became rows
            if (found := getattr(stream._facts, name)) != getattr(stream, name):
                update[name] = found
        return stream.model_copy(update=update) if update else stream

    def _instantiated(self):
        """The concepts of the first seed, by name."""
        open_ = Instantiation(self.concepts, 0)
        for name in open_.names:
            try:
                concept = open_.one(name)
            except ValidationError as error:  # of an operator that does not fit its concept
                raise within(error, "concepts", name) from None
            except ValueError as error:  # in the file that it reads
                raise refusal(str(error), "concepts", name) from None
            if concept.rows is not None:
                reason = None if self.concepts[name].recorded else NOT_RECORDED
            else:
                reason = concept_violation(concept, None, spawn_rng(0, PARTS))
            if reason:
                raise refusal(reason, "concepts", name)
        return {name: open_.one(name) for name in self.concepts}

    def _drift_in_rows(self, concepts, clock):
        """The drift with rows in the place of its durations and dates."""
        found = next(durations(self.drift), None)
        if found is not None and self.arrivals is None and records_selected(concepts):
            raise refusal(UNDATED_SELECTION, "drift", *found)
        return in_rows(self.drift, clock, "drift")

    def _selected(self, concepts, rows, drift):
        """The concepts of the first seed, made of the rows that they select from records."""
        reason = f"{drift.kind()} changes at other rows with each seed, and selected rows do not"
        if drift.varies:
            raise refusal(f"{reason}; choose a drift with fixed rows", "drift")
        unblendable = self._unblendable([*concepts.values()]) if self.drift.blends else None
        if wrong := unblendable or drift_violation(drift, rows, len(concepts)):
            raise refusal(wrong, "drift")
        try:
            found = with_selected([*concepts.values()], ruling(drift, len(concepts)), rows)
        except ValueError as error:
            raise refusal(str(error), "concepts") from None
        return dict(zip(concepts, found))

    def _unblendable(self, concepts):
        """Why a drift cannot move from one concept to another, or None."""
        if reason := blend_incompatibility(self.drift.kind(), concepts):
            return reason
        between = blended(concepts, np.full((TRIED, len(concepts)), 1 / len(concepts)))
        return blend_violation(between, concepts[0].schema, spawn_rng(0, PARTS))

    def _unbalanced(self, concepts, balance):
        """Why the classes cannot have the shares that are given, or None."""
        k = next(iter(concepts.values())).schema.n_classes
        if k is None:
            return "numbers have no classes to balance; leave it out"
        if len(balance) != k or abs(sum(balance) - 1) > 1e-9:
            return f"{balance} is not valid; give the shares of {k} classes, which sum to 1"
        if self.recorded:
            return "recorded rows are as they are; leave it out"
        if self.sequential:
            return "rows that come one after another are as they are; leave it out"
        if self.drift.blends:
            return f"{self.drift.kind()} moves the classes themselves; use gradual, or leave it out"
        for name, concept in concepts.items():
            y = concept.draw(spawn_rng(0, PARTS), np.zeros(BLOCK, np.int64))[1]
            for label in np.flatnonzero(balance):
                if label not in y:
                    return f"'{name}' has next to no rows of class {label}; leave the balance out"
        return None


def concepts_in_rows(concepts, drawn, clock):
    """Concepts with rows in the place of their dates, by their own clocks or that of the stream."""
    names = Instantiation(concepts, 0).names  # each after those it names, which are refused first
    found = {k: in_rows(concepts[k], drawn[k].clock or clock, "concepts", k) for k in names}
    return {name: found[name] for name in concepts}


def in_rows(part: Any, clock: Clock | None, *place: str) -> Any:
    """A part with rows in the place of its durations and dates.

    Refuses them, at their place in the stream, where there is no clock or one for each seed.
    """
    found = next(durations(part), None)
    if found is None:
        return part
    if reason := undated(clock):
        raise refusal(reason, *place, *found)
    try:
        return part.with_clock(clock).with_clock(None)  # rows need none, and equal those of a file
    except ValidationError as error:
        raise within(error, *place) from None


def comes_late(world: World, name: str, warmup: int) -> bool:
    """Whether not all of the first rows of a selected record come before the end of the warm-up."""
    drawn = world.concepts[[*world.stream.concepts].index(name)]
    selected = [one for one in records_of(drawn) if isinstance(one, Selected)]
    return any((one.place[:warmup] == NONE).any() for one in selected)


def too_short(records, length):
    """Why records, as names and rows, do not make a stream of this length, or None."""
    for name, rows in records.items():
        if rows < length:
            long = f"the stream is {length:,} rows long, but '{name}' has only {rows:,}"
            return f"{long}; leave out the length, or shorten it"
    return None
