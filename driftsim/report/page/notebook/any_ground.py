"""Any ground: colours that can be read on light and on dark ones, whichever a notebook has."""

import re
from functools import cache
from importlib.resources import files

COLOUR = re.compile("#[0-9a-fA-F]{6}")
GREY = 8  # the greatest difference between the parts of a colour that has no hue
PALE = 190  # the least part of a colour that is mixed with the ground, not with the ink
STRENGTH, OF_DARK = 92, 75  # per cent of a hue, the rest being ink, so that all stand out
DARK = 0.12  # the greatest luminance of a hue that is hard to see on dark ground
MARK = "/* chart and figures */"  # before the style of drawings, in that of the page
CELL = ".driftsim-cell"  # what all that a notebook shows of driftsim is within


def on_any_ground(text: str) -> str:
    """A drawing or a style whose colours are mixtures with the ink, or with the ground below.

    The ink is the colour of the text around, light on a dark ground: black and greys become ink
    that lets the ground through, pale tints a hue that does, other hues are mixed with ink.
    """
    return COLOUR.sub(lambda found: mixture(found[0]), text)


@cache
def mixture(colour: str) -> str:
    """A colour as CSS mixes it, where those of pages are meant for white ground."""
    parts = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    least = min(parts)
    if max(parts) - least <= GREY:
        return f"color-mix(in srgb,currentColor {100 - least / 2.55:.0f}%,transparent)"
    if least < PALE:
        strength = OF_DARK if luminance(parts) <= DARK else STRENGTH
        return f"color-mix(in oklab,{colour} {strength}%,currentColor)"
    share = 1 - least / 255
    hue = "".join(f"{min(round((one - least) / share), 255):02x}" for one in parts)
    return f"color-mix(in srgb,#{hue} {100 * share:.0f}%,transparent)"


def luminance(parts: list[int]) -> float:
    """How light a colour is, from 0 to 1 (WCAG 2)."""
    shares = [one / 255 for one in parts]
    linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    return sum(w * one for w, one in zip((0.2126, 0.7152, 0.0722), linear))


@cache
def style() -> str:
    """The style of what a notebook shows: its own, and that of the drawings of the page."""
    page = source("page.css").partition(MARK)[2]
    drawn = [line for line in page.splitlines() if line.startswith(".plot")]
    inside = [on_any_ground(line.replace(".plot", f"{CELL} .plot")) for line in drawn]
    return "\n".join([source("notebook/cell.css"), *inside])


def source(name):
    """A file of the page as text."""
    return files("driftsim.report.page").joinpath(name).read_text(encoding="utf-8")
