"""Waveform against the known numbers of its definition."""

from math import sqrt

import numpy as np
import pytest
from pydantic import ValidationError
from together import together

from driftsim.streams.concepts.waveform import Waveform

N = 100_000
POSITIONS = np.arange(21)
WAVES = np.array([np.maximum(0, 6 - abs(POSITIONS - peak)) for peak in (6, 14, 10)])


def drawn(waveform, n=N):
    return waveform.draw(np.random.default_rng(0), np.arange(n))


def close(wrong, expected, digits=0.0):
    """Within four standard errors, and what a number with so many digits leaves open."""
    return abs(wrong.mean() - expected) <= 4 * wrong.std() / sqrt(len(wrong)) + digits


@pytest.mark.parametrize("written", [{}, {"swapped": 4}, {"attributes": 40, "swapped": 20}])
def test_bayes_error(written):
    waveform = Waveform.model_validate(written)
    X, y = drawn(waveform)
    joint = waveform.density(X, np.arange(N))
    assert close(joint.argmax(axis=1) != y, 0.13280, digits=1.1e-4)
    assert close(1 - joint.max(axis=1) / joint.sum(axis=1), 0.13280, digits=1.1e-4)


def test_rows_are_mixtures_of_two_waves_and_noise():
    """With the mean of their two waves, and the variance of a uniform share of their difference."""
    X, y = drawn(Waveform(attributes=40))
    for label, (a, b) in enumerate([(0, 1), (0, 2), (1, 2)]):
        rows = X[y == label]
        expected = np.zeros((2, 40))
        expected[:, :21] = WAVES[[a, b]]
        variance = 1 + (expected[0] - expected[1]) ** 2 / 12
        off = (rows.mean(axis=0) - expected.mean(axis=0)) / np.sqrt(variance / len(rows))
        assert abs(off).max() < 4
        assert np.allclose(rows.var(axis=0), variance, rtol=0.05)
    assert np.allclose(np.bincount(y) / N, 1 / 3, atol=4 * 0.472 / sqrt(N))


def test_density_is_the_average_over_the_share():
    waveform = Waveform(attributes=40, swapped=3)
    X, _ = drawn(waveform, 50)
    back = X.copy()
    back[:, [0, 1, 2, 39, 38, 37]] = X[:, [39, 38, 37, 0, 1, 2]]
    shares = (np.arange(20_000) + 0.5) / 20_000
    expected = np.empty((50, 3))
    for label, (a, b) in enumerate([(0, 1), (0, 2), (1, 2)]):
        mean = np.outer(shares, WAVES[a]) + np.outer(1 - shares, WAVES[b])
        for i, row in enumerate(back):
            square = ((row[:21] - mean) ** 2).sum(axis=1) + row[21:] @ row[21:]
            expected[i, label] = np.mean(np.exp(-square / 2)) / 3 / (2 * np.pi) ** 20
    assert np.allclose(waveform.density(X, np.arange(50)), expected, rtol=1e-6)


def test_density_integrates_to_one():
    """By importance: rows of a wider normal, weighed by how much likelier the waves make them."""
    rng, centre, wide = np.random.default_rng(0), WAVES.mean(axis=0), 1.6
    X = centre + wide * rng.standard_normal((N, 21))
    proposal = np.exp(-0.5 * (((X - centre) / wide) ** 2).sum(axis=1))
    proposal /= (wide * sqrt(2 * np.pi)) ** 21
    weights = Waveform().density(X, np.arange(N)).sum(axis=1) / proposal
    assert close(weights, 1.0)


def test_density_keeps_its_digits_far_away():
    X = np.vstack([3 * WAVES[0], -WAVES[2]])
    density = Waveform().density(X, np.arange(2))
    assert (density.max(axis=1) > 0).all() and np.isfinite(density).all()


def test_ten_swapped_attributes_swap_two_classes():
    X, _ = drawn(Waveform(), 1000)
    t, swapped = np.arange(1000), Waveform(swapped=10)
    assert np.allclose(swapped.density(X, t), Waveform().density(X, t)[:, [0, 2, 1]])


def test_who_does_not_know_of_the_swap_errs_more():
    errors = []
    for swapped in (0, 6, 10):
        X, y = drawn(Waveform(attributes=40, swapped=swapped), 20_000)
        stale = Waveform(attributes=40).density(X, np.arange(20_000)).argmax(axis=1)
        errors.append(np.mean(stale != y))
    assert np.all(np.diff(errors) > 0.02)


@together(
    ("written", "message"),
    [
        ({"attributes": 30}, "21 or 40"),
        ({"swapped": 11}, "swap at most 10"),
        ({"attributes": 40, "swapped": 21}, "at most 20"),
        ({"swapped": -1}, "at least 0"),
        ({"swaped": 1}, "did you mean 'swapped'"),
    ],
)
def test_what_cannot_be_is_refused(written, message):
    with pytest.raises(ValidationError, match=message):
        Waveform.model_validate(written)
