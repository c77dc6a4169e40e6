"""Random numbers of our own online learners, beside plain Python."""

import math

import numpy as np
from numba import njit

from driftsim.kernels.online import random_numbers

WORD = 2**64


def plain_bits(state):
    """SplitMix64 in whole numbers of Python: the next state, and its 64 bits."""
    state = (state + 0x9E3779B97F4A7C15) % WORD
    z = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) % WORD
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) % WORD
    return state, z ^ (z >> 31)


@njit
def drawn(states, numbers, rates):
    for i in range(len(numbers)):
        numbers[i] = random_numbers.uniform(states, 1)
    for i in range(len(rates)):
        rates[i] = random_numbers.poisson(states, 0, rates[i])


def test_uniform_numbers_are_those_of_the_published_generator():
    states = random_numbers.random_states(5, 2)
    state, numbers = int(states[1]), np.empty(50)
    drawn(states, numbers, np.empty(0))
    for number in numbers:
        state, bits = plain_bits(state)
        assert number == (bits >> 11) / 2**53
    assert plain_bits(0)[1] == 0xE220A8397B1DCDAF  # as published for the seed 0


def test_poisson_numbers_have_their_law():
    counts = np.full(200_000, 6.0)
    drawn(random_numbers.random_states(1, 1), np.empty(0), counts)
    for k in (0, 3, 6, 12):
        share = math.exp(-6) * 6**k / math.factorial(k)
        assert abs(np.mean(counts == k) - share) < 4 * math.sqrt(share / len(counts))
    assert abs(counts.mean() - 6) < 4 * math.sqrt(6 / len(counts))
