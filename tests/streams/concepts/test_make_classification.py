"""make_classification against scikit-learn's."""

from math import sqrt

import numpy as np
import pytest
from pydantic import ValidationError
from scipy.stats import multivariate_normal
from sklearn.datasets import make_classification
from together import together

from driftsim.streams.concepts.make_classification import MakeClassification
from driftsim.streams.stream import Stream
from driftsim.streams.world import BLOCK

PLAIN = {"n_features": 7, "n_informative": 3, "n_redundant": 2, "n_repeated": 1, "shuffle": False}


def drawn(seed=0, n=2000, **given):
    rng = np.random.default_rng(seed)
    return MakeClassification(**given).instantiated(rng).draw(rng, np.arange(n))


@pytest.mark.parametrize("more", [{}, {"hypercube": False, "class_sep": 2.0}, {"n_classes": 3}])
def test_columns_vary_and_classes_part_as_in_scikit_learn(more):
    """Over a hundred structures, each column has the same variance in and between classes."""

    def statistics(X, y):
        classes = [X[y == label] for label in np.unique(y)]
        inside = np.mean([rows.var(axis=0) for rows in classes], axis=0)
        between = np.var([rows.mean(axis=0) for rows in classes], axis=0)
        return [*inside, *between]

    given = PLAIN | more
    ours = np.array([statistics(*drawn(seed, **given)) for seed in range(100)])
    theirs = np.array(
        [
            statistics(*make_classification(2000, flip_y=0, shift=0, random_state=seed, **given))
            for seed in range(100)
        ]
    )
    gap = np.abs(ours.mean(axis=0) - theirs.mean(axis=0))
    assert (gap < 4 * np.sqrt((ours.var(axis=0) + theirs.var(axis=0)) / 100) + 0.01).all()


def test_columns_follow_from_the_informative_ones():
    X, _ = drawn(**PLAIN)
    assert np.linalg.matrix_rank(X[:, :6], tol=1e-8) == 3
    assert np.linalg.matrix_rank(X, tol=1e-8) == 4
    assert any(np.array_equal(X[:, 5], X[:, j]) for j in range(5))


def test_clusters_are_at_the_corners_of_a_cube():
    given = PLAIN | {"n_clusters_per_class": 4, "class_sep": 50.0}
    X, y = drawn(**given)
    corner = X[:, :3] > 0
    code = corner @ [1, 2, 4]
    assert all(len(np.unique(y[code == c])) == 1 for c in range(8))
    assert np.allclose(np.abs(X[:, :3]).mean(axis=0), 50, atol=0.2)


def test_classes_have_their_weights():
    _, y = drawn(n=100_000, n_classes=3, n_informative=4, weights=[0.7, 0.2, 0.1])
    known = np.array([0.7, 0.2, 0.1])
    gap = np.abs(np.bincount(y) / 100_000 - known)
    assert (gap < 4 * np.sqrt(known * (1 - known) / 100_000)).all()


def test_shift_and_scale():
    plain, _ = drawn()
    moved, _ = drawn(shift=2.0, scale=3.0)
    assert np.allclose(moved, (plain + 2) * 3)


def test_the_density_integrates_to_the_weights_of_the_classes():
    concept = MakeClassification(
        n_features=2, n_redundant=0, weights=[0.3, 0.7], shift=0.5, scale=2.0, class_sep=2.0
    ).instantiated(np.random.default_rng(3))
    side = (np.arange(600) + 0.5) / 10 - 30
    X = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    joint = concept.density(X, np.zeros(len(X)))
    assert np.allclose(joint.sum(axis=0) / 100, [0.3, 0.7], atol=0.01)


def test_columns_that_follow_say_nothing_more_and_cannot_have_other_values():
    rng = np.random.default_rng(0)
    concept = MakeClassification(**PLAIN, class_sep=0.5, shift=3.0, scale=0.1).instantiated(rng)
    X, y = concept.draw(rng, np.arange(20_000))
    joint = concept.density(X, np.arange(20_000))
    posterior = joint / joint.sum(axis=1, keepdims=True)
    own = X[:, :3] / 0.1 - 3
    heights = [  # of the clusters of each class, from their covariances
        sum(
            multivariate_normal(c, (spread.T @ spread)[:3, :3]).pdf(own)
            for c, spread in [*zip(concept.clusters.corners, concept.clusters.spread)][label::2]
        )
        for label in (0, 1)
    ]
    assert np.allclose(posterior[:, 1], heights[1] / np.sum(heights, axis=0))
    gap = (joint.argmax(axis=1) != y) - (1 - posterior.max(axis=1))
    assert abs(gap.mean()) < 4 * gap.std() / sqrt(20_000)
    X[:, 3] += 1e-3
    assert not concept.density(X, np.arange(20_000)).any()
    assert not MakeClassification(scale=0.0).known and MakeClassification().known


def test_blocks_are_of_one_structure_and_share_no_rows():
    concept = {"kind": "make_classification", "n_informative": 2, "n_redundant": 1, "n_features": 3}
    stream = Stream.model_validate({"length": 10**12, "concepts": {"a": concept}})
    one, two = stream.block(0, 0), stream.block(0, 10**8)
    both = np.vstack([one.X, two.X])
    assert np.linalg.matrix_rank(both, tol=1e-8) == 2
    assert len(np.unique(both[:, 0])) == 2 * BLOCK
    gap = np.abs(one.X.mean(axis=0) - two.X.mean(axis=0))
    assert (gap < 4 * np.sqrt(2 / BLOCK) * one.X.std(axis=0)).all()
    assert stream.known and np.isfinite(stream.instantiated(0).posterior(one.t, one.X)).all()


def test_a_cube_of_many_dimensions_has_corners():
    X, y = drawn(n_features=200, n_informative=100, n_clusters_per_class=8, n=500)
    assert X.shape == (500, 200) and abs(y.mean() - 0.5) < 4 * 0.5 / sqrt(500)


@together(
    ("given", "message"),
    [
        ({"n_features": 3}, "give at least n_features: 4"),
        ({"n_clusters_per_class": 3}, "give at least n_informative: 3"),
        ({"n_classes": 5, "n_clusters_per_class": 1}, "has 4; give at least n_informative: 3"),
        ({"weights": [1.0]}, "give one a class"),
        ({"weights": [0.5, 0.6]}, "should sum to 1"),
        ({"flip_y": 0.1}, "no key 'flip_y'"),
    ],
)
def test_what_cannot_be_is_refused(given, message):
    with pytest.raises(ValidationError, match=message):
        MakeClassification(**given)
