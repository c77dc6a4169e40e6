"""Random walks: any stretch can be drawn alone."""

import numpy as np

TOP = 50  # a walk has 2^50 steps, whatever the length of the stream
LEAF = 13  # stretches of 2^13 steps are filled in at once


def random_walk(key: int, t: np.ndarray, d: int) -> np.ndarray:
    """The positions of `d` independent random walks after `t` (n,) steps: (n, d).

    They start at 0 and have a variance of 1 a step. `key` is their seed. Midpoints are displaced
    (a Brownian bridge over normals that are seeded by their places), so that every stretch drawn
    alone equals that of the whole walk.
    """
    t = np.asarray(t)
    if not len(t):
        return np.empty((0, d))
    stretches, place = np.unique(t >> LEAF, return_inverse=True)
    whole = np.stack([_stretch(key, int(stretch), d) for stretch in stretches])
    return whole[place, t & ((1 << LEAF) - 1)]


def _stretch(key, stretch, d):
    """The walks (2^13, d) at steps stretch * 2^13 …"""
    left, right = _ends(key, stretch, d)
    path = np.empty(((1 << LEAF) + 1, d))
    path[0], path[-1] = left, right
    rng = _seeded(key, 0, stretch)
    for level in range(LEAF, 0, -1):
        step, half = 1 << level, 1 << (level - 1)
        middle = (path[:-1:step] + path[step::step]) / 2
        path[half::step] = middle + np.sqrt(step) / 2 * rng.standard_normal(middle.shape)
    return path[:-1]


def _ends(key, stretch, d):
    """The walks at both ends of a stretch, by halving all of it from the top."""
    left, right = np.zeros(d), np.sqrt(2.0**TOP) * _seeded(key, TOP, 0).standard_normal(d)
    for level in range(TOP, LEAF, -1):
        index = stretch >> (level - LEAF)  # of the stretch of 2^level steps that holds it
        noise = _seeded(key, level, 2 * index + 1).standard_normal(d)
        middle = (left + right) / 2 + np.sqrt(2.0**level) / 2 * noise
        if stretch >> (level - LEAF - 1) & 1:
            left = middle
        else:
            right = middle
    return left, right


def _seeded(key, level, index):
    return np.random.default_rng(np.random.SeedSequence(key, spawn_key=(level, index)))
