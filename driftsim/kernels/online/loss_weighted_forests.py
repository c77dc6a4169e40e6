"""Loss-weighted forests: forests whose trees vote by what they have lost lately."""

import math
from typing import NamedTuple

import numpy as np

from driftsim.kernels.loop import compiled, register_model, room
from driftsim.kernels.online.bagging import times
from driftsim.kernels.online.forests import (
    Forest,
    ask,
    forest_reset,
    learn_row,
    watch,
)
from driftsim.kernels.online.votes import elected


class LossWeightedForest(NamedTuple):
    """A forest of n models, and what each has lost: 1 less the probability of the label."""

    forest: Forest
    lost: np.ndarray  # (n,) its mean, of which rows fade
    weights: np.ndarray  # (n,) of the votes
    parts: np.ndarray  # (n,) 1 / the sum of the votes of a tree for the row predicted last, or 0
    answer: np.ndarray  # (k,) scratch
    sharpness: float
    fading: float  # share of the mean that each row takes


def loss_weighted_forest(forest, k, sharpness, half_life) -> LossWeightedForest:
    """A forest of this state that has lost nothing."""
    n = len(forest.models)
    return LossWeightedForest(
        forest,
        np.zeros(n),
        np.ones(n),
        np.zeros(n),
        np.zeros(k),
        float(sharpness),
        1.0 - 0.5 ** (1.0 / half_life),
    )


@compiled
def lwf_predict(s, m, x, p):
    for c in range(p.size):
        p[c] = 0.0
    for i in range(s.weights.size):
        votes, total = s.forest.votes[i], 0.0
        ask(s.forest, i, x)
        for c in range(p.size):
            total += votes[c]
        s.parts[i] = 1.0 / total if total > 0.0 else 0.0
        weight = s.weights[i] * s.parts[i]
        for c in range(p.size):
            p[c] += weight * votes[c]
    return elected(p)


@compiled
def lwf_learn(s, m, x, y, w, fresh):
    if not fresh:
        lwf_predict(s, m, x, s.answer)
    for i in range(s.lost.size):
        s.lost[i] += s.fading * (1.0 - s.parts[i] * s.forest.votes[i, int(y)] - s.lost[i])
    weigh(s)
    for i in range(s.lost.size):
        model = s.forest.models[i]
        n = times(s.forest, i)
        if n == 0:
            continue
        learn_row(s.forest, i, x, y, w * n, w, True)
        model.n = 1.0
        if s.forest.detects:
            watch(s.forest, i, 0.0 if model.label == y else 1.0)
        if model.n == 0.0:
            s.lost[i] = lost_by_others(s, i)  # as the tree is another now


@compiled
def weigh(s):
    """Set the weights of the votes: the least loss has 1."""
    least = math.inf
    for i in range(s.lost.size):
        least = min(least, s.lost[i])
    for i in range(s.lost.size):
        if s.forest.weighs:
            s.weights[i] = math.exp(s.sharpness * (least - s.lost[i]))


@compiled
def lost_by_others(s, i):
    """The mean loss of the other models."""
    total = 0.0
    for j in range(s.lost.size):
        if j != i:
            total += s.lost[j]
    return total / max(s.lost.size - 1, 1)


@compiled
def lwf_reset(s, m):
    forest_reset(s.forest, 0)
    for i in range(s.lost.size):
        s.lost[i], s.weights[i] = 0.0, 1.0


@compiled
def lwf_room(s):
    return room(s.forest)


register_model(
    LossWeightedForest, predict=lwf_predict, learn=lwf_learn, reset=lwf_reset, room=lwf_room
)
