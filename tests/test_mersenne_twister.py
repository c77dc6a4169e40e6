"""The compiled Mersenne twister is compared with Python's own."""

import random

import numpy as np
import pytest
from numba import njit
from river.utils.random import poisson

from driftsim.kernels import mersenne_twister as own


@pytest.fixture(scope="module")
def draws():
    @njit
    def draws(state, numbers, integers, counts, sampled, pool):
        for i in range(numbers.size):
            numbers[i] = own.uniform(state)
            integers[i] = own.randbelow(state, i + 1)
            counts[i] = own.poisson(state, 6.0)
        own.sample(state, pool.size, sampled, pool)

    return draws


@pytest.mark.parametrize("seed", [0, 42, 2**40])
@pytest.mark.parametrize("n, k", [(1, 1), (10, 3), (21, 4), (22, 4), (60, 7), (100, 7)])
def test_its_numbers_are_those_of_python(draws, seed, n, k):
    state, rng = own.random_state(seed), random.Random(seed)
    numbers, integers, counts = np.zeros(500), np.zeros(500, int), np.zeros(500, int)
    sampled, pool = np.zeros(k, int), np.zeros(n, int)
    draws(state, numbers, integers, counts, sampled, pool)
    expected = [(rng.random(), rng.randrange(i + 1), poisson(6.0, rng)) for i in range(500)]
    assert list(zip(numbers, integers, counts)) == expected
    assert list(sampled) == rng.sample(range(n), k)
    assert tuple(state) == rng.getstate()[1]
