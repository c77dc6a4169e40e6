"""Labels: when the label of a row comes in, if ever."""

from abc import abstractmethod
from typing import ClassVar

import numpy as np

from driftsim.parts import Part, Position
from driftsim.rows import Arrival, Labelled
from driftsim.streams.stream import BLOCK, LABELS, child

NEVER = np.iinfo(np.int64).max


class Labels(Part):
    """When labels come in."""

    draws: ClassVar[bool] = False  # has something random in it

    @abstractmethod
    def due(self, t, u):
        """The position after whose prediction the label of each row `t` comes in, or NEVER.

        `u` (n,) holds a uniform number in [0, 1) for each row; None where it draws nothing.
        """


class AtOnce(Labels):
    """Each label comes in before the next row is predicted."""

    def due(self, t, u):
        return t


class Delayed(Labels):
    """Each label comes in a fixed number of rows late."""

    rows: Position  # between a row and its label

    def due(self, t, u):
        return t + self.rows


def arrivals(chunks, labels, seed):
    """What each chunk of consecutive rows brings: an `Arrival`.

    A chunk has `t`, `X` and `y`; how the rows are cut into chunks decides nothing.
    """
    waiting = {}  # labels by the block of positions in which they come in
    for chunk in chunks:
        t, fresh = chunk.t, Labelled(chunk.t, chunk.X, chunk.y)
        u = uniforms(seed, t) if labels.draws else None
        for block, due, rows in by_block(labels.due(t, u), fresh):
            waiting.setdefault(block, []).append((due, rows))
        due, rows = taken(waiting, t[-1], fresh)
        came = np.cumsum(np.bincount(due - t[0], minlength=t[-1] - t[0] + 1))
        due_by = np.append(0, came)[np.append(t - t[0], len(came))]
        yield Arrival(t, chunk.X, *rows, due_by)


def by_block(due, rows):
    """Rows in the order their labels come in, cut by the block of positions they do so in."""
    due, rows = in_order(due, rows)
    start, end = 0, np.searchsorted(due, NEVER)
    while start < end:
        block = int(due[start]) // BLOCK
        stop = min(int(np.searchsorted(due, (block + 1) * BLOCK)), end)
        yield block, due[start:stop], rows.part(slice(start, stop))
        start = stop


def taken(waiting, last, model):
    """Take out all labels that come in up to position `last`, in the order they do."""
    pieces = [piece for b in sorted(waiting) if b <= last // BLOCK for piece in waiting.pop(b)]
    if not pieces:
        return np.empty(0, np.int64), model.part(slice(0))
    dues, rows = zip(*pieces)
    due, rows = in_order(np.concatenate(dues), Labelled.joined(rows))
    m = np.searchsorted(due, last, side="right")
    if m < len(due):
        waiting[int(last) // BLOCK] = [(due[m:], rows.part(slice(m, None)))]
    return due[:m], rows.part(slice(m))


def in_order(due, rows):
    """Both sorted by when labels come in; those that come in together, as they were."""
    if (due[1:] >= due[:-1]).all():
        return due, rows
    order = np.argsort(due, kind="stable")
    return due[order], rows.part(order)


def uniforms(seed, t):
    """A uniform number for each of consecutive positions, whatever chunk they come in."""
    first, last = t[0] // BLOCK, t[-1] // BLOCK
    drawn = [child(seed, LABELS, b).random(BLOCK) for b in range(first, last + 1)]
    return np.concatenate(drawn)[t - first * BLOCK]
