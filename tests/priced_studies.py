"""Priced studies: made-up traces of contenders whose costs are known beforehand."""

import numpy as np

from driftsim.evaluation.trace import Trace
from driftsim.report.results import Results
from driftsim.report.variant_results import TracedRun
from driftsim.scenario import Scenario, Study, Variant

ROWS, INTERVALS, WARMUP = 100, 60, 1_000
BAYES, TREE = "sklearn.naive_bayes.GaussianNB", "sklearn.tree.DecisionTreeClassifier"
CLOCK = {"kind": "periodic", "every": 500, "memory": 500}
ALARMS = {"kind": "on_drift", "memory": 500}
PRICES = {"currency": "EUR", "mistake": 0.5, "label": 0.02, "training": 15}


def uncertain():
    """Contenders of which one certainly costs less than never retraining, but not the cheapest."""
    shift = 2.5 * np.sin(np.arange(6))
    return {
        "never": ("static", [{"wrong": 30 + one} for one in shift]),
        "clock": (CLOCK, [{"wrong": 20 + one + i / 9} for i, one in enumerate(shift)]),
        "alarms": (ALARMS, [{"wrong": 18 + one} for one in 12 * np.cos(2 * np.arange(6))]),
    }


def study_of(models, prices=PRICES, repeats=1, settings=({},), **document):
    """Results of contenders with made-up traces over 6,000 rows after a warm-up of 1,000.

    `models` maps names to a policy, or to a pair of a policy and a learner, and the columns of its
    traces: a list with an entry for each seed, of numbers (60,) or one for every interval.
    """
    seeds = len(next(iter(models.values()))[1])
    learned = {name: about if isinstance(about, tuple) else (about, BAYES)
               for name, (about, _) in models.items()}  # fmt: skip
    whole = {
        "stream": {"length": 7_000, "concepts": {"a": {"kind": "sea", "threshold": 8.0}}},
        "models": {
            name: {"learner": learner, "policy": policy}
            for name, (policy, learner) in learned.items()
        },
        "evaluation": {
            "warmup": WARMUP, "seeds": seeds // repeats, "interval": ROWS, "repeats": repeats,
        },
        "prices": prices,
    } | document  # fmt: skip
    scenario = Scenario.model_validate(whole)
    runs = [
        TracedRun(
            setting,
            name,
            i // repeats,
            trace(columns, scenario.models[name].policy),
            truth(),
            i % repeats,
        )
        for setting in settings
        for name, (_, every) in models.items()
        for i, columns in enumerate(every)
    ]
    runs += [
        TracedRun(setting, "no_change", seed, reference(), truth())
        for setting in settings
        for seed in range(seeds // repeats)
    ]
    variants = [Variant(setting, scenario) for setting in settings]
    by_variant = [[run for run in runs if run.setting == setting] for setting in settings]
    return Results(Study("example", "", variants), runs=by_variant)


def truth():
    """The truth of the stream, whose noise is not known."""
    first = WARMUP + ROWS * np.arange(INTERVALS)
    rows = {"first_row": first, "last_row": first + ROWS - 1, "rows": np.full(INTERVALS, ROWS)}
    counts = {
        "actual": np.full((INTERVALS, 2), ROWS // 2),
        "concept": np.full((INTERVALS, 1), ROWS),
    }
    return Trace(rows | counts, ROWS)


def reference():
    """The trace of a reference, which has neither labels nor trainings."""
    known = truth().columns
    rows = {name: known[name] for name in ("first_row", "last_row", "rows")}
    return Trace(rows | {"correct": known["actual"].sum(axis=1, keepdims=True) - 45}, ROWS)


def trace(columns, policy):
    """A trace that begins with the warm-up, with `wrong` rows half of each class, and more."""
    known = {name: along(column) for name, column in columns.items()}
    wrong = known.pop("wrong")
    missed = np.column_stack([wrong - wrong // 2, wrong // 2])
    start = np.eye(INTERVALS)[0]
    own = {
        name: np.zeros(INTERVALS) for name in ("fits", "labels", "rows_trained", "alarms")
    } | known
    own["fits"], own["labels"] = (
        own["fits"] + start * policy.pretrains,
        own["labels"] + WARMUP * start,
    )
    own["rows_trained"] = own["rows_trained"] + WARMUP * start
    rows = {name: truth().columns[name] for name in ("first_row", "last_row", "rows")}
    correct = truth().columns["actual"] - missed
    return Trace(rows | own | {"correct": correct, "predicted": correct + missed[:, ::-1]}, ROWS)


def along(column):
    """A column of a trace from one number, or one for each interval."""
    return np.broadcast_to(np.asarray(column, float), INTERVALS)


def every(n, first=0):
    """1 at each n-th interval, else 0."""
    return (np.arange(INTERVALS) % n == first).astype(float)
