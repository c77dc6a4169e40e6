"""What a Dask cluster adds to the runs it plays: wall-clock seconds, as ratios within one run.

Runs sleep, so that neither a loaded machine nor the number of its cores counts but for what the
engines do themselves. The script fails where a ratio is above its limit.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

import driftsim
from driftsim.own import load_parts
from driftsim.runner.dask.cluster import Cluster
from driftsim.runner.dask.connection import connected, quiet
from driftsim.runner.dask.local import local_cluster
from driftsim.runner.engines import Ended
from driftsim.runner.pool import Pool
from driftsim.runner.runs import missing
from driftsim.store import Store

STUDY = """\
stream: {{length: 200, concepts: {{a: sea}}}}
models:
  sleeper: {{learner: {{kind: sleeper, seconds: {seconds}}}, policy: static}}
evaluation: {{warmup: 100, seeds: {seeds}, truth: false}}
"""
PARTS = '''\
import time

from driftsim.learners.learner import Learner
from driftsim.learners.reference import MajorityModel


class Sleeper(Learner):
    """Sleeps at its fit."""

    seconds: float = 1.0

    def start(self, schema, seed, *more):
        return SleeperModel([0, 0], self.seconds)


class SleeperModel(MajorityModel):
    def __init__(self, counts, seconds):
        super().__init__(counts)
        self._seconds = seconds

    def fit(self, rows, weight=None):
        time.sleep(self._seconds)
        return self
'''
LONG, SHORT = 1.0, 0.01  # seconds of a run


def sleepers(folder, seeds, seconds):
    """So many runs of so many seconds each."""
    path, parts = folder / "s.yaml", folder / "parts.py"
    path.write_text(STUDY.format(seeds=seeds, seconds=seconds), encoding="utf-8")
    parts.write_text(PARTS, encoding="utf-8")
    load_parts([parts])
    runs = missing(driftsim.load(path), Store(folder / "none"), [str(parts)])
    return [run for run in runs if run.name == "sleeper"]


def taken(engine, runs):
    """Wall-clock seconds in which an engine plays runs."""
    start = time.perf_counter()
    ended = [one for one in engine.play(runs) if isinstance(one, Ended)]
    assert len(ended) == len(runs) and all(one.result.trace for one in ended)
    return time.perf_counter() - start


def on_workers(n, *studies):
    """Wall-clock seconds in which `n` workers play runs, once they are there."""
    with quiet(), local_cluster(n) as here, connected(here.address) as client:
        client.wait_for_workers(n)
        return [taken(Cluster(client, None, here.check), runs) for runs in studies]


def lone(folder):
    """Wall-clock seconds that a small study takes on `local:2` beyond those in this process."""
    study = {
        "stream": {"length": 4_000, "concepts": {"a": "sea"}},
        "models": {"frozen": {"learner": "majority", "policy": "static"}},
    }
    seconds = []
    for how in ({"jobs": 1}, {"on": "local:2"}):
        start = time.perf_counter()
        driftsim.run(study, out=folder / str(len(seconds)), **how)
        seconds.append(time.perf_counter() - start)
    return seconds[1] - seconds[0]


def printed(name, value, limit):
    """Print a figure beside its limit; returns whether it keeps it."""
    print(f"{name:70}{value:>7.2f}   ≤ {limit}")
    return value <= limit


def main():
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--long", type=int, default=60, help="runs of a second")
    asked.add_argument("--short", type=int, default=2_000, help="runs of ten milliseconds")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        slow, quick = sleepers(folder, given.long, LONG), sleepers(folder, given.short, SHORT)
        (one,), (two, many) = on_workers(1, slow), on_workers(2, slow, quick)
        pool, overhead = taken(Pool(2), quick), lone(folder)
    print(f"one worker {one:.1f} s, two {two:.1f} s; short runs {many:.1f} s, pool {pool:.1f} s")
    kept = [
        printed(f"{given.long} runs of 1 s: two workers, × half of one", two / (one / 2), 1.15),
        printed(f"{given.short} runs of 10 ms: two workers, × the local pool", many / pool, 2),
        printed("a lone small study: seconds that local:2 adds", overhead, 5),
    ]
    sys.exit(0 if all(kept) else 1)


if __name__ == "__main__":
    main()
