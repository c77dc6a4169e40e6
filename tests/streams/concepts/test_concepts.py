"""Concepts against the known numbers of their definitions."""

import itertools
from math import cos, erf, pi, sqrt

import numpy as np
import pytest
from pydantic import ValidationError
from together import together

from driftsim.rows import Schema, one_hot
from driftsim.streams.concepts import Concept
from driftsim.streams.concepts.rules import Stagger
from driftsim.streams.stream import Stream

N = 100_000


def rows(concept, n=N):
    return Stream.model_validate({"length": n, "concepts": {"a": concept}}).rows(0, 0, n)


def close(share, expected, n=N):
    """Within four standard errors of the sample drawn."""
    return abs(share - expected) <= 4 * sqrt(max(expected * (1 - expected), 1e-12) / n)


def normal(x):
    return 0.5 * (1 + erf(x / sqrt(2)))


@together(
    ("written", "share"),
    [
        ({"kind": "sea", "threshold": 8.0}, 0.68),
        ({"kind": "sea", "threshold": 9.0}, 0.595),
        ({"kind": "sea", "threshold": 7.0}, 0.755),
        ({"kind": "sea", "threshold": 9.5}, 0.54875),
        ({"kind": "sea", "threshold": 12.0}, 0.32),
        ({"kind": "stagger", "function": 1}, 3 / 27),
        ({"kind": "stagger", "function": 2}, 15 / 27),
        ({"kind": "stagger", "function": 3}, 18 / 27),
        ({"kind": "sine", "function": 1}, cos(1)),
        ({"kind": "sine", "function": 2}, 1 - cos(1)),
        ({"kind": "sine", "function": 3}, 0.5 - 0.2 / pi),
        ({"kind": "hyperplane", "features": 3}, 0.5),
        ({"kind": "gaussians", "priors": [0.8, 0.2]}, 0.2),
    ],
)
def test_share_of_class_1(written, share):
    assert close(rows(written).y.mean(), share)


@together(
    ("one", "other", "disagreement"),
    [
        ({"kind": "sea", "threshold": 8.0}, {"kind": "sea", "threshold": 12.0}, 0.36),
        ({"kind": "sea", "threshold": 8.0}, {"kind": "sea", "threshold": 9.0}, 0.085),
        ({"kind": "sine", "function": 1}, {"kind": "sine", "function": 3}, 0.268346),
        ({"kind": "sine", "function": 1}, {"kind": "sine", "function": 2}, 1.0),
        (
            {"kind": "hyperplane", "features": 2, "weights": [1.0, 0.0]},
            {"kind": "hyperplane", "features": 2, "weights": [1.0, 0.5]},
            0.125,
        ),
    ],
)
def test_disagreement_of_two_concepts(one, other, disagreement):
    drawn = rows(one)
    assert close(np.mean(Concept.model_validate(other).label(drawn.X) != drawn.y), disagreement)


def test_weights_walk_by_their_step_and_the_others_stay():
    written = {"kind": "hyperplane", "features": 200, "step": 0.01, "walking": 150, "turning": 10}
    plane = Concept.model_validate(written).instantiated(np.random.default_rng(0))
    weights = plane.at(np.arange(10_001)).weights
    moves = np.diff(weights, axis=0)
    assert np.allclose(abs(moves[:, :150]), 0.01) and not moves[:, 150:].any()
    assert (moves[0, :150] > 0).all() and (weights[0] >= 0).all() and (weights[0] <= 1).all()
    walked = (weights[-1] - weights[0])[:150]  # by a variance of 9 squared steps a row
    assert abs(walked.var() / (10_000 * 9 * 0.01**2) - 1) < 4 * sqrt(2 / 150)


def test_stagger_by_enumeration():
    X = np.array(list(itertools.product(range(3), repeat=3)), float)
    one, two, three = (Stagger(function=f).label(X) for f in (1, 2, 3))
    assert (np.sum(one != two), np.sum(one != three), np.sum(two != three)) == (16, 21, 13)
    assert np.isclose(Stagger().density(X, np.arange(27)).sum(), 1)


@pytest.mark.parametrize(("prior", "error"), [(0.5, 0.158655), (0.2, 0.112067), (0.05, 0.040459)])
def test_bayes_error_of_two_gaussians(prior, error):
    concept = {"kind": "gaussians", "separation": 2.0, "priors": [1 - prior, prior]}
    stream = Stream.model_validate({"length": N, "concepts": {"a": concept}})
    world = stream.instantiated(0)
    block = world.rows(0, N)
    bayes = 1 - world.posterior(block.t, block.X).max(axis=1)
    assert abs(bayes.mean() - error) < 4 * bayes.std() / sqrt(N)


