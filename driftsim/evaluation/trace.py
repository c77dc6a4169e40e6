"""Traces: what is kept of a run, as counts and sums for each interval of the stream."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple

import numpy as np

from driftsim.evaluation.moments import Moments, blocks
from driftsim.evaluation.row_scores import RowScores

MOST_INTERVALS = 2000
# Columns that are not sums over rows, and how each is reduced over intervals.
UNSUMMED = {
    "first_row": np.minimum,
    "last_row": np.maximum,
    "model_bytes": np.fmax,
    "y_least": np.fmin,
    "y_greatest": np.fmax,
}
LABEL_EXTREMES = ("y_least", "y_greatest")  # of regression, where intervals are asked for
LABEL_MOMENTS = ("y_mean", "y_spread")  # of regression: with the rows, the labels' `Moments`
ROWS = ("first_row", "last_row", "rows", "scored")  # which rows an interval has, and how many


class Probes(NamedTuple):
    """The loss of a contender on fresh rows of every concept, phase by phase."""

    rows: np.ndarray  # (p,) the last row of each phase between changes
    ruling: np.ndarray  # (p,) the concept of each phase
    errors: np.ndarray  # (p, k) the mean loss on each concept


class Trace(NamedTuple):
    """Columns with an entry for each interval: (w,), or (w, k) with one for each class or concept.

    All but `first_row`, `last_row`, `model_bytes`, `y_mean`, `y_least` and `y_greatest` are sums
    over the rows of the interval; `y_spread` sums squared distances from `y_mean`. `scores`, where
    they were asked for, has a `Stretch` of rows for each. Where only some rows are scored, `scored`
    is how many, and sums of scores, and of what is true of the rows, are over these.
    """

    columns: dict[str, np.ndarray]
    interval: int  # rows; intervals start at its multiples, so the first and last may be shorter
    predictions: np.ndarray | None = (
        None  # (n,) of every row after the warm-up, where they were asked for
    )
    probes: Probes | None = None  # where they were asked for
    alarms: np.ndarray | None = None  # (m,) the row predicted next after each; None: the truth

    @property
    def row_scores(self) -> RowScores | None:
        """The scores of every row, where they were asked for."""
        return self.columns["scores"][0].rows if "scores" in self.columns else None

    @property
    def arrays(self) -> dict[str, np.ndarray]:
        """The numbers of all columns, and in the place of stretches those of their rows."""
        rows = self.row_scores
        return self.columns | ({"scores": rows.values, "labels": rows.y} if rows else {})

    def within(self, intervals: slice | np.ndarray) -> "Trace":
        """The trace of some intervals."""
        columns = {name: column[intervals] for name, column in self.columns.items()}
        return self._replace(columns=columns)

    def only(self, names: Collection[str]) -> "Trace":
        """The trace with some columns alone, and with those of the rows of each interval."""
        kept = {*ROWS, *names, *(LABEL_MOMENTS if {*LABEL_MOMENTS} & {*names} else ())}
        columns = {name: column for name, column in self.columns.items() if name in kept}
        return self._replace(columns=columns)

    def over(self, window: int) -> "Trace":
        """The trace over windows, rounded up to whole intervals, that start at their multiples."""
        window = -(-window // self.interval) * self.interval
        starts = np.flatnonzero(np.diff(self.columns["first_row"] // window, prepend=-1))
        return self.joined(starts)._replace(interval=window)

    def joined(self, starts: np.ndarray) -> "Trace":
        """The trace over windows, each from one of the intervals `starts` (m,) to the next one."""
        columns = self._reduced(
            lambda reduce, column: reduce.reduceat(column, starts, axis=0),
            lambda moments: moments.over(starts),
        )
        return self._replace(columns=columns)

    def cumulative(self) -> "Trace":
        """The trace over all rows up to the end of each interval."""
        columns = self._reduced(
            lambda reduce, column: reduce.accumulate(column, axis=0),
            lambda moments: moments.fading(np.ones(len(moments.n))),
        )
        return self._replace(columns=columns | {"last_row": self.columns["last_row"]})

    def sliding(self, window: int) -> "Trace":
        """The trace over the window that ends with each interval, rounded up to whole intervals.

        The first windows are shorter.
        """
        n = min(-(-window // self.interval), len(self.columns["rows"]))
        columns = self._reduced(
            lambda reduce, column: sliding(reduce, column, n), lambda moments: moments.sliding(n)
        )
        return self._replace(columns=columns | {"last_row": self.columns["last_row"]})

    def since(self, firsts: np.ndarray) -> "Trace":
        """The trace over windows that end with each interval i and start with interval `firsts[i]`.

        `firsts` (w,) may not be after the interval itself.
        """
        lengths = np.arange(1, len(firsts) + 1) - firsts
        columns = self._reduced(
            lambda reduce, column: ending(reduce, column, lengths),
            lambda moments: Moments(*ending(joined_moments, np.stack(moments, 1), lengths).T),
        )
        return self._replace(columns=columns)

    def faded(self, factor: float) -> "Trace":
        """The trace over all rows so far, each weighing `factor` times as much as the next one.

        Rows of one interval weigh the same, so it is exact for intervals of one row. First rows,
        last rows and sizes are those of the interval; the least and the greatest label are those
        of all rows so far.
        """
        kept = factor ** self.columns["rows"]
        columns = self._reduced(
            lambda reduce, column: fading(column, kept) if reduce is np.add else column,
            lambda moments: moments.fading(kept),
        )
        for name in columns.keys() & {*LABEL_EXTREMES}:
            columns[name] = reduction(name).accumulate(columns[name])
        return self._replace(columns=columns)

    def total(self) -> "Trace":
        """The trace over the whole stream, as one window."""
        return self.over(MOST_INTERVALS * self.interval + int(self.columns["last_row"][-1]) + 1)

    def _reduced(self, column_of: Callable, moments_of: Callable) -> dict[str, np.ndarray]:
        """Every column over windows: of a reduction and the column, or of the labels' `Moments`."""
        columns = {
            name: column_of(reduction(name), column)
            for name, column in self.columns.items()
            if name not in LABEL_MOMENTS
        }
        if "y_mean" in self.columns:
            labels = Moments(
                scored_rows(self.columns), *(self.columns[name] for name in LABEL_MOMENTS)
            )
            columns |= dict(zip(LABEL_MOMENTS, moments_of(labels)[1:]))
        return columns


