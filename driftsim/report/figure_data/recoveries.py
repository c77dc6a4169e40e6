"""Recovery data: how many rows contenders need to recover from each change."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from driftsim.evaluation.recovery import DID_NOT_FALL, median
from driftsim.report.dates import SPANS, row_text, stretch_text
from driftsim.report.figure_data.looks import rounded, short
from driftsim.report.figure_data.view import Scene, View
from driftsim.report.table import Table

EVERY = -1  # in the place of the row of a change
MOST_PANELS = 9  # with more changes, a matrix for each setting
MOST_SETTINGS = 12  # with one change each, that share a matrix
RECOVERED, LOST = "recovered", "had not recovered by then"
MEDIAN, RANGE = "median of the seeds", "their range"
SOME, MOST = "some seeds had not recovered by then", "most had not"
MEDIAN_OF_ALL, SOME_OF_ALL = "median of changes and seeds", "some had not recovered by then"
STAYED = "at 0: no clear fall"
UNITS = SPANS[1:]  # days and shorter ones, which have one length
LONGER = "had not recovered when the next change came, or the stream ended"


class Recovered(NamedTuple):
    """How one contender came through one change, over the seeds; rows from its first row."""

    name: str
    low: float  # the least of rows, and the greatest
    high: float
    at: float  # the median, or how long it was followed
    lost: bool  # with most seeds it had not recovered
    followed: float  # the longest that was followed in vain; NaN where all have recovered
    depth: float  # the mean of the falls
    stayed: bool  # with some seed it did not fall
    runs: int


class Unit(NamedTuple):
    """What recoveries are counted in: rows, or a time where rows have dates."""

    words: str
    micros: float = 0  # of one; 0 of rows

    def counts(self, scene: Scene, table: Table) -> np.ndarray:
        """How long each recovery of a table took (n,), counted from its change."""
        rows = table["rows"].astype(float)
        if not self.micros:
            return rows
        assert scene.dates is not None  # else it is rows
        starts = table["change"].astype(float)
        return (scene.dates.at(starts + rows) - scene.dates.at(starts)) / self.micros

    def text(self, count: float) -> str:
        """So many of it: 1,200 rows, or 3.5 days."""
        return f"{rounded(count) if self.micros else f'{count:,.0f}'} {self.words}"


ROWS = Unit("rows")


class RecoveryPanel(NamedTuple):
    """The recoveries of contenders from one change."""

    scene: Scene
    title: str
    marks: dict[str, Recovered]
    pooled: bool = False  # whether marks are of all changes, which come at other rows by seed
    unit: str = ROWS.words  # what they are counted in


class RecoveryMatrix(NamedTuple):
    """The median rows of each contender and change (m, n), or how long it was followed.

    The changes of one setting, or those of several settings that have one each.
    """

    title: str
    values: np.ndarray
    censored: np.ndarray
    names: list[str]
    columns: list[str]  # the names of the changes, or of the settings
    across: str  # what these are
    many: bool  # with several seeds
    unit: str = ROWS.words  # what values are counted in

    @property
    def words(self) -> list[list[str]]:
        """The texts of the cells."""
        return [
            [
                "" if np.isnan(rows) else f"{'> ' if longer else ''}{self._text(rows)}"
                for rows, longer in zip(*both)
            ]
            for both in zip(self.values, self.censored)
        ]

    def _text(self, value: float) -> str:
        """A value in its cell: whole rows, or a time in few digits."""
        return f"{value:,.0f}" if self.unit == ROWS.words else rounded(value)


def recoveries(view: View) -> list[RecoveryPanel] | list[RecoveryMatrix] | None:
    """A panel for each change; with many, a matrix for each setting; None without a change.

    Settings that have one change each share matrices, whose columns they are.
    """
    scenes = [(scene, by_change(view, scene)) for scene in view.scenes]
    scenes = [(scene, tables) for scene, tables in scenes if tables]
    unit = unit_of(scenes)
    scenes = [
        (scene, {row: in_unit(scene, one, unit) for row, one in tables.items()})
        for scene, tables in scenes
    ]
    if sum(len(tables) for _, tables in scenes) > MOST_PANELS:
        return matrices(view, scenes, unit.words)
    panels = [panel(scene, *one, unit.words) for scene, tables in scenes for one in tables.items()]
    return panels or None


def unit_in(view: View) -> Unit:
    """What the recoveries of a view are counted in."""
    scenes = [(scene, by_change(view, scene)) for scene in view.scenes]
    return unit_of([(scene, tables) for scene, tables in scenes if tables])


def unit_of(scenes: Sequence[tuple[Scene, dict[int, Table]]]) -> Unit:
    """What recoveries are counted in: rows, unless those of all settings have dates."""
    if not scenes or not all(scene.dates for scene, _ in scenes):
        return ROWS
    micros = Unit("microseconds", 1)
    times = [micros.counts(scene, one) for scene, own in scenes for one in own.values()]
    most = max(float(one.max()) for one in times)
    fit = (Unit(f"{name}s", size) for size, name in UNITS if most >= 2 * size)
    return next(fit, ROWS)


def in_unit(scene: Scene, table: Table, unit: Unit) -> Table:
    """A table of recoveries whose rows are counted in a unit."""
    return table.with_columns({"rows": unit.counts(scene, table)})


def by_change(view, scene) -> dict[int, Table]:
    """The recoveries of the contenders from each change, by the first row of the change.

    Where changes come at other rows with each seed, all of them together.
    """
    table, scenario = view.recovery(scene), scene.variant.scenario
    if scenario.stream.drift.varies and scenario.evaluation.seeds > 1:
        return {EVERY: table} if len(table) else {}
    return dict(sorted(table.by("change").items()))


def panel(scene, row, table, unit) -> RecoveryPanel:
    """The recoveries from a change at a row."""
    marks = {name: recovered(name, one) for name, one in table.by("contender").items()}
    return RecoveryPanel(
        scene, f"{scene.title}\n{name_of(scene, row)}".strip(), marks, row == EVERY, unit
    )


def recovered(name: str, table: Table) -> Recovered:
    """How one contender came through one change."""
    rows, censored = table["rows"].astype(float), table["censored"].astype(bool)
    middle = median(rows, censored)
    lost = bool(np.isnan(middle))
    followed = float(rows[censored].max()) if censored.any() else np.nan
    stayed = DID_NOT_FALL in [*table["outcome"]]
    at, depth = rows.max() if lost else middle, float(np.mean(table["depth"]))
    return Recovered(name, rows.min(), rows.max(), at, lost, followed, depth, stayed, len(rows))


def name_of(scene, row):
    """A change by its row, or a ramp by its first and its last, where `row` is the first."""
    if row == EVERY:
        return "all changes, which come at other rows with each seed"
    for seed in dict.fromkeys(one.seed for one in scene.played):
        for change in scene.stream.started_changes(seed):
            if change.first == row < change.last:
                return f"ramp from row {stretch_text(row, change.last, scene.dates)}"
    return f"change at row {row_text(row, scene.dates)}"


def occurring(panels: Sequence[RecoveryPanel]) -> list[str]:
    """What the marks of some panels mean."""
    marks = [one for panel in panels for one in panel.marks.values()]
    some, lost = any(one.followed >= 0 for one in marks), any(one.lost for one in marks)
    if all(one.runs == 1 for one in marks):
        occur = {RECOVERED: not all(one.lost or one.stayed for one in marks), LOST: lost}
    else:
        pooled = all(panel.pooled for panel in panels)
        middle, part = (MEDIAN_OF_ALL, SOME_OF_ALL) if pooled else (MEDIAN, SOME)
        occur = {middle: True, RANGE: True, part: some, MOST: lost}
    occur[STAYED] = any(one.stayed for one in marks)
    return [name for name, occurs in occur.items() if occurs]


def names_of(view: View, panels: Sequence[RecoveryPanel]) -> list[str]:
    """The contenders that have a mark in some panel, in order."""
    return [name for name in view.names if any(name in one.marks for one in panels)]


def farthest(panels: Sequence[RecoveryPanel]) -> float:
    """Where the axis ends, with room for arrows; where nobody fell, after one interval of rows."""
    marks = [one for panel in panels for one in panel.marks.values()]
    most = max(one.high for one in marks)
    return (1.2 if any(one.followed >= 0 for one in marks) else 1.06) * most or (
        float(panels[0].scene.variant.scenario.interval) if panels[0].unit == ROWS.words else 1
    )


def depth_text(value: float) -> str:
    """The depth of a fall as a figure writes it; nothing where it is not known."""
    if np.isnan(value):
        return ""
    return f"{round(value, 2) + 0.0:.2f}" if abs(value) < 1 else rounded(value)


def matrices(
    view: View, scenes: Sequence[tuple[Scene, dict[int, Table]]], unit: str
) -> list[RecoveryMatrix]:
    """Those of settings with several changes, and those of settings with one change each."""
    single = [(scene, tables) for scene, tables in scenes if len(tables) == 1]
    alone = single if len(single) > 1 else []
    found = [
        matrix(view, scene.title, [panel(scene, *one, unit) for one in tables.items()],
               change_labels(scene, tables), across_of(scene))
        for scene, tables in scenes if (scene, tables) not in alone
    ]  # fmt: skip
    for some in np.array_split(np.arange(len(alone)), -(-len(alone) // MOST_SETTINGS) or 1):
        own = [alone[i] for i in some]
        if own:
            panels = [
                panel(scene, row, table, unit)
                for scene, tables in own
                for row, table in tables.items()
            ]
            names = [short(scene.title) for scene, _ in own]
            found.append(matrix(view, settings_text(own), panels, names))
    return found


def matrix(
    view: View, title: str, panels: Sequence[RecoveryPanel], columns: list[str], across: str = ""
) -> RecoveryMatrix:
    """The recoveries of several panels, a column for each."""
    marks = [one.marks for one in panels]
    names = [name for name in view.names if any(name in one for one in marks)]
    values = np.full((len(names), len(marks)), np.nan)
    censored = np.zeros(values.shape, bool)
    for j, one in enumerate(marks):
        for name, mark in one.items():
            i = names.index(name)
            values[i, j], censored[i, j] = mark.at, mark.lost
    many = any(mark.runs > 1 for one in marks for mark in one.values())
    return RecoveryMatrix(title, values, censored, names, columns, across, many, panels[0].unit)


def change_labels(scene: Scene, changes: Iterable[int]) -> list[str]:
    """The first row of each change, or its date; of all changes together, that they are all."""
    dates = scene.dates
    texts = [dates.text(change) if dates else f"{change:,}" for change in changes]
    return ["all" if change == EVERY else text for change, text in zip(changes, texts)]


def across_of(scene: Scene) -> str:
    """What the changes of a setting are named by."""
    return "start of the change" if scene.dates else "first row of the change"


def settings_text(own: Sequence[tuple[Scene, dict[int, Table]]]) -> str:
    """Where the change of some settings is that have one each."""
    rows = {row for _, tables in own for row in tables}
    if rows == {EVERY}:
        return "all changes of each setting"
    scene = own[0][0]
    if len(rows) == 1 and not any(each.dates for each, _ in own):
        return f"change at row {row_text(rows.pop(), scene.dates)}"
    return "one change each"


def note_of(matrices: Sequence[RecoveryMatrix], numbers: int) -> str:
    """What cells mean that had not recovered; empty where there are none.

    Matrices with more rows or columns than `numbers` have hatches in the place of numbers.
    """
    signs = {
        "hatched" if max(one.values.shape) > numbers else ">"
        for one in matrices
        if one.censored.any()
    }
    timed = [f"in {matrices[0].unit}"] if matrices[0].unit != ROWS.words else []
    most = "most seeds " if any(one.many for one in matrices) else ""
    longer = [f"{' or '.join(sorted(signs))}: {most}{LONGER}"] if signs else []
    return "; ".join([*timed, *longer])
