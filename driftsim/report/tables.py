"""Tables: the summary of a study as people read it."""

import math

from rich.markup import escape
from rich.table import Table

from driftsim.evaluation.metrics import METRICS, MICRO
from driftsim.messages import plain
from driftsim.report.results import SECONDS, SUMMED, UNHEARD

COUNTS = (*SUMMED, "model_bytes", "seeds", "repeats")
RARE = ("fits_skipped", *UNHEARD)  # worth a column only where there are some
ALWAYS = (
    "contender", "±", "error", "excess_error", "kappa", "log_loss", "brier",
    "mae", "rmse", "r2", "excess_mse", "fits", "labels", "seconds",
)  # fmt: skip
SPARED = ("labels", "fits", "kappa", "rmse", "seconds", "r2", "excess_error", "excess_mse")


def shown(results, width):
    """The summary as a table for a terminal of some characters; spares columns if it is narrow."""
    frame = brief(results, results.summary())
    names = [*frame.columns]
    rows = [{n: readable(n, row[n]) for n in names} for row in frame.to_dict("records")]
    for spared in SPARED:
        if sum(max(len(n), *(len(row[n]) for row in rows)) + 2 for n in names) > width:
            names = [name for name in names if name != spared]
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in names:
        side = "left" if name == "contender" else "right"
        table.add_column(escape(name.replace("_", " ")), justify=side, no_wrap=True)
    contenders = set(results.study.variants[0].scenario.models)
    for row in rows:
        style = None if row["contender"] in contenders else "dim"
        table.add_row(*(escape(row[name]) for name in names), style=style)
    return table


def brief(results, summary):
    """The columns of a summary that tell most: those of a terminal.

    What contenders used stands in the verdict, but for that of a sweep.
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


def worthwhile(frame):
    """A summary without columns that nothing is known of, or that count what did not happen."""
    return frame.drop(columns=[name for name in RARE if not frame[name].any()]).dropna(
        axis="columns", how="all"
    )


def remarks(results):
    """What a summary does not show at first sight, in sentences."""
    frame = results.summary()
    played = frame[frame["contender"].isin(set(results.study.variants[0].scenario.models))]
    each = " (a seed, on average)" if max(played["seeds"].max(), results.repeats) > 1 else ""
    most = "up to " if results.study.swept else ""
    skipped = played.groupby("contender", sort=False)["fits_skipped"].max()
    for name, n in skipped[skipped > 0].items():
        yield (
            f"{name} kept its model {most}{n:,.3g} time{'s' if n != 1 else ''}{each}, "
            "rather than train one on no labels, or on those of one class."
        )
    for name, engine in dict.fromkeys(zip(played["contender"], played["engine"])):
        if ":" in engine:
            yield f"{name} runs on {engine}."
    for name, contender in results.study.variants[0].scenario.models.items():
        yield from (f"{name}: {note}." for note in contender.learner.notes)
    for name in dict.fromkeys(played["contender"]):
        missing = sum(
            int(one.trace.columns["missing_probabilities"].sum())
            for one in results.traces()
            if one.contender == name and "missing_probabilities" in one.trace.columns
        )
        if missing:
            yield (
                f"{name} gave no probabilities of {missing:,} rows in all: "
                "log loss and Brier score are gaps wherever there is one."
            )
    ends = zip(UNHEARD, ("only after the end of the stream", "never"))
    told = [f"{n:,.0f} {end}" for name, end in ends if (n := played[name].max()) > 0]
    if told:
        yield f"Labels that came in too late or not at all{each}: {most}{', '.join(told)}."


def readable(name, value):
    """A value of a summary as a person reads it."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return plain(value)
    if math.isnan(value):
        return ""
    if name in COUNTS or isinstance(value, int):
        whole = value == round(value) or abs(value) >= 100
        return f"{value:,.0f}" if whole else f"{value:.2f}".rstrip("0").rstrip(".")
    if "seconds" in name:
        return f"{value:.2f}" if value >= 0.1 or not value else f"{value:.2g}"
    return f"{value:.4f}" if measured(name) else f"{value:g}"


def measured(name):
    """Whether a column tells how right a contender was."""
    plain = name.removesuffix("_low").removesuffix("_high").partition(" of ")[0]
    return name == "±" or plain in METRICS or plain in MICRO
