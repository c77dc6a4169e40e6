"""Fills the table of docs/learners.md on rare classes: how well ensembles predict them.

Run it from anywhere; it plays each learner online over the same streams, with what it has played
kept in reports/. Figures are the same each time.
"""

import re
from pathlib import Path

import numpy as np

import driftsim
from driftsim.evaluation.metrics import metric_of
from driftsim.evaluation.significance import over_seeds

FOLDER = Path(__file__).resolve().parent
PAGE = FOLDER / "learners.md"
ROWS, WARMUP = 30_000, 1_000
LEARNERS = (
    "online_bagging",
    "oversampling_online_bagging",
    "undersampling_online_bagging",
    "adaptive_random_forest",
    "robust_online_self_adjusting",
)
SUDDEN = {"kind": "sudden", "at": [15_000]}
STREAMS = {
    "sea, 5 %": {
        "concepts": {"a": {"kind": "sea", "threshold": 8}, "b": {"kind": "sea", "threshold": 9.5}},
        "drift": {"kind": "recurring", "every": 5_000},
        "balance": [0.05, 0.95],
        "noise": 0.01,
    },
    "agrawal, 5 %": {
        "concepts": {
            "a": {"kind": "agrawal", "function": 1, "perturbation": 0.05},
            "b": {"kind": "agrawal", "function": 3, "perturbation": 0.05},
        },
        "drift": {"kind": "gradual", "at": [15_000], "width": 4_000},
        "balance": [0.05, 0.95],
    },
    "random tree, 10 %": {
        "concepts": {"a": "random_tree", "b": "random_tree"},
        "drift": SUDDEN,
        "balance": [0.1, 0.9],
    },
    "hyperplane, 1 %": {
        "concepts": {"a": {"kind": "hyperplane", "speed": 0.001}},
        "balance": [0.01, 0.99],
    },
    "rbf, 2 % of 5": {
        "concepts": {"a": {"kind": "rbf", "classes": 5, "speed": 0.0001}},
        "balance": [0.02, 0.05, 0.13, 0.3, 0.5],
    },
}
MEASURES = ("balanced accuracy", "kappa", "recall of the rarest")


def main():
    text = PAGE.read_text(encoding="utf-8")
    table = "\n".join(rows_of_table({name: played(name) for name in STREAMS}))
    whole = re.sub(r"\| stream \| \|.*?\n\n", lambda _: f"{table}\n\n", text, flags=re.S)
    PAGE.write_text(whole, encoding="utf-8")


def played(name, learners=LEARNERS, seeds=5, out=FOLDER.parent / "reports"):
    """The measures of each learner on a stream, in percent, with each seed."""
    scenario = {
        "stream": {"drift": "none", **STREAMS[name], "length": ROWS},
        "models": {key: {"learner": key, "policy": "online"} for key in learners},
        "evaluation": {"warmup": WARMUP, "seeds": seeds},
        "report": {"figures": []},
    }
    study = driftsim.load(scenario, name=f"rare_{re.sub('[^a-z0-9]+', '_', name)}")
    schema, results = study.variants[0].scenario.stream.schema, driftsim.run(study, out=out)
    metrics = ("balanced_accuracy", "kappa", f"recall of {(schema.classes or (0,))[0]}")
    found = {}
    for key in learners:
        runs = [one.over() for one in results.traces() if one.contender == key]
        measures = [
            [100 * float(metric_of(one, schema)(run)[0]) for run in runs] for one in metrics
        ]
        found[key] = dict(zip(MEASURES, measures, strict=True))
    return found


def rows_of_table(streams):
    """The lines of the table: each measure on each stream."""
    yield f"| stream | | {' | '.join(f'`{key}`' for key in LEARNERS)} |"
    yield "| --- | --- |" + " ---: |" * len(LEARNERS)
    for name, found in streams.items():
        for measure in MEASURES:
            cells = shown({key: measures[measure] for key, measures in found.items()})
            yield f"| {name if measure == MEASURES[0] else ''} | {measure} | {cells} |"


def shown(values):
    """The cells of a line: means with 95 % intervals, bold where none is significantly better."""
    best = max(values, key=lambda key: np.mean(values[key]))
    cells = []
    for each in values.values():
        low, high = over_seeds(each).interval()
        text = f"{np.mean(each):.1f} ± {(high - low) / 2:.1f}"
        alike = not over_seeds(np.subtract(each, values[best])).distinguishable
        cells.append(f"**{text}**" if alike else text)
    return " | ".join(cells)


if __name__ == "__main__":
    main()
