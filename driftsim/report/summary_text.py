"""Summary text: the summary of a study as a table for a terminal, and remarks on it."""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, Literal

import numpy as np
from rich.cells import cell_len
from rich.markup import escape
from rich.table import Table as RichTable
from rich.text import Text

from driftsim.evaluation.compute import CPU_SECONDS
from driftsim.evaluation.decision.prices import other_prices
from driftsim.evaluation.metrics import METRICS, MICRO
from driftsim.evaluation.prequential import notes_of
from driftsim.messages import setting_text
from driftsim.parts import dumped
from driftsim.report.amounts import number, seconds
from driftsim.report.decision.floors import below_floors
from driftsim.report.figure_data.looks import LONGEST, Look, short
from driftsim.report.figure_data.view import View
from driftsim.report.results import Results
from driftsim.report.stored_losses import lacking
from driftsim.report.study_tables import CENSORED, SUMMED
from driftsim.report.table import Table, missing
from driftsim.report.variant_results import VariantResults

Texts = dict[str, str]  # of a row, by column
DOT = "● "  # before a contender, in its colour
REFERENCES = {  # beside contenders, none of which learns from features
    "oracle": "the best possible",
    "majority": "the most frequent label so far",
    "mean": "the mean label so far",
    "no_change": "the last label",
}
APART, LEAST = 2, 10  # characters between columns, and of a shortened name
COUNTS = (*SUMMED, "model_bytes", "seeds", "repeats")
MONEY = ("cost", "cost_low", "cost_high")  # where the scenario gives prices
RARE = ("fits_skipped", *CENSORED)  # worth a column only where there are some
ALWAYS = (
    "contender", "±", "error", "excess_error", "kappa", "log_loss", "brier",
    "mae", "rmse", "r2", "excess_mse", "interval_score", "coverage", "fits",
    "labels", "CPU seconds", "cost",
)  # fmt: skip
DROPPED = (  # columns that a narrow terminal has no room for, in this order
    "labels", "fits", "kappa", "rmse", "CPU seconds", "r2", "excess_error", "excess_mse",
)  # fmt: skip
UNASKED = ("interval_score", "coverage", "mae")  # then these
KEPT = ("brier", "log_loss", "error")  # and these only where shorter names do not suffice


