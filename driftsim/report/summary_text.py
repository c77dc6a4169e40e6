"""Summary text: the summary of a study as a table for a terminal, and remarks on it."""

import math
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pandas as pd
from rich.markup import escape
from rich.table import Table

from driftsim.evaluation.metrics import METRICS, MICRO
from driftsim.messages import setting_text
from driftsim.report.results import CENSORED, SUMMED, Results
from driftsim.report.variant_results import SECONDS

COUNTS = (*SUMMED, "model_bytes", "seeds", "repeats")
RARE = ("fits_skipped", *CENSORED)  # worth a column only where there are some
ALWAYS = (
    "contender", "±", "error", "excess_error", "kappa", "log_loss", "brier",
    "mae", "rmse", "r2", "excess_mse", "fits", "labels", "seconds",
)  # fmt: skip
DROPPED = (  # columns that a narrow terminal has no room for, in this order
    "labels", "fits", "kappa", "rmse", "seconds", "r2", "excess_error", "excess_mse",
)  # fmt: skip


def summary_table(results: Results, width: int) -> Table:
    """The summary as a table for a terminal of some characters; drops columns if it is narrow."""
    frame = brief(results, results.summary())
    names = [*frame.columns]
    rows = [{n: readable(n, row[n]) for n in names} for row in frame.to_dict("records")]
    for dropped in DROPPED:
        if sum(max(len(n), *(len(row[n]) for row in rows)) + 2 for n in names) > width:
            names = [name for name in names if name != dropped]
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in names:
        header = escape(name.replace("_", " "))
        table.add_column(header, justify="left" if name == "contender" else "right", no_wrap=True)
    contenders = set(results.study.variants[0].scenario.models)
    for row in rows:
        style = None if row["contender"] in contenders else "dim"
        table.add_row(*(escape(row[name]) for name in names), style=style)
    return table


def brief(results: Results, summary: pd.DataFrame) -> pd.DataFrame:
    """The most important columns of a summary: those of a terminal.

    The verdict shows the costs of contenders; the table does so for a sweep.
    """
    first = results.first_metric
    others = [name for name in results.metrics if name != first]
    half = (summary[f"{first}_high"] - summary[f"{first}_low"]) / 2
    seconds = summary[[*SECONDS]].sum(axis=1, min_count=1)
    frame = summary.assign(**{"±": half, "seconds": seconds})
    asked = {*results.asked, *ALWAYS}
    shown = ["contender", first, "±", *others]
    shown += ["fits", "labels", "seconds"] if results.swept else []
    shown = [name for name in shown if name in asked and frame[name].notna().any()]
    return frame[[*results.swept, *shown]]


def worthwhile(frame: pd.DataFrame) -> pd.DataFrame:
    """A summary without empty columns, and without counts of rare things that did not happen."""
    return frame.drop(columns=[name for name in RARE if not frame[name].any()]).dropna(
        axis="columns", how="all"
    )


def remarks(results: Results) -> Iterator[str]:
    """What a summary does not show at first sight, in sentences."""
    summary, models = results.summary(), results.study.variants[0].scenario.models
    frame = summary[summary["contender"].isin(set(models))]
    mean = " (mean over seeds)" if max(frame["seeds"].max(), results.repeats) > 1 else ""
    most = "up to " if results.study.swept else ""
    skipped = frame.groupby("contender", sort=False)["fits_skipped"].max()
    for name, n in skipped[skipped > 0].items():
        yield (
            f"{name} skipped {most}{n:,.3g} training{'s' if n != 1 else ''}{mean} and kept its "
            "model: there were no labels, or labels of one class only."
        )
    for name, engine in dict.fromkeys(zip(frame["contender"], frame["engine"])):
        if ":" in engine:
            yield f"{name} runs on {engine}."
    for name, contender in models.items():
        yield from (f"{name}: {note}." for note in contender.learner.notes)
    yield from missing_probabilities(results)
    ends = zip(CENSORED, ("came after the end of the stream", "never came"))
    counts = [f"{most}{n:,.0f} {end}" for name, end in ends if (n := frame[name].max()) > 0]
    if counts:
        yield f"Labels that models never got{mean}: {', '.join(counts)}."


def missing_probabilities(results: Results) -> Iterator[str]:
    """For which contenders the scores of probabilities are undefined, and why."""
    rows = Counter[str]()
    for run in results.traces():
        if "missing_probabilities" in run.trace.columns:
            rows[run.contender] += int(run.trace.columns["missing_probabilities"].sum())
    for name, n in rows.items():
        if n:
            yield (
                f"{name} gave no probabilities of {n:,} rows in all: log loss and Brier score "
                "are undefined in windows with such rows."
            )


def readable(name: str, value: Any) -> str:
    """A value of a summary as a person reads it."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return setting_text(value)
    if math.isnan(value):
        return ""
    if name in COUNTS or isinstance(value, int):
        whole = value == round(value) or abs(value) >= 100
        return f"{value:,.0f}" if whole else f"{value:.2f}".rstrip("0").rstrip(".")
    if "seconds" in name:
        return f"{value:.2f}" if value >= 0.1 or not value else f"{value:.2g}"
    return f"{value:.4f}" if is_metric(name) else f"{value:g}"


def is_metric(name: str) -> bool:
    """Whether a column holds a metric, or half the width of its interval."""
    plain = name.removesuffix("_low").removesuffix("_high").partition(" of ")[0]
    return name == "±" or plain in METRICS or plain in MICRO
