"""Prequential evaluation: scores, costs and truth."""

import numpy as np
import pytest
from examples import predictions, sea_stream
from pydantic import ValidationError
from sklearn.naive_bayes import GaussianNB

from driftsim.adaptation.policies import Policy
from driftsim.evaluation.labels import NEVER, AtOnce, Delayed, Labels, Uniforms
from driftsim.evaluation.metrics import METRICS
from driftsim.evaluation.prequential import Contender, evaluate, truth
from driftsim.evaluation.rules import Rules
from driftsim.learners.learner import Learner, Model
from driftsim.learners.reference import MajorityModel
from driftsim.streams.stream import Stream

BAYES = "sklearn.naive_bayes.GaussianNB"


def contender(learner="majority", policy="static"):
    return Contender.model_validate({"learner": learner, "policy": policy})


def whole(stream, contender, **asked):
    return evaluate(stream, contender, Rules(**asked)).total().columns


def test_a_trace_counts_what_was_predicted():
    stream, playing = sea_stream(), contender(BAYES, {"kind": "mini_batch", "size": 50})
    trace = evaluate(stream, playing, Rules(warmup=600, interval=100, predictions=True))
    y = stream.rows(0, 600, 2400).y
    plain = predictions(stream, playing.learner, playing.policy, AtOnce())
    assert np.mean(trace.predictions == plain) > 0.99  # but for the seed, the same
    for i in range(18):
        part = slice(100 * i, 100 * i + 100)
        predicted, actual = trace.predictions[part], y[part]
        counts = np.bincount(predicted, minlength=2)
        right = np.bincount(actual[predicted == actual], minlength=2)
        assert trace.columns["predicted"][i].tolist() == counts.tolist()
        assert trace.columns["correct"][i].tolist() == right.tolist()


@pytest.mark.parametrize("noise", [0.0, 0.1])
def test_excess_of_a_static_contender_after_a_sudden_drift(noise):
    """(1 - 2 noise) d: SEA thresholds 8 and 12 disagree on .36 of the rows."""
    concepts = {"a": {"kind": "sea", "threshold": 8.0}, "b": {"kind": "sea", "threshold": 12.0}}
    drift = {"kind": "sudden", "at": [25_000]}
    written = {"length": 50_000, "concepts": concepts, "drift": drift, "noise": noise}
    stream = Stream.model_validate(written)

    class Threshold(Learner):
        """Knows the first concept, and nothing else."""

        def start(self, schema, seed, probabilities=False):
            return Knowing()

    del Learner.kinds["threshold"]
    trace = evaluate(stream, Contender(learner=Threshold(), policy=contender().policy))
    columns = (truth(stream).over(25_000).columns) | trace.over(25_000).columns
    before, after = METRICS["excess_error"](columns)
    d = 0.36
    assert before == pytest.approx(0, abs=1e-12)
    expected, error = (1 - 2 * noise) * d, np.sqrt(d * (1 - d) / 25_000)
    assert abs(after - expected) < 4 * (1 - 2 * noise) * error


class Knowing(Model):
    """The rule of SEA with a threshold of 8."""

    def fit(self, rows, weight=None):
        return self

    def learn(self, rows):
        pass

    def predict(self, X):
        return (X[:, 0] + X[:, 1] > 8).astype(np.int64)


def test_the_truth_of_the_references():
    stream = sea_stream(5000, noise=0.1)
    columns = truth(stream, Rules(warmup=500, interval=500)).columns
    y = stream.rows(0, 0, 5000).y
    assert columns["actual"].sum(axis=0).tolist() == np.bincount(y[500:]).tolist()
    right = y[500:] == y[499:-1]
    assert columns["no_change_correct"].sum() == right.sum()
    ones = np.cumsum(y)[499:-1]
    majority = (ones > np.arange(500, 5000) - ones).astype(int)
    assert columns["majority_correct"].sum() == np.sum(majority == y[500:])
    assert np.allclose(columns["bayes_error"], 0.1 * 500)
    shares = columns["concept"] / columns["rows"][:, None]
    assert shares[0].tolist() == [1, 0] and shares[-1].tolist() == [0, 1]


