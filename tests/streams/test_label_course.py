"""Label courses: shares in tenths of the rows, runs, and what a person should look at."""

import numpy as np
import pytest

import driftsim.streams.label_course as module
from driftsim.streams.label_course import LabelCourse, Run
from driftsim.streams.recorded import Recording
from driftsim.streams.tables.columns import Column, schema_of


def course(y, classes=("a", "b", "c")):
    y = np.asarray(y)
    schema = schema_of([Column("x", np.zeros(len(y)))], classes)
    return LabelCourse.of(Recording(None, np.zeros((len(y), 1)), y, schema))


def remarks(y, warmup=0):
    return [*course(y).remarks(("a", "b", "c"), warmup)]


@pytest.mark.parametrize("at_once", [3, 7, 1_000])
def test_counts_runs_and_first_rows_do_not_depend_on_pieces(monkeypatch, at_once):
    monkeypatch.setattr(module, "AT_ONCE", at_once)
    found = course([0, 0, 1, 1, 1, 1, 0, 2, 2, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0])
    assert found.counts[:3].tolist() == [[2, 0, 0], [0, 2, 0], [0, 2, 0]]
    assert found.counts.sum() == found.rows == 20
    assert found.first.tolist() == [0, 2, 7]
    assert found.longest == Run(1, 2, 4)
    assert found.shares[3].tolist() == [0.5, 0, 0.5]


def test_means_of_numbers():
    found = course(np.arange(40.0), None)
    assert found.means.tolist() == [1.5 + 4 * i for i in range(10)]
    assert found.longest is None


def test_what_is_usual_has_no_remark():
    assert remarks(np.random.default_rng(0).integers(0, 3, 1000), 50) == []


def test_an_imbalance():
    y = np.where(np.arange(1000) % 25 == 3, 1, 0)
    y[1] = 2
    assert remarks(y, 5) == [
        "imbalance: 95.9 % of the rows are of class 'a'; to predict it always has an error of only "
        "4.1 %, so look at kappa"
    ]


def test_one_class_for_long():
    y = np.random.default_rng(0).integers(0, 3, 1000)
    y[300:450], y[299], y[450] = 0, 1, 1
    assert remarks(y, 50) == ["one class for long: rows 300 to 449 are all of class 'a'"]
    y[300:450:7] = 1
    assert remarks(y, 50) == []


def test_a_class_that_comes_late():
    y = np.arange(1000) % 2
    y[600::3] = 2
    assert remarks(y, 500) == ["class 'c' first comes in row 600, after the warm-up"]
    assert remarks(y, 601) == []
