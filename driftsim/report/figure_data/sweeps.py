"""Sweep data: a metric over the settings of a sweep."""

from collections.abc import Iterator, Mapping
from itertools import product
from numbers import Real
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from driftsim.evaluation.metrics import FROM_ZERO
from driftsim.messages import setting_text
from driftsim.report.figure_data.looks import MOST_BANDS, rounded, short
from driftsim.report.figure_data.view import View, limited
from driftsim.report.table import Table, missing

DECADES = 10  # how many times the least the greatest is, for a scale of powers of ten
ALIKE = 0.3  # the share of the greatest measured value that an axis covers at least
MOST_PANELS = 24


class SweptLine(NamedTuple):
    """A contender over the values of a swept path: the mean of the seeds, and their range."""

    x: np.ndarray
    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray
    seeds: int


class Slice(NamedTuple):
    """What a panel shows: a metric over one swept path, with all others fixed."""

    title: str
    name: str  # of the swept path
    places: list[float]  # of its values on the axis
    words: list[str]  # its values as texts
    decades: bool  # whether the axis is one of powers of ten
    lines: dict[str, SweptLine]
    report: str  # its title
    measured: bool = False  # whether values were measured, and so have round ticks between them
    joined: bool = True  # whether a line joins the values of a contender
    note: str = ""  # below the axis
    spans: Mapping[float, tuple[float, float]] = MappingProxyType({})  # of places that have ends

    @property
    def bands(self) -> bool:
        """Whether there is room for the ranges of the seeds."""
        return len(self.lines) <= MOST_BANDS

    @property
    def ends(self) -> tuple[float, float]:
        """The ends of the axis; measured values that are nearly alike stand close together."""
        every = [*self.places, *(end for span in self.spans.values() for end in span)]
        low, high = min(every), max(every)
        room = max(ALIKE * high - (high - low), 0) / 2 if self.measured else 0
        return max(low - room, 0) if room else low, high + room


class Map(NamedTuple):
    """A metric of one contender over two swept paths (m, n): the first down, the second across."""

    title: str
    table: np.ndarray
    down: str
    rows: list[str]
    across: str
    columns: list[str]


def sweep(view: View) -> list[Slice] | list[Map] | None:
    """Slices; maps where two paths are swept; None where there is nothing to show.

    A sweep of one path whose values have names has none: no line can join them.
    """
    metric, swept = view.metrics[0], {}
    for title, results in view.reports.items():
        if results.swept and not named_alone(results.study):
            swept[title] = results, view.whole(results, metric).among("contender", view.names)
    swept = {title: one for title, one in swept.items() if not missing(one[1]["mean"]).all()}
    if not swept:
        return None
    if all(len(results.swept) == 2 for results, _ in swept.values()):
        return [one for title, pair in swept.items() for one in maps_of(title, *pair)]
    slices = [one for title, pair in swept.items() for one in slices_of(view, title, *pair)]
    return limited(slices, MOST_PANELS)


def named_alone(study):
    """Whether all that is swept is one path whose values have names, which no line can join."""
    return len(study.swept) == 1 and bool(study.named)


def values_of(results):
    """What each swept path is set to, in order, by its name."""
    settings = [list(variant.setting.values()) for variant in results.study.variants]
    columns = zip(*settings)
    return {
        name: [value for i, value in enumerate(column) if value not in column[:i]]
        for name, column in zip(results.swept, columns)
    }


def slices_of(view, title, results, table) -> Iterator[Slice]:
    """The slices of a report: along the numeric path with the most values."""
    values = values_of(results)
    name = max(values, key=lambda name: (numeric(values[name]), len(values[name])))
    others = {other: own for other, own in values.items() if other != name}
    own, even = values[name], not numeric(values[name])
    places = list(range(len(own))) if even else own
    decades = not even and min(places) > 0 and max(places) / min(places) > DECADES
    words = list(map(setting_text, own))
    for setting in product(*others.values()):
        part = table
        for other, value in zip(others, setting):
            part = part.where(np.array([one == value for one in part[other]], bool))
        fixed = [f"{short(other)} = {setting_text(value)}" for other, value in zip(others, setting)]
        lines = lines_of(view, part, name, dict(zip(range(len(own)), own)), places)
        full = ", ".join(filter(None, [title, *fixed]))
        yield Slice(full, name, places, words, decades, lines, title)


def lines_of(view, part: Table, name, values, places) -> dict[str, SweptLine]:
    """The line of each contender along a path."""
    tables = part.by("contender")
    found = {}
    for contender in [one for one in view.names if one in tables]:
        one = tables[contender]
        x = np.array([places[place_of(value, values)] for value in one[name]], float)
        order = np.argsort(x)
        mean, low, high = (one[column][order] for column in ("mean", "low", "high"))
        found[contender] = SweptLine(x[order], mean, low, high, int(one["seeds"][0]))
    return found


def place_of(value, values):
    """The position of a value among those of a path."""
    return next(place for place, one in values.items() if one == value)


def numeric(values):
    """Whether values are all numbers."""
    return all(isinstance(value, Real) and not isinstance(value, bool) for value in values)


def maps_of(title, results, table) -> Iterator[Map]:
    """A map for each contender of a report."""
    values = values_of(results)
    (down, rows), (across, columns) = values.items()
    words = [[short(setting_text(value)) for value in own] for own in (rows, columns)]
    for name, one in table.by("contender").items():
        means = np.full((len(rows), len(columns)), np.nan)
        for a, b, mean in zip(one[down], one[across], one["mean"]):
            means[rows.index(a), columns.index(b)] = mean
        full = ", ".join(filter(None, [title, short(name)]))
        yield Map(full, means, down, words[0], across, words[1])


def scale_of(maps: list[Map], metric: str) -> tuple[float, float]:
    """The values of the lightest and of the darkest cell."""
    least, most = (f([f(one.table) for one in maps]) for f in (np.nanmin, np.nanmax))
    return (min(least, 0) if metric in FROM_ZERO else least), most


def words_of(one: Map, most: float) -> list[list[str]]:
    """The texts of the cells of a map."""
    return [[f"{v:.3f}" if most < 10 else rounded(v) for v in row] for row in one.table]
