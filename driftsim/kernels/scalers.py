"""Scalers by the extremes of each feature, before a model that is trained row by row."""

from typing import NamedTuple

import numpy as np

from driftsim.kernels.loop import compiled, learn, predict, register_model, reset, room_of_model


class MinMaxScaled(NamedTuple):
    """Models behind a scaler that puts each feature between 0 and 1, by its extremes so far."""

    model: tuple  # a state
    low: np.ndarray  # (M, d) of the rows learned; until the first, inf and -inf
    high: np.ndarray  # (M, d)
    z: np.ndarray  # (d,) scratch: the scaled row


def min_max_scaled(members, d, k, model):
    """Models that have learned nothing, each behind a scaler of its own.

    `model` gives the state of so many members.
    """
    low, high = np.full((members, d), np.inf), np.full((members, d), -np.inf)
    return MinMaxScaled(model(members), low, high, np.zeros(d))


@compiled
def scale_by_extremes(s, m, x):
    """As in river, a feature is NaN before the first row, and 0 where the extremes are one."""
    for i in range(x.size):
        width = s.high[m, i] - s.low[m, i]
        s.z[i] = (x[i] - s.low[m, i]) / width if width != 0.0 else 0.0


@compiled
def min_max_predict(s, m, x, p):
    scale_by_extremes(s, m, x)
    return predict(s.model, m, s.z, p)


@compiled
def min_max_learn(s, m, x, y, w, fresh):
    """The model learns the row as it is scaled with the extremes that the row may have moved."""
    for i in range(x.size):
        s.low[m, i] = min(s.low[m, i], x[i])
        s.high[m, i] = max(s.high[m, i], x[i])
    scale_by_extremes(s, m, x)
    learn(s.model, m, s.z, y, w, False)


@compiled
def min_max_reset(s, m):
    s.low[m] = np.inf
    s.high[m] = -np.inf
    reset(s.model, m)


register_model(
    MinMaxScaled,
    predict=min_max_predict,
    learn=min_max_learn,
    reset=min_max_reset,
    room=room_of_model,
)


class MaxAbsScaled(NamedTuple):
    """Models behind a scaler that divides each feature by its largest absolute value so far."""

    model: tuple  # a state
    largest: np.ndarray  # (M, d)
    z: np.ndarray  # (d,) scratch: the scaled row


def max_abs_scaled(members, d, k, model):
    """Models that have learned nothing, each behind a scaler of its own.

    `model` gives the state of so many members.
    """
    return MaxAbsScaled(model(members), np.zeros((members, d)), np.zeros(d))


@compiled
def scale_by_largest(s, m, x):
    for i in range(x.size):
        largest = s.largest[m, i]
        s.z[i] = x[i] / largest if largest > 0.0 else 0.0


@compiled
def max_abs_predict(s, m, x, p):
    scale_by_largest(s, m, x)
    return predict(s.model, m, s.z, p)


@compiled
def max_abs_learn(s, m, x, y, w, fresh):
    for i in range(x.size):
        s.largest[m, i] = max(s.largest[m, i], abs(x[i]))
    scale_by_largest(s, m, x)
    learn(s.model, m, s.z, y, w, False)


@compiled
def max_abs_reset(s, m):
    s.largest[m] = 0.0
    reset(s.model, m)


register_model(
    MaxAbsScaled,
    predict=max_abs_predict,
    learn=max_abs_learn,
    reset=max_abs_reset,
    room=room_of_model,
)
