"""Dates: when the rows of a stream were, for axes, tables and sentences."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cached_property

import numpy as np

from driftsim.clocks import Clock
from driftsim.durations import FIXED, SECOND, Duration, date_of
from driftsim.evaluation.trace import Trace
from driftsim.messages import plural
from driftsim.parts import identity
from driftsim.scenario import Scenario

DAY = FIXED["d"]
HOLE = 0.02  # of the time of a stream: shorter pauses between two rows are not shown
RARE = 10  # mean distances of moments with rows: a shorter pause is none
SAMPLES = 2_000  # stretches in which pauses are looked for
SPANS = (  # months of their mean length
    (365.2425 * DAY / 12, "month"), (DAY, "day"), (FIXED["h"], "hour"), (FIXED["min"], "minute"),
    (SECOND, "second"),
)  # fmt: skip
PRECISIONS = {120 * SECOND: "milliseconds", 7_200 * SECOND: "seconds"}  # of shorter streams


class Dates:
    """When the rows of a stream were, the same with every seed; moments are microseconds UTC."""

    def __init__(self, clock: Clock, warmup: int, length: int):
        self._clock, self.warmup, self.last = clock, warmup, length - 1
        self.zone = clock.zone
        self._rows = np.array([0])  # whose moments are known: clocks may read files
        self._moments = clock.when(self._rows)
        self.start, self.end = self.at([warmup, self.last]).tolist()

    def at(self, rows) -> np.ndarray:
        """The moments of rows; between two rows in proportion, after the last row its own."""
        rows = np.clip(np.asarray(rows, float), 0, self.last)
        before = np.floor(rows).astype(np.int64)
        moments, share = self._when(before).astype(float), rows - before
        if share.any():
            moments += share * (self._when(np.minimum(before + 1, self.last)) - moments)
        return moments

    def rows(self, moments) -> np.ndarray:
        """The rows, with fractions, of moments: the inverse of `at`."""
        moments = np.asarray(moments, float)
        found = self._clock.positions(np.ceil(moments).astype(np.int64).ravel())
        after = np.clip(found, 0, self.last).reshape(moments.shape)
        before = np.maximum(after - 1, 0)
        start, stop = self._when(before), self._when(after)
        share = (moments - start) / np.where(stop > start, stop - start, 1)
        return before + (after - before) * np.clip(share, 0, 1)

    def middle(self, first: float, last: float) -> float:
        """The row half of the time between two rows."""
        return float(self.rows(self.at([first, last]).mean()))

    def moment(self, row: int) -> datetime:
        """The date of a row, in the zone of the clock."""
        return date_of(int(self.at(row)), self.zone)

    def text(self, row: int) -> str:
        """The date of a row as people read it, as precise as the length of the stream asks for."""
        moment = self.moment(row)
        if self.precision == "days":
            return f"{moment:%Y-%m-%d}"
        return moment.replace(tzinfo=None).isoformat(" ", self.precision)

    def between(self, first: int, last: int) -> str:
        """The dates of two rows: one date where they are the same, or the last row never comes."""
        if last > self.last:
            return f"from {self.text(first)} on"
        return " to ".join(dict.fromkeys((self.text(first), self.text(last))))

    def starts(self, trace: Trace, window: Duration) -> np.ndarray:
        """The intervals of a trace (m,) that start a window of time.

        Windows are counted from the first row of the stream. An interval is of the window that
        its first row is in.
        """
        moments, anchor = self._when(trace.columns["first_row"]), self._clock.moment(0)
        edges = [window.after(anchor, 1, self.zone)]
        while edges[-1] <= moments[-1]:
            k = window.elapsed(anchor, moments[np.searchsorted(moments, edges[-1])], self.zone)
            edges.append(window.after(anchor, k + 1, self.zone))
        places = np.searchsorted(edges, moments, side="right")
        return np.flatnonzero(np.diff(places, prepend=-1))

    def firsts(self, trace: Trace, window: Duration) -> np.ndarray:
        """The first interval (w,) of the window of time that ends with each interval.

        It is the first that starts within so much time before the next interval, or the last row.
        """
        starts = self._when(trace.columns["first_row"])
        ends = np.append(starts[1:], self._when(trace.columns["last_row"][-1:]))
        firsts = np.searchsorted(starts, ends - window.micros, side="left")
        return np.minimum(firsts, np.arange(len(starts)))

    def mean_rows(self, window: Duration) -> int:
        """How many rows there are in so much time, in the mean after the warm-up; at least one."""
        share = window.micros / (self.end - self.start)
        return max(round((self.last - self.warmup) * share), 1)

    @property
    def span(self) -> str:
        """How long the rows after the warm-up last, rounded: 24 months, 9 days, 5 hours."""
        micros = self.end - self.start
        size, unit = next(one for one in SPANS if micros >= 2 * one[0] or one == SPANS[-1])
        return plural(max(round(micros / size), 1), unit)

    @cached_property
    def precision(self) -> str:
        """How precisely dates are written: days, minutes, seconds or milliseconds."""
        span = self.end - self.start
        some = np.linspace(self.warmup, self.last, SAMPLES).astype(np.int64)
        dates = (date_of(moment, self.zone) for moment in self._when(some).tolist())
        if span >= 60 * DAY or not any(one.hour or one.minute or one.second for one in dates):
            return "days"
        return next((finer for least, finer in PRECISIONS.items() if span < least), "minutes")

    @cached_property
    def holes(self) -> list[tuple[int, int]]:
        """The long pauses after the warm-up: the last row before each, and the first one after."""
        edges = np.unique(np.linspace(self.warmup, self.last, SAMPLES + 1).astype(np.int64))
        moments = self._when(edges)
        share = max(HOLE, RARE / len(np.unique(moments)))
        least, found = share * (self.end - self.start), []
        for i in np.flatnonzero(np.diff(moments) > least):
            rows = np.arange(edges[i], edges[i + 1] + 1)
            pauses = rows[:-1][np.diff(self._clock.when(rows)) > least].tolist()
            found += [(row, row + 1) for row in pauses]
        return found

    def _when(self, rows):
        """The moments of whole rows, of any shape; each is asked for once."""
        places = np.searchsorted(self._rows[:-1], rows)
        if not np.array_equal(self._rows[places], rows):
            unknown = np.setdiff1d(rows, self._rows)
            places = np.searchsorted(self._rows, unknown)
            self._moments = np.insert(self._moments, places, self._clock.when(unknown))
            self._rows = np.insert(self._rows, places, unknown)
            places = np.searchsorted(self._rows, rows)
        return self._moments[places]


def row_text(row: int, dates: Dates | None) -> str:
    """A row, with its date in brackets if it is known: 12,000 (2024-03-02)."""
    return f"{row:,} ({dates.text(row)})" if dates and row <= dates.last else f"{row:,}"


def stretch_text(first: int, last: int, dates: Dates | None) -> str:
    """The rows from one to another, with their dates: 0 to 99, 2024-03-02 to 2024-03-04."""
    rows = f"{first:,} to {last:,}"
    return f"{rows}, {dates.between(first, last)}" if dates else rows


def date_label(dates: Dates) -> str:
    """The label of an axis of dates: with the day, or the years, that ticks leave out."""
    first, last = (date_of(int(moment), dates.zone) for moment in (dates.start, dates.end))
    years = "–".join(dict.fromkeys((str(first.year), str(last.year))))
    common = f"{first.day} {first:%b} {years}" if first.date() == last.date() else years
    return f"date, {common} ({dates.zone})" if dates.zone else f"date, {common}"


def dates_of(scenario: Scenario, clock: Clock | None = None) -> Dates | None:
    """The dates of the rows of a scenario; None without a clock that is the same for every seed.

    The clock is that of its stream, which reads a table again where it is not given.
    """
    stream = scenario.stream
    if stream.undated:
        return None
    clock = clock or stream.clock(0)
    assert clock is not None  # as the stream is dated
    dates = Dates(clock, scenario.evaluation.warmup, stream.length)
    return dates if dates.end > dates.start else None


def dates_of_each(scenarios: Iterable[Scenario]) -> Iterator[Dates | None]:
    """The dates of each scenario; those of equal streams are read once."""
    known: dict[tuple, Dates | None] = {}
    for scenario in scenarios:
        key = identity(scenario.stream), scenario.evaluation.warmup
        if key not in known:
            known[key] = dates_of(scenario)
        yield known[key]
