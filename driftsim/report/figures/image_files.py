"""Saved: figures as the bytes of files, the same each time."""

import io
import re

from driftsim.report.figures.style import styled

ABOUT = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}  # what would tell when and by what a file was written
GROUP, NUMBERED = re.compile(rb'<g id="([^"]*)"'), re.compile(rb"[\w.]+_\d+")
OUTLINE, DIGITS = re.compile(rb' d="[^"]*"'), re.compile(rb"(\.\d\d)\d+")


def images(figure):
    """A figure as the bytes of a PNG and an SVG."""
    return {suffix: image(figure, suffix) for suffix in ("png", "svg")}


def image(figure, suffix):
    """A figure as the bytes of a file, `png`, `svg` or `pdf`."""
    salt = {"svg.hashsalt": f"driftsim {figure.get_label()}"}  # so that a page can hold many
    with styled(**salt), io.BytesIO() as file:
        figure.savefig(file, format=suffix, metadata=ABOUT[suffix])
        made = file.getvalue()
    return spare(made) if suffix == "svg" else made


def spare(svg):
    """An SVG whose groups are of classes, as many are alike, and without digits nobody sees."""
    svg = GROUP.sub(classed, svg)
    return OUTLINE.sub(lambda found: DIGITS.sub(rb"\1", found[0]), svg)


def classed(found):
    """The start of a group that nothing refers to by a name."""
    return b"<g" if NUMBERED.fullmatch(found[1]) else b'<g class="%b"' % found[1]
