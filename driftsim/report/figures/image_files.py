"""Image files: figures as the bytes of PNG, SVG and PDF files, the same each time."""

import io
import re

from matplotlib.figure import Figure

from driftsim.report.figures.style import styled

METADATA: dict[str, dict[str, str | None]] = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}  # left out, since they would differ by day and version
KEY = "driftsim"  # of the text in a PNG that says what it shows
GROUP, NUMBERED = re.compile(rb'<g id="([^"]*)"'), re.compile(rb"[\w.]+_\d+")
CLIP = re.compile(rb'(?<=["#])p[0-9a-f]{10}(?=[")])')  # ids of clips, hashes of their places
OUTLINE, DIGITS = re.compile(rb' d="[^"]*"'), re.compile(rb"(\.\d\d)\d+")


def image(figure: Figure, suffix: str, mark: str = "") -> bytes:
    """A figure as the bytes of a file, `png`, `svg` or `pdf`; `mark` says what it shows."""
    salt = {"svg.hashsalt": f"driftsim {figure.get_label()}"}  # so that a page can hold many
    about = METADATA[suffix] | ({KEY: mark} if mark and suffix == "png" else {})
    with styled(**salt), io.BytesIO() as file:
        figure.savefig(file, format=suffix, metadata=about)
        content = file.getvalue()
    return compact(numbered(content, figure.get_label()), mark) if suffix == "svg" else content


def numbered(svg, name):
    """An SVG whose clips have numbers as ids: their places may differ in the last digit."""
    ids = {
        old: f"{name}-clip-{i}".encode() for i, old in enumerate(dict.fromkeys(CLIP.findall(svg)))
    }
    return CLIP.sub(lambda found: ids[found[0]], svg)


def compact(svg, mark=""):
    """An SVG with classes instead of ids of groups, since names repeat, and with fewer digits."""
    svg = GROUP.sub(with_class, svg)
    if mark:
        svg = svg.replace(b"\n", f"\n<!-- driftsim {mark} -->\n".encode(), 1)
    return OUTLINE.sub(lambda found: DIGITS.sub(rb"\1", found[0]), svg)


def with_class(found):
    """The start of a group with its name as a class; matplotlib's numbered names are left out."""
    return b"<g" if NUMBERED.fullmatch(found[1]) else b'<g class="%b"' % found[1]
