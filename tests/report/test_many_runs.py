"""Many runs: tables take time in proportion to the settings of a sweep."""

import cProfile
import pstats
import time

import numpy as np
import pytest

from driftsim.evaluation.compute import CPU_SECONDS
from driftsim.evaluation.trace import Trace
from driftsim.report.results import Results
from driftsim.report.stored_runs import reference
from driftsim.report.variant_results import TracedRun
from driftsim.scenario import Scenario, Study, Variant

CONTENDERS, SEEDS, INTERVALS, ROWS = ("frozen", "online"), 5, 60, 25
TABLES = ("summary", "compare", "ranks", "verdict")
OTHERS = ("curves", "recovered", "regret", "alarms", "rank_pairs")


def study(settings):
    """A sweep of the noise: two contenders under so many settings, with five seeds each."""
    length = INTERVALS * ROWS + 100
    document = {
        "stream": {
            "length": length,
            "concepts": {"a": "sea", "b": {"kind": "sea", "threshold": 14.0}},
            "drift": {"kind": "sudden", "at": [length // 2]},
        },
        "models": {name: {"learner": "majority", "policy": "online"} for name in CONTENDERS},
        "evaluation": {"warmup": 100, "seeds": SEEDS, "interval": ROWS},
    }
    scenario = Scenario.model_validate(document)
    variants = []
    for noise in np.linspace(0, 0.4, settings).tolist():
        stream = scenario.stream.model_copy(update={"noise": noise})
        variants.append(
            Variant({"stream.noise": noise}, scenario.model_copy(update={"stream": stream}))
        )
    return Study("many", "", variants)


def results_of(settings):
    """Results of answers drawn at random, the same under each setting."""
    traces = {seed: [*traces_of(np.random.default_rng(seed))] for seed in range(SEEDS)}
    asked = study(settings)
    runs = [
        [
            TracedRun({"noise": variant.setting["stream.noise"]}, name, seed, trace, world)
            for seed, ((_, world), *others) in traces.items()
            for name, trace in others
        ]
        for variant in asked.variants
    ]
    return Results(asked, runs=runs)


def traces_of(rng):
    """The truth of a stream, and the traces of contenders and references, by name."""
    first = 100 + np.arange(INTERVALS) * ROWS
    rows = {"first_row": first, "last_row": first + ROWS - 1, "rows": np.full(INTERVALS, ROWS)}
    ones = rng.binomial(ROWS, 0.5, INTERVALS)
    truth = {"actual": np.column_stack([ROWS - ones, ones]), "bayes_error": np.full(INTERVALS, 2.0)}
    truth["concept"] = np.column_stack([rows["rows"], np.zeros(INTERVALS)])
    truth |= {f"{name}_correct": ones for name in ("no_change", "majority")}
    truth |= {f"{name}_expected_error": ROWS - ones for name in ("no_change", "majority")}
    world = Trace(rows | truth, ROWS)
    yield "truth", world
    for name in CONTENDERS:
        correct = rng.binomial(truth["actual"], 0.8)
        own = {"correct": correct, "predicted": correct, "alarms": rng.binomial(1, 0.1, INTERVALS)}
        own |= {cost: np.zeros(INTERVALS) for cost in ("fits", "labels", *CPU_SECONDS)}
        own["expected_error"] = ROWS - correct.sum(axis=1) + 2.0
        yield name, Trace(rows | own, ROWS, alarms=first[own["alarms"] > 0])
    for name in ("oracle", "majority", "no_change"):
        yield name, reference(name, world)


def calls(results, table):
    """How many functions are called to make a table."""
    profile = cProfile.Profile()
    profile.runcall(getattr(results, table))
    return pstats.Stats(profile).total_calls


@pytest.mark.slow
@pytest.mark.parametrize("table", [*TABLES, *OTHERS])
def test_the_work_for_a_table_grows_with_the_settings_and_no_faster(table):
    calls(results_of(2), table)  # imports, once
    first, second, third = (calls(results_of(settings), table) for settings in (10, 20, 30))
    assert third - second <= 1.1 * (second - first) + 100


@pytest.mark.slow
def test_ten_thousand_runs_are_summarised_within_ten_seconds():
    """Measured 6 s; 283 s where each group looked for its runs among all."""
    results = results_of(1_000)
    assert len(results.traces()) == 10_000 + 1_000 * SEEDS * 3  # and references
    start = time.process_time()
    frames = [getattr(results, table)() for table in TABLES]
    assert time.process_time() - start < 10
    assert len(frames[0]) == 5_000 and len(frames[1]) == 1_000 and len(frames[2]) == 2
