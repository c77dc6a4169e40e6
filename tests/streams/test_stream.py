"""Streams: noise, mixtures, blends and the truth about them."""

import numpy as np
import pytest
from examples import sea_stream
from pydantic import ValidationError
from together import together

from driftsim.streams.stream import Stream
from driftsim.streams.world import BLOCK, sample_categorical


def test_noise_replaces_labels_by_others_with_the_given_probability():
    concept = {"kind": "gaussians", "means": [[0.0], [50.0], [100.0]]}
    stream = Stream.model_validate({"length": 60_000, "concepts": {"a": concept}, "noise": 0.05})
    block = stream.rows(0, 0, 60_000)
    clean = np.rint(block.X[:, 0] / 50).astype(int)
    wrong = (block.y - clean) % 3
    shares = [np.mean(wrong == shift) for shift in (1, 2)]
    assert np.allclose(shares, 0.025, atol=4 * np.sqrt(0.025 / 60_000))


def test_a_mixture_takes_rows_of_each_concept_by_their_weights():
    stream = sea_stream(40_000, drift={"kind": "gradual", "at": [20_000], "width": 40_000})
    block = stream.rows(0, 0, 40_000)
    assert abs(block.concept.mean() - 0.5) < 0.01
    assert abs(block.concept[:10_000].mean() - 0.125) < 0.02


def test_the_truth_of_a_ramp_between_concepts_that_do_not_share_their_features():
    """Joint densities are mixed, not posteriors: the worth of the oracle follows."""
    concepts = {
        "a": {"kind": "gaussians", "means": [[-1.0, 0.0], [1.0, 0.0]]},
        "b": {"kind": "gaussians", "means": [[1.0, 3.0], [-1.0, 3.0]]},
    }
    drift = {"kind": "gradual", "at": [20_000], "width": 40_000}
    stream = Stream.model_validate({"length": 40_000, "concepts": concepts, "drift": drift})
    world = stream.instantiated(0)
    block = world.rows(0, 40_000)
    posterior = world.posterior(block.t, block.X)
    expected, wrong = 1 - posterior.max(axis=1), block.y != posterior.argmax(axis=1)
    assert abs(np.mean(wrong - expected)) < 4 * np.std(wrong - expected) / 200
    shares = block.weights
    mixed = sum(
        shares[:, [i]] * c.density(block.X, block.t) / c.density(block.X, block.t).sum(1)[:, None]
        for i, c in enumerate(world.concepts)
    )
    assert np.mean(block.y != mixed.argmax(axis=1)) > np.mean(wrong) + 0.02


def test_mixing_different_kinds_weighs_their_densities():
    concepts = {"a": "sine", "b": {"kind": "gaussians", "separation": 1.0}}
    drift = {"kind": "gradual", "at": [10_000], "width": 20_000}
    stream = Stream.model_validate({"length": 20_000, "concepts": concepts, "drift": drift})
    world = stream.instantiated(0)
    block = world.rows(0, 20_000)
    posterior = world.posterior(block.t, block.X)
    expected, wrong = 1 - posterior.max(axis=1), block.y != posterior.argmax(axis=1)
    assert abs(np.mean(wrong - expected)) < 4 * np.std(wrong - expected) / np.sqrt(20_000)


def test_an_incremental_drift_goes_by_way_of_the_concepts_in_between():
    """Halfway from 8 to 12 the threshold is 10: no row is of either end."""
    stream = Stream.model_validate(
        {
            "length": 20_000,
            "concepts": {
                "a": {"kind": "sea", "threshold": 8.0},
                "b": {"kind": "sea", "threshold": 12.0},
            },
            "drift": {"kind": "incremental", "at": [10_000], "width": 10_000},
        }
    )
    block = stream.rows(0, 0, 20_000)
    sums, middle = block.X[:, 0] + block.X[:, 1], slice(9_900, 10_100)
    assert np.array_equal(
        block.y[middle][sums[middle] > 10.1], np.ones(np.sum(sums[middle] > 10.1))
    )
    assert not block.y[middle][sums[middle] < 9.9].any()


