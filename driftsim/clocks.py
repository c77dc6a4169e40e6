"""Clocks: when each row of a stream comes."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from pydantic import BaseModel, ValidationInfo, WrapValidator

from driftsim.durations import DATE, UNSORTED, Duration, Moment, date_of, fixed, or_duration
from driftsim.messages import short

NO_TIME = np.iinfo(np.int64).max  # of a label that never comes in
NO_CLOCK = (
    "durations and dates need times: give the stream `arrivals` or, if all rows are of one table, "
    "that `time: column`"
)
RANDOM_CLOCK = (
    "in random arrivals this is another row in each seed; write it in rows, or let arrivals be "
    "regular"
)


class Clock(ABC):
    """When each row of a stream comes: a pure, non-decreasing function of its position."""

    rows: int  # there are so many
    fixed: bool = True  # the same for every seed of the stream
    zone: str | None = None  # in which dates are shown and months counted; UTC where None

    @abstractmethod
    def when(self, t: np.ndarray) -> np.ndarray:
        """Microseconds UTC (n,) int64 at positions `t` (n,) in 0 … rows - 1."""

    def positions(self, moments: np.ndarray) -> np.ndarray:
        """The first row (n,) that comes at or after each moment (n,); `rows` where none does."""
        low = np.zeros(len(moments), np.int64)
        high = np.full(len(moments), self.rows, np.int64)
        while (searched := low < high).any():
            middle = (low + high) // 2
            before = np.zeros(len(moments), bool)
            before[searched] = self.when(middle[searched]) < moments[searched]
            low, high = np.where(before, middle + 1, low), np.where(before, high, middle)
        return low

    def label_times(self, t: np.ndarray) -> np.ndarray:
        """When the labels of rows came in (n,), as their table says; NO_TIME if they never did."""
        raise ValueError("no table says when labels come in; give it a label_time")

    def moment(self, t: int) -> int:
        """When row `t` comes; that of the last row where there is none."""
        return int(self.when(np.array([min(t, self.rows - 1)]))[0])

    def position(self, moment: int) -> int:
        """The first row that comes at or after a moment; `rows` where none does."""
        return int(self.positions(np.array([moment]))[0])


class RecordedClock(Clock):
    """The times of rows that were written down, in memory."""

    def __init__(
        self, times: np.ndarray, zone: str | None = None, labels: np.ndarray | None = None
    ) -> None:
        self._times, self._labels = times, labels
        self.zone, self.rows = zone, len(times)

    def when(self, t):
        return self._times[t]

    def positions(self, moments):
        return np.searchsorted(self._times, moments, side="left")

    def label_times(self, t):
        return super().label_times(t) if self._labels is None else self._labels[t]


class PiecewiseClock(Clock):
    """Times that are read or drawn a piece of consecutive rows at a time.

    `firsts` are the first rows of the pieces, `since` moments at or before which they begin, but
    not before any row of the piece before them.
    """

    def __init__(self, firsts: np.ndarray, since: np.ndarray, rows: int) -> None:
        self._firsts, self._since, self.rows = firsts, since, rows

    @abstractmethod
    def piece(self, i: int) -> np.ndarray:
        """When the rows of a piece come (m,)."""

    def when(self, t):
        t = np.asarray(t)
        pieces = np.searchsorted(self._firsts, t, side="right") - 1
        found = np.empty(len(t), np.int64)
        for i in np.unique(pieces):
            rows = pieces == i
            found[rows] = self.piece(i)[t[rows] - self._firsts[i]]
        return found

    def positions(self, moments):
        pieces = np.maximum(np.searchsorted(self._since, moments, side="left") - 1, 0)
        found = np.empty(len(moments), np.int64)
        for i in np.unique(pieces):
            rows = pieces == i
            found[rows] = self._firsts[i] + np.searchsorted(self.piece(i), moments[rows])
        return np.minimum(found, self.rows)


def undated(clock: Clock | None) -> str | None:
    """Why rows do not have the same dates with every seed, or None."""
    if clock is None:
        return NO_CLOCK
    return None if clock.fixed else RANDOM_CLOCK


def row_after(clock: Clock | None, t: int, span: "int | Duration") -> int:
    """The first row that comes at least so many rows, or so much time, after row `t`.

    Rows need no clock. Raises `ValueError` for a duration without one.
    """
    if not isinstance(span, Duration):
        return t + span
    if clock is None:
        raise ValueError(NO_CLOCK)
    return max(t, clock.position(span.after(clock.moment(t), zone=clock.zone)))


def ticks(clock: Clock | None, start: int, every: "int | Duration") -> Iterator[int]:
    """The first row at or after each multiple of a period that begins at row `start`.

    Several periods without a row give one; months are always counted from the first moment.
    """
    if not isinstance(every, Duration):
        row = start
        while True:
            row += every
            yield row
    if clock is None:
        raise ValueError(NO_CLOCK)
    k, anchor = 0, clock.moment(start)
    while True:
        k += 1
        row = clock.position(every.after(anchor, k, clock.zone))
        if row >= clock.rows:
            return
        yield row
        k = every.elapsed(anchor, clock.moment(row), clock.zone)


def ends(every: Duration, start: int, moments: np.ndarray, zone: str | None) -> np.ndarray:
    """The end (n,) of the period in which each moment lies, of those that follow from `start` on.

    A moment between two periods lies in the one that begins with it.
    """
    if not every.calendar:
        return start + ((moments - start) // every.micros + 1) * every.micros
    if not len(moments):
        return moments
    first, last = (every.elapsed(start, int(m), zone) for m in (moments.min(), moments.max()))
    found = np.array([every.after(start, k + 1, zone) for k in range(first, last + 1)])
    return found[np.searchsorted(found, moments, side="right")]


def durations(part: Any) -> Iterator[tuple[str | int, ...]]:
    """Where a part, or one inside it, holds a duration or a date: the keys that lead to each."""
    match part:
        case Duration() | Moment():
            yield ()
        case BaseModel():
            for name in type(part).model_fields:
                yield from ((name, *rest) for rest in durations(getattr(part, name)))
        case list():
            for i, one in enumerate(part):
                yield from ((i, *rest) for rest in durations(one))


def _placed(value: Any, check: Callable[[Any], Any], info: ValidationInfo) -> Any:
    """A row; a duration from the first row, or a date, stays one until there is a clock."""
    if isinstance(value, str):
        value = dated(value)
    clock = (info.context or {}).get("clock")
    if not isinstance(value, Duration | Moment):
        return check(value)
    return value if clock is None else check(row_of(clock, value))


def dated(text: str) -> Duration | Moment:
    """What a text writes: a date, or a duration; `ValueError` where it is neither."""
    if DATE.match(text) or UNSORTED.match(text):
        return Moment.model_validate(text)
    if text.strip()[:1].isdigit():
        return Duration.of(text)
    right = "write a row, a date such as 2024-03-31, or a time from the first row such as 30d"
    raise ValueError(f"{short(text)} is no date; {right}")


def row_of(clock: Clock, place: Duration | Moment) -> int:
    """The first row at or after a date, or so long after the first row; refuses those outside."""
    first, last = clock.moment(0), clock.moment(clock.rows - 1)
    if isinstance(place, Duration):
        moment = place.after(first, zone=clock.zone)
    else:
        moment = place.micros(clock.zone)
    if not first <= moment <= last:
        dates = (date_of(one, clock.zone).isoformat(" ", "seconds") for one in (first, last))
        raise ValueError(f"{short(str(place))} lies outside the stream, from {' to '.join(dates)}")
    return clock.position(moment)


def _spread(value: Any, check: Callable[[Any], Any], info: ValidationInfo) -> Any:
    """A number of rows; a duration becomes the mean number of rows in it, once there is a clock."""
    clock = (info.context or {}).get("clock")
    value = fixed(or_duration(value, check))
    return check(rows_in(clock, value)) if isinstance(value, Duration) and clock else value


def rows_in(clock: Clock, span: Duration) -> int:
    """How many rows there are in a duration, on average along the stream."""
    passed = clock.moment(clock.rows - 1) - clock.moment(0)
    return round(span.micros * (clock.rows - 1) / passed) if passed else clock.rows


Place = WrapValidator(
    _placed, json_schema_input_type=int | Duration | Moment
)  # of a row: it may be written as a date
Spread = WrapValidator(
    _spread, json_schema_input_type=int | Duration
)  # of a number of rows: it may be written as a duration
