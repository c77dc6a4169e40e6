"""Asset negotiation by enumeration of all offers, and coins."""

import itertools

import numpy as np
import pytest
from pydantic import ValidationError

from driftsim.streams.concepts import Concept
from driftsim.streams.concepts.asset_negotiation import SIZES

OFFERS = np.array(list(itertools.product(*map(range, SIZES))), float)
FIT = {1: 1 / 64 + 1 / 320, 2: 1 / 320, 3: 2 / 576, 4: 1 / 360 + 1 / 320, 5: 1 / 2880 + 1 / 320}


def negotiation(**given):
    return Concept.model_validate({"kind": "asset_negotiation", **given})


@pytest.mark.parametrize(("function", "share"), FIT.items())
def test_how_many_offers_interest(function, share):
    """Those made to fit do, and of the others the share of all that fit a pattern."""
    for fitting in (0.0, 0.5):
        joint = negotiation(function=function, fitting=fitting).density(OFFERS, np.arange(23_040))
        assert np.allclose(joint.sum(axis=0)[0], fitting + (1 - fitting) * share)
        assert np.isclose(joint.sum(), 1) and not (joint.all(axis=1)).any()


def test_draws_have_the_density():
    n, concept = 100_000, negotiation(function=5, fitting=0.7)
    X, y = concept.draw(np.random.default_rng(0), np.arange(n))
    codes = np.ravel_multi_index(X.astype(int).T, SIZES)
    expected = n * concept.density(OFFERS, np.arange(len(OFFERS))).sum(axis=1)
    counts = np.bincount(codes, minlength=len(OFFERS))
    assert abs(((counts - expected) ** 2 / expected).mean() - 1) < 5 * np.sqrt(2 / len(OFFERS))
    assert np.array_equal(
        y == 0,
        (X[:, 3:] == (1, 2)).all(axis=1) & ((X[:, [0, 2]] == (1, 2)).all(axis=1) | (X[:, 0] == 2)),
    )


def test_no_other_codes_are_possible():
    X = OFFERS[[0, 0, 0]] + np.array([[0.5], [8], [0]]) * (np.arange(5) == 1)
    assert negotiation().density(X, np.arange(3)).any(axis=1).tolist() == [False, False, True]


def test_a_coin_shows_its_share_whatever_its_feature_is():
    coin = Concept.model_validate({"kind": "coin", "share": 0.3})
    x, y = coin.draw(np.random.default_rng(0), np.arange(100_000))
    assert abs(y.mean() - 0.3) < 4 * np.sqrt(0.21 / 1e5)
    assert abs(np.corrcoef(x[:, 0], y)[0, 1]) < 4 / np.sqrt(1e5)
    assert coin.density(np.array([[0.5], [1.5]]), np.arange(2)).tolist() == [[0.7, 0.3], [0, 0]]


@pytest.mark.parametrize(
    ("written", "message"),
    [({"function": 6}, "1, 2, 3, 4 or 5"), ({"fitting": 1.5}, "at most 1")],
)
def test_what_cannot_be_is_refused(written, message):
    with pytest.raises(ValidationError, match=message):
        negotiation(**written)
