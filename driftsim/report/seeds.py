"""Seeds: what runs come to with each seed of the stream, over the repeats of their learners."""

import numpy as np


def with_each_seed(played, value):
    """A value of runs with each seed (seeds, …), in ascending order: the mean over its repeats.

    The seed is the unit: repeats are on the same rows, and no further evidence about streams.
    """
    return by_seed([one.seed for one in played], map(value, played))


def by_seed(seeds, values):
    """Values, each with a seed, as their means with each seed (seeds, …), in ascending order."""
    found = {}
    for seed, value in zip(seeds, values):
        found.setdefault(seed, []).append(value)
    return np.array([np.mean(found[seed], axis=0) for seed in sorted(found)])


def seeds_in(played):
    """How many seeds of the stream runs have."""
    return len({one.seed for one in played})


def repeats_in(played):
    """With how many repeats of a learner on the same stream runs were played."""
    return len({one.repeat for one in played})
