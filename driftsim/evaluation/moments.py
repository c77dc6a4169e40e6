"""Moments: counts, means and sums of squares about them, joined without loss (Chan et al. 1983).

The difference of a sum of squares and a squared sum would be only rounding where numbers lie far
from zero, or hardly differ.
"""

from typing import NamedTuple

import numpy as np


class Moments(NamedTuple):
    """Count, mean and spread of numbers over stretches of the stream."""

    n: np.ndarray  # (w,) how many there are, or their weight
    mean: np.ndarray  # (w,)
    spread: np.ndarray  # (w,) the sum of their squared distances from the mean

    @classmethod
    def of(cls, y: np.ndarray, starts: np.ndarray) -> "Moments":
        """The moments of numbers (m,) in each of the stretches that start at `starts`."""
        n = np.diff(np.append(starts, len(y)))
        first = y[starts]
        apart = y - np.repeat(first, n)
        mean = np.add.reduceat(apart, starts) / n
        spread = np.add.reduceat((apart - np.repeat(mean, n)) ** 2, starts)
        return cls(n, first + mean, spread)

    def part(self, entries) -> "Moments":
        """The moments of some of the stretches, by any index of numpy."""
        return Moments(*(column[entries] for column in self))

    def joined(self, other: "Moments") -> "Moments":
        """The moments of each stretch here together with the same one there."""
        n, apart = self.n + other.n, other.mean - self.mean
        share = np.divide(other.n, n, out=np.zeros(np.shape(n)), where=n > 0)
        between = apart**2 * self.n * share
        mean = np.where(self.n > 0, self.mean + apart * share, other.mean)
        return Moments(n, mean, self.spread + other.spread + between)

    def over(self, starts) -> "Moments":
        """The moments of all stretches from each of `starts` to the next, together."""
        lengths = np.diff(np.append(starts, len(self.n)))
        n, first = np.add.reduceat(self.n, starts), self.mean[starts]
        apart = self.mean - np.repeat(first, lengths)
        sums = np.add.reduceat(self.n * apart, starts)
        mean = np.divide(sums, n, out=np.zeros(len(n)), where=n > 0)
        between = self.n * (apart - np.repeat(mean, lengths)) ** 2
        return Moments(n, first + mean, np.add.reduceat(self.spread + between, starts))

    def fading(self, kept: np.ndarray) -> "Moments":
        """The moments of all stretches so far, a share (w,) of their weight kept at each."""
        n, mean, spread, found = 0.0, 0.0, 0.0, []
        for m, other, more, share in zip(*(column.tolist() for column in (*self, kept))):
            n, spread, apart = n * share, spread * share, other - mean
            weight = m / (n + m) if m else 0.0
            spread += more + apart**2 * n * weight
            mean = mean + apart * weight if n else other
            n += m
            found.append((n, mean, spread))
        return Moments(*map(np.array, zip(*found)))

    def but_each(self) -> "Moments":
        """The moments of all stretches but one, for each of them."""
        backwards = self.part(slice(None, None, -1))
        before, after = (one.fading(np.ones(len(self.n))) for one in (self, backwards))
        none = Moments(*np.zeros((3, 1)))
        return concatenated(none, before.part(slice(-1))).joined(
            concatenated(after.part(slice(-1)).part(slice(None, None, -1)), none)
        )

    def sliding(self, width: int) -> "Moments":
        """The moments of each `width` consecutive stretches, and of fewer at the start."""
        parts = Moments(*(blocks(column, width) for column in self))
        heads, ends = [parts.part(np.s_[:, 0])], [parts.part(np.s_[:, -1])]
        for i in range(1, width):
            heads.append(heads[-1].joined(parts.part(np.s_[:, i])))
            ends.insert(0, parts.part(np.s_[:, -1 - i]).joined(ends[0]))
        head, end = (Moments(*(np.stack(c, 1).ravel() for c in zip(*one))) for one in (heads, ends))
        last = np.arange(len(self.n))
        cut = (last >= width) & ((last + 1) % width > 0)  # those that start within a block
        before = end.part(np.where(cut, last - width + 1, 0))
        before = before._replace(n=before.n * cut, spread=before.spread * cut)
        return before.joined(head.part(last))


def concatenated(one, other):
    """The moments of stretches, and after them of others."""
    return Moments(*map(np.concatenate, zip(one, other)))


def blocks(column, width):
    """Entries (w, …) in blocks (m, width, …), the last of them padded with zeros."""
    missing = -len(column) % width
    filled = np.concatenate([column, np.zeros((missing, *column.shape[1:]), column.dtype)])
    return filled.reshape(-1, width, *column.shape[1:])