def test_the_truth_and_the_labels_are_those_of_the_seed():
    """Of every interval, how many labels are of class 1, and how many never come in."""
    stream, playing = sea_stream(900), contender(policy="online")
    share = Labels.model_validate({"kind": "share", "rate": 0.5})
    asked = {"warmup": 300, "interval": 100}
    counts = {}
    for seed in (0, 3):
        block = stream.rows(seed, 300, 900)
        ones = truth(stream, Rules(**asked), seed).columns["actual"][:, 1]
        assert ones.tolist() == block.y.reshape(6, 100).sum(axis=1).tolist()
        rules = Rules(labels=share, **asked)
        never = evaluate(stream, playing, rules, seed).columns["labels_never"]
        due = share.due(block.t, block.y, Uniforms(seed)) == NEVER
        assert never.tolist() == due.reshape(6, 100).sum(axis=1).tolist()
        counts[seed] = [*ones, *never]
    assert counts[0] != counts[3]


def test_a_gradual_drift_costs_the_oracle_d_min_alpha():
    """Bayes error p + (1 - 2p) d min(α, 1 - α) through a ramp: its mean over one is d / 4."""
    drift = {"kind": "gradual", "at": [10_000], "width": 20_000}
    columns = truth(sea_stream(20_000, drift=drift), Rules(warmup=0)).total().columns
    d = (1 - 64 / 200) - 36 / 200  # P(class 1) at a threshold of 8, less that at 14
    expected = columns["bayes_error"][0] / 20_000
    assert abs(expected - d / 4) < 4 * 0.25 / np.sqrt(20_000)


def test_labels_and_fits_are_counted():
    stream = sea_stream(2400)
    static = whole(stream, contender(BAYES), warmup=600)
    assert (static["fits"], static["labels"], static["rows_trained"]) == (1, 600, 600)
    periodic = contender(BAYES, {"kind": "periodic", "every": 500, "memory": 100})
    columns = whole(stream, periodic, warmup=600)
    assert (columns["fits"], columns["labels"], columns["rows_trained"]) == (4, 900, 900)
    overlapping = contender(BAYES, {"kind": "periodic", "every": 100, "memory": 300})
    columns = whole(stream, overlapping, warmup=600)
    assert columns["fits"] == 18 and columns["rows_trained"] == 600 + 17 * 300
    assert columns["labels"] == 600 + 1700
    online = whole(stream, contender("majority", "online"), warmup=600)
    assert (online["fits"], online["labels"]) == (0, 2400)
    monitored = contender(BAYES, {"kind": "on_drift", "memory": 100})
    assert whole(stream, monitored, warmup=600)["labels"] == 2400
    late = whole(stream, monitored, labels=Delayed(rows=300), warmup=600)
    assert late["labels"] == 2100


def test_a_fit_counts_at_the_first_row_its_model_predicts():
    periodic = contender(BAYES, {"kind": "periodic", "every": 500, "memory": 100})
    columns = evaluate(sea_stream(), periodic, Rules(warmup=600, interval=100)).columns
    assert np.flatnonzero(columns["fits"]).tolist() == [0, 5, 10, 15]
    assert (columns["fit_cpu_seconds"][[0, 5, 10, 15]] > 0).all()
    assert columns["fit_cpu_seconds"][1:5].sum() == 0
    assert (columns["predict_cpu_seconds"] > 0).all()
    rows = evaluate(sea_stream(), periodic, Rules(warmup=600, interval=1)).columns
    assert rows["first_row"][rows["fits"] > 0].tolist() == [600, 1100, 1600, 2100]


