"""Severities: how far the concepts of a stream are from those that follow them, in words."""

from collections.abc import Iterator
from itertools import islice

import numpy as np

from driftsim.messages import plural
from driftsim.streams.severity import Severity, severity_of
from driftsim.streams.severity_estimates import severity_estimates
from driftsim.streams.severity_of_records import CHANGED, record_severities
from driftsim.streams.stream import Stream

ROWS = 5_000  # of each concept: standard errors are at most 0.007
MOST_PAIRS = 6  # that have a line each
FIRST = 1_000  # changes that are looked at
STALE = "stale_learner_loss"
NOT_ESTIMATED = "nothing to estimate: the probabilities are known, or there are too few rows"


def severity_lines(stream: Stream, warmup: int = 0) -> Iterator[str]:
    """How far each concept is from the one that follows it, in the first change from it to that.

    Of recorded rows, what those on both sides of each change show; none where nothing is known.
    """
    if stream.recorded:
        yield from record_lines(stream, warmup)
        return
    changes = [*islice(stream.changes(0), FIRST)] if stream.known else []
    names = [*stream.concepts]
    within = {
        one.change: f"within {names[one.change.before]}, {one.before} → {one.after}"
        for one in stream.own_changes(0)
    }
    titles = [within.get(one) or f"{names[one.before]} → {names[one.after]}" for one in changes]
    pairs = {title: one for title, one in zip(titles[::-1], changes[::-1])}
    if not pairs:
        return
    world = stream.instantiated(0)
    for title in [*dict.fromkeys(titles)][:MOST_PAIRS]:
        found = severity_of(world, pairs[title], ROWS)
        yield f"{title}: {severity_text(found, stream.schema.regression)}"
    if len(pairs) > MOST_PAIRS:
        yield f"… and {plural(len(pairs) - MOST_PAIRS, 'more pair')} of concepts"


def record_lines(stream: Stream, warmup: int) -> Iterator[str]:
    """What the rows on both sides of the first changes show."""
    found = record_severities(stream, 0, ROWS, warmup) if stream.changes(0) else ()
    for change, measures, (feature, distance, chance) in islice(found, MOST_PAIRS):
        if feature:
            labels, changed = (measures[name].value for name in ("total_variation_y", CHANGED))
            of_y = "" if np.isnan(labels) else f"total variation of y {labels:.2f}; "
            alike = "" if np.isnan(changed) else f"; {100 * changed:.0f} % of labels are changed"
            yield (
                f"around row {change.centre:,}: {of_y}of the features, '{feature}' changes most: "
                f"by {distance.value:.2f} ({chance:.2f} by chance){alike}"
            )


def estimate_lines(stream: Stream, warmup: int = 0) -> Iterator[str]:
    """What learners of rows before and after the first changes say of how severe these are."""
    found = severity_estimates(stream, [0], warmup) if stream.changes(0) else ()
    for _, change, measures in islice(found, MOST_PAIRS):
        if np.isnan(measures[STALE].value):
            yield f"around row {change.centre:,}: {NOT_ESTIMATED}"
            continue
        least, of_x, stale = (
            f"{measures[name].value:.2g} ± {measures[name].se:.1g}"
            for name in ("total_variation_at_least", "total_variation_x_at_least", STALE)
        )
        yield (
            f"around row {change.centre:,}: total variation at least {least} (x {of_x}); "
            f"a learner of before loses {stale} more after it than one of after"
        )


def severity_text(found: Severity, regression: bool) -> str:
    """A severity in words."""
    if all(np.isnan(one.value) for one in found.values()):
        return "how severe the change is cannot be known"
    text = {name: f"{one.value + 0.0:.2f}" for name, one in found.items()}
    if regression:
        return (
            f"total variation of x {text['total_variation_x']}; the best answers before lose "
            f"{found['stale_loss'].value:.3g} after, in squared error"
        )
    if np.isnan(found["disagreement"].value):
        return (
            f"total variation {text['total_variation']} (x {text['total_variation_x']}, "
            f"y {text['total_variation_y']}); no row of one could be one of the other, so that "
            "their answers cannot be compared"
        )
    parts = ("x", "y", "y given x")
    each = ", ".join(f"{one} {text[f'total_variation_{one}'.replace(' ', '_')]}" for one in parts)
    return (
        f"total variation {text['total_variation']} ({each}); the best answers differ on "
        f"{100 * found['disagreement'].value:.0f} % of rows"
    )
