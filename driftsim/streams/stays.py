"""Stays: which of several concepts rules when, and clocks that count the rows of some."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np

from driftsim.streams.drifts import Drift


class Stay(NamedTuple):
    """A stretch of the stream in which one concept, or one group of them, rules."""

    ruling: int
    start: int  # row
    stop: int
    own: int  # rows that it has ruled before


class OwnClock:
    """The rows that some concepts have ruled: it stands still while others do."""

    def __init__(self, stays: Sequence[Stay], ruling: Collection[int]) -> None:
        stretches = [(one.start, one.stop) for one in stays if one.ruling in ruling]
        self._starts, stops = np.array(stretches, np.int64).reshape(-1, 2).T
        self._lengths = stops - self._starts
        self._before = np.cumsum(self._lengths) - self._lengths

    @property
    def rows(self) -> int:
        """How many they rule in all."""
        return int(self._lengths.sum())

    def at(self, t: np.ndarray) -> np.ndarray:
        """How many rows they have ruled before each row (n,) of the stream."""
        if not len(self._starts):
            return np.zeros(len(t), np.int64)
        i = np.searchsorted(self._starts, t, side="right") - 1
        inside = np.minimum(t - self._starts[i], self._lengths[i])
        return np.where(i < 0, 0, self._before[i] + inside)

    def position(self, own: int) -> int:
        """The row of the stream at which they have ruled so many, as if they went on for ever."""
        i = max(int(np.searchsorted(self._before, own, side="right")) - 1, 0)
        return int(self._starts[i] + own - self._before[i])


def stays_of(drift: Drift, k: int, stop: int, seed: int) -> list[Stay]:
    """Which of `k` concepts rules when, up to a row: from the middle of one ramp to the next."""
    changes = drift.changes(0, stop, k, seed)
    ruling = [changes[0].before if len(changes) else first_ruling(drift, k, seed)]
    ruling += [one.after for one in changes]
    edges = [0, *(one.centre for one in changes), stop]
    before, found = [0] * k, []
    for i, start, end in zip(ruling, edges, edges[1:]):
        found.append(Stay(i, start, end, before[i]))
        before[i] += end - start
    return found


def first_ruling(drift: Drift, k: int, seed: int) -> int:
    """Which of `k` concepts rules at the first row."""
    return int(drift.weights(np.zeros(1, np.int64), k, seed).argmax())


def own_rows(stays: list[Stay], i: int, t: np.ndarray) -> np.ndarray:
    """How many rows one has ruled before each row (n,); the rows themselves without stays."""
    return OwnClock(stays, {i}).at(t) if stays else t
