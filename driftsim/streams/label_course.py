"""Label courses: how the labels of recorded rows change along the stream, as `check` shows it."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from driftsim.messages import short
from driftsim.streams.concepts import Concept, Instantiated

PARTS = 10  # of the rows, of the same length
AT_ONCE = 65_536  # rows
MOSTLY = 0.95  # of the rows: a share of one class that is an imbalance
UNLIKELY = 0.01  # how many runs of such a length there would be in shuffled rows


class Run(NamedTuple):
    """Consecutive rows of one class."""

    label: int
    first: int  # row
    rows: int


class LabelCourse(NamedTuple):
    """The labels of all rows, in tenths: how many there are of each class, or their means."""

    rows: int
    counts: np.ndarray  # (10, k) of each class; for regression (10, 1), of rows
    sums: np.ndarray  # (10,) of the labels that are numbers
    first: np.ndarray  # (k,) the first row of each class
    longest: Run | None  # None for regression

    @classmethod
    def of(cls, concept: Concept | Instantiated) -> "LabelCourse":
        """That of recorded rows, read in their order in the stream."""
        n, k = concept.rows or 0, concept.schema.n_classes
        counts, sums = np.zeros((PARTS, k or 1), np.int64), np.zeros(PARTS)
        first, longest, last = np.full(k or 1, n), None, None
        for t, y in labels(concept, n):
            part, label = t * PARTS // n, y if k else np.zeros(len(y), np.int64)
            pairs = np.bincount(part * (k or 1) + label, minlength=counts.size)
            counts += pairs.reshape(counts.shape)
            sums += np.bincount(part, y, PARTS)
            np.minimum.at(first, label, t)
            longest, last = longest_and_last(label, int(t[0]), longest, last)
        return cls(n, counts, sums, first, longest if k else None)

    @property
    def shares(self) -> np.ndarray:
        """(10, k) of each class."""
        return self.counts / self.counts.sum(axis=1, keepdims=True)

    @property
    def means(self) -> np.ndarray:
        """(10,) of labels that are numbers."""
        return self.sums / self.counts.sum(axis=1)

    def remarks(self, names: tuple[str, ...], warmup: int) -> Iterator[str]:
        """What a person should look at, in sentences without a full stop."""
        total = self.counts.sum(axis=0)
        most = int(total.argmax())
        share = total[most] / self.rows
        if share >= MOSTLY:
            name = short(names[most], 20)
            yield (
                f"imbalance: {100 * share:.3g} % of the rows are of class {name}; to predict it "
                f"always has an error of only {100 * (1 - share):.2g} %, so look at kappa"
            )
        run = self.longest
        if run is not None and self._unlikely(run, total):
            yield (
                f"one class for long: rows {run.first:,} to {run.first + run.rows - 1:,} are all "
                f"of class {short(names[run.label], 20)}"
            )
        late = int(self.first.argmax())
        if 0 < warmup <= self.first[late]:
            name = short(names[late], 20)
            yield f"class {name} first comes in row {self.first[late]:,}, after the warm-up"

    def _unlikely(self, run, total):
        """Whether a run is long, and would hardly be in shuffled rows."""
        share = total[run.label] / self.rows
        return run.rows >= self.rows / PARTS and self.rows * share**run.rows < UNLIKELY


def labels(concept: Concept | Instantiated, n: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """All positions and their labels, piece by piece."""
    rng = np.random.default_rng(0)  # recorded rows need none
    for start in range(0, n, AT_ONCE):
        t = np.arange(start, min(start + AT_ONCE, n))
        yield t, concept.draw(rng, t)[1]


def longest_and_last(
    label: np.ndarray, first: int, longest: Run | None, last: Run | None
) -> tuple[Run, Run]:
    """The longest run so far, and the last, which may go on; given those before some rows."""
    starts = np.flatnonzero(np.append(True, label[1:] != label[:-1]))
    lengths = np.diff(np.append(starts, len(label)))
    firsts = first + starts
    if last is not None and last.label == label[0]:
        firsts[0], lengths[0] = last.first, lengths[0] + last.rows
    i = int(lengths.argmax())
    run, end = (Run(int(label[starts[j]]), int(firsts[j]), int(lengths[j])) for j in (i, -1))
    return run if longest is None or run.rows > longest.rows else longest, end
