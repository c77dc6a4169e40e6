"""Random numbers of our own online learners: SplitMix64 (Steele, Lea & Flood 2014).

Each member of a state has a generator of its own: one word of 64 bits.
"""

import math

import numpy as np

from driftsim.kernels.loop import compiled

GAMMA, FIRST, SECOND = map(np.uint64, (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))
S11, S27, S30, S31 = map(np.uint64, (11, 27, 30, 31))  # shifts
UNIT = 2.0**-53


def random_states(seed: int, n: int) -> np.ndarray:
    """The states of n generators that draw independently of each other (n,)."""
    return np.random.SeedSequence(seed).generate_state(n, np.uint64)


@compiled
def bits(states, i):
    """The next 64 random bits of generator i."""
    states[i] += GAMMA
    z = states[i]
    z = (z ^ (z >> S30)) * FIRST
    z = (z ^ (z >> S27)) * SECOND
    return z ^ (z >> S31)


@compiled
def uniform(states, i):
    """A number of [0, 1)."""
    return float(bits(states, i) >> S11) * UNIT


@compiled
def below(states, i, n):
    """A whole number of [0, n), for n far below 2 ** 53."""
    return int(uniform(states, i) * n)


@compiled
def poisson(states, i, rate):
    """A Poisson number of a mean of at most 500, by inversion of one uniform number."""
    return poisson_with(states, i, rate, math.exp(-rate))


@compiled
def poisson_with(states, i, rate, none):
    """The same, where the chance of 0 is known."""
    u, k, p = uniform(states, i), 0, none
    while u >= p and k < 1000:
        u -= p
        k += 1
        p *= rate / k
    return k


@compiled
def sample(states, i, sampled, pool):
    """Draw sampled.size of the numbers 0, 1, …, pool.size - 1, each once; `pool` is scratch."""
    for j in range(pool.size):
        pool[j] = j
    for j in range(sampled.size):
        chosen = j + below(states, i, pool.size - j)
        sampled[j] = pool[chosen]
        pool[chosen] = pool[j]
