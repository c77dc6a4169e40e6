"""Backgrounds: which concepts rule where along a stream, and where it changes."""

from typing import NamedTuple

import numpy as np

from driftsim.report.figure_data.looks import BACKGROUNDS, tone
from driftsim.report.variant_results import shared_changes

NAMED_VISITS = 8  # concepts are named in a panel if they rule no more often
ALONE = 0.98  # the share of rows of a concept that rules alone
MOST_SPANS = 400  # stretches of a panel that have a shade of their own
MOST_CHANGES = 400  # of a panel that have a line of their own


class Visit(NamedTuple):
    """A stretch in which a concept rules alone."""

    name: str
    first: float
    stop: float


def visible_changes(scenario):
    """The changes of a stream, or none where they are too many to be seen apart in a picture.

    None, either, where they come at other rows with each seed.
    """
    changes = shared_changes(scenario)
    return changes if len(changes) <= MOST_CHANGES else []


def concept_spans(one):
    """Spans of a variant with constant shares of the concepts: edges (n + 1,), shares (n, k).

    With the first seed; where changes come at other rows with each seed, in the mean of them.
    """
    worlds = {run.seed: run.truth.columns for run in one.runs}
    columns = next(iter(worlds.values()))
    counts = columns["concept"]
    if one.scenario.stream.drift.varies:
        counts = np.mean([world["concept"] for world in worlds.values()], axis=0)
    shares = np.round(counts / columns["rows"][:, None] * 20) / 20
    starts = np.flatnonzero(np.r_[True, (shares[1:] != shares[:-1]).any(axis=1)])
    if len(starts) > MOST_SPANS:
        starts = np.arange(0, len(shares), -(-len(shares) // MOST_SPANS))
    rows = np.add.reduceat(columns["rows"], starts)
    shares = np.add.reduceat(counts, starts, axis=0) / rows[:, None]
    return [*columns["first_row"][starts], columns["last_row"][-1] + 1], shares


def shades(shares):
    """The colour (n, 3) of each span: those of its concepts, mixed by their shares (n, k)."""
    tones = [tone(BACKGROUNDS[i % len(BACKGROUNDS)]) for i in range(shares.shape[1])]
    return np.clip(shares @ np.array(tones), 0, 1)


def visits(scene) -> list[Visit]:
    """Where each concept of a scene rules alone; none if that is too often to be named."""
    if not scene.played:
        return []
    edges, shares = concept_spans(scene.variant)
    names = list(scene.stream.concepts)
    found = [
        Visit(names[share.argmax()], edges[i], edges[i + 1])
        for i, share in enumerate(shares)
        if share.max() > ALONE
    ]
    return found if 1 < len(found) <= NAMED_VISITS else []


def middle(scene, one: Visit) -> float:
    """The row in the middle of a visit, by the axis of a scene."""
    ends = one.first, one.stop
    return scene.dates.middle(*ends) if scene.dates else sum(ends) / 2
