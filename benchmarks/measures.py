"""The time of every measure, for 10 contenders × 30 seeds × 2,000 intervals."""

import time

import numpy as np

from driftsim.evaluation.compute import CPU_SECONDS
from driftsim.evaluation.metrics import metrics_of
from driftsim.evaluation.trace import Trace
from driftsim.report.results import Results
from driftsim.report.variant_results import TracedRun
from driftsim.scenario import Scenario, study_of

CONTENDERS, SEEDS, INTERVALS, ROWS = 10, 30, 2_000, 50


def main():
    results = Results(study(), runs=[played()])
    metrics = metrics_of(results.study.variants[0].scenario.stream.schema)
    whole = 0.0
    for name, work in {
        "summary": results.summary,
        "curves of every metric": lambda: [results.curves(metric) for metric in metrics],
        "recovery": lambda: results.recovered(),
        "regret": results.regret,
        "differences": results.compare,
        "alarms": results.alarms,
        "ranks": results.ranks,
        "verdict": results.verdict,
    }.items():
        start = time.perf_counter()
        work()
        seconds = time.perf_counter() - start
        whole += seconds
        print(f"{name}: {seconds:.2f} s")
    print(f"all: {whole:.2f} s")


def study():
    models = {f"m{i}": {"learner": "majority", "policy": "online"} for i in range(CONTENDERS)}
    concepts = {"a": {"kind": "sea", "threshold": 8.0}, "b": {"kind": "sea", "threshold": 12.0}}
    drift = {"kind": "recurring", "every": INTERVALS * ROWS // 10}
    stream = {"length": INTERVALS * ROWS, "concepts": concepts, "drift": drift}
    rules = {"warmup": 0, "seeds": SEEDS, "interval": ROWS}
    return study_of(
        Scenario.model_validate({"stream": stream, "models": models, "evaluation": rules})
    )


def played():
    """Traces as of runs with random predictions."""
    rng = np.random.default_rng(0)
    first = np.arange(INTERVALS) * ROWS
    rows = {"first_row": first, "last_row": first + ROWS - 1, "rows": np.full(INTERVALS, ROWS)}
    for seed in range(SEEDS):
        ones = rng.binomial(ROWS, 0.5, INTERVALS)
        bayes = np.full(INTERVALS, 0.1 * ROWS)
        right = {f"{name}_correct": ones for name in ("no_change", "majority")}
        actual = np.column_stack([ROWS - ones, ones])
        world = Trace(rows | {"actual": actual, "bayes_error": bayes} | right, ROWS)
        for i in range(CONTENDERS):
            correct = rng.binomial(actual, 0.8)
            own = {"predicted": actual, "correct": correct, "fits": np.zeros(INTERVALS, int)}
            own |= {name: np.zeros(INTERVALS, int) for name in ("labels", "rows_trained")}
            own |= {name: np.zeros(INTERVALS) for name in CPU_SECONDS}
            own["alarms"] = rng.binomial(1, 0.01, INTERVALS)
            own["expected_error"] = ROWS - correct.sum(axis=1) + bayes
            yield TracedRun({}, f"m{i}", seed, Trace(rows | own, ROWS), world)


if __name__ == "__main__":
    main()
