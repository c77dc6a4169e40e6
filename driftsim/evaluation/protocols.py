"""Protocols: how many models of a contender are evaluated, and which labels each is given."""

from abc import abstractmethod
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from driftsim.evaluation.labels import Uniforms
from driftsim.parts import Part
from driftsim.rows import Arrival, Labelled
from driftsim.streams.seeds import FOLDS

POISSON = np.cumsum(np.exp(-1) / np.cumprod([1.0, *range(1, 20)]))  # of mean 1: P(k or fewer)


class Protocol(Part):
    """How many models of a contender are evaluated, its folds, and which labels each is given.

    Every model predicts every row, before it may learn its label.
    """

    @property
    def n_folds(self) -> int:
        """How many models of a contender are evaluated."""
        return 1

    @abstractmethod
    def history(self, rows: Labelled, fold: int, seed: int) -> Labelled:
        """What the model of a fold is given of the warm-up, on the stream of a seed."""

    @abstractmethod
    def arrival(self, arrival: Arrival, fold: int, seed: int) -> Arrival:
        """The same rows to predict, with the labels that the model of a fold is given."""


class Prequential(Protocol):
    """Test, then train (Gama et al. 2013): one model is given every label."""

    def history(self, rows, fold, seed):
        return rows

    def arrival(self, arrival, fold, seed):
        return arrival


class Folds(Protocol):
    """Several models of a contender, each of which is given other labels."""

    folds: Annotated[int, Field(ge=2, le=1_000)] = 10  # models of each contender

    @property
    def n_folds(self) -> int:
        return self.folds

    @abstractmethod
    def copies(self, t: np.ndarray, fold: int, seed: int) -> np.ndarray:
        """How often the model of a fold is given the label of each row at positions `t` (m,)."""

    def history(self, rows, fold, seed):
        return rows.part(np.repeat(np.arange(len(rows.t)), self.copies(rows.t, fold, seed)))

    def arrival(self, arrival, fold, seed):
        copies = self.copies(arrival.due_t, fold, seed)
        due = arrival.due.part(np.repeat(np.arange(len(copies)), copies))
        due_by = np.append(0, np.cumsum(copies))[arrival.due_by]
        return Arrival(arrival.t, arrival.X, due.t, due.X, due.y, due_by, arrival.oldest)


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
    """The labels that one model of a contender is given, on the stream of a seed.

    Repeat 0, 1, … of a contender is on fold 0, 1, …, and after the last on the first again.
    """

    def __init__(self, protocol: Protocol, repeat: int, seed: int):
        self._protocol, self._which = protocol, (repeat % protocol.n_folds, seed)

    def history(self, rows: Labelled) -> Labelled:
        """What its model is given of the warm-up."""
        return self._protocol.history(rows, *self._which)

    def arrival(self, arrival: Arrival) -> Arrival:
        """The same rows to predict, with the labels that its model is given."""
        return self._protocol.arrival(arrival, *self._which)

    def newest_before(self, warmup: int) -> int:
        """The position of the last row of a warm-up whose label its model is given, or -1."""
        t = np.arange(warmup)
        return self.history(Labelled(t, t, t)).stop - 1


EVERY_LABEL = Fold(Prequential(), 0, 0)
