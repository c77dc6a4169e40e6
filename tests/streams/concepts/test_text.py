"""Bags of words against Zipf's law and the law of messages."""

from itertools import combinations_with_replacement
from math import sqrt

import numpy as np
import pytest
from pydantic import ValidationError
from together import together

from driftsim.streams.concepts.text import Text
from driftsim.streams.stream import Stream

N = 20_000


def instantiated(**given):
    return Text(**given).instantiated(np.random.default_rng(0))


def messages(words, length):
    """Every message there can be."""
    bags = combinations_with_replacement(range(words), length)
    return np.array([np.bincount(each, minlength=words) for each in bags], float)


@pytest.mark.parametrize("zipf", [0.0, 1.0, 1.5])
def test_words_obey_zipfs_law(zipf):
    law = np.arange(1, 51.0) ** -zipf
    law /= law.sum()
    for topic, ordered in ((0.0, lambda shares: shares), (1.0, lambda shares: -np.sort(-shares))):
        X, y = instantiated(words=50, zipf=zipf, topic=topic).draw(
            np.random.default_rng(0), np.arange(N)
        )
        assert (X.sum(axis=1) == 15).all()
        for label in (0, 1):
            n = 15 * np.sum(y == label)
            share = ordered(X[y == label].sum(axis=0) / n)
            assert (np.abs(share - law) < 4 * np.sqrt(law / n)).all()


def test_a_share_of_the_words_is_of_the_topic():
    plain, topical = instantiated(topic=0.0).frequency, instantiated(topic=1.0).frequency
    assert np.allclose(instantiated(topic=0.3).frequency, 0.7 * plain + 0.3 * topical)
    assert np.array_equal(*plain) and not np.array_equal(*topical)
    assert np.allclose(np.sort(topical), np.sort(plain))


def test_the_density_sums_to_the_priors_over_all_messages():
    concept = instantiated(words=6, length=4, prior=0.3)
    X = messages(6, 4)
    assert np.allclose(concept.density(X, np.arange(len(X))).sum(axis=0), [0.7, 0.3])


def test_messages_are_as_frequent_as_their_density():
    concept, X = instantiated(words=3, length=3), messages(3, 3)
    drawn, y = concept.draw(np.random.default_rng(0), np.arange(N))
    joint = concept.density(X, np.arange(len(X)))
    for x, density in zip(X, joint):
        same = (drawn == x).all(axis=1)
        for label in (0, 1):
            share, expected = np.mean(same & (y == label)), density[label]
            assert abs(share - expected) < 4 * sqrt(expected * (1 - expected) / N)


def test_what_is_no_message_has_no_density():
    concept = instantiated(words=4, length=3)
    X = np.array([[1, 1, 1, 0], [1, 1, 0, 0], [4, -1, 0, 0], [1.5, 1.5, 0, 0], [0, 0, 0, 0]])
    joint = concept.density(X, np.arange(5))
    assert (joint[0] > 0).all() and not joint[1:].any()


@pytest.mark.parametrize("given", [{}, {"words": 200, "length": 100, "topic": 0.1, "prior": 0.2}])
def test_the_oracle_is_calibrated(given):
    concept, t = instantiated(**given), np.arange(8000)
    X, y = concept.draw(np.random.default_rng(0), t)
    joint = concept.density(X, t)
    excess = (joint.argmax(axis=1) != y) - 1 + joint.max(axis=1) / joint.sum(axis=1)
    assert abs(excess.mean()) < 4 * excess.std() / sqrt(8000)
    assert abs(y.mean() - concept.description.prior) < 4 * sqrt(
        concept.description.prior * (1 - concept.description.prior) / 8000
    )


def test_long_messages_of_rare_words_are_told():
    concept, t = instantiated(words=10_000, length=100, zipf=0.0), np.arange(20)
    X, _ = concept.draw(np.random.default_rng(0), t)
    assert (concept.density(X, t).sum(axis=1) > 0).all()


def test_topics_drift():
    text = {"kind": "text", "words": 30}
    stream = {"length": 4000, "concepts": {"before": text, "after": text}}
    stream = Stream.model_validate(stream | {"drift": {"kind": "sudden", "at": [2000]}})
    before, after = (concept.frequency for concept in stream.instantiated(0).concepts)
    assert np.abs(before - after).max() > 0.01
    assert stream.schema.classes == ("ham", "spam")


@together(
    ("given", "message"),
    [
        ({"words": 1}, "at least 2"),
        ({"length": 0}, "more than 0"),
        ({"length": 1000}, "at most 100"),
        ({"topic": 1.5}, "at most 1"),
        ({"zipf": -1.0}, "at least 0"),
    ],
)
def test_what_cannot_be_is_refused(given, message):
    with pytest.raises(ValidationError, match=message):
        Text(**given)
