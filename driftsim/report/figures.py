"""Figures: the curves of a study, drawn."""

import numpy as np
from matplotlib import rc_context
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

STYLE = {
    "svg.fonttype": "none",  # text stays text
    "svg.hashsalt": "driftsim",  # the same figure has the same bytes
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
}
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#7A5C00", "#56B4E9", "#E69F00", "#555555")
DASHES = ("-", (0, (5, 1.5)), (0, (1.5, 1)), (0, (6, 1.5, 1.5, 1.5)), (0, (3, 1, 1, 1, 1, 1)))
GROUNDS = ("#ffffff", "#e4e4e4", "#dcebf7", "#fbe9d9", "#e0f2e9", "#f6e3ee")  # of the concepts
ACROSS = 3  # small multiples side by side
NAMED_VISITS = 8  # concepts are named in a panel if they rule no more often
LEGEND_ROW = 4  # lines
FROM_ZERO = ("error", "excess_error", "mae", "rmse", "excess_mse", "brier", "log_loss")


def curves(results):
    """Each metric over the stream, a line a contender; a panel for each setting of a sweep."""
    variants = results.study.variants
    metrics = variants[0].scenario.metrics
    across = min(len(variants), ACROSS)
    down = -(-len(variants) // across)
    with rc_context(STYLE):
        width = 8 if across == 1 else 3.4 * across
        figure = Figure(figsize=(width, 0.5 + 2.7 * down * len(metrics)), layout="constrained")
        blocks = figure.subplots(down * len(metrics), across, squeeze=False)
        for i, metric in enumerate(metrics):
            block = blocks[i * down : (i + 1) * down].ravel()
            frame = results.curves(metric)
            for panel, variant in zip(block, variants):
                draw(panel, results, variant, frame, top=i == 0)
                panel.set_title(variant.title, fontsize="medium", pad=14 if i == 0 else 6)
            for panel in block[len(variants) :]:
                panel.set_axis_off()
            for panel in block[::across]:
                panel.set_ylabel(metric.replace("_", " "))
            level(block[: len(variants)], zero=metric in FROM_ZERO)
        for panel in blocks[-1]:
            panel.set_xlabel("row of the stream")
        legend(figure, blocks.ravel())
        return figure


def draw(panel, results, variant, frame, top):
    """The curves of one setting in a panel."""
    setting = dict(zip(results.swept, variant.setting.values()))
    for name, value in setting.items():
        frame = frame[[one == value for one in frame[name]]]
    played = [one for one in results.traces() if one.setting == setting]
    stream = variant.scenario.stream
    panel.set_xlim(variant.scenario.evaluation.warmup, stream.length)
    panel.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:,.0f}"))
    panel.xaxis.set_major_locator(MaxNLocator(5 if len(results.study.variants) == 1 else 3))
    if not played:
        panel.text(0.5, 0.5, "every run failed", ha="center", transform=panel.transAxes)
        return
    shade(panel, played[0].truth, list(stream.concepts) if top else [])
    retrained = 0
    for i, name in enumerate(variant.scenario.models):
        colour, dashes = COLOURS[i % len(COLOURS)], DASHES[i % len(DASHES)]
        curve = frame[frame.contender == name]
        if len(curve):
            line(panel, curve, name, color=colour, linestyle=dashes)
            one = next(one for one in played if one.contender == name)
            retrained += ticks(panel, one, retrained, colour)
    oracle = frame[frame.contender == "oracle"]
    if "oracle" not in variant.scenario.models and oracle["mean"].notna().any():
        line(panel, oracle, "oracle (the best possible)", color="black", linestyle=":", linewidth=1)
    for change in stream.changes(0):
        panel.axvline(change.centre, color="black", linewidth=0.5, alpha=0.5, zorder=0.5)


def line(panel, curve, label, **style):
    """The mean over seeds, each value over the rows of its window, and the range of the seeds."""
    edges = np.append(curve["first_row"].to_numpy(), curve["last_row"].iloc[-1] + 1)
    mean, low, high = (np.append(c, c[-1]) for c in curve[["mean", "low", "high"]].to_numpy().T)
    panel.step(edges, mean, where="post", label=label, **{"linewidth": 1.4} | style)
    if curve["seeds"].iloc[0] > 1:
        band = {"color": style["color"], "alpha": 0.15, "linewidth": 0}
        panel.fill_between(edges, low, high, step="post", **band)


def ticks(panel, played, place, colour):
    """A tick at the foot of the panel wherever a contender was retrained, with the first seed.

    Tells whether there was any, and hence a row of them.
    """
    columns = played.trace.columns
    rows = columns["first_row"][1:][columns["fits"][1:] > 0]
    style = {"transform": panel.get_xaxis_transform(), "color": colour, "gid": "retrained"}
    height = np.full(len(rows), foot(place) + 0.02)
    panel.plot(rows, height, "|", markersize=4.5, markeredgewidth=0.8, **style)
    return len(rows) > 0


def shade(panel, truth, names):
    """The ground in the shade of the concept that rules; through a ramp, in between.

    Concepts are named above where each rules alone, if that is not too often.
    """
    columns = truth.columns
    shares = np.round(columns["concept"] / columns["rows"][:, None] * 20) / 20
    starts = np.flatnonzero(np.r_[True, (shares[1:] != shares[:-1]).any(axis=1)])
    shares, edges = shares[starts], [*columns["first_row"][starts], columns["last_row"][-1] + 1]
    tones = np.array([to_rgb(GROUNDS[i % len(GROUNDS)]) for i in range(shares.shape[1])])
    for share, left, right in zip(shares, edges, edges[1:]):
        panel.axvspan(left, right, color=share @ tones / share.sum(), linewidth=0, zorder=0)
    visits = [
        (share.argmax(), i) for i, share in enumerate(shares) if share.max() == 1 == share.sum()
    ]
    if not names or not 1 < len(visits) <= NAMED_VISITS:
        return
    style = {"ha": "center", "va": "bottom", "fontsize": "small", "color": "#444444"}
    for concept, i in visits:
        middle = (edges[i] + edges[i + 1]) / 2
        panel.text(middle, 1.0, names[concept], transform=panel.get_xaxis_transform(), **style)


def level(panels, zero):
    """The same scale for panels that show the same, with room at the foot for rows of ticks."""
    marks = [[line for line in panel.lines if line.get_gid() == "retrained"] for panel in panels]
    rows = max(sum(len(line.get_xdata()) > 0 for line in lines) for lines in marks)
    low, high = zip(*(panel.get_ylim() for panel in panels))
    low, high = 0.0 if zero else min(low), max(high)
    room = foot(rows + 0.5) if rows else 0.02
    for panel in panels:
        panel.set_ylim(low - (high - low) * room / (1 - room), high)
        panel.set_yticks([y for y in panel.get_yticks() if low <= y <= high])


def foot(place):
    """How high a row of ticks stands, as a share of the panel."""
    return 0.035 * min(place, 10)


def legend(figure, panels):
    """One legend for all panels, above them."""
    lines = {}
    for panel in panels:
        for drawn, name in zip(*panel.get_legend_handles_labels()):
            lines.setdefault(name, drawn)
    figure.legend(
        lines.values(), lines.keys(), loc="outside upper center",
        ncols=min(len(lines), LEGEND_ROW), frameon=False, handlelength=3,
    )  # fmt: skip