def summary_table(
    results: Results, width: int, most: int | None = None, dots: bool = False
) -> RichTable:
    """The summary as a table for a terminal of some characters; at `most` so many of its rows.

    If it is narrow, columns are dropped, which a line below names, and then names lose their
    middle, but numbers nothing. With `dots` contenders have those of their colours in figures.
    """
    contenders = {*results.study.contenders}
    looks, width = (View(results).looks, width - cell_len(DOT)) if dots else ({}, width)
    own = brief(results).where(slice(most))
    names, texts = [*own], [name for name in own if own[name].dtype == object]
    rows = [{n: readable(n, row[n]) for n in names} for row in own.rows()]
    names, rows = in_currency(results, names, rows)
    rows = shortened(rows, texts, LONGEST)
    every, names = names, fitting(results.asked, names, rows, texts, width)
    numbers = [name for name in names if name not in texts]
    rows = shortened(rows, texts, (width - room_of(numbers, rows)) // len(texts) - APART)
    table = RichTable(box=None, pad_edge=False, header_style="bold", caption_justify="left")
    notes = (
        meanings(names, own["contender"], contenders),
        left_out([name for name in every if name not in names]),
    )
    table.caption = "\n".join(filter(None, notes))
    for name in names:
        side: Literal["left", "right"] = "left" if name == "contender" else "right"
        table.add_column(spaced(name), justify=side, no_wrap=True)
    for name, row in zip(own["contender"], rows):
        cells = row | {"contender": named(row["contender"], looks.get(name), dots)}
        style = None if name in contenders else "dim"
        table.add_row(*(Text.assemble(cells[one]) for one in names), style=style)
    return table


def named(name: str, look: Look | None, dots: bool) -> Text | str:
    """The name of a row: with `dots` after one in its colour, or a space where it has none."""
    dot = (DOT, look.colour) if look else " " * cell_len(DOT)
    return Text.assemble(dot, name) if dots else name


def fitting(
    asked: Sequence[str], names: list[str], rows: list[Texts], texts: Sequence[str], width: int
) -> list[str]:
    """The columns that a terminal has room for, but the names of contenders may be shortened.

    The first metric stays; others that were asked for go last, the later ones before the earlier.
    """
    names = [*names]
    spare, last = (
        [name for name in own if name not in asked] for own in ((*DROPPED, *UNASKED), KEPT)
    )
    least = [{name: "" if name in texts else row[name] for name in names} for row in rows]
    for dropped in (*spare, *last, *reversed(asked[1:])):
        held = rows if dropped in spare else least
        if dropped in names and room_of(names, held) > width:
            names.remove(dropped)
    return names


def meanings(names: Sequence[str], shown: Iterable[str], contenders: Collection[str]) -> str:
    """What ± is, and what those are that do not contend, where they are shown."""
    others = [name for name in REFERENCES if name in {*shown} - {*contenders}]
    texts = ["±: half the interval at 95 %"] if "±" in names else []
    return "; ".join([*texts, *(f"{name}: {REFERENCES[name]}" for name in others)])


def left_out(names: Sequence[str]) -> str | None:
    """Which columns a terminal has no room for, and where they are; None where it has for all."""
    if names:
        there = "summary.csv has all columns; a wider terminal shows more"
        return f"no room for {', '.join(map(spaced, names))}: {there}"
    return None


def spaced(name: str) -> str:
    """The name of a column as a terminal shows it."""
    return escape(name.replace("_", " "))


def in_currency(
    results: Results, names: list[str], rows: list[Texts]
) -> tuple[list[str], list[Texts]]:
    """Names of columns, and rows under them, where the cost is named with its currency."""
    cost, *_ = MONEY
    named = {cost: f"{cost} in {results.study.variants[0].scenario.priced.currency}"}
    return [named.get(name, name) for name in names], [
        {named.get(name, name): text for name, text in row.items()} for row in rows
    ]


def shortened(rows: list[Texts], names: Sequence[str], room: int) -> list[Texts]:
    """Rows whose texts in some columns take at most about so many characters of a terminal."""
    return [row | {name: cut(row[name], max(room, LEAST)) for name in names} for row in rows]


def cut(text: str, room: int) -> str:
    """A text without its middle, where that takes more characters of a terminal than there are."""
    return short(text, room * len(text) // max(cell_len(text), room))


def room_of(names: Sequence[str], rows: list[Texts]) -> int:
    """How many characters of a terminal some columns take."""
    return sum(max(cell_len(one) for one in [n, *(row[n] for row in rows)]) + APART for n in names)


def brief(results: Results) -> Table:
    """The most important columns of a summary: those of a terminal.

    The verdict shows the costs of contenders; the table does so for a sweep.
    """
    summary, first = results.tables.summary, results.first_metric
    others = [name for name in results.metrics if name != first]
    half = (summary[f"{first}_high"] - summary[f"{first}_low"]) / 2
    spent = np.array([summary[name] for name in CPU_SECONDS], float)
    seconds = np.where(np.isnan(spent).all(axis=0), np.nan, np.nansum(spent, axis=0))
    whole = summary.with_columns({"±": half, "CPU seconds": seconds})
    asked = {*results.asked, *ALWAYS}
    shown = ["contender", first, "±", *MONEY[:1], *others]
    shown += ["fits", "labels", "CPU seconds"] if results.swept else []
    shown = [name for name in shown if name in asked & {*whole} and not missing(whole[name]).all()]
    return whole.only([*results.swept, *shown])


def worthwhile(summary: Table) -> Table:
    """A summary without empty columns, and without counts of rare things that did not happen."""
    absent = [name for name in RARE if not np.nansum(summary[name])]
    return summary.but(*absent, *(name for name in summary if missing(summary[name]).all()))


def remarks(results: Results) -> Iterator[str]:
    """What a summary does not show at first sight, in sentences."""
    models = results.study.contenders
    own = results.tables.summary.among("contender", models)
    mean = " (mean over seeds)" if max([*own["seeds"], results.repeats]) > 1 else ""
    most = "up to " if results.study.swept else ""
    for name, rows in own.by("contender").items():
        if not (n := most_of(rows["fits_skipped"])) > 0:
            continue
        yield (
            f"{name} skipped {most}{n:,.3g} training{'s' if n != 1 else ''}{mean} and kept its "
            "model: there were no labels, or labels of one class only."
        )
    for name, engine in dict.fromkeys(zip(own["contender"], own["engine"])):
        if ":" in engine:
            yield f"{name} runs on {engine}."
    yield from (f"{note}." for note in notes_of(models))
    yield from (f"{one}." for one in other_prices(one.scenario for one in results.variants))
    yield from missing_probabilities(results)
    yield from own_labels(results)
    ends = zip(CENSORED, ("came after the end of the stream", "never came"))
    counts = [f"{most}{n:,.0f} {end}" for name, end in ends if (n := most_of(own[name])) > 0.5]
    if counts:
        yield f"Labels that models never got{mean}: {', '.join(counts)}."
    of_floors = (chain(lacking(one.matrices), below_floors(one)) for one in results.variants)
    yield from dict.fromkeys(chain.from_iterable(of_floors))


def own_labels(results: Results) -> Iterator[str]:
    """Which contenders have labels of their own."""
    found: dict[str, dict[str, None]] = {}
    for one in results.study.variants:
        for name, contender in one.scenario.models.items():
            if contender.labels is not None:
                text = setting_text(dumped(contender.labels, exclude_unset=True))
                found.setdefault(name, {})[text] = None
    if found:
        each = [f"{name}: {' or '.join(texts)}" for name, texts in found.items()]
        yield f"Contenders with labels of their own: {'; '.join(each)}."


def most_of(column: np.ndarray) -> float:
    """The greatest number of a column that is known, 0 where none is."""
    return float(max(column[~missing(column)], default=0))


def missing_probabilities(results: Results) -> Iterator[str]:
    """For which contenders the scores of probabilities are undefined, and why."""
    rows = Counter[str]()
    for one in results.variants:
        rows.update(one.part("missing_probabilities", without_probabilities))
    for name, n in rows.items():
        if n:
            yield (
                f"{name} gave no probabilities of {n:,} rows in all: log loss and Brier score "
                "are undefined in windows with such rows."
            )


def without_probabilities(one: VariantResults) -> Counter[str]:
    """How many rows each contender of a variant gave no probabilities of."""
    rows = Counter[str]()
    for run in one.runs:
        if "missing_probabilities" in run.trace.columns:
            rows[run.contender] += int(run.trace.columns["missing_probabilities"].sum())
    return rows


def readable(name: str, value: Any) -> str:
    """A value of a summary as a person reads it."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return setting_text(value)
    if math.isnan(value):
        return ""
    if name in COUNTS or isinstance(value, int):
        whole = value == round(value) or abs(value) >= 100
        return f"{value:,.0f}" if whole else f"{value:.2f}".rstrip("0").rstrip(".")
    if name in MONEY:
        return number(value) if abs(value) < 100 else f"{value:,.0f}"
    if "seconds" in name:
        return f"{value:.2f}" if value >= 0.1 or not value else seconds(value)
    return f"{value:.4f}" if is_metric(name) else f"{value:g}"


def is_metric(name: str) -> bool:
    """Whether a column holds a metric, or half the width of its interval."""
    plain = name.removesuffix("_low").removesuffix("_high").partition(" of ")[0]
    return name == "±" or plain in METRICS or plain in MICRO
