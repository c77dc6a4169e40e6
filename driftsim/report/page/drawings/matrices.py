"""Matrix drawings: numbers in cells, darker for greater ones; and what contenders forget."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from driftsim.report.figure_data import probes
from driftsim.report.figure_data.looks import DARK, shade, short
from driftsim.report.figure_data.view import View
from driftsim.report.page.drawings.panels import (
    WIDE,
    Box,
    Drawing,
    Layout,
    foot_title,
    panel_title,
    values_title,
)
from driftsim.report.page.drawings.svg import (
    LEADING,
    SIZE,
    SMALL,
    line,
    rectangle,
    room_for,
    text,
    text_width,
    wrapped,
)

CELL, LITTLE = (44, 22), (9, 11)  # pixels of a cell with its number, and without room for one
MOST_NUMBERS = 30  # cells in a row or column; with more there is no room for numbers
TITLES = (90, 150)  # pixels: the least for a title, and the most that its parts ask for
TURNED = 0.57  # the sine of the angle of a turned text


class Matrix(NamedTuple):
    """Values in cells (m, n), with what stands around them."""

    title: str
    values: np.ndarray
    words: list[list[str]]
    rows: list[str]
    columns: list[str]
    across: str = ""  # the title of the columns
    hatched: np.ndarray | None = None  # which cells (m, n), where there are no numbers
    framed: tuple[tuple[int, int], ...] = ()  # cells with a frame


def forgetting(view: View, layout: Layout = WIDE) -> Drawing | None:
    """The error on fresh rows of each concept after each phase, a matrix for each contender."""
    tables = probes.forgetting(view)
    if tables is None:
        return None
    most = max(one.errors.max() for one in tables)
    found = [
        Matrix(
            one.title, one.errors, words, one.phases, [*map(short, one.concepts)],
            framed=tuple(enumerate(one.ruling)),
        )
        for one, words in zip(tables, probes.words_of(tables))
    ]  # fmt: skip
    return tiled(found, 0, most, "phase", layout=layout)


class Tiles(NamedTuple):
    """The sizes of matrices side by side, in pixels."""

    cell: tuple[float, float]
    left: float  # of the names of rows
    width: float
    gap: float
    across: int
    titles: float  # above each
    below: float  # the names of columns
    same: bool  # whether all have the same rows, which the first in a line names


def tiled(
    found: Sequence[Matrix],
    least: float,
    most: float,
    down: str = "",
    note: str = "",
    head: str = "",
    layout: Layout = WIDE,
) -> Drawing:
    """Matrices side by side, as many as fit, on one scale of shades."""
    sizes, parts, y = tiles(found, bool(down), layout.width), list[str](), 22.0 if head else 4.0
    rows = max(len(one.rows) for one in found)
    for start in range(0, len(found), sizes.across):
        y += sizes.titles + 4
        for i, one in enumerate(found[start : start + sizes.across]):
            x = sizes.left + i * (sizes.width + sizes.gap)
            ends = x + len(one.columns) * sizes.cell[0], y + len(one.rows) * sizes.cell[1]
            box = Box(x, y, *ends)
            parts += titles_of(one, box._replace(right=max(ends[0], x + sizes.width)), sizes.cell)
            parts += matrix(one, box, sizes.cell, least, most, not (sizes.same and i))
            parts += values_title(box, down, 12) if down and not i else []
        y += rows * sizes.cell[1] + sizes.below + 8
    end = sizes.left + sizes.across * (sizes.width + sizes.gap) - sizes.gap + 12
    parts += [text(head, (sizes.left + end) / 2, 14, "middle", class_="head")] if head else []
    parts += [text(note, sizes.left, y + 12, class_="small title")] if note else []
    width = max(end, sizes.left + text_width(note, SMALL))
    return Drawing(width, y + (20 if note else 4), parts)


def tiles(found: Sequence[Matrix], titled: bool, room: float) -> Tiles:
    """The sizes of matrices that share a cell size, as many side by side as fit."""
    shapes = [one.values.shape for one in found]
    most, least = max(n for _, n in shapes), room_of_titles(found)
    cell = LITTLE if max(map(max, shapes)) > MOST_NUMBERS else wide_enough(found, least / most)
    same = all(one.rows == found[0].rows for one in found)
    names = max(text_width(name, SMALL) for one in found for name in one.rows)
    left, width = names + (24 if titled else 12), max(most * cell[0], least)
    gap = 18 if same else left + 12
    across = int(max(1, min((room - left + gap) // (width + gap), len(found), 5)))
    lines = max(len(wrapped(one.title, width)) for one in found)
    return Tiles(cell, left, width, gap, across, lines * SIZE * LEADING, foot_of(found, cell), same)


def room_of_titles(found) -> float:
    """How many pixels titles need, on as many lines as they have parts; or less, if that is a lot.

    The title of the columns has one line.
    """
    parts = [part for one in found for part in one.title.split(", ")]
    below = max(text_width(one.across) for one in found)
    return max(TITLES[0], min(room_for(parts), TITLES[1]), below)


def wide_enough(found, least: float) -> tuple[float, float]:
    """The size of a cell that holds the widest number, and is at least so wide."""
    widest = max(text_width(word, SMALL) for one in found for row in one.words for word in row)
    return max(CELL[0], widest + 8, least), CELL[1]


def turns(found, cell) -> bool:
    """Whether the names of columns are too wide to stand level."""
    return max(text_width(name, SMALL) for one in found for name in one.columns) > cell[0] - 4


def foot_of(found, cell) -> float:
    """How many pixels the names of columns and their title take."""
    widest = max(text_width(name, SMALL) for one in found for name in one.columns)
    names = TURNED * widest + 14 if turns(found, cell) else 18
    return names + (16 if any(one.across for one in found) else 0)


def titles_of(one, box, cell) -> Iterator[str]:
    """The title of a matrix above it, and that of its columns below, in the middle of a box.

    Where the matrix is narrower than the box, both start at its left.
    """
    left = len(one.columns) * cell[0] < box.right - box.left
    yield from panel_title(box, one.title, 6, left)
    if one.across:
        yield foot_title(box, one.across, foot_of([one], cell) - 36, left)


def matrix(one, box, cell, least, most, named) -> Iterator[str]:
    """A matrix with the names of its columns, and where `named` of its rows."""
    yield from cells(one, box, cell, least, most)
    step = -(-len(one.rows) // MOST_NUMBERS)
    for i, name in [*enumerate(one.rows)][::step] if named else ():
        y = box.top + (i + 0.5) * cell[1]
        yield text(name, box.left - 6, y, "end", dy="0.35em", class_="small named")
    turned, step = turns([one], cell), -(-len(one.columns) // MOST_NUMBERS)
    for j, name in [*enumerate(one.columns)][::step]:
        place = box.left + (j + 0.5) * cell[0], box.bottom + 14
        if turned:
            turn = f"translate({place[0] + 4:.1f} {place[1] - 2:.1f}) rotate(-35)"
            yield text(name, 0, 0, "end", transform=turn, class_="small named")
        else:
            yield text(name, *place, "middle", class_="small named")


def cells(one, box, cell, least, most) -> Iterator[str]:
    """The shades of the values, and their numbers where there is room."""
    numbers = max(one.values.shape) <= MOST_NUMBERS
    for (i, j), value in np.ndenumerate(one.values):
        x, y = box.left + j * cell[0], box.top + i * cell[1]
        share = (value - least) / ((most - least) or 1)
        known = bool(np.isfinite(value))
        fill = shade(share) if known else "none"
        yield rectangle(x, y, x + cell[0], y + cell[1], fill=fill, class_="cell")
        if numbers and known:
            look = "number dark" if share > DARK else "number"
            place = x + cell[0] / 2, y + cell[1] / 2
            yield text(one.words[i][j], *place, "middle", dy="0.35em", class_=look)
        elif one.hatched is not None and one.hatched[i, j]:
            yield line(x + 1, y + cell[1] - 1, x + cell[0] - 1, y + 1, class_="hatch")
    for i, j in one.framed:
        x, y = box.left + j * cell[0], box.top + i * cell[1]
        yield rectangle(x, y, x + cell[0], y + cell[1], class_="framed")
