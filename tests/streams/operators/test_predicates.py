"""Predicates: what they say of rows, and what is wrong with others."""

import numpy as np
import pytest
from together import together

from driftsim.rows import Schema
from driftsim.streams.concepts.rules import Sea
from driftsim.streams.operators.amounts import Statistics
from driftsim.streams.operators.predicates import parsed

SCHEMA = Schema(
    ("age", "monthly income", "region"), nominal={2: 3}, values={2: ("north", "south", "far east")}
)
X = np.array([[30, 1.5, 0], [40, 2.5, 1], [50, -3.5, 2], [np.nan, 0, 0]])


@together(
    ("text", "rows"),
    [
        ("age > 40", [2]),
        ("age >= 4e1", [1, 2]),
        ("age<40", [0]),
        ("age <= 40", [0, 1]),
        ("age == 40", [1]),
        ("age = 40", [1]),
        ("age != 40", [0, 2]),  # a missing value compares with nothing
        ("age in [30, 50]", [0, 2]),
        ("not age in [30, 50]", [1, 3]),
        ("age not in [30, 50]", [1, 3]),
        ("region == north", [0, 3]),
        ("region in ['far east', south]", [1, 2]),
        ("region != `far east`", [0, 1, 3]),
        ('"monthly income" > -1 and region = north', [0, 3]),
        ("age > 45 or region == south and age > 35", [1, 2]),
        ("(age > 45 or region == south) and age < 45", [1]),
        ("NOT (age > 35) AND age < 100", [0]),
        ("age > .5e2 or age > +1_000", []),
    ],
)
def test_what_a_predicate_says(text, rows):
    mask = parsed(text).bound(SCHEMA, Statistics(Sea()))
    assert np.flatnonzero(mask(X)).tolist() == rows


def test_quantiles_are_of_the_column():
    mask = parsed("x1 > q0.9").bound(Sea.schema, Statistics(Sea()))
    assert abs(mask(np.random.default_rng(0).random((20_000, 3)) * 10).mean() - 0.1) < 0.01


@together(
    ("text", "message"),
    [
        ("", "at character 1: it ends, but the name of a column is expected"),
        ("age >", "at character 6: it ends, but a value is expected"),
        ("age >> 4", "at character 6: there is '>', but a value is expected"),
        ("age 4", "at character 5: there is '4' after 'age', but <, <=, >, >=, ==, != or in is"),
        ("'a\n b' 4", "at character 8: there is '4' after 'a\\n b', but <, <=, >, >=, ==, != or"),
        ("age > 4 and", "at character 12: it ends"),
        ("age > 4 region", "at character 9: 'region' is not expected, but and, or, or an end"),
        ("(age > 4", "at character 9: it ends, but ')' is expected"),
        ("age in 4", "at character 8: there is '4', but '[' is expected"),
        ("age in [4", "at character 10: it ends, but ']' is expected"),
        ("region == 'north", 'at character 11: there is "\'", but a closing quote is expected'),
        ("ages > 4", "at character 1: no column is called 'ages'; did you mean 'age'?"),
        ("age > north", "at character 7: column 'age' has numbers, and 'north' is none"),
        ("region > north", "at character 1: column 'region' has words, which are not ordered"),
        ("region == nord", "at character 11: column 'region' has no value 'nord'; did you mean"),
        ("(" * 50 + "age > 4" + ")" * 50, "more than 40 conditions are within each other"),
        ("not " * 50 + "age > 4", "more than 40 conditions are within each other"),
    ],
)
def test_a_predicate_that_says_nothing_is_refused_at_its_place(text, message):
    with pytest.raises(ValueError) as caught:
        parsed(text).bound(SCHEMA, Statistics(Sea()))
    assert message in str(caught.value)
