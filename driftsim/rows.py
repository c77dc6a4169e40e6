"""Rows: the data that streams, models and policies pass to each other."""

import copyreg
from collections.abc import Sequence
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

import numpy as np


class Schema(NamedTuple):
    """What is known of the rows of a stream before the first one."""

    names: tuple[str, ...]  # of the columns
    nominal: dict[int, int] = {}  # how many values each nominal column has: 0, 1, …
    n_classes: int | None = 2  # None for regression
    classes: tuple[str, ...] | None = None  # the names of the labels 0, 1, …, where known
    values: dict[int, tuple[str, ...]] = {}  # the names of the codes of a nominal column
    missing: frozenset[int] = frozenset()  # the columns in which a value may be NaN

    @property
    def regression(self) -> bool:
        """Whether labels are numbers, not classes."""
        return self.n_classes is None

    def __reduce__(self):
        """Without `missing` where it is empty: models hold schemas, and their bytes are counted."""
        values = tuple(self) if self.missing else tuple(self)[:-1]
        return copyreg.__newobj__, (Schema, *values)  # type: ignore[attr-defined]


class Labelled(NamedTuple):
    """Labelled rows, in the order in which their labels arrived."""

    t: np.ndarray  # (m,) positions
    X: np.ndarray  # (m, d) features
    y: np.ndarray  # (m,) labels

    @classmethod
    def joined(cls, pieces: "Sequence[Labelled]") -> "Labelled":
        """One after the other; at least one is needed."""
        return pieces[0] if len(pieces) == 1 else cls(*map(np.concatenate, zip(*pieces)))

    @property
    def stop(self) -> int:
        """The position after the last row; 0 where there is none."""
        return int(self.t[-1]) + 1 if len(self.t) else 0

    def part(self, rows: slice | np.ndarray) -> "Labelled":
        """Some of the rows, by a slice, an index or a mask."""
        return Labelled(self.t[rows], self.X[rows], self.y[rows])


class WarmUp(Labelled):
    """The labelled rows that a model is given before the first row that is predicted, `stop`.

    They need not be all rows before it.
    """

    _stop: int

    @classmethod
    def before(cls, stop: int, rows: Labelled) -> "WarmUp":
        """The rows before a position."""
        history = cls(*rows)
        history._stop = stop
        return history

    @property
    def stop(self) -> int:
        """The position of the first row to predict."""
        return self._stop


class Arrival(NamedTuple):
    """One stretch of the stream: n rows to predict, and m labels that arrive around them."""

    t: np.ndarray  # (n,) positions of the rows to predict
    X: np.ndarray  # (n, d) these rows
    due_t: np.ndarray  # (m,) positions of the rows whose labels arrive, in order of arrival
    due_X: np.ndarray  # (m, d) these rows
    due_y: np.ndarray  # (m,) their labels
    due_by: np.ndarray  # (n + 1,) how many arrive before row i is predicted; m after the last
    oldest: int = 0  # position; no label of an earlier row arrives from here on

    @property
    def due(self) -> Labelled:
        """The rows whose labels arrive."""
        return Labelled(self.due_t, self.due_X, self.due_y)

    @property
    def closed(self) -> "Arrival":
        """The same with all labels that a model has learned; here itself, as none is asked for."""
        return self

    def before_row(self, n: int) -> "tuple[Arrival, Arrival]":
        """The first `n` rows with the labels that arrive before the next row; and the rest."""
        return self._cut(n, self.due_by[n])

    def up_to_label(self, m: int) -> "tuple[Arrival, Arrival]":
        """The first `m` labels and the rows predicted before the last of them; and the rest."""
        return self._cut(int(np.searchsorted(self.due_by[:-1], m)), m)

    def _cut(self, n, m):
        t, X, due_t, due_X, due_y, due_by, oldest = self
        head = np.append(due_by[:n], m)
        return (
            Arrival(t[:n], X[:n], due_t[:m], due_X[:m], due_y[:m], head, oldest),
            Arrival(t[n:], X[n:], due_t[m:], due_X[m:], due_y[m:], due_by[n:] - m, oldest),
        )


class OpenArrival(Arrival):
    """An arrival to whose labels a model adds those that it asks for while it predicts the rows."""

    questions: Any  # how it asks, as its kernel takes it: `driftsim.kernels.asking.Questions`
    answers: Labelled  # the rows to predict, with labels
    learned = 0  # how many of the labels asked for the model has learned

    @cached_property
    def closed(self) -> Arrival:
        """The same with all labels that the model has learned, once it has."""
        q, n = self.questions, len(self.t)
        asked = q.queue[: self.learned]
        due = Labelled.joined([self.due, self.answers.part(asked)])
        places = np.searchsorted(self.due_by, np.arange(len(self.due_t)), "right")
        before = np.append(places, q.due[asked])
        order = np.argsort(before, kind="stable")
        due_by = np.searchsorted(before[order], np.arange(n + 1), "right")
        return Arrival(self.t, self.X, *due.part(order), due_by, self.oldest)


class Unfit(ValueError):
    """A row that a model cannot take: its position, and what is wrong with it."""

    def __init__(self, row: int, about: str) -> None:
        super().__init__(f"row {row:,}: {about}")
        self.row, self.about = row, about


def locate(error: Exception, row: int) -> None:
    """Set the `row` of an error to the position at which it was raised, unless it has one."""
    if not hasattr(error, "row"):
        error.row = int(row)  # type: ignore[attr-defined]


class Edited(Exception):
    """A file has changed since it was first read."""


class Outgrown(ValueError):
    """A compiled model can no longer predict as the object of its library would."""


class Event:
    """What a policy yields among its predictions when something happens there."""

    counted: ClassVar[str | None] = None  # the column of a trace that counts it


class Alarm(Event):
    """A detector has fired, and the policy reacts."""

    counted = "alarms"


class Skipped(Event):
    """A model was not refitted: there were no labels to train on, or only one class."""

    counted = "fits_skipped"


class Deployed(Event):
    """A model is in force from here on: it predicts the next row, unless another replaces it."""

    def __init__(self, model):
        self.model = model  # has `predict`


class Change(NamedTuple):
    """One change from a concept to the next."""

    first: int  # row that may come from another concept than the one before
    centre: int  # row; the same for a sudden change
    last: int  # row from which only the concept after is in force
    before: int  # concept
    after: int  # concept


class Outlier(NamedTuple):
    """A stretch of rows of another concept, after which all is as it was: not a drift."""

    first: int  # row
    stop: int  # row
    concept: int


def label_of(predicted: np.ndarray) -> np.ndarray:
    """Labels (n,), of labels or of probabilities (n, k)."""
    return predicted.argmax(axis=1) if predicted.ndim == 2 else predicted


def one_hot(y: np.ndarray, k: int) -> np.ndarray:
    """(n, k): one in the column of each label, else zero; columns are contiguous."""
    return (np.asarray(y) == np.arange(k)[:, None]).astype(float).T
