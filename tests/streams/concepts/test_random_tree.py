"""Random trees against the volumes of their leaves."""

from math import sqrt

import numpy as np
import pytest
from pydantic import ValidationError
from together import together

from driftsim.streams.concepts.random_tree import RandomTree

N = 100_000


def instantiated(seed=0, **given):
    return RandomTree(**given).instantiated(np.random.default_rng(seed))


def leaves(concept, node=0, depth=0, used=(), box=None):
    """(depth, label, volume) of every leaf, on foot."""
    tree, box = concept.tree, box or {}
    if tree.scale[node] == 0:
        size = np.prod([high - low for low, high in box.values()])
        yield depth, tree.label[node], size * concept.description.values ** -float(len(used))
        return
    column, first = tree.column[node], int(tree.shift[node])
    if column < concept.description.nominal:
        assert column not in used
        for value in range(concept.description.values):
            yield from leaves(concept, first + value, depth + 1, (*used, column), box)
    else:
        place, (low, high) = 1 - (tree.shift[node] - first), box.get(column, (0.0, 1.0))
        assert low < place < high
        for i, side in enumerate([(low, place), (place, high)]):
            yield from leaves(concept, first + i, depth + 1, used, box | {column: side})


def label(concept, x):
    """The label of one row, on foot."""
    tree, node = concept.tree, 0
    while tree.scale[node]:
        column, first = tree.column[node], int(tree.shift[node])
        right = x[column] >= 1 - (tree.shift[node] - first)
        node = first + int(x[column] if column < concept.description.nominal else right)
    return tree.label[node]


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"classes": 4, "leaf_share": 0.5, "first_leaf": 1},
        {"nominal": 0, "depth": 8},
        {"numeric": 0, "depth": 5, "values": 3},
        {"nominal": 1, "numeric": 1, "values": 2, "depth": 6},
    ],
)
def test_class_shares_are_the_volumes_of_leaves(given):
    concept = instantiated(**given)
    depth, labels, volume = map(np.array, zip(*leaves(concept)))
    assert np.isclose(volume.sum(), 1)
    assert (
        depth.min() >= min(concept.description.first_leaf, concept.description.depth)
        and depth.max() <= concept.description.depth
    )
    share = np.bincount(labels, volume, concept.description.classes)
    X, y = concept.draw(np.random.default_rng(0), np.arange(N))
    drawn = np.bincount(y, minlength=concept.description.classes) / N
    assert (np.abs(drawn - share) <= 4 * np.sqrt(share * (1 - share) / N)).all()
    assert [label(concept, x) for x in X[:300]] == y[:300].tolist()


def test_another_name_or_seed_grows_another_tree():
    one, other = instantiated(0), instantiated(1)
    X, y = one.draw(np.random.default_rng(0), np.arange(1000))
    assert np.mean(other.density(X, np.arange(1000)).argmax(axis=1) != y) > 0.1


def test_leaves_come_as_often_as_said():
    grown = [instantiated(seed, leaf_share=0.3, depth=4, values=2) for seed in range(100)]
    depths = np.bincount([depth for tree in grown for depth, _, _ in leaves(tree)])
    nodes = depths[3] + depths[4] / 2  # of depth 3
    assert nodes == 800 and abs(depths[3] / nodes - 0.3) < 4 * sqrt(0.21 / nodes)


def test_the_density_is_that_of_independent_columns():
    concept = instantiated(nominal=2, numeric=1, values=3, depth=2, first_leaf=1)
    X = np.array([[2, 1, 0.5], [3, 1, 0.5], [1.5, 1, 0.5], [1, 1, 1.2], [-1, 0, 0.5], [0, 0, 0.0]])
    joint = concept.density(X, np.arange(6))
    assert np.allclose(joint.sum(axis=1), np.array([1, 0, 0, 0, 0, 1]) / 9)
    X, y = concept.draw(np.random.default_rng(0), np.arange(1000))
    assert (concept.density(X, np.arange(1000)).argmax(axis=1) == y).all()


def test_columns_are_uniform():
    X, _ = instantiated().draw(np.random.default_rng(0), np.arange(N))
    for column in X.T[:5]:
        assert (np.abs(np.bincount(column.astype(int)) / N - 0.2) < 4 * sqrt(0.16 / N)).all()
    assert (np.abs(X[:, 5:].mean(axis=0) - 0.5) < 4 / sqrt(12 * N)).all()


@together(
    ("given", "message"),
    [
        ({"numeric": 0, "depth": 6}, "a depth of at most 5, or numeric columns"),
        ({"nominal": 0, "numeric": 0}, "numeric columns"),
        ({"depth": 30}, "at most 100,000"),
        ({"values": 1}, "at least 2"),
        ({"leaf_share": 1.5}, "at most 1"),
    ],
)
def test_what_cannot_be_is_refused(given, message):
    with pytest.raises(ValidationError, match=message):
        RandomTree(**given)
