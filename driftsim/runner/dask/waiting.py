"""Waiting: runs that are still to be played, in which order, and how many as one task."""

import math
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Any

from driftsim.runner.runs import Run

SHORT = 0.05  # seconds of a run, below which several are one task
LONG, LEAST = 1.0, 0.1  # seconds of such a task, about, and at least where there are so many runs


class Waiting:
    """Runs in groups of the same contender and stream, one of each group in turn.

    So a contender that ends its worker holds up no other; once it has, its runs come last.
    """

    def __init__(self, runs: Sequence[Run]):
        self._groups: dict[Any, deque[Run]] = {}
        self._turns: deque[Any] = deque()  # the groups that have runs, next one first
        self._postponed: set[str] = set()  # contenders
        self._seconds: dict[Any, float] = {}  # of the fastest run of a group so far
        self.put_back(runs)

    def __len__(self):
        return sum(map(len, self._groups.values()))

    def put_back(self, runs: Iterable[Run]):
        """Have runs wait, or wait again."""
        for run in runs:
            group = group_of(run)
            waiting = self._groups.setdefault(group, deque())
            if not waiting:
                self._turns.append(group)
            waiting.append(run)

    def take(self, threads: int) -> list[Run]:
        """The runs of the next task: one, or several short ones; `threads` play them."""
        group = self._next()
        waiting = self._groups[group]
        runs = [waiting.popleft() for _ in range(self._size(group, threads))]
        if waiting:
            self._turns.append(group)
        return runs

    def postpone(self, name: str):
        """Have the runs of a contender come last."""
        self._postponed.add(name)

    def note(self, run: Run, seconds: float):
        """Note how long a run took."""
        group = group_of(run)
        self._seconds[group] = min(seconds, self._seconds.get(group, math.inf))

    def _next(self):
        """The group whose turn it is; a postponed one where there is no other."""
        for _ in range(len(self._turns)):
            if self._groups[self._turns[0]][0].name not in self._postponed:
                break
            self._turns.rotate(-1)
        return self._turns.popleft()

    def _size(self, group, threads):
        """How many of the runs of a group are one task, which leaves something for each thread."""
        waiting, seconds = len(self._groups[group]), self._seconds.get(group, math.inf)
        if seconds >= SHORT or self._groups[group][0].name in self._postponed:
            return 1
        seconds = max(seconds, LEAST / 1_000)
        fair = max(waiting / (2 * max(threads, 1)), LEAST / seconds)
        return min(waiting, math.ceil(min(LONG / seconds, fair)))


def group_of(run: Run) -> tuple:
    """Which group a run is of: those of a group take about as long as each other."""
    return run.name, id(run.stream)