def scored_rows(columns: Mapping[str, np.ndarray]) -> np.ndarray:
    """How many rows of each interval are scored (w,): all, unless columns say otherwise."""
    return columns["scored" if "scored" in columns else "rows"]


def all_over_scored(columns: Mapping[str, np.ndarray]) -> float:
    """How many rows there are to each that is scored, over all intervals; 1 where all are."""
    return float(columns["rows"].sum() / columns["scored"].sum()) if "scored" in columns else 1.0


def sliding(reduce, column, n):
    """The reduction of each `n` consecutive entries, and of fewer at the start.

    A sum adds the end of one block and the head of the next, and never subtracts: what lies
    before a window leaves no rounding in it.
    """
    if reduce is np.add:
        parts = blocks(column, n)
        heads = np.cumsum(parts, axis=1).reshape(-1, *column.shape[1:])[: len(column)]
        ends = np.cumsum(parts[:, ::-1], axis=1)[:, ::-1].reshape(-1, *column.shape[1:])
        last = np.arange(len(column))
        cut = np.flatnonzero((last >= n) & ((last + 1) % n > 0))  # those that start within a block
        heads[cut] += ends[cut - n + 1]
        return heads
    first = np.maximum(np.arange(len(column)) - n + 1, 0)
    return np.array([reduce.reduce(column[a : i + 1]) for i, a in enumerate(first)])


