"""Drifts within a concept: by the stream's clock or their own, with their truth and changes."""

import numpy as np
import pytest
from pydantic import ValidationError
from together import together

from driftsim.overview.study import change_lines
from driftsim.scenario import Scenario
from driftsim.scenario.notation import parsed
from driftsim.streams.severity import severities
from driftsim.streams.stays import OwnClock, Stay
from driftsim.streams.stream import Stream

SEA = "low: {kind: sea, threshold: 8}, high: {kind: sea, threshold: 12}"
HALF = "drift: {kind: sudden, at: [2_000]}"


def stream(concepts, drift="{kind: none}", more="length: 20_000"):
    return Stream.model_validate(parsed(f"concepts: {{{concepts}}}\ndrift: {drift}\n{more}")[0])


def visits(*stretches):
    """A drift through concepts, by their names and rows."""
    each = [f"{{concept: {name}, rows: {rows}}}" for name, rows in stretches]
    return f"{{kind: schedule, visits: [{', '.join(each)}]}}"


def between(block):
    """Rows that are of class 1 with a threshold of 8, and of class 0 with one of 12."""
    total = block.X[:, 0] + block.X[:, 1]
    return (total > 8) & (total <= 12)


def of_both(more):
    parts = "{kind: sea, threshold: 8}, {kind: sea, threshold: 12}"
    return f"both: {{kind: mixture, of: [{parts}], {more}}}"


def test_a_drift_within_a_concept_is_a_change_with_its_truth_and_severity():
    one = stream(of_both(HALF))
    world = one.instantiated(3)
    block = world.rows(0, 20_000)
    middle = between(block)
    assert (block.y == (middle & (block.t < 2_000) | (block.X[:, :2].sum(axis=1) > 12))).all()
    assert (world.posterior(block.t, block.X).argmax(axis=1) == block.y).all()
    assert [(c.first, c.centre, c.last, c.before, c.after) for c in one.changes(0)] == [
        (2_000, 2_000, 2_000, 0, 0)
    ]
    [(_, found)] = severities(one, 0)
    assert abs(found["total_variation"].value - 0.36) < 4 * found["total_variation"].se
    assert one.dated and one.known and np.array_equal(world.block(1).X, block.X[8192:16384])


def test_shares_move_from_list_to_list():
    shares = "shares: [[0.9, 0.1], [0.2, 0.8]], drift: {kind: gradual, at: [10_000], width: 20_000}"
    one = stream(of_both(shares))
    world = one.instantiated(0)
    block = world.rows(0, 20_000)
    middle = between(block)
    high = world.posterior(block.t, block.X)[middle, 0]
    assert np.allclose(high, 0.1 + 0.7 * (block.t[middle] + 0.5) / 20_000)
    gap = (block.y[middle] == 0) - high
    assert abs(gap.mean()) < 4 * gap.std() / np.sqrt(len(gap))


def test_the_rows_of_a_drift_that_waits_follow_its_own_clock():
    mixed = "both: {kind: mixture, of: [low, high], drift: {kind: sudden, at: [2_000]}"
    concepts = f"low: {{kind: sea, threshold: 8}}, {mixed}, waits: true}}"
    concepts = concepts.replace("of: [low, high]", "of: [low, {kind: sea, threshold: 12}]")
    drift = visits(("both", 1_500), ("low", 5_000), ("both", 13_500))
    one = stream(concepts, drift)
    changes = [(c.centre, c.before, c.after) for c in one.changes(0)]
    assert changes == [(1_500, 1, 0), (6_500, 0, 1), (7_000, 1, 1)]
    block = one.rows(0, 0, 20_000)
    assert (block.y[between(block)] == (block.t[between(block)] < 7_000)).all()
    assert np.array_equal(one.block(0, 1).X, block.X[8192:16384])
    at_once = stream(concepts.replace(", waits: true", ""), drift)  # at row 2,000 `low` rules
    assert [c.centre for c in at_once.changes(0)] == [1_500, 6_500]
    seen = at_once.rows(0, 6_500, 8_000)
    assert not seen.y[between(seen)].any()


