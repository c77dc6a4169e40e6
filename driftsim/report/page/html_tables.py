"""HTML tables: frames as the cells that people read and sort."""

import math
from typing import NamedTuple

import pandas as pd

from driftsim.report.page.table_notes import NOTES, TITLES, meaning
from driftsim.report.summary_text import COUNTS, brief, is_metric, readable, worthwhile

LONG = 24  # rows; a longer table is folded up
MOST_ROWS = 1_000  # of a table in the page
COUNTED = (*COUNTS, "change", "phase", "last_row", "visit", "settings", "changes", "seed", "repeat")
LEAST_P = 0.0001  # a smaller p is written as "< 0.0001"
NAMES = ("contender", "better")  # columns that head their rows
FOLDED = ("whole", "recovery", "probed")  # at any length


class Frames(NamedTuple):
    """The tables of a study, each computed once."""

    summary: pd.DataFrame
    recovered: pd.DataFrame
    recovery: pd.DataFrame
    alarms: pd.DataFrame
    differences: pd.DataFrame
    ranks: pd.DataFrame
    pairs: pd.DataFrame
    forgetting: pd.DataFrame
    probed: pd.DataFrame


class HtmlTable(NamedTuple):
    """A table of the page: its texts, which the template escapes."""

    name: str
    title: str
    note: str
    meanings: list[tuple[str, str]]  # of columns: heading and meaning
    columns: list[tuple[str, bool]]  # heading, and whether the column holds words
    rows: list[tuple[bool, list]]  # whether it is of a reference; text and kind of each cell
    n_rows: int  # of the frame
    folded: bool


def frames(results) -> Frames:
    """The tables of some results."""
    return Frames(
        results.summary(), results.recovered(), results.recovery(), results.alarms(),
        results.compare(), results.ranks(), results.rank_pairs(), results.forgetting(),
        results.probed(),
    )  # fmt: skip


def tables(results, frames: Frames) -> list[HtmlTable]:
    """All tables that have rows."""
    models = {name for one in results.study.variants for name in one.scenario.models}
    summary = brief(results, frames.summary).assign(engine=frames.summary["engine"])
    named = {"summary": summary, "whole": worthwhile(frames.summary)}
    named |= {name: frame for name, frame in frames._asdict().items() if name != "summary"}
    return [
        table(name, frame, models, results.metrics) for name, frame in named.items() if len(frame)
    ]


def table(name, frame, models, metrics) -> HtmlTable:
    """A frame as a table with its title and the meaning of its columns, folded up if long.

    Rows of anything but a contender of `models` are references; `metrics` are declarations.
    """
    note, frame = NOTES[name], with_texts_of_dates(frame)
    if len(frame) > MOST_ROWS:
        note += f" The first {MOST_ROWS:,} of {len(frame):,} rows; the CSV file has them all."
    meanings = [(heading(key), meaning(name, key, metrics)) for key in frame.columns]
    return HtmlTable(
        name,
        TITLES[name],
        note,
        [pair for pair in meanings if pair[1]],
        [(heading(key), any(isinstance(one, str) for one in frame[key])) for key in frame.columns],
        list(rows(frame.head(MOST_ROWS), models)),
        len(frame),
        name in FOLDED or len(frame) > LONG,
    )


def with_texts_of_dates(frame):
    """A frame with its dates as people read them, no more precisely than they differ."""
    texts = {}
    for name in frame.columns[[one.kind == "M" for one in frame.dtypes]]:
        dates = frame[name]
        days = (dates.dt.normalize() == dates).all()
        short = dates.dt.second.any() and dates.max() - dates.min() < pd.Timedelta(hours=2)
        form = "%Y-%m-%d" if days else f"%Y-%m-%d %H:%M{':%S' if short else ''}"
        texts[name] = dates.dt.strftime(form).fillna("")
    return frame.assign(**texts)


def rows(frame, models):
    """Each row: whether it is of a reference, and the text and the kind of each cell."""
    heads = [key in NAMES for key in frame.columns]
    for values in frame.itertuples(index=False, name=None):
        owner = next((value for value, head in zip(values, heads) if head), None)
        cells = [cell(*one) for one in zip(frame.columns, values, heads)]
        yield owner is not None and owner not in models, cells


def heading(name):
    """The name of a column as people read it."""
    return name.replace("_", " ") if name.isidentifier() else name


def cell(name, value, head):
    """The text of a cell, and its kind: what names its row heads it."""
    kind = "head" if head else "word" if isinstance(value, str) else "number"
    return text_of(name, value), kind


def text_of(name, value):
    """A value as people read it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    readable_alone = name in COUNTED or is_metric(name) or "seconds" in name
    if readable_alone or not isinstance(value, float) or math.isnan(value):
        return readable(name, value)
    if name == "p" and value < LEAST_P:
        return f"< {LEAST_P:.4f}"
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.4g}"
