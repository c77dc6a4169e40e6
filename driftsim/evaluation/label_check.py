"""Label check: whether people's own labels come in as they promise; tried on a few rows at load."""

from collections.abc import Iterator

import numpy as np

from driftsim.evaluation.labels import Labels, Uniforms
from driftsim.parts import Part
from driftsim.streams.contract import TRIED, located
from driftsim.streams.stream import Stream

PROMISE = "due gives when each label comes in: positions of rows, as whole numbers"


def labels_violation(labels: Labels, stream: Stream) -> str | None:
    """Why labels cannot come in like this along a stream, or None."""
    schema = stream.schema
    own = next(own_parts(labels), None)
    if own is None:
        return labels.incompatibility(schema)
    t = np.arange(min(TRIED, stream.length))
    y = t % schema.n_classes if schema.n_classes else t.astype(float)
    try:
        if reason := labels.incompatibility(schema):
            return reason
        clock = stream.clock(0)
        timed = labels if clock is None else labels.with_clock(clock)
        due = np.asarray(timed.due(t, y, Uniforms(0)))  # type: ignore[attr-defined]  # of labels
    except Exception as error:  # whatever people's own code may raise
        return f"it cannot be asked when labels come in: {located(error, own)}"
    if due.shape != t.shape or due.dtype != np.int64:
        return f"{PROMISE} {t.shape} of int64, not {due.shape} of {due.dtype}"
    if (early := np.flatnonzero(due < t)).size:
        i = early[0]
        return (
            f"{PROMISE}, none before that of its own row, but the label of row {t[i]} comes in "
            f"after row {due[i]}"
        )
    return None


def own_parts(part: Part) -> Iterator[Part]:
    """The parts that are people's own, of one and those within it."""
    if not type(part).__module__.startswith("driftsim."):
        yield part
    for name in type(part).model_fields:
        if isinstance(inside := getattr(part, name), Part):
            yield from own_parts(inside)
