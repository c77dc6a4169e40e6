"""Recoveries: how many rows contenders need to recover from each change."""

import numpy as np
from matplotlib.path import Path
from matplotlib.ticker import MaxNLocator

from driftsim.evaluation.recovery import DID_NOT_FALL, TOO_SHORT, median
from driftsim.report.dates import row_text, stretch_text
from driftsim.report.figures.matrices import drop_repeated_labels, label_cells, plot_matrix, tiled
from driftsim.report.figures.panels import frozen, grid, key, label_bottom, set_title
from driftsim.report.figures.style import FAINT, INK, rounded, short, thousands

MOST_PANELS = 9  # with more changes, a matrix for each setting
ROW = 0.19  # inches, of a contender


def recovery(view):
    """Rows until each contender has recovered from each change."""
    scenes = [(scene, by_change(view, scene)) for scene in view.scenes]
    scenes = [(scene, frames) for scene, frames in scenes if frames]
    if not scenes:
        return None
    panels = [(scene, *one) for scene, frames in scenes for one in frames.items()]
    return dots(view, panels) if len(panels) <= MOST_PANELS else matrices(view, scenes)


def by_change(view, scene):
    """The recoveries of the contenders from each change, by the first row of the change."""
    own = scene.results.tables.recovery(scene.window).among("contender", view.names)
    return dict(sorted(own.where(own["outcome"] != TOO_SHORT).by("change").items()))


def dots(view, changes):
    """A panel for each change, a row for each contender: the median of the seeds, and the range."""
    frames = [frame for *_, frame in changes]
    names = [name for name in view.names if any((f["contender"] == name).any() for f in frames)]
    titles = [f"{scene.title}\n{name_of(scene, row)}".strip() for scene, row, _ in changes]
    figure, (panels,) = grid(1, len(frames), 0.7 + ROW * len(names), titles=titles)
    most = max(frame["rows"].max() for frame in frames)
    most *= 1.2 if any(frame["censored"].any() for frame in frames) else 1.06
    for panel, title, frame in zip(panels, titles, frames):
        set_title(panel, title, pad=12)
        prepare_rows(panel, names, panel.get_subplotspec().is_first_col())
        panel.set_xlim(0, most or 1)
        for name, one in sorted(frame.by("contender").items()):
            plot_recovery(panel, names.index(name), one, view.looks[name])
        panel.text(1.02, -0.9, "depth", transform=panel.get_yaxis_transform(), **DEPTH)
    label_bottom(panels, "rows to recover")
    key(figure, marks_of(frames))
    return frozen(figure)


def name_of(scene, row):
    """A change by its row, or a ramp by its first and its last, where `row` is the first."""
    for seed in dict.fromkeys(one.seed for one in scene.played):
        for change in scene.stream.started_changes(seed):
            if change.first == row < change.last:
                return f"ramp from row {stretch_text(row, change.last, scene.dates)}"
    return f"change at row {row_text(row, scene.dates)}"


def marks_of(frames):
    """The marks that occur, by what they mean."""
    runs = [one for frame in frames for one in frame.by("contender").values()]
    lost = [np.isnan(median(one["rows"], one["censored"])) for one in runs]
    if all(len(one) == 1 for one in runs):
        occur = {"recovered": not all(lost), "had not recovered by then": any(lost)}
    else:
        some = any(one["censored"].any() for one in runs)
        occur = {"median of the seeds": True, "their range": True}
        occur |= {"some seeds had not recovered by then": some, "most had not": any(lost)}
    occur["at 0: did not fall"] = any((one["outcome"] == DID_NOT_FALL).any() for one in runs)
    return {name: MARKS[name] for name, occurs in occur.items() if occurs}


def prepare_rows(panel, names, named):
    """Give a panel a row for each name, and if `named` write the names beside them."""
    panel.set_ylim(len(names) - 0.4, -0.6)
    panel.set_yticks(range(len(names)), map(short, names) if named else [""] * len(names))
    panel.tick_params(axis="y", length=0)
    panel.grid(axis="y", color="#e8e8e8", linewidth=0.6)
    panel.set_axisbelow(True)
    panel.xaxis.set_major_formatter(thousands())
    panel.xaxis.set_major_locator(MaxNLocator(4))


