"""Stream drawings: which concepts rule when, and rows in two features, small enough for a cell."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from driftsim.report.figure_data.looks import BACKGROUNDS, COLOURS, INK, shade
from driftsim.report.figure_data.sketches import Course, Panel, Sketch
from driftsim.report.page.drawings.svg import band_path, element, line, rectangle, text
from driftsim.rows import Schema

LONG, HIGH = 1_000, 30  # units of the course of a stream, which is drawn as wide as there is room
SIDE, EDGE, FOOT = 190, 12, 20  # pixels of a panel, beside it, and below it
MARKS = ("h0", "m-2-2l4 4m0-4l-4 4", "m-2.5 0h5m-2.5-2.5v5", "m-2.5 0h5", "m0-2.5v5")  # of groups
WEIGHTS = (4.2, 1.4, 1.4, 1.8, 1.8)  # pixels of their strokes
RAMP = ("#d37d00", "#8f8f8f", "#0072b2")  # of numbers
MOST_NAMED, LONGEST = 10, 24  # groups in a legend, and characters of a name below a panel


class Key(NamedTuple):
    """A group of rows in a legend."""

    svg: str
    name: str


def course_drawing(along: Course) -> str:
    """How likely each concept is along a stream, as areas one upon the other."""
    last = along.edges[-1]
    x = LONG * along.edges / last
    tops = HIGH * (1 - np.cumsum(np.column_stack([0 * along.shares[:, 0], along.shares]), axis=1))
    ends = np.vstack([tops, tops[-1]]).T
    parts = [
        element("path", d=band_path(x, low, high, True), fill=ground(i))
        for i, (low, high) in enumerate(pairwise(ends))
    ]
    fixed = {"vector_effect": "non-scaling-stroke", "class_": "change"}
    parts += [line(LONG * at / last, 0, LONG * at / last, HIGH, **fixed) for at in along.changes]
    frame = {"fill": "none", "stroke": INK, "vector_effect": "non-scaling-stroke"}
    return element(
        "svg", *parts, rectangle(0, 0, LONG, HIGH, **frame), class_="plot course", role="img",
        viewBox=f"0 0 {LONG} {HIGH}", preserveAspectRatio="none", height=HIGH,
        aria_label="Which concepts rule along the stream",
    )  # fmt: skip


def ground(i: int) -> str:
    """The colour behind a concept."""
    return BACKGROUNDS[i % len(BACKGROUNDS)]


def concept_key(i: int) -> str:
    """The sample of a concept in a legend."""
    sample = rectangle(0.5, 0.5, 15.5, 11.5, fill=ground(i), stroke=INK, stroke_width=0.5)
    return element("svg", sample, class_="plot key", width=16, height=12, aria_hidden="true")


def panel_drawing(one: Panel, found: Sketch, schema: Schema) -> str:
    """Rows of a concept as marks by their class, or the part that their label is in."""
    right, low = EDGE + SIDE, EDGE + SIDE
    parts = [rectangle(EDGE, EDGE, right, low, fill=ground(one.concept), stroke=INK)]
    places = EDGE + 5 + (SIDE - 10) * np.column_stack([one.places[:, 0], 1 - one.places[:, 1]])
    for group in np.unique(one.groups).tolist():
        own = places[one.groups == group].round(1).tolist()
        d = "".join(f"M{x:g} {y:g}{MARKS[group % len(MARKS)]}" for x, y in own)
        parts.append(mark(d, group, found, schema))
    across, up = found.columns
    parts.append(text(brief(schema.names[across]), (EDGE + right) / 2, low + 15, "middle"))
    if up is not None:
        turned = f"translate(8 {(EDGE + low) / 2:.0f}) rotate(-90)"
        parts.append(text(brief(schema.names[up]), 0, 0, "middle", transform=turned))
    width, height = right + 2, low + FOOT
    return element(
        "svg", *parts, class_="plot", role="img", width=width, height=height,
        viewBox=f"0 0 {width} {height}", aria_label=f"{len(places)} rows in two features",
    )  # fmt: skip


def mark(d: str, group: int, found: Sketch, schema: Schema) -> str:
    """The marks of a group of rows."""
    colour = COLOURS[group % len(COLOURS)]
    if schema.regression:
        colour = shade(group / max(len(found.groups) - 1, 1), RAMP)
    style = {"fill": "none", "stroke": colour, "stroke_linecap": "round"}
    return element("path", d=d, stroke_width=WEIGHTS[group % len(WEIGHTS)], **style)


def keys(found: Sketch, schema: Schema) -> list[Key]:
    """The legend of the groups of rows."""
    made = []
    for group, name in enumerate(found.groups[:MOST_NAMED]):
        sample = mark(f"M8 6{MARKS[group % len(MARKS)]}", group, found, schema)
        svg = element("svg", sample, class_="plot key", width=16, height=12, aria_hidden="true")
        made.append(Key(svg, name))
    return made


def brief(name: str) -> str:
    """A name without its end, where it is long."""
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"


def columns_in_words(schema: Schema, most: int = 40) -> Sequence[str]:
    """The features of a stream, each by its name and what it holds."""
    found = [
        f"{name}: {schema.nominal[j]:,} values" if j in schema.nominal else f"{name}: numeric"
        for j, name in enumerate(schema.names[:most])
    ]
    more = len(schema.names) - most
    return [*found, f"… and {more:,} more"] if more > 0 else found
