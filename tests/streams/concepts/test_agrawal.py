"""Agrawal against the known numbers of its definition."""

from math import sqrt

import numpy as np
import pytest
from pydantic import ValidationError
from together import together

from driftsim.streams.concepts.agrawal import (
    AGE,
    COMMISSION,
    HVALUE,
    HYEARS,
    SALARY,
    ZIPCODE,
    Agrawal,
    Slope,
    at_most,
)
from driftsim.streams.stream import Stream

N = 100_000
GROUP_A = [41 / 61, 0.385, 163 / 305, 0.384, 0.400, 0.400, 0.487, 0.980, 0.487, 0.998]
DISAGREEMENTS = {
    (1, 2): 0.539,
    (1, 4): 0.539,
    (2, 3): 0.508,
    (2, 4): 0.206,
    (7, 9): 0.060,
    (8, 10): 0.018,
}
ORACLE = {1: 3 / 61, 2: 0.05910, 3: 0.02475, 4: 0.05341, 5: 0.07057}  # at a perturbation of 0.05


def drawn(concept, n=N, seed=0):
    return concept.draw(np.random.default_rng(seed), np.arange(n))


def close(sample, expected, digits=0.0):
    """Within four standard errors, and what a number with so many digits leaves open."""
    return abs(sample.mean() - expected) <= 4 * sample.std() / sqrt(len(sample)) + digits


@pytest.mark.parametrize(("function", "share"), list(enumerate(GROUP_A, start=1)))
def test_share_of_group_a(function, share):
    X, y = drawn(Agrawal(function=function))
    assert close(y == 0, share, digits=5e-4)
    assert np.array_equal(Agrawal(function=function).label(X), y)


@pytest.mark.parametrize(("functions", "share"), list(DISAGREEMENTS.items()))
def test_disagreements(functions, share):
    X, _ = drawn(Agrawal())
    one, other = (Agrawal(function=function).label(X) for function in functions)
    assert close(one != other, share, digits=5e-4)


def test_bands_of_the_first_five_functions():
    """One person an age, a tick inside each band and a tick outside."""
    X = np.zeros((6, 9))
    X[:, AGE] = [39, 40, 59, 60, 39, 60]
    X[:, SALARY] = [50_001, 74_999, 125_001, 25_001, 100_001, 74_999]
    X[:, 3] = [1, 0, 3, 2, 2, 1]  # elevel
    X[:, 8] = [299_999, 299_999, 200_001, 300_001, 200_001, 299_999]  # loan
    expected = {
        1: [0, 1, 1, 0, 0, 0],
        2: [0, 1, 1, 0, 1, 0],
        3: [0, 1, 0, 0, 1, 1],
        4: [0, 1, 1, 1, 1, 0],
        5: [0, 1, 1, 0, 0, 1],
    }
    for function, classes in expected.items():
        assert Agrawal(function=function).label(X).tolist() == classes


def test_clean_attributes_are_as_defined():
    X, _ = drawn(Agrawal())
    salary, commission, age, elevel, car, zipcode, hvalue, hyears, loan = X.T
    assert np.array_equal(commission == 0, salary >= 75_000)
    assert commission[commission > 0].min() >= 10_000 and commission.max() < 75_000
    for column, low, high in (
        (age, 20, 80),
        (elevel, 0, 4),
        (car, 0, 19),
        (zipcode, 0, 8),
        (hyears, 1, 30),
    ):
        assert np.array_equal(np.unique(column), np.arange(low, high + 1))
        assert close(column, (low + high) / 2)
    assert close(salary, 85_000) and close(loan, 250_000)
    value = hvalue / (9 - zipcode)
    assert close(value, 100_000) and value.min() >= 50_000 and value.max() < 150_000