def ending(join, entries, lengths):
    """The join of so many entries, `lengths` (w,), that end with each of (w, …).

    Stretches of 1, 2, 4, … entries are joined, and nothing is subtracted, as in `sliding`.
    """
    found, stretches, size = entries.copy(), entries, 1
    left, last = lengths - 1, np.arange(len(entries)) - 1
    while left.any():
        odd = np.flatnonzero(left & 1)
        found[odd] = join(stretches[last[odd]], found[odd])
        last[odd] -= size
        later = join(stretches[:-size], stretches[size:])
        stretches = np.concatenate([stretches[:size], later])  # of which the first are too short
        left, size = left >> 1, 2 * size
    return found


def joined_moments(before, after):
    """The moments (w, 3) of stretches and of those after them, together."""
    return np.stack(Moments(*before.T).joined(Moments(*after.T)), axis=1)


def fading(column, kept):
    """Running sums that keep only a share of themselves at each entry."""
    faded = np.empty(column.shape, np.result_type(column, float))
    last = np.zeros(column.shape[1:])
    for i, (entry, share) in enumerate(zip(column, kept)):
        faded[i] = last = entry + share * last
    return faded


def reduction(name: str) -> np.ufunc:
    """How a column is reduced over several intervals."""
    return UNSUMMED.get(name, np.add)


def round_interval(rows: int) -> int:
    """The smallest of 25, 50, 100, 250, 500, 1,000, … rows that makes 2,000 intervals or fewer."""
    steps = (step * 10**power for power in range(20) for step in (25, 50, 100))
    return next(step for step in steps if rows <= MOST_INTERVALS * step)


def counted(starts, code, k):
    """The count of each code 0 … k - 1 in each of the intervals that start at `starts`."""
    shape = len(starts), k
    first = np.arange(shape[0]) * k
    code = np.repeat(first, np.append(starts[1:], len(code)) - starts) + code
    return np.bincount(code, minlength=shape[0] * k).reshape(shape)


