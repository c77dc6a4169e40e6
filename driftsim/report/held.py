"""Held: the settings whose traces are in memory, the first ones, as far as there is room."""

from collections.abc import Callable, Hashable, Iterable
from typing import Any, Protocol

from driftsim.evaluation.trace import Trace

ROOM = 256_000_000  # bytes of traces
OVERHEAD = 300  # bytes of an array beside its entries


class Holder(Protocol):
    """What has traces in memory, and can read them again."""

    def release(self) -> None: ...


class Held:
    """What has its traces in memory; that used just before releases them where room is short.

    Figures and tables go through all settings in one order, again and again: were it that used
    longest ago, each would be released shortly before it is used again.

    `asked` is all that has been asked of any setting: what each of the others is to answer, too,
    while its traces are there.
    """

    def __init__(self, room: int = ROOM):
        self.room = room
        self.asked: dict[Hashable, Callable[[Any], Any]] = {}
        self._sizes: dict[Holder, int] = {}  # of those in memory, the last used last
        self._total = 0

    def use(self, one: Holder, size: int):
        """Note that one is used, whose traces have so many bytes."""
        self._total += size - self._sizes.pop(one, 0)
        self._sizes[one] = size
        while self._total > self.room and len(self._sizes) > 1:
            last = [*self._sizes][-2]
            self._total -= self._sizes.pop(last)
            last.release()


def size_of(traces: Iterable[Trace]) -> int:
    """How many bytes some traces take in memory, each counted once."""
    once = {id(trace): trace for trace in traces}
    arrays = (array for trace in once.values() for array in trace.arrays.values())
    return sum(array.nbytes + OVERHEAD for array in arrays)
