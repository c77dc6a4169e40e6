"""Ranks: mean ranks over the settings of a sweep, with the critical difference (Demšar 2006)."""

import numpy as np
from matplotlib.figure import Figure

from driftsim.report.amounts import title
from driftsim.report.figures.panels import frozen, set_title
from driftsim.report.figures.style import INK, short

NAME, BAR = 0.21, 0.09  # inches of a name, and of a bar that joins equal contenders
WIDTH, HEAD = 8, 1.0  # inches, of the figure and of what stands above its names
EQUAL = {"color": INK, "linewidth": 3.5, "solid_capstyle": "butt", "gid": "alike"}


def ranks(view):
    """A scale of mean ranks for each report with a sweep; bars join what does not differ."""
    frames = {
        name: results.tables.ranks.among("contender", view.names)
        for name, results in view.reports.items()
    }
    frames = {name: frame for name, frame in frames.items() if len(frame) > 1}
    if not frames:
        return None
    heights = [height(frame) for frame in frames.values()]
    figure = Figure(figsize=(WIDTH, sum(heights)), layout="constrained")
    ratios = {"height_ratios": heights}
    panels = figure.subplots(len(frames), 1, squeeze=False, gridspec_kw=ratios).ravel()
    for panel, (name, frame) in zip(panels, frames.items()):
        set_title(panel, name)
        plot_ranks(panel, view, frame)
    return frozen(figure)


def height(frame):
    """How many inches the scale of a frame takes."""
    return HEAD + NAME * -(-len(frame) // 2) + BAR * len(groups(frame))


def plot_ranks(panel, view, frame):
    """Plot a scale, and a line from each contender's name to its rank; in inches from the top."""
    first, last = 1, max(np.ceil(frame["rank"].max()), 2)
    panel.set(xlim=(first, last), ylim=(height(frame), 0))
    panel.set_axis_off()
    plot_scale(panel, first, last, next(frame.rows()))
    bars = groups(frame)
    for i, (low, high) in enumerate(bars):
        y = HEAD - 0.22 + BAR * i
        reach = 0.006 * (last - first)
        panel.plot([low - reach, high + reach], [y, y], clip_on=False, **EQUAL)
    half = -(-len(frame) // 2)
    top = HEAD - 0.1 + BAR * len(bars)
    for i, one in enumerate(frame.rows()):
        left = i < half
        y = top + NAME * (i if left else len(frame) - 1 - i)
        plot_rank(panel, one, y, left, view.looks[one["contender"]])


def plot_scale(panel, first, last, ranks):
    """Plot the scale, and the critical difference above it; `ranks` is a row of the frame."""
    critical, p = ranks["critical"], ranks["p"]
    line = {"color": INK, "linewidth": 1, "clip_on": False}
    panel.plot([first, last], [HEAD - 0.35] * 2, **line)
    for rank in np.arange(first, last + 1):
        panel.plot([rank, rank], [HEAD - 0.42, HEAD - 0.35], **line)
        if last - first < 16 or rank % 2:
            panel.text(rank, HEAD - 0.45, f"{rank:.0f}", ha="center", va="bottom")
    end = min(first + critical, last)
    panel.plot([first, end], [0.2, 0.2], marker="|", gid="critical", **line)
    wider = "" if end == first + critical else ", wider than the scale"
    words = f"critical difference {critical:.2f} (Nemenyi, 95 %){wider}"
    words += f"; {ranks['test']}: p {f'= {p:.2g}' if p >= 0.0001 else '< 0.0001'}"
    words = f"ranks by {title(ranks['metric'])}; {words}"
    panel.text(first, 0.12, words, ha="left", va="bottom", fontsize=8, color=INK)


def plot_rank(panel, one, y, left, look):
    """Plot the name of a contender at one side, and a line from it to its rank."""
    sides = panel.get_yaxis_transform()
    low, high = panel.get_xlim()
    place, end = (one["rank"] - low) / (high - low), -0.01 if left else 1.01
    style = {"color": look.colour, "linewidth": 1, "clip_on": False, "transform": sides}
    panel.plot([place, place, end], [HEAD - 0.35, y, y], gid="rank", **style)
    name, rank = short(one["contender"]), f"{one['rank']:.2f}"
    words = f"{name}  {rank}" if left else f"{rank}  {name}"
    where = {"ha": "right" if left else "left", "va": "center_baseline", "transform": sides}
    panel.text(end + (-0.005 if left else 0.005), y, words, gid="name", color=INK, **where)


def groups(frame):
    """The widest ranges of ranks (low, high), of two contenders or more, that do not differ."""
    ranks, critical = np.sort(frame["rank"]), frame["critical"][0]
    ends = [int(np.flatnonzero(ranks - rank <= critical)[-1]) for rank in ranks]
    kept = [(i, end) for i, end in enumerate(ends) if end > i and (i == 0 or end > ends[i - 1])]
    return [(ranks[i], ranks[end]) for i, end in kept]
