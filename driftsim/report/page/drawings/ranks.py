"""Rank drawings: mean ranks over the settings of a sweep, with the critical difference."""

from collections.abc import Iterator

from driftsim.report.figure_data.looks import Look, short
from driftsim.report.figure_data.ranks import Ranks, groups
from driftsim.report.figure_data.ranks import ranks as rank_data
from driftsim.report.figure_data.view import View
from driftsim.report.page.drawings.marks import mark
from driftsim.report.page.drawings.panels import (
    NARROW,
    WIDE,
    Box,
    Drawing,
    Layout,
    Scale,
    panel_title,
    row_middle,
    row_name,
    row_room,
)
from driftsim.report.page.drawings.scales import Tick
from driftsim.report.page.drawings.svg import (
    LEADING,
    SMALL,
    digits,
    element,
    line,
    text,
    text_width,
    wrapped,
)

NAME, BAR = 20, 8  # pixels of a name, and of a bar that joins equal contenders
LENGTH, HEAD = 440, 84  # pixels, of the scale and of what stands above it
MOST_NUMBERED = 16  # ranks; of more, every other one has its number


def ranks(view: View, layout: Layout = WIDE) -> Drawing | None:
    """A scale of mean ranks for each report with a sweep; bars join what does not differ."""
    found = rank_data(view)
    if found is None:
        return None
    names = [f"{short(name)}  9.99" for one in found for name in one.names]
    side = max(map(text_width, names)) + 18 if layout.beside else 12
    length = LENGTH if layout.beside else layout.width - 2 * side
    parts, top = list[str](), 0.0
    for one in found:
        head = HEAD + (len(lines_of(one, layout)) - 1) * SMALL * LEADING
        box = Box(side, top + head, side + length, top + head)
        parts += panel_title(box, one.title, head - 16) if one.title else []
        parts += scale(one, box, layout)
        parts += (contenders if layout.beside else rows)(view, one, box)
        n = len(one.names)
        names_high = NAME * -(-n // 2) if layout.beside else row_room(NAME, layout) * n
        top += head + 22 + BAR * len(groups(one.ranks, one.critical)) + names_high
    words = max(text_width(one.words, SMALL) for one in found) if layout.beside else 0
    return Drawing(max(2 * side + length, side + words), top, parts)


def rows(view, one: Ranks, box: Box) -> Iterator[str]:
    """A row for each contender, the best first: its name, and a mark at its rank."""
    x, top = scale_of(one, box), box.top + 10 + BAR * len(groups(one.ranks, one.critical))
    area = box._replace(top=top)
    for i, (name, rank) in enumerate(zip(one.names, one.ranks)):
        y, look = row_middle(area, i, NAME, NARROW), view.looks[name]
        yield row_name(area, y, f"{short(name)}  {rank:.2f}", NAME, NARROW)
        yield line(box.left, y, box.right, y, class_="grid")
        yield mark(look.marker, float(x(rank)), y, look.colour)


def scale_of(one: Ranks, box: Box) -> Scale:
    """The scale of ranks, from 1."""
    return Scale(1, float(one.last), box.left, box.right)


def lines_of(one: Ranks, layout: Layout) -> list[str]:
    """What the ranks are of, on as many lines as there is room for."""
    return [one.words] if layout.beside else wrapped(one.words, layout.width - 24, SMALL)


def scale(one: Ranks, box: Box, layout: Layout) -> Iterator[str]:
    """The scale, the critical difference above it, and bars that join what does not differ."""
    x, y = scale_of(one, box), box.top
    yield line(box.left, y, box.right, y, class_="rule")
    for rank in range(1, int(one.last) + 1):
        yield line(x(rank), y - 5, x(rank), y, class_="rule")
        if one.last <= MOST_NUMBERED or rank % 2:
            yield text(Tick(rank, str(rank)).text, x(rank), y - 9, "middle")
    high, end = y - 42, float(x(one.end))
    d = f"M{digits(box.left)} {high - 4}v8m0 -4H{digits(end)}m0 -4v8"
    yield element("path", d=d, class_="rule critical")
    for i, words in enumerate(reversed(lines_of(one, layout))):
        yield text(words, box.left, high - 9 - i * SMALL * LEADING, class_="small")
    for i, (low, high) in enumerate(groups(one.ranks, one.critical)):
        at = y + 10 + BAR * i
        yield line(x(low) - 3, at, x(high) + 3, at, class_="alike")


def contenders(view, one: Ranks, box: Box) -> Iterator[str]:
    """The name of each contender at a side, and a line from it to its rank."""
    half, x = -(-len(one.names) // 2), scale_of(one, box)
    top = box.top + 18 + BAR * len(groups(one.ranks, one.critical))
    for i, (name, rank) in enumerate(zip(one.names, one.ranks)):
        left = i < half
        y = top + NAME * (i if left else len(one.names) - 1 - i)
        yield from contender(name, rank, float(x(rank)), y, left, box, view.looks[name])


def contender(
    name: str, rank: float, x: float, y: float, left: bool, box: Box, look: Look
) -> Iterator[str]:
    """A name with its rank, and the line that leads there."""
    end = box.left - 8 if left else box.right + 8
    d = f"M{x:.1f} {digits(box.top)}V{digits(y)}H{digits(end)}"
    yield element("path", d=d, class_="rank", stroke=look.colour)
    words = f"{short(name)}  {rank:.2f}" if left else f"{rank:.2f}  {short(name)}"
    anchor = "end" if left else ""
    yield text(words, end - 4 if left else end + 4, y, anchor, dy="0.35em", class_="named")
