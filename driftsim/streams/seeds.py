"""Seeds: a generator with its own draws for each purpose of a seed."""

import numpy as np

# purposes, each with its own draws
ROWS, STRUCTURE, LABELS, PARTS, PROBES, REPEATS, TIMES, FOLDS, DRIFT, SELECTION, QUERIES = range(11)


def spawn_rng(seed: int, *path: int) -> np.random.Generator:
    """A generator with its own draws for each path below a seed."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=path))


def structure_rng(seed: int, name: str) -> np.random.Generator:
    """The generator that a concept is instantiated with, by its name in the stream."""
    return spawn_rng(seed, STRUCTURE, *name.encode())


def of_repeat(seed: int, repeat: int) -> np.random.Generator:
    """The generator of the seeds of a learner and its policy, in each repeat."""
    return spawn_rng(seed, REPEATS, repeat) if repeat else spawn_rng(seed, PARTS)


def seed_of(rng: np.random.Generator) -> int:
    """The seed that a generator was spawned below, for what has numbers of its own."""
    return int(rng.bit_generator.seed_seq.entropy)  # type: ignore[attr-defined]
