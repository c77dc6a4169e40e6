"""Label placement: where names stand beside what they name, without overlap."""

from collections.abc import Mapping, Sequence

import numpy as np

ANGLES = np.linspace(0, 2 * np.pi, 24, endpoint=False)
REACHES = np.arange(5, 400, 3)  # points from a mark to its name
FAR = 120  # points to a name whose line passes no other mark; else it may
NEAR = 4  # points from a line to a mark that it should not seem to lead to
Box = tuple[float, float, float, float]  # left, low, right, high


def last_finite(values, otherwise):
    """The last finite one of some values, or another value where there is none."""
    finite = np.flatnonzero(np.isfinite(values))
    return values[finite[-1]] if len(finite) else otherwise


def spread(wanted: np.ndarray, apart: float) -> np.ndarray:
    """Places (n,) nearest to those wanted by least squares, in the same order, `apart` or more.

    They lie within 0 … 1 if there is room. Less the distances kept, this is isotonic regression.
    """
    order = np.argsort(wanted, kind="stable")
    offsets = apart * np.arange(len(wanted))
    room = max(1 - apart * (len(wanted) - 1), 0)
    places = np.empty(len(wanted))
    places[order] = ascending(wanted[order] - offsets).clip(0, room) + offsets
    return places


def ascending(values: np.ndarray) -> np.ndarray:
    """The ascending values nearest to some by least squares: neighbours out of order are pooled.

    The pool-adjacent-violators algorithm (Ayer et al. 1955).
    """
    pools: list[tuple[float, int]] = []  # sums and sizes
    for value in values.tolist():
        pool = value, 1
        while pools and pools[-1][0] * pool[1] >= pool[0] * pools[-1][1]:
            total, n = pools.pop()
            pool = pool[0] + total, pool[1] + n
        pools.append(pool)
    return np.repeat([total / n for total, n in pools], [n for _, n in pools])


def in_turn(marks: Mapping[str, Sequence[float]]) -> list[str]:
    """The names of marks (x, y), from the right; of those in one column, from the lowest."""
    return sorted(marks, key=lambda name: (-round(marks[name][0]), marks[name][1]))


def free_box(
    mark: Sequence[float],
    width: float,
    height: float,
    taken: Sequence[Box],
    area: Box,
    scale: float = 1,
    others: Sequence[Sequence[float]] = (),
) -> Box:
    """The box of a size nearest to a point, inside `area`, that touches none of `taken` (n, 4).

    A line to it comes near none of the `others` (m, 2), if there is such a one not far away. Where
    there is none at all, the box lies above all that is taken. `scale` is that of a point.
    """
    boxes = np.array(taken, float).reshape(-1, 4)
    left, low, right, high = area
    for reach in (REACHES[REACHES < FAR] if len(others) else REACHES) * scale:
        x = mark[0] + reach * np.cos(ANGLES) + width / 2 * (np.cos(ANGLES).round(3) - 1)
        y = mark[1] + reach * np.sin(ANGLES) + height / 2 * (np.sin(ANGLES).round(3) - 1)
        inside = (x >= left) & (x + width <= right) & (y >= low) & (y + height <= high)
        apart = (
            (x[:, None] >= boxes[:, 2]) | (x[:, None] + width <= boxes[:, 0])
            | (y[:, None] >= boxes[:, 3]) | (y[:, None] + height <= boxes[:, 1])
        ).all(axis=1)  # fmt: skip
        ends = np.stack([np.clip(mark[0], x, x + width), np.clip(mark[1], y, y + height)], axis=1)
        clear = ~passes(np.array(mark), ends, others, NEAR * scale)
        found = np.flatnonzero(inside & apart & clear)
        if len(found):
            i = found[0]
            return float(x[i]), float(y[i]), float(x[i] + width), float(y[i] + height)
    if len(others):
        return free_box(mark, width, height, taken, area, scale)
    top, start = max([*boxes[:, 3], high]), min(mark[0], right - width)
    return start, top, start + width, top + height


def passes(
    mark: np.ndarray, ends: np.ndarray, others: Sequence[Sequence[float]], near: float
) -> np.ndarray:
    """Which lines (n,) from a mark to some ends (n, 2) come near one of the `others` (m, 2)."""
    apart = np.array(others, float).reshape(-1, 2) - mark
    apart = apart[np.abs(apart).max(axis=1) > 1]  # none leads away from a mark at the same place
    ways = (ends - mark)[:, None]
    lengths = np.maximum((ways**2).sum(axis=2), 1e-9)
    along = ((apart * ways).sum(axis=2) / lengths).clip(0, 1)
    away = np.linalg.norm(along[:, :, None] * ways - apart, axis=2)
    return (away < np.minimum(near, 0.6 * np.linalg.norm(apart, axis=1))).any(axis=1)


def needs_line(name: str, box: Box, marks: Mapping[str, Sequence[float]], near: float) -> bool:
    """Whether a name in a box is farther than `near` from its mark, or may seem to be another's."""
    left, low, right, high = box
    away = {
        other: float(np.hypot(max(left - x, x - right, 0), max(low - y, y - high, 0)))
        for other, (x, y) in marks.items()
    }
    own = away.pop(name)
    return own > near or min(away.values(), default=np.inf) < 1.5 * own
