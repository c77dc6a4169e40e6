"""Safe kernels: they read and write within their arrays, and call themselves nowhere."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path
from typing import NamedTuple

import numba
import numpy as np
import pytest

from driftsim import kernels
from driftsim.kernels import compiler
from driftsim.kernels.machine_code import Loaded
from driftsim.learners.learner import Learner
from driftsim.rows import Labelled, Schema

PACKAGE = Path(kernels.__file__).parent


class Cells(NamedTuple):
    flat: np.ndarray
    table: np.ndarray
    records: np.ndarray


def read(s, i):
    return s.flat[i]


def read_row(s, i):
    return s.table[i][0]


def read_column(s, i):
    return s.table[0, i]


def read_field(s, i):
    return s.records[i].field


def write(s, i):
    s.table[0, i] = 1.0
    return 0.0


def write_field(s, i):
    cell = s.records[i]
    cell.field += 1.0
    return 0.0


def test_labels_without_weight_fill_no_more_than_the_places_of_their_classes():
    rows = Labelled(np.arange(99), np.zeros((99, 1)), np.zeros(99, np.int64))
    model = Learner.model_validate("river.tree.HoeffdingTreeClassifier").start(Schema(("a",)), 0)
    leaves = model.fit(rows, np.zeros(99))._state.leaves
    assert leaves.counts["observed"].max() == 0


@pytest.mark.parametrize("access", [read, read_row, read_column, read_field, write, write_field])
def test_where_indices_are_checked_a_negative_one_is_out_of_bounds(access, monkeypatch):
    monkeypatch.setattr(numba.config, "BOUNDSCHECK", 1)
    cells = Cells(np.zeros(3), np.zeros((3, 3)), np.zeros(3, [("field", np.float64)]))
    compiled = Loaded(compiler.machine_code(access, (cells, 0), own=True))
    assert compiled(cells, 2) == 0.0
    for i in (-1, 3):
        with pytest.raises(RuntimeError, match="an index out of bounds"):
            compiled(cells, i)


def test_no_function_of_a_kernel_calls_itself():
    """Not by way of others either: compiled, one that did took more of the stack than there was."""
    calls = {}
    for path in PACKAGE.rglob("*.py"):
        calls |= calls_of(path)
    found = [*TopologicalSorter(calls).static_order()]  # raises an error where there is a circle
    assert any(name == "weight_below" for _, name in found)


def calls_of(path):
    """What each compiled function of a module calls, both as a module and a name there."""
    tree, home = ast.parse(path.read_text(encoding="utf-8")), {}
    own = ".".join(["driftsim.kernels", *path.relative_to(PACKAGE).with_suffix("").parts])
    for one in tree.body:
        if isinstance(one, ast.ImportFrom):
            home |= {name.asname or name.name: (one.module, name.name) for name in one.names}
    compiled = {one.name: one for one in tree.body if is_compiled(one)}
    home |= {name: (own, name) for name in compiled}
    return {
        (own, name): {
            home[call.func.id]
            for call in ast.walk(one)
            if isinstance(call, ast.Call) and getattr(call.func, "id", None) in home
        }
        for name, one in compiled.items()
    }


def is_compiled(one):
    return isinstance(one, ast.FunctionDef) and any(
        getattr(mark, "id", None) == "compiled" for mark in one.decorator_list
    )
