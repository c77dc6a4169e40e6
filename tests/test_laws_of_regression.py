"""The laws of the design for regression: labels are numbers, equal to 1e-9."""

import numpy as np
from examples import cut, predictions, regression_stream, rows_of
from test_laws import AT_ONCE, STATIC, empty, first_after

from driftsim.adaptation.policies import Policy
from driftsim.evaluation.labels import arrivals
from driftsim.evaluation.prequential import Contender, evaluate
from driftsim.evaluation.rules import Rules
from driftsim.learners.learner import Model


def same(one, other):
    return len(one) == len(other) and np.allclose(one, other, rtol=1e-9, atol=1e-9)


def test_how_the_stream_is_cut_never_shows(regressor, policy, labels, size):
    stream = regression_stream(900)
    whole = predictions(stream, regressor, policy, labels, warmup=300)
    assert same(whole, predictions(stream, regressor, policy, labels, size, warmup=300))


def test_no_prediction_uses_a_label_that_comes_in_after_it(regressor, policy, labels):
    row, warmup, stream = 600, 300, regression_stream(900)

    def corrupt(t, y):
        return np.where(t >= row, 1000.0, y)

    _, rows = rows_of(stream, regressor, warmup)
    first = min(t for arrival in arrivals([rows], labels, 0) for t in first_after(arrival, row))
    clean = predictions(stream, regressor, policy, labels, warmup=warmup)
    other = predictions(stream, regressor, policy, labels, warmup=warmup, change=corrupt)
    assert same(clean[: first - warmup], other[: first - warmup])


def test_nothing_predicts_pure_noise(regressor, policy, labels):
    """No answer has a squared error below the variance of labels of pure noise."""
    noise = regression_stream(2100, concepts={"a": {"kind": "level", "noise": 1.0}})
    predicted = predictions(noise, regressor, policy, labels, warmup=500)
    squares = (predicted - noise.rows(0, 500, 2100).y) ** 2
    assert squares.mean() > 1 - 4 * np.sqrt(2 / 1600)


def test_the_fused_loop_equals_predict_then_learn(regressor, labels):
    stream = regression_stream(400)
    history, rows = rows_of(stream, regressor, 150)
    fused, plain = (regressor.start(stream.schema, 0).fit(history) for _ in range(2))
    for arrival in arrivals(cut(rows, 130), labels, 0):
        assert same(fused.test_then_train(arrival), Model.test_then_train(plain, arrival))


def test_an_untrained_model_predicts_0_and_no_rows(regressor):
    stream = regression_stream()
    X = np.zeros((5, 3))
    for model in (
        regressor.start(stream.schema, 2),
        regressor.start(stream.schema, 2).fit(empty(stream)),
    ):
        assert not model.predict(X).any() and model.predict(X).shape == (5,)
        assert len(model.predict(X[:0])) == 0


def test_no_answer_beats_the_oracle(regressor, policy):
    contender = Contender(learner=regressor, policy=policy)
    columns = evaluate(regression_stream(), contender, Rules(warmup=600, interval=1)).columns
    assert (columns["excess_squared_error"] >= 0).all()
    perfect = columns["excess_squared_error"].max() < 1e-25  # the mean of equals may round
    assert perfect == (regressor.kind() == "oracle")


def test_who_never_learns_does_not_depend_on_labels(regressor, labels):
    stream = regression_stream()
    never = Policy.model_validate({"kind": "periodic", "every": 10**9, "memory": 1})
    expected = predictions(stream, regressor, STATIC, AT_ONCE)
    for policy in (STATIC, never):
        assert same(predictions(stream, regressor, policy, labels), expected)
