"""Java's random numbers against what Java prints."""

from typing import NamedTuple

import numpy as np
import pytest

from driftsim.kernels import cache
from driftsim.kernels.moa import java_random as own
from driftsim.streams.moa.java_random import JavaRandom, int32

KNOWN = {  # by seed: draws of a new generator each
    1: {
        "next_int": [-1155869325, 431529176],
        "below 100": [85, 88, 47, 13, 54],
        "below 8": [5, 0, 3, 3, 1],
        f"below {2**30 + 1}": [215764588, 880641847, 874970313],
        "uniform": [0.7308781907032909, 0.41008081149220166],
        "uniform_float": [0.7308781743049622],
        "normal": [1.561581040188955, -0.6081826070068602, -1.0912278829447088],
    },
    -3: {
        "next_int": [1154330329, -96093693],
        "below 100": [64, 1, 16, 70, 30],
        "below 8": [2, 7, 2, 1, 6],
        f"below {2**30 + 1}": [577165164, 754537216, 322603170],
        "uniform": [0.2687634822372562, 0.35135877356266687],
        "uniform_float": [0.2687634229660034],
        "normal": [-1.3012597153498027, -0.8364632103720995, 0.22034029015796283],
    },
}
LOGARITHMS = {  # where those of the C library have another last digit
    "0x1.1e3be5c22ec14p-3": "-0x1.f7c25ba2102aap+0",
    "0x1.63d038b9a0c1bp-1": "-0x1.74a6febe3085ep-2",
    "0x1.4954768b52880p-8": "-0x1.52c5578ff75ccp+2",
}
IN_PYTHON = {"uniform": JavaRandom.uniform, "below": JavaRandom.below}


class Draws(NamedTuple):
    """What a kernel of this file fills."""

    random: np.ndarray
    gauss: np.ndarray
    drawn: np.ndarray


def fill(s, what, n):
    """Replace numbers by draws, or by their logarithms."""
    for i in range(s.drawn.size):
        if what == 0:
            s.drawn[i] = own.bits(s.random, 32)
        elif what == 1:
            s.drawn[i] = own.below(s.random, n)
        elif what == 2:
            s.drawn[i] = own.uniform(s.random)
        elif what == 3:
            s.drawn[i] = own.uniform_float(s.random)
        elif what == 4:
            s.drawn[i] = own.normal(s.random, s.gauss)
        else:
            s.drawn[i] = own.strict_log(s.drawn[i])


def filled(numbers, what, n=0, seed=0):
    """Numbers of the kernel, with the draws of a new generator."""
    state = Draws(np.array([own.scrambled(seed)]), np.zeros(2), np.array(numbers, float))
    cache.entry(fill, state, what, n)(state, what, n)
    return state.drawn


@pytest.mark.parametrize("seed", KNOWN)
def test_draws_are_those_of_java(seed):
    what = ["next_int", "below", "uniform", "uniform_float", "normal"]
    for name, known in KNOWN[seed].items():
        word, _, n = name.partition(" ")
        drawn = filled(np.zeros(len(known)), what.index(word), int(n or 0), seed)
        found = [int32(int(one)) for one in drawn] if word == "next_int" else drawn.tolist()
        assert found == known, name
        if word in IN_PYTHON:
            rng = JavaRandom(seed)
            assert [IN_PYTHON[word](rng, *[int(n)] if n else []) for _ in known] == known


def test_logarithms_are_those_of_fdlibm():
    drawn = filled([*map(float.fromhex, LOGARITHMS), 1.0, 2.0**-40, 1e300], 5)
    assert [one.hex() for one in drawn[:3]] == [*LOGARITHMS.values()]
    assert drawn[3] == 0 and np.allclose(drawn[4:], np.log([2.0**-40, 1e300]), rtol=1e-15)
