"""World: the stream itself: which concepts rule, which labels come, what the best would miss."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from matplotlib.patches import Patch

from driftsim.parts import identity
from driftsim.report.figures.matrices import SHADES
from driftsim.report.figures.panels import along, below, changes, entitle, frozen, grid
from driftsim.report.figures.style import GROUNDS, HATCHES, INK, short

HEIGHT, NAME = 1.6, 0.17  # inches of a panel, and of a name beside it
MOST_NAMED = 10  # parts of a whole that are drawn apart
BELOW = 0.06  # the share of a panel that is below zero, so that a line at zero is seen
EDGE = {"edgecolor": "#999999", "linewidth": 0.4}


class Fact(NamedTuple):
    """Something that is known of a stream."""

    known: Callable  # of a scene
    plot: Callable  # in a panel
    label: Callable  # of a scene


def stream(view):
    """What is known of each stream, whoever contends; a line of panels for each thing known."""
    scenes = distinct(view)
    facts = [fact for fact in FACTS if any(map(fact.known, scenes))]
    if not facts:
        return None
    titles = [scene.title for scene in scenes]
    figure, blocks = grid(len(facts), len(scenes), height(scenes), titles=titles)
    for fact, block in zip(facts, blocks):
        for panel, scene in zip(block, scenes):
            along(panel, scene, 5 if len(scenes) == 1 else 3)
            changes(panel, scene.stream)
            if fact.known(scene):
                fact.plot(panel, view, scene)
            if block is blocks[0]:
                entitle(panel, scene.title)
            panel.tick_params(labelbottom=block is blocks[-1])
            if panel.get_subplotspec().is_first_col():
                panel.set_ylabel(fact.label(scene))
    below(blocks[-1], "row of the stream")
    return frozen(figure)


def height(scenes):
    """How high panels are, for as many names as stand beside one."""
    streams = [scene.stream for scene in scenes]
    most = max(max(len(one.concepts), one.schema.n_classes or 0) for one in streams)
    return max(HEIGHT, 0.4 + NAME * min(most, MOST_NAMED + 1))


def distinct(view):
    """The scenes that have been played, but for those with the stream of another."""
    told = {}
    for scene in view.scenes:
        if scene.played:
            told.setdefault((scene.report, identity(scene.stream)), scene)
    return list(told.values())


def over(view, scene):
    """The columns of the truth over windows, with each seed."""
    window = view.window or scene.results.window
    truths = {one.seed: one.truth for one in scene.played}
    return [truth.over(window).columns for truth in truths.values()]


def concepts(panel, view, scene):
    """The share of rows of each concept, stacked."""
    names = list(scene.stream.concepts)
    looks = [(GROUNDS[i % len(GROUNDS)], HATCHES[i % len(HATCHES)]) for i in range(len(names))]
    stacked(panel, over(view, scene), "concept", names, looks)


def labels(panel, view, scene):
    """The share of each class, stacked; of numbers the mean, and their deviation."""
    schema, worlds = scene.stream.schema, over(view, scene)
    if schema.regression:
        return spread(panel, worlds[0])
    names = [str(one) for one in schema.classes or range(schema.n_classes)]
    shades = SHADES(np.linspace(0.02, 0.55, min(len(names), MOST_NAMED + 1)))
    stacked(panel, worlds, "actual", names, [(shade, "") for shade in shades])


def stacked(panel, worlds, name, parts, looks):
    """Shares of rows over all seeds, one upon the other; the least together, if many."""
    sums, parts = few(sum(one[name] for one in worlds), parts)
    tops = np.cumsum(sums, axis=1) / sums.sum(axis=1, keepdims=True)
    edges = np.column_stack([np.zeros(len(tops)), tops])
    edges, x = np.append(edges, edges[-1:], axis=0).T, bounds(worlds[0])
    for low, high, (colour, hatch) in zip(edges, edges[1:], looks):
        style = EDGE | {"facecolor": colour, "hatch": hatch, "zorder": 0.4, "gid": name}
        panel.fill_between(x, low, high, step="post", **style)
    panel.set(ylim=(0, 1), yticks=[0, 0.5, 1])
    if panel.get_subplotspec().is_last_col():
        beside(panel, parts, looks)


def few(sums, parts):
    """The parts of a whole that have a name, and the rest as one."""
    if len(parts) <= MOST_NAMED + 1:
        return sums, parts
    order = np.sort(np.argsort(-sums.sum(axis=0), kind="stable")[:MOST_NAMED])
    rest = np.delete(sums, order, axis=1).sum(axis=1)
    named = [parts[i] for i in order]
    return np.column_stack([sums[:, order], rest]), [*named, f"{len(parts) - MOST_NAMED} others"]


def beside(panel, parts, looks):
    """What the parts of a whole are, from the top down."""
    told = list(zip(map(short, parts), looks))[::-1]
    handles = [Patch(facecolor=colour, hatch=hatch, **EDGE) for _, (colour, hatch) in told]
    made = panel.legend(
        handles, ["…"] * len(told), loc="center left", bbox_to_anchor=(1, 0.5), frameon=False,
        labelcolor=INK, fontsize=8, handleheight=1.2, labelspacing=0.25,
    )  # fmt: skip
    for text, (name, _) in zip(made.get_texts(), told):
        text.set_text(name)


def spread(panel, world):
    """The mean of numbers, and their deviation, with the first seed."""
    mean, deviation = world["y_mean"], np.sqrt(world["y_spread"] / world["rows"])
    x, style = bounds(world), {"color": INK, "alpha": 0.15, "linewidth": 0, "step": "post"}
    low, mean, high = (np.append(c, c[-1]) for c in (mean - deviation, mean, mean + deviation))
    panel.fill_between(x, low, high, **style)
    panel.step(x, mean, where="post", color=INK, linewidth=1.2)


def best(panel, view, scene):
    """What the best possible predictor would miss: the mean of the seeds, and their range."""
    worlds = over(view, scene)
    name = "bayes_error" if "bayes_error" in worlds[0] else "bayes_squared_error"
    errors = np.array([one[name] / one["rows"] for one in worlds])
    errors, x = np.column_stack([errors, errors[:, -1]]), bounds(worlds[0])
    style = {"color": INK, "alpha": 0.2, "linewidth": 0, "step": "post"}
    panel.fill_between(x, errors.min(axis=0), errors.max(axis=0), **style)
    panel.step(x, errors.mean(axis=0), where="post", color=INK, linewidth=1.2)
    top = max(1.1 * errors.max(), 0.02)
    panel.set_ylim(-BELOW * top, top)


def bounds(world):
    """Where windows begin, and the last ends."""
    return np.append(world["first_row"], world["last_row"][-1] + 1)


def known(scene):
    """Whether anybody knows the best possible."""
    return bool({"bayes_error", "bayes_squared_error"} & scene.played[0].truth.columns.keys())


def least(scene):
    """What the least possible error is called."""
    return "least possible\nsquared error" if scene.stream.schema.regression else "Bayes error"


def labelled(scene):
    """What is told of labels."""
    numbers = scene.stream.schema.regression
    return "mean label" if numbers else "share of\nclasses"


FACTS = (
    Fact(lambda scene: len(scene.stream.concepts) > 1, concepts, lambda _: "share of\nconcepts"),
    Fact(lambda scene: True, labels, labelled),
    Fact(known, best, least),
)
