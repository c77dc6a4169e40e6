"""SVG: elements as text, and how wide words are in them."""

import re
from collections.abc import Iterable, Sequence
from html import escape
from textwrap import wrap
from unicodedata import east_asian_width

import numpy as np

UNSEEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # that XML has not
NARROW, WIDE = frozenset(" !'()*,./:;I[]fijlrt|·"), frozenset("%@GMOQWmw—…")
SIZE, SMALL, TINY = 12, 11, 10  # pixels of a text
WIDTH, EQUALS = 0.58, "\u00a0=\u00a0"  # of a letter by its size; a sign kept with its sides
LEADING = 1.25  # of a line of text by its size


def element(tag: str, *children: str, **attributes: object) -> str:
    """An element; `class_` is its class, `_` in names stands for `-`, and None is left out."""
    words = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{written(value)}"'
        for name, value in attributes.items()
        if value is not None
    )
    return f"<{tag}{words}>{''.join(children)}</{tag}>" if children else f"<{tag}{words}/>"


def written(value: object) -> str:
    """The value of an attribute: a number to a tenth of a pixel, or a text."""
    if isinstance(value, float | np.floating):
        return digits(float(value))
    return escape(UNSEEN.sub("\ufffd", str(value)))


def digits(value: float) -> str:
    """A number to a hundredth, without zeros at its end."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if value % 1 else f"{value:.0f}"


def text(words: str, x: float, y: float, anchor: str = "", **attributes: object) -> str:
    """A text on its baseline; `anchor` is `middle` or `end`, where it does not start at x."""
    place = {"x": float(x), "y": float(y), "text_anchor": anchor or None}
    return element("text", escape(UNSEEN.sub("\ufffd", words), quote=False), **place | attributes)


def line(x1: float, y1: float, x2: float, y2: float, **attributes: object) -> str:
    """A straight line."""
    return element("path", d=f"M{digits(x1)} {digits(y1)}L{digits(x2)} {digits(y2)}", **attributes)


def rectangle(left: float, top: float, right: float, bottom: float, **attributes: object) -> str:
    """A rectangle."""
    size = {"width": float(right - left), "height": float(bottom - top)}
    return element("rect", x=float(left), y=float(top), **size, **attributes)


def text_width(words: str, size: float = SIZE) -> float:
    """About how many pixels a text takes in a sans-serif font, rather more than less."""
    return size * sum(map(letter_width, words))


def letter_width(letter: str) -> float:
    """About how wide a letter is by its height."""
    if letter in NARROW:
        return 0.37
    if letter in WIDE:
        return 0.93
    if east_asian_width(letter) in "WF":
        return 1.05
    return 0.7 if letter.isupper() else 0.63


def wrapped(words: str, width: float, size: float = SIZE) -> list[str]:
    """A text in lines that are at most about so many pixels wide.

    No line begins or ends with `=`, where there is room for both of its sides.
    """
    most, lines = max(int(width / (WIDTH * size)), 10), list[str]()
    for part in words.split("\n"):
        whole = part.replace(" = ", EQUALS)
        fits = max(map(len, whole.split(" "))) <= most
        lines += wrap(whole if fits else part, most)
    return [line.replace(EQUALS, " = ") for line in lines]


def room_for(lines: Sequence[str], size: float = SIZE) -> float:
    """The least width at which `wrapped` breaks none of some lines."""
    return WIDTH * size * (max(map(len, lines), default=0) + 1)


def runs(known: np.ndarray) -> list[tuple[int, int]]:
    """Where entries (n,) are known in a row: the first of each run, and the end."""
    edges = np.flatnonzero(np.diff(np.r_[False, known, False].astype(int)))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist()))


def line_path(x: np.ndarray, y: np.ndarray, steps: bool) -> str:
    """The path of a line through places (n,), broken where they are NaN.

    A step ends where the next one starts; the last place is the end of the last step. A place alone
    is a short dash.
    """
    return "".join(
        traced(points(x, y, *run, steps)) + "m-1.5 0h3" * (run[1] - run[0] == 1 and not steps)
        for run in runs(np.isfinite(y[: len(y) - steps]))
    )


def band_path(x: np.ndarray, low: np.ndarray, high: np.ndarray, steps: bool) -> str:
    """The path around all between two lines."""
    return "".join(
        traced(np.concatenate([points(x, low, *run, steps), points(x, high, *run, steps)[::-1]]))
        + "Z"
        for run in runs(np.isfinite(low[: len(low) - steps]))
    )


def points(x, y, start, stop, steps) -> np.ndarray:
    """The corners (n, 2) of a line from one place to before another."""
    xs, ys = x[start : stop + steps], y[start:stop]
    if steps:
        xs, ys = np.repeat(xs, 2)[1:-1], np.repeat(ys, 2)
    return np.column_stack([xs, ys])


def traced(places: Iterable[Sequence[float]]) -> str:
    """The path through places (n, 2): each to a tenth of a pixel, as its way from the one before.

    Ways from rounded places do not add up errors, and take half as many characters as places.
    """
    tenths = np.rint(10 * np.asarray(places, float)).astype(int)
    ways = np.diff(tenths, axis=0).tolist()
    return f"M{pair(*tenths[0].tolist())}" + "".join(way(across, down) for across, down in ways)


def bends(places: np.ndarray, most: float = 0.1) -> np.ndarray:
    """The places (k, 2) of a line that all others (n, 2) are within `most` pixels of.

    Source: Douglas & Peucker, Algorithms for the reduction of the number of points (1973).
    """
    kept, open_parts = {0, len(places) - 1}, [(0, len(places) - 1)]
    while open_parts:
        first, last = open_parts.pop()
        if last - first < 2:
            continue
        chord, ways = places[last] - places[first], places[first + 1 : last] - places[first]
        away = np.abs(chord[0] * ways[:, 1] - chord[1] * ways[:, 0]) / (np.hypot(*chord) or 1)
        if away.max() > most:
            farthest = first + 1 + int(away.argmax())
            kept.add(farthest)
            open_parts += [(first, farthest), (farthest, last)]
    return places[sorted(kept)]


def way(across: int, down: int) -> str:
    """A part of a path, in tenths of a pixel."""
    if not down:
        return f"h{tenth(across)}"
    return f"v{tenth(down)}" if not across else f"l{pair(across, down)}"


def pair(x: int, y: int) -> str:
    """Two numbers in tenths; a sign parts them, too."""
    return f"{tenth(x)}{'' if y < 0 else ' '}{tenth(y)}"


def tenth(value: int) -> str:
    """A number of tenths as text, without what a path can do without."""
    whole, rest = divmod(abs(value), 10)
    return f"{'-' * (value < 0)}{whole or '' if rest else whole}{f'.{rest}' if rest else ''}"
