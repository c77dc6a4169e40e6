"""Machine code: what it is given and gives, and how it is kept."""

import copy
import pickle
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numba
import numpy as np
import pytest

from driftsim.kernels import cache, compiler
from driftsim.kernels.loop import compiled
from driftsim.kernels.machine_code import Loaded, MachineCode


class State(NamedTuple):
    """Numbers, and what is added to their sum."""

    numbers: np.ndarray
    more: float


def added(s, n):
    """The sum of so many numbers, and whether it is positive."""
    if n < 0:
        raise ValueError("too few")
    total = s.more
    for i in range(n):
        total += s.numbers[i]
    return total, total > 0, n


def state(first, size=10):
    return State(np.arange(first, first + size, dtype=float), 0.5)


@pytest.fixture(scope="module")
def made():
    return compiler.machine_code(added, (state(0), 3))


@pytest.fixture(scope="module")
def run(made):
    return Loaded(made)


def test_numbers_come_back_as_they_are(run):
    assert run(state(0), 3) == (3.5, True, 3)
    assert [type(one) for one in run(state(-9), 2)] == [float, bool, int]
    assert run(state(-9), 2) == (-16.5, False, 2)


def test_every_state_is_read_where_it_is(run):
    """One that takes the place of another in memory, one of the same arrays, and a changed one."""
    assert [run(state(first), 1)[0] for first in range(100)] == [n + 0.5 for n in range(100)]
    one = state(1)
    assert run(one, 1)[0] == 1.5
    assert run(one._replace(more=2.0), 1)[0] == 3.0
    one.numbers[0] = 7.0
    assert run(one, 1)[0] == 7.5
    for other in (copy.copy(one), copy.deepcopy(one), pickle.loads(pickle.dumps(one))):
        one.numbers[0] += 1.0
        assert run(other, 1)[0] == other.numbers[0] + 0.5
    assert run(one, 1)[0] == 10.5


def test_threads_may_run_it_at_once(run):
    def sums(first):
        return {run(state(first, 1000), 1000)[0] for _ in range(200)}

    with ThreadPoolExecutor(8) as threads:
        found = [*threads.map(sums, range(8))]
    assert found == [{499_500.5 + 1000 * first} for first in range(8)]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (State(np.arange(9.0)[::2], 0.5), "arrays in order of rows, aligned, writeable"),
        (State(np.arange(9), 0.5), r"given \['1 int64', 'float', 'int'\]"),
        (State(np.ones((3, 3)), 0.5), r"given \['2 float64', 'float', 'int'\]"),
        (State(np.arange(9.0), 1), r"given \['1 float64', 'int', 'int'\]"),
        (State("9", 0.5), "not str"),  # type: ignore[arg-type]
    ],
)
def test_what_it_was_not_made_for_is_refused(run, given, message):
    assert run(state(0), 3)[0] == 3.5
    with pytest.raises(TypeError, match=message):
        run(given, 3)


def test_an_exception_in_it_is_one(run):
    with pytest.raises(RuntimeError, match="a kernel has raised an exception"):
        run(state(0), -1)


def test_it_is_read_as_it_was_written(made):
    assert MachineCode.of_bytes(made.as_bytes()) == made


def spoiled(file, way):
    """The bytes of a file after some accident."""
    if way == "changed":
        return file[:-100] + bytes([file[-100] ^ 1]) + file[-99:]
    return {"empty": b"", "cut off": file[:-1], "zeros": bytes(len(file)), "other": b"{}\n"}[way]


@pytest.mark.parametrize("way", ["empty", "cut off", "zeros", "other", "changed"])
def test_a_spoiled_file_is_made_again(tmp_path, monkeypatch, made, way):
    place = tmp_path / "folder" / "kernel"
    monkeypatch.setattr(cache, "_made", lambda function, given: made)
    monkeypatch.setattr(cache, "_distrust", lambda: None)
    assert cache._loaded(place, added, ())(state(0), 3)[0] == 3.5
    file = place / "compiled"
    whole = file.read_bytes()
    file.write_bytes(spoiled(whole, way))
    assert cache._loaded(place, added, ())(state(0), 3)[0] == 3.5
    assert file.read_bytes() == whole
    monkeypatch.setattr(cache, "_made", None)
    assert cache._loaded(place, added, ())(state(0), 3)[0] == 3.5


def test_it_is_compiled_also_where_numba_is_told_not_to(monkeypatch):
    """And numba is told so still."""
    monkeypatch.setattr(numba.config, "DISABLE_JIT", 1)
    assert compiler.machine_code(added, (state(0), 3)).code
    assert numba.njit(added) is added


class Records(NamedTuple):
    """Arrays of records, of which those of one begin like those of the other."""

    few: np.ndarray
    more: np.ndarray


@compiled
def grow(record):
    record.n += 1.0


def grown(s, n):
    """What both first records have grown to, together, and whether that is positive."""
    grow(s.few[0])
    grow(s.more[0])
    total = s.few[0].n + s.more[0].n
    return total, total > 0.0, n


def test_records_of_which_one_begins_like_the_other_are_compiled_without_a_warning(recwarn):
    s = Records(np.zeros(1, [("n", float)]), np.zeros(1, [("n", float), ("mean", float)]))
    assert Loaded(compiler.machine_code(grown, (s, 3)))(s, 3) == (2.0, True, 3)
    assert (s.few["n"], s.more["n"]) == (1.0, 1.0) and not recwarn.list
