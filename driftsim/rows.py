"""Ground floor: rows, what passes between the floors."""

from typing import ClassVar, NamedTuple

import numpy as np


class Schema(NamedTuple):
    """What is known of the rows of a stream before the first is seen."""

    names: tuple[str, ...]  # of the columns
    nominal: dict[int, int] = {}  # how many values each nominal column has: 0, 1, …
    n_classes: int | None = 2  # None for regression
    classes: tuple[str, ...] | None = None  # what the labels 0, 1, … stand for, where told
    values: dict[int, tuple[str, ...]] = {}  # what the codes of a nominal column stand for

    @property
    def regression(self):
        """Whether labels are numbers, not classes."""
        return self.n_classes is None


class Labelled(NamedTuple):
    """Labelled rows, in the order in which their labels came in."""

    t: np.ndarray  # (m,) positions
    X: np.ndarray  # (m, d) features
    y: np.ndarray  # (m,) labels

    @classmethod
    def joined(cls, pieces):
        """One after the other; at least one is needed."""
        return pieces[0] if len(pieces) == 1 else cls(*map(np.concatenate, zip(*pieces)))

    @property
    def stop(self):
        """The position after that of the last row; 0 where there is none."""
        return int(self.t[-1]) + 1 if len(self.t) else 0

    def part(self, rows):
        """Some of the rows, by a slice, an index or a mask."""
        return Labelled(self.t[rows], self.X[rows], self.y[rows])


class Arrival(NamedTuple):
    """One stretch of the stream: n rows, and m labels in the n + 1 gaps around them."""

    t: np.ndarray  # (n,) positions of the rows to predict
    X: np.ndarray  # (n, d) these rows
    due_t: np.ndarray  # (m,) positions of the rows whose labels come in, in the order they do
    due_X: np.ndarray  # (m, d) these rows
    due_y: np.ndarray  # (m,) their labels
    due_by: np.ndarray  # (n + 1,) labels in before row i is predicted; at last m
    oldest: int = 0  # position; no label of an earlier row comes in from here on

    @property
    def due(self):
        """The rows whose labels come in."""
        return Labelled(self.due_t, self.due_X, self.due_y)

    def before_row(self, n):
        """The first `n` rows and all that comes in before the next; and the rest."""
        return self._cut(n, self.due_by[n])

    def up_to_label(self, m):
        """The first `m` labels and the rows predicted before the last of them; and the rest."""
        return self._cut(int(np.searchsorted(self.due_by[:-1], m)), m)

    def _cut(self, n, m):
        t, X, due_t, due_X, due_y, due_by, oldest = self
        head = np.append(due_by[:n], m)
        return (
            Arrival(t[:n], X[:n], due_t[:m], due_X[:m], due_y[:m], head, oldest),
            Arrival(t[n:], X[n:], due_t[m:], due_X[m:], due_y[m:], due_by[n:] - m, oldest),
        )


class Unfit(ValueError):
    """A row that a model cannot take: its position, and what is wrong about it."""

    def __init__(self, row, about):
        super().__init__(f"row {row:,}: {about}")
        self.row, self.about = row, about


def locate(error, row):
    """Note in an error, as its `row`, at which position it was raised, unless it has one."""
    if not hasattr(error, "row"):
        error.row = int(row)


class Edited(Exception):
    """A file is no longer what it was when it was read first."""


class Outgrown(ValueError):
    """A compiled model has come to where it would no longer answer as the object of its library."""


class Event:
    """What a policy yields, among its predictions, when something happens there."""

    counted: ClassVar[str]  # the column of a trace that counts it


class Alarm(Event):
    """A detector has rung, and the policy acts on it."""

    counted = "alarms"


class Skipped(Event):
    """A model has not been refitted: there are no labels to train on, or only ones of one class."""

    counted = "fits_skipped"


class Change(NamedTuple):
    """One passage from a concept to the next."""

    first: int  # row that is not wholly of the concept before
    centre: int  # row; the same for a sudden change
    last: int  # row from which the concept after rules alone
    before: int  # concept
    after: int  # concept


def label_of(predicted):
    """Labels (n,), of labels or of probabilities (n, k)."""
    return predicted.argmax(axis=1) if predicted.ndim == 2 else predicted


def one_hot(y, k):
    """(n, k): one in the column of each label, else zero; columns are contiguous, for speed."""
    return (np.asarray(y) == np.arange(k)[:, None]).astype(float).T
