"""Page data: what the script of the page knows of a study beside its tallies, as plain data."""

import json

from driftsim.durations import Duration
from driftsim.report.decision.floors import first_schedules
from driftsim.report.figure_data.backgrounds import concept_spans, shades, visible_changes
from driftsim.report.figure_data.curves import ORACLE, aims
from driftsim.report.figure_data.looks import MOST_BANDS, hex_of, look_of
from driftsim.report.page.page_dates import about_dates, duration, durations
from driftsim.report.stored_runs import references

WINDOWS = [step * 10**power for power in range(4) for step in (1, 2, 5)]  # intervals
REFERENCES = {
    "oracle": {"label": ORACLE, "colour": "#000000", "dashes": [1.5, 3]},
    "majority": {"colour": "#707070", "dashes": [8, 3]},
    "mean": {"colour": "#707070", "dashes": [8, 3]},
    "no_change": {"colour": "#707070", "dashes": [2, 2]},
}


def page_data(results, tallies, models, failed) -> dict:
    """The data of the page; `models` are the names of all contenders, `failed` of some of them."""
    metrics = [results.metrics[name] for name in tallies.metrics]
    offered = durations(results, tallies.merged)
    return {
        "metrics": [*map(metric, metrics)],
        "contenders": [
            {"name": name, "failed": name in failed, **look(i)} for i, name in enumerate(models)
        ],
        "references": REFERENCES,
        "hidden": [name for name in REFERENCES if name != "oracle" and name not in models],
        "settings": [
            setting(one, models, tallies.merged)
            | {"runs": runs}
            | {"formulas": own_formulas(one, metrics)}
            | about_dates(one, offered, tallies.merged)
            for one, runs in zip(results.variants, tallies.runs)
        ],
        **windows(results, offered, tallies.merged),
        "mostBands": MOST_BANDS,
        "columns": tallies.columns,
        "kinds": tallies.kinds,
    }


def metric(own):
    """A metric: its formula, what it means, and whether its scale starts at zero."""
    return {
        "name": own.name,
        "means": own.meaning,
        "zero": own.from_zero,
        "formula": own.formula.data(),
        "needs": sorted(own.formula.columns),
    }


def own_formulas(one, metrics):
    """The formulas of a setting that are others, by the metric: those of a class, by its order."""
    every = ((first, one.metric(first.name).formula.data()) for first in metrics)
    return {first.name: own for first, own in every if own != first.formula.data()}


def look(i):
    """The look of the i-th contender."""
    own = look_of(i)
    return {"colour": own.colour, "dashes": in_pixels(own.dashes)}


def in_pixels(dashes):
    """The lengths of dashes in pixels, from those in widths of a line."""
    return [round(1.8 * length, 1) for length in dashes]


def setting(one, models, merged):
    """One setting of a sweep: its rows, its contenders, and which concepts rule when."""
    scenario = one.scenario
    grounds, schedules = one.part("page", of_traces)
    return {
        "title": one.title,
        "warmup": scenario.evaluation.warmup,
        "length": scenario.stream.length,
        "interval": scenario.interval * merged,
        "contenders": [models.index(name) for name in scenario.models],
        "references": references(scenario) if one.played else [],
        "concepts": list(scenario.stream.concepts),
        "grounds": grounds,
        "changes": [change.centre for change in visible_changes(scenario)],
        "schedules": schedules,
        "aims": aims(scenario),
    }


def of_traces(one):
    """What the page knows by the traces of a setting: the backgrounds, and when floors train."""
    if not one.runs:
        return [], {}
    schedules = {name: rows.tolist() for name, rows in first_schedules(one).items()}
    return backgrounds(one), schedules


def backgrounds(one):
    """Spans of the stream: where each starts, its shade, and the shares of the concepts."""
    edges, shares = concept_spans(one)
    return [
        [int(edge), hex_of(tone), share.round(2).tolist()]
        for edge, tone, share in zip(edges, shades(shares), shares)
    ]


def windows(results, offered, merged):
    """The windows on offer, that of the report too: of rows, and those `offered` of time."""
    scenarios = [one.scenario for one in results.study.variants]
    interval = merged * max(one.interval for one in scenarios)
    most = max(one.stream.length - one.evaluation.warmup for one in scenarios) / 2
    asked, in_time = results.window, isinstance(results.window, Duration)
    rows = 10 * interval if in_time else asked
    counts = sorted({rows, *(n * interval for n in WINDOWS if n * interval <= most)})
    found = {"window": str(asked) if in_time and offered else rows, "windows": counts}
    return found | ({"rows": rows, "durations": [*map(duration, offered)]} if offered else {})


def as_json(data) -> str:
    """Plain data as JSON that is safe inside an element of a page."""
    text = json.dumps(data, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
