"""Numbers: what figures show of each contender, as rows of a table."""

from collections.abc import Iterator
from math import isnan, nan

import numpy as np

from driftsim.evaluation.metrics import LOWER_IS_BETTER
from driftsim.evaluation.recovery import RECOVERED, median
from driftsim.report.figure_data.costs import COSTS, costs
from driftsim.report.figure_data.curves import excess_of
from driftsim.report.figure_data.detections import sorted_alarms
from driftsim.report.figure_data.view import Scene, View
from driftsim.report.table import Row, Table

MOST = 60  # rows


def curves(view: View) -> Table:
    """Each metric over the whole stream, and in the worst window."""
    every = (along(view, scene, metric) for metric in view.metrics for scene in played(view))
    return table(view, every)


def excess(view: View) -> Table:
    """The excess over the whole stream, and in the worst window."""
    return table(view, (along(view, scene, excess_of(scene)) for scene in played(view)))


def along(view: View, scene: Scene, metric: str) -> Iterator[Row]:
    """A metric of each contender over the whole stream of a setting, and in its worst window."""
    whole, tables = view.whole(scene.results, metric), view.curves(scene, metric).by("contender")
    means = dict(zip(whole.values("contender"), whole.values("mean")))
    for name in [name for name in view.names if not isnan(means.get(name, nan))]:
        row = {
            "setting": scene.title,
            "contender": name,
            "metric": metric,
            "whole stream": means[name],
        }
        values = tables[name]["mean"]
        if not np.isnan(values).all():
            at = np.nanargmax(values) if metric in LOWER_IS_BETTER else np.nanargmin(values)
            rows = tables[name]["last_row"]
            row |= {"worst window": float(values[at]), "up to row": int(rows[at])}
        yield row


def recovery(view: View) -> Table:
    """How many changes each contender recovered from, and after how many rows."""
    return table(view, (recovered(view, scene) for scene in played(view)))


def recovered(view: View, scene: Scene) -> Iterator[Row]:
    """The recoveries of each contender in a setting."""
    tables = view.recovery(scene).by("contender")
    for name in [name for name in view.names if name in tables]:
        one = tables[name]
        yield {
            "setting": scene.title,
            "contender": name,
            "changes": len(one),
            "recovered": one.values("outcome").count(RECOVERED),
            "median rows": float(median(one["rows"], one["censored"])),
        }


def alarms(view: View) -> Table:
    """How many changes each contender found, and how many of its alarms were false."""
    return table(view, (found(view, scene) for scene in played(view)))


def found(view: View, scene: Scene) -> Iterator[Row]:
    """What each contender found in a setting, on average over the seeds."""
    rows = {row["contender"]: row for row in view.table(scene.results, "alarms").rows()}
    for name in sorted_alarms(view, scene):
        one = rows[name]
        yield {
            "setting": scene.title,
            "contender": name,
            "alarms": one["alarms"],
            "changes": one["changes"],
            "found": one["detected"],
            "after rows": one["to_detection"],
            "false alarms": one["extra"] + one["early"],
        }


def cost(view: View) -> Table:
    """The metric of each contender and what it cost, and on which Pareto fronts it is."""
    metric = view.metrics[0]
    return table(view, (spent(one, metric, title) for title, one in costs(view, metric).items()))


def spent(one, metric: str, title: str) -> Iterator[Row]:
    """What each contender spent in a setting."""
    fronts = {name: {*one.front(name, metric).tolist()} for name in COSTS}
    for i, name in enumerate(one.names):
        row = {"setting": title, "contender": name, metric: float(one.mean[i])}
        row |= {kind: float(values[i]) for kind, values in one.spent.items()}
        best = [kind for kind, front in fronts.items() if i in front]
        yield row | {"nothing cheaper is better, by": ", ".join(best)}


def played(view: View) -> list[Scene]:
    """The settings that have finished runs."""
    return [scene for scene in view.scenes if scene.played]


def table(view: View, every) -> Table:
    """The first rows of all settings as a table, without columns that are alike everywhere."""
    rows = [row for own in every for row in own][:MOST]
    columns = list(dict.fromkeys(name for row in rows for name in row))
    alike = {"setting", "metric"} & {
        name for name in columns if len({row[name] for row in rows}) == 1
    }
    kept = [name for name in columns if name not in alike]
    return Table.of_rows([{name: row.get(name, nan) for name in kept} for row in rows], kept)