def plot_recovery(panel, place, frame, look):
    """Plot one contender after one change."""
    rows, censored = frame["rows"], frame["censored"]
    middle = median(rows, censored)
    style = {"color": look.colour, "markeredgecolor": look.colour, "clip_on": False}
    panel.plot([rows.min(), rows.max()], [place, place], linewidth=1.2, gid="range", **style)
    if censored.any():
        panel.plot(rows[censored].max(), place, gid="arrow", **style | ONWARD)
    at = rows.max() if np.isnan(middle) else middle
    filled = {"markerfacecolor": "white" if np.isnan(middle) else look.colour}
    panel.plot(at, place, look.marker, markersize=5, gid="median", **style | filled)
    words = depth(frame["depth"].mean())
    panel.text(1.02, place, words, transform=panel.get_yaxis_transform(), **DEPTH)


def depth(value):
    """The depth of a fall as a figure writes it; nothing where it is not known."""
    if np.isnan(value):
        return ""
    return f"{round(value, 2) + 0.0:.2f}" if abs(value) < 1 else rounded(value)


def matrices(view, scenes):
    """A matrix for each setting: contenders by changes."""
    tables = [(scene, *table(view, frames)) for scene, frames in scenes]
    titles = [scene.title for scene, *_ in tables]
    figure, panels = tiled([values.shape for _, values, *_ in tables], titles)
    most = max(np.nanmax(values) for _, values, *_ in tables)
    for panel, (scene, values, censored, names, changes) in zip(panels, tables):
        words = [
            [f"{'> ' if longer else ''}{rows:,.0f}" for rows, longer in zip(*both)]
            for both in zip(values, censored)
        ]
        plot_matrix(panel, values, words, most, hatched=censored)
        dates = scene.dates
        columns = [dates.text(change) if dates else f"{change:,}" for change in changes]
        label_cells(panel, columns, list(map(short, names)))
        panel.set_xlabel("start of the change" if dates else "first row of the change")
    drop_repeated_labels(panels)
    if any(censored.any() for _, _, censored, *_ in tables):
        frames = [frame for _, changes in scenes for frame in changes.values()]
        many = any(len(frame.by("contender")) < len(frame) for frame in frames)
        longer = f"> or hatched: {'most seeds ' if many else ''}{LONGER}"
        figure.supxlabel(longer, fontsize="small", color=FAINT)
    return frozen(figure)


def table(view, frames):
    """The median rows of each contender and change (m, n), or how long it was followed."""
    occurring = {name for frame in frames.values() for name in frame["contender"]}
    names = [name for name in view.names if name in occurring]
    values = np.full((len(names), len(frames)), np.nan)
    censored = np.zeros(values.shape, bool)
    for j, frame in enumerate(frames.values()):
        for name, one in frame.by("contender").items():
            middle, i = median(one["rows"], one["censored"]), names.index(name)
            values[i, j] = one["rows"].max() if np.isnan(middle) else middle
            censored[i, j] = np.isnan(middle)
    return values, censored, names, [*frames]


DEPTH = {"fontsize": 7, "color": FAINT, "va": "center_baseline", "gid": "depth"}
ONWARD = {
    "marker": Path([(0, 0), (1, 0), (0.7, 0.25), (1, 0), (0.7, -0.25)], [1, 2, 1, 2, 2]),
    "markersize": 24,
    "markerfacecolor": "none",
}  # an arrow that starts at its place
PLAIN = {"color": INK, "markeredgecolor": INK, "linestyle": "none"}
FILLED = PLAIN | {"marker": "o", "markersize": 5}
OPEN = FILLED | {"markerfacecolor": "white"}
MARKS = {
    "recovered": FILLED,
    "had not recovered by then": OPEN,
    "median of the seeds": FILLED,
    "their range": PLAIN | {"linestyle": "-", "linewidth": 1.2},
    "some seeds had not recovered by then": PLAIN | ONWARD,
    "most had not": OPEN,
    "at 0: did not fall": FILLED,
}
LONGER = "had not recovered when the next change came, or the stream ended"
