"""Protocols: how many models of a contender are evaluated, on which labels and which rows."""

from abc import abstractmethod
from typing import Annotated, ClassVar, Literal, NamedTuple

import numpy as np
from pydantic import Field

from driftsim.evaluation.labels import Uniforms
from driftsim.messages import plural
from driftsim.parts import Part, Rows
from driftsim.rows import Arrival, Labelled
from driftsim.streams.seeds import FOLDS

POISSON = np.cumsum(np.exp(-1) / np.cumprod([1.0, *range(1, 20)]))  # of mean 1: P(k or fewer)

SCORED = 10  # rows to a fold, of which each is almost surely held out from one


class Which(NamedTuple):
    """Which model of a contender a protocol is asked about."""

    fold: int
    seed: int  # of the stream
    start: int  # the first row after the warm-up


class Protocol(Part):
    """How many models of a contender are evaluated, its folds, on which labels and which rows.

    Every model predicts every row, before it may learn its label.
    """

    sought = {  # of MOA
        "EvaluateInterleavedTestThenTrain": "write prequential",
        "EvaluatePeriodicHeldOutTest": "write holdout",
        "EvaluatePrequential": "write prequential",
        "EvaluatePrequentialCV": "write cross_validation",
    }

    @property
    def n_folds(self) -> int:
        """How many models of a contender are evaluated."""
        return 1

    @property
    def period(self) -> int:
        """Rows of which each model is scored on some."""
        return 1

    @property
    def partial(self) -> bool:
        """Whether it scores only some of the rows."""
        return False

    @property
    def rows_scored(self) -> str:
        """The rows that each model is scored on, in words; empty where they are all rows."""
        return ""

    @abstractmethod
    def history(self, rows: Labelled, which: Which) -> Labelled:
        """What a model is given of the warm-up."""

    @abstractmethod
    def arrival(self, arrival: Arrival, which: Which) -> Arrival:
        """The same rows to predict, with the labels that a model is given."""

    def scored(self, t: np.ndarray, which: Which) -> np.ndarray | None:
        """Which of the rows at positions `t` (n,) a model is scored on; None: on all of them."""
        return None


class Prequential(Protocol):
    """Test, then train (Gama et al. 2013): one model is given every label."""

    def history(self, rows, which):
        return rows

    def arrival(self, arrival, which):
        return arrival


class Holdout(Protocol):
    """Periodic hold-out: after each `every` rows to train on, the next `rows` are a test set, whose
    labels no model is given; only they are scored."""

    every: Rows  # rows to train on before each test set, counted from the end of the warm-up
    rows: Rows  # of a test set

    @property
    def period(self):
        return self.every + self.rows

    @property
    def partial(self):
        return True

    @property
    def rows_scored(self):
        sets = f"test sets of {plural(self.rows, 'row')}"
        return f"{sets}, one after each {plural(self.every, 'row')} to train on"

    def history(self, rows, which):
        return rows

    def arrival(self, arrival, which):
        held_out = self.scored(arrival.due_t, which)
        return given(arrival, (~held_out).astype(np.int64)) if held_out.any() else arrival

    def scored(self, t, which):
        after = t - which.start
        return (after >= 0) & (after % self.period >= self.every)


class Folds(Protocol):
    """Several models of a contender, each of which is given other labels."""

    omitted: ClassVar = ("tested",)  # so that names of runs are those from before there was one

    folds: Annotated[int, Field(ge=2, le=1_000)] = 10  # models of each contender
    tested: Literal["every_row", "held_out"] = "every_row"  # all, or those it is not trained on

    @property
    def n_folds(self) -> int:
        return self.folds

    @property
    def period(self):
        return SCORED * self.folds if self.partial else 1

    @property
    def partial(self):
        return self.tested == "held_out"

    @property
    def rows_scored(self):
        return "rows whose labels it is not given" if self.partial else ""

    @abstractmethod
    def copies(self, t: np.ndarray, fold: int, seed: int) -> np.ndarray:
        """How often the model of a fold is given the label of each row at positions `t` (m,)."""

    def history(self, rows, which):
        copies = self.copies(rows.t, which.fold, which.seed)
        return rows.part(np.repeat(np.arange(len(rows.t)), copies))

    def arrival(self, arrival, which):
        return given(arrival, self.copies(arrival.due_t, which.fold, which.seed))

    def scored(self, t, which):
        return self.copies(t, which.fold, which.seed) == 0 if self.partial else None


class Assigned(Folds):
    """Each row belongs to one of the folds."""

    assigned: Literal["in_turn", "at_random"] = "in_turn"  # to which fold each row belongs

    def belongs(self, t: np.ndarray, fold: int, seed: int) -> np.ndarray:
        """Which of the rows at positions `t` (m,) belong to a fold."""
        if self.assigned == "in_turn":
            return t % self.folds == fold
        return np.floor(Uniforms(seed, purpose=FOLDS).at(t) * self.folds) == fold


class CrossValidation(Assigned):
    """Prequential cross-validation (Bifet et al. 2015): the labels of a fold are kept from its
    model, and all other models are given them."""

    def copies(self, t, fold, seed):
        return (~self.belongs(t, fold, seed)).astype(np.int64)


class Split(Assigned):
    """Prequential split validation (Bifet et al. 2015): each label is given to one model alone."""

    def copies(self, t, fold, seed):
        return self.belongs(t, fold, seed).astype(np.int64)


class Bootstrap(Folds):
    """Prequential bootstrap (Bifet et al. 2015): each model is given each label a random number of
    times, by Poisson's law with mean 1: on average 63 % of the labels, some of them repeatedly."""

    def copies(self, t, fold, seed):
        drawn = Uniforms(seed, fold + 1, FOLDS).at(t)
        return np.searchsorted(POISSON, drawn, side="right")


class Fold:
    """What one model of a contender is given and scored on, on the stream of a seed.

    Repeat 0, 1, … of a contender is on fold 0, 1, …, and after the last on the first again.
    """

    def __init__(self, protocol: Protocol, repeat: int, seed: int, start: int = 0):
        self._protocol = protocol
        self._which = Which(repeat % protocol.n_folds, seed, start)

    def history(self, rows: Labelled) -> Labelled:
        """What its model is given of the warm-up."""
        return self._protocol.history(rows, self._which)

    def arrival(self, arrival: Arrival) -> Arrival:
        """The same rows to predict, with the labels that its model is given."""
        return self._protocol.arrival(arrival, self._which)

    def scored(self, t: np.ndarray) -> np.ndarray | None:
        """Which of the rows at positions `t` (n,) its model is scored on; None: on all of them."""
        return self._protocol.scored(t, self._which)

    def newest_before(self, warmup: int) -> int:
        """The position of the last row of a warm-up whose label its model is given, or -1."""
        t = np.arange(warmup)
        return self.history(Labelled(t, t, t)).stop - 1


def given(arrival: Arrival, copies: np.ndarray) -> Arrival:
    """The same rows to predict, with so many copies of each label (m,)."""
    due = arrival.due.part(np.repeat(np.arange(len(copies)), copies))
    due_by = np.append(0, np.cumsum(copies))[arrival.due_by]
    return Arrival(arrival.t, arrival.X, due.t, due.X, due.y, due_by, arrival.oldest)


EVERY_LABEL = Fold(Prequential(), 0, 0)
