"""Contrast: the texts of the page are legible on what is behind them, in light and in dark."""

import re

import numpy as np
import pytest

from driftsim.report.figure_data.looks import BACKGROUNDS, COLOURS, DARK, hex_of, inked, shade, tone
from driftsim.report.page.document import source
from driftsim.report.page.notebook.any_ground import luminance

pytestmark = pytest.mark.any_version
LEAST, LEAST_OF_LINES = 4.5, 3  # WCAG 2.2, 1.4.3 and 1.4.11, level AA
CSS = source("page.css")
TURN = np.array([  # hue-rotate(180deg), of the specification of filter effects
    [-0.574, 1.430, 0.144], [0.426, 0.430, 0.144], [0.426, 1.430, -0.856],
])  # fmt: skip


def contrast(one, other):
    """The ratio of the contrast of two colours (WCAG 2)."""
    low, high = sorted(luminance((255 * tone(each)).tolist()) for each in (one, other))
    return (high + 0.05) / (low + 0.05)


def in_dark(colour):
    """What the filter of drawings makes of a colour in the dark."""
    share = float(
        re.search(r"figure svg, .*? \{ filter: invert\(([\d.]+)\) hue-rotate\(180deg\)", CSS)[1]
    )
    inverted = tone(colour) * (1 - share) + (1 - tone(colour)) * share
    return hex_of(np.clip(TURN @ inverted, 0, 1))


def variables(nth):
    """The colours that the page names, of the light or of the dark mode."""
    block = re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)[nth]
    return dict(re.findall(r"--(\w+): (#\w{6});", block))


def fill(name):
    """The colour of a text of drawings."""
    return re.search(rf"^\.plot{name} \{{.*?\bfill: (#\w{{6}})", CSS, re.MULTILINE)[1]


@pytest.mark.parametrize("nth", [0, 1], ids=["light", "dark"])
def test_words_of_the_page_stand_out(nth):
    colours = variables(nth)
    for name in ("ink", "quiet", "accent", "bad"):
        for ground in ("paper", "raised"):
            assert contrast(colours[name], colours[ground]) >= LEAST, (name, ground)


def test_words_of_drawings_stand_out_on_all_shades():
    dark = variables(1)["paper"]
    for colour in (fill(""), fill(r" \.title, \.plot \.name")):
        assert all(contrast(colour, ground) >= LEAST for ground in BACKGROUNDS)
        assert contrast(in_dark(colour), dark) >= LEAST
        assert all(contrast(in_dark(colour), in_dark(one)) >= LEAST for one in BACKGROUNDS)


def test_lines_of_contenders_stand_out():
    for colour in COLOURS:
        assert contrast(colour, "#ffffff") >= LEAST_OF_LINES
        assert contrast(in_dark(colour), variables(1)["paper"]) >= LEAST_OF_LINES


def test_names_in_the_colours_of_contenders_stand_out_on_the_hull():
    for colour in map(inked, COLOURS):
        assert contrast(colour, "#f0f0f0") >= LEAST
        assert contrast(in_dark(colour), in_dark("#f0f0f0")) >= LEAST


def test_tables_have_the_colours_of_lines():
    assert re.findall(r"^\.c\d \{ --own: (#\w{6}); \}", CSS, re.MULTILINE) == [*COLOURS]


def test_numbers_stand_out_in_their_cells():
    """In the dark, where the range of shades is smaller, by what is drawn around them."""
    black, white = fill(r" \.number"), fill(r" \.dark")
    for share in np.linspace(0, 1, 101):
        assert contrast(white if share > DARK else black, shade(share)) >= LEAST, share
    for kind, number in (("number", black), ("dark", white)):
        rule = re.search(rf"^\.plot \.{kind} \{{.*stroke: (#\w{{6}})", CSS, re.MULTILINE)
        assert contrast(in_dark(number), in_dark(rule[1])) >= LEAST


def test_nothing_moves():
    """So that there is nothing to spare those who ask for less motion."""
    assert not re.search("transition|animation|scroll-behavior", CSS)
    assert all(
        word not in source(f"{name}.js") for name in ("page", "reading") for word in ("smooth",)
    )
