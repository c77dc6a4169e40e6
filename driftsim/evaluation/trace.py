"""Traces: what is kept of a run, as counts and sums for each interval of the stream."""

from typing import NamedTuple

import numpy as np

from driftsim.evaluation.moments import Moments, blocks

MOST_INTERVALS = 2000
UNSUMMED = ("first_row", "last_row", "model_bytes")  # no sums over its rows
LABEL_MOMENTS = ("y_mean", "y_spread")  # where labels are numbers: `Moments`, beside the rows


class Probes(NamedTuple):
    """What a contender would have answered to fresh rows of every concept, phase by phase."""

    rows: np.ndarray  # (p,) the last row of each phase between changes
    ruling: np.ndarray  # (p,) the concept of each phase
    errors: np.ndarray  # (p, k) the mean loss on each concept


class Trace(NamedTuple):
    """Columns with an entry for each interval: (w,), or (w, k) with one for each class or concept.

    All but `first_row`, `last_row`, `model_bytes` and `y_mean` are sums over the rows of the
    interval; `y_spread` is that of squared distances from `y_mean`.
    """

    columns: dict[str, np.ndarray]
    interval: int  # rows; intervals begin at its multiples, so the first and last may be shorter
    predictions: np.ndarray | None = None  # (n,) of every scored row, where they were asked for
    probes: Probes | None = None  # where they were asked for
    alarms: np.ndarray | None = None  # (m,) the row predicted next after each; None: no contender

    def within(self, intervals):
        """The same of some consecutive intervals, a slice."""
        columns = {name: column[intervals] for name, column in self.columns.items()}
        return self._replace(columns=columns)

    def over(self, window):
        """The same over windows, rounded up to whole intervals and begun at their multiples."""
        window = -(-window // self.interval) * self.interval
        starts = np.flatnonzero(np.diff(self.columns["first_row"] // window, prepend=-1))
        columns = self._gathered(
            lambda name, column: gathered(name).reduceat(column, starts, axis=0),
            lambda moments: moments.over(starts),
        )
        return self._replace(columns=columns, interval=window)

    def cumulative(self):
        """The same over all rows up to the end of each interval."""
        columns = self._gathered(
            lambda name, column: gathered(name).accumulate(column, axis=0),
            lambda moments: moments.fading(np.ones(len(moments.n))),
        )
        return self._replace(columns=columns | {"last_row": self.columns["last_row"]})

    def sliding(self, window):
        """The same over the window that ends with each interval, rounded up to whole intervals.

        The first windows are shorter: no rows are before the first.
        """
        n = min(-(-window // self.interval), len(self.columns["rows"]))
        columns = self._gathered(
            lambda name, column: slid(gathered(name), column, n),
            lambda moments: moments.sliding(n),
        )
        return self._replace(columns=columns | {"last_row": self.columns["last_row"]})

    def faded(self, factor):
        """The same with every row worth `factor` times as much as the next one.

        Exact for intervals of one row, otherwise to within an interval; rows of an interval count
        the same. First rows, last rows and sizes are those of the interval.
        """
        kept = factor ** self.columns["rows"]
        columns = self._gathered(
            lambda name, column: column if name in UNSUMMED else fading(column, kept),
            lambda moments: moments.fading(kept),
        )
        return self._replace(columns=columns)

    def total(self):
        """The same over the whole stream, as one window."""
        return self.over(MOST_INTERVALS * self.interval + int(self.columns["last_row"][-1]) + 1)

    def _gathered(self, column_of, moments_of):
        """Every column over windows: those of labels by their moments, the others by themselves."""
        names = [name for name in self.columns if name not in LABEL_MOMENTS]
        columns = {name: column_of(name, self.columns[name]) for name in names}
        if "y_mean" in self.columns:
            labels = Moments(self.columns["rows"], *(self.columns[name] for name in LABEL_MOMENTS))
            columns |= dict(zip(LABEL_MOMENTS, moments_of(labels)[1:]))
        return columns


def slid(gather, column, n):
    """What each `n` consecutive entries come to, and the first fewer ones.

    Sums are of the end of one block and the head of the next, which only add: what lies before a
    window leaves no rounding in it.
    """
    if gather is np.add:
        parts = blocks(column, n)
        heads = np.cumsum(parts, axis=1).reshape(-1, *column.shape[1:])[: len(column)]
        ends = np.cumsum(parts[:, ::-1], axis=1)[:, ::-1].reshape(-1, *column.shape[1:])
        last = np.arange(len(column))
        cut = np.flatnonzero((last >= n) & ((last + 1) % n > 0))  # those that begin within a block
        heads[cut] += ends[cut - n + 1]
        return heads
    first = np.maximum(np.arange(len(column)) - n + 1, 0)
    return np.array([gather.reduce(column[a : i + 1]) for i, a in enumerate(first)])


def fading(column, kept):
    """Sums of which, entry by entry, only a share is kept."""
    faded = np.empty(column.shape)
    last = np.zeros(column.shape[1:])
    for i, (entry, share) in enumerate(zip(column, kept)):
        faded[i] = last = entry + share * last
    return faded


def gathered(name):
    """How the entries of a column are put together over several intervals."""
    return {"first_row": np.minimum, "last_row": np.maximum, "model_bytes": np.fmax}.get(
        name, np.add
    )


def round_interval(rows):
    """The least of 25, 50, 100, 250, 500, 1,000, … rows that makes 2,000 intervals or fewer."""
    steps = (step * 10**power for power in range(20) for step in (25, 50, 100))
    return next(step for step in steps if rows <= MOST_INTERVALS * step)


def counted(starts, code, k):
    """How often each code 0 … k - 1 stands in each of the intervals that begin at `starts`."""
    shape = len(starts), k
    first = np.arange(shape[0]) * k
    code = np.repeat(first, np.append(starts[1:], len(code)) - starts) + code
    return np.bincount(code, minlength=shape[0] * k).reshape(shape)


class Tally:
    """A trace in the making, of the rows `first` … `stop` - 1."""

    def __init__(self, first, stop, interval):
        self._first, self._stop, self._interval = first, stop, interval
        self._offset = first // interval
        starts = np.arange(self._offset, -(-stop // interval)) * interval
        lasts = np.minimum(starts + interval, stop) - 1
        starts[0] = first
        self.columns = {"first_row": starts, "last_row": lasts, "rows": lasts - starts + 1}
        self._labelled = np.zeros(len(starts), np.int64)  # rows whose numbers are in the moments

    def intervals(self, t):
        """The intervals that consecutive rows fall in, and where in `t` each begins."""
        first, last = t[0] // self._interval, t[-1] // self._interval
        starts = np.arange(first, last + 1) * self._interval - t[0]
        starts[0] = 0
        return slice(first - self._offset, last + 1 - self._offset), starts

    def add(self, t, **facts):
        """Sum facts (n,) or (n, k) about consecutive rows."""
        intervals, starts = self.intervals(t)
        for name, fact in facts.items():
            self._column(name, fact)[intervals] += np.add.reduceat(fact, starts, axis=0)

    def labels(self, t, y):
        """Keep the mean of numbers (n,) at consecutive rows, and their spread about it."""
        intervals, starts = self.intervals(t)
        columns = [self._column(name, y) for name in LABEL_MOMENTS]
        before = Moments(self._labelled[intervals], *(one[intervals] for one in columns))
        after = before.joined(Moments.of(y, starts))
        for column, entries in zip((self._labelled, *columns), after):
            column[intervals] = entries

    def add_binned(self, t, k, code, **weights):
        """Sum weights (n,) at consecutive rows, apart for each code 0 … k - 1."""
        intervals, starts = self.intervals(t)
        row = np.repeat(np.arange(len(starts)) * k, np.diff(np.append(starts, len(t))))
        for name, weight in weights.items():
            sums = np.bincount(row + code, weight, minlength=len(starts) * k).reshape(-1, k)
            self._column(name, sums)[intervals] += sums

    def count(self, t, k, **codes):
        """Count how often each code 0 … k - 1 stands at consecutive rows; a code k is none."""
        intervals, starts = self.intervals(t)
        for name, code in codes.items():
            counts = counted(starts, code, k + 1)[:, :k]
            self._column(name, counts)[intervals] += counts

    def add_confusion(self, t, k, label, right):
        """Count how often each label is `predicted` at consecutive rows, and `correct`."""
        intervals, starts = self.intervals(t)
        counts = counted(starts, 2 * label + right, 2 * k)
        wrong, correct = counts[:, ::2], counts[:, 1::2]
        self._column("predicted", correct)[intervals] += wrong + correct
        self._column("correct", correct)[intervals] += correct

    def spread(self, name, amount, first, n):
        """Add an amount, evenly over the `n` rows from `first`; all of it there if `n` is 0."""
        column = self._column(name, np.empty(0, type(amount)))
        stop = min(first + max(n, 1), self._stop)
        if first >= self._stop:
            return  # a model that was trained after the last row served none
        edges = (
            np.arange(first // self._interval, (stop - 1) // self._interval + 1) * self._interval
        )
        rows = np.minimum(edges + self._interval, stop) - np.maximum(edges, first)
        share = amount if len(rows) == 1 else amount * rows / rows.sum()
        column[edges // self._interval - self._offset] += share

    def keep_max(self, name, value, at):
        """Keep the greatest value in the interval of row `at`; NaN where there is none."""
        if at < self._stop:
            column = self.columns.setdefault(name, np.full(len(self.columns["rows"]), np.nan))
            i = at // self._interval - self._offset
            column[i] = np.fmax(column[i], value)

    def trace(self, predictions=None, probes=None, alarms=None):
        return Trace(self.columns, self._interval, predictions, probes, alarms)

    def _column(self, name, fact):
        if name not in self.columns:
            shape = (len(self.columns["rows"]), *fact.shape[1:])
            self.columns[name] = np.zeros(shape, np.result_type(fact, np.int64))
        return self.columns[name]