def test_alarms_are_counted_where_they_ring():
    ringing = contender(BAYES, {"kind": "on_drift", "memory": 100})
    columns = evaluate(sea_stream(), ringing, Rules(warmup=600, interval=100)).columns
    assert columns["alarms"].sum() == 1 and columns["fits"].sum() == 2
    assert 6 <= np.flatnonzero(columns["alarms"])[0] <= 10
    assert np.flatnonzero(columns["alarms"])[0] < np.flatnonzero(columns["fits"])[1]


def test_without_the_truth_nothing_of_it_is_kept():
    trace = evaluate(sea_stream(), contender(), Rules(truth=False))
    assert "expected_error" not in trace.columns
    assert "bayes_error" not in truth(sea_stream(), Rules(truth=False)).columns


def test_the_size_of_a_model_that_learns_on_is_taken_along_the_stream():
    columns = evaluate(sea_stream(60_000), contender("majority", "online")).columns
    assert 2 <= np.isfinite(columns["model_bytes"]).sum() <= 20
    assert np.nanmax(columns["model_bytes"]) == MajorityModel(np.array([1, 2])).size()


def test_a_contender_must_match():
    with pytest.raises(ValidationError, match="DecisionTreeClassifier does not"):
        contender("sklearn.tree.DecisionTreeClassifier", "online")


def test_log_loss_and_brier_score_against_scikit_learn():
    from sklearn.metrics import brier_score_loss, log_loss

    stream, playing = sea_stream(noise=0.2), contender(BAYES, {"kind": "mini_batch", "size": 600})
    asked = {"warmup": 600, "interval": 600, "probabilities": True, "truth": False}
    columns = evaluate(stream, playing, Rules(**asked)).columns
    block = stream.rows(0, 0, 2400)
    model = GaussianNB().fit(block.X[:600], block.y[:600])
    first, y = model.predict_proba(block.X[600:1200]), block.y[600:1200]
    assert METRICS["log_loss"](columns)[0] == pytest.approx(log_loss(y, first))
    assert METRICS["brier"](columns)[0] == pytest.approx(2 * brier_score_loss(y, first[:, 1]))
    assert np.isnan(METRICS["brier"](evaluate(stream, playing).columns)).all()


def test_a_label_that_does_not_exist_is_an_error():
    class Seven(Learner):
        """Predicts seven."""

        def start(self, schema, seed, probabilities=False):
            return MajorityModel(np.array([0, 0, 0, 0, 0, 0, 0, 9000]))

    del Learner.kinds["seven"]
    with pytest.raises(ValueError, match=r"row 1,000: the model predicts 7; .* from 0 to 1"):
        evaluate(sea_stream(), Contender(learner=Seven(), policy=contender(policy="online").policy))


class Careless(Policy):
    """Gives back too few or too many predictions."""

    more: int = 0

    def run(self, model, history, arrivals, rng):
        model = model.fit(history)
        for arrival in arrivals:
            predicted = model.predict(arrival.X)
            yield np.append(predicted, predicted[: self.more])[: len(predicted) + self.more]


del Policy.kinds["careless"]


@pytest.mark.parametrize(("more", "message"), [(-100, "too few"), (100, "too many")])
def test_a_policy_must_predict_every_row_once(more, message):
    playing = Contender(learner=contender().learner, policy=Careless(more=more))
    with pytest.raises(ValueError, match=message):
        evaluate(sea_stream(), playing)


def test_the_size_of_a_model_is_the_same_each_time():
    tree = contender("river.tree.HoeffdingTreeClassifier", "online")
    one, two = (evaluate(sea_stream(5000, noise=0.1), tree, Rules(interval=100)) for _ in range(2))
    sizes = one.columns["model_bytes"]
    assert np.isfinite(sizes).sum() >= 1
    assert np.array_equal(sizes, two.columns["model_bytes"], equal_nan=True)


