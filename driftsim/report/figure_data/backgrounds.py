"""Backgrounds: which concepts rule where along a stream, and where it changes."""

from typing import NamedTuple

import numpy as np

from driftsim.report.figure_data.looks import BACKGROUNDS, tone

NAMED_VISITS = 8  # concepts are named in a panel if they rule no more often
ALONE = 0.98  # the share of rows of a concept that rules alone
MOST_SPANS = 400  # stretches of a panel that have a shade of their own
MOST_CHANGES = 400  # of a panel that have a line of their own


class Visit(NamedTuple):
    """A stretch in which a concept rules alone."""

    name: str
    first: float
    stop: float


def visible_changes(stream):
    """The changes of a stream, or none where they are too many to be seen apart in a picture."""
    changes = stream.changes(0)
    return changes if len(changes) <= MOST_CHANGES else []


def concept_spans(columns):
    """Spans of a stream with constant shares of the concepts: edges (n + 1,), shares (n, k)."""
    shares = np.round(columns["concept"] / columns["rows"][:, None] * 20) / 20
    starts = np.flatnonzero(np.r_[True, (shares[1:] != shares[:-1]).any(axis=1)])
    if len(starts) > MOST_SPANS:
        starts = np.arange(0, len(shares), -(-len(shares) // MOST_SPANS))
    rows = np.add.reduceat(columns["rows"], starts)
    shares = np.add.reduceat(columns["concept"], starts, axis=0) / rows[:, None]
    return [*columns["first_row"][starts], columns["last_row"][-1] + 1], shares


def shades(shares):
    """The colour (n, 3) of each span: those of its concepts, mixed by their shares (n, k)."""
    tones = [tone(BACKGROUNDS[i % len(BACKGROUNDS)]) for i in range(shares.shape[1])]
    return np.clip(shares @ np.array(tones), 0, 1)


def visits(scene) -> list[Visit]:
    """Where each concept of a scene rules alone; none if that is too often to be named."""
    if not scene.played:
        return []
    edges, shares = concept_spans(scene.played[0].truth.columns)
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
