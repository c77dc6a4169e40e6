"""Persistent walks: steps of one size, which turn back now and then; any stretch alone."""

from functools import lru_cache
from threading import Lock
from typing import Any, NamedTuple

import numpy as np

STRETCH = 1 << 13  # steps that are drawn at once
AT_ONCE = 1 << 13  # stretches of a walk whose sums are drawn at once; of several, fewer
FOLLOWED = 8  # sets of walks whose way a process keeps


class Begun(NamedTuple):
    """Where walks are at the start of stretches (n, d) each: their direction, turns and sum."""

    start: np.ndarray
    up: np.ndarray
    turns: np.ndarray
    forward: np.ndarray  # how many steps of a stretch go in its first direction


class Walks:
    """Independent walks, of which is kept where they are every few stretches."""

    def __init__(self, key: int, d: int, turn: float) -> None:
        self._key, self._d, self._turn, self._lock = key, d, turn, Lock()
        self._rngs = [_seeded(key, 0, purpose) for purpose in range(4)]
        self._size = max(AT_ONCE // max(d, 1), 1)  # stretches of a batch
        self._kept: list[Any] = [(np.zeros(d), np.ones(d), self._states())]  # before each batch
        self._held: tuple[int, Any] = -1, None  # the batch that was drawn last

    def at(self, t: np.ndarray) -> np.ndarray:
        """Their positions after `t` (n,) steps: (n, d)."""
        t = np.asarray(t)
        if not len(t):
            return np.empty((0, self._d))
        stretches, place = np.unique(t // STRETCH, return_inverse=True)
        whole = np.stack([self._stretch(int(stretch)) for stretch in stretches])
        return whole[place, t % STRETCH]

    def _stretch(self, stretch):
        """The walks (2^13, d) before steps stretch * 2^13 …"""
        batch, row = divmod(stretch, self._size)
        with self._lock:
            start, up, turns, forward = (column[row] for column in self._batch(batch))
        rng = _seeded(self._key, 1, stretch)
        path = np.empty((STRETCH, self._d))
        for j in range(self._d):
            steps = _steps(rng, turns[j], forward[j]) * up[j]
            path[:, j] = start[j] + np.cumsum(steps) - steps
        return path

    def _batch(self, i) -> Begun:
        """The stretches of a batch, found from the nearest one that is known."""
        if self._held[0] != i:
            for j in range(min(i, len(self._kept) - 1), i + 1):
                found = self._drawn(j)
            self._held = i, found
        return self._held[1]

    def _drawn(self, i):
        """The stretches of a batch, after which it is kept where the walks are."""
        start, up, states = self._kept[i]
        for rng, state in zip(self._rngs, states):
            rng.bit_generator.state = state
        counting, ending, sharing, splitting = self._rngs
        turns = counting.binomial(STRETCH - 1, self._turn, (self._size, self._d))  # within each
        last = ending.random(turns.shape) < self._turn  # after its last step
        forward = _forward_steps(sharing, splitting, turns)
        ups = np.vstack([up, up * np.where(np.cumsum(turns + last, axis=0) % 2, -1, 1)])
        sums = np.vstack([start, ups[:-1] * (2 * forward - STRETCH)]).cumsum(axis=0)
        if len(self._kept) == i + 1:
            self._kept.append((sums[-1], ups[-1], self._states()))
        return Begun(sums[:-1], ups[:-1], turns, forward)

    def _states(self):
        return [rng.bit_generator.state for rng in self._rngs]


def persistent_walk(key: int, t: np.ndarray, d: int, turn: float) -> np.ndarray:
    """The positions of `d` independent walks after `t` (n,) steps of size 1: (n, d).

    All start at 0 and go up at first. After each step a walk turns back with a chance of `turn`.
    `key` is their seed. A stretch is drawn given its sum, and sums are drawn without the steps
    (both exact). So a far row costs little for all before it, once in a process: where the walks
    are is kept every few stretches.
    """
    return walks(key, d, turn).at(t)


@lru_cache(FOLLOWED)
def walks(key: int, d: int, turn: float) -> Walks:
    """Those of a seed, with where they are as far as they have been followed."""
    return Walks(key, d, turn)


def _forward_steps(rng, other, turns):
    """How many steps of stretches with so many turns go in the first direction: (n, d).

    The steps split at the turns evenly: any way of splitting them is equally probable, so that
    the steps in one direction, beyond one in each part, have a beta-binomial distribution.
    """
    ahead, back = turns // 2 + 1, (turns + 1) // 2  # parts in either direction
    share = np.where(back, rng.beta(ahead, np.maximum(back, 1)), 1)
    return ahead + other.binomial(STRETCH - ahead - back, share)


def _steps(rng, turns, forward):
    """The steps (2^13,) of a stretch, the first one 1, by how many go in its direction."""
    parts = np.empty(turns + 1, np.int64)
    parts[::2] = _split(rng, forward, turns // 2 + 1)
    if turns:
        parts[1::2] = _split(rng, STRETCH - forward, (turns + 1) // 2)
    return np.repeat(1.0 - 2 * (np.arange(turns + 1) % 2), parts)


def _split(rng, total, n):
    """`n` numbers of at least 1 with a sum, all ways equally probable."""
    cuts = np.sort(rng.choice(total - 1, n - 1, replace=False, shuffle=False)) + 1
    return np.diff(np.concatenate([[0], cuts, [total]]))


def _seeded(key, *place):
    return np.random.default_rng(np.random.SeedSequence(key, spawn_key=place))
