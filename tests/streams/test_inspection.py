"""Inspection: each thing that a person should look at is found, and what is usual is not."""

import numpy as np
from together import together

from driftsim.streams.inspection import errors_left, inspected
from driftsim.streams.tables.columns import Column, in_order

N = 400
RNG = np.random.default_rng(0)
LABELS = RNG.integers(0, 3, N)
NOISE = RNG.standard_normal(N)
COINS = RNG.integers(0, 6, N)


def column(cells, name="x"):
    """A column of numbers, or of words."""
    if isinstance(cells[0], str):
        values = in_order(set(cells))
        return Column(name, np.array([values.index(c) for c in cells], float), tuple(values))
    return Column(name, np.asarray(cells, float))


def words(numbers, form="w{}"):
    return [form.format(int(i)) for i in numbers]


def remarks(cells, labels=LABELS, classes=True):
    return inspected([column(cells), column(labels, "y")], 1, classes)[0].remarks


@together(
    ("cells", "message"),
    [
        (np.arange(N), ["rises with every row: an identifier, or the time?"]),
        (-np.arange(N) / 7, ["falls with every row: an identifier, or the time?"]),
        (np.arange(N) // 4, ["never falls from row to row: the time?"]),
        (np.r_[np.arange(N - 1), 5], ["seldom falls from row to row: the time?"]),
        (RNG.permutation(N), ["one number a row: an identifier?"]),
        (np.r_[RNG.permutation(N - 5), [3] * 5], ["nearly one number a row: an identifier?"]),
        (words(RNG.permutation(N)), ["one word a row: an identifier?"]),
        (np.full(N, 3.5), ["one value in all rows: it has no information"]),
        (words(COINS, "2024-01-{:02}"), ["a date or a time, read as words"]),
        (words(COINS, "{:02}.12.2024"), ["a date or a time, read as words"]),
        (words(COINS, "1{}:30"), ["a date or a time, read as words"]),
        (20240101 + COINS, ["a date, read as a number (20240131)"]),
        (1.7e9 + COINS * 60, ["a date, read as a number (since 1970)?"]),
        (1.7e12 + COINS * 60, ["a date, read as a number (since 1970)? From 2023-11-14 to 2023"]),
        (["red", "green"] * 199 + ["blue"] * 2, []),
        (["red", "green"] * 199 + ["red", "17"], ["'17' is in one row only"]),
        (np.where(COINS == 5, "3+", COINS.astype(str)).tolist(), ["5 of 6 words are numbers, but"]),
        (np.where(COINS == 5, "yes", "Yes").tolist(), ["'Yes' and 'yes' are different words"]),
        (np.where(COINS == 5, "a b", "a_b").tolist(), ["'a_b' and 'a b' are different words"]),
        (np.where(COINS == 5, "N/A", "p").tolist(), ["'N/A' is read as a word; list it under m"]),
        (np.where(COINS == 5, "-", "p").tolist(), ["'-' is read as a word; list it under miss"]),
        (np.where(COINS == 5, -999, NOISE), ["the smallest, -999, is far from the others"]),
        (np.where(COINS == 5, 9999, NOISE), ["the largest, 9999, is far from the others"]),
        (LABELS * 2.0, ["a leak? it is equal to the target, but for names"]),
        (words(LABELS), ["a leak? it is equal to the target, but for names"]),
        (words(LABELS + 3 * COINS), ["a leak? this column alone determines the target"]),
        (LABELS + RNG.random(N) / 2, ["a leak? this column alone determines the target"]),
        (NOISE, []),
        (words(COINS), []),
        (COINS, []),
        (NOISE + LABELS, []),
        (np.where(LABELS == 1, LABELS, COINS), []),
        (np.cumsum(NOISE), []),
        (words(COINS, "A-{}-1"), []),
        ([np.nan] * N, []),
    ],
)
def test_what_is_to_be_remarked_of_a_column(cells, message):
    found = remarks(cells)
    if message is not None:
        assert len(found) == len(message), found
        assert all(one.startswith(other) for one, other in zip(found, message)), found


def test_what_an_identifier_tells_of_sorted_classes():
    found = remarks(np.arange(N), np.sort(LABELS))
    assert "a leak? this column alone determines the target" in found


@together(
    ("cells", "message"),
    [
        (NOISE, "a leak? it is equal to the target"),
        (5 - 3 * NOISE, "a leak? this column alone determines the target"),
        (NOISE + RNG.standard_normal(N), None),
        (words(COINS), None),
    ],
)
def test_a_leak_of_numbers(cells, message):
    assert remarks(cells, NOISE, classes=False) == ((message,) if message else ())


@together(
    ("labels", "message"),
    [
        (np.sort(LABELS), "rows are in the order of the labels; order: shuffled mixes them"),
        (["yes", "no"] * 20 + ["yse"], "'yse' is the class of one row only"),
        (["yes", "No", "no"] * 20, "'No' and 'no' are different words"),
        (LABELS, None),
    ],
)
def test_what_is_to_be_remarked_of_classes(labels, message):
    found = inspected([column(labels)], 0)[0].remarks
    assert found == ((message,) if message else ())


def test_facts():
    number, word = Column("a", np.array([1, np.nan, 3])), column(["q", "p", "q"], "b")
    one, two = inspected([number, word], 1)
    assert (one.name, one.missing, one.low, one.high, one.whole) == ("a", 1, 1, 3, True)
    assert (two.missing, two.levels) == (0, (("q", 2), ("p", 1)))
    assert inspected([number, column([0, 1, 1])], 1)[1].levels == (("1", 2), ("0", 1))


def test_errors_left_are_those_of_the_other_rows_with_a_value():
    groups, y = (
        np.array([0] * 10 + [1] * 10 + [2] * 10),
        np.array([0] * 9 + [1] + [1] * 10 + [0] * 10),
    )
    # others: 11 rows of label 1; wrong: the one among nine 0
    assert errors_left(groups, y) == 1 / 11
    tied = np.array([0, 1] * 10 + [1] * 10)
    assert errors_left(groups, tied) == 20 / 10  # a tie of the others has no information
    alone = errors_left(np.arange(40), np.repeat([0, 1], 20))
    assert alone == 1 / 20  # one step from label to label


def test_many_rows_are_tried_on_some():
    n = 250_000
    y = np.arange(n) % 2
    facts = inspected([column(np.arange(n) % 7 * 2 + y), column(y)], 1)
    assert facts[0].remarks == ("a leak? this column alone determines the target",)
