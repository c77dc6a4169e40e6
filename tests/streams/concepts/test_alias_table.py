"""Alias tables against the probabilities they are made of."""

import numpy as np

from driftsim.streams.concepts.alias_table import AliasTable


def probabilities(choice, table=0):
    """The probability of each outcome, from the slots of one table."""
    columns = slice(table * choice.size, (table + 1) * choice.size)
    kept = choice.border[columns] - np.arange(choice.size)
    outcome = choice.outcome.reshape(-1, 2)[columns].ravel()
    return np.bincount(outcome, np.stack([kept, 1 - kept], axis=1).ravel()) / choice.size


def test_outcomes_have_their_probabilities():
    rng = np.random.default_rng(0)
    tables = rng.dirichlet(np.full(300, 0.1), 3)
    choice = AliasTable.of(*tables)
    for i, table in enumerate(tables):
        assert np.allclose(probabilities(choice, i), table, atol=1e-12)
    drawn = choice.outcomes(rng.random(100_000), start=300)
    share = np.bincount(drawn, minlength=300) / 100_000
    assert (np.abs(share - tables[1]) <= 4.5 * np.sqrt(tables[1] / 100_000) + 1e-4).all()


def test_the_ends_of_the_unit_interval_are_outcomes():
    ends = np.array([0.0, np.nextafter(1.0, 0.0)])
    for k in (1, 2, 3, 7, 1000):
        assert set(AliasTable.of(np.ones(k)).outcomes(ends)) == {0, k - 1}


def test_what_cannot_happen_does_not():
    drawn = AliasTable.of([0.0, 0.5, 0.0, 0.5]).outcomes(np.linspace(0, 1, 1000, endpoint=False))
    assert np.bincount(drawn).tolist() == [0, 500, 0, 500]
