"""Probes: what the model in force knows of every concept at the end of each phase of a stream."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator

import numpy as np

from driftsim.evaluation.meter import Meter
from driftsim.evaluation.scores import expected_error
from driftsim.evaluation.trace import Probes
from driftsim.rows import Arrival, label_of
from driftsim.streams.world import Block, World


class Prober:
    """Asks the model in force about `n` fresh rows of every concept after each phase.

    It does so off the clock, once the policy has used all labels that come in before the next row:
    no policy knows of it, and nothing of the run changes. `seen` gives what models see of a block,
    and its posterior or None.
    """

    def __init__(self, world: World, n: int, first: int, seen: Callable, meter: Meter):
        self._world, self._n, self._seen, self._meter = world, n, seen, meter
        self._phases = deque(phases_of(world, first))
        self._found: list[tuple[int, int, np.ndarray]] = []
        self.model = None  # in force

    def between(self, arrivals: Iterable[Arrival]) -> Iterator[Arrival]:
        """The same arrivals, cut after the last row of each phase, where the model is asked.

        Labels that come in before the next row may be in the arrival that begins with it.
        """
        ended = None  # the last row of a phase, and its concept, with which an arrival has ended
        for arrival in arrivals:
            if ended:
                if arrival.due_by[0]:
                    head, arrival = arrival.before_row(0)
                    yield head
                self._ask(*ended)
                ended = None
            while self._phases and self._phases[0][0] <= arrival.t[-1]:
                row, ruling = self._phases.popleft()
                head, arrival = arrival.before_row(row - int(arrival.t[0]) + 1)
                yield head
                if self._meter.position <= row:
                    raise ValueError(
                        f"a policy asks for more rows before it has predicted row {row:,}"
                    )
                if not len(arrival.t):
                    ended = row, ruling
                    break
                self._ask(row, ruling)
            else:
                yield arrival
        if ended:
            self._ask(*ended)

    def probes(self) -> Probes:
        """All that the models knew."""
        return Probes(*map(np.array, zip(*self._found)))

    def _ask(self, row, ruling):
        """Ask the model in force, after the last row of a phase."""
        self._found.append((row, ruling, self._errors(row)))

    def _errors(self, row):
        """The mean loss of the model in force on each concept (k,), on fresh rows as at `row`."""
        k = len(self._world.concepts)
        blocks = [self._world.fresh(row, i, self._n) for i in range(k)]
        block = Block(*map(np.concatenate, zip(*blocks)))
        X, posterior = self._seen(block)
        with self._meter.off_the_clock(row):
            predicted = self._asked().predict(X)
        if self._world.schema.regression:
            loss = np.abs(predicted - block.y)
        elif posterior is not None:
            loss = expected_error(posterior, label_of(predicted))
        else:
            loss = (label_of(predicted) != block.y).astype(float)
        return np.bincount(block.concept, loss, k) / np.bincount(block.concept, minlength=k)

    def _asked(self):
        if self.model is None:
            raise ValueError(
                "probes ask the model in force, and the policy names none: "
                "its `run` should yield Deployed(model) before its first predictions"
            )
        return self.model


def phases_of(world: World, first: int) -> list[tuple[int, int]]:
    """The last row of each phase between changes, from row `first` on, and its ruling concept."""
    stream, changes = world.stream, world.stream.changes(world.seed)
    ends = [change.first - 1 for change in changes] + [stream.length - 1]
    ruling = [change.before for change in changes] + [changes[-1].after if changes else 0]
    phases = dict(zip(ends, ruling))  # of two changes at one row the later
    return [(row, phases[row]) for row in sorted(phases) if first <= row < stream.length]
