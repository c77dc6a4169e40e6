"""MOA's streams against MOA: hashes of the labels and features that its jar writes."""

import json
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from driftsim.streams.moa.command_line import command
from driftsim.streams.moa.generators import generator

FILE = Path(__file__).with_name("moa_streams.json")  # labels a byte a row, features little-endian
GOLDEN = json.loads(FILE.read_text(encoding="utf-8"))


def hashes(X, y):
    return {
        "labels": sha256(y.astype(np.uint8).tobytes()).hexdigest(),
        "features": sha256(X.astype("<f8").tobytes()).hexdigest(),
    }


def restarted(stream, rows, at):
    """Rows of a stream that a task restarts after `at` of them."""
    before = stream.drawn(at)
    stream.restart()
    return map(np.concatenate, zip(before, stream.drawn(rows - at)))


def name(golden):
    return " ".join(str(golden[key]) for key in ("stream", "rows", "restart") if key in golden)


def tried(golden):
    """As a parameter: a fast one of each generator, and all that take other branches."""
    first = next(one for one in GOLDEN if kernel(one) == kernel(golden)) is golden
    slow = (golden["rows"] > 20_000 and not first) or ("Asset" in golden["stream"] and not first)
    return pytest.param(golden, id=name(golden), marks=[pytest.mark.slow] * slow)


def kernel(golden):
    """What is named first, but for the drift of a generator."""
    return golden["stream"].split()[0].removesuffix("Drift")


@pytest.mark.parametrize("golden", [*map(tried, GOLDEN)])
def test_rows_are_those_of_moa(golden):
    stream = generator(command(golden["stream"]))
    at = golden.get("restart")
    drawn = stream.drawn(golden["rows"]) if at is None else restarted(stream, golden["rows"], at)
    assert hashes(*drawn) == {key: golden[key] for key in ("labels", "features")}
