"""Resets: the first member of a kernel's state, made as new."""

from numba import njit

from driftsim.kernels import compiler, loop


def reset_first(state):
    compiler.declare_functions()  # which code from the cache does without
    _reset(state)


@njit
def _reset(s):
    loop.reset(s, 0)
