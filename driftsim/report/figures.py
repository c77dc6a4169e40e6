"""Figures: the curves of a study, drawn."""

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

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
NAMED_VISITS = 8  # concepts are named in the figure if there are no more of them


def curves(results):
    """Each metric over the stream, a line a contender; a panel for each setting of a sweep."""
    with rc_context(STYLE):
        variants, metrics = results.study.variants, results.study.variants[0].scenario.report.metrics
        across = min(len(variants), ACROSS)
        down = -(-len(variants) // across)
        figure = Figure(figsize=(8 if across == 1 else 3.4 * across, down * len(metrics) * 2.6 + 0.6))
        panels = figure.subplots(
            down * len(metrics), across, sharex=True, sharey="row" if across == 1 else False, squeeze=False
        )
        for i, metric in enumerate(metrics):
            frame = results.curves(metric)
            for j in range(down * across):
                panel = panels[i * down + j // across, j % across]
                if j >= len(variants):
                    panel.set_axis_off()
                    continue
                draw(panel, results, variants[j], frame, metric)
                panel.set_title(variants[j].title, fontsize="medium", pad=12)
                if j % across == 0:
                    panel.set_ylabel(metric.replace("_", " "))
            level([p for p in panels[i * down : (i + 1) * down].flat if p.axison])
        for panel in panels[-1]:
            panel.set_xlabel("row of the stream")
        lines = dict(zip(*reversed(panels[0, 0].get_legend_handles_labels())))
        figure.legend(
            lines.values(), lines.keys(), loc="upper center", ncols=min(len(lines), 4), frameon=False,
            bbox_to_anchor=(0.5, 1.0), handlelength=3,
        )  # fmt: skip
        rows = -(-len(lines) // 4)
        figure.tight_layout(rect=(0, 0, 1, 1 - (0.1 + 0.2 * rows) / figure.get_figheight()))
        return figure


def draw(panel, results, variant, frame, metric):
    """The curves of one setting in a panel."""
    for name, value in zip(results.swept, variant.setting.values()):
        frame = frame[[same(one, value) for one in frame[name]]]
    played = [one for one in results.traces() if list(one.setting.values()) == list(variant.setting.values())]
    if not played:
        panel.text(0.5, 0.5, "every run failed", ha="center", transform=panel.transAxes)
        return
    shade(panel, played[0].truth, list(variant.scenario.stream.concepts))
    for i, name in enumerate(variant.scenario.models):
        curve = frame[frame.contender == name]
        if len(curve):
            line(panel, curve, name, color=COLOURS[i % len(COLOURS)], linestyle=DASHES[i % len(DASHES)])
            ticks(panel, [one for one in played if one.contender == name], i)
    oracle = frame[frame.contender == "oracle"]
    if len(oracle) and oracle["mean"].notna().any():
        line(panel, oracle, "oracle (the best possible)", color="black", linestyle=":", linewidth=1)
    for change in variant.scenario.stream.changes(0):
        panel.axvline(change.centre, color="black", linewidth=0.5, alpha=0.5, zorder=0.5)
    first, last = played[0].truth.columns["first_row"][0], variant.scenario.stream.length
    panel.set_xlim(first, last)
    panel.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:,.0f}"))
    panel.xaxis.set_major_locator(_few())


def line(panel, curve, label, **style):
    """The mean over seeds, each value over the rows of its window, and the range of the seeds."""
    edges = np.append(curve["first_row"].to_numpy(), curve["last_row"].iloc[-1] + 1)
    mean, low, high = (np.append(curve[c].to_numpy(), curve[c].iloc[-1]) for c in ("mean", "low", "high"))
    style = {"linewidth": 1.4} | style
    panel.step(edges, mean, where="post", label=label, **style)
    if curve["seeds"].iloc[0] > 1:
        panel.fill_between(edges, low, high, step="post", color=style["color"], alpha=0.15, linewidth=0)


def ticks(panel, played, place):
    """A tick at the foot of the panel wherever a contender was retrained, with the first seed."""
    fits, rows = played[0].trace.columns["fits"], played[0].trace.columns["first_row"]
    retrained = rows[1:][fits[1:] > 0]
    panel.plot(
        retrained, np.full(len(retrained), 0.02 + 0.035 * place), "|", markersize=5, markeredgewidth=0.9,
        color=COLOURS[place % len(COLOURS)], transform=panel.get_xaxis_transform(), clip_on=False,
    )  # fmt: skip


def shade(panel, truth, names):
    """The ground in the shade of the concept that rules; through a ramp, in between."""
    columns = truth.columns
    shares = np.round(columns["concept"] / columns["rows"][:, None] * 20) / 20
    starts = np.flatnonzero(np.r_[True, (shares[1:] != shares[:-1]).any(axis=1)])
    edges = np.append(columns["first_row"][starts], columns["last_row"][-1] + 1)
    tones = np.array([_rgb(GROUNDS[i % len(GROUNDS)]) for i in range(len(names))])
    for start, share, left, right in zip(starts, shares[starts], edges, edges[1:]):
        panel.axvspan(left, right, color=share @ tones / share.sum(), linewidth=0, zorder=0)
    ruling = shares[starts].argmax(axis=1)[shares[starts].max(axis=1) == 1]
    spans = [(l, r) for s, l, r in zip(shares[starts], edges, edges[1:]) if s.max() == 1]
    if 1 < len(spans) <= NAMED_VISITS:
        for i, (left, right) in zip(ruling, spans):
            panel.text(
                (left + right) / 2, 1.0, names[i], ha="center", va="bottom", fontsize="small",
                color="#444444", transform=panel.get_xaxis_transform(),
            )  # fmt: skip


def level(panels):
    """The same scale for panels that show the same."""
    low = min(panel.get_ylim()[0] for panel in panels)
    high = max(panel.get_ylim()[1] for panel in panels)
    for panel in panels:
        panel.set_ylim(min(low, 0) if low > -0.2 else low, high)


def same(one, other):
    """Whether two values of a sweep are the same, numbers by what they are worth."""
    return one == other


def _few():
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(5)


def _rgb(code):
    return [int(code[i : i + 2], 16) / 255 for i in (1, 3, 5)]