def test_what_several_concepts_are_made_of_has_one_clock():
    mixed = of_both("drift: {kind: sudden, at: [3_000]}, waits: true")
    flipped = "flipped: {kind: relabelled, of: both}"
    one = stream(f"{mixed}, {flipped}", "{kind: recurring, every: 1_000}", "length: 6_000")
    assert [c.centre for c in one.changes(0)] == [1_000, 2_000, 3_000, 4_000, 5_000]  # each once
    one = stream(f"{mixed}, {flipped}", "{kind: sudden, at: [2_000]}", "length: 6_000")
    assert [(c.centre, c.before, c.after) for c in one.changes(0)] == [(2_000, 0, 1), (3_000, 1, 1)]


def test_a_drift_in_a_part_that_is_not_in_force_is_no_change():
    inner = "{kind: mixture, of: [{kind: sea, threshold: 8}, {kind: sea, threshold: 9}], "
    inside = f"{inner}drift: {{kind: recurring, every: 1_000}}}}"
    outer = f"a: {{kind: mixture, of: [{inside}, {{kind: sea, threshold: 12}}], {HALF}}}"
    one = stream(outer, more="length: 5_000")
    assert [c.centre for c in one.changes(0)] == [1_000, 2_000]


def test_an_own_clock_knows_the_row_of_each_of_its_rows():
    clock = OwnClock([Stay(0, 0, 3, 0), Stay(1, 3, 5, 0), Stay(0, 5, 9, 3)], {0})
    assert clock.at(np.arange(10)).tolist() == [0, 1, 2, 3, 3, 3, 4, 5, 6, 7] and clock.rows == 7
    assert [clock.position(own) for own in (-1, 0, 2, 3, 6, 8)] == [-1, 0, 2, 5, 8, 10]
    assert OwnClock([Stay(1, 0, 3, 0)], {0}).at(np.arange(2)).tolist() == [0, 0]


def test_check_says_what_changes_within_a_concept():
    concepts = f"{SEA}, both: {{kind: mixture, of: [low, high], {HALF}}}"
    drift = visits(("both", 3_000), ("low", 3_000), ("high", 3_000))
    given = {"stream": parsed(f"concepts: {{{concepts}}}\ndrift: {drift}\nlength: 9_000")[0],
             "models": {"a": {"learner": "majority", "policy": "static"}}}  # fmt: skip
    lines = [*change_lines(Scenario.model_validate(given))]
    assert lines[0] == "row 2,000: within both, low → high"


@together(
    ("more", "message"),
    [
        ("drift: {kind: sudden, at: [20_000]}", "over 20,000 rows: position 20,000 of the drift"),
        ("drift: {kind: sudden, at: [5, 9]}", "visits 3 concepts, but there are 2"),
        ("drift: {kind: incremental, at: [5]}", "write gradual"),
        ("drift: {kind: random, mean: 5}", "random is a drift of streams"),
        ("drift: {kind: sudden, at: [1d]}", "give rows in the place of times"),
        ("waits: true", "waits is about a drift"),
        ("shares: [0.5, 0.5], drift: {kind: sudden, at: [5]}", "from shares to shares"),
        ("shares: [[0.5, 0.5], [0.5, 0.4]], drift: {kind: sudden, at: [5]}", "sum to 0.9"),
        ("shares: [[0.5, 0.5], [0.5, 0.5]]", "several lists of shares need a drift"),
        ("drift: none", "only one of 2 concepts is ever in force"),
    ],
)
def test_drifts_that_cannot_be_within_are_refused(more, message):
    with pytest.raises(ValidationError, match=message):
        stream(of_both(more))


def test_a_drift_that_would_wait_for_ever_is_refused():
    waiting = of_both("drift: {kind: sudden, at: [5]}, waits: true")
    with pytest.raises(ValidationError, match="waits for ever: outside of blips it never rules"):
        stream(f"low: {{kind: sea}}, {waiting}", "{kind: blip, at: [900], width: 60}")
