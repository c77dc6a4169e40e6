"""Rank drawings: mean ranks over the settings of a sweep, with the critical difference."""

from collections.abc import Iterator

from driftsim.report.figure_data.looks import Look, short
from driftsim.report.figure_data.ranks import Ranks, groups
from driftsim.report.figure_data.ranks import ranks as rank_data
from driftsim.report.figure_data.view import View
from driftsim.report.page.drawings.panels import Box, Drawing, Scale, panel_title
from driftsim.report.page.drawings.scales import Tick
from driftsim.report.page.drawings.svg import SMALL, digits, element, line, text, text_width

NAME, BAR = 20, 8  # pixels of a name, and of a bar that joins equal contenders
LENGTH, HEAD = 440, 84  # pixels, of the scale and of what stands above it
MOST_NUMBERED = 16  # ranks; of more, every other one has its number


def ranks(view: View) -> Drawing | None:
    """A scale of mean ranks for each report with a sweep; bars join what does not differ."""
    found = rank_data(view)
    if found is None:
        return None
    names = [f"{short(name)}  9.99" for one in found for name in one.names]
    side = max(map(text_width, names)) + 18
    parts, top = list[str](), 0.0
    for one in found:
        box = Box(side, top + HEAD, side + LENGTH, top + HEAD)
        parts += panel_title(box, one.title, HEAD - 16) if one.title else []
        parts += scale(one, box)
        parts += contenders(view, one, box)
        top += (
            HEAD + 22 + BAR * len(groups(one.ranks, one.critical)) + NAME * -(-len(one.names) // 2)
        )
    words = max(text_width(one.words, SMALL) for one in found)
    return Drawing(max(2 * side + LENGTH, side + words), top, parts)


def scale_of(one: Ranks, box: Box) -> Scale:
    """The scale of ranks, from 1."""
    return Scale(1, float(one.last), box.left, box.right)


def scale(one: Ranks, box: Box) -> Iterator[str]:
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
    yield text(one.words, box.left, high - 9, class_="small")
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
