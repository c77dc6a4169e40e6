"""Looks: what distinguishes contenders and concepts in every figure, in colour and without."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

COLOURS = (  # those of a column share their dashes, and so differ in hue
    "#0072B2", "#C93300", "#009E73", "#CC79A7", "#544400",
    "#D37D00", "#1A95FE", "#8C1C3F", "#555555", "#5E3C99",
)  # fmt: skip
DASHES = ((), (5, 1.5), (1.5, 1), (6, 1.5, 1.5, 1.5), (3, 1, 1, 1, 1, 1))  # in widths of a line
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "p")
BACKGROUNDS = ("#ffffff", "#e4e4e4", "#dcebf7", "#fbe9d9", "#e0f2e9", "#f6e3ee")  # by concept
SHADES = ("#f7fafd", "#7fb0d8", "#0b3c6f")  # of cells, from the least to the greatest value
DARK = 0.73  # the share of the scale beyond which white numbers are easier to read than black
INK, FAINT = "#222222", "#666666"
HUE = 0.65  # the share of a colour in a text of it, the rest being ink, so that it can be read
MOST_BANDS = 6  # contenders of a panel; with more, bands would cover one another
LONGEST = 44  # characters of a name that are written


class Look(NamedTuple):
    """What distinguishes a contender from others, in colour and without."""

    colour: str
    dashes: tuple[float, ...]  # of its lines, in their widths; empty for a solid one
    marker: str


def look_of(i: int) -> Look:
    """The look of the i-th contender of a scenario, its own among the first fifty."""
    turn = i + i // len(COLOURS)  # so that those of one colour differ in all else
    return Look(COLOURS[i % len(COLOURS)], DASHES[turn % len(DASHES)], MARKERS[turn % len(MARKERS)])


def tone(colour: str) -> np.ndarray:
    """The red, green and blue of a colour (3,), each from 0 to 1."""
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255


def hex_of(tones: np.ndarray) -> str:
    """A colour (3,) as a page writes it."""
    return "#" + "".join(f"{round(255 * one):02x}" for one in tones.tolist())


def inked(colour: str) -> str:
    """A colour dark enough for texts."""
    return hex_of(HUE * tone(colour) + (1 - HUE) * tone(INK))


def shade(share: float, shades: Sequence[str] = SHADES) -> str:
    """The colour of a cell by its value, 0 for the least and 1 for the greatest."""
    place = min(max(share, 0), 1) * (len(shades) - 1)
    low = min(int(place), len(shades) - 2)
    ends = tone(shades[low]), tone(shades[low + 1])
    return hex_of(ends[0] + (place - low) * (ends[1] - ends[0]))


def short(name: str, longest: int = LONGEST) -> str:
    """A name as figures write it: whole, or without its middle where it is long."""
    half = longest // 2
    return name if len(name) <= longest else f"{name[:half]}…{name[1 - half :]}"


def rounded(value: float) -> str:
    """A number in few digits: 0.123, 12,300."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
