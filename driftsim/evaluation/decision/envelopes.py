"""Envelopes: which of some costs is the least at which price, where each is a line over it."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike


class Stretch(NamedTuple):
    """The prices from `low` to `high` at which one line is the lowest."""

    line: int  # its place among the lines
    low: float
    high: float


def lower_envelope(at_zero: ArrayLike, per_price: ArrayLike) -> list[Stretch]:
    """Which of n lines is the lowest at each price from 0 on, by ascending prices.

    The line i is at_zero[i] + price * per_price[i]. Of lines that are the same the first counts,
    and none that is only as low as others at a single price.
    """
    a, b = np.asarray(at_zero, float), np.asarray(per_price, float)
    found, line, low = list[Stretch](), int(np.lexsort((b, a))[0]), 0.0
    while True:
        flatter = np.flatnonzero(b < b[line])
        if not len(flatter):
            return [*found, Stretch(line, low, math.inf)]
        crossings = (a[flatter] - a[line]) / (b[line] - b[flatter])
        best = np.lexsort((b[flatter], crossings))[0]
        if crossings[best] > low:
            found.append(Stretch(line, low, float(crossings[best])))
        line, low = int(flatter[best]), float(crossings[best])


def pareto(x: ArrayLike, y: ArrayLike) -> np.ndarray:
    """The positions (k,) of the Pareto front: no other point is lower in both; by ascending x."""
    x, y = np.asarray(x), np.asarray(y)
    order = np.lexsort((y, x))
    least = np.minimum.accumulate(y[order])
    first = np.r_[True, y[order][1:] < least[:-1]]
    return order[first]


def hull(x: ArrayLike, y: ArrayLike) -> np.ndarray:
    """The positions (k,) of the lower convex hull of points on their Pareto front, by ascending x.

    Only they can have the least y + price * x at some price from 0 on; others of the Pareto front
    have more than one of them at each price.
    """
    x, y = np.asarray(x, float), np.asarray(y, float)
    kept = list[int]()
    for i in pareto(x, y).tolist():
        while len(kept) > 1 and not below(*((x[j], y[j]) for j in (kept[-2], kept[-1], i))):
            kept.pop()
        kept.append(i)
    return np.array(kept, int)


def below(first, middle, last):
    """Whether a point lies below the line from one at its left to one at its right."""
    (x0, y0), (x1, y1), (x2, y2) = first, middle, last
    return (y1 - y0) * (x2 - x0) < (y2 - y0) * (x1 - x0)


def mispriced(
    at_zero: ArrayLike, per_price: ArrayLike, price: float, factors: ArrayLike
) -> list[tuple[int, float]]:
    """What is chosen at a price that is wrong by each factor, and its regret.

    Regret is how much more the line that is the lowest at the wrong price costs at the true price
    than the one that is the lowest there (as Regol et al. 2025 try wrong prices).
    """
    a, b = np.asarray(at_zero, float), np.asarray(per_price, float)
    true, found = a + price * b, []
    for factor in np.atleast_1d(factors):
        chosen = int(np.argmin(a + factor * price * b))
        found.append((chosen, float(true[chosen] - true.min())))
    return found
