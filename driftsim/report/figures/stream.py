"""Stream: the stream itself: which concepts rule, which labels come, the best possible error."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from matplotlib.patches import Patch

from driftsim.parts import identity
from driftsim.report.figures.matrices import SHADES
from driftsim.report.figures.panels import (
    frozen,
    grid,
    label_streams,
    mark_changes,
    set_title,
    stream_axis,
)
from driftsim.report.figures.style import BACKGROUNDS, HATCHES, INK, short
from driftsim.report.figures.view import Scene
from driftsim.report.windows import windowed

HEIGHT, NAME = 1.6, 0.17  # inches of a panel, and of a name beside it
MOST_NAMED = 10  # parts of a whole that are shown apart
BELOW = 0.06  # the share of a panel below zero, so that a line at zero is seen
EDGE: dict[str, Any] = {"edgecolor": "#999999", "linewidth": 0.4}


class Fact(NamedTuple):
    """Something that is known of a stream."""

    known: Callable[[Scene], bool]
    plot: Callable  # in a panel, of a scene
    label: str  # of the y axis
    label_of_regression: str


def stream(view):
    """What is known of each stream, whatever the contenders; a row of panels for each fact."""
    scenes = distinct_streams(view)
    facts = [fact for fact in FACTS if any(map(fact.known, scenes))]
    if not facts:
        return None
    titles = [scene.title for scene in scenes]
    figure, blocks = grid(len(facts), len(scenes), height(scenes), titles=titles)
    for fact, block in zip(facts, blocks):
        for panel, scene in zip(block, scenes):
            stream_axis(panel, scene, 5 if len(scenes) == 1 else 3)
            mark_changes(panel, scene.stream)
            if fact.known(scene):
                fact.plot(panel, scene)
            if block is blocks[0]:
                set_title(panel, scene.title)
            panel.tick_params(labelbottom=block is blocks[-1])
            if panel.get_subplotspec().is_first_col():
                regression = scene.stream.schema.regression
                panel.set_ylabel(fact.label_of_regression if regression else fact.label)
    label_streams(blocks[-1], scenes)
    return frozen(figure)


def height(scenes):
    """The height of panels, with room for all names that stand beside one."""
    streams = [scene.stream for scene in scenes]
    most = max(max(len(one.concepts), one.schema.n_classes or 0) for one in streams)
    return max(HEIGHT, 0.4 + NAME * min(most, MOST_NAMED + 1))


def distinct_streams(view) -> list[Scene]:
    """The scenes that have been played, without those whose stream another one has."""
    scenes: dict[tuple, Scene] = {}
    for scene in view.scenes:
        if scene.played:
            scenes.setdefault((scene.report, identity(scene.stream)), scene)
    return list(scenes.values())


def truths(scene):
    """The columns of the truth over windows, with each seed."""
    truths = {one.seed: one.truth for one in scene.played}
    windows = windowed("tumbling", scene.window, scene.dates)
    return [windows(truth).columns for truth in truths.values()]


def plot_concepts(panel, scene):
    """Plot the share of rows of each concept, stacked."""
    names = list(scene.stream.concepts)
    looks = [
        (BACKGROUNDS[i % len(BACKGROUNDS)], HATCHES[i % len(HATCHES)]) for i in range(len(names))
    ]
    plot_shares(panel, truths(scene), "concept", names, looks)


def plot_labels(panel, scene):
    """Plot the share of each class, stacked; for regression the mean label and its deviation."""
    schema, worlds = scene.stream.schema, truths(scene)
    if schema.regression:
        return plot_mean(panel, worlds[0])
    names = [str(one) for one in schema.classes or range(schema.n_classes)]
    shades = SHADES(np.linspace(0.02, 0.55, min(len(names), MOST_NAMED + 1)))
    plot_shares(panel, worlds, "actual", names, [(shade, "") for shade in shades])


def plot_shares(panel, worlds, name, parts, looks):
    """Plot shares of rows over all seeds, stacked; the smallest as one, where there are many."""
    sums, parts = largest(sum(one[name] for one in worlds), parts)
    tops = np.cumsum(sums, axis=1) / sums.sum(axis=1, keepdims=True)
    edges = np.column_stack([np.zeros(len(tops)), tops])
    edges, x = np.append(edges, edges[-1:], axis=0).T, bounds(worlds[0])
    for low, high, (colour, hatch) in zip(edges, edges[1:], looks):
        style = EDGE | {"facecolor": colour, "hatch": hatch, "zorder": 0.4, "gid": name}
        panel.fill_between(x, low, high, step="post", **style)
    panel.set(ylim=(0, 1), yticks=[0, 0.5, 1])
    if panel.get_subplotspec().is_last_col():
        name_parts(panel, parts, looks)


def largest(sums, parts):
    """The largest parts of a whole, (n, k) and their names, and the rest as one."""
    if len(parts) <= MOST_NAMED + 1:
        return sums, parts
    order = np.sort(np.argsort(-sums.sum(axis=0), kind="stable")[:MOST_NAMED])
    rest = np.delete(sums, order, axis=1).sum(axis=1)
    named = [parts[i] for i in order]
    return np.column_stack([sums[:, order], rest]), [*named, f"{len(parts) - MOST_NAMED} others"]


def name_parts(panel, parts, looks):
    """A legend of the parts of a whole, from the top down."""
    rows = list(zip(map(short, parts), looks))[::-1]
    handles = [Patch(facecolor=colour, hatch=hatch, **EDGE) for _, (colour, hatch) in rows]
    legend = panel.legend(
        handles, ["…"] * len(rows), loc="center left", bbox_to_anchor=(1, 0.5), frameon=False,
        labelcolor=INK, fontsize=8, handleheight=1.2, labelspacing=0.25,
    )  # fmt: skip
    for text, (name, _) in zip(legend.get_texts(), rows):
        text.set_text(name)


def plot_mean(panel, world):
    """Plot the mean label, and one standard deviation to either side, with the first seed."""
    mean, deviation = world["y_mean"], np.sqrt(world["y_spread"] / world["rows"])
    x = bounds(world)
    low, mean, high = (np.append(c, c[-1]) for c in (mean - deviation, mean, mean + deviation))
    panel.fill_between(x, low, high, color=INK, alpha=0.15, linewidth=0, step="post")
    panel.step(x, mean, where="post", color=INK, linewidth=1.2)


def plot_best(panel, scene):
    """Plot the error of the best possible predictor: the mean of the seeds, and their range."""
    errors, x = best_errors(scene), bounds(truths(scene)[0])
    errors = np.column_stack([errors, errors[:, -1]])
    low, high = errors.min(axis=0), errors.max(axis=0)
    panel.fill_between(x, low, high, color=INK, alpha=0.2, linewidth=0, step="post")
    panel.step(x, errors.mean(axis=0), where="post", color=INK, linewidth=1.2)
    top = max(1.1 * errors.max(), 0.02)
    panel.set_ylim(-BELOW * top, top)


def best_errors(scene):
    """The error of the best possible predictor (seeds, windows)."""
    worlds = truths(scene)
    name = "bayes_error" if "bayes_error" in worlds[0] else "bayes_squared_error"
    return np.array([one[name] / one["rows"] for one in worlds])


def bounds(world):
    """The first rows of windows, and the end of the last one."""
    return np.append(world["first_row"], world["last_row"][-1] + 1)


def best_known(scene):
    """Whether the best possible error is known."""
    return bool({"bayes_error", "bayes_squared_error"} & scene.played[0].truth.columns.keys())


def several_concepts(scene):
    """Whether a stream has more than one concept."""
    return len(scene.stream.concepts) > 1


FACTS = (
    Fact(several_concepts, plot_concepts, "share of\nconcepts", "share of\nconcepts"),
    Fact(lambda scene: True, plot_labels, "share of\nclasses", "mean label"),
    Fact(best_known, plot_best, "Bayes error", "best possible\nsquared error"),
)
