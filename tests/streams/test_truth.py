"""The truth of every generator, through every ramp: the oracle errs as often as it says."""

import numpy as np
import pytest

from driftsim.examples import CONCEPTS
from driftsim.scenario.notation import parsed
from driftsim.streams.stream import Stream

N = 24_000
RAMPS = [
    {"kind": "sudden", "at": [N // 2]},
    {"kind": "gradual", "at": [N // 2], "width": N},
    {"kind": "recurring", "every": N // 4, "width": N // 8},
    {"kind": "incremental", "at": [N // 2], "width": N},
]


@pytest.mark.parametrize("ramp", RAMPS, ids=lambda ramp: ramp["kind"])
@pytest.mark.parametrize("kind", CONCEPTS)
def test_the_oracle_errs_as_often_as_it_says(kind, ramp):
    before, after = (parsed(f"{{kind: {kind}, {params}}}")[0] for params in CONCEPTS[kind])
    written = {"length": N, "concepts": {"a": before, "b": after}, "drift": ramp}
    try:
        stream = Stream.model_validate(written)
    except ValueError as error:
        assert ramp["kind"] == "incremental" and "cannot" in str(error)
        pytest.skip("cannot be blended")
    if not stream.known:
        pytest.skip("nobody knows its truth")
    world = stream.instantiated(0)
    block = world.rows(0, N)
    posterior = world.posterior(block.t, block.X)
    if stream.schema.regression:
        gap = (block.y - posterior[:, 0]) ** 2 - posterior[:, 1]
    else:
        assert np.allclose(posterior.sum(axis=1), 1)
        gap = (block.y != posterior.argmax(axis=1)) - (1 - posterior.max(axis=1))
    assert abs(gap.mean()) <= 4 * gap.std() / np.sqrt(N)


@pytest.mark.parametrize("kind", CONCEPTS)
def test_a_far_block_is_drawn_like_any_other_and_shares_no_row(kind):
    before, after = (parsed(f"{{kind: {kind}, {params}}}")[0] for params in CONCEPTS[kind])
    drift = {"kind": "recurring", "every": 1000}
    written = {"length": 10**12, "concepts": {"a": before, "b": after}, "drift": drift}
    stream = Stream.model_validate(written)
    world = stream.instantiated(0)  # a sequential stream is played up to a block once
    near, far = world.block(0), world.block(100 if stream.sequential else 10**8)
    assert np.isfinite(far.X).all() and np.isfinite(far.y).all()
    schema = world.schema
    numbers = [j for j in range(len(schema.names)) if (near.X[:, j] % 1).any()]
    if not numbers:
        pytest.skip("all of its columns are codes or counts")
    rows = np.concatenate([near.X, far.X])[:, numbers]
    assert len(np.unique(rows, axis=0)) == len(rows)
