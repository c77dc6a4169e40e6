"""Costs: a metric of each contender against its seconds, its labels and its trainings."""

import numpy as np
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from driftsim.evaluation.metrics import FROM_ZERO, LOWER_IS_BETTER, Metric, metric_of
from driftsim.report.figures.label_placement import add_point_names
from driftsim.report.figures.panels import ACROSS, frozen, grid, set_title
from driftsim.report.figures.style import rounded
from driftsim.report.table import Table
from driftsim.report.variant_results import SECONDS, ContenderResult

HEIGHT, NAME = 2.8, 0.13  # inches of a panel, and of each name beyond a few
FEW, LONG = 12, 20  # names; characters: with more of either, a panel is as wide as the figure
MOST_SETTINGS = 4  # that have panels of their own; with more, the mean of all settings has
DECADES = 20  # how many times as much the dearest costs, for a scale of powers of ten
COSTS = {"seconds": [*SECONDS], "labels": ["labels"], "fits": ["fits"]}
COLUMNS = ("contender", "mean", *COSTS)


def cost(view):
    """A point for each contender: its metric against its seconds, its labels and its fits."""
    metric = view.metrics[0]
    frames = costs_by_setting(view, metric)
    if not frames:
        return None
    most = max(map(len, frames.values()))
    across = ACROSS if most <= FEW and max(map(len, view.names)) <= LONG else 1
    height = HEIGHT + NAME * max(most - FEW, 0)
    figure, blocks = grid(len(frames), len(COSTS), height, across, frames)
    points = {}
    for block, (title, frame) in zip(blocks, frames.items()):
        set_title(block[0], title)
        for panel, name in zip(block, COSTS):
            points[panel] = plot_points(panel, view, frame, name, metric)
            if panel.get_subplotspec().is_first_col():
                panel.set_ylabel(metric.replace("_", " "))
            if metric in FROM_ZERO:
                panel.set_ylim(0, 1.08 * frame["mean"].max() or 1)
    frozen(figure)
    for panel, named in points.items():
        add_point_names(panel, named, [line for line in panel.lines if line.get_gid() == "front"])
    return figure


def costs_by_setting(view, metric) -> dict[str, Table]:
    """The metric and the costs of each contender, by the title of a setting; or their means."""
    by_report: dict[str, dict] = {}
    for scene in view.every:
        measure, contenders = metric_of(metric, scene.stream.schema), scene.variant.contenders
        rows = (
            dict(zip(COLUMNS, (name, *costs_of(contenders[name], measure))))
            for name in view.names
            if name in contenders
        )
        known = (row for row in rows if not np.isnan(row["mean"]))
        by_report.setdefault(scene.report, {})[scene.title] = Table.of_rows(known, COLUMNS)
    return {
        title: table
        for report, tables in by_report.items()
        for title, table in averaged(report, tables).items()
        if len(table)
    }


def costs_of(result: ContenderResult, metric: Metric) -> list[float]:
    """The metric and the costs of a contender over whole streams, means over the seeds."""
    spent = ([result.cost(name) for name in names] for names in COSTS.values())
    mean = float(np.mean(result.per_seed(result.values(metric))))
    return [mean, *(np.nan if np.isnan(costs).all() else np.nansum(costs) for costs in spent)]


def engines(view):
    """What each contender ran on, without the reason why."""
    results = [one for scene in view.every for one in scene.variant.contenders.values()]
    found = {one.contender: one.engine.partition(":")[0] for one in results}
    return {name: found[name] for name in view.names if name in found}


def averaged(report, tables):
    """The table of each setting; where they are many their mean, of contenders known in all."""
    if len(tables) <= MOST_SETTINGS:
        return tables
    spent: dict[str, list] = {}
    for table in tables.values():
        for one in table.rows():
            spent.setdefault(one["contender"], []).append([one[name] for name in COLUMNS[1:]])
    means = {name: np.sum(rows, axis=0) / len(rows) for name, rows in spent.items()}
    rows = (
        dict(zip(COLUMNS, (name, *means[name])))
        for name, own in spent.items()
        if len(own) == len(tables) and not np.isnan(means[name]).any()
    )
    title = f"{report}{', ' if report else ''}mean of {len(tables)} settings"
    return {title: Table.of_rows(rows, COLUMNS)}


def plot_points(panel, view, frame, name, metric):
    """Plot a point (x, y) for each contender, and the Pareto front; gives the points by name."""
    differ = name == "seconds" and len({*engines(view).values()}) > 1
    panel.set_xlabel(f"{name}, of different engines" if differ else name)
    set_scale(panel, frame[name].astype(float))
    for contender, x, y in zip(frame["contender"], frame[name], frame["mean"]):
        look = view.looks[contender]
        style = {"color": look.colour, "linestyle": "none", "clip_on": False}
        panel.plot(x, y, marker=look.marker, markersize=5, gid="point", zorder=3, **style)
    panel.margins(0.1)
    front = pareto(frame[name], frame["mean"], metric in LOWER_IS_BETTER)
    x, y = frame[name][front], frame["mean"][front]
    style = {"color": "#dddddd", "linewidth": 2, "solid_joinstyle": "miter"}
    panel.step(x, y, where="post", zorder=0.6, gid="front", **style)
    return dict(zip(frame["contender"], zip(frame[name], frame["mean"])))


def pareto(x, y, lower_is_better):
    """The positions of the Pareto front: no other point is better in both; the cheapest first."""
    x, y = np.asarray(x), np.asarray(y) if lower_is_better else -np.asarray(y)
    order = np.lexsort((y, x))
    least = np.minimum.accumulate(y[order])
    first = np.r_[True, y[order][1:] < least[:-1]]
    return order[first]


def set_scale(panel, values):
    """Powers of ten where the greatest value is many times the least, else even steps."""
    positive = values[values > 0]
    spans = positive.max() / positive.min() if len(positive) else 1
    if spans <= DECADES:
        panel.xaxis.set_major_locator(MaxNLocator(4))
    elif values.min() > 0:
        panel.set_xscale("log", subs=[])
        subs = [1, 3] if spans < 100 else [1]
        panel.xaxis.set_major_locator(LogLocator(subs=subs, numticks=5))
    else:
        panel.set_xscale("symlog", linthresh=positive.min(), linscale=0.5)
        panel.xaxis.get_major_locator().set_params(numticks=5)
    panel.xaxis.set_minor_locator(NullLocator())  # which would name powers of ten between
    panel.xaxis.set_major_formatter(FuncFormatter(lambda x, _: rounded(x)))
