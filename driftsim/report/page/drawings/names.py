"""Names: those of lines beside their ends, and of points near them, without overlap."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from driftsim.report.figure_data.label_placement import Box as Place
from driftsim.report.figure_data.label_placement import free_box, in_turn, needs_line, spread
from driftsim.report.figure_data.looks import inked, short
from driftsim.report.page.drawings.panels import Box
from driftsim.report.page.drawings.svg import SMALL, line, text, text_width

NEAR, SAMPLE = 10, 24  # pixels from a panel to a sample of a line, and of the sample
APART = 15  # pixels from a name to the next
HIGH = 12  # pixels of a name beside a point


class End(NamedTuple):
    """Where a line ends, and how it looks."""

    x: float
    y: float
    style: dict[str, str | None]


def room_beside(names: Sequence[str]) -> float:
    """How many pixels names take beside a panel."""
    return NEAR + SAMPLE + 14 + max([text_width(short(name)) for name in names], default=0)


def names_beside(box: Box, ends: Mapping[str, End]) -> Iterator[str]:
    """Names at the right of a panel, each with a sample of its line, joined to its end."""
    height = box.bottom - box.top
    wanted = np.array([(one.y - box.top) / height for one in ends.values()])
    near = box.right + NEAR
    for (name, end), share in zip(ends.items(), spread(wanted, APART / height)):
        y = box.top + share * height
        yield line(end.x, end.y, near, y, class_="leader", stroke=end.style.get("stroke"))
        yield line(near, y, near + SAMPLE, y, class_="line", **end.style)
        yield text(short(name), near + SAMPLE + 6, y, dy="0.35em", class_="named")


def names_near(
    box: Box,
    points: Mapping[str, tuple[float, float]],
    colours: Mapping[str, str],
    taken: Sequence[Place],
) -> Iterator[str]:
    """The name of each point near it in its colour, inside a panel, off all that is `taken`.

    A thin line leads to a name that stands farther away, or near other points. What is taken are
    boxes (left, top, right, bottom).
    """
    full: list[Place] = [upright((x - 5, y - 5, x + 5, y + 5)) for x, y in points.values()]
    full += map(upright, taken)
    area, marks = upright(box[:4]), {name: (x, -y) for name, (x, y) in points.items()}
    for name in in_turn(marks):
        width = text_width(short(name), SMALL)
        place = free_box(marks[name], width, HIGH, full, area, others=[*marks.values()])
        full.append((place[0] - 2, place[1] - 1, place[2] + 2, place[3] + 1))
        left, top, right, bottom = upright(place)
        if needs_line(name, place, marks, 9):
            x, y = points[name]
            end = min(max(x, left), right), min(max(y, top), bottom)
            yield line(x, y, *end, class_="leader", stroke=colours[name])
        hue = f"fill: {inked(colours[name])}"
        yield text(short(name), left, bottom - 2.5, class_="small named", style=hue)


def upright(box: Place) -> Place:
    """A box of a drawing, where y goes down, as one where it goes up; or back."""
    left, top, right, bottom = box
    return left, -bottom, right, -top