def test_a_perturbation_follows_the_label_and_stays_within_the_range():
    clean, moved = Agrawal(function=7), Agrawal(function=7, perturbation=0.05)
    (X, y), (seen, same) = drawn(clean), drawn(moved)
    assert np.array_equal(y, same)
    assert np.array_equal(X[:, [3, 4, 5]], seen[:, [3, 4, 5]])
    assert np.array_equal(X[:, COMMISSION] == 0, seen[:, COMMISSION] == 0)
    houses, still = 9 - X[:, ZIPCODE], X[:, COMMISSION] > 0
    for j, span, low, scale, rows in (
        (SALARY, 130_000, 20_000, 1, slice(None)),
        (COMMISSION, 65_000, 10_000, 1, still),
        (HVALUE, 100_000, 50_000, houses, slice(None)),
        (8, 500_000, 0, 1, slice(None)),
    ):
        step = ((seen[:, j] - X[:, j]) / (span * scale))[rows]
        at_an_end = np.isin((seen[:, j] / scale)[rows], (low, low + span))
        assert 0.0499 < abs(step).max() <= 0.05 and close(at_an_end, 0.025)
    assert set(np.unique(seen[:, AGE] - X[:, AGE])) == {-3, -2, -1, 0, 1, 2, 3}
    assert (seen[:, AGE].min(), seen[:, AGE].max()) == (20, 80)
    assert (seen[:, HYEARS].min(), seen[:, HYEARS].max()) == (1, 30)


@pytest.mark.slow
@pytest.mark.parametrize("perturbation", [0.05, 0.6])
def test_clipped_house_values_are_as_probable_as_they_come(perturbation):
    """And the posterior of function 10, the one rule on houses, is calibrated."""
    concept = Agrawal(function=10, perturbation=perturbation, clipped=True)
    X, y = drawn(concept)
    free = Agrawal(function=10, perturbation=perturbation)
    assert np.array_equal(np.delete(X, HVALUE, 1), np.delete(drawn(free)[0], HVALUE, 1))
    assert X[:, HVALUE].min() >= 0 and X[:, HVALUE].max() == 135_000
    joint = concept.density(X, np.arange(N))
    gap = y - joint[:, 1] / joint.sum(axis=1)
    assert close(gap, 0) and close(gap[X[:, HVALUE] < 135_000], 0)
    person, totals = X[X[:, COMMISSION] == 0][:1], []
    for zipcode in (0, 7, 8):  # of houses that are worth 9, 2 and 1 times 100,000 on average
        people = np.repeat(person, 5_002, axis=0)
        people[:, ZIPCODE] = zipcode
        people[:, HVALUE] = 135_000 * np.append((np.arange(5_000) + 0.5) / 5_000, [0, 1])
        seen = concept.density(people, np.arange(5_002)).sum(axis=1)
        seen[:-2] *= 135_000 / 5_000
        of_zipcode = X[X[:, ZIPCODE] == zipcode, HVALUE]
        for end, share in ((0, seen[-2]), (135_000, seen[-1])):
            assert close(of_zipcode == end, share / seen.sum(), digits=1e-9)
        totals.append(seen.sum())
    assert np.allclose(totals, totals[0], rtol=1e-3)


@pytest.mark.parametrize(("function", "error"), list(ORACLE.items()))
def test_error_of_the_oracle(function, error):
    concept = Agrawal(function=function, perturbation=0.05)
    X, y = drawn(concept, 50_000)
    joint = concept.density(X, np.arange(len(X)))
    assert close(joint.argmax(axis=1) != y, error, digits=1.3e-4)
    assert close(1 - joint.max(axis=1) / joint.sum(axis=1), error, digits=1.3e-4)


def test_error_of_the_oracle_of_function_1_by_enumeration():
    X = np.repeat([[60_000, 30_000, 0, 2, 3, 4, 500_000, 9, 250_000.0]], 61, axis=0)
    X[:, AGE] = np.arange(20, 81)
    joint = Agrawal(perturbation=0.05).density(X, np.arange(61))
    ages = joint / joint.sum()
    assert np.allclose(ages.sum(axis=0), [41 / 61, 20 / 61])
    assert np.isclose(1 - ages.max(axis=1).sum(), 3 / 61, rtol=1e-12)


