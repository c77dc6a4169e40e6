"""Panels: grids of them, their scales, their grounds and their legends."""

from textwrap import wrap

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from driftsim.report.figures.style import GROUNDS, INK, grouped, short

ACROSS = 3  # small multiples side by side
WIDE, NARROW = 8, 3.4  # inches
LINE, LETTERS = 0.15, 12.5  # inches of a line of a title, and its letters to an inch
NAMED_VISITS = 8  # concepts are named in a panel if they rule no more often
LEGEND_ROW = 6  # lines
ALONE = 0.98  # the share of rows of a concept that rules alone
MOST_GROUNDS = 400  # stretches of a panel that have a shade of their own
MOST_CHANGES = 400  # of a panel that have a line of their own


def grid(rows, n, height, across=ACROSS, titles=()):
    """A figure, and for each of `rows` blocks `n` panels, side by side in lines of a few.

    Panels are higher by what their `titles` take beyond a line.
    """
    across = min(n, across if n != 4 else min(across, 2))
    down = -(-n // across)
    width = WIDE if across == 1 else NARROW * across
    height += LINE * more(titles, width / across)
    figure = Figure(figsize=(width, 0.2 + height * down * rows), layout="constrained")
    panels = figure.subplots(down * rows, across, squeeze=False)
    blocks = [panels[i * down : (i + 1) * down].ravel() for i in range(rows)]
    for block in blocks:
        for panel in block[n:]:
            panel.set_axis_off()
    return figure, [block[:n] for block in blocks]


def entitle(panel, title, pad=6):
    """Give a panel a title, on as many lines as it needs."""
    across = panel.get_subplotspec().get_gridspec().ncols
    panel.set_title(broken(title, panel.figure.get_figwidth() / across), pad=pad)


def broken(title, width):
    """A title on lines for a panel of so many inches."""
    most = max(int((width - 0.4) * LETTERS), 10)
    return "\n".join(line for part in title.split("\n") for line in wrap(part, most))


def more(titles, width):
    """How many lines the longest of titles takes beyond the first."""
    return max([broken(title, width).count("\n") for title in titles], default=0)


def frozen(figure):
    """A figure whose panels have found their places, and keep them."""
    figure.get_layout_engine().execute(figure)
    figure.set_layout_engine("none")
    for panel in figure.axes:
        uncrowded([text for text in panel.texts if text.get_gid() == "concept"])
    return figure


def ruler(figure):
    """What measures texts, made once a figure: it is as large as the picture."""
    known = isinstance(figure.canvas, FigureCanvasAgg)
    return (figure.canvas if known else FigureCanvasAgg(figure)).get_renderer()


def uncrowded(texts):
    """Take out each of some texts, from left to right, that would touch the one before."""
    end = -np.inf
    for text in texts:
        box = text.get_window_extent(ruler(text.figure))
        if box.x0 < end + 4:
            text.remove()
        else:
            end = box.x1


def along(panel, scene, ticks):
    """Let a panel run along the stream of a scene."""
    panel.set_xlim(scene.variant.scenario.evaluation.warmup, scene.stream.length)
    panel.xaxis.set_major_formatter(grouped())
    panel.xaxis.set_major_locator(MaxNLocator(ticks))


def below(block, label):
    """A label below those panels of a block that have none below them."""
    across = block[0].get_subplotspec().get_gridspec().ncols
    for panel in block[-across:]:
        panel.set_xlabel(label)


def drawable(stream):
    """The changes of a stream, or none where they are too many to be told apart in a picture."""
    changes = stream.changes(0)
    return changes if len(changes) <= MOST_CHANGES else []


def changes(panel, stream):
    """A thin line through the middle of each change."""
    for change in drawable(stream):
        panel.axvline(change.centre, color="black", linewidth=0.5, alpha=0.5, zorder=0.5)


def shade(panel, truth):
    """The ground in the shade of the concept that rules; through a ramp, in between."""
    edges, shares = grounds(truth.columns)
    tones = np.array([to_rgb(GROUNDS[i % len(GROUNDS)]) for i in range(shares.shape[1])])
    for tone, left, right in zip(shares @ tones, edges, edges[1:]):
        panel.axvspan(left, right, color=np.clip(tone, 0, 1), linewidth=0, zorder=0)


def concepts(panel, scene):
    """The name of each concept above where it rules alone, if that is not too often."""
    if not scene.played:
        return
    edges, shares = grounds(scene.played[0].truth.columns)
    visits = [(share.argmax(), i) for i, share in enumerate(shares) if share.max() > ALONE]
    if not 1 < len(visits) <= NAMED_VISITS:
        return
    style = {"ha": "center", "va": "bottom", "fontsize": "small", "color": "#444444"}
    style |= {"transform": panel.get_xaxis_transform(), "gid": "concept"}
    for concept, i in visits:
        name = list(scene.stream.concepts)[concept]
        panel.text((edges[i] + edges[i + 1]) / 2, 1.0, short(name), **style)


def grounds(columns):
    """The stretches of a stream that concepts share alike: edges (n + 1,), shares (n, k)."""
    shares = np.round(columns["concept"] / columns["rows"][:, None] * 20) / 20
    starts = np.flatnonzero(np.r_[True, (shares[1:] != shares[:-1]).any(axis=1)])
    if len(starts) > MOST_GROUNDS:
        starts = np.arange(0, len(shares), -(-len(shares) // MOST_GROUNDS))
    rows = np.add.reduceat(columns["rows"], starts)
    shares = np.add.reduceat(columns["concept"], starts, axis=0) / rows[:, None]
    return [*columns["first_row"][starts], columns["last_row"][-1] + 1], shares


def level(panels, zero, room=0.02):
    """The same scale for panels that show the same, with some room at the foot."""
    low, high = zip(*(panel.get_ylim() for panel in panels))
    low, high = 0.0 if zero else min(low), max(high)
    for panel in panels:
        panel.set_ylim(low - (high - low) * room / (1 - room), high)
        panel.set_yticks([y for y in panel.get_yticks() if low <= y <= high])


def legend(figure, lines, place="outside upper center", columns=LEGEND_ROW):
    """One legend for all panels, as wide as there is room; names are written as they are."""
    above = "upper" in place
    style = {"handlelength": 3, "fontsize": "medium" if above else "small"}
    style |= {"frameon": False, "labelcolor": INK, "loc": place}
    for ncols in range(min(len(lines), columns), 0, -1):
        made = figure.legend(lines.values(), ["…"] * len(lines), ncols=ncols, **style)
        for text, name in zip(made.get_texts(), lines):
            text.set_text(name)  # a label that begins with _ would be left out above
        box = made.get_window_extent(ruler(figure))
        if ncols == 1 or box.width < 0.98 * figure.bbox.width:
            figure.set_figheight(figure.get_figheight() + box.height / figure.dpi)
            return made
        made.remove()


def keyed(figure, keys):
    """What marks mean, below all panels."""
    lines = {name: Line2D([0], [0], **style) for name, style in keys.items()}
    return legend(figure, lines, "outside lower center", len(lines))
