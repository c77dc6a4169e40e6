"""Stream data: which concepts rule, which labels come, and the best possible error."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from driftsim.parts import identity
from driftsim.report.figure_data.looks import BACKGROUNDS, shade, short
from driftsim.report.figure_data.view import Scene, View
from driftsim.report.windows import windowed

MOST_NAMED = 10  # parts of a whole that are shown apart
ONLY = 16  # characters of the name of an only concept
HATCHES = 7  # how many ways there are to tell the parts of a whole apart without colour


class Shares(NamedTuple):
    """Shares of rows over all seeds, stacked; the smallest parts as one, where there are many."""

    x: np.ndarray  # the first row of each window (w), and the end
    edges: np.ndarray  # of the parts (k + 1, w), from 0 to 1
    names: list[str]  # of the parts
    colours: list[str]
    hatches: list[int]  # of the parts: 0 is plain


class Range(NamedTuple):
    """A value over windows with the range around it."""

    x: np.ndarray  # the first row of each window (w), and the end
    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray


class Fact(NamedTuple):
    """Something that is known of a stream."""

    name: str
    known: Callable[[Scene], bool]
    shown: Callable[[Scene], Shares | Range]
    label: str  # of the y axis
    label_of_regression: str
    unknown: Callable[[Scene], str]  # the words for a stream of which it is not known

    def label_for(self, scene: Scene) -> str:
        """The label of the y axis for the stream of a scene."""
        return self.label_of_regression if scene.stream.schema.regression else self.label


def stream(view: View) -> tuple[list[Scene], list[Fact]] | None:
    """The distinct streams and what is known of any of them; None where nothing was played."""
    scenes = distinct_streams(view)
    facts = [fact for fact in FACTS if any(map(fact.known, scenes))]
    return (scenes, facts) if facts else None


def distinct_streams(view) -> list[Scene]:
    """The scenes that have been played, without those whose stream another one has."""
    scenes: dict[tuple, Scene] = {}
    for scene in view.scenes:
        if scene.played:
            scenes.setdefault((scene.report, identity(scene.stream)), scene)
    return list(scenes.values())


def most_parts(scenes: Sequence[Scene]) -> int:
    """How many parts of a whole are named beside a panel, at most."""
    streams = [scene.stream for scene in scenes]
    most = max(max(len(one.concepts), one.schema.n_classes or 0) for one in streams)
    return min(most, MOST_NAMED + 1)


def named_beside(row: Sequence[object], across: int) -> list[int]:
    """The panels of a row of figures whose parts are named, the last of those with the same.

    `row` is what each panel shows, `across` how many stand side by side.
    """
    return [
        i
        for i, one in enumerate(row)
        if isinstance(one, Shares)
        and names_after(row[i + 1 : (i // across + 1) * across]) != one.names
    ]


def names_after(row: Sequence[object]) -> list[str] | None:
    """The parts that the next panel with parts shows; None where none follows."""
    return next((one.names for one in row if isinstance(one, Shares)), None)


def truths(scene):
    """The columns of the truth over windows, with each seed."""
    truths = {one.seed: one.truth for one in scene.played}
    windows = windowed("tumbling", scene.window, scene.dates)
    return [windows(truth).columns for truth in truths.values()]


def concepts(scene) -> Shares:
    """The share of rows of each concept."""
    names = list(scene.stream.concepts)
    colours = [BACKGROUNDS[i % len(BACKGROUNDS)] for i in range(len(names))]
    return shares(
        truths(scene), "concept", names, colours, [i % HATCHES for i in range(len(names))]
    )


def labels(scene) -> Shares | Range:
    """The share of each class; for regression the mean label with the first seed."""
    schema, worlds = scene.stream.schema, truths(scene)
    if schema.regression:
        return mean_label(worlds[0])
    names = [str(one) for one in schema.classes or range(schema.n_classes)]
    n = min(len(names), MOST_NAMED + 1)
    colours = [shade(one) for one in np.linspace(0.02, 0.55, n).tolist()]
    return shares(worlds, "actual", names, colours, [0] * n)


def shares(worlds, name, parts, colours, hatches) -> Shares:
    """Shares of rows over all seeds."""
    sums, parts = largest(sum(one[name] for one in worlds), parts)
    tops = np.cumsum(sums, axis=1) / sums.sum(axis=1, keepdims=True)
    edges = np.column_stack([np.zeros(len(tops)), tops]).T
    return Shares(bounds(worlds[0]), edges, parts, colours[: len(parts)], hatches[: len(parts)])


def largest(sums, parts):
    """The largest parts of a whole, (n, k) and their names, and the rest as one."""
    if len(parts) <= MOST_NAMED + 1:
        return sums, parts
    order = np.sort(np.argsort(-sums.sum(axis=0), kind="stable")[:MOST_NAMED])
    rest = np.delete(sums, order, axis=1).sum(axis=1)
    named = [parts[i] for i in order]
    return np.column_stack([sums[:, order], rest]), [*named, f"{len(parts) - MOST_NAMED} others"]


def mean_label(world) -> Range:
    """The mean label, and one standard deviation to either side."""
    mean, deviation = world["y_mean"], np.sqrt(world["y_spread"] / world["rows"])
    return Range(bounds(world), mean, mean - deviation, mean + deviation)


def best(scene) -> Range:
    """The error of the best possible predictor: the mean of the seeds, and their range."""
    errors = best_errors(scene)
    ends = errors.min(axis=0), errors.max(axis=0)
    return Range(bounds(truths(scene)[0]), errors.mean(axis=0), *ends)


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


def one_concept(scene):
    """The only concept of a stream."""
    (name,) = scene.stream.concepts
    return f"one concept: {short(name, ONLY)}"


def not_known(scene):
    """The words where nothing is known."""
    return "unknown"


FACTS = (
    Fact(
        "concept", several_concepts, concepts, "share of\nconcepts", "share of\nconcepts",
        one_concept,
    ),
    Fact("actual", lambda scene: True, labels, "share of\nclasses", "mean label", not_known),
    Fact("best", best_known, best, "Bayes error", "best possible\nsquared error", not_known),
)  # fmt: skip