@pytest.mark.parametrize("function", range(1, 11))
@pytest.mark.parametrize("perturbation", [0.05, 0.6])
def test_the_posterior_is_calibrated(function, perturbation):
    concept = Agrawal(function=function, perturbation=perturbation)
    n = 10_000
    X, y = drawn(concept, n, seed=function)
    joint = concept.density(X, np.arange(n))
    p = joint[:, 1] / joint.sum(axis=1)
    bins = np.minimum((p * 10).astype(int), 9)
    for k in np.unique(bins):
        rows = bins == k
        spread = sqrt((p[rows] * (1 - p[rows])).sum())
        assert abs((y[rows] - p[rows]).sum()) <= 4 * spread + 1e-3


@pytest.mark.parametrize("function", [5, 6, 7, 8, 9, 10])
def test_the_posterior_is_that_of_the_clean_people_who_look_alike(function):
    """By brute force: many clean people drawn around what is seen, within what is possible."""
    rng, n, share = np.random.default_rng(0), 400_000, 0.1
    seen = np.array([60_000, 40_000, 41, 1, 3, 4, 400_000, 24, 210_000.0])
    if function in (8, 10):  # by which nearly all the others belong to group A
        seen[[SALARY, COMMISSION, 3, ZIPCODE, HVALUE]] = 25_000, 12_000, 4, 8, 60_000
        seen[SALARY] += 25_000 * (function == 8)
    people, houses = np.tile(seen, (n, 1)), 9 - seen[ZIPCODE]
    for j, low, last, high in (
        (SALARY, 20_000, 75_000, 150_000),
        (COMMISSION, 10_000, 75_000, 75_000),
        (HVALUE, 50_000 * houses, 150_000 * houses, 150_000 * houses),
        (8, 0, 500_000, 500_000),
    ):
        reach = (high - low) * share
        people[:, j] = rng.uniform(max(low, seen[j] - reach), min(last, seen[j] + reach), n)
    for j, span in ((AGE, 60), (HYEARS, 29)):
        clean, reach = np.arange(seen[j] - 10, seen[j] + 11), span * share
        chance = np.clip(seen[j] + 0.5 - clean, -reach, reach)
        chance -= np.clip(seen[j] - 0.5 - clean, -reach, reach)
        people[:, j] = rng.choice(clean, n, p=chance / chance.sum())
    concept = Agrawal(function=function, perturbation=share)
    joint = concept.density(seen[None], np.zeros(1))[0]
    assert close(concept.label(people), joint[1] / joint.sum())
    assert 0.01 < joint[1] / joint.sum() < 0.99


def test_density_sums_to_one():
    """Over the clean box, and over what is seen: one column's numbers and ends at a time."""
    n = 50_000
    X = np.tile(drawn(Agrawal(), 1)[0], (n, 1))
    concept = Agrawal(perturbation=0.3)
    ends, both = np.array([20_000, 150_000.0]), X.copy()
    grid = 20_000 + (np.arange(n) + 0.5) * 130_000 / n

    def over_salaries(commission):
        both[:, SALARY], both[:, COMMISSION] = grid, commission
        inside = concept.density(both, np.arange(n)).sum() * 130_000 / n
        both[:2, SALARY] = ends
        return inside + concept.density(both[:2], np.arange(2)).sum()

    nothing = over_salaries(0)
    some = over_salaries(40_000) * (65_000 - 0.3 * 65_000)
    some_at_the_ends = over_salaries(10_000) + over_salaries(75_000)
    others = marginal_of_the_rest(X[0], 0.3)
    middle = over_salaries(12_000) / over_salaries(40_000)
    assert np.isclose(nothing / others, 75 / 130, rtol=1e-4)
    assert np.isclose(middle, (0.5 * (0.3 + 2 / 65)) / 0.3, rtol=1e-4)
    # of a uniform moved by up to r of its range, r / 2 ends up at the ends; the rest is flat
    # but within r of the ends, where it is 3/4 as dense on average
    total = some / 0.7 * (0.4 + 0.6 * 0.75) + some_at_the_ends
    assert np.isclose(total / others, 55 / 130, rtol=1e-4)


