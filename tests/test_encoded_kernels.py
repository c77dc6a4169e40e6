"""Encoded kernels: linear models of nominal columns answer as river's do behind its encoder."""

import numpy as np
import pytest
from compiled_examples import CHECKED, ENCODED, ENCODED_MODELS, LINES, encoded, name
from examples import cut

from driftsim.evaluation.labels import Labels, arrivals
from driftsim.kernels.registry import equivalent
from driftsim.learners.learner import Learner
from driftsim.rows import Labelled, Schema, Unfit

SIZES = 3, 12, 2, 24  # "x1_10.0" comes before "x1_2.0"
LATE = {"kind": "random", "mean": 60}
SHRINKS = {"kind": LINES[0], "optimizer": {"kind": "river.optim.SGD", "lr": 0.1}, "l2": 0.01}


def table(classes, n):
    """Rows of nominal columns, half of whose values come in the second half, highest first."""
    rng, half = np.random.default_rng(classes), np.arange(n) < n // 2
    X = np.stack([rng.integers(size, size=n) for size in SIZES], axis=1).astype(float)
    X[half] = np.maximum(X[half], np.array(SIZES) // 2)
    says = sum(rng.normal(size=(size, max(classes, 2)))[X[:, j].astype(int)]
               for j, size in enumerate(SIZES))  # fmt: skip
    y = says.argmax(axis=1) if classes else says[:, 0]
    names = [f"x{j}" for j in range(len(SIZES))]
    return Labelled(np.arange(n), X, y), Schema((*names,), dict(enumerate(SIZES)), classes or None)


def played(learner, schema, rows, labels, probabilities):
    model = learner.start(schema, 1, probabilities)
    stretches = arrivals(cut(rows, 777), Labels.model_validate(labels), 0)
    return np.concatenate([model.test_then_train(one) for one in stretches])


def cases():
    for settings in ENCODED:
        for i, model in enumerate(ENCODED_MODELS):
            if settings.get("drop_zeros") and isinstance(model, dict) and "l2" in model:
                continue
            quick = (i + len(settings)) % 3 == 0
            marks = [] if quick else [pytest.mark.slow]
            yield pytest.param(settings, model, id=f"{settings} {name(model)}", marks=marks)


@pytest.mark.parametrize("labels", ["at_once", LATE], ids=["at_once", "late"])
@pytest.mark.parametrize(["settings", "model"], [*cases()])
def test_an_encoded_model_answers_as_that_of_river(settings, model, labels):
    learner = Learner.model_validate(encoded(settings, model))
    for classes in (2, 4, 0):
        rows, schema = table(classes, 300 if CHECKED else 1_200)
        if learner.incompatibility(schema):
            continue
        assert learner.engine(schema) == "compiled"
        for probabilities in (False, True) if classes else (False,):
            ours, theirs = (
                played(one, schema, rows, labels, probabilities)
                for one in (learner, learner if CHECKED else learner.uncompiled())
            )
            assert np.allclose(ours, theirs, rtol=1e-9, atol=1e-9 if probabilities else 0.0)


@pytest.mark.parametrize("settings", ENCODED, ids=str)
def test_a_state_is_made_of_a_stand_in_as_of_rivers_object(settings):
    learner, (_, schema) = Learner.model_validate(encoded(settings, LINES[0])).whole, table(2, 1)
    one, other = (
        equivalent(make(schema, 5), schema)(1) for make in (learner._stand_in, learner._made)
    )
    assert str(one) == str(other) and one.z.size == sum(SIZES)


def refused(model, schema):
    return Learner.model_validate(model).engine(schema).partition("no kernel for ")[2]


def test_what_no_kernel_encodes_runs_on_rivers_object():
    numbers = Schema(("a", "b"), {1: 3})
    encoder = {"kind": "river.preprocessing.OneHotEncoder"}
    nominal = table(2, 1)[1]
    steps = [encoder, "river.preprocessing.StandardScaler", LINES[0]]
    found = {
        refused(encoded({}, LINES[0]), numbers): "the column of numbers 'a'",
        refused(encoded({}, LINES[0]), Schema(("a",), {0: 9_000})): "9,000 values",
        refused({"kind": "pipeline", "steps": steps}, nominal): "StandardScaler beside",
        refused(encoded({}, "river.naive_bayes.GaussianNB"), nominal): "before GaussianNB",
        refused(encoded({"drop_zeros": True}, SHRINKS), nominal): "weights shrink",
    }
    assert all(said in reason for reason, said in found.items()), found


def test_a_code_that_is_none_of_a_column_ends_the_contender():
    schema = table(2, 1)[1]
    model = Learner.model_validate(encoded({}, LINES[0])).start(schema, 1)
    row = np.array([[0.0, 12.0, 0.0, 0.0]])
    with pytest.raises(Unfit, match="none of its 12 values"):
        model.predict(row)


def test_scalers_by_extremes_take_no_window():
    reason = refused(
        {
            "kind": "pipeline",
            "steps": [{"kind": "river.preprocessing.MinMaxScaler", "window_size": 9}, LINES[0]],
        },
        Schema(("a",)),
    )
    assert reason == "its window_size"
