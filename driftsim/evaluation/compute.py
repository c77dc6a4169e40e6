"""Compute: the CPU time and the wall time of a model's work."""

import time
from typing import NamedTuple

WORK = ("fit", "predict", "learn", "online")  # of models; `online`: to predict and learn, fused
CPU_SECONDS = tuple(f"{work}_cpu_seconds" for work in WORK)  # columns of a trace
WALL_SECONDS = tuple(f"{work}_wall_seconds" for work in WORK)


class Seconds(NamedTuple):
    """Time that has passed on both clocks."""

    cpu: float  # of all threads of this process, in user and system mode
    wall: float

    def of(self, work: str) -> dict[str, float]:
        """The same as columns of a trace, for some work."""
        return {f"{work}_cpu_seconds": self.cpu, f"{work}_wall_seconds": self.wall}


class Stopwatch:
    """Times work from where it is made.

    CPU time is that of the whole process, as a model may compute in threads of its own or of
    OpenMP, and a run is alone in its process: runs in threads take turns.
    """

    def __init__(self):
        self._cpu, self._wall = time.process_time(), time.perf_counter()

    def seconds(self) -> Seconds:
        """The time since it was made."""
        return Seconds(time.process_time() - self._cpu, time.perf_counter() - self._wall)