def marginal_of_the_rest(row, share):
    """The density of all columns but salary and commission, of a row well inside each range."""
    joint = Agrawal(perturbation=share).density(row[None], np.zeros(1)).sum()
    assert joint > 0
    age, hyears = (
        sum(
            max(0, min(row[j] + 0.5 - c, r) - max(row[j] - 0.5 - c, -r)) / (2 * r) / k
            for c in range(low, low + k)
        )
        for j, low, k, r in ((AGE, 20, 61, 60 * share), (HYEARS, 1, 30, 29 * share))
    )
    measured = 1.0
    for x, low, high in (
        (row[HVALUE] / (9 - row[ZIPCODE]), 50_000, 150_000),
        (row[8], 0, 500_000),
    ):
        reach = share * (high - low)
        overlap = min(x + reach, high) - max(x - reach, low)
        measured *= overlap / (2 * reach) / (high - low)
    return age * hyears * measured / (9 - row[ZIPCODE]) / (5 * 20 * 9)


def test_what_cannot_be_seen_has_no_density():
    X = np.tile([[60_000, 30_000, 40, 2, 3, 4, 500_000, 9, 250_000.0]], (9, 1))
    X[1, COMMISSION] = 0  # with a salary below 75,000
    X[2, COMMISSION] = 5_000
    X[3, AGE] = 40.5
    X[4, ZIPCODE] = 9
    X[5, HVALUE] = 800_000  # of a zipcode where it is at most 750,000
    X[6, HYEARS] = 0
    X[7, SALARY] = 19_000
    X[8, 8] = 500_001
    clean = Agrawal().density(X, np.arange(9)).sum(axis=1)
    assert np.isclose(clean[0], 1 / (130_000 * 65_000 * 61 * 900 * 5e5 * 30 * 5e5), rtol=1e-12)
    assert not clean[1:].any()
    for share in (0.05, 1.0):
        seen = Agrawal(perturbation=share).density(X, np.arange(9)).sum(axis=1)
        assert seen[0] > 0 and not seen[2:].any() and (seen[1] > 0) == (share == 1)


def test_a_perturbation_may_grow_from_none():
    concepts = {
        name: {"kind": "agrawal", "function": 6, "perturbation": share}
        for name, share in (("clean", 0.0), ("moved", 0.2))
    }
    drift = {"kind": "incremental", "at": [10_000], "width": 10_000}
    stream = Stream.model_validate({"length": 20_000, "concepts": concepts, "drift": drift})
    world = stream.instantiated(0)
    block = world.rows(0, 20_000)
    error = 1 - world.posterior(block.t, block.X).max(axis=1)
    assert not error[:5_000].any()
    assert error[5_000:8_000].mean() < error[8_000:12_000].mean() < error[15_000:].mean()


def test_sums_are_exact():
    """Of two uniform numbers, of three, and of slopes, at totals where the answer is known."""
    total = np.array([0.5, 1.0, 1.5, 2.5, 9.0])
    zero, one = np.zeros(5), np.ones(5)
    uniform = Slope(zero, one, one, one)
    rising = Slope(zero, one, zero, 2 * one)
    assert np.allclose(at_most(total, [uniform] * 2), [1 / 8, 1 / 2, 7 / 8, 1, 1], rtol=1e-14)
    expected = [1 / 48, 1 / 6, 1 / 2, 47 / 48, 1]
    assert np.allclose(at_most(total, [uniform] * 3), expected, rtol=1e-14)
    assert np.allclose(at_most(total, [rising] * 2)[:2], [1 / 96, 1 / 6], rtol=1e-14)
    assert np.allclose(at_most(-total, [uniform.times(-1)] * 2), 1 - np.array([1, 4, 7, 8, 8]) / 8)


@together(
    ("written", "message"),
    [
        ({"function": 11}, "8, 9 or 10"),
        ({"function": 0}, "8, 9 or 10"),
        ({"perturbation": 1.5}, "at most 1"),
        ({"perturbation": -0.1}, "at least 0"),
        ({"peturbation": 0.05}, "did you mean 'perturbation'"),
    ],
)
def test_what_cannot_be_is_refused(written, message):
    with pytest.raises(ValidationError, match=message):
        Agrawal.model_validate(written)
