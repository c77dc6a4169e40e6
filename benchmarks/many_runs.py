"""Very many tiny runs: what planning, saving, the report, a second call and `status` take.

python benchmarks/many_runs.py [--runs N] [--settings N] [--rows N]    by default 10,000 runs
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

CONTENDERS, PLAYED = 4, 8  # contenders of a setting; runs of each that are played, not made up
SCENARIO = """\
stream:
  length: {rows}
  concepts: {{a: {{kind: sea, threshold: 8}}, b: {{kind: sea, threshold: 12}}}}
  drift: {{kind: sudden, at: [{half}]}}
models: {{{models}}}
evaluation: {{seeds: {seeds}, warmup: 100}}
sweep: {{stream.noise: {noises}}}
"""
CALLS = {
    "the first report": ["run", "many.yaml"],
    "a call with nothing to do": ["run", "many.yaml"],
    "status": ["status", "many.yaml"],
}
MODEL = "every {n}: {{learner: *bayes, policy: {{kind: periodic, every: {n}, memory: 100}}}}"


def scenario(settings, seeds, rows):
    """A sweep of the noise, with some contenders that are retrained by a clock."""
    models = ", ".join(MODEL.format(n=200 * (i + 1)) for i in range(CONTENDERS))
    models = models.replace("*bayes", "&bayes sklearn.naive_bayes.GaussianNB", 1)
    noises = [round(0.3 * i / settings, 6) for i in range(settings)]
    about = {"half": rows // 2, "models": models, "noises": noises}
    return SCENARIO.format(rows=rows, seeds=seeds, **about)


def keep_all(runs, store):
    """Keep a trace for each run, of a few that are played; gives the CPU seconds of saving."""
    templates, rng, seconds = {}, np.random.default_rng(0), 0.0
    for run in runs:
        own = templates.setdefault(run.name, [])
        if len(own) < PLAYED:
            *_, result = execution(lambda run=run: run)
            own.append(result.trace)
        start = time.process_time()
        store.save(run, own[rng.integers(len(own))])
        seconds += time.process_time() - start
    return seconds


def command(folder, *words):
    """Run the command; gives its CPU seconds and its peak memory (MB)."""
    line = [sys.executable, "-m", "driftsim", *words]
    process = subprocess.Popen(line, cwd=folder, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    assert status == 0, f"{words} ended with {status}"
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def make(folder, settings, seeds, rows):
    """Write a scenario, and keep the traces of all its runs; prints what that takes."""
    path = Path(folder, "many.yaml")
    path.write_text(scenario(settings, seeds, rows))
    store, laps = Store(Path(folder, "reports", "many", "runs")), [time.process_time()]
    study = load(path)
    laps.append(time.process_time())
    runs = missing(study, store)
    laps.append(time.process_time())
    n = len(runs)
    print(f"{n:,} runs of {rows:,} rows over {settings:,} settings")
    seconds = [b - a for a, b in pairwise(laps)] + [keep_all(runs, store)]
    for name, each in zip(("reading the scenario", "planning", "saving"), seconds):
        print(f"{name}: {each:.1f} s of CPU, {1000 * each / n:.2f} ms a run", flush=True)


def main(asked):
    """Make the runs in a process of its own, as a process has the peak of the one it is from."""
    seeds = max(asked.runs // (asked.settings * (CONTENDERS + 1)), 1)
    n = seeds * asked.settings * (CONTENDERS + 1)
    with tempfile.TemporaryDirectory() as folder:
        line = [sys.executable, __file__, "--make", folder, "--runs", str(n)]
        line += ["--settings", str(asked.settings), "--rows", str(asked.rows)]
        subprocess.run(line, check=True)
        for name, words in CALLS.items():
            used, peak = command(folder, *words)
            about = f"{used:.1f} s of CPU, {1000 * used / n:.2f} ms a run, {peak:,.0f} MB"
            print(f"{name}: {about}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (("runs", 10_000), ("settings", 1_000), ("rows", 2_000)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--make", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.make:
        import numpy as np

        from driftsim.runner.execution import execution
        from driftsim.runner.runs import missing
        from driftsim.scenario import load
        from driftsim.store import Store

        seeds = asked.runs // (asked.settings * (CONTENDERS + 1))
        make(asked.make, asked.settings, seeds, asked.rows)
    else:
        main(asked)
