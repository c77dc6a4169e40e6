"""Ensembles that resample rows, beside the same in plain Python."""

import numpy as np
import pytest
from examples import regression_stream, sea_stream
from mixed_rows import answers, mixed_rows, schema_of
from plain_members import (
    CLOUDS,
    NAIVE_BAYES,
    Member,
    added,
    generators_of,
    played,
    played_plainly,
    streams,
)
from river.drift.adwin import AdaptiveWindowing
from river.tree import HoeffdingTreeClassifier

from driftsim.kernels.online.bagging import poisson_chances
from driftsim.learners.learner import Learner
from driftsim.rows import Unfit
from driftsim.streams.stream import Stream

STREAMS = streams()
SKEWED = [
    sea_stream(400, balance=[0.9, 0.1]),
    Stream.model_validate({"length": 400, "concepts": {"a": CLOUDS}, "balance": [0.7, 0.2, 0.1]}),
]
BAGGING = {"kind": "online_bagging", "learner": NAIVE_BAYES, "n_models": 3}
LEVERAGING = {"kind": "leveraging_bagging", "learner": NAIVE_BAYES, "n_models": 3, "delta": 0.3}


class Bagging:
    """Online bagging in plain Python."""

    def __init__(self, n_models, rate, seed=3, make=Member):
        self.numbers, self.rate = generators_of(seed, n_models), rate
        self.members = [make() for _ in range(n_models)]

    def votes(self, x):
        return added([member.votes(x) for member in self.members])

    def learn(self, x, y):
        for member, numbers in zip(self.members, self.numbers):
            member.learn(x, y, numbers.poisson(self.rate))


class Leveraging(Bagging):
    """Leveraging bagging in plain Python."""

    def __init__(self, n_models, rate, delta, seed=3):
        super().__init__(n_models, rate, seed)
        self.windows = [window(delta) for _ in range(n_models)]
        self.delta, self.resets = delta, 0

    def learn(self, x, y):
        super().learn(x, y)
        before = [mean(one) for one in self.windows]
        errors = [float(member.label(x) != y) for member in self.members]
        cut = [one.update(error) for one, error in zip(self.windows, errors)]
        after = [mean(one) for one in self.windows]
        if any(c and b > a for a, b, c in zip(before, after, cut)):
            worst = after.index(max(after))
            self.members[worst], self.windows[worst] = Member(), window(self.delta)
            self.resets += 1


class Balanced(Bagging):
    """Oversampling or undersampling online bagging in plain Python."""

    def __init__(self, n_models, theta, extreme, seed=3):
        super().__init__(n_models, None, seed)
        self.theta, self.extreme, self.rows, self.rates = theta, extreme, [], []

    def learn(self, x, y):
        self.rows.append(y)
        sizes = {c: self.size(c) for c in set(self.rows)}
        self.rate = self.extreme(sizes.values()) / sizes[y]
        self.rates.append(self.rate)
        super().learn(x, y)

    def size(self, c):
        """The share of a class, from all rows anew."""
        latest = enumerate(reversed(self.rows[-300:]))
        return sum((1 - self.theta) * self.theta**age for age, y in latest if y == c)


class Tree(Member):
    """A tree of river, which heeds weights."""

    def __init__(self):
        self.model = HoeffdingTreeClassifier(grace_period=50, delta=0.01)

    def learn(self, x, y, times):
        if times:
            self.model.learn_one(x, y, w=times)


def window(delta):
    return AdaptiveWindowing(
        delta=delta, clock=32, max_buckets=5, min_window_length=5, grace_period=10
    )


def mean(one):
    return one.get_total() / one.get_width() if one.get_width() else 0.0


@pytest.mark.slow
@pytest.mark.parametrize("stream", STREAMS, ids=["sea", "rbf"])
def test_online_bagging_is_what_it_is_in_plain_python(stream):
    for rate in (1.0, 2.5):
        predicted, rows = played(BAGGING | {"rate": rate}, stream)
        assert predicted.tolist() == played_plainly(Bagging(3, rate), rows)