@pytest.mark.parametrize(
    "concepts",
    [
        [{"kind": "hyperplane", "features": 3}, {"kind": "hyperplane", "features": 3}],
        [{"kind": "gaussians", "angle": 0.0}, {"kind": "gaussians", "angle": 90.0}],
        [
            {"kind": "gaussians", "means": [[0.0, 0.0], [1.0, 1.0]], "priors": [0.2, 0.8]},
            {"kind": "gaussians", "means": [[1.0, 1.0], [0.0, 0.0]]},
        ],
    ],
)
def test_whatever_has_numbers_can_be_blended_and_its_truth_is_known(concepts):
    stream = Stream.model_validate(
        {
            "length": 30_000,
            "concepts": dict(zip("ab", concepts)),
            "drift": {"kind": "incremental", "at": [15_000], "width": 20_000},
            "noise": 0.1,
        }
    )
    world = stream.instantiated(3)
    block = world.rows(0, 30_000)
    posterior = world.posterior(block.t, block.X)
    expected, wrong = 1 - posterior.max(axis=1), block.y != posterior.argmax(axis=1)
    assert abs(np.mean(wrong - expected)) < 4 * np.std(wrong - expected) / np.sqrt(30_000)


def test_a_far_block_is_drawn_like_any_other():
    stream = sea_stream(10**12, drift={"kind": "recurring", "every": 10**8})
    block = stream.block(0, 10**8)
    assert block.t[0] == 10**8 * BLOCK and len(np.unique(block.X[:, 0])) == BLOCK


def test_fresh_rows_are_of_no_stream_and_no_other_place():
    world = sea_stream(900, noise=0.3).instantiated(0)
    asked = [(449, 0), (449, 1), (899, 0), (899, 1)]
    fresh = [world.fresh(*one, 500) for one in asked]
    drawn = np.concatenate([world.rows(0, 900).X, *(block.X for block in fresh)])
    assert len(np.unique(drawn[:, 0])) == 900 + 4 * 500
    for (row, concept), block in zip(asked, fresh):
        assert (block.t == row).all() and (block.concept == concept).all()
        assert (block.weights == np.eye(2)[concept]).all()
        clean = block.X[:, 0] + block.X[:, 1] > (8, 14)[concept]
        assert 0.2 < np.mean(block.y != clean) < 0.4
    assert not np.array_equal(fresh[0].X, sea_stream(900).instantiated(1).fresh(449, 0, 500).X)


def test_concepts_of_one_kind_leave_different_things_to_chance():
    plane = {"kind": "hyperplane", "features": 3}
    written = {"length": 100, "concepts": {"a": plane, "b": plane}}
    stream = Stream.model_validate(written | {"drift": {"kind": "sudden", "at": [50]}})
    drawn = [concept.weights for seed in (0, 1) for concept in stream.instantiated(seed).concepts]
    assert len({*map(tuple, drawn)}) == 4


def test_marks_of_concepts_in_force_and_changes_of_the_drift_are_in_order():
    iris = {"kind": "sklearn.datasets.load_iris"}
    concepts = {"a": iris | {"marks": [50, 100]}, "b": iris | {"marks": [20, 90]}}
    written = {"concepts": concepts, "drift": {"kind": "sudden", "at": [60]}}
    changes = Stream.model_validate(written).changes(0)
    assert [change.centre for change in changes] == [50, 60, 90]


def test_the_truth_is_that_of_the_very_row():
    """The concept changes with every row, and without noise each label is sure."""
    world = sea_stream(900, drift={"kind": "recurring", "every": 1}).instantiated(0)
    block = world.rows(0, 900)
    assert (world.posterior(block.t, block.X)[np.arange(900), block.y] == 1).all()


def test_what_has_no_weight_is_never_chosen():
    class Lowest(np.random.Generator):
        """Draws 0, the lowest number there is."""

        def random(self, size):
            return np.zeros(size)

    rng = Lowest(np.random.PCG64())
    assert sample_categorical(rng, np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])).tolist() == [1, 2]


def test_chosen_by_weight():
    rng = np.random.default_rng(0)
    counts = np.bincount(sample_categorical(rng, np.tile([0.25, 0.25, 0.5], (40_000, 1)))) / 40_000
    assert np.allclose(counts, [0.25, 0.25, 0.5], atol=4 * 0.5 / 200)
    assert sample_categorical(rng, np.eye(3)).tolist() == [0, 1, 2]
    assert sample_categorical(rng, np.ones((4, 1))).tolist() == [0, 0, 0, 0]


