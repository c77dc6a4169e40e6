"""Streaming random patches for numbers: regressors of some columns on resampled rows."""

import math
from typing import NamedTuple

import numpy as np

from driftsim.kernels.loop import compiled, register_model, room
from driftsim.kernels.random_patches import (
    Patches,
    predict_one,
    random_patches,
    replace_drifted,
    train_both,
)
from driftsim.kernels.regression_forests import DISTANCE, METRICS, ROOT, median


class PatchesRegressor(NamedTuple):
    """Random patches whose predictions are averaged, or their median taken."""

    patches: Patches
    sorted: np.ndarray  # (n,) scratch: predictions in their order
    metric: int  # of the error of a model
    takes_median: bool
    weighs: bool  # predictions, by the errors of the models


def patches_regressor(
    members,
    d,
    k,
    model,
    n_models=10,
    aggregation_method="mean",
    disable_weighted_vote=True,
    metric="MAE",
    drift_detection_criteria="error",
    **parameters,
):
    """Streaming random patches for regression (Gomes et al. 2020) that have learned nothing.

    The other parameters are those of `random_patches`. As in river, detectors are given what a
    model predicts, whichever of the two criteria is asked for.
    """
    return PatchesRegressor(
        random_patches(members, d, k, model, n_models, **parameters),
        np.zeros(n_models),
        METRICS[metric],
        aggregation_method == "median",
        not disable_weighted_vote,
    )


@compiled
def regressor_predict(s, m, x, p):
    models, total = s.patches.models, 0.0
    for i in range(models.size):
        models[i].predicted = predict_one(s.patches, i, x, p)
        total += models[i].predicted
    if not s.patches.begun[0]:
        return 0.0  # whatever the intercepts of models are: river has none before the first label
    if s.takes_median:
        return median(models, s.sorted)
    return weighted(s) if s.weighs else total / models.size


@compiled
def weighted(s):
    """The mean of the predictions, each weighted by how far its error is below the highest."""
    models, most, weights, total = s.patches.models, 0.0, 0.0, 0.0
    for i in range(models.size):
        most = max(most, error_of(s, i))
    for i in range(models.size):
        weight = most - error_of(s, i)
        weights += weight
        total += weight * models[i].predicted
    return total / weights if weights != 0.0 else 0.0


@compiled
def error_of(s, i):
    """The error of a model; 0 where it is not a number."""
    error = s.patches.models[i].score
    error = error if error >= 0.0 else 0.0
    return math.sqrt(error) if s.metric == ROOT else error


@compiled
def regressor_learn(s, m, x, y, w, fresh):
    patches = s.patches
    patches.begun[0] = True
    for i in range(patches.models.size):
        model = patches.models[i]
        if not fresh:
            model.predicted = predict_one(patches, i, x, x)
        off = y - model.predicted
        model.n += 1.0
        model.score += ((abs(off) if s.metric == DISTANCE else off * off) - model.score) / model.n
        if train_both(patches, i, x, y, w) > 0 and patches.detects:
            replace_drifted(patches, i, predict_one(patches, i, x, x))


@compiled
def regressor_room(s):
    return room(s.patches)


register_model(
    PatchesRegressor, predict=regressor_predict, learn=regressor_learn, room=regressor_room
)
