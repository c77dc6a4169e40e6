"""Rows: what passes between the floors."""

import numpy as np

from driftsim.rows import Arrival, Labelled, Schema, label_of


def arrival():
    t = np.arange(10, 14)
    due_t = np.array([8, 9, 11])
    X, due_X = t[:, None] * 1.0, due_t[:, None] * 1.0
    return Arrival(t, X, due_t, due_X, due_t % 2, np.array([0, 2, 2, 3, 3]))


def test_before_row_takes_all_that_comes_in_before_the_next():
    head, tail = arrival().before_row(1)
    assert (
        head.t.tolist() == [10] and head.due_t.tolist() == [8, 9] and head.due_by.tolist() == [0, 2]
    )
    assert tail.t.tolist() == [11, 12, 13] and tail.due_by.tolist() == [0, 0, 1, 1]


def test_up_to_label_cuts_in_the_middle_of_a_burst():
    head, tail = arrival().up_to_label(1)
    assert head.t.tolist() == [10] and head.due_t.tolist() == [8] and head.due_by.tolist() == [0, 1]
    assert tail.due_t.tolist() == [9, 11] and tail.due_by.tolist() == [1, 1, 2, 2]


def test_labelled_rows_are_joined_and_cut():
    due = arrival().due
    whole = Labelled.joined([due, due.part(slice(1))])
    assert whole.t.tolist() == [8, 9, 11, 8] and whole.X.shape == (4, 1)


def test_a_schema_without_classes_is_of_regression():
    assert Schema(("a",), n_classes=None).regression and not Schema(("a",)).regression


def test_labels_of_probabilities():
    assert label_of(np.array([1, 0])).tolist() == [1, 0]
    assert label_of(np.array([[0.1, 0.9], [0.5, 0.5]])).tolist() == [1, 0]
