"""HTML tables: tables as the cells that people read and sort."""

import math
from collections.abc import Mapping
from datetime import time, timedelta
from typing import NamedTuple

from driftsim.evaluation.decision.prices import SHARES
from driftsim.report.decision.grid_values import NEVER
from driftsim.report.figure_data.looks import COLOURS
from driftsim.report.page.table_notes import NOTES, TITLES, meaning
from driftsim.report.rankings import STATISTICS
from driftsim.report.summary_text import COUNTS, brief, is_metric, readable, worthwhile
from driftsim.report.table import Table

LONG = 24  # rows; a longer table is folded up
MOST_ROWS = 1_000  # of a table in the page
COUNTED = (
    *COUNTS,
    "change",
    "phase",
    "last_row",
    "visit",
    "settings",
    "changes",
    "seed",
    "repeat",
    "row",
)
MIDNIGHT, NEAR = time(0), timedelta(hours=2)  # dates so near are written with seconds
ROUNDING = 1e-12  # smaller values are errors of rounding
LEAST_P = 0.0001  # a smaller p is written as "< 0.0001"
NAMES = ("contender", "better")  # columns that head their rows
OTHERS = ("worse", "other", "cheaper_below", "cheaper_above")  # that name contenders, too
LONG_NAME = 28  # characters; a longer one takes several lines
WHOLE = "whole"  # the summary with every column
FOLDED = (  # at any length
    WHOLE, "periods", "schedules", "recovery", "breakeven", "probed",
)  # fmt: skip


class HtmlTable(NamedTuple):
    """A table of the page: its texts, which the template escapes."""

    name: str
    title: str
    note: str
    meanings: list[tuple[str, str]]  # of columns: heading and meaning
    columns: list[tuple[str, bool]]  # heading, and whether the column holds words
    rows: list[tuple[bool, list]]  # whether it is of a reference; text and kind of each cell
    n_rows: int  # of the whole table
    folded: bool


def tables(results) -> list[HtmlTable]:
    """All tables that have rows."""
    models = [*results.study.contenders]
    own = results.tables
    summary = brief(results).with_columns({"engine": own.summary["engine"]})
    named = {
        "summary": summary,
        "whole": worthwhile(own.summary),
        "costs": priced_shares(own.costs) if own.priced else Table({}),
        "floor": own.floor,
        "gaps": own.gaps,
        "periods": own.periods,
        "schedules": own.schedules,
        "recovered": own.recovered(results.window),
        "recovery": own.recovery(results.window),
        "alarms": own.alarms,
        "differences": own.differences,
        "worth": own.worth(),
        "breakeven": own.breakeven(),
        "wrong_prices": own.wrong_prices,
        "ranks": tested(own.ranks),
        "pairs": own.pairs,
        "forgetting": own.forgetting,
        "probed": own.probed,
    }
    return [
        html_table(name, one, models, results.metrics) for name, one in named.items() if len(one)
    ]


def priced_shares(costs: Table) -> Table:
    """A table of costs without the shares that no contender has."""
    return costs.but(*(share for share in SHARES if not costs[share].any()))


def tested(ranks: Table) -> Table:
    """A table of ranks without the statistics that a sign test of two contenders lacks."""
    lacking = all(map(math.isnan, ranks.values("friedman")))
    return ranks.but(*STATISTICS) if lacking else ranks


def html_table(name: str, table: Table, models, metrics) -> HtmlTable:
    """A table with its title and the meaning of its columns, folded up if long.

    Rows of anything but a contender of `models`, in order, are references; `metrics` are
    declarations.
    """
    note, n = NOTES[name], len(table)
    if n > MOST_ROWS:
        note += f" The first {MOST_ROWS:,} of {n:,} rows; the CSV file has them all."
    columns = {key: texts_of_dates(table, key) or table.values(key) for key in table}
    if name != WHOLE:
        columns = {key: own for key, own in columns.items() if any(map(known, own))}
    return HtmlTable(
        name,
        TITLES[name],
        note,
        [(heading(key), words) for key in columns if (words := meaning(name, key, metrics))],
        [(heading(key), any(isinstance(one, str) for one in own)) for key, own in columns.items()],
        list(rows({key: own[:MOST_ROWS] for key, own in columns.items()}, models)),
        n,
        name in FOLDED or n > LONG,
    )


def known(value) -> bool:
    """Whether there is anything in a cell."""
    return value is not None and value == value and value != ""


def plain_table(name: str, table: Table, models) -> HtmlTable:
    """A small table without notes, whose rows of contenders are in their colours."""
    columns = {key: table.values(key) for key in table}
    heads = [
        (heading(key), any(isinstance(one, str) for one in own)) for key, own in columns.items()
    ]
    return HtmlTable(name, "", "", [], heads, list(rows(columns, [*models])), len(table), False)


def texts_of_dates(table: Table, name: str) -> list[str]:
    """A column of dates as people read them, no more precisely than they differ; none of others."""
    if table[name].dtype.kind != "M":
        return []
    dates = table.values(name)
    known = [one for one in dates if one]
    days = len(known) == len(dates) and not any(one.time() > MIDNIGHT for one in known)
    near = len(known) > 0 and max(known) - min(known) < NEAR
    short = near and any(one.second for one in known)
    form = "%Y-%m-%d" if days else f"%Y-%m-%d %H:%M{':%S' if short else ''}"
    return [one.strftime(form) if one else "" for one in dates]


def rows(columns, models):
    """Each row: whether it is of a reference, and the text and the kind of each cell."""
    heads = [key in NAMES for key in columns]
    looks = colours(models)
    for values in zip(*columns.values()):
        owner = next((value for value, head in zip(values, heads) if head), None)
        yield (
            owner is not None and owner not in models,
            [(text_of(*one), kind_of(*one, looks)) for one in zip(columns, values)],
        )


def colours(models) -> dict[str, str]:
    """The classes of contenders in the style of the page, which give them their colours."""
    return {name: f"c{i % len(COLOURS)}" for i, name in enumerate(models)}


def heading(name):
    """The name of a column as people read it."""
    return name.replace("_", " ") if name.isidentifier() else name


def kind_of(name: str, value, looks: Mapping[str, str]) -> str:
    """The kind of a cell: what names its row heads it; names are in the colours of their lines."""
    if not isinstance(value, str):
        return "number"
    own = looks.get(value, "") if name in (*NAMES, *OTHERS) else ""
    if name in NAMES:
        return " ".join(filter(None, ["head", own, "long" * (len(value) > LONG_NAME)]))
    return f"{own} word".strip()


def text_of(name, value):
    """A value as people read it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    readable_alone = name in COUNTED or is_metric(name) or "seconds" in name
    if readable_alone or not isinstance(value, float) or math.isnan(value):
        return readable(name, value)
    if math.isinf(value):
        return NEVER if name == "period" else "∞"
    if abs(value) < ROUNDING and name != "p":
        return "0"
    if name == "p" and value < LEAST_P:
        return f"< {LEAST_P:.4f}"
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.4g}"
