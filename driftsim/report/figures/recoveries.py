"""Recoveries: how long contenders take to come back after a change."""

import numpy as np
from matplotlib.path import Path
from matplotlib.ticker import MaxNLocator

from driftsim.evaluation.recovery import DID_NOT_FALL, TOO_SHORT, median
from driftsim.report.figures.matrices import label, matrix, once, tiled
from driftsim.report.figures.panels import below, entitle, frozen, grid, keyed
from driftsim.report.figures.style import FAINT, INK, grouped, numbers, short

MOST_PANELS = 9  # beyond, a matrix for each setting
ROW = 0.19  # inches, of a contender


def recovery(view):
    """Rows until each contender has recovered from each change."""
    told = [(scene, of_changes(view, scene)) for scene in view.scenes]
    told = [(scene, changes) for scene, changes in told if changes]
    if not told:
        return None
    panels = [(scene, *one) for scene, changes in told for one in changes.items()]
    return dots(view, panels) if len(panels) <= MOST_PANELS else matrices(view, told)


def of_changes(view, scene):
    """The recoveries of the contenders from each change, by its row."""
    frame = scene.of(view.frame(scene.results, "recovery", view.window))
    frame = frame[frame["contender"].isin(view.names) & (frame["outcome"] != TOO_SHORT)]
    return dict(iter(frame.groupby("change")))


def dots(view, told):
    """A panel for each change, a row for each contender: the median of the seeds, and the range."""
    names = [name for name in view.names if any((f["contender"] == name).any() for *_, f in told)]
    titles = [f"{scene.title}\nchange at row {change:,}".strip() for scene, change, _ in told]
    figure, (panels,) = grid(1, len(told), 0.7 + ROW * len(names), titles=titles)
    most = max(frame["rows"].max() for *_, frame in told)
    most *= 1.2 if any(frame["censored"].any() for *_, frame in told) else 1.06
    for panel, title, (*_, frame) in zip(panels, titles, told):
        entitle(panel, title, pad=12)
        ruled(panel, names, panel.get_subplotspec().is_first_col())
        panel.set_xlim(0, most or 1)
        for name, one in frame.groupby("contender"):
            dot(panel, names.index(name), one, view.looks[name])
        panel.text(1.02, -0.9, "depth", transform=panel.get_yaxis_transform(), **DEPTH)
    below(panels, "rows to recover")
    keyed(figure, keys([frame for *_, frame in told]))
    return frozen(figure)


def keys(frames):
    """What the marks mean that there are."""
    runs = [one for frame in frames for _, one in frame.groupby("contender")]
    lost = [np.isnan(median(one["rows"], one["censored"])) for one in runs]
    if all(len(one) == 1 for one in runs):
        there = {"recovered": not all(lost), "had not recovered by then": any(lost)}
    else:
        some = any(one["censored"].any() for one in runs)
        there = {"median of the seeds": True, "their range": True}
        there |= {"some seeds had not recovered by then": some, "most had not": any(lost)}
    there["at 0: did not fall"] = any((one["outcome"] == DID_NOT_FALL).any() for one in runs)
    return {name: KEYS[name] for name, said in there.items() if said}


def ruled(panel, names, named):
    """Let a panel have a row for each name, and names beside them if it is to show them."""
    panel.set_ylim(len(names) - 0.4, -0.6)
    panel.set_yticks(range(len(names)), map(short, names) if named else [""] * len(names))
    panel.tick_params(axis="y", length=0)
    panel.grid(axis="y", color="#e8e8e8", linewidth=0.6)
    panel.set_axisbelow(True)
    panel.xaxis.set_major_formatter(grouped())
    panel.xaxis.set_major_locator(MaxNLocator(4))


def dot(panel, place, frame, look):
    """One contender after one change."""
    rows, still = frame["rows"].to_numpy(), frame["censored"].to_numpy()
    middle = median(rows, still)
    style = {"color": look.colour, "markeredgecolor": look.colour, "clip_on": False}
    panel.plot([rows.min(), rows.max()], [place, place], linewidth=1.2, gid="range", **style)
    if still.any():
        panel.plot(rows[still].max(), place, gid="arrow", **style | ONWARD)
    at = rows.max() if np.isnan(middle) else middle
    filled = {"markerfacecolor": "white" if np.isnan(middle) else look.colour}
    panel.plot(at, place, look.marker, markersize=5, gid="median", **style | filled)
    depth = frame["depth"].mean()
    words = (
        ""
        if np.isnan(depth)
        else f"{round(depth, 2) + 0.0:.2f}"
        if abs(depth) < 1
        else numbers(depth)
    )
    panel.text(1.02, place, words, transform=panel.get_yaxis_transform(), **DEPTH)


def matrices(view, told):
    """A matrix for each setting: contenders by changes."""
    tables = [(scene, *table(view, changes)) for scene, changes in told]
    titles = [scene.title for scene, *_ in tables]
    figure, panels = tiled([values.shape for _, values, *_ in tables], titles)
    most = max(np.nanmax(values) for _, values, *_ in tables)
    for panel, (_, values, still, names, changes) in zip(panels, tables):
        words = [
            [f"{'> ' if longer else ''}{rows:,.0f}" for rows, longer in zip(*both)]
            for both in zip(values, still)
        ]
        matrix(panel, values, words, most, hatched=still)
        label(panel, [f"{change:,}" for change in changes], list(map(short, names)))
        panel.set_xlabel("change at row")
    once(panels)
    if any(still.any() for _, _, still, *_ in tables):
        frames = [frame for _, changes in told for frame in changes.values()]
        many = any(frame.duplicated("contender").any() for frame in frames)
        longer = f"> or hatched: {'most seeds ' if many else ''}{LONGER}"
        figure.supxlabel(longer, fontsize="small", color=FAINT)
    return frozen(figure)


def table(view, changes):
    """The median rows of each contender and change (m, n), or how long it was followed."""
    there = {name for frame in changes.values() for name in frame["contender"]}
    names = [name for name in view.names if name in there]
    values = np.full((len(names), len(changes)), np.nan)
    still = np.zeros(values.shape, bool)
    for j, frame in enumerate(changes.values()):
        for name, one in frame.groupby("contender"):
            middle, i = median(one["rows"], one["censored"]), names.index(name)
            values[i, j] = one["rows"].max() if np.isnan(middle) else middle
            still[i, j] = np.isnan(middle)
    return values, still, names, [*changes]


DEPTH = {"fontsize": 7, "color": FAINT, "va": "center_baseline", "gid": "depth"}
ONWARD = {
    "marker": Path([(0, 0), (1, 0), (0.7, 0.25), (1, 0), (0.7, -0.25)], [1, 2, 1, 2, 2]),
    "markersize": 24,
    "markerfacecolor": "none",
}  # an arrow that begins at its place
PLAIN = {"color": INK, "markeredgecolor": INK, "linestyle": "none"}
FILLED = PLAIN | {"marker": "o", "markersize": 5}
OPEN = FILLED | {"markerfacecolor": "white"}
KEYS = {
    "recovered": FILLED,
    "had not recovered by then": OPEN,
    "median of the seeds": FILLED,
    "their range": PLAIN | {"linestyle": "-", "linewidth": 1.2},
    "some seeds had not recovered by then": PLAIN | ONWARD,
    "most had not": OPEN,
    "at 0: did not fall": FILLED,
}
LONGER = "had not recovered when the next change came, or the stream ended"
