"""Style: what figures have in common, and the looks that distinguish contenders."""

import warnings
from contextlib import contextmanager
from typing import Any, NamedTuple

from matplotlib import rc_context
from matplotlib.font_manager import findfont, get_font, get_font_names
from matplotlib.ticker import FuncFormatter

STYLE = {
    "svg.fonttype": "none",  # text stays text
    "svg.hashsalt": "driftsim",  # the same figure has the same bytes
    "pdf.fonttype": 42,
    "text.parse_math": False,  # names are written as they are, with $ and all
    "text.hinting": "none",  # so that a text has the same width in every format
    "figure.dpi": 150,
    "font.size": 9,
    "axes.titlesize": "medium",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "hatch.linewidth": 0.6,
}
COLOURS = (
    "#0072B2", "#C93300", "#009E73", "#CC79A7", "#544400",
    "#1A95FE", "#D37D00", "#555555", "#5E3C99", "#8C1C3F",
)  # fmt: skip
DASHES = ("-", (0, (5, 1.5)), (0, (1.5, 1)), (0, (6, 1.5, 1.5, 1.5)), (0, (3, 1, 1, 1, 1, 1)))
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "p")
HATCHES = ("", "////", r"\\\\", "xxxx", "----", "||||", "++++")  # dots make an SVG large
BACKGROUNDS = ("#ffffff", "#e4e4e4", "#dcebf7", "#fbe9d9", "#e0f2e9", "#f6e3ee")  # by concept
INK, FAINT = "#222222", "#666666"
MOST_BANDS = 6  # contenders of a panel; with more, bands would cover one another
FONTS = (  # for letters that matplotlib's own font lacks, where they are installed
    "Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans SC", "Noto Sans JP", "Noto Sans KR",
    "WenQuanYi Zen Hei", "Arial Unicode MS", "PingFang SC", "Hiragino Sans", "Microsoft YaHei",
    "Yu Gothic", "Malgun Gothic", "Noto Sans Arabic", "Noto Sans Devanagari", "FreeSans",
)  # fmt: skip
LONGEST = 44  # characters of a name that are written


@contextmanager
def styled(names="", **more):
    """Plot in the style; letters of names that no font has stay text for the reader of an SVG."""
    with rc_context(STYLE | family(names) | more), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        yield


def family(names):
    """The fonts for names: more than matplotlib's own only where that lacks a letter."""
    own = get_font(findfont("DejaVu Sans")).get_charmap()
    if all(ord(letter) in own for letter in names):
        return {}
    installed = set(get_font_names())
    return {"font.family": ["DejaVu Sans", *(font for font in FONTS if font in installed)]}


class Look(NamedTuple):
    """What distinguishes a contender from others, in colour and without."""

    colour: str
    dashes: Any  # of its lines, as matplotlib takes them
    marker: str


def look_of(i: int) -> Look:
    """The look of the i-th contender of a scenario, its own among the first fifty."""
    turn = i + i // len(COLOURS)  # so that those of one colour differ in all else
    return Look(COLOURS[i % len(COLOURS)], DASHES[turn % len(DASHES)], MARKERS[turn % len(MARKERS)])


def short(name: str) -> str:
    """A name as figures write it: whole, or without its middle where it is long."""
    half = LONGEST // 2
    return name if len(name) <= LONGEST else f"{name[:half]}…{name[1 - half :]}"


def rounded(value: float) -> str:
    """A number in few digits: 0.123, 12,300."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def thousands():
    """A formatter of whole numbers: 12,000."""
    return FuncFormatter(lambda x, _: f"{x:,.0f}")
