"""Mersenne twister (Matsumoto & Nishimura 1998): the numbers of Python's `random.Random`.

river's models draw from it, and numba's own generator seeds and samples otherwise.
"""

import math
import random

import numpy as np

from driftsim.kernels.loop import compiled

WORDS, DISTANCE = 624, 397  # of a state; between the words that are mixed
UPPER, LOWER, MIXED = 0x80000000, 0x7FFFFFFF, 0x9908B0DF  # bits of a word of 32


def random_state(seed):
    """The state of random.Random(seed): its words, then how many of them are used (625,)."""
    return state_of(random.Random(seed))


def state_of(rng):
    """The state of a random.Random, as `random_state` gives it."""
    return np.array(rng.getstate()[1], np.uint32)


@compiled
def twist(state):
    for i in range(WORDS):
        after = np.int64(state[i + 1 if i + 1 < WORDS else 0])
        far = np.int64(state[i + DISTANCE if i + DISTANCE < WORDS else i + DISTANCE - WORDS])
        word = (np.int64(state[i]) & UPPER) | (after & LOWER)
        state[i] = far ^ (word >> 1) ^ (MIXED if word & 1 else 0)
    state[WORDS] = 0


@compiled
def getrandbits(state, k):
    """k random bits, at most 32."""
    if state[WORDS] >= WORDS:
        twist(state)
    word = np.int64(state[state[WORDS]])
    state[WORDS] += 1
    word ^= word >> 11
    word ^= (word << 7) & 0x9D2C5680
    word ^= (word << 15) & 0xEFC60000
    word ^= word >> 18
    return word >> (32 - k)


@compiled
def uniform(state):
    """random(): a number of [0, 1)."""
    high = getrandbits(state, 27)
    return (high * 67108864.0 + getrandbits(state, 26)) / 9007199254740992.0


@compiled
def randbelow(state, n):
    """randrange(n), n < 2 ** 32; randrange(a, b) is a + randbelow(state, b - a)."""
    bits = 0
    while n >> bits:
        bits += 1
    number = getrandbits(state, bits)
    while number >= n:
        number = getrandbits(state, bits)
    return number


@compiled
def sample(state, n, sampled, pool):
    """sample(range(n), sampled.size) into `sampled`; `pool` (n,) is scratch."""
    size = 1
    while size < 3 * sampled.size:
        size *= 4
    if n <= (21 + size if sampled.size > 5 else 21):
        for i in range(n):
            pool[i] = i
        for i in range(sampled.size):
            j = randbelow(state, n - i)
            sampled[i] = pool[j]
            pool[j] = pool[n - i - 1]
        return
    for i in range(n):
        pool[i] = 0
    for i in range(sampled.size):
        j = randbelow(state, n)
        while pool[j]:
            j = randbelow(state, n)
        pool[j] = 1
        sampled[i] = j


@compiled
def poisson(state, rate):
    """A Poisson number (Knuth 1969), as river draws it."""
    limit = math.exp(-rate)
    k, product = 0, 1.0
    while product > limit:
        k += 1
        product *= uniform(state)
    return k - 1
