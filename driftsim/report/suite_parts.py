"""Suite parts: what a report of a suite begins with, answers over all streams with their tables."""

from typing import NamedTuple

from driftsim.report.benchmarks import Grid
from driftsim.report.results import Results
from driftsim.report.verdict import Verdict, by_alarms_alone, of_alarms, of_ranks


class SuitePart(NamedTuple):
    """An answer over all streams of a suite, and the streams by contenders."""

    answer: Verdict  # empty where there is none
    grid: Grid


def suite_parts(results: Results) -> list[SuitePart]:
    """The parts in which a suite is answered: alarms, if they lead, and then the first metric.

    None of other studies, and before a run has ended; alarms alone where contenders have the same
    metric on all streams.
    """
    tables, variants = results.tables, results.variants
    if tables.grid is None:
        return []
    alarms = tables.alarm_grid and SuitePart(of_alarms(variants), tables.alarm_grid)
    if alarms and by_alarms_alone(variants, tables.pairs):
        return [alarms]
    ranked = SuitePart(of_ranks(variants, tables.ranks, tables.pairs), tables.grid)
    return [alarms, ranked] if alarms else [ranked]
