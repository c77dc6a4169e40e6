"""Memories: what they hold, what they forget, and how they are written."""

import numpy as np
from together import together

from driftsim.adaptation.memories import Last, Memory
from driftsim.rows import Labelled

T = np.arange(30)


def rows(start, stop):
    return Labelled(T, T[:, None] * 1.0, T % 2).part(slice(start, stop))


def filled(spec):
    """A memory that has been given the labels of rows 0 to 13, piece by piece."""
    memory = Memory.model_validate(spec).start()
    for start, stop in ((0, 3), (3, 4), (4, 12), (12, 12), (12, 14)):
        memory.add(rows(start, stop))
    return memory


def held(memory):
    return memory.rows().t.tolist()


def test_a_number_is_that_many_of_the_last_labels():
    assert Memory.model_validate(5) == Last(labels=5) and Last(labels=5).model_dump() == 5
    assert held(filled(5)) == [9, 10, 11, 12, 13] == held(filled(5))
    assert held(filled(100)) == list(range(14))


@together(
    ("spec", "left"),
    [
        (100, [9, 10, 11, 12, 13]),
        (3, [11, 12, 13]),
        ("since_alarm", [9, 10, 11, 12, 13]),
        ("all", list(range(14))),
        ({"kind": "faded", "half_life": 4}, list(range(14))),
    ],
)
def test_after_an_alarm_some_forget_the_rows_before_it(spec, left):
    memory = filled(spec)
    memory.alarmed(9)
    assert held(memory) == left
    assert memory.since(11) == 3


def test_a_chunk_is_forgotten_once_it_has_been_trained_on():
    chunk, last = filled("chunk"), filled(100)
    for memory in (chunk, last):
        memory.trained()
        memory.add(rows(14, 16))
    assert held(chunk) == [14, 15] and held(last) == list(range(16))


def test_faded_labels_count_half_with_every_half_life():
    memory = filled({"kind": "faded", "half_life": 2})
    weight = memory.weight()
    assert weight[-1] == 1 and weight[-3] == 0.5 and weight[-5] == 0.25 and len(weight) == 14
    assert filled(5).weight() is None


def test_labels_that_have_faded_are_forgotten():
    memory = filled({"kind": "faded", "half_life": 0.25})
    assert held(memory) == list(range(4, 14))
    assert memory.weight()[0] == 0.5 ** (9 / 0.25)