def test_a_turned_gaussian_is_as_far_as_its_angle_says():
    """The stale rule's risk after a turn by a is Φ(-|m| cos a)."""
    turned = rows({"kind": "gaussians", "separation": 2.0, "angle": 60.0})
    stale = turned.X[:, 0] > 0
    assert close(np.mean(stale != turned.y), normal(-0.5))


def test_density_integrates_to_one():
    grid = (np.arange(-600, 600) + 0.5) / 100
    X = np.stack(np.meshgrid(grid, grid), axis=-1).reshape(-1, 2)
    concept = Concept.model_validate({"kind": "gaussians", "priors": [0.3, 0.7]})
    instantiated = concept.instantiated(np.random.default_rng(0))
    density = instantiated.density(X, np.zeros(len(X)))
    assert np.allclose(density.sum(axis=0) * 1e-4, [0.3, 0.7], atol=1e-4)


def test_density_is_zero_outside_the_box():
    X = np.array([[5.0, 5.0, 5.0], [11.0, 1.0, 1.0], [1.0, -1.0, 1.0]])
    density = Concept.model_validate("sea").density(X, np.arange(3))
    assert density.tolist() == [[0, 1e-3], [0, 0], [0, 0]]


def test_open_weights_follow_from_the_name_and_the_seed():
    concepts = {"a": {"kind": "hyperplane"}, "b": {"kind": "hyperplane"}}
    stream = {"length": 100, "concepts": concepts, "drift": {"kind": "sudden", "at": [50]}}
    one, two, other = (Stream.model_validate(stream).instantiated(s).concepts for s in (1, 1, 2))
    assert one[0].weights == two[0].weights
    assert one[0].weights != one[1].weights and one[0].weights != other[0].weights


@together(
    ("written", "message"),
    [
        ({"kind": "sine", "function": 5}, "1, 2, 3 or 4"),
        ({"kind": "sea", "threshold": 30.0}, "20"),
        ({"kind": "hyperplane", "features": 2, "weights": [1.0]}, "give one a feature"),
        ({"kind": "hyperplane", "features": 1, "weights": [0.0]}, "all 0"),
        ({"kind": "hyperplane", "speed": 0.1, "step": 0.1}, "give a speed or a step"),
        ({"kind": "hyperplane", "features": 2, "walking": 3}, "3 of 2 weights cannot walk"),
        ({"kind": "hyperplane", "turning": 101}, "at most 100"),
        ({"kind": "gaussians", "means": [[0.0]]}, "2"),
        ({"kind": "gaussians", "means": [[0.0], [1.0, 2.0]]}, "give each the same"),
        ({"kind": "gaussians", "means": [[0.0], [1.0]], "angle": 3.0}, "not both"),
        ({"kind": "gaussians", "priors": [0.5, 0.6]}, "sum to 1"),
        ({"kind": "gaussians", "priors": [1.0]}, "give one a class"),
        ({"kind": "gaussians", "separation": float("nan")}, "finite"),
    ],
)
def test_what_cannot_be_is_refused(written, message):
    with pytest.raises(ValidationError, match=message):
        Concept.model_validate(written)


def test_one_hot():
    assert one_hot([0, 2], 3).tolist() == [[1, 0, 0], [0, 0, 1]]


def test_what_is_known_is_inherited_unless_a_class_has_a_density_of_its_own():
    class Guessed(Concept):
        """Has a density that is a rough guess."""

        schema = Schema(("x",))
        known = False

        def draw(self, rng, t):
            return rng.random((len(t), 1)), np.zeros(len(t), np.int64)

        def density(self, X, t):
            return np.full((len(X), 2), 0.5)

    class Variant(Guessed):
        """As roughly guessed."""

    class Exact(Variant):
        """Has the right density."""

        def density(self, X, t):
            return np.tile([1.0, 0.0], (len(X), 1))

    class Moved(Exact):
        """As exact."""

    try:
        assert not Guessed.known and not Variant.known and Exact.known and Moved.known
    finally:
        for name in ("guessed", "variant", "exact", "moved"):
            Concept.kinds.pop(name, None)
