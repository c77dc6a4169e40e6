"""The compiled Mersenne twister is held against Python's own."""

import random

import numpy as np
import pytest
from numba import njit
from river.utils.random import poisson

from driftsim.kernels import twister


@pytest.fixture(scope="module")
def draws():
    @njit
    def draws(state, numbers, integers, counts, chosen, pool):
        for i in range(numbers.size):
            numbers[i] = twister.uniform(state)
            integers[i] = twister.randbelow(state, i + 1)
            counts[i] = twister.poisson(state, 6.0)
        twister.sample(state, pool.size, chosen, pool)

    return draws


@pytest.mark.parametrize("seed", [0, 42, 2**40])
@pytest.mark.parametrize("n, k", [(1, 1), (10, 3), (21, 4), (22, 4), (60, 7), (100, 7)])
def test_the_twister_draws_as_python_does(draws, seed, n, k):
    state, rng = twister.twister(seed), random.Random(seed)
    numbers, integers, counts = np.zeros(500), np.zeros(500, int), np.zeros(500, int)
    chosen, pool = np.zeros(k, int), np.zeros(n, int)
    draws(state, numbers, integers, counts, chosen, pool)
    expected = [(rng.random(), rng.randrange(i + 1), poisson(6.0, rng)) for i in range(500)]
    assert list(zip(numbers, integers, counts)) == expected
    assert list(chosen) == rng.sample(range(n), k)
    assert tuple(state) == rng.getstate()[1]
