"""Curve data: metrics along the stream, and when contenders were retrained."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from driftsim.evaluation.metrics import FROM_ZERO
from driftsim.report.amounts import ROUNDED, title
from driftsim.report.decision.floors import first_schedules
from driftsim.report.figure_data.looks import MOST_BANDS
from driftsim.report.figure_data.view import Scene, View
from driftsim.report.table import Table, missing
from driftsim.scenario import Scenario

ORACLE = "oracle (best possible)"
MOST_LINES = 12  # of a panel; with more, each panel shows some contenders, and the others faintly
MOST_NAMED, LONGEST_NAME = 6, 11  # rows of trainings, and letters, that have room for names
ENDS = ("mean", "low", "high")
REST = 4  # times as many rows has a window as the last one, for that to be left out
WIDER = "\u0250"  # than Latin letters: those from here on may be


class Curve(NamedTuple):
    """A metric along the stream: the mean over the seeds, and the least and the greatest."""

    name: str
    x: np.ndarray  # rows: of steps the first one of each window and the end, else where each ends
    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray
    seeds: int


class CurvePanel(NamedTuple):
    """The curves of one scene in one metric, or in what contenders have cost."""

    scene: Scene
    label: str  # of the axis of values
    zero: bool  # whether that starts at zero
    steps: bool  # whether each value holds over the rows of its window
    curves: dict[str, Curve]
    others: list[Curve]  # of contenders that are shown faintly
    best: Curve | None  # the best possible
    retrained: dict[str, np.ndarray]  # the rows of each contender that was, with the first seed
    schedules: dict[str, np.ndarray]  # the rows of the trainings of each floor, with that seed
    aim: float | None = None  # what the metric should be, where it should be neither more nor less
    alone: bool = False  # whether its axis of values is its own, and not that of its neighbours

    @property
    def bands(self) -> bool:
        """Whether there is room for the ranges of the seeds."""
        return len(self.curves) <= MOST_BANDS

    @property
    def named(self) -> bool:
        """Whether each row of trainings has the name of its contender beside it: few short ones."""
        few = len(self.retrained) <= MOST_NAMED
        return few and all(len(one) <= LONGEST_NAME and max(one) < WIDER for one in self.retrained)


def curves(view: View) -> list[list[CurvePanel]] | None:
    """The panels of each metric; None where none is known, unless every run failed."""
    failed = not any(scene.played for scene in view.scenes)
    return panels(view, view.metrics) if failed or known(view, view.metrics) else None


def excess(view: View) -> list[list[CurvePanel]] | None:
    """The panels of the error above the best possible; None where that is not known."""
    metrics = list(dict.fromkeys(map(excess_of, view.scenes)))
    return panels(view, metrics) if known(view, metrics) else None


def panels(view: View, metrics: Sequence[str]) -> list[list[CurvePanel]]:
    """The panels of each metric: of each scene, or of some contenders each of a single one."""
    pairs = scenes_and_names(view)
    return [[panel_of(view, metric, *pair) for pair in pairs] for metric in metrics]


def scenes_and_names(view):
    """The scene of each panel and its contenders: many are split if there is a single scene."""
    scenes, names = view.scenes, view.names
    if len(scenes) > 1:
        return [(scene, names) for scene in scenes]
    parts = -(-len(names) // MOST_LINES)
    return [(scenes[0], part.tolist()) for part in np.array_split(np.array(names, object), parts)]


def panel_of(view, metric, scene, names) -> CurvePanel:
    """The curves of some contenders in one metric."""
    steps, tables = view.over == "tumbling", {}
    if scene.played:
        tables = view.curves(scene, metric).by("contender")
    found = {name: curve_of(name, one, steps) for name, one in tables.items()}
    shown = {name: found[name] for name in names if name in found}
    shown = {name: one for name, one in shown.items() if np.isfinite(one.mean).any()} or shown
    others = [one for name, one in found.items() if name in view.names and name not in names]
    oracle = None if "oracle" in view.looks else found.get("oracle")
    if oracle is not None:
        oracle = oracle._replace(name=ORACLE) if np.isfinite(oracle.mean).any() else None
    ticks = retrainings(scene.played, shown) if len(shown) <= MOST_LINES else {}
    about = title(metric), metric in FROM_ZERO
    planned = first_schedules(scene.variant) if scene.played else {}
    aim = aims(scene.variant.scenario).get(metric)
    return CurvePanel(scene, *about, steps, shown, others, oracle, ticks, planned, aim)


def aims(scenario: Scenario) -> dict[str, float]:
    """What metrics should be that should be neither more nor less: the level of intervals."""
    intervals = scenario.evaluation.prediction_intervals
    return {} if intervals is None else {"coverage": intervals.level}


def curve_of(name: str, table: Table, steps: bool) -> Curve:
    """The curve of a contender, by its rows of a table; without a much shorter last one."""
    table = table.where(slice(whole_windows(table))) if steps else table
    x, values = table["last_row"] + 1, [without_rounding(table[one]) for one in ENDS]
    if steps:
        x = np.append(table["first_row"], x[-1])
        values = [np.append(one, one[-1]) for one in values]
    mean, low, high = values
    return Curve(name, x, mean, low, high, int(table["seeds"][0]))


def whole_windows(table: Table) -> int:
    """How many windows of a table of curves are no short rest, whose values would be noise."""
    rows = (table["last_row"] + 1 - table["first_row"])[-2:]
    return len(table) - (len(rows) > 1 and bool(REST * rows[1] < rows[0]))


def without_rounding(values: np.ndarray) -> np.ndarray:
    """Values, with zeros where they differ from zero by rounding alone, as an excess may."""
    return np.where(np.abs(values) < ROUNDED, 0.0, values)


def retrainings(played, names):
    """Where each contender was retrained with the first seed, without those that never were."""
    firsts = {one.contender: one.trace.columns for one in reversed(played)}
    ticks = {name: retrained_at(firsts[name]) for name in names}
    return {name: rows for name, rows in ticks.items() if len(rows)}


def retrained_at(columns):
    """The first rows of the intervals in which a contender was trained after the warm-up."""
    return columns["first_row"][1:][columns["fits"][1:] > 0]


def known(view, metrics):
    """Whether any of these metrics is known of any contender."""
    pairs = [(results, metric) for results in view.reports.values() for metric in metrics]
    tables = [view.whole(*pair).among("contender", view.names) for pair in pairs]
    return any(not missing(table["mean"]).all() for table in tables)


def excess_of(scene):
    """The name of the metric that is the excess."""
    return "excess_mse" if scene.stream.schema.regression else "excess_error"
