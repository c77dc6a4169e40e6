"""Contract: mistakes in people's own concepts and drifts are found at load."""

import numpy as np
import pytest
from pydantic import ValidationError

from driftsim import load
from driftsim.evaluation.prequential import Contender, evaluate
from driftsim.evaluation.rules import Rules
from driftsim.messages import ScenarioError
from driftsim.rows import Schema, one_hot
from driftsim.streams.concepts import Concept
from driftsim.streams.drifts import Drift
from driftsim.streams.stream import Stream


@pytest.fixture
def kind():
    """Makes a class a kind for the length of a test."""
    made = []

    def make(family, **members):
        made.append(family)
        return type("Mine", (family,), {"__module__": __name__, "__doc__": "Mine."} | members)

    yield make
    for family in made:
        family.kinds.pop("mine", None)
        family.unfinished.pop("mine", None)


def inside(self, rng, t):
    X = rng.random((len(t), 2))
    return X, (X.sum(axis=1) < self.edge).astype(np.int64)


def branching(self, rng, t):
    X = rng.random((len(t), 2))
    return X, np.full(len(t), 1 if self.edge > 0.5 else 0)


CONCEPT = {"schema": Schema(("a", "b")), "edge": 0.5, "__annotations__": {"edge": float}}


def stream(drift="none", length=1_000, **more):
    concepts = {"a": {"kind": "mine"}}
    if drift != "none":
        concepts["b"] = {"kind": "mine", **more}
    return Stream.model_validate({"length": length, "concepts": concepts, "drift": drift})


def error(*args, **more):
    with pytest.raises(ValidationError) as caught:
        stream(*args, **more)
    return caught.value.errors()[0]["msg"]


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda self, rng: 0, "it cannot be drawn from: TypeError: "),
        (
            lambda self, rng, t: 1 / 0,
            "ZeroDivisionError: division by zero (test_contract.py, line ",
        ),
        (lambda self, rng, t: rng.random((len(t), 2)), "it cannot be drawn from: ValueError"),
        (
            lambda self, rng, t: (rng.random((len(t), 3)), t),
            "draw gives features (13, 3) of float64",
        ),
        (
            lambda self, rng, t: (np.ones((len(t), 2), int), t % 2),
            "features (13, 2) of int64; they",
        ),
        (
            lambda self, rng, t: (np.ones((len(t), 2)), t % 2 > 0),
            "labels (13,) of bool; they should",
        ),
        (
            lambda self, rng, t: (np.ones((len(t), 2)), t % 2 + 1),
            "labels from 1 to 2; classes are 0",
        ),
    ],
)
def test_a_concept_that_cannot_be_drawn_from(kind, draw, message):
    kind(Concept, **CONCEPT, draw=draw)
    assert message in error()


def test_a_number_of_rows_is_that_of_a_record(kind):
    kind(Concept, schema=CONCEPT["schema"], draw=inside, rows=property(lambda self: 2_000))
    assert error() == "it has a number of rows, as records have; set recorded = True in its class"


def test_a_density_of_the_wrong_shape(kind):
    kind(Concept, **CONCEPT, draw=inside, density=lambda self, X, t: X[:, 0])
    assert error() == "density gives (13,) of float64; they should be (13, 2) of float64"


def test_numbers_that_are_arrays_where_a_drift_is_incremental(kind):
    incremental = {"kind": "incremental", "at": [500], "width": 300}
    kind(Concept, **CONCEPT, draw=branching)
    message = error(incremental, edge=0.75)
    assert message.startswith("halfway between concepts of the kind 'mine', it cannot be drawn ")
    assert message.endswith("let it take them, write blends = False, or use gradual")
    assert stream({"kind": "gradual", "at": [500]}, edge=0.75).block(0, 0)
    kind(Concept, **CONCEPT, draw=branching, blends=False)
    assert error(incremental, edge=0.75).startswith("incremental cannot blend mine; use gradual")
    kind(Concept, **CONCEPT, draw=inside)
    shares = [
        stream(incremental, edge=1.5).rows(0, *rows).y.mean() for rows in [(0, 350), (650, 1_000)]
    ]
    assert np.allclose(shares, [0.125, 0.875], atol=0.08)  # the triangles under the edges


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (lambda self, t, k, seed: np.ones(len(t)), "weights gives (13,); it should give (13, 2)"),
        (lambda self, t, k, seed: np.ones((len(t), k)), "the weights of a row are no shares"),
        (lambda self, t, k, seed: np.full((len(t), k), np.nan), "the weights of a row are no"),
        (lambda self, t: 0, "it cannot be followed: TypeError: "),
    ],
)
def test_a_drift_that_leads_nowhere(kind, weights, message):
    kind(Concept, **CONCEPT, draw=inside)
    none = {"incompatibility": lambda self, length, k: None, "changes": lambda self, *args: []}
    kind(Drift, weights=weights, **none)
    assert message in error("mine", edge=0.25)


class TestUnknown:
    """A concept that leaves out its density."""

    def test_nobody_knows_its_labels(self, kind):
        kind(Concept, **CONCEPT, draw=inside)
        found = stream()
        assert not found.known and not found.recorded
        assert np.isnan(found.instantiated(0).posterior(np.arange(3), np.ones((3, 2)))).all()
        kind(Concept, **CONCEPT, draw=inside, density=lambda self, X, t: one_hot(t % 2, 2))
        assert stream().known

    def test_it_is_played_without_truth_and_with_probes(self, kind):
        kind(Concept, **CONCEPT, draw=inside)
        met = stream({"kind": "sudden", "at": [600]}, edge=1.5)
        learner, policy = "sklearn.naive_bayes.GaussianNB", {"kind": "at_drift", "memory": 100}
        contender = Contender.model_validate({"learner": learner, "policy": policy})
        trace = evaluate(met, contender, Rules(warmup=300, interval=100, probe=50))
        whole = trace.total().columns
        assert "expected_error" not in whole and trace.probes.errors.shape == (2, 2)
        assert whole["fits"][0] == 2 and whole["correct"].sum() > 0.8 * 700

    def test_an_oracle_is_refused(self, kind, tmp_path):
        kind(Concept, **CONCEPT, draw=inside)
        path = tmp_path / "oracle.yaml"
        path.write_text(
            "stream: {length: 9_000, concepts: {a: mine}}\n"
            "models: {best: {learner: oracle, policy: static}}\n"
        )
        with pytest.raises(ScenarioError, match="unknown for the rows of 'a'; use a"):
            load(path)
