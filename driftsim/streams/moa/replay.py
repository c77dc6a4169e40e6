"""Replays: rows of a stream of MOA from any position on, from the nearest state that was kept.

MOA draws row after row, and how many numbers a row takes depends on them. So a stream is played up
to a row once in a process, and its state is kept every few rows: from then on a row is found in the
same time wherever it stands.
"""

from functools import lru_cache
from threading import Lock

import numpy as np

from driftsim.streams.moa.command_line import command
from driftsim.streams.moa.generators import Played, Shares, generator

BITS = 13
ROWS = 1 << BITS  # of a chunk: as many as streams draw at once
ELSEWHERE = -1
MOST = 64 * 2**20  # bytes of states; beyond it every other one is dropped
PLAYED = 8  # streams that a process keeps states of


class Replay:
    """The rows of one stream, in any order."""

    def __init__(self, played: Played) -> None:
        self._played, self._lock = played, Lock()
        self._kept, self._step = [played.saved()], 1  # before each `step`th chunk
        self._at = 0  # the chunk that comes next; ELSEWHERE while one is drawn
        self._last = -1, played.drawn(0)  # the chunk drawn last, and its rows

    def rows(self, t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Those at positions `t` (n,): features (n, d) and labels (n,)."""
        X, y = np.empty((len(t), self._played.columns)), np.empty(len(t), np.int64)
        chunks, places = t >> BITS, t & (ROWS - 1)
        several = len(t) and chunks.min() < chunks.max()
        with self._lock:
            for chunk in np.unique(chunks) if several else chunks[:1]:
                found = self._drawn(int(chunk))
                rows = np.flatnonzero(chunks == chunk) if several else slice(None)
                X[rows], y[rows] = (column.take(places[rows], axis=0) for column in found)
        return X, y

    def _drawn(self, chunk):
        """The rows of a chunk."""
        if chunk != self._last[0]:
            nearest = min(chunk // self._step, len(self._kept) - 1)
            if not nearest * self._step <= self._at <= chunk:
                self._at = ELSEWHERE
                self._played.restore(self._kept[nearest])
                self._at = nearest * self._step
            while self._at <= chunk:
                rows = self._next()
            self._last = chunk, rows
        return self._last[1]

    def _next(self):
        """The next chunk, after which the state is kept where it is not yet.

        Where it is interrupted, the state counts for no chunk.
        """
        after, self._at = self._at + 1, ELSEWHERE
        rows = self._played.drawn(ROWS)
        if after == len(self._kept) * self._step:
            self._kept.append(self._played.saved())
            if len(self._kept) * len(self._kept[0]) > MOST:
                self._kept, self._step = self._kept[::2], 2 * self._step
        self._at = after
        return rows


@lru_cache(PLAYED)
def replay(stream: str, seed: int) -> Replay:
    """That of a stream by its command line, its seeds moved by that of the scenario."""
    return Replay(generator(command(stream), seed))


@lru_cache(PLAYED)
def shares(stream: str, seed: int) -> Replay:
    """Of a composed stream, how likely each row was to come from each single one."""
    return Replay(Shares(command(stream), seed))
