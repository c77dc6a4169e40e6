"""View: what figures show: which reports, contenders, metric and windows."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import NamedTuple

import numpy as np

from driftsim.durations import Duration
from driftsim.evaluation.metrics import metric_of
from driftsim.evaluation.recovery import TOO_SHORT
from driftsim.report.figure_data.looks import Look, look_of
from driftsim.report.results import Results
from driftsim.report.table import Table
from driftsim.report.variant_results import VariantResults
from driftsim.report.windows import Window, window_of

MOST_SCENES = 24


class Scene(NamedTuple):
    """One setting of one report: what a panel shows."""

    results: Results  # of this setting alone
    variant: VariantResults
    title: str
    report: str  # its title
    window: Window

    @property
    def stream(self):
        """The stream of this setting."""
        return self.variant.scenario.stream

    @property
    def dates(self):
        """The dates of its rows, or None."""
        return self.variant.dates

    @property
    def played(self):
        """The finished runs of this setting."""
        return self.variant.runs


class View:
    """What a figure shows: some reports, by title, with all of their contenders or some."""

    def __init__(
        self,
        reports: Results | Mapping[str, Results],
        metric: str | None = None,
        window: int | str | Duration | None = None,  # rows, or time
        over: str = "tumbling",
        contenders: Iterable[str] = (),
        severity: str | None = None,  # a measure of it
    ):
        self.reports = dict(reports) if isinstance(reports, Mapping) else {"": reports}
        self.metric, self.over = metric, over
        self.window, self.severity = window, severity
        self.contenders = {contenders} if isinstance(contenders, str) else {*contenders}
        self._tables: dict[tuple, Table] = {}  # so that a figure and its caption compute once

    @cached_property
    def every(self) -> list[Scene]:
        """Every setting of every report, in order."""
        scenes = []
        for name, results in self.reports.items():
            window = window_of(self.window, results.window)
            for variant, own in zip(results.variants, results.by_variant()):
                title = ", ".join(filter(None, [name, variant.title]))
                scenes.append(Scene(own, variant, title, name, window))
        return scenes

    @cached_property
    def scenes(self) -> list[Scene]:
        """The settings that have panels of their own."""
        return limited(self.every, MOST_SCENES)

    @property
    def metrics(self) -> list[str]:
        """The metrics to plot: the one asked for, or those of the scenarios that all have."""
        asked = [one for scene in self.every for one in scene.variant.scenario.metrics]
        schemas = [scene.stream.schema for scene in self.every]
        common = [one for one in dict.fromkeys(asked) if all(has(one, each) for each in schemas)]
        return [self.metric] if self.metric else common

    def table(self, results: Results, name: str, *arguments) -> Table:
        """A table of results by its name, computed once."""
        key = id(results), name, arguments
        if key not in self._tables:
            self._tables[key] = table_of(results, name, *arguments)
        return self._tables[key]

    def curves(self, scene: Scene, metric: str) -> Table:
        """A metric along the stream of a setting, over the windows asked for."""
        return self.table(scene.results, "curves", metric, scene.window, self.over)

    def whole(self, results: Results, metric: str) -> Table:
        """A metric over the whole stream, of every contender under every setting."""
        return self.table(results, "whole", metric)

    def recovery(self, scene: Scene) -> Table:
        """The recoveries of the contenders to plot in a setting, those that can be judged."""
        table = self.table(scene.results, "recovery", scene.window)
        table = table.among("contender", self.names)
        return table.where(np.array([one != TOO_SHORT for one in table["outcome"]], bool))

    @cached_property
    def looks(self) -> dict[str, Look]:
        """The look of each contender, the same whether others are shown or not."""
        models = [name for one in self.reports.values() for name in one.study.contenders]
        return {name: look_of(i) for i, name in enumerate(dict.fromkeys(models))}

    @property
    def words(self) -> str:
        """Every name that may stand in a figure, in one text."""
        streams = [scene.stream for scene in self.every]
        classes = [str(one) for stream in streams for one in stream.schema.classes or ()]
        concepts = [name for stream in streams for name in stream.concepts]
        titles = [scene.title for scene in self.every]
        return "".join({*self.looks, *classes, *concepts, *titles})

    @property
    def names(self) -> list[str]:
        """The contenders to plot, in the order of the scenarios."""
        return [name for name in self.looks if not self.contenders or name in self.contenders]


def limited(items, most):
    """At most `most` titled items, a fair number of each report.

    The title of the last item of a report says how many more it has.
    """
    groups: dict[str, list] = {}
    for one in items:
        groups.setdefault(one.report, []).append(one)
    sizes = fair_sizes([*map(len, groups.values())], most)
    return [one for group, n in zip(groups.values(), sizes) for one in first(group, n)]


def fair_sizes(sizes, most):
    """How many of each group fit: at least one, and of large groups the same number of each."""
    given = [1] * len(sizes)
    while sum(given) < min(most, sum(sizes)):
        n = min(n for n, size in zip(given, sizes) if n < size)
        i = next(i for i, size in enumerate(sizes) if given[i] == n < size)
        given[i] += 1
    return given


def first(group, n):
    """The first items of a group; the title of the last says how many follow."""
    *others, last = group[:n]
    title = f"{last.title} (and {len(group) - n} more, not shown)".strip()
    return [*others, last._replace(title=title) if len(group) > n else last]


def has(metric, schema):
    """Whether labels of a schema have a metric."""
    try:
        return bool(metric_of(metric, schema))
    except ValueError:
        return False


def table_of(results, name, *arguments):
    """A table of results, by the name of what gives it."""
    found = getattr(results.tables, name)
    return found(*arguments) if arguments else found
