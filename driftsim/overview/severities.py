"""Severities: how far the concepts of a stream are from those that follow them, in words."""

from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np

from driftsim.messages import plural
from driftsim.rows import Change
from driftsim.streams.own_drifts import moves_unmarked
from driftsim.streams.severity import (
    Severity,
    concepts_beside,
    is_measurable,
    severity,
    severity_of,
)
from driftsim.streams.severity_estimates import estimates_of_ends, severity_estimates
from driftsim.streams.severity_of_records import CHANGED, record_severities
from driftsim.streams.stream import Stream
from driftsim.streams.world import World

ROWS = 5_000  # of each concept: standard errors are at most 0.007
MOST_PAIRS = 6  # that have a line each
FIRST = 1_000  # changes that are looked at
STALE = "stale_learner_loss"
NOT_KNOWN = "not known, as the probabilities of {} are not; --severity estimates it"
MOVES = "not known, as the distribution of {} changes along the stream; --severity estimates it"
NOT_ESTIMATED = "nothing to estimate: the probabilities are known, or there are too few rows"


def severity_lines(stream: Stream, warmup: int = 0) -> Iterator[str]:
    """How far each concept is from the one that follows it, in the first change from it to that.

    Then how far those that move by themselves do so. Of recorded rows, what those on both sides of
    each change show.
    """
    if stream.recorded:
        yield from record_lines(stream, warmup)
        return
    changes = [*islice(stream.changes(0), FIRST)]
    titles = titles_of(stream, changes)
    pairs = {title: one for title, one in zip(titles[::-1], changes[::-1])}
    moving = [i for i, one in enumerate(stream.concepts.values()) if moves_unmarked(one)]
    if not pairs and not moving:
        return
    world = stream.instantiated(0)
    for title in [*dict.fromkeys(titles)][:MOST_PAIRS]:
        yield f"{title}: {change_text(world, pairs[title])}"
    if len(pairs) > MOST_PAIRS:
        alone = all(one.before == one.after for one in changes)
        more = plural(len(pairs) - MOST_PAIRS, "more change" if alone else "more pair")
        yield f"… and {more}{'' if alone else ' of concepts'}"
    for i in moving[:MOST_PAIRS]:
        yield from moving_line(world, i, not pairs and len(stream.concepts) == 1)


def moving_line(world: World, i: int, alone: bool) -> Iterator[str]:
    """How far a concept moves by itself; where that is not known, only of one that rules alone."""
    stream = world.stream
    name = [*stream.concepts][i]
    if is_measurable(world.concepts[i]):
        found = severity(world, i, i, 0, ROWS, until=stream.length - 1)
        text = severity_text(found, stream.schema.regression)
        yield f"{name} moves by itself, from the first row to the last: {text}"
    elif alone:  # so that estimates of the first and the last rows are about it
        yield f"{name} moves by itself; how far is {NOT_KNOWN.format('its rows')}"


def change_text(world: World, change: Change) -> str:
    """How severe a change is, or of which concepts it is not known."""
    found = severity_of(world, change, ROWS)
    if not all(np.isnan(one.value) for one in found.values()):
        return severity_text(found, world.schema.regression)
    whole, *places = concepts_beside(world, change)
    pair = dict.fromkeys(i for i in places if not is_measurable(whole.concepts[i])) or [*places]
    names = " and ".join(f"'{[*whole.stream.concepts][i]}'" for i in pair)
    unknown = not all(whole.concepts[i].known for i in pair)
    return (NOT_KNOWN if unknown else MOVES).format(f"rows of {names}")


def titles_of(stream: Stream, changes: Sequence[Change]) -> list[str]:
    """What is on both sides of each change, the same where one severity may stand for all."""
    names, concepts = [*stream.concepts], [*stream.concepts.values()]
    within = {
        one.change: f"within {names[one.change.before]}, {one.before} → {one.after}"
        for one in stream.own_changes(0)
    }
    found = []
    for one in changes:
        pair = one.before, one.after
        title = within.get(one) or f"{names[pair[0]]} → {names[pair[1]]}"
        by_turns = any(concepts[i].sequential and concepts[i].moves for i in pair)
        if one not in within and (by_turns or pair[0] == pair[1]):
            whole = title if pair[0] != pair[1] else names[pair[0]]
            title = f"{whole}, around row {one.centre:,}"
        found.append(title)
    return found


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
    """What learners of rows before and after the first changes say of how severe these are.

    Without a change, what they say of the first and the last rows of a concept that moves by itself
    without known probabilities.
    """
    found = severity_estimates(stream, [0], warmup) if stream.changes(0) else ()
    for _, change, measures in islice(found, MOST_PAIRS):
        yield f"around row {change.centre:,}: {estimate_text(measures)}"
    [*concepts] = stream.concepts.values()
    if not found and not stream.recorded and len(concepts) == 1 and moves_unmarked(concepts[0]):
        world = stream.instantiated(0)
        if not is_measurable(world.concepts[0]):
            text = estimate_text(estimates_of_ends(stream))
            yield f"from the first rows to the last: {text}"


def estimate_text(measures: Severity) -> str:
    """What learners say of a change, in words."""
    if np.isnan(measures[STALE].value):
        return NOT_ESTIMATED
    least, of_x, stale = (
        f"{measures[name].value:.2g} ± {measures[name].se:.1g}"
        for name in ("total_variation_at_least", "total_variation_x_at_least", STALE)
    )
    return (
        f"total variation at least {least} (x {of_x}); "
        f"a learner of before loses {stale} more after it than one of after"
    )


def severity_text(found: Severity, regression: bool) -> str:
    """A severity in words."""
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
