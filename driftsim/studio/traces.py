"""Kept traces: those of runs that the studio has played, so that no run is played twice."""

from collections import OrderedDict
from collections.abc import Iterator

from driftsim.report.held import size_of
from driftsim.report.stored_runs import reference, references
from driftsim.report.variant_results import TracedRun
from driftsim.runner.execution import Result
from driftsim.runner.runs import Run

ROOM = 64_000_000  # bytes of all traces
MOST = 5_000  # runs


class Kept:
    """The results of runs by their keys; those used longest ago go where there is no room."""

    def __init__(self, room: int = ROOM):
        self._results: OrderedDict[str, tuple[Result, int]] = OrderedDict()
        self._room = room

    def put(self, key: str, result: Result) -> None:
        """Keep the result of a run."""
        size = size_of([result.trace]) if result.trace else 0
        self._results[key] = result, size
        self._room -= size
        while len(self._results) > 1 and (self._room < 0 or len(self._results) > MOST):
            self._room += self._results.popitem(last=False)[1][1]

    def forget_failures(self) -> None:
        """Forget the runs that have failed, so that they are played again."""
        for key in [key for key, (result, _) in self._results.items() if result.failure]:
            self._room += self._results.pop(key)[1]

    def get(self, key: str) -> Result | None:
        """The result of a run, if it is kept."""
        if key not in self._results:
            return None
        self._results.move_to_end(key)
        return self._results[key][0]


def traced(runs: list[Run], kept: dict[str, Result], scenario) -> Iterator[TracedRun]:
    """The finished runs of a scenario and those of references, with the truth of their seeds."""
    partial = scenario.evaluation.protocol.partial
    traces = [(run, kept[run.key].trace) for run in runs if run.key in kept]
    truths = {run.seed: trace for run, trace in traces if run.contender is None and trace}
    for seed, truth in truths.items():
        for name in () if partial else references(scenario):
            yield TracedRun({}, name, seed, reference(name, truth), truth)
    for run, trace in traces:
        if run.contender is not None and trace and run.seed in truths:
            yield TracedRun({}, run.name, run.seed, trace, truths[run.seed], run.repeat)
