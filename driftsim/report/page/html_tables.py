"""Tables: frames as people read them, and sort them."""

import html
import math
from typing import NamedTuple

import pandas as pd

from driftsim.report.summary_text import COUNTS, brief, is_metric, readable, worthwhile

LONG = 24  # rows, beyond which a table is folded up
MOST_ROWS = 1_000  # of a table in the page
COUNTED = (*COUNTS, "change", "phase", "last_row", "visit", "settings", "changes", "seed", "repeat")
LEAST_P = 0.0001  # below which a chance is told as less
NAMES = ("contender", "better")  # columns that head their rows
NOTES = {
    "summary": "Means over the seeds; ± is half the width of the interval at 95 %, over the seeds, "
    "or with one stream of these trained models on rows like these. Grey rows are references: "
    "oracle knows the world, the others have seen every label before the row. An empty cell "
    "cannot be known.",
    "whole": "Means over the seeds; …_low and …_high are the bounds of the interval at 95 %.",
    "recovered": "rows: the median, over seeds and changes, from a change to the end of the first "
    "window that is as good again; changes that were not followed to their end (censored) count "
    "as longer, and those at which it did not fall as 0. Without a median fewer than half have "
    "recovered. level: the mean excess before the change, to which it has to come back; depth: "
    "that of the worst window after it, beyond the level; area: the excess beyond the level until "
    "it has recovered, in rows' worth of errors; standard error: of a window, by chance. Where "
    "nobody knows the best possible, the loss stands in for the excess.",
    "recovery": "The same for each contender, seed and change: its outcome, and the rows of a "
    "window and the tolerance of the excess by which it was judged.",
    "alarms": "Alarms against the true changes, means over the seeds. Below each contender stand "
    "two detectors that see no errors and ring as often. Where no change is known, as in recorded "
    "rows without marks, nobody knows which alarms are true, and the cells are empty.",
    "differences": "Each two contenders: how much better one is in the first metric, with an "
    "interval at 95 % for this pair alone; p is corrected for all pairs (Holm), and they are told "
    "apart where it is below .05.",
    "ranks": "The mean rank of each contender over the settings, 1 for the best; p: the chance of "
    "such ranks if all were alike; critical: how far apart two ranks have to be.",
    "pairs": "Each two contenders: in how many settings the one is better, and p by Wilcoxon's "
    "signed-rank test, corrected for all pairs (Holm).",
    "forgetting": "error: on fresh rows of all concepts at the end. Of the concepts that do not "
    "rule then, forgetting: how much higher it is than it was at its lowest; backward transfer: "
    "how much lower than when the concept last ruled.",
    "probed": "The error on fresh rows of each concept after each phase, the mean over the seeds.",
}
TITLES = {
    "summary": "Summary",
    "whole": "Summary, every column",
    "recovered": "Recovery",
    "recovery": "Recovery after each change, with each seed",
    "alarms": "Alarms",
    "differences": "Differences between contenders",
    "ranks": "Ranks over the settings",
    "pairs": "Pairs over the settings",
    "forgetting": "Forgetting",
    "probed": "Errors on fresh rows of each concept",
}
FOLDED = ("whole", "recovery", "probed")  # whatever their length


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


def frames(results):
    """The tables of some results."""
    return Frames(
        results.summary(), results.recovered(), results.recovery(), results.alarms(),
        results.compare(), results.ranks(), results.rank_pairs(), results.forgetting(),
        results.probed(),
    )  # fmt: skip


def tables(results, told):
    """All tables that have rows, as HTML; `told` are the frames."""
    models = {name for one in results.study.variants for name in one.scenario.models}
    summary = brief(results, told.summary).assign(engine=told.summary["engine"])
    shown = {"summary": summary, "whole": worthwhile(told.summary)}
    shown |= {name: frame for name, frame in told._asdict().items() if name != "summary"}
    parts = [section(name, frame, models) for name, frame in shown.items() if len(frame)]
    return "\n".join(parts)


def section(name, frame, models):
    """A table with its title and what its columns mean, folded up if it is long."""
    title, note = html.escape(TITLES[name]), html.escape(NOTES[name])
    if len(frame) > MOST_ROWS:
        note += f" The first {MOST_ROWS:,} of {len(frame):,} rows; the CSV file has them all."
    made = table(frame.head(MOST_ROWS), models, name)
    body = (
        f'<p class="note">{note}</p>\n'
        f'<div class="wide" role="region" tabindex="0" aria-labelledby="table-{name}">{made}</div>'
    )
    if name in FOLDED or len(frame) > LONG:
        head = f'<summary><h3 id="table-{name}">{title}</h3> {len(frame):,} rows</summary>'
        return f"<details>{head}\n{body}</details>"
    return f'<h3 id="table-{name}">{title}</h3>\n{body}'


def table(frame, models, name):
    """A frame as a table; rows that are not of a contender are references."""
    named = [key in NAMES for key in frame.columns]
    head = "".join(
        f'<th scope="col"{" class=word" if wordy(frame[key]) else ""}>{heading(key)}</th>'
        for key in frame.columns
    )
    rows = []
    for values in frame.itertuples(index=False, name=None):
        cells = (cell(*one) for one in zip(frame.columns, values, named))
        owner = next((value for value, own in zip(values, named) if own), None)
        kind = "" if owner is None or owner in models else " class=reference"
        rows.append(f"<tr{kind}>{''.join(cells)}</tr>")
    body = "\n".join(rows)
    return (
        f'<table aria-labelledby="table-{name}">\n<thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{body}\n</tbody></table>"
    )


def heading(name):
    """The name of a column as people read it."""
    return html.escape(name.replace("_", " ") if name.isidentifier() else name)


def cell(name, value, heads):
    """One value of a table; that which names its row heads it."""
    text = html.escape(shown(name, value))
    if heads:
        return f'<th scope="row">{text}</th>'
    return f"<td class=word>{text}</td>" if isinstance(value, str) else f"<td>{text}</td>"


def wordy(column):
    """Whether a column holds words."""
    return any(isinstance(value, str) for value in column)


def shown(name, value):
    """A value as people read it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, float) or math.isnan(value) or name in COUNTED or is_metric(name):
        return readable(name, value)
    if name == "p" and value < LEAST_P:
        return f"< {LEAST_P:.4f}"
    if "seconds" in name:
        return readable(name, value)
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.4g}"
