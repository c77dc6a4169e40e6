"""Label placement: where names stand beside what they name, without overlap."""

from collections.abc import Mapping, Sequence

import numpy as np

ANGLES = np.linspace(0, 2 * np.pi, 24, endpoint=False)
REACHES = np.arange(5, 400, 3)  # points from a mark to its name
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
) -> Box:
    """The box of a size nearest to a point, inside `area`, that touches none of `taken` (n, 4).

    Where there is none, the box lies above all that is taken. `scale` is that of a point.
    """
    boxes = np.array(taken, float).reshape(-1, 4)
    left, low, right, high = area
    for reach in REACHES * scale:
        x = mark[0] + reach * np.cos(ANGLES) + width / 2 * (np.cos(ANGLES).round(3) - 1)
        y = mark[1] + reach * np.sin(ANGLES) + height / 2 * (np.sin(ANGLES).round(3) - 1)
        inside = (x >= left) & (x + width <= right) & (y >= low) & (y + height <= high)
        apart = (
            (x[:, None] >= boxes[:, 2]) | (x[:, None] + width <= boxes[:, 0])
            | (y[:, None] >= boxes[:, 3]) | (y[:, None] + height <= boxes[:, 1])
        ).all(axis=1)  # fmt: skip
        found = np.flatnonzero(inside & apart)
        if len(found):
            i = found[0]
            return float(x[i]), float(y[i]), float(x[i] + width), float(y[i] + height)
    top, start = max([*boxes[:, 3], high]), min(mark[0], right - width)
    return start, top, start + width, top + height


def needs_line(name: str, box: Box, marks: Mapping[str, Sequence[float]], near: float) -> bool:
    """Whether a name in a box is farther than `near` from its mark, or may seem to be another's."""
    left, low, right, high = box
    away = {
        other: float(np.hypot(max(left - x, x - right, 0), max(low - y, y - high, 0)))
        for other, (x, y) in marks.items()
    }
    own = away.pop(name)
    return own > near or min(away.values(), default=np.inf) < 1.5 * own
