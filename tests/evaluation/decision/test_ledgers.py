"""Ledgers: losses in money."""

import numpy as np
import pytest
from invented_losses import ageing, losses_of, priced

from driftsim.evaluation.decision.ledgers import ledger_of
from driftsim.evaluation.decision.schedules import cheapest, spent

PRICES = dict(mistake=2, label=0.1, training={"each": 3, "per_row": 0.5}, hour=3600)


def test_every_price_counts_once():
    one = losses_of(ageing(4), memory=20, unusable=[2])
    ledger = ledger_of([one], priced(**PRICES))
    assert ledger.served[0, 0] == pytest.approx([2.0, 2.4, 2.8, 3.2])  # 10 rows, 2 a mistake
    assert ledger.served[0, 2] == pytest.approx([0, 0, 2.0, 2.4])
    assert ledger.training[0, [1, 3]] == pytest.approx([3 + 10 + 0.5] * 2)  # 20 rows, half a second
    assert ledger.training[0, 2] == np.inf
    assert ledger.training[0, 0] == pytest.approx(1.0 + 0.5)  # labels and compute of the warm-up
    assert ledger.labels[0, 0] == pytest.approx([0, 1, 2, 2])


def test_some_of_the_quantities():
    one = losses_of(ageing(4))
    parts = [
        ledger_of([one], priced(**PRICES), quantities=[name])
        for name in ("mistake", "label", "training", "training_row", "hour", "staleness")
    ]
    whole = ledger_of([one], priced(**PRICES))
    assert [part.labels_cost for part in parts] == [False, True, *[False] * 4]
    assert np.array_equal(parts[1].labels, whole.labels)
    for name in ("served", "training"):
        assert sum(getattr(part, name) for part in parts) == pytest.approx(getattr(whole, name))


def test_the_halves_have_the_mean_of_the_whole():
    one = losses_of(ageing(5), counted=np.random.default_rng(0))
    whole, even, odd = (ledger_of([one], priced(training=1), half) for half in (None, 0, 1))
    assert (even.served + odd.served) / 2 == pytest.approx(whole.served)
    assert not np.array_equal(even.served, odd.served)
    assert np.array_equal(even.training, whole.training)


def test_models_serve_after_their_latency():
    one = losses_of(ageing(6, slope=0.2), latency=5)
    ledger = ledger_of([one], priced(training=0.5))
    assert ledger.starts.tolist() == [[0, 2, 4, 6, 8, 10]]
    assert ledger.trains.tolist() == [0, 1, 3, 5, 7, 9]
    found = cheapest(ledger)
    assert spent(ledger, found.schedule)[:2].tolist() == pytest.approx([1.0, 0.5 + 1.5])


def test_only_one_model_is_of_the_warmup():
    ledger = ledger_of([losses_of(ageing(3)), losses_of(ageing(3), memory=30)], priced(training=1))
    assert ledger.training[:, 0].tolist() == [0, np.inf]


def test_memories_that_begin_to_serve_at_other_rows_are_not_mixed():
    """As where a latency is so many rows for each that is trained on."""
    errors = ageing(8, slope=0.2)
    both = [losses_of(errors, 20, latency=2), losses_of(errors, 40, latency=4)]
    ledger, alone = ledger_of(both, priced(training=1)), ledger_of(both[:1], priced(training=1))
    assert not ledger.mixes and alone.mixes
    assert ledger.edges.tolist() == [
        10,
        *(row for t in range(20, 90, 10) for row in (t, t + 2, t + 4)),
        90,
    ]
    found = cheapest(ledger)
    assert found.one_memory and found.cost == pytest.approx(cheapest(alone).cost)
    assert spent(ledger, found.schedule).sum() == pytest.approx(found.cost)
