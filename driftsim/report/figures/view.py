"""View: what figures are asked to show: reports, contenders, a metric and windows."""

from functools import cached_property
from typing import NamedTuple

import numpy as np

from driftsim.evaluation.metrics import metric_of
from driftsim.report.figures.style import look_of
from driftsim.report.results import Results
from driftsim.scenario import Variant

MOST_SCENES = 24


class Scene(NamedTuple):
    """One setting of one report: what a panel shows."""

    results: Results
    variant: Variant
    title: str
    report: str  # its title

    @property
    def setting(self):
        """What is swept: the name of a column to its value."""
        return dict(zip(self.results.swept, self.variant.setting.values()))

    @property
    def stream(self):
        """The stream of this setting."""
        return self.variant.scenario.stream

    @property
    def played(self):
        """The finished runs of this setting."""
        return [one for one in self.results.traces() if one.setting == self.setting]

    def of(self, frame):
        """The rows of a frame that are of this setting."""
        for name, value in self.setting.items():
            frame = frame[np.array([one == value for one in frame[name]], bool)]
        return frame


class View:
    """What a figure shows: some reports, by title, all of their contenders or some."""

    def __init__(self, reports, metric=None, window=None, over="tumbling", contenders=()):
        self.reports = dict(reports) if isinstance(reports, dict) else {"": reports}
        self.metric, self.window, self.over = metric, window, over
        self.contenders = set(contenders)
        self._told = {}  # of results, so that a figure and its words ask once

    @property
    def every(self):
        """Every setting of every report, in order."""
        return [
            Scene(results, variant, ", ".join(filter(None, [name, variant.title])), name)
            for name, results in self.reports.items()
            for variant in results.study.variants
        ]

    @property
    def scenes(self):
        """The settings that have panels of their own."""
        return shared(self.every, MOST_SCENES)

    @property
    def metrics(self):
        """The metrics to be drawn: the one asked for, or those of the scenarios that all have."""
        asked = [one for scene in self.every for one in scene.variant.scenario.metrics]
        schemas = [scene.stream.schema for scene in self.every]
        shared = [one for one in dict.fromkeys(asked) if all(has(one, each) for each in schemas)]
        return [self.metric] if self.metric else shared

    def frame(self, results, name, *about):
        """What results tell, by the name of what they are asked."""
        key = id(results), name, about
        if key not in self._told:
            self._told[key] = getattr(results, name)(*about)
        return self._told[key]

    def curves(self, results, metric):
        """A metric along the stream, over the windows asked for."""
        return self.frame(results, "curves", metric, self.window, self.over)

    def whole(self, results, metric):
        """A metric over the whole stream, of every contender under every setting."""
        longest = max(one.scenario.stream.length for one in results.study.variants)
        return self.frame(results, "curves", metric, longest)

    @cached_property
    def looks(self):
        """How each contender looks, the same whether others are shown or not."""
        models = [name for scene in self.every for name in scene.variant.scenario.models]
        return {name: look_of(i) for i, name in enumerate(dict.fromkeys(models))}

    @property
    def words(self):
        """Every name that may stand in a figure."""
        streams = [scene.stream for scene in self.every]
        classes = [str(one) for stream in streams for one in stream.schema.classes or ()]
        concepts = [name for stream in streams for name in stream.concepts]
        titles = [scene.title for scene in self.every]
        return "".join({*self.looks, *classes, *concepts, *titles})

    @property
    def names(self):
        """The contenders to be drawn, in the order of the scenarios."""
        return [name for name in self.looks if not self.contenders or name in self.contenders]


def shared(items, most):
    """As many titled items as there is room for, shared among their reports.

    The last of a report tells how many more it has.
    """
    groups = {}
    for one in items:
        groups.setdefault(one.report, []).append(one)
    room = rooms([*map(len, groups.values())], most)
    return [one for group, n in zip(groups.values(), room) for one in first(group, n)]


def rooms(sizes, most):
    """For how many of each there is room, one at least; of the large, for as many of each."""
    given = [1] * len(sizes)
    while sum(given) < min(most, sum(sizes)):
        n = min(n for n, size in zip(given, sizes) if n < size)
        i = next(i for i, size in enumerate(sizes) if given[i] == n < size)
        given[i] += 1
    return given


def first(group, n):
    """The first items of a group; the title of the last tells of those beyond."""
    *others, last = group[:n]
    more = f"{last.title} (and {len(group) - n} more, not drawn)".strip()
    return [*others, last._replace(title=more) if len(group) > n else last]


def has(metric, schema):
    """Whether labels have a metric."""
    try:
        return bool(metric_of(metric, schema))
    except ValueError:
        return False