@together(
    ("changed", "message"),
    [
        ({"concepts": {"a": "sea"}}, "visits 2 concepts, but there is 1"),
        ({"concepts": {"a": "sea", "b": "sine"}}, "must agree on columns"),
        ({"concepts": {"a": "sea", "b": "stagger"}}, "must agree on nominal columns"),
        ({"drift": "none"}, "without a drift only one of 2 concepts"),
        ({"drift": {"kind": "sudden", "at": [5000]}}, "outside the stream"),
        ({"drift": {"kind": "recurring", "every": 10, "width": 11}}, "more than the 10 rows"),
        ({"drift": {"kind": "recurring", "every": 5000}}, "visits only 1 of 2 concepts"),
        ({"length": None}, "length"),
    ],
)
def test_what_cannot_be_drawn_is_refused(changed, message):
    whole = sea_stream().model_dump(serialize_as_any=True) | changed
    with pytest.raises(ValidationError, match=message):
        Stream.model_validate({key: value for key, value in whole.items() if value is not None})


def test_functions_cannot_be_blended():
    concepts = {"a": {"kind": "sine", "function": 1}, "b": {"kind": "sine", "function": 3}}
    drift = {"kind": "incremental", "at": [500], "width": 100}
    with pytest.raises(ValidationError, match="cannot move 'function' from 1 to 3"):
        Stream.model_validate({"length": 1000, "concepts": concepts, "drift": drift})


def test_concepts_of_different_sizes_are_named_before_a_drift_blends_them():
    kind, drift = "gaussians", {"kind": "incremental", "at": [500], "width": 100}
    concepts = {f"of {d}": {"kind": kind, "means": [[0.0] * d, [1.0] * d]} for d in (2, 3)}
    with pytest.raises(ValidationError, match="agree on columns, but 'of 2' has 2 and 'of 3' 3"):
        Stream.model_validate({"length": 1000, "concepts": concepts, "drift": drift})


def balanced(balance, **more):
    concept = {"kind": "sea", "threshold": 4.0}  # 8 % are of class 0
    written = {"length": 20_000, "concepts": {"a": concept}, "balance": balance}
    return Stream.model_validate(written | more)


def test_classes_have_the_shares_that_are_asked_for():
    block = balanced([0.7, 0.3]).rows(0, 0, 20_000)
    assert abs(block.y.mean() - 0.3) < 4 * np.sqrt(0.21 / 20_000)
    assert np.array_equal(block.y, block.X[:, 0] + block.X[:, 1] > 4)


def test_the_truth_of_balanced_classes():
    concepts = {"a": {"kind": "gaussians", "separation": 2.0, "priors": [0.9, 0.1]}}
    world = balanced([0.5, 0.5], concepts=concepts, length=60_000).instantiated(0)
    block = world.rows(0, 60_000)
    bayes = 1 - world.posterior(block.t, block.X).max(axis=1)
    assert abs(bayes.mean() - 0.158655) < 4 * bayes.std() / np.sqrt(60_000) + 1e-3


@pytest.mark.parametrize(
    ("balance", "more", "message"),
    [
        ([0.5, 0.6], {}, "sum to 1"),
        ([1.0], {}, "2 classes"),
        ([0.5, 0.5], {"concepts": {"a": "river.datasets.Phishing"}, "length": 100}, "recorded"),
    ],
)
def test_a_balance_that_cannot_be_is_refused(balance, more, message):
    with pytest.raises(ValidationError, match=message):
        balanced(balance, **more)


def test_irrelevant_columns_tell_nothing_and_change_nothing():
    plain, wide = sea_stream(noise=0.1), sea_stream(noise=0.1, irrelevant=2)
    assert wide.schema.names == ("x1", "x2", "x3", "irrelevant1", "irrelevant2")
    one, two = plain.instantiated(0), wide.instantiated(0)
    block = two.rows(0, 2400)
    assert block.X.shape == (2400, 5)
    assert np.array_equal(block.X[:, :3], one.rows(0, 2400).X)
    posterior = two.posterior(block.t, block.X)
    assert np.array_equal(posterior, one.posterior(block.t, block.X[:, :3]))


def test_a_ramp_that_the_end_cuts_has_begun_though_its_centre_lies_beyond():
    concepts = {"a": {"kind": "sea", "threshold": 8}, "b": {"kind": "sea", "threshold": 12}}
    drift = {"kind": "recurring", "every": 2000, "width": 400}
    document = {"length": 8000, "concepts": concepts, "drift": drift}
    stream = Stream.model_validate(document)
    assert [change.centre for change in stream.changes(0)] == [2000, 4000, 6000]
    assert [change.first for change in stream.started_changes(0)] == [1800, 3800, 5800, 7800]
    shorter = Stream.model_validate(document | {"length": 7800})
    assert [change.first for change in shorter.started_changes(0)] == [1800, 3800, 5800]
