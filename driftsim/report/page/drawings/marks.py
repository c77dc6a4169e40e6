"""Marks: the signs of contenders at points of a drawing."""

from driftsim.report.page.drawings.svg import digits, element

SHAPES = {  # around (0, 0), of about the same area
    "o": "M-3.4 0a3.4 3.4 0 1 0 6.8 0a3.4 3.4 0 1 0 -6.8 0Z",
    "s": "M-3 -3H3V3H-3Z",
    "^": "M0 -4L3.8 3.2H-3.8Z",
    "v": "M0 4L3.8 -3.2H-3.8Z",
    "<": "M-4 0L3.2 -3.8V3.8Z",
    ">": "M4 0L-3.2 -3.8V3.8Z",
    "D": "M0 -4.2L4.2 0L0 4.2L-4.2 0Z",
    "P": "M-1.4 -4H1.4V-1.4H4V1.4H1.4V4H-1.4V1.4H-4V-1.4H-1.4Z",
    "X": "M-4 -2L-2 -4L0 -2L2 -4L4 -2L2 0L4 2L2 4L0 2L-2 4L-4 2L-2 0Z",
    "p": "M0 -4L3.8 -1.2L2.4 3.3H-2.4L-3.8 -1.2Z",
}


def mark(shape: str, x: float, y: float, colour: str | None, hollow: bool = False, **more) -> str:
    """A sign at a place, filled with its colour or `hollow`."""
    place = f"translate({digits(x)} {digits(y)})"
    fill = {"class_": "hollow", "stroke": colour} if hollow else {"fill": colour}
    return element("path", d=SHAPES[shape], transform=place, **fill, **more)
