"""Kernels: two functions of one state, in a module that imports nothing whose code is not known."""

from typing import NamedTuple


class Doubling(NamedTuple):
    factor: float


def doubled(state, x):
    return state.factor * x


def tripled(state, x):
    return state.factor * x * 1.5
