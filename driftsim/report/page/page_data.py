"""About: what the page is told of a study beside its tallies, as plain data."""

import json

import numpy as np
from matplotlib.colors import to_hex, to_rgb

from driftsim.evaluation.metrics import metric_of
from driftsim.report.figures.lines import MOST_BANDS, ORACLE
from driftsim.report.figures.panels import drawable, grounds
from driftsim.report.figures.style import GROUNDS, look_of
from driftsim.report.page.packed import grouped
from driftsim.report.results import references

WINDOWS = [step * 10**power for power in range(4) for step in (1, 2, 5)]  # intervals
REFERENCES = {
    "oracle": {"label": ORACLE, "colour": "#000000", "dashes": [1.5, 3]},
    "majority": {"colour": "#707070", "dashes": [8, 3]},
    "mean": {"colour": "#707070", "dashes": [8, 3]},
    "no_change": {"colour": "#707070", "dashes": [2, 2]},
}


def about(results, tallies, models, failed):
    """What the page is told of `models`, the names of all contenders, of which some have failed."""
    schema = results.study.variants[0].scenario.stream.schema
    return {
        "metrics": [metric(name, schema) for name in tallies.metrics],
        "contenders": [
            {"name": name, "failed": name in failed, **look(i)} for i, name in enumerate(models)
        ],
        "references": REFERENCES,
        "hidden": [name for name in REFERENCES if name != "oracle" and name not in models],
        "settings": [
            setting(variant, played, models, tallies.merged) | {"runs": runs}
            for (variant, played), runs in zip(grouped(results), tallies.runs)
        ],
        "window": results.window,
        "windows": windows(results, tallies.merged),
        "mostBands": MOST_BANDS,
        "columns": tallies.columns,
        "kinds": tallies.kinds,
    }


def metric(name, schema):
    """A metric: its formula, what it means, and whether its scale begins at zero."""
    own = metric_of(name, schema)
    return {
        "name": name,
        "means": own.meaning,
        "zero": own.from_zero,
        "formula": own.formula.data(),
        "needs": sorted(own.formula.columns),
    }


def look(i):
    """How the i-th contender is drawn."""
    own = look_of(i)
    return {"colour": own.colour, "dashes": [] if own.dashes == "-" else scaled(own.dashes[1])}


def scaled(dashes):
    """Dashes in pixels, of those in widths of a line."""
    return [round(1.8 * length, 1) for length in dashes]


def setting(variant, played, models, merged):
    """One setting of what is swept: its rows, who contends, and what rules when."""
    scenario = variant.scenario
    return {
        "title": variant.title,
        "warmup": scenario.evaluation.warmup,
        "length": scenario.stream.length,
        "interval": scenario.interval * merged,
        "contenders": [models.index(name) for name in scenario.models],
        "references": references(scenario) if played else [],
        "concepts": list(scenario.stream.concepts),
        "grounds": ground(played[0].truth.columns) if played else [],
        "changes": [change.centre for change in drawable(scenario.stream)],
    }


def ground(columns):
    """Stretches of the stream: where each begins, its shade, and the shares of the concepts."""
    edges, shares = grounds(columns)
    tones = np.array([to_rgb(GROUNDS[i % len(GROUNDS)]) for i in range(shares.shape[1])])
    return [
        [int(edge), to_hex(np.clip(share @ tones, 0, 1)), share.round(2).tolist()]
        for edge, share in zip(edges, shares)
    ]


def windows(results, merged):
    """The windows that are offered, in rows, of the first to the last: that of the report too."""
    scenarios = [one.scenario for one in results.study.variants]
    interval = merged * max(one.interval for one in scenarios)
    most = max(one.stream.length - one.evaluation.warmup for one in scenarios) / 2
    return sorted({results.window, *(n * interval for n in WINDOWS if n * interval <= most)})


def written(told):
    """Plain data as JSON that may stand in an element of a page."""
    text = json.dumps(told, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