@pytest.mark.slow
@pytest.mark.parametrize("stream", STREAMS, ids=["sea", "rbf"])
def test_leveraging_bagging_is_what_it_is_in_plain_python(stream):
    predicted, rows = played(LEVERAGING, stream)
    plain = Leveraging(3, 6.0, 0.3)
    assert predicted.tolist() == played_plainly(plain, rows)
    assert plain.resets


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "extreme"), [("over", max), ("under", min)])
def test_balanced_bagging_is_what_it_is_in_plain_python(kind, extreme):
    for stream, theta in zip(SKEWED, (0.9, 0.7)):
        spec = BAGGING | {"kind": f"{kind}sampling_online_bagging", "theta": theta}
        predicted, rows = played(spec, stream)
        plain = Balanced(3, theta, extreme)
        assert predicted.tolist() == played_plainly(plain, rows)
        rates = np.array(plain.rates)
        assert (rates >= 1).all() and rates.max() > 2 if kind == "over" else rates.min() < 0.5


@pytest.mark.slow
def test_members_that_take_weights_learn_a_row_once():
    tree = {"kind": "river.tree.HoeffdingTreeClassifier", "grace_period": 50, "delta": 0.01}
    for stream in STREAMS:
        predicted, rows = played(BAGGING | {"learner": tree}, stream)
        assert predicted.tolist() == played_plainly(Bagging(3, 1.0, make=Tree), rows)


@pytest.mark.parametrize("rate", [0.01, 1.0, 6.0, 500.0])
def test_chances_of_poisson_numbers_end_in_one(rate):
    chances = poisson_chances(rate)
    assert (np.diff(chances) >= 0).all() and chances[-1] == 1.0
    assert np.sum(1 - chances) == pytest.approx(rate)  # their mean


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        ("online_bagging", "'online_bagging' holds models of its own, and is no member of another"),
        ("sklearn.naive_bayes.GaussianNB", "a member must run compiled, which GaussianNB does not"),
        ("least_squares", "the labels are classes; name a classifier"),
    ],
)
@pytest.mark.parametrize("kind", ["online_bagging", "leveraging_bagging"])
def test_what_is_no_member_is_refused_with_the_reason(kind, spec, reason):
    learner = Learner.model_validate({"kind": kind, "learner": spec})
    found = learner.incompatibility(sea_stream().schema)
    assert found.startswith(f"the learner of '{kind}': ") and reason in found


def test_members_take_nominal_columns_and_gaps_where_their_learner_does():
    rows, schema = mixed_rows(300, gaps=True), schema_of(classes=2, gaps=True)
    rows = rows._replace(y=(rows.y > np.median(rows.y)).astype(np.int64))
    own, rivers = (
        Learner.model_validate(BAGGING | {"learner": learner})
        for learner in ("naive_bayes", NAIVE_BAYES)
    )
    assert own.incompatibility(schema) is own.untaken_gaps(schema) is None
    assert np.mean(answers(own.start(schema, 0), rows) == rows.y) > 0.6
    assert "no kernel for GaussianNB of missing values" in rivers.incompatibility(schema)
    rows.X[7, 1] = 5.0
    with pytest.raises(Unfit, match=r"holds 5\.0, none of its 5 values"):
        answers(own.start(schema, 0), rows)


def test_an_ensemble_takes_weights_where_its_members_do():
    own, rivers = (
        Learner.model_validate(BAGGING | {"learner": learner})
        for learner in ("naive_bayes", NAIVE_BAYES)
    )
    assert own.weighs and own.untunable(weighed=True) is None
    assert not rivers.weighs and "without weights" in rivers.untunable(weighed=True)


def test_bagging_of_numbers_is_refused():
    learner = Learner.model_validate("online_bagging")
    assert "name a regressor" in learner.incompatibility(regression_stream().schema)


def test_an_ensemble_that_is_only_tried_has_few_members():
    small = Learner.model_validate({"kind": "online_bagging", "n_models": 50}).small()
    assert small.n_models == 3
    assert Learner.model_validate({"kind": "online_bagging", "n_models": 2}).small().n_models == 2
