"""Invented studies: one with odd names that is played, and some whose traces are made up."""

import numpy as np

from driftsim.evaluation.compute import CPU_SECONDS
from driftsim.evaluation.trace import Probes, Trace
from driftsim.report.results import Results
from driftsim.runner.runs import runs_of
from driftsim.scenario import Scenario, Study, Variant
from driftsim.store import Store

ODD = """# Does <a> & "b" & $x^2$ hold?
stream:
  length: 3_000
  concepts:
    $a_1$: {kind: sea, threshold: 8}
    b<&>: {kind: sea, threshold: 14}
    ü^{2}: {kind: sea, threshold: 6}
  drift: {kind: gradual, at: [1_500, 2_200], width: 200}
models:
  $x^2$ & <b>:
    learner: sklearn.naive_bayes.GaussianNB
    policy: {kind: periodic, every: 500, memory: 300}
  _under: {learner: sklearn.naive_bayes.GaussianNB, policy: static}
  größer 模型 %:
    learner: sklearn.naive_bayes.GaussianNB
    policy: {kind: on_drift, memory: 100, detector: {kind: adwin, delta: 0.2}}
  "{x} of a name that is far too long to be drawn as a whole": {learner: majority, policy: online}
evaluation: {seeds: 2, interval: 50, probe: 60, warmup: 800}
report: {metrics: [error, kappa, recall of 1], window: 100}
"""
NAMES = ("$x^2$ & <b>", "_under", "größer 模型 %")
NOISES = [{"stream.noise": noise} for noise in (0.0, 0.1, 0.2)]
ROWS, PHASES = 50, 4


def made(folder, n, *settings):
    """The results of contenders that grow better after each change, each at a pace of its own."""
    store = Store(folder / "runs")
    study = Study("made", "", [Variant(one, scenario(n, **one)) for one in settings])
    for variant in study.variants:
        for run in runs_of(variant):
            rng = np.random.default_rng([run.seed, len(run.name), *run.name.encode()])
            store.save(run, truth(variant.scenario, rng, run.contender is not None))
    return Results(study, store)


def scenario(n, **setting):
    learner, concepts = "sklearn.naive_bayes.GaussianNB", ("spring", "summer")
    models = {
        f"contender {i}": {
            "learner": learner,
            "policy": {"kind": "periodic", "every": 500 + i, "memory": 100},
        }
        for i in range(n)
    }
    stream = {
        "length": 6_000,
        "concepts": {
            name: {"kind": "sea", "threshold": 7.0 + i} for i, name in enumerate(concepts)
        },
        "drift": {"kind": "recurring", "every": 1_500, "width": 200},
        "noise": setting.get("stream.noise", 0.1),
    }
    rules = {"warmup": ROWS, "seeds": 2, "interval": ROWS, "probe": 100}
    return Scenario.model_validate({"stream": stream, "models": models, "evaluation": rules})


def truth(scenario, rng, contends):
    """The trace of a stream, or of a contender over it."""
    first = np.arange(ROWS, scenario.stream.length, ROWS)
    about = {"first_row": first, "last_row": first + ROWS - 1, "rows": np.full(len(first), ROWS)}
    actual = np.full((len(first), 2), ROWS // 2)
    weights = scenario.stream.drift.weights(first, 2, 0)
    known = {
        "actual": actual, "bayes_error": np.full(len(first), scenario.stream.noise * ROWS),
        "concept": np.round(weights * ROWS).astype(int),
    }  # fmt: skip
    for name in ("no_change", "majority"):
        known |= {f"{name}_correct": actual[:, 0], f"{name}_expected_error": actual[:, 0] * 1.0}
    if not contends:
        return Trace(about | known, ROWS)
    excess = 0.3 * rng.random() * np.exp(-(first % 1_500) / (100 + 900 * rng.random()))
    wrong = scenario.stream.noise + excess
    own = {"predicted": actual, "correct": rng.binomial(actual, 1 - wrong[:, None])}
    own |= {"expected_error": wrong * ROWS, "alarms": rng.binomial(1, 0.05, len(first))}
    fits = rng.binomial(1, 0.1, len(first))
    own |= {
        "fits": fits,
        "labels": np.full(len(first), rng.integers(1, ROWS)),
        "rows_trained": fits,
    }
    own |= {name: np.full(len(first), 10 ** rng.uniform(-5, -2)) for name in CPU_SECONDS}
    ends = np.arange(1, PHASES + 1) * 1_500 - 1
    probes = Probes(ends, np.arange(PHASES) % 2, rng.uniform(0, 0.5, (PHASES, 2)))
    return Trace(about | own, ROWS, None, probes, first[own["alarms"] > 0])
