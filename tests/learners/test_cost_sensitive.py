"""Predictions of the cheapest class: thresholds that follow from prices, and what is refused."""

import numpy as np
import pytest

from driftsim.evaluation.decision.prices import PriceList, Prices, unlike
from driftsim.learners.cost_sensitive import Cheapest
from driftsim.learners.learner import Learner, Model
from driftsim.learners.prediction_check import PredictionCheck
from driftsim.mistake_prices import cost_matrix
from driftsim.rows import Arrival, Labelled, Schema, Unfit

T = np.arange(400)
rng = np.random.default_rng(0)
Y = rng.integers(0, 2, 400)
X = Y[:, None] + rng.normal(size=(400, 2))
ROWS, SCHEMA = Labelled(T, X, Y), Schema(("a", "b"), n_classes=2)
AT_ONCE = Arrival(T, X, T, X, Y, np.arange(401))
BAYES, FAILURE = "sklearn.naive_bayes.GaussianNB", {"0": 5, "1": 200}


def cheapest(learner, mistake):
    written = {"kind": "cost_sensitive", "learner": learner, "mistake": mistake}
    return Learner.model_validate(written)


def test_of_two_classes_it_is_a_threshold_as_scikit_learn_sets_one():
    from sklearn.model_selection import FixedThresholdClassifier
    from sklearn.naive_bayes import GaussianNB

    model = cheapest(BAYES, FAILURE).start(SCHEMA, 0).fit(ROWS)
    theirs = FixedThresholdClassifier(GaussianNB(), threshold=5 / 205).fit(X, Y)
    assert model.predict(X).tolist() == theirs.predict(X).tolist()
    assert 0 < np.mean(model.predict(X) == 0) < np.mean(GaussianNB().fit(X, Y).predict(X) == 0)


def test_with_equal_prices_it_is_the_learner_itself_also_where_it_learns_on():
    same = cheapest("naive_bayes", {"0": 3, "1": 3}).start(SCHEMA, 0)
    plain = Learner.model_validate("naive_bayes").start(SCHEMA, 0)
    assert same.test_then_train(AT_ONCE).tolist() == plain.test_then_train(AT_ONCE).tolist()
    copy = same.copy()
    copy.learn(Labelled(T, X + 9, 1 - Y))
    assert same.predict(X).tolist() == plain.predict(X).tolist() != copy.predict(X).tolist()
    assert same.size() == plain.size()


def test_of_three_classes_the_expected_costs_are_compared():
    """Of (.5, .3, .2): predicting 0 costs .3 x 1 + .2 x 9 = 2.1, 1 costs .7, 2 costs 1.3."""
    prices = {"0": {"1": 1, "2": 1.4}, "1": {"0": 1, "2": 2}, "2": {"0": 9, "1": 1}}
    model = cheapest("oracle", prices).start(Schema(("a",), n_classes=3), 0)
    assert model.predict(np.array([[0.5, 0.3, 0.2], [1.0, 0.0, 0.0]])).tolist() == [1, 0]


@pytest.mark.parametrize(
    ("learner", "mistake", "schema", "probabilities", "message"),
    [
        ("sklearn.linear_model.Perceptron", FAILURE, SCHEMA, False, "gives no probabilities, by"),
        (
            "naive_bayes",
            {"0": 1},
            SCHEMA,
            False,
            "mistake: mistakes on the class '1' have no price",
        ),
        ("naive_bayes", {"0": {"0": 1, "1": 5}, "1": 9}, SCHEMA, False, "mistake.0.0: a right"),
        ("naive_bayes", FAILURE, SCHEMA, True, "leave out evaluation.probabilities"),
        ("naive_bayes", FAILURE, Schema(("a",), n_classes=None), False, "is for classes"),
    ],
)
def test_what_it_cannot_do_is_refused(learner, mistake, schema, probabilities, message):
    assert message in cheapest(learner, mistake).incompatibility(schema, probabilities)


class Scripted(Model):
    """Predicts what it has been given, for any row."""

    def __init__(self, *answer):
        self.answer = answer

    def fit(self, rows, weight=None):
        return self

    def predict(self, X):
        return np.tile(self.answer, (len(X), 1)) if len(self.answer) > 1 else np.zeros(len(X))

    def learn(self, rows):
        pass


def around(*answer):
    costs = cost_matrix(FAILURE, ["0", "1"])
    return Cheapest(Scripted(*answer), costs, PredictionCheck(SCHEMA, probabilities=True))


def test_where_there_are_no_probabilities_the_dearest_mistake_is_avoided():
    assert around(np.nan, np.nan).predict(X).tolist() == [1] * 400
    assert around(0.99, 0.01).predict(X).tolist() == [0] * 400


@pytest.mark.parametrize("answer", [(0,), (7.0, -6.0)])
def test_what_is_no_probability_is_an_error(answer):
    with pytest.raises(Unfit, match="it should predict 2 probabilities for each row"):
        around(*answer).predict(X)
    with pytest.raises(Unfit, match="row 0: the model predicts"):
        around(*answer).test_then_train(AT_ONCE)


@pytest.mark.parametrize(
    ("reported", "differs"),
    [({"0": 1, "1": 40}, False), ({"0": 5, "1": 100}, True), (3.0, True), (None, True)],
)
def test_only_other_ratios_of_prices_are_unlike_those_of_the_report(reported, differs):
    about = unlike(FAILURE, PriceList(Prices(mistake=reported, training=1.0), SCHEMA))
    assert about.startswith("predicts by other prices of mistakes ({0: 5, 1: 200})") == differs
    assert bool(about) == differs
