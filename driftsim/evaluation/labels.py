"""Labels: when the label of a row comes in, if ever."""

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import AfterValidator, Field, WrapValidator, model_validator

from driftsim.clocks import NO_TIME, ends
from driftsim.durations import Amount, Duration, Period, Time, Window, fixed
from driftsim.messages import refusal, short
from driftsim.parts import MOST_ROWS, Number, Part, Position, Rows, Share, Strict
from driftsim.rows import Arrival, Labelled, Schema
from driftsim.streams.seeds import LABELS, spawn_rng
from driftsim.streams.world import BLOCK

NEVER = np.iinfo(np.int64).max


def _rate(value, check):
    try:
        return check(value)
    except ValueError:
        given = f"{short(value)} is not valid"
        raise ValueError(f"{given}; give a number from 0 to 1, or one for each class") from None


Rate = Annotated[Share | list[Share], WrapValidator(_rate)]


RENAMED = {"of": "at", "inner": "nested"}  # members of `Uniforms`: old name to new


class Uniforms:
    """Counter-based uniform numbers: one in [0, 1) for each position, in any order."""

    def __init__(self, seed: int, depth: int = 0, purpose: int = LABELS):
        self._seed, self._depth, self._purpose = seed, depth, purpose

    def at(self, t: np.ndarray) -> np.ndarray:
        """The numbers of positions (n,)."""
        path = (self._depth,) if self._depth else ()
        blocks, place = np.unique(t // BLOCK, return_inverse=True)
        drawn = [spawn_rng(self._seed, self._purpose, int(b), *path).random(BLOCK) for b in blocks]
        return np.array(drawn).reshape(-1, BLOCK)[place, t % BLOCK]

    def __getattr__(self, name: str) -> Any:
        advice = f"is now called '{RENAMED[name]}'; rename it" if name in RENAMED else "is unknown"
        raise AttributeError(f"Uniforms.{name} {advice}")

    @property
    def nested(self) -> "Uniforms":
        """Other numbers, for the labels that these are made `of`."""
        return Uniforms(self._seed, self._depth + 1, self._purpose)


class Labels(Part):
    """When labels come in."""

    homes = ("driftsim.evaluation",)
    renamed_members = {"fault": "incompatibility"}
    asked_for: ClassVar[bool] = False  # each comes in only if a contender asks for it
    in_order: ClassVar[bool] = False  # that of a row never comes in after that of a later one

    @abstractmethod
    def due(self, t: np.ndarray, y: np.ndarray, uniforms: Uniforms) -> np.ndarray:
        """The position after whose prediction the label of each row comes in, or NEVER.

        Rows are at positions `t` (n,), with labels `y` (n,); `uniforms.at(t)` are random numbers.
        """

    def moments(self, t: np.ndarray, y: np.ndarray, uniforms: Uniforms) -> np.ndarray:
        """When labels are there (n,), in microseconds UTC; NO_TIME if never. For `due` of others.

        By default, that of its own row, or that of the row before which it comes in.
        """
        due, last = self.due(t, y, uniforms), self.clock.rows - 1
        rows = np.where(due == t, t, later(due, 1))
        moments = self.clock.when(np.minimum(rows, last)) + (rows > last)
        return np.where(due == NEVER, NO_TIME, moments)

    def incompatibility(self, schema: Schema) -> str | None:
        """Why labels of this schema cannot come in this way, or None."""


class AtOnce(Labels):
    """Each label comes in before the next row is predicted."""

    in_order = True

    def due(self, t: np.ndarray, y: np.ndarray, uniforms: Uniforms) -> np.ndarray:
        return t


class Altered(Labels):
    """A way in which labels come in, made of another."""

    of: Labels = AtOnce()  # when they come in otherwise

    def after_moments(self, t: np.ndarray, y: np.ndarray, uniforms: Uniforms) -> np.ndarray:
        """What `due` gives (n,) of labels that come in by their `moments`.

        The label of a row is in before the first one that comes at its moment or later; where
        there is none, after the end of the stream.
        """
        moments, clock = self.moments(t, y, uniforms), self.clock
        before = clock.positions(np.minimum(moments, clock.moment(clock.rows - 1) + 1))
        found = np.where(before < clock.rows, before - 1, before)
        found = np.where(moments == NO_TIME, NEVER, found)
        return np.maximum(self.of.due(t, y, uniforms.nested), found)

    def incompatibility(self, schema: Schema) -> str | None:
        return self.of.incompatibility(schema)

    @model_validator(mode="after")
    def _is_answered(self):
        if self.of.asked_for:
            raise refusal(
                f"labels are asked for first, and then come in: write {{kind: {self.of.kind()}, "
                f"…, of: {{kind: {self.kind()}, …}}}}",
                "of",
            )
        return self


class LabelColumn(Strict):
    """The column of a table that says when each label came in; empty, where none did."""

    column: str


def _late(value, check):
    return check(value) if isinstance(value, dict | LabelColumn) else Duration.model_validate(value)


Late = Annotated[LabelColumn | Time, WrapValidator(_late), AfterValidator(fixed)]


class Delayed(Altered):
    """Each label comes in some rows or some time late, or when a column of the table says so."""

    rows: Position | None = None  # between a row and its label
    time: Late | None = None  # from a row to its label; or {column: …} with the time of the label

    def due(self, t: np.ndarray, y: np.ndarray, uniforms: Uniforms) -> np.ndarray:
        if self.time is None:
            return later(self.of.due(t, y, uniforms.nested), self.rows)
        return self.after_moments(t, y, uniforms)

    def moments(self, t: np.ndarray, y: np.ndarray, uniforms: Uniforms) -> np.ndarray:
        if self.time is None:
            return super().moments(t, y, uniforms)
        moments = self.of.moments(t, y, uniforms.nested)
        if isinstance(self.time, LabelColumn):
            return np.maximum(moments, self.clock.label_times(t))
        return later(moments, self.time.micros)

    @property
    def in_order(self) -> bool:  # type: ignore[override]  # but by a column
        return self.of.in_order and not isinstance(self.time, LabelColumn)

    @model_validator(mode="after")
    def _is_late(self):
        if self.rows is None and self.time is None:
            raise refusal("the key 'rows' is missing; give it, or a time such as 30d", "rows")
        if self.rows is not None and self.time is not None:
            raise refusal("'rows' are given as well; give one of the two", "time")
        return self


class Random(Altered):
    """Each label is late by a random number of rows or time, so that they overtake one another."""

    mean: Amount  # rows between a row and its label, or time
    law: Literal["geometric", "uniform", "log_normal"] = "geometric"  # of the delay
    sigma: Annotated[Number, Field(gt=0, le=10)] = 1.0  # of a log-normal delay's logarithm

    def due(self, t: np.ndarray, y: np.ndarray, uniforms: Uniforms) -> np.ndarray:
        if isinstance(self.mean, Duration):
            return self.after_moments(t, y, uniforms)
        return later(self.of.due(t, y, uniforms.nested), self._delay(t, uniforms, self.mean))

    def moments(self, t: np.ndarray, y: np.ndarray, uniforms: Uniforms) -> np.ndarray:
        if not isinstance(self.mean, Duration):
            return super().moments(t, y, uniforms)
        delay = self._delay(t, uniforms, self.mean.micros)
        return later(self.of.moments(t, y, uniforms.nested), delay)

    def _delay(self, t, uniforms, mean):
        """How late each label is (n,), in the unit of the mean."""
        delay = LAWS[self.law](uniforms.at(t), mean, self.sigma)
        return np.minimum(delay, MOST_ROWS).astype(np.int64)


class Batches(Altered):
    """Labels are kept back, and come in all at once at the end of each period of rows or time."""

    every: Period  # counted from the first row of the stream

    @property
    def in_order(self) -> bool:  # type: ignore[override]  # as those that it is made of
        return self.of.in_order

    def due(self, t: np.ndarray, y: np.ndarray, uniforms: Uniforms) -> np.ndarray:
        if isinstance(self.every, Duration):
            return self.after_moments(t, y, uniforms)
        due = self.of.due(t, y, uniforms.nested)
        return later(due, self.every - 1 - due % self.every)

    def moments(self, t: np.ndarray, y: np.ndarray, uniforms: Uniforms) -> np.ndarray:
        if not isinstance(self.every, Duration):
            return super().moments(t, y, uniforms)
        moments, clock = self.of.moments(t, y, uniforms.nested), self.clock
        inside = np.minimum(moments, clock.moment(clock.rows - 1) + 1)
        inside -= inside > clock.when(t)  # what is there as a period ends comes in with it
        found = ends(self.every, clock.moment(0), inside, clock.zone)
        return np.where(moments == NO_TIME, NO_TIME, found)


class Sampled(Altered):
    """Only some of the rows are ever labelled."""

    @property
    def in_order(self) -> bool:  # type: ignore[override]  # as those that it is made of
        return self.of.in_order

    @abstractmethod
    def labelled(self, t: np.ndarray, y: np.ndarray, uniforms: Uniforms) -> np.ndarray:
        """Which of the rows are labelled (n,)."""

    def due(self, t: np.ndarray, y: np.ndarray, uniforms: Uniforms) -> np.ndarray:
        labelled = self.labelled(t, y, uniforms)
        return np.where(labelled, self.of.due(t, y, uniforms.nested), NEVER)

    def moments(self, t: np.ndarray, y: np.ndarray, uniforms: Uniforms) -> np.ndarray:
        labelled = self.labelled(t, y, uniforms)
        return np.where(labelled, self.of.moments(t, y, uniforms.nested), NO_TIME)


class Share_(Sampled):
    """Only a share of the rows is ever labelled, each at random."""

    rate: Rate  # of all rows, or of those of each class

    def labelled(self, t: np.ndarray, y: np.ndarray, uniforms: Uniforms) -> np.ndarray:
        rate = np.asarray(self.rate)
        return uniforms.at(t) < (rate[y] if rate.ndim else rate)

    def incompatibility(self, schema: Schema) -> str | None:
        rates = np.size(self.rate)
        if np.ndim(self.rate) and (schema.regression or rates != schema.n_classes):
            there = "no classes" if schema.regression else f"{schema.n_classes} classes"
            return f"{rates} rates for {there}; give one number, or one a class"
        return super().incompatibility(schema)


class Budget(Sampled):
    """No more than so many of each stretch of rows are ever labelled, at random.

    A stretch of `per` rows, or so much time, is cut into as many even parts as there are labels,
    and of each part one row is picked.
    """

    labels: Rows  # that can be paid for
    per: Window  # rows, or time

    def labelled(self, t: np.ndarray, y: np.ndarray, uniforms: Uniforms) -> np.ndarray:
        first, stop = self._parts(t)
        return t == first + np.floor(uniforms.at(first) * (stop - first)).astype(np.int64)

    def _parts(self, t):
        """The first row of the part in which each row lies (n,), and of the part after it (n,)."""
        first, rows = self._stretches(t)
        labels = np.minimum(self.labels, rows)
        part = (t - first) * labels // rows
        return first - (-part * rows // labels), first - (-(part + 1) * rows // labels)

    def _stretches(self, t):
        """The first row of the stretch in which each row lies (n,), and its rows (n,)."""
        if not isinstance(self.per, Duration):
            return t - t % self.per, np.full(len(t), self.per)
        clock = self.clock
        stop = ends(self.per, clock.moment(0), clock.when(t), clock.zone)
        first = clock.positions(stop - self.per.micros)
        return first, clock.positions(stop) - first

    @model_validator(mode="after")
    def _can_be_spent(self):
        if isinstance(self.per, Duration):
            return self
        if self.labels > self.per:
            raise ValueError(
                f"a budget of {self.labels:,} labels for {self.per:,} rows cannot be spent; "
                f"give {self.per:,} or fewer"
            )
        if self.labels * self.per >= 2**62:
            raise ValueError("such long stretches cannot be cut; divide both numbers by the same")
        return self


def later(due, delay):
    """Positions or moments (n,), so many rows or microseconds later; never stays never."""
    return np.where(due == NEVER, NEVER, due + delay)


def geometric(u, mean, sigma):
    """Numbers 0, 1, 2, …, each less likely than the one before by the same factor."""
    return np.floor(np.log1p(-u) / -np.log1p(1 / mean))


def uniform(u, mean, sigma):
    """All whole numbers up to twice the mean, which is met if that is whole."""
    return np.floor(u * (2 * mean + 1))


def log_normal(u, mean, sigma):
    """Most are short, and some very long: the logarithm is normal; to whole rows."""
    from driftsim.evaluation.special import ndtri

    return np.rint(np.exp(np.log(mean) - sigma**2 / 2 + sigma * ndtri(u)))


LAWS = {"geometric": geometric, "uniform": uniform, "log_normal": log_normal}


def arrivals(
    chunks: Iterable[Labelled],
    labels: Labels,
    seed: int,
    before: tuple[np.ndarray, Labelled] | None = None,
) -> Iterator[Arrival]:
    """An `Arrival` for each chunk of consecutive rows; where they are cut decides nothing.

    `before` are rows before the first one whose labels are still to come, and when these come in.
    """
    uniforms = Uniforms(seed)
    waiting: dict[int, list] = {}  # labels by the block of positions in which they come in
    for block, *piece in by_block(*before) if before else ():
        waiting.setdefault(block, []).append(piece)
    for chunk in chunks:
        t, X, y = chunk
        dues = labels.due(t, y, uniforms)
        at_once = dues is t or np.array_equal(dues, t)
        if at_once and not waiting:  # as below, in less time
            yield Arrival(t, X, t, X, y, np.arange(len(t) + 1), int(t[0]))
            continue
        oldest = min((first for held in waiting.values() for *_, first in held), default=t[0])
        for block, *piece in by_block(dues, chunk):
            waiting.setdefault(block, []).append(piece)
        due, rows = taken(waiting, t[-1]) or (t[:0], chunk.part(slice(0)))
        came = np.cumsum(np.bincount(due - t[0], minlength=len(t)))
        yield Arrival(t, X, rows.t, rows.X, rows.y, np.append(0, came), int(oldest))


def by_block(due, rows):
    """Rows in the order in which their labels come in, cut by blocks of that time.

    Yields the block, when the labels come in, the rows, and the first of their positions.
    """
    due, rows = in_order(due, rows)
    start, end = 0, int(np.searchsorted(due, NEVER))
    while start < end:
        block = int(due[start]) // BLOCK
        stop = min(int(np.searchsorted(due, (block + 1) * BLOCK)), end)
        piece = rows.part(slice(start, stop))
        yield block, due[start:stop], piece, int(piece.t.min())
        start = stop


def taken(waiting, last):
    """Take out the labels that come in up to position `last`: when, and their rows; or None."""
    pieces = [piece for b in sorted(waiting) if b <= last // BLOCK for piece in waiting.pop(b)]
    if not pieces:
        return None
    dues, rows, _ = zip(*pieces)
    due, rows = in_order(np.concatenate(dues), Labelled.joined(rows))
    m = np.searchsorted(due, last, side="right")
    if m < len(due):
        rest = rows.part(slice(m, None))
        waiting[int(last) // BLOCK] = [(due[m:], rest, int(rest.t.min()))]
    return due[:m], rows.part(slice(m))


def in_order(due, rows):
    """Times and rows, sorted by when labels come in; those of one time keep their order."""
    if (due[1:] >= due[:-1]).all():
        return due, rows
    order = np.argsort(due, kind="stable")
    return due[order], rows.part(order)
