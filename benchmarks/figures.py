"""The time of every figure and of the page, for 10 contenders × 30 seeds × 2,000 intervals."""

import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from driftsim.evaluation.compute import CPU_SECONDS
from driftsim.evaluation.trace import Probes, Trace
from driftsim.report import write
from driftsim.report.figures import KINDS, View, image, plot_figure
from driftsim.report.page.drawings import DRAWN
from driftsim.report.results import Results
from driftsim.runner.runs import runs_of
from driftsim.scenario import Scenario, Study, Variant
from driftsim.store import Store

CONTENDERS, SEEDS, INTERVALS, ROWS = 10, 30, 2_000, 50
CONCEPTS, PHASES = 3, 7
REFERENCES = ("no_change", "majority")
NOISES = (0.1, 0.2)  # of a sweep, which shares the seeds among its settings
SWEPT = ("sweep", "ranks")  # figures of one
ASKED = 20  # seconds, for a report on one core


def main():
    with tempfile.TemporaryDirectory() as folder:
        one, swept = study(SEEDS), study(SEEDS // len(NOISES), NOISES)
        store = filled(Store(Path(folder) / "runs"), one, swept)
        results = {name: Results(swept if name in SWEPT else one, store) for name in KINDS}
        for own in results.values():
            own.traces()  # so that figures are timed alone
        for name, own in results.items():
            timed(f"{name} in the page", lambda name=name, own=own: DRAWN[name](View(own)))
            timed(f"{name} as PNG", lambda name=name, own=own: png(name, own))
        page = Path(folder) / "page"
        whole = timed("a report, from traces to page", lambda: write(Results(one, store), page))
        print(f"report.html: {(page / 'report.html').stat().st_size / 1e6:.2f} MB")
    return f"more than {ASKED} s" if whole > ASKED else 0


def png(name, results):
    """A figure by matplotlib, as a picture file."""
    return image(plot_figure(name, View(results)), "png")


def timed(name, work):
    """The seconds that some work takes, printed."""
    start = time.perf_counter()
    work()
    seconds = time.perf_counter() - start
    print(f"{name}: {seconds:.2f} s", flush=True)
    return seconds


def study(seeds, noises=(None,), contenders=CONTENDERS, intervals=INTERVALS):
    """A study of concepts that return, with probes; swept over levels of noise, if there are."""
    path = "stream.noise"
    settings = [{} if noise is None else {path: noise} for noise in noises]
    made = [scenario(seeds, one.get(path, 0.1), contenders, intervals) for one in settings]
    return Study("synthetic", "Who is right?", list(map(Variant, settings, made)))


def scenario(seeds, noise, contenders, intervals):
    policies = [{"kind": "periodic", "every": 1000 * (i + 1), "memory": 100} for i in range(99)]
    learner = "sklearn.naive_bayes.GaussianNB"
    models = {f"m{i}": {"learner": learner, "policy": policies[i]} for i in range(contenders)}
    concepts = {f"c{i}": {"kind": "sea", "threshold": 7.0 + i} for i in range(CONCEPTS)}
    length = intervals * ROWS
    drift = {"kind": "recurring", "every": length // PHASES, "width": length // 50}
    stream = {"length": length, "concepts": concepts, "drift": drift, "noise": noise}
    rules = {"warmup": ROWS, "seeds": seeds, "interval": ROWS, "probe": 100}
    return Scenario.model_validate({"stream": stream, "models": models, "evaluation": rules})


def filled(store, *studies):
    """A store that holds traces such as runs leave, for every run of studies."""
    for variant in [variant for study in studies for variant in study.variants]:
        for run in runs_of(variant):
            world = truth(variant.scenario, run.seed)
            if run.contender is not None:
                i = int(run.name.removeprefix("m"))
                world = contender(variant.scenario, world, i, np.random.default_rng([run.seed, i]))
            store.save(run, world)
    return store


def truth(scenario, seed):
    """A world of two classes whose concepts return."""
    stream, rng = scenario.stream, np.random.default_rng(seed)
    first = np.arange(ROWS, stream.length, ROWS)
    rows = np.full(len(first), ROWS)
    weights = stream.drift.weights(first, CONCEPTS, seed)
    ones = rng.binomial(ROWS, 0.4 + 0.1 * weights.argmax(axis=1))
    blurred = stream.noise + 0.5 * (1 - weights.max(axis=1)) * (1 - 2 * stream.noise)
    right = {f"{name}_correct": rng.binomial(ROWS, 0.5, len(first)) for name in REFERENCES}
    expected = {f"{name}_expected_error": rows * 0.5 for name in REFERENCES}
    return Trace(
        {"first_row": first, "last_row": first + ROWS - 1, "rows": rows}
        | {"actual": np.column_stack([ROWS - ones, ones]), "bayes_error": blurred * ROWS}
        | {"concept": np.round(weights * ROWS).astype(int)}
        | (right | expected),
        ROWS,
    )


def contender(scenario, world, i, rng):
    """Answers that grow better after each change, the later contenders' the slower."""
    known, starts = world.columns, [change.first for change in scenario.stream.changes(0)]
    first, rows = known["first_row"], known["rows"]
    last = np.array([0, *starts])[np.searchsorted(starts, first, side="right")]
    excess = 0.4 * np.exp(-(first - last) / (400 * 1.5**i)) + 0.02 * (1 + i % 5)
    wrong = np.clip(known["bayes_error"] / rows + excess * (0.8 + 0.4 * rng.random()), 0, 0.9)
    correct = rng.binomial(known["actual"], 1 - wrong[:, None])
    nothing = np.zeros(len(first))
    late = np.searchsorted(first, np.array(starts) + rng.integers(100, 3000, len(starts)))
    alarms = rng.binomial(1, 0.002, len(first))
    alarms[late[late < len(first)]] += 1
    fits = (first % (1000 * (i + 1)) == 0).astype(int)
    own = {"predicted": known["actual"], "correct": correct, "expected_error": wrong * rows}
    own |= {"fits": fits, "labels": rows // (1 + i), "rows_trained": 100 * fits, "alarms": alarms}
    own |= {name: nothing + 1e-5 * 2.0**i for name in CPU_SECONDS}
    errors = rng.uniform(0.1, 0.5, (PHASES, CONCEPTS))
    ends = np.array([*starts, scenario.stream.length]) - 1
    probes = Probes(ends[:PHASES], np.arange(PHASES) % CONCEPTS, errors)
    about = {name: known[name] for name in ("first_row", "last_row", "rows")}
    return Trace(about | own, ROWS, None, probes, first[alarms > 0])


if __name__ == "__main__":
    sys.exit(main())