class Tally:
    """The growing columns of a trace, of the rows `first` … `stop` - 1."""

    def __init__(self, first: int, stop: int, interval: int):
        self._first, self._stop, self._interval = first, stop, interval
        self._offset = first // interval
        starts = np.arange(self._offset, -(-stop // interval)) * interval
        lasts = np.minimum(starts + interval, stop) - 1
        starts[0] = first
        rows = lasts - starts + 1
        self.columns: dict[str, Any] = {"first_row": starts, "last_row": lasts, "rows": rows}
        self._labelled = np.zeros(len(starts), np.int64)  # rows whose labels are in the moments
        self._scored: list[tuple[np.ndarray, ...]] = []  # positions, labels and scores of rows

    def intervals(self, t: np.ndarray) -> tuple[slice | np.ndarray, np.ndarray]:
        """The intervals that ascending rows fall in, and where in `t` each starts."""
        if t[-1] - t[0] >= len(t):  # there are gaps
            places = t // self._interval
            starts = np.flatnonzero(np.diff(places, prepend=-1))
            return places[starts] - self._offset, starts
        first, last = t[0] // self._interval, t[-1] // self._interval
        starts = np.arange(first, last + 1) * self._interval - t[0]
        starts[0] = 0
        return slice(first - self._offset, last + 1 - self._offset), starts

    def add(self, t: np.ndarray, **columns: np.ndarray) -> None:
        """Add values (n,) or (n, k) of ascending rows to columns."""
        intervals, starts = self.intervals(t)
        for name, values in columns.items():
            self._column(name, values)[intervals] += np.add.reduceat(values, starts, axis=0)

    def add_whole(self, t: np.ndarray, name: str, numbers: np.ndarray) -> None:
        """Add whole numbers (n,) of consecutive rows to a column; quick for few rows."""
        first, last = int(t[0]) // self._interval, int(t[-1]) // self._interval
        if first == last:
            self._column(name, numbers)[first - self._offset] += int(numbers.sum())
        else:
            self.add(t, **{name: numbers})

    def add_labels(self, t: np.ndarray, y: np.ndarray) -> None:
        """Add labels of regression (n,) of ascending rows to their moments."""
        intervals, starts = self.intervals(t)
        columns = [self._column(name, y) for name in LABEL_MOMENTS]
        before = Moments(self._labelled[intervals], *(one[intervals] for one in columns))
        after = before.joined(Moments.of(y, starts))
        for column, entries in zip((self._labelled, *columns), after):
            column[intervals] = entries

    def add_extremes(self, t: np.ndarray, y: np.ndarray) -> None:
        """Keep the least and the greatest of the labels (n,) of consecutive rows."""
        intervals, starts = self.intervals(t)
        for name in LABEL_EXTREMES:
            column = self.columns.setdefault(name, np.full(len(self.columns["rows"]), np.nan))
            reduce = reduction(name)
            column[intervals] = reduce(column[intervals], reduce.reduceat(y, starts))

    def add_binned(self, t: np.ndarray, k: int, code: np.ndarray, **weights: np.ndarray) -> None:
        """Add weights (n,) of ascending rows, each in the bin of its code 0 … k - 1."""
        intervals, starts = self.intervals(t)
        row = np.repeat(np.arange(len(starts)) * k, np.diff(np.append(starts, len(t))))
        for name, weight in weights.items():
            sums = np.bincount(row + code, weight, minlength=len(starts) * k).reshape(-1, k)
            self._column(name, sums)[intervals] += sums

    def add_counts(self, t: np.ndarray, k: int, **codes: np.ndarray) -> None:
        """Count each code 0 … k - 1 (n,) of ascending rows; a code k is not counted."""
        intervals, starts = self.intervals(t)
        for name, code in codes.items():
            counts = counted(starts, code, k + 1)[:, :k]
            self._column(name, counts)[intervals] += counts

    def add_confusion(self, t: np.ndarray, k: int, label: np.ndarray, right: np.ndarray) -> None:
        """Count how often each label (n,) is `predicted` at ascending rows, and `correct`."""
        intervals, starts = self.intervals(t)
        counts = counted(starts, 2 * label + right, 2 * k)
        wrong, correct = counts[:, ::2], counts[:, 1::2]
        self._column("predicted", correct)[intervals] += wrong + correct
        self._column("correct", correct)[intervals] += correct

    def add_scores(self, t: np.ndarray, y: np.ndarray, scores: np.ndarray) -> None:
        """Keep the label (n,) and the probabilities (n, k) of each of the next rows."""
        self._scored.append((t, y, scores))

    def spread(self, first: int, n: int, **amounts: float) -> None:
        """Add amounts evenly over the `n` rows from `first`; all at `first` if `n` is 0."""
        columns = {name: self._column(name, np.empty(0, type(x))) for name, x in amounts.items()}
        if first >= self._stop:
            return  # a model that was trained after the last row served none
        stop, interval = min(first + max(n, 1), self._stop), self._interval
        i, last = first // interval, (stop - 1) // interval
        if i == last:
            for name, amount in amounts.items():
                columns[name][i - self._offset] += amount
            return
        edges = np.arange(i, last + 1) * interval
        rows = np.minimum(edges + interval, stop) - np.maximum(edges, first)
        for name, amount in amounts.items():
            part = columns[name][i - self._offset : last + 1 - self._offset]
            part += amount * rows / rows.sum()

    def keep_max(self, name: str, value: float, at: int) -> None:
        """Keep the greatest value in the interval of row `at`; NaN where there is none."""
        if at < self._stop:
            column = self.columns.setdefault(name, np.full(len(self.columns["rows"]), np.nan))
            i = at // self._interval - self._offset
            column[i] = np.fmax(column[i], value)

    def trace(self) -> Trace:
        """The trace of all rows."""
        if not self._scored:
            return Trace(self.columns, self._interval)
        rows = scored_rows(self.columns)
        starts = np.cumsum(rows) - rows
        t, y, scores = map(np.concatenate, zip(*self._scored))
        part = t if "scored" in self.columns else None
        intervals = RowScores.of(y, scores, starts, part).intervals()
        return Trace(self.columns | {"scores": intervals}, self._interval)

    def _column(self, name, values):
        """The column of a name, begun with zeros in the shape and type of the values."""
        if name not in self.columns:
            shape = (len(self.columns["rows"]), *values.shape[1:])
            self.columns[name] = np.zeros(shape, np.result_type(values, np.int64))
        return self.columns[name]
