"""Regression forests: model trees on weighted rows and drawn columns, replaced at a rise."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from driftsim.kernels.loop import compiled, learn, predict, register_model
from driftsim.kernels.online.bagging import times
from driftsim.kernels.online.fimt_dd import fimt_dd
from driftsim.kernels.online.forests import MODEL, forest_reset, forest_room, watch
from driftsim.kernels.online.model_trees import ModelTrees
from driftsim.kernels.online.random_numbers import random_states
from driftsim.kernels.online.rising_adwin import rising_adwin


class RegressionForest(NamedTuple):
    """n models, of two trees each."""

    models: np.ndarray  # (n,) of MODEL
    trees: ModelTrees  # 2 n
    drift: tuple  # detectors, n
    warning: tuple  # detectors, n
    generators: np.ndarray  # (n,)
    at_most: np.ndarray  # chances that a row is learned at most 0, 1, … times; at last 1
    detects: bool
    warns: bool


def regression_forest(
    members: int,
    d: int,
    n_models: int,
    at_most: np.ndarray,
    drift: Callable[[int], tuple] | None,
    warning: Callable[[int], tuple] | None,
    seed: int,
    **parameters,
) -> RegressionForest:
    """A forest that has learned nothing.

    `drift` and `warning` give the state of so many detectors; the other parameters are those of
    `model_trees`. Raises `ValueError` for more members than one.
    """
    if members != 1:
        raise ValueError(f"an ensemble is one member, not {members}")
    of_trees, of_times = map(int, random_states(seed, 2))
    models = np.zeros(n_models, MODEL)
    models["tree"], models["behind"] = np.arange(n_models), n_models + np.arange(n_models)
    return RegressionForest(
        models,
        fimt_dd(2 * n_models, d, of_trees, **parameters),
        (drift or rising_adwin)(n_models),
        (warning or rising_adwin)(n_models),
        random_states(of_times, n_models),
        at_most,
        drift is not None,
        warning is not None,
    )


@compiled
def forest_predict(s, m, x, p):
    """The mean of what the trees predict that have learned a row."""
    total, n = 0.0, 0
    for i in range(s.models.size):
        model = s.models[i]
        if s.trees.members[model.tree].n > 0.0:
            model.label = predict(s.trees, model.tree, x, p)
            total += model.label
            n += 1
    return total / n if n else 0.0


@compiled
def forest_learn(s, m, x, y, w, fresh):
    for i in range(s.models.size):
        model = s.models[i]
        span = s.trees.members[model.tree].span
        if not fresh:
            model.label = predict(s.trees, model.tree, x, x)
        off, n = abs(y - model.label), times(s, i)
        if n == 0:
            continue
        learn(s.trees, model.tree, x, y, w * n, False)
        if model.warned:
            learn(s.trees, model.behind, x, y, w, False)
        if s.detects and span > 0.0:
            watch(s, i, min(off / span, 1.0))


register_model(
    RegressionForest,
    predict=forest_predict,
    learn=forest_learn,
    reset=forest_reset,
    room=forest_room,
)
