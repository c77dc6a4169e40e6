"""Tables and functions from Python as concepts."""

import pickle

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from together import together

import driftsim
from driftsim.messages import ScenarioError
from driftsim.report.results import Results

STATIC = {"m": {"learner": "sklearn.naive_bayes.GaussianNB", "policy": "static"}}
RNG = np.random.default_rng(0)
FRAME = pd.DataFrame(
    {
        "size": RNG.normal(size=300),
        "count": RNG.integers(0, 5, 300),
        "colour": RNG.choice(["red", "blue"], 300),
        "late": RNG.random(300) < 0.5,
        "y": RNG.choice(["no", "yes"], 300),
    }
)


def stream_of(concept, **keys):
    given = {"stream": {"concepts": {"mine": concept}, **keys}, "models": STATIC}
    return driftsim.load(given | {"evaluation": {"warmup": 100}}).variants[0].scenario.stream


def key_of(concept):
    """The name of the run of a contender on a concept."""
    given = {"stream": {"concepts": {"mine": concept}}, "models": STATIC}
    study = driftsim.load(given | {"evaluation": {"warmup": 100}})
    return [run.key for _, run in Results(study).runs()][-1]


def rows_of(stream):
    block = stream.rows(0, 0, stream.length)
    return block.X, block.y


@pytest.mark.parametrize(
    "source",
    [
        FRAME,
        pl.from_pandas(FRAME),
        pa.Table.from_pandas(FRAME),
        pa.RecordBatch.from_pandas(FRAME),
        {name: FRAME[name].to_numpy() for name in FRAME},
        {name: FRAME[name].tolist() for name in FRAME},
        FRAME.to_records(index=False),
    ],
    ids=["pandas", "polars", "arrow", "batch", "arrays", "lists", "records"],
)
def test_a_table_from_python_is_its_csv_row_for_row(tmp_path, source):
    FRAME.to_csv(tmp_path / "t.csv", index=False)
    ours = stream_of(driftsim.Table(source, target="y"))
    written = stream_of(driftsim.Table(tmp_path / "t.csv", target="y"))
    assert ours.schema._replace(values={}) == written.schema._replace(values={})
    for one, other in zip(rows_of(ours), rows_of(written), strict=True):
        assert np.array_equal(one, other)


def test_sparse_columns_of_pandas():
    stream = stream_of(driftsim.Table(FRAME.astype({"count": pd.SparseDtype(int, 0)})))
    assert np.array_equal(rows_of(stream)[0][:, 1], FRAME["count"])


def test_labels_may_be_an_array_of_their_own():
    X, y = FRAME[["size", "count"]].to_numpy(), FRAME["y"]
    stream = stream_of(driftsim.Table(X, target=y))
    assert stream.schema.names == ("x1", "x2") and stream.schema.classes == ("no", "yes")
    assert np.array_equal(rows_of(stream)[0], X)
    assert np.array_equal(rows_of(stream)[1], (y == "yes").astype(int))


def test_the_same_cells_are_the_same_runs_and_another_cell_others():
    first = driftsim.Table(FRAME, target="y")
    again = driftsim.Table(FRAME.copy(), target="y")
    frame = FRAME.copy()
    frame.loc[17, "size"] += 1e-9
    assert key_of(first) == key_of(again) == key_of(pickle.loads(pickle.dumps(first)))
    assert key_of(driftsim.Table(frame, target="y")) != key_of(first)
    assert key_of(driftsim.Table(FRAME, target="y", drop=["late"])) != key_of(first)


def test_a_frame_that_changes_later_stays_as_it_was_given():
    frame = FRAME.copy()
    given = driftsim.Table(frame, target="y")
    frame.loc[:, "size"] = 0.0
    assert np.array_equal(rows_of(stream_of(given))[0][:, 0], FRAME["size"])


def test_missing_values_and_keys_are_those_of_a_table():
    frame = FRAME.assign(size=FRAME["size"].where(FRAME["size"] > 0))
    with pytest.raises(ScenarioError, match=r"mine: a DataFrame of 300 rows: row .* has no value"):
        stream_of(driftsim.Table(frame, target="y"))
    stream = stream_of(driftsim.Table(frame, target="y", missing="drop", columns=["size"]))
    assert stream.length == (FRAME["size"] > 0).sum() and stream.schema.names == ("size",)


@together(
    ("source", "keys", "words"),
    [
        (pd.DataFrame({"a": [1, "x"], "y": [0, 1]}), {}, "column 'a' holds values of int, str"),
        ({"a": [1, 2], "y": [1]}, {}, "'a' has 2 values, 'y' has 1"),
        (np.zeros(3), {}, "an array of shape (3,) is no table"),
        (FRAME, {"separator": ";"}, "separator: this key is for files; leave it out"),
        (FRAME, {"dropp": []}, "did you mean 'drop'?"),
        (3, {}, "int is no table; give a DataFrame of pandas or polars"),
        (FRAME, {"target": np.zeros(3)}, "has 300 values, 'label' has 3"),
    ],
    ids=["mixed", "ragged", "vector", "separator", "unknown", "number", "labels"],
)
def test_tables_that_cannot_be_used(source, keys, words):
    with pytest.raises(ScenarioError) as caught:
        driftsim.Table(source, **keys)
    assert str(caught.value).startswith("driftsim.Table: ") and words in str(caught.value)


