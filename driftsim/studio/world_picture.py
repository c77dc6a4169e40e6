"""World picture: rows along the whole stream as points of two features, by their classes."""

import base64
from collections.abc import Sequence
from typing import Any

import numpy as np

from driftsim.rows import Schema
from driftsim.streams.world import BLOCK, World
from driftsim.studio.known_dates import known_dates

ROWS = 6_000  # of the picture, evenly over the stream
MOST_BLOCKS = 24  # of the stream that they are drawn from
MOST_COLUMNS = 40  # to choose from
CELLS, TIMES = 28, 25  # of what is known of classes: along each feature, and along the stream
STEPS = 255  # of a value, from its least to its greatest
EDGE = 0.005  # share of values at each end that do not widen the scale
COLOURS = 5  # of numbers as labels

Axis = dict[str, Any]


def world_picture(
    scenario, columns: Sequence[int] | None = None, most: int = ROWS
) -> dict[str, Any]:
    """Positions, two features and the classes of rows along a stream, as plain data.

    `columns` are the two features; by default those in which classes, or concepts, differ most.
    """
    stream = scenario.stream
    world = stream.instantiated(0, scenario.evaluation.warmup)
    t, X, y = sampled(world, stream.length, most)
    schema = world.schema
    classes, names = classes_of(y, schema)
    order = informative(X, classes, t, schema)
    x, other = columns or (order[:2] if len(order) > 1 else (order[0], order[0]))
    across, up = axis(X[:, x], x, schema), axis(X[:, other], other, schema, turn=0.37)
    if len(order) == 1:
        up = of_labels(y, x, schema)
    return {
        "length": stream.length,
        "names": names,
        "columns": [[i, schema.names[i]] for i in order[:MOST_COLUMNS]],
        "x": across,
        "y": up,
        "shade": shade(world, np.nanmedian(X, axis=0), across, up),
        "t": packed(t, "<u4"),
        "label": packed(classes, "u1"),
        "dates": moments(scenario, t),
    }


def moments(scenario, t: np.ndarray) -> dict[str, Any] | None:
    """When rows (n,) of a scenario were, in milliseconds after the first; None without dates."""
    if (dates := known_dates(scenario)) is None:
        return None
    found = dates.at(t)
    after = np.round((found - found[0]) / 1_000)
    about = {"zone": dates.zone, "precision": dates.precision, "start": int(found[0])}
    return about | {"after": packed(after, "<f8")}


def sampled(world: World, length: int, most: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows that lie evenly over a stream, of not more blocks than can be drawn at once."""
    blocks = -(-length // BLOCK)
    chosen = np.unique(np.linspace(0, blocks - 1, min(blocks, MOST_BLOCKS)).astype(int))
    share = -(-most // len(chosen))
    parts = []
    for b in chosen:
        block = world.block(int(b))
        step = max(len(block.t) // share, 1)
        parts.append((block.t[::step], block.X[::step], block.y[::step]))
    t, X, y = (np.concatenate(one) for one in zip(*parts))
    return t, X, y


def classes_of(y: np.ndarray, schema: Schema) -> tuple[np.ndarray, list[str]]:
    """The class of each row, and the names of classes; numbers are in as many parts of a size."""
    if not schema.regression:
        k = schema.n_classes or 1
        return y.astype(int), [*(schema.classes or map(str, range(k)))]
    edges = np.quantile(y, np.linspace(0, 1, COLOURS + 1)[1:-1])
    names = [f"up to {edge:.3g}" for edge in edges] + [f"above {edges[-1]:.3g}"]
    return np.searchsorted(edges, y), names


def informative(X: np.ndarray, classes: np.ndarray, t: np.ndarray, schema: Schema) -> list[int]:
    """The columns, those first in which classes differ most, in any tenth of the stream."""
    scores = np.zeros(X.shape[1])
    for part in np.array_split(np.arange(len(t)), 10):
        rows, labels = np.nan_to_num(X[part]), classes[part]
        spread = rows.var(axis=0) + 1e-12
        means = [rows[labels == k].mean(axis=0) for k in np.unique(labels)]
        weights = [(labels == k).mean() for k in np.unique(labels)]
        between = sum(w * (m - rows.mean(axis=0)) ** 2 for w, m in zip(weights, means))
        scores += between / spread * (spread > 1e-9)
    scores -= 1e-3 * np.isin(np.arange(X.shape[1]), [*schema.nominal])  # numbers are easier to see
    best = np.argsort(-scores, kind="stable").tolist()
    return sorted(best[:2]) + best[2:]


def shade(world: World, middle: np.ndarray, across: Axis, up: Axis) -> dict[str, Any] | None:
    """The probability of the second of two classes over the picture, at steps along the stream.

    Other features are at their medians. None where it is not known.
    """
    known = world.stream.known and world.schema.n_classes == 2
    if not known or across["nominal"] or up["nominal"] or across["column"] == up["column"]:
        return None
    places = (np.arange(CELLS) + 0.5) / CELLS
    x, y = (axis["low"] + places * (axis["high"] - axis["low"]) for axis in (across, up))
    grid = np.tile(middle, (CELLS * CELLS, 1))
    grid[:, across["column"]] = np.tile(x, CELLS)
    grid[:, up["column"]] = np.repeat(y[::-1], CELLS)
    times = np.linspace(0, world.stream.length - 1, TIMES).astype(int)
    with np.errstate(all="ignore"):
        found = [world.posterior(np.full(len(grid), t), grid)[:, 1] for t in times]
    values = np.nan_to_num(np.concatenate(found), nan=0.5)
    return {"cells": CELLS, "steps": TIMES, "values": packed((STEPS * values).round(), "u1")}


def axis(values: np.ndarray, column: int, schema: Schema, turn: float = 0.0) -> Axis:
    """A feature of all rows in steps from its least to its greatest; nominal ones scattered."""
    known = np.isfinite(values)
    if column in schema.nominal:
        values = scattered(values, turn)
    ends = np.quantile(values[known], [EDGE, 1 - EDGE]) if known.any() else np.array([0.0, 1.0])
    low, high = (float(end) for end in ends)
    margin = 0.06 * (high - low) or 0.5
    low, high = low - margin, high + margin
    steps = np.clip((np.where(known, values, low) - low) / (high - low) * STEPS, 0, STEPS)
    about = {"name": schema.names[column], "column": column, "low": low, "high": high}
    return about | {"values": packed(steps.round(), "u1"), "nominal": column in schema.nominal}


def of_labels(y: np.ndarray, column: int, schema: Schema) -> Axis:
    """The labels of all rows, in the place of a second feature where there is but one."""
    values = y.astype(float) if schema.regression else scattered(y)
    about = axis(values, column, schema)
    return about | {"name": "label", "nominal": not schema.regression}


def scattered(values: np.ndarray, turn: float = 0.0) -> np.ndarray:
    """Whole numbers as places around them, so that equal ones do not hide each other."""
    places = np.arange(len(values)) * 0.6180339887 + turn
    return values + 0.7 * (places % 1 - 0.5)


def packed(values: np.ndarray, kind: str) -> str:
    """Numbers as text."""
    return base64.b64encode(values.astype(kind).tobytes()).decode()
