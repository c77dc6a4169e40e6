"""Several tables in one stream: what they share, and which of their rows come."""

import numpy as np
import pytest
from pydantic import ValidationError

from driftsim.scenario.notation import parsed
from driftsim.streams.stream import Stream


@pytest.fixture
def folder(tmp_path):
    """Two tables with other orders of columns, other words and other classes, and a third."""
    tables = {
        "a": ("size,region,class", [f"{i},{'ns'[i % 2]},{'xy'[i % 3 == 0]}" for i in range(100)]),
        "b": ("region,size,class", [f"{'sw?'[i % 3]},{i + 100},{'yz'[i % 2]}" for i in range(60)]),
        "c": ("region,weight,class", [f"{'sw'[i % 2]},{i},{'yz'[i % 2]}" for i in range(60)]),
    }
    for name, (head, rows) in tables.items():
        path = tmp_path / f"{name}.csv"
        path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return tmp_path


B = "{kind: table, path: F/b.csv, missing: keep}"


def stream(folder, a="{kind: table, path: F/a.csv}", b=B, drift="{kind: sudden, at: [20]}"):
    text = f"concepts: {{a: {a}, b: {b}}}\ndrift: {drift}".replace("F/", f"{folder}/")
    return Stream.model_validate(parsed(text)[0])


def test_codes_and_classes_are_those_of_both(folder):
    one = stream(folder)
    assert one.length == 60 and one.schema.names == ("size", "region")
    assert one.schema.classes == ("x", "y", "z") and one.schema.values == {1: ("n", "s", "w")}
    assert one.schema.nominal == {1: 3} and one.schema.missing == {1}
    block = one.rows(0, 0, 60)
    assert np.array_equal(block.X[:20, 0], np.arange(20))
    assert np.array_equal(block.X[20:, 0], np.arange(120, 160))
    assert np.array_equal(block.X[:20, 1], np.arange(20) % 2)
    wanted = np.array([1, 2, np.nan])[np.arange(20, 60) % 3]
    assert np.array_equal(block.X[20:, 1], wanted, equal_nan=True)
    assert np.array_equal(block.y[20:], np.array([1, 2])[np.arange(20, 60) % 2])


def test_operators_know_the_words_of_both(folder):
    one = stream(folder, b=f"{{kind: relabelled, of: {B}, where: region == w, to: x}}")
    block = one.rows(0, 20, 60)
    assert np.array_equal(block.y == 0, block.X[:, 1] == 2)


def test_rows_go_on_where_they_stopped(folder):
    kind = "{kind: resumed, of: {kind: table, path: F/%s.csv, missing: keep}}"
    one = stream(folder, kind % "a", kind % "b", "{kind: recurring, every: 10}")
    block = one.rows(0, 0, one.length)
    assert one.length == 130  # b has no more rows where it is in force the seventh time
    assert np.array_equal(block.X[block.concept == 0, 0], np.arange(70))
    assert np.array_equal(block.X[block.concept == 1, 0], np.arange(100, 160))
    mixed = stream(folder, b=kind % "b", drift="{kind: recurring, every: 10}")
    block = mixed.rows(0, 0, mixed.length)
    assert np.array_equal(block.X[block.concept == 0, 0], block.t[block.concept == 0])
    assert mixed.length == 100 and len({*block.X[:, 0]}) == 100


def test_tables_of_other_columns_are_refused(folder):
    with pytest.raises(ValidationError, match="must agree on"):
        stream(folder, b="{kind: table, path: F/c.csv}")
    with pytest.raises(ValidationError, match="must agree on"):
        stream(folder, b="{kind: table, path: F/b.csv, missing: keep, nominal: [size]}")
    with pytest.raises(ValidationError, match="nothing"):
        stream(folder, b="{kind: table, path: F/nothing.csv}")


FILLED = "{kind: table, path: F/%s.csv, missing: {fill: most_frequent}}"


def test_tables_that_learn_from_the_warm_up_share_their_words_and_classes(folder):
    one = stream(folder, FILLED % "a", FILLED % "b")
    assert one.schema.values == {1: ("n", "s", "w")} and one.schema.classes == ("x", "y", "z")
    world = one.instantiated(0, 12)
    assert world.schema == one.schema
    gaps = world.rows(20, 60).X[np.arange(20, 60) % 3 == 2, 1]  # of `b`, where `s` comes first
    assert (gaps == 1).all()
