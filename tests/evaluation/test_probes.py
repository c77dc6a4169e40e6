"""Probes: which model is asked, when, about which rows, and that it costs nothing."""

import time

import numpy as np
import pytest
from examples import sea_stream
from test_prequential import Knowing, contender

from driftsim.adaptation.policies import Policy
from driftsim.evaluation.labels import Delayed
from driftsim.evaluation.prequential import Contender, evaluate
from driftsim.evaluation.rules import Rules
from driftsim.learners.learner import Learner, Model
from driftsim.rows import Deployed
from driftsim.streams.stream import Stream


class Knows(Model):
    """Predicts the number of labels that it has learned."""

    def __init__(self):
        self.n = 0

    def fit(self, rows, weight=None):
        raise AssertionError("`online` never fits")

    def learn(self, rows):
        self.n += len(rows.t)

    def predict(self, X):
        return np.full(len(X), float(self.n))


class Number(Learner):
    """Starts one that counts."""

    def start(self, schema, seed):
        return Knows()


del Learner.kinds["number"]


@pytest.mark.parametrize(("late", "known"), [(0, [50, 90]), (7, [43, 83])])
def test_a_model_is_asked_when_the_last_row_of_its_phase_has_been_learned(late, known):
    """Labels are 0, so that the mean error is the number of labels in before the probe."""
    level = {"kind": "level", "noise": 0.0}
    stream = Stream.model_validate(
        {
            "length": 90,
            "concepts": {"a": level, "b": level},
            "drift": {"kind": "sudden", "at": [50]},
        }
    )
    playing = Contender(learner=Number(), policy=contender(policy="online").policy)
    rules = Rules(labels=Delayed(rows=late), warmup=20, probe=3)
    probes = evaluate(stream, playing, rules).probes
    assert probes.rows.tolist() == [49, 89]
    assert probes.errors.tolist() == [[n, n] for n in known]


@pytest.mark.parametrize("known", [True, False])
def test_a_probe_asks_about_fresh_rows_of_each_concept_as_after_the_last_row(known):
    """A rule that knows the first concept: errors as expected, or counted where nobody knows."""

    class First(Learner):
        """Knows the first concept, and nothing else."""

        def start(self, schema, seed, probabilities=False):
            return Knowing()

    del Learner.kinds["first"]
    stream, playing = (
        sea_stream(900, noise=0.2),
        Contender(learner=First(), policy=contender().policy),
    )
    probes = evaluate(stream, playing, Rules(warmup=300, probe=200, truth=known)).probes
    world = stream.instantiated(0)
    for row, errors in zip((449, 899), probes.errors):
        for concept, error in enumerate(errors):
            fresh = world.fresh(row, concept, 200)
            wrong = Knowing().predict(fresh.X) != fresh.y
            sure = world.posterior(fresh.t, fresh.X, fresh.weights)
            expected = 1 - sure[np.arange(200), Knowing().predict(fresh.X)]
            assert error == pytest.approx(np.mean(expected if known else wrong))
    assert (probes.errors[:, 0] < 0.3).all() and (probes.errors[:, 1] > 0.3).all()


def test_probes_of_whole_numbers_are_those_of_the_same_numbers():
    class Zero(Number):
        """Predicts 0, of a type."""

        kept: str = "float64"

        def start(self, schema, seed, probabilities=False):
            return Zeros(self.kept)

    class Zeros(Model):
        def __init__(self, kept):
            self._kept = kept

        def fit(self, rows, weight=None):
            return self

        def predict(self, X):
            return np.zeros(len(X), self._kept)

        def learn(self, rows):
            pass

    del Learner.kinds["zero"]
    stream = Stream.model_validate({"length": 300, "concepts": {"a": "linear"}})
    found = [
        evaluate(
            stream,
            Contender(learner=Zero(kept=kept), policy=contender().policy),
            Rules(warmup=100, probe=50),
        ).probes.errors
        for kept in ("int64", "float64")
    ]
    assert found[0].tolist() == found[1].tolist() and (found[1] % 1 > 0).all()


class Quiet(Policy):
    """Never names the model in force."""

    def run(self, model, history, arrivals, rng):
        model = model.fit(history)
        for arrival in arrivals:
            yield model.predict(arrival.X)


class Hasty(Policy):
    """Asks for all rows before it predicts the first."""

    def run(self, model, history, arrivals, rng):
        yield Deployed(model)
        for arrival in list(arrivals):
            yield model.predict(arrival.X)


del Policy.kinds["quiet"], Policy.kinds["hasty"]


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        (Quiet(), r"names none.*yield Deployed\(model\)"),
        (Hasty(), "before it has predicted row 449"),
    ],
)
def test_a_policy_names_the_model_in_force_and_predicts_before_it_goes_on(policy, message):
    playing = Contender(learner=contender().learner, policy=policy)
    stream, rules = sea_stream(900), Rules(warmup=300)
    assert evaluate(stream, playing, rules).probes is None
    with pytest.raises(ValueError, match=message):
        evaluate(stream, playing, rules.model_copy(update={"probe": 20}))


class Slow(Model):
    """Takes half a millisecond for each row that it predicts."""

    def fit(self, rows, weight=None):
        return self

    def learn(self, rows):
        raise AssertionError("`static` never learns on")

    def predict(self, X):
        time.sleep(len(X) / 2000)
        return np.zeros(len(X), int)


@pytest.mark.slow
def test_what_a_probe_takes_is_not_charged_to_the_contender(monkeypatch):
    learner = Learner.model_validate("majority")
    monkeypatch.setattr(type(learner), "start", lambda *given: Slow())
    playing = Contender(learner=learner, policy=Policy.model_validate("static"))
    started = time.perf_counter()
    trace = evaluate(sea_stream(400), playing, Rules(warmup=300, probe=450))
    assert time.perf_counter() - started > 0.5  # 100 rows, and 900 after the one phase
    assert 0.05 < trace.columns["predict_wall_seconds"].sum() < 0.4
