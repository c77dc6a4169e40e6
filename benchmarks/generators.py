"""The speed of generators, compared with river's and with numpy's own random numbers."""

import time
from itertools import count, islice

import numpy as np
from river.datasets import synth

from driftsim.streams.stream import Stream
from driftsim.streams.world import BLOCK

REPEATS = 60
N = BLOCK
RNG = np.random.default_rng(0)
KINDS = {  # a concept: its parameters, the random numbers of a block, and river's generator
    "sea": ({}, lambda: RNG.random((N, 3)), synth.SEA),
    "stagger": ({}, lambda: RNG.integers(0, 3, (N, 3)), synth.STAGGER),
    "sine": ({}, lambda: RNG.random((N, 2)), synth.Sine),
    "mixed": ({}, lambda: (RNG.random((N, 2)), RNG.bytes(N // 4)), synth.Mixed),
    "circles": ({}, lambda: RNG.random((N, 2)), None),
    "agrawal": (
        {"perturbation": 0.05},
        lambda: (RNG.random((N, 4)), RNG.integers(0, 60, (N, 5)), RNG.random((N, 5))),
        lambda: synth.Agrawal(perturbation=0.05),
    ),
    "hyperplane": ({}, lambda: RNG.random((N, 10)), synth.Hyperplane),
    "rbf": (
        {"speed": 0.001, "centroids": 10},
        lambda: (RNG.random((N, 11)), RNG.standard_normal(N)),
        lambda: synth.RandomRBFDrift(
            change_speed=0.001, n_features=10, n_centroids=10, n_drift_centroids=10
        ),
    ),
    "led": (
        {},
        lambda: (RNG.integers(0, 10, N), RNG.random((N, 7)), RNG.bytes(N * 17 // 8)),
        lambda: synth.LED(noise_percentage=0.1, irrelevant_features=True),
    ),
    "waveform": (
        {},
        lambda: (RNG.integers(0, 3, N), RNG.random(N), RNG.standard_normal((N, 21))),
        synth.Waveform,
    ),
    "random_tree": ({}, lambda: (RNG.integers(0, 5, (N, 5)), RNG.random((N, 5))), synth.RandomTree),
    "gaussians": ({}, lambda: (RNG.random(N), RNG.standard_normal((N, 2))), None),
    "make_classification": (
        {},
        lambda: (RNG.random(N), RNG.standard_normal((N, 18))),
        None,
    ),
    "text": ({"words": 100}, lambda: (RNG.random((N, 15)), RNG.random((N, 15))), None),
    "categorical": ({}, lambda: RNG.random(N), None),
    "linear": ({}, lambda: RNG.standard_normal((N, 6)), None),
    "friedman": (
        {},
        lambda: (RNG.random((N, 10)), RNG.standard_normal(N)),
        lambda: synth.Friedman(seed=1),
    ),
    "hyperplane_regression": ({}, lambda: (RNG.random((N, 10)), RNG.standard_normal(N)), None),
    "level": ({}, lambda: RNG.standard_normal((N, 2)), None),
}


def seconds(work, repeats=REPEATS):
    """The least of several timings, after one that does not count."""
    work()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def main():
    uniforms = 10**6 / seconds(lambda: RNG.random(10**6), 10) / 1e6
    print(f"numpy draws {uniforms:.0f} million uniforms a second")
    print(f"{'':22}{'M rows/s':>9}{'of numpy':>10}{'× river':>9}{'with truth':>12}")
    for kind, (params, numbers, rivers) in KINDS.items():
        written = {"length": 10**12, "concepts": {"a": {"kind": kind} | params}}
        world, b = Stream.model_validate(written).instantiated(0), count()
        own = seconds(lambda: world.block(next(b)))  # noqa: B023
        ratio, times = seconds(numbers) / own, ""
        if rivers is not None:
            theirs = seconds(lambda: list(islice(rivers(), 2000)), 3) / 2000  # noqa: B023
            times = f"{theirs / (own / N):.0f}"
        block = world.block(0)
        truth = own + seconds(lambda: world.posterior(block.t, block.X), 5)  # noqa: B023
        rate, known = N / own / 1e6, f"{N / truth / 1e6:.2f}" if world.stream.known else ""
        print(f"{kind:22}{rate:9.1f}{ratio:10.0%}{times:>9}{known:>12}")


if __name__ == "__main__":
    main()
