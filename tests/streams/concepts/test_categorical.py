"""Categorical concepts against the distances that are asked for."""

from math import sqrt

import numpy as np
import pytest
from pydantic import ValidationError
from together import together

from driftsim.streams.concepts.categorical import Categorical

N = 100_000


def joint(**given):
    """p(x, y) of every combination of values."""
    concept = Categorical(**given).instantiated(np.random.default_rng(0))
    d, v = concept.description.features, concept.description.values
    X = np.stack(np.meshgrid(*[np.arange(v)] * d, indexing="ij"), axis=-1).reshape(-1, d)
    return concept.density(X.astype(float), np.arange(len(X)))


def hellinger(p, q):
    return sqrt(max(0, 1 - np.sqrt(p * q).sum()))


def total_variation(p, q):
    return np.abs(p - q).sum() / 2


@pytest.mark.parametrize("table", [0, 1, 2])
@pytest.mark.parametrize("wanted", [0.001, 0.1, 0.5, 0.9])
@pytest.mark.parametrize("distance", [hellinger, total_variation])
def test_features_drift_as_far_as_asked(table, wanted, distance):
    base = joint(table=table)
    moved = joint(table=table, covariate=wanted, distance=distance.__name__)
    assert np.isclose(base.sum(), 1) and np.isclose(moved.sum(), 1)
    assert abs(distance(base.sum(axis=1), moved.sum(axis=1)) - wanted) < 1e-6
    same = (base.argmax(axis=1) == moved.argmax(axis=1)) | (moved.sum(axis=1) < 1e-300)
    assert same.all()


@pytest.mark.parametrize("wanted", [0.0, 0.01, 0.4, 1.0])
@pytest.mark.parametrize("classes", [2, 3])
def test_labels_drift_as_far_as_asked(wanted, classes):
    base, moved = joint(classes=classes), joint(classes=classes, real=wanted)
    changed = np.mean(base.argmax(axis=1) != moved.argmax(axis=1))
    assert abs(changed - wanted) <= 0.5 / 243
    assert np.allclose(base.sum(axis=1), moved.sum(axis=1), rtol=0, atol=1e-15)


def test_the_joint_distances_of_noisy_labels_are_those_of_their_formulas():
    base, moved = joint(certainty=0.9), joint(certainty=0.9, real=0.4)
    d = base.sum(axis=1)[base.argmax(axis=1) != moved.argmax(axis=1)].sum()
    assert np.isclose(total_variation(base, moved), 0.8 * d)
    assert np.isclose(hellinger(base, moved), sqrt(d * (1 - 2 * sqrt(0.09))))


def test_changes_are_nested_and_variants_differ():
    base, some, more = (joint(real=real).argmax(axis=1) for real in (0.0, 0.2, 0.6))
    assert ((some == base) | (some == more)).all()
    other = joint(real=0.2, variant=1).argmax(axis=1)
    assert np.sum(other != base) == np.sum(some != base) and (other != some).any()
    one, two = (joint(covariate=0.3, variant=variant) for variant in (0, 1))
    assert not np.allclose(one, two)


def test_a_table_is_the_same_whatever_the_name_and_seed():
    one, two = (Categorical(table=7).instantiated(np.random.default_rng(s)) for s in (0, 1))
    assert all(np.array_equal(a, b) for a, b in zip(one.cells, two.cells))
    assert not np.allclose(joint(table=7), joint(table=8))


@pytest.mark.parametrize("given", [{}, {"certainty": 0.8, "classes": 3, "covariate": 0.5}])
def test_rows_are_as_frequent_as_their_density(given):
    given = {"features": 2} | given
    concept = Categorical(**given).instantiated(np.random.default_rng(0))
    X, y = concept.draw(np.random.default_rng(0), np.arange(N))
    cell = (X @ [3, 1]).astype(int) * concept.description.classes + y
    share, expected = (
        np.bincount(cell, minlength=9 * concept.description.classes) / N,
        joint(**given).ravel(),
    )
    assert (np.abs(share - expected) <= 4 * np.sqrt(expected * (1 - expected) / N)).all()


def test_what_is_no_code_has_no_density():
    concept = Categorical(features=2).instantiated(np.random.default_rng(0))
    X = np.array([[0, 2], [0, 3], [-1, 0], [0.5, 1]])
    assert (concept.density(X, np.arange(4)).sum(axis=1) > 0).tolist() == [True] + [False] * 3


@together(
    ("given", "message"),
    [
        ({"features": 2, "values": 2, "covariate": 0.99}, r"allows less than 0\.\d+"),
        ({"features": 16}, "give at most 10 features"),
        ({"certainty": 0.3}, r"at least 0\.5"),
        ({"real": 1.2}, "at most 1"),
        ({"distance": "far"}, "hellinger"),
    ],
)
def test_what_cannot_be_is_refused(given, message):
    with pytest.raises(ValidationError, match=message):
        Categorical(**given)


def test_the_largest_distance_told_is_possible():
    with pytest.raises(ValidationError) as refused:
        Categorical(features=2, values=2, covariate=0.999, distance="total_variation")
    most = float(str(refused.value).split("less than ")[1].split()[0])
    base = joint(features=2, values=2)
    near = joint(features=2, values=2, covariate=most - 1e-4, distance="total_variation")
    assert abs(total_variation(base.sum(axis=1), near.sum(axis=1)) - most) < 1.1e-4
