"""Checked indices: kernels that look at each one, compiled for each state once where it may be."""

import copy
from contextlib import suppress

import pytest
from compiled_examples import CHECKED

from driftsim.kernels import cache, loop

TRIED = set()


@pytest.fixture(autouse=CHECKED)
def each_state_once(monkeypatch):
    """Skip what would compile a kernel that only puts together states tried before.

    Each is tried outermost, within another, and made as new, which only some of the others do.
    """
    entry = cache.entry

    def first(function, *given):
        key = cache.key_of(function, given[0])
        if key not in cache.entries:
            places = {key[:2], *key[2:]}
            if places <= TRIED:
                pytest.skip("this kernel puts together what others try")
            TRIED.update(places)
            if function is loop.play:
                _as_new(entry, copy.deepcopy(given[0]))
        return entry(function, *given)

    monkeypatch.setattr(cache, "entry", first)


def _as_new(entry, state):
    from numba.core.errors import TypingError  # which most tests need not import

    with suppress(TypingError):  # of one that is never a member of another
        entry(_reset, state)(state)


def _reset(state):
    loop.reset(state, 0)
