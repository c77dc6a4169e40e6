"""Style: what figures of matplotlib have in common."""

import warnings
from contextlib import contextmanager
from typing import Any

from matplotlib import rc_context
from matplotlib.font_manager import findfont, get_font, get_font_names
from matplotlib.ticker import FuncFormatter

from driftsim.report.figure_data.looks import Look

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
HATCHES = ("", "////", r"\\\\", "xxxx", "----", "||||", "++++")  # dots make an SVG large
FONTS = (  # for letters that matplotlib's own font lacks, where they are installed
    "Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans SC", "Noto Sans JP", "Noto Sans KR",
    "WenQuanYi Zen Hei", "Arial Unicode MS", "PingFang SC", "Hiragino Sans", "Microsoft YaHei",
    "Yu Gothic", "Malgun Gothic", "Noto Sans Arabic", "Noto Sans Devanagari", "FreeSans",
)  # fmt: skip


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


def linestyle(look: Look) -> Any:
    """The dashes of a contender, as matplotlib takes them."""
    return (0, look.dashes) if look.dashes else "-"


ROUND = [1, 2, 5, 10]  # steps between ticks, times a power of ten
LEAST_THOUSANDS = 1_000  # from which values have commas


def thousands():
    """A formatter of whole numbers: 12,000."""
    return FuncFormatter(lambda x, _: f"{x:,.0f}")
