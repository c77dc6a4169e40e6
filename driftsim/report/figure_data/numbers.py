"""Numbers: what figures show of each contender, as rows of a table."""

from collections.abc import Iterable, Iterator
from math import isnan, nan

import numpy as np

from driftsim.evaluation.metrics import LOWER_IS_BETTER
from driftsim.evaluation.recovery import RECOVERED, median
from driftsim.messages import setting_text
from driftsim.report.figure_data import cost_courses, memory_courses, severities
from driftsim.report.figure_data import ranks as rank_data
from driftsim.report.figure_data.costs import COSTS, costs
from driftsim.report.figure_data.curves import CurvePanel, excess_of
from driftsim.report.figure_data.detections import sorted_alarms
from driftsim.report.figure_data.price_lines import PriceLines, price_lines
from driftsim.report.figure_data.ranks import Ranks
from driftsim.report.figure_data.streams import distinct_streams, truths
from driftsim.report.figure_data.sweeps import Slice
from driftsim.report.figure_data.view import Scene, View
from driftsim.report.table import Row, Table

MOST = 60  # rows
QUARTERS = {"at 25 %": 0.25, "at 50 %": 0.5, "at 75 %": 0.75, "at the end": 1.0}  # of the rows
PERIODS = ("learner", "memory", "period", "cost", "low", "high", "error", "trainings")
FORGETTING = ("contender", "error", "forgetting", "backward_transfer")


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


def costs_so_far(view: View) -> Table:
    """What each contender has cost after each quarter of the stream."""
    return table(view, (quarters(row) for row in cost_courses.costs_so_far(view) or ()))


def memory(view: View) -> Table:
    """What the models of each contender take after each quarter of the stream."""
    return table(view, (quarters(row) for row in memory_courses.memory(view) or ()))


def quarters(row: Iterable[CurvePanel]) -> Iterator[Row]:
    """The values of the curves of some panels after each quarter of the rows."""
    for panel in row:
        for name, curve in panel.curves.items():
            shares = np.interp(curve.x, curve.x[[0, -1]], [0, 1])
            at = {words: int(np.argmin(np.abs(shares - part))) for words, part in QUARTERS.items()}
            about = {"setting": panel.scene.title, "contender": name, "metric": panel.label}
            yield about | {words: float(curve.mean[i]) for words, i in at.items()}


def periods(view: View) -> Table:
    """What each period between trainings would have cost."""
    found = ((scene, view.table(scene.results, "periods")) for scene in played(view))
    return table(view, (rows_of(scene, one, PERIODS) for scene, one in found))


def forgetting(view: View) -> Table:
    """What each contender knows of all concepts at the end, and has lost of them."""
    found = ((scene, view.table(scene.results, "forgetting")) for scene in played(view))
    kept = ((scene, one.among("contender", view.names)) for scene, one in found if len(one))
    return table(view, (rows_of(scene, one, FORGETTING) for scene, one in kept))


def rows_of(scene: Scene, found: Table, names: Iterable[str]) -> Iterator[Row]:
    """Some columns of a table of a setting."""
    for row in found.rows():
        yield {"setting": scene.title} | {name: row[name] for name in names if name in row}


def price(view: View) -> Table:
    """Who is the cheapest from which price of a training to which."""
    return table(view, map(cheapest, price_lines(view)))


def cheapest(one: PriceLines) -> Iterator[Row]:
    """Who is the cheapest in a setting, and the interval of the price up to which it is."""
    crossings = [*one.crossings, None]
    for (name, low, high), crossing in zip(one.cheapest, crossings):
        row = {"setting": one.title, "contender": name, "cheapest from": low, "cheapest to": high}
        if crossing is not None and crossing.known:
            row |= {"to, at least": crossing.low, "to, at most": crossing.high}
        yield row


def severity(view: View) -> Table:
    """The median rows that contenders take to recover, by how severe changes are."""
    return table(view, map(by_severity, severities.severity(view) or ()))


def by_severity(one: Slice) -> Iterator[Row]:
    """The points of a panel of severities."""
    for name, line in one.lines.items():
        for x, middle, low, high in zip(line.x, line.mean, line.low, line.high):
            about = {"setting": one.title, "contender": name, "metric": one.name}
            yield about | {"severity": x, "median rows": middle, "least": low, "most": high}


def stream(view: View) -> Table:
    """The share of each concept and of each class in the rows of a stream."""
    return table(view, (shares_of(scene) for scene in distinct_streams(view)))


def shares_of(scene: Scene) -> Iterator[Row]:
    """The shares of concepts and classes in a stream, over all seeds."""
    worlds, schema = truths(scene), scene.stream.schema
    parts = {"concept": ("concept", [*scene.stream.concepts])}
    if not schema.regression:
        parts["class"] = "actual", [*map(str, schema.classes or range(schema.n_classes or 0))]
    for kind, (column, names) in parts.items():
        sums = sum(one[column].sum(axis=0) for one in worlds)
        for name, share in zip(names, (sums / sums.sum()).tolist()):
            yield {"setting": scene.title, "part": f"{kind} {name}", "share of rows": share}


def sweep(view: View) -> Table:
    """The metric of each contender over the whole stream in each setting of a sweep."""
    metric = view.metrics[0]
    swept = {title: one for title, one in view.reports.items() if one.swept}
    return table(view, (settings_of(view, *pair, metric) for pair in swept.items()))


def settings_of(view: View, title: str, results, metric: str) -> Iterator[Row]:
    """The rows of a report with a sweep."""
    found = view.whole(results, metric)
    for row in found.among("contender", view.names).rows():
        setting = {name: plain(row[name]) for name in results.swept}
        yield {"setting": title, "contender": row["contender"]} | setting | {metric: row["mean"]}


def plain(value: object) -> object:
    """A swept value in a cell: a number, or a text as a scenario writes it."""
    return value if isinstance(value, int | float | str) else setting_text(value)


def ranks(view: View) -> Table:
    """The mean rank of each contender."""
    return table(view, map(ranked, rank_data.ranks(view) or ()))


def ranked(one: Ranks) -> Iterator[Row]:
    """The mean ranks of a report, the best first."""
    for name, rank in zip(one.names, one.ranks):
        yield {"setting": one.title, "contender": name, "mean rank": rank}


def played(view: View) -> list[Scene]:
    """The settings that have finished runs."""
    return [scene for scene in view.scenes if scene.played]


def table(view: View, every) -> Table:
    """The first rows of all settings as a table, without columns that are alike everywhere."""
    rows = [row for own in every for row in own][:MOST]
    columns = list(dict.fromkeys(name for row in rows for name in row))
    alike = {name for name in ("setting", "metric") if len({row.get(name) for row in rows}) == 1}
    found = Table.of_rows(rows, [name for name in columns if name not in alike])
    suite = all(one.study.suite for one in view.reports.values())
    named = {"setting": "stream"} if suite else {}
    return Table({named.get(name, name): found[name] for name in found})
