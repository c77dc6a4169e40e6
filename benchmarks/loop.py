"""The cost of the loop itself: a majority contender over SEA, on one core."""

import time

import numpy as np

from driftsim.evaluation.labels import AtOnce, Delayed
from driftsim.evaluation.prequential import Contender, evaluate
from driftsim.evaluation.rules import Rules
from driftsim.streams.stream import Stream

ROWS = 4_000_000
REPEATS = 5


def seconds(work):
    """The least of several timings."""
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def main():
    stream = Stream.model_validate({"length": ROWS, "concepts": {"a": "sea"}})
    majority = Contender.model_validate({"learner": "majority", "policy": "online"})
    rng = np.random.default_rng(0)
    uniforms = ROWS / seconds(lambda: rng.random(ROWS)) / 1e6
    print(f"numpy draws {uniforms:.0f} million uniforms a second")
    taken = {}
    for name, labels, truth in (
        ("without the truth", AtOnce(), False),
        ("with the truth", AtOnce(), True),
        ("labels 100,000 rows late", Delayed(rows=100_000), False),
    ):
        taken[name] = seconds(lambda: evaluate(stream, majority, Rules(labels=labels, truth=truth)))  # noqa: B023
        rate = ROWS / taken[name] / 1e6
        scaled = rate * 300 / uniforms
        print(f"{name}: {rate:.1f} million rows a second ({scaled:.1f} at 300 million uniforms)")
    ratio = taken["labels 100,000 rows late"] / taken["without the truth"]
    print(f"late labels take {ratio:.2f} times as long as labels at once")


if __name__ == "__main__":
    main()
