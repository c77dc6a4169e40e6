"""Frames: what a page is sent of the runs that have finished so far, as plain data."""

import json
import math
from collections.abc import Collection
from typing import Any

from driftsim.report.amounts import amount, as_percent
from driftsim.report.decision.costs import costs
from driftsim.report.figure_data.total_costs import TONES
from driftsim.report.measures import alarms
from driftsim.report.page.document import page
from driftsim.report.page.drawings import drawings
from driftsim.report.page.packed import packed
from driftsim.report.page.page_data import as_json, look, page_data
from driftsim.report.page.verdict_text import verdict_html
from driftsim.report.results import Results
from driftsim.report.variant_results import ContenderResult, TracedRun, VariantResults
from driftsim.scenario import Study


def results_of(study: Study, runs: list[TracedRun]) -> Results:
    """The results of runs that have finished."""
    return Results(study, runs=[runs])


def frame(results: Results, failed: Collection[str]) -> dict[str, Any]:
    """The curves, the scores and the costs of contenders, with the data that the chart draws."""
    names = [*results.study.contenders]
    tallies = packed(results, names)
    one = results.variants[0]
    return {
        "about": json.loads(as_json(page_data(results, tallies, names, failed))),
        "tallies": tallies.text,
        "lower": one.metric(results.first_metric).lower_is_better,
        "scores": {name: score(results, one, name) for name in one.results},
        "costs": [cleaned(row) for row in costs(one)] if one.contenders else [],
        "tones": TONES,
    }


def score(results: Results, one: VariantResults, name: str) -> dict[str, Any]:
    """The first metric of a contender over the whole stream, and what it used."""
    result, metric = one.results[name], results.first_metric
    value = float(result.per_seed(result.values(one.metric(metric))).mean())
    own = {"value": None if math.isnan(value) else value, "text": shown(metric, value)}
    if name in one.contenders:
        own |= {"trainings": result.cost("fits"), "labels": result.cost("labels")}
        own |= {"seeds": len(result.seeds), "engine": result.engine, "alarms": alarmed(result)}
    return own


def alarmed(result: ContenderResult) -> str:
    """Which changes the alarms of a contender have found, in the mean; empty without a detector."""
    row = next(alarms(result), None)
    if row is None:
        return ""
    if math.isnan(row["changes"]):
        return counted(row["alarms"], "alarm")
    found, false = rounded(row["found"]), row["extra"] + row["early"]
    changes = f"{found} of {counted(row['changes'], 'change')} found"
    return f"{changes}, {counted(false, 'false alarm')}"


def counted(value: float, noun: str) -> str:
    """A mean of counts with its noun."""
    text = rounded(value)
    return f"{text} {noun}{'' if text == '1' else 's'}"


def rounded(value: float) -> str:
    """A mean of counts as text."""
    return f"{value:,.1f}".removesuffix(".0")


def shown(metric: str, value: float) -> str:
    """A metric as a card shows it."""
    if as_percent(metric) and math.isfinite(value):
        small = math.floor(math.log10(abs(100 * value))) if value else 0
        return f"{100 * value:.{max(1, 1 - small)}f} %"  # two digits at least
    return amount(metric, value)


def cleaned(row: dict[str, Any]) -> dict[str, Any]:
    """A row of a table as JSON can hold it."""
    plain = {name: getattr(one, "item", lambda one=one: one)() for name, one in row.items()}
    missing = [name for name, one in plain.items() if isinstance(one, float) and math.isnan(one)]
    return plain | dict.fromkeys(missing)


def verdict(results: Results) -> str:
    """The verdict as HTML, in which names are escaped."""
    return verdict_html(results.verdict())


def report_page(results: Results) -> str:
    """The page of the report: all that the studio shows, and more, in one file."""
    return page(results, results.verdict(), [*drawings(results)])


def looks(n: int) -> list[dict[str, Any]]:
    """The looks of contenders that a page gives them, in their order."""
    return [look(i) for i in range(n)]