def test_on_drift_predicts_few_rows_twice():
    class Counting(Model):
        """Predicts 0, and counts."""

        rows = 0

        def fit(self, rows, weight=None):
            return self

        def learn(self, rows):
            pass

        def predict(self, X):
            Counting.rows += len(X)
            return np.zeros(len(X), np.int64)

    class Count(Learner):
        """Starts one that counts."""

        def start(self, schema, seed):
            return Counting()

    del Learner.kinds["count"]
    policy = contender(BAYES, {"kind": "on_drift", "memory": 20, "detector": "ddm"}).policy
    columns = evaluate(
        sea_stream(20_000, noise=0.1), Contender(learner=Count(), policy=policy)
    ).columns
    refits = columns["fits"].sum() - 1
    assert Counting.rows <= 19_000 + 512 * refits


def test_labels_that_come_in_too_late_or_never_are_counted():
    stream = sea_stream(2400)
    labels = Labels.model_validate(
        {"kind": "share", "rate": 0.5, "of": {"kind": "delayed", "rows": 300}}
    )
    rules = Rules(labels=labels, warmup=400)
    columns = evaluate(stream, contender(policy="online"), rules).columns
    never, late = columns["labels_never"].sum(), columns["labels_after_end"].sum()
    assert 900 < never < 1100 and 120 < late < 180
    assert columns["labels"].sum() == 400 + 2000 - never - late
    assert not columns["labels_after_end"][columns["last_row"] < 2100].any()
    rules = Rules(labels=Delayed(rows=300), warmup=400, interval=1)
    late = evaluate(stream, contender(policy="online"), rules).columns["labels_after_end"]
    assert np.flatnonzero(late).tolist() == list(range(1700, 2000))  # rows 2100 to 2399


def test_a_skipped_refit_is_counted_where_it_would_have_been():
    stream = sea_stream(2400, concepts={"a": {"kind": "sea", "threshold": 20.0}}, drift="none")
    policy = {"kind": "periodic", "every": 500, "memory": 50}
    rules = Rules(warmup=400, interval=100)
    columns = evaluate(stream, contender("majority", policy), rules).columns
    assert columns["fits"].sum() == 1
    assert columns["first_row"][columns["fits_skipped"] > 0].tolist() == [900, 1400, 1900]


def test_all_models_that_a_policy_holds_take_room():
    tree = {"kind": "sklearn.tree.DecisionTreeClassifier", "max_depth": 4}
    stream = sea_stream(6000)
    room = {}
    for size in (1, 5):
        policy = {"kind": "ensemble", "every": 500, "size": size}
        columns = evaluate(stream, contender(tree, policy)).columns
        room[size] = np.nanmax(columns["model_bytes"])
    assert 3.5 < room[5] / room[1] < 6


class Noting(Learner):
    """Starts models that have learned nothing and predict 0; notes the seed of each."""

    def start(self, schema, seed, probabilities=False):
        NOTED.append(seed)
        return MajorityModel(np.zeros(schema.n_classes, np.int64), probabilities)


class Drawing(Policy):
    """Predicts class 0; notes the first number that it draws."""

    def run(self, model, history, arrivals, rng):
        NOTED.append(int(rng.integers(2**62)))
        for arrival in arrivals:
            yield np.zeros(len(arrival.t), np.int64)


NOTED = []
del Learner.kinds["noting"], Policy.kinds["drawing"]


def test_learner_and_policy_have_a_seed_of_their_own_in_every_run():
    NOTED.clear()
    runs = [(0, 0), (1, 0), (2, 0), (0, 0), (0, 1), (0, 2), (1, 1)]
    playing = Contender(learner=Noting(), policy=Drawing())
    for seed, repeat in runs:
        evaluate(sea_stream(1100), playing, seed=seed, repeat=repeat)
    learners, policies = NOTED[::2], NOTED[1::2]
    assert learners[0] == learners[3] and policies[0] == policies[3]
    assert len({*learners}) == len({*policies}) == len({*runs})
    drawn = [int(np.random.default_rng(seed).integers(2**62)) for seed in learners]
    assert not {*drawn} & {*policies}
