"""LED against the known numbers of its definition."""

import itertools
from math import sqrt

import numpy as np
import pytest
from pydantic import ValidationError
from together import together

from driftsim.streams.concepts.led import LIT, Led

N = 100_000
BAYES = {0.01: 0.026936, 0.05: 0.132968, 0.09: 0.235174, 0.10: 0.259978, 0.20: 0.487427}
STALE = [0.259978, 0.376268, 0.538138, 0.63802, 0.7534, 0.825, 0.8625, 0.9]  # by swapped


def drawn(led, n=N):
    return led.draw(np.random.default_rng(0), np.arange(n))


def close(wrong, expected, digits=0.0):
    """Within four standard errors, and what a number with so many digits leaves open."""
    return abs(wrong.mean() - expected) <= 4 * wrong.std() / sqrt(len(wrong)) + digits


@pytest.mark.parametrize(("noise", "error"), BAYES.items())
@pytest.mark.parametrize("swapped", [0, 3, 7])
def test_bayes_error_by_enumeration(noise, error, swapped):
    X = np.zeros((128, 24))
    columns = [i + 7 if i < swapped else i for i in range(7)]
    X[:, columns] = list(itertools.product((0, 1), repeat=7))
    joint = Led(noise=noise, swapped=swapped).density(X, np.arange(128)) * 2**17
    assert np.isclose(joint.sum(), 1) and np.allclose(joint.sum(axis=0), 0.1)
    assert abs(1 - joint.max(axis=1).sum() - error) < 5e-7


@pytest.mark.parametrize(("noise", "error"), BAYES.items())
def test_bayes_error_by_sample(noise, error):
    led = Led(noise=noise)
    X, y = drawn(led)
    joint = led.density(X, np.arange(N))
    assert close(joint.argmax(axis=1) != y, error)
    assert close(1 - joint.max(axis=1) / joint.sum(axis=1), error)


@pytest.mark.parametrize(("swapped", "error"), list(enumerate(STALE)))
def test_who_does_not_know_of_the_swap_errs_more(swapped, error):
    """Of digits that are equally likely the lowest is chosen; others err 0.03 more or less."""
    shown = np.array(list(itertools.product((0, 1), repeat=7)))
    nearest = (shown[:, None] != LIT).sum(axis=2).argmin(axis=1)
    wrong = (shown[:, swapped:] != LIT[nearest, swapped:]).sum(axis=1)
    right = 0.1**wrong * 0.9 ** (7 - swapped - wrong) / 2**swapped / 10
    assert abs(1 - right.sum() - error) < 5e-7
    X, y = drawn(Led(swapped=swapped))
    assert close(Led().density(X, np.arange(N)).argmax(axis=1) != y, error)


@pytest.mark.parametrize("noise", [0.0, 0.05, 0.1, 1.0])
def test_noise_inverts_exactly_its_share_of_segments(noise):
    X, y = drawn(Led(noise=noise, swapped=2))
    shown = X[:, [7, 8, 2, 3, 4, 5, 6]]
    assert close((shown != LIT[y]).ravel(), noise, digits=1e-12)
    coins = X[:, [0, 1, *range(9, 24)]]
    assert np.allclose(coins.mean(axis=0), 0.5, atol=4 * 0.5 / sqrt(N))
    assert np.allclose(np.bincount(y) / N, 0.1, atol=4 * 0.3 / sqrt(N))
    assert abs(np.corrcoef(coins.T) - np.eye(17)).max() < 5 / sqrt(N)


def test_all_columns_are_codes_and_nothing_else_can_be_seen():
    assert Led().schema.nominal == dict.fromkeys(range(24), 2)
    X, _ = drawn(Led(), 3)
    X[1, 20], X[2, 3] = 0.5, 2
    assert Led().density(X, np.arange(3)).any(axis=1).tolist() == [True, False, False]


@pytest.mark.parametrize("coins", [0, 5])
def test_coins_are_as_many_as_are_asked_for_and_say_nothing(coins):
    led = Led(coins=coins, swapped=min(coins, 2))
    X, y = drawn(led)
    joint = led.density(X, np.arange(N))
    assert X.shape[1] == 7 + coins == len(led.schema.names)
    assert close(joint.argmax(axis=1) != y, BAYES[0.10])
    every = np.array(list(itertools.product((0.0, 1.0), repeat=7 + coins)))
    assert np.isclose(led.density(every, np.arange(len(every))).sum(), 1)


def test_noise_may_differ_from_row_to_row():
    """As an incremental drift has it."""
    led = Led().model_copy(update={"noise": np.repeat([0.0, 0.2], 500)})
    X, y = drawn(led, 1000)
    wrong = (X[:, :7] != LIT[y]).any(axis=1)
    assert not wrong[:500].any() and wrong[500:].mean() > 0.7
    density = led.density(X, np.arange(1000))
    for half, noise in ((slice(500), 0.0), (slice(500, None), 0.2)):
        assert np.array_equal(density[half], Led(noise=noise).density(X[half], np.arange(500)))


@together(
    ("written", "message"),
    [
        ({"noise": 1.5}, "at most 1"),
        ({"noise": -0.1}, "at least 0"),
        ({"swapped": 8}, "at most 7"),
        ({"swapped": 3, "coins": 2}, "swap at most 2, or give more coins"),
        ({"swapped": -1}, "at least 0"),
        ({"swaped": 1}, "did you mean 'swapped'"),
    ],
)
def test_what_cannot_be_is_refused(written, message):
    with pytest.raises(ValidationError, match=message):
        Led.model_validate(written)
