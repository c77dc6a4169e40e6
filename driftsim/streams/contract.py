"""Contract: whether concepts and drifts return what they promise; tried on a few rows at load."""

import sys
import traceback
from pathlib import Path
from typing import Any

import numpy as np

from driftsim.parts import Part
from driftsim.rows import Schema
from driftsim.streams.concepts import Concept, Instantiated
from driftsim.streams.drifts import Drift

TRIED = 13  # rows; a number that no size of a table is likely to be


def concept_violation(
    concept: Concept | Instantiated, schema: Schema | None, rng: np.random.Generator
) -> str | None:
    """Why the rows of a concept are not those of a schema, by default its own, or None."""
    t = np.arange(TRIED)
    try:
        schema = schema or concept.schema
        X, y = concept.draw(rng, t)
        density = concept.density(X, t) if concept.known else None
    except Exception as error:  # whatever people's own code may raise
        return f"it cannot be drawn from: {located(error, concept.description)}"
    k, n = schema.n_classes, len(t)
    promised: list[tuple[str, Any, tuple[int, ...], type]] = [
        ("draw gives features", X, (n, len(schema.names)), np.float64),
        ("draw gives labels", y, (n,), np.float64 if k is None else np.int64),
    ]
    if concept.known:
        promised.append(("density gives", density, (n, k or 3), np.float64))
    for what, given, shape, kind in promised:
        array = np.asarray(given)
        if array.shape != shape or array.dtype != kind:
            right = f"{shape} of {np.dtype(kind)}"
            return f"{what} {array.shape} of {array.dtype}; they should be {right}"
    if k is not None and (y.min() < 0 or y.max() >= k):
        return f"draw gives labels from {y.min()} to {y.max()}; classes are 0 to {k - 1}"
    return None


def blend_violation(
    between: Concept | Instantiated, schema: Schema, rng: np.random.Generator
) -> str | None:
    """Why a concept between the concepts of a stream cannot be drawn from, or None."""
    reason = concept_violation(between, schema, rng)
    return reason and (
        f"halfway between concepts of the kind '{between.description.kind()}', {reason}; its "
        "numbers are arrays there, with an entry for each row: let it take them, write "
        "blends = False, or use gradual"
    )


def drift_violation(drift: Drift, length: int, k: int) -> str | None:
    """Why a drift cannot lead through `k` concepts in so many rows, or None."""
    t = np.array(sorted({*np.linspace(0, length - 1, TRIED).astype(np.int64).tolist()}))
    try:
        if reason := drift.incompatibility(length, k):
            return reason
        weights = np.asarray(drift.weights(t, k, 0))
        drift.changes(0, 1, k, 0)
    except Exception as error:  # whatever people's own code may raise
        return f"it cannot be followed: {located(error, drift)}"
    if weights.shape != (len(t), k):
        return f"weights gives {weights.shape}; it should give {(len(t), k)}, a column a concept"
    if not (weights >= 0).all() or not np.allclose(weights.sum(axis=1), 1):
        return "the weights of a row are no shares; they should be at least 0 and sum to 1"
    return None


def located(error: Exception, part: Part) -> str:
    """An error with the line of the part's own file where it was raised, if there."""
    file = getattr(sys.modules.get(type(part).__module__), "__file__", None)
    lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == file]
    place = f" ({Path(str(file)).name}, line {lines[-1]})" if lines else ""
    return f"{type(error).__name__}: {error}{place}"
