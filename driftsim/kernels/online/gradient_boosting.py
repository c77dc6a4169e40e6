"""Streaming gradient boosted trees: each learns what those before it have left to correct."""

import math
from typing import NamedTuple

import numpy as np

from driftsim.kernels.loop import compiled, learn, predict, register_model, room
from driftsim.kernels.online.fimt_dd import fimt_dd
from driftsim.kernels.online.model_trees import ModelTrees
from driftsim.kernels.online.random_numbers import random_states, uniform

MOST = 30.0  # score of which the exponential is taken


class GradientBoosting(NamedTuple):
    """A booster for each class, or one for two classes; the trees of each lie side by side."""

    trees: ModelTrees
    generators: np.ndarray  # (1,) of the rows that are skipped
    n_models: int  # trees of a booster
    learning_rate: float
    skip_training: float  # one of so many rows is not learned; 1: each is
    multiply_hessian_by: float  # a tree learns a row by the ceiling of so many times its hessian


def gradient_boosting(
    members: int,
    d: int,
    k: int,
    n_models: int,
    n_columns: int,
    learning_rate: float,
    skip_training: float,
    multiply_hessian_by: float,
    seed: int,
    **parameters,
) -> GradientBoosting:
    """Boosted trees that have learned nothing; the other parameters are those of `model_trees`.

    Raises `ValueError` for more members than one.
    """
    if members != 1:
        raise ValueError(f"an ensemble is one member, not {members}")
    boosters = k if k > 2 else 1
    parameters |= {"max_features": n_columns, "by_tree": True, "keeps_rows": True}
    trees = fimt_dd(boosters * n_models, d, seed, **parameters)
    rng = np.random.default_rng(seed)
    drawn = [np.sort(rng.permutation(d)[:n_columns]) for _ in range(n_models)]
    trees.columns[: boosters * n_models] = drawn * boosters
    return GradientBoosting(
        trees,
        random_states(seed, 1),
        int(n_models),
        float(learning_rate),
        float(skip_training),
        float(multiply_hessian_by),
    )


@compiled
def boosting_predict(s, m, x, p):
    """The class of the highest score; probabilities are the softmax of the scores."""
    for c in range(p.size):
        p[c] = 0.0
    if not s.trees.members[0].n > 0.0:
        return -1.0
    for i in range(s.trees.members.size):
        c = i // s.n_models
        p[c] += s.learning_rate * predict(s.trees, i, x, p)
    if p.size == 2:
        p[1] = -p[0]
    return softmax(p)


@compiled
def softmax(p):
    """Make shares of scores; the first class of the highest score."""
    best, total = 0, 0.0
    for c in range(p.size):
        if p[c] > p[best]:
            best = c
    highest = p[best]
    for c in range(p.size):
        p[c] = math.exp(p[c] - highest)
        total += p[c]
    for c in range(p.size):
        p[c] /= total
    return float(best)


@compiled
def boosting_learn(s, m, x, y, w, fresh):
    if w == 0.0 or (s.skip_training > 1.0 and uniform(s.generators, 0) * s.skip_training < 1.0):
        return
    score, sign = 0.0, 1.0
    for i in range(s.trees.members.size):
        if i % s.n_models == 0:
            score, sign = 0.0, 1.0 if y == i // s.n_models else -1.0
        wrong = math.exp(max(min(-sign * score, MOST), -MOST))  # odds that it is wrong
        target, hessian = sign * (1.0 + wrong), wrong / (1.0 + wrong) ** 2
        times = math.ceil(hessian * s.multiply_hessian_by)
        learn(s.trees, i, x, target, w * times, False)
        score += s.learning_rate * predict(s.trees, i, x, x)


@compiled
def boosting_room(s):
    return room(s.trees)


register_model(GradientBoosting, predict=boosting_predict, learn=boosting_learn, room=boosting_room)