def test_a_frame_alone_is_answered_with_what_to_write():
    with pytest.raises(ScenarioError, match=r"write driftsim\.Table\("):
        stream_of(FRAME)
    with pytest.raises(ScenarioError, match="there is no column 'z'"):
        stream_of(driftsim.Table(FRAME, target="z"))


def disc(rng, t):
    X = rng.normal(size=(len(t), 2))
    return X, (X**2).sum(axis=1) < 1


def season(rng, t):
    X = rng.normal(size=(len(t), 2))
    return X, (X[:, 0] > np.sin(t / 1_000)).astype(int)


def line_of(rng, t):
    x = rng.normal(size=len(t))
    return x, 2 * x


def test_a_function_draws_the_rows_of_a_concept():
    stream = stream_of(disc, length=9_000)
    X, y = rows_of(stream)
    assert np.array_equal(y, (X**2).sum(axis=1) < 1) and X.shape == (9_000, 2)
    assert stream.schema.n_classes == 2 and stream.dated
    assert not stream_of(season, length=9_000).dated
    assert stream_of(driftsim.Function(disc, names=["u", "v"]), length=900).schema.names[1] == "v"


def test_what_a_function_draws_decides_the_task():
    given = {"m": {"learner": "sklearn.linear_model.LinearRegression", "policy": "static"}}
    study = {"stream": {"length": 900, "concepts": {"a": line_of}}, "models": given}
    study = driftsim.load(study | {"evaluation": {"warmup": 90}})
    schema = study.variants[0].scenario.stream.schema
    assert schema.regression and schema.names == ("x1",)

    def letters(rng, t):
        return rng.random((len(t), 1)), np.array(["a", "b"])[t % 2]

    words = driftsim.Function(letters, classes=["b", "a", "c"])
    assert words.draw(np.random.default_rng(0), np.arange(4))[1].tolist() == [1, 0, 1, 0]


def test_an_edited_function_is_another():
    def near(limit):
        return lambda rng, t: (lambda X: (X, X[:, 0] < limit))(rng.random((len(t), 1)))

    keys = [driftsim.Function(near(limit)).snapshot.key for limit in (0.5, 0.5, 0.6)]
    assert keys[0] == keys[1] != keys[2]
    assert driftsim.Function(disc).snapshot.key != driftsim.Function(season).snapshot.key


@together(
    ("draw", "words"),
    [
        (lambda rng, t: (np.random.random((len(t), 1)), t % 2), "it draws other rows when it is"),
        (lambda rng, t: (rng.random((3, 1)), t % 2), "give X (n, d) and y (n,)"),
        (lambda rng, t: rng.random((len(t), 1)), "it gives ndarray; it should return X, y"),
        (lambda rng, t: 1 / 0, "it cannot be drawn from: ZeroDivisionError"),
        (lambda rng, t: (rng.random((len(t), 1)), ["a"] * len(t)), "list them in classes"),
    ],
    ids=["random", "short", "lone", "raises", "words"],
)
def test_functions_that_cannot_be_used(draw, words):
    with pytest.raises(ScenarioError) as caught:
        stream_of(draw, length=900)
    assert "in the scenario: stream.concepts.mine: it " in str(caught.value)
    assert words in str(caught.value)


def test_a_table_shows_its_columns():
    shown = repr(driftsim.Table(FRAME, target="y"))
    assert shown.startswith("driftsim.Table of a DataFrame of 300 rows:\n  size    numbers -")
    assert "\n  count   whole numbers 0 to 4\n" in shown
    assert "\n  y       the target, 2 words: " in shown
    assert "the target, numbers" in repr(driftsim.Table(FRAME, target="size"))


@together(
    ("keys", "message"),
    [
        ({"target": "colur"}, "there is no column 'colur'; did you mean 'colour'?"),
        ({"drop": ["z"]}, "there is no column 'z'; choose from colour, count, late, size, y"),
        ({"missing": "drp"}, "missing: 'drp' is not valid; did you mean 'drop'?"),
        ({"missing": "median"}, "missing: 'median' is not valid; write {fill: median}"),
    ],
)
def test_a_slip_is_refused_where_the_table_is_made(keys, message):
    with pytest.raises(ScenarioError) as refused:
        driftsim.Table(FRAME, **keys)
    assert str(refused.value) == f"driftsim.Table: {message}"


def test_numbers_as_labels_are_to_be_declared():
    with pytest.raises(ScenarioError, match=r"driftsim.Table\(…, target='size', task=\"regre"):
        driftsim.evaluate(FRAME[["count", "size"]], "naive_bayes")
