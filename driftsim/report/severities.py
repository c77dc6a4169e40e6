"""Severities: how far each change takes a stream, as rows of tables."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from driftsim.report.table import Row
from driftsim.report.variant_results import VariantResults, dated
from driftsim.scenario import Scenario
from driftsim.streams.severity import MEASURES, ROWS, Severity, columns, severities
from driftsim.streams.severity_estimates import ESTIMATES, severity_estimates
from driftsim.streams.severity_of_records import CHANGED, record_severities
from driftsim.streams.stream import Stream

SEVERITY = [
    "seed", "change", "date", "centre", "before", "after",
    *(name for one in MEASURES for name in (one, f"{one}_se")),
]  # fmt: skip

MOVED = ["feature", "feature_distance", "feature_distance_se", "feature_chance"]
OF_RECORDS = [*MOVED, CHANGED, f"{CHANGED}_se"]
ESTIMATED = [name for one in ESTIMATES for name in (one, f"{one}_se")]


ESTIMATE_OF = {  # what learners say of a measure
    "total_variation": "total_variation_at_least",
    "total_variation_x": "total_variation_x_at_least",
    "stale_loss": "stale_learner_loss",
}


class Severe(NamedTuple):
    """How severe a change is, by one measure, or by what learners say of it."""

    seed: int
    change: int  # its first row
    measure: str
    value: float
    se: float


def severe_changes(one: VariantResults, asked: str, n: int = ROWS) -> Iterator[Severe]:
    """Each change and seed of a setting by the measure asked for, estimated where not known."""
    rows = [*severity_rows(one, n)]
    unknown = any(np.isnan(row[asked]) for row in rows) and asked in ESTIMATE_OF
    found = [*estimates_of(one)] if unknown else [None] * len(rows)
    for row, estimated in zip(rows, found, strict=True):
        about = row["seed"], row["change"]
        if estimated is None or not np.isnan(row[asked]):
            yield Severe(*about, asked, row[asked], row[f"{asked}_se"])
        else:
            least = ESTIMATE_OF[asked]
            yield Severe(*about, least, *estimated[least])


def estimates_of(one: VariantResults) -> Iterator[Severity]:
    """What learners say of each change and seed of a setting."""
    scenario = one.scenario
    seeds, warmup = range(scenario.evaluation.seeds), scenario.evaluation.warmup
    for _, _, found in severity_estimates(scenario.stream, seeds, warmup):
        yield found


def severity_rows(one: VariantResults, n: int = ROWS) -> Iterator[Row]:
    """A row for each change and seed of the stream of a setting, from `n` rows of each concept."""
    scenario, found = one.scenario, dict[tuple[int, int], Row]()
    names, shared = [*scenario.stream.concepts], alike(scenario.stream)
    for seed in range(scenario.evaluation.seeds):
        for change, row in changes_of(scenario, seed, n, found if shared else {}):
            about = {"seed": seed, "change": change.first, "centre": change.centre}
            about |= {"before": names[change.before], "after": names[change.after]}
            yield one.setting | about | dated(one.dates, change=change.first) | row


def estimated_rows(one: VariantResults) -> Iterator[Row]:
    """As `severity_rows`, with what learners say; where it is known without them, they do not."""
    for row, found in zip(severity_rows(one), estimates_of(one), strict=True):
        yield row | dict(columns(found))


def changes_of(scenario: Scenario, seed: int, n: int, found: dict) -> Iterator[tuple]:
    """Each change of a seed, with the columns of its severity; those `found` are not found anew."""
    stream = scenario.stream
    changes = stream.started_changes(seed)
    if all((one.before, one.after) in found for one in changes):
        yield from ((one, found[one.before, one.after]) for one in changes)
        return
    if stream.recorded:
        for change, severity, moved in record_severities(
            stream, seed, n, scenario.evaluation.warmup
        ):
            more = dict(zip(MOVED, (moved.feature, *moved.distance, moved.chance)))
            yield change, dict(columns(severity)) | more
        return
    for change, severity in severities(stream, seed, n):
        found[change.before, change.after] = dict(columns(severity))
        yield change, found[change.before, change.after]


def alike(stream: Stream) -> bool:
    """Whether concepts are the same with every seed, and at every row."""
    if not stream.known:
        return False
    drawn = zip(stream.instantiated(0).concepts, stream.concepts.values())
    return all(one is described and not one.moves for one, described in drawn)
