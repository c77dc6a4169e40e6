"""Fills the table of docs/learners.md: the excess error of learners on streams, and their price.

Run it from anywhere; it plays each learner online over the same streams, with what it has played
kept in reports/. Errors are the same each time; seconds are those of the machine.
"""

import re
from pathlib import Path

import numpy as np

import driftsim
from driftsim.evaluation.significance import over_seeds

FOLDER = Path(__file__).resolve().parent
PAGE = FOLDER / "learners.md"
ROWS, WARMUP = 30_000, 1_000
LEARNERS = {
    "naive_bayes": "naive_bayes",
    "hoeffding_tree": "hoeffding_tree",
    "hoeffding_tree, grace 50": {"kind": "hoeffding_tree", "grace_period": 50, "delta": 0.01},
    "river's HoeffdingTreeClassifier": "river.tree.HoeffdingTreeClassifier",
    "hoeffding_adaptive_tree": "hoeffding_adaptive_tree",
    "hoeffding_option_tree": "hoeffding_option_tree",
    "knn": "knn",
    "adaptive_knn": "adaptive_knn",
    "sam_knn": "sam_knn",
    "drift_restart": {"kind": "drift_restart", "learner": "hoeffding_tree"},
    "dynamic_weighted_majority": "dynamic_weighted_majority",
    "learn_pp_nse": "learn_pp_nse",
    "online_bagging": "online_bagging",
    "leveraging_bagging": "leveraging_bagging",
    "online_smooth_boost": "online_smooth_boost",
    "online_boosting": "online_boosting",
    "adaptive_random_forest": "adaptive_random_forest",
    "river's ARFClassifier": "river.forest.ARFClassifier",
    "loss_weighted_forest": "loss_weighted_forest",
    "streaming_random_patches": "streaming_random_patches",
    "streaming_gradient_boosted_trees": "streaming_gradient_boosted_trees",
}
STREAMS = {
    "sea": {
        "concepts": {"a": {"kind": "sea", "threshold": 8}, "b": {"kind": "sea", "threshold": 9.5}},
        "drift": {"kind": "recurring", "every": 5_000},
        "noise": 0.1,
    },
    "agrawal": {
        "concepts": {
            "a": {"kind": "agrawal", "function": 1, "perturbation": 0.05},
            "b": {"kind": "agrawal", "function": 3, "perturbation": 0.05},
        },
        "drift": {"kind": "gradual", "at": [15_000], "width": 4_000},
    },
    "rbf": {"concepts": {"a": {"kind": "rbf", "classes": 5, "speed": 0.0001}}},
    "hyperplane": {"concepts": {"a": {"kind": "hyperplane", "speed": 0.001}}, "noise": 0.05},
    "random tree": {"concepts": {"a": "random_tree", "b": "random_tree"}, "drift": "sudden"},
    "waveform": {"concepts": {"a": "waveform"}},
    "led": {
        "concepts": {"a": {"kind": "led", "noise": 0.1}, "b": {"kind": "led", "swapped": 4}},
        "drift": "sudden",
    },
    "stagger": {
        "concepts": {name: {"kind": "stagger", "function": i + 1} for i, name in enumerate("abc")},
        "drift": {"kind": "recurring", "every": 3_000},
        "noise": 0.05,
    },
}
SUDDEN = {"kind": "sudden", "at": [15_000]}


def main():
    text = PAGE.read_text(encoding="utf-8")
    table = "\n".join(rows_of_table({name: played(name) for name in STREAMS}))
    whole = re.sub(r"\| learner \|.*?\n\n", lambda _: f"{table}\n\n", text, flags=re.S)
    PAGE.write_text(whole, encoding="utf-8")


def played(name, learners=tuple(LEARNERS), seeds=5, out=FOLDER.parent / "reports"):
    """Of each learner on a stream: its excess error in percent with each seed, µs a row, kB."""
    stream = {"drift": "none", **STREAMS[name], "length": ROWS}
    scenario = {
        "stream": stream | ({"drift": SUDDEN} if stream["drift"] == "sudden" else {}),
        "models": {key: {"learner": LEARNERS[key], "policy": "online"} for key in learners},
        "evaluation": {"warmup": WARMUP, "seeds": seeds},
        "report": {"figures": []},
    }
    results = driftsim.run(driftsim.load(scenario, name=f"learners_{name}"), out=out)
    summary = results.summary().set_index("contender")
    found = {}
    for key in learners:
        runs = [one for one in results.traces() if one.contender == key]
        excess = [100 * float(results.metrics["excess_error"](one.over())[0]) for one in runs]
        microseconds = 1e6 * summary.online_cpu_seconds[key] / (ROWS - WARMUP)
        found[key] = excess, microseconds, summary.model_bytes[key] / 1_000
    return found


def rows_of_table(streams):
    """The lines of the table: the mean over all streams, of each, and what learners take."""
    yield f"| learner | mean | {' | '.join(streams)} | µs a row | kB |"
    yield "| --- |" + " ---: |" * (len(streams) + 3)
    columns = {
        name: shown({key: one[0] for key, one in found.items()}) for name, found in streams.items()
    }
    for key in next(iter(streams.values())):
        each = [found[key] for found in streams.values()]
        mean = np.mean([np.mean(excess) for excess, _, _ in each])
        cells = [f"{mean:.2f}", *(column[key] for column in columns.values())]
        cells += [f"{np.mean([one[1] for one in each]):.1f}", f"{max(one[2] for one in each):,.0f}"]
        yield f"| {title(key)} | {' | '.join(cells)} |"


def title(key):
    """The name of a learner as the table has it."""
    kind, comma, rest = key.partition(",")
    return key if kind.startswith("river's") else f"`{kind}`{comma}{rest}"


def shown(errors):
    """The means as text, bold for the best and those that do not differ from it significantly."""
    best = min(errors, key=lambda key: np.mean(errors[key]))
    text = {key: f"{np.mean(values):.2f}" for key, values in errors.items()}
    return {
        key: f"**{text[key]}**" if alike(errors[key], errors[best]) else text[key] for key in errors
    }


def alike(values, best):
    """Whether errors with each seed do not differ significantly from the best ones."""
    return not over_seeds(np.subtract(values, best)).distinguishable


if __name__ == "__main__":
    main()
