"""Adaptive random forests for numbers: trees on weighted rows and sampled columns."""

import math
from functools import partial
from typing import NamedTuple

import numpy as np

from driftsim.kernels.adwin import adwin
from driftsim.kernels.detector_loop import ALARM, update
from driftsim.kernels.forests import resolved
from driftsim.kernels.loop import compiled, dispatch, learn, predict, register_model, reset, room
from driftsim.kernels.mersenne_twister import poisson, random_state, sample
from driftsim.kernels.mixed_candidates import (
    best_of_met,
    forget,
    met_features,
    observe_cell,
    prune_numbers,
)
from driftsim.kernels.mixed_regression_trees import MixedRegressionTrees, regression_tree
from driftsim.kernels.search_trees import (
    NONE,
    SearchTrees,
    count,
    discard,
    moments,
    observe_row,
    offer,
    offers,
    thin_out,
    variance,
)

SQUARE, ROOT, DISTANCE = range(3)  # how the error of a model is measured
METRICS = {"MSE": SQUARE, "RMSE": ROOT, "MAE": DISTANCE}

MODEL = np.dtype(
    [
        ("foreground", np.int64),  # which of its two trees predicts; the other may learn behind it
        ("has_background", np.int64),  # whether it does, since a warning
        ("predicted", np.float64),  # last
        ("n_errors", np.float64),  # since its last drift
        ("error", np.float64),  # their mean
        ("n", np.float64),  # labels, ever
        ("mean", np.float64),  # of their differences from its predictions
        ("spread", np.float64),  # sum of the squared distances of these from their mean
    ],
    align=True,
)


class DrawnCandidates(NamedTuple):
    """A search tree for each leaf and feature, of those that a leaf has drawn."""

    trees: SearchTrees
    met: np.ndarray  # (leaves,) how many features it has met
    order: np.ndarray  # (leaves, d) of which these are the first
    sizes: np.ndarray  # (d,) values of each feature; 0: it is numeric
    binary: bool  # whether a split has two sides only
    drawn: np.ndarray  # (leaves,) how many features it has drawn; 0: it is yet to do so
    columns: np.ndarray  # (leaves, max_features) of which these are the first
    looks_at: np.ndarray  # (d + 2,) columns that a leaf draws, or NONE before the very first row;
    # then how many, if that row has 0, 1, … cells
    by_name: np.ndarray  # (d,) columns in the order of their names
    there: np.ndarray  # (d,) scratch: those of them that are not missing
    pool: np.ndarray  # (d,) scratch
    random_state: np.ndarray  # (625,)


class RegressionForest(NamedTuple):
    """A forest of n models, of which model i has trees 2 i and 2 i + 1."""

    models: np.ndarray  # (n,) of MODEL
    trees: MixedRegressionTrees
    drift: tuple  # detectors, n
    warning: tuple  # detectors, n
    sorted: np.ndarray  # (n,) scratch: predictions in their order
    rate: float  # mean weight of a row
    metric: int
    takes_median: bool
    weighs: bool  # predictions, by the errors of the models


def adaptive_random_forest_regressor(
    members,
    d,
    k,
    n_models=10,
    max_features="sqrt",
    aggregation_method="median",
    lambda_value=6,
    metric="MSE",
    disable_weighted_vote=True,
    drift_detector=partial(adwin, delta=0.001),
    warning_detector=partial(adwin, delta=0.01),
    seed=None,
    names=None,
    sizes=None,
    grace_period=50,
    delta=0.01,
    memory_estimate_period=2_000_000,
    **parameters,
):
    """An adaptive random forest for regression (Gomes et al. 2018) that has learned nothing.

    `names` are those of the columns, `sizes` how many values each has, 0 if it is numeric. The
    other parameters are those of `regression_tree`. Raises `ValueError` where members are not 1.
    """
    if members != 1:
        raise ValueError(f"an ensemble is one member, not {members}")
    trees = regression_tree(
        2 * n_models,
        d,
        k,
        sizes or (0,) * d,
        grace_period=grace_period,
        delta=delta,
        memory_estimate_period=memory_estimate_period,
        **parameters,
    )
    drawn = DrawnCandidates(
        **trees.candidates._asdict(),
        drawn=np.zeros(len(trees.nodes), np.int64),
        columns=np.zeros((len(trees.nodes), resolved(max_features, d)), np.int64),
        looks_at=np.array([NONE, 0, *(resolved(max_features, n) for n in range(1, d + 1))]),
        by_name=np.array(sorted(range(d), key=names.__getitem__) if names else range(d)),
        there=np.zeros(d, np.int64),
        pool=np.zeros(d, np.int64),
        random_state=random_state(seed),
    )
    return RegressionForest(
        np.zeros(n_models, MODEL),
        trees._replace(candidates=drawn),
        drift_detector(n_models),
        warning_detector(n_models),
        np.zeros(n_models),
        float(lambda_value),
        METRICS[metric],
        aggregation_method == "median",
        not disable_weighted_vote,
    )


@compiled
def observe_drawn(s, leaf, x, y, w):
    """Add a row to the candidates of a leaf, which draws its columns at its first row."""
    if s.drawn[leaf] == 0:
        draw(s, leaf, x)
    for j in range(s.drawn[leaf]):
        i = s.columns[leaf, j]
        if x[i] == x[i]:
            observe_cell(s, leaf, i, x[i], y, w)


@compiled
def draw(s, leaf, x):
    """Sample columns of those that are not missing; all where there are fewer than it takes."""
    n, columns, most = 0, s.columns[leaf], s.looks_at[0]
    for j in range(x.size):
        if x[s.by_name[j]] == x[s.by_name[j]]:
            s.there[n] = s.by_name[j]
            n += 1
    if n >= most:
        sample(s.random_state, n, columns[:most], s.pool)
    for j in range(min(n, most)):
        columns[j] = s.there[columns[j] if n >= most else j]
    s.drawn[leaf] = min(n, most)


@compiled
def count_cells(s, x):
    """Set how many columns leaves draw: in river, by how many cells the very first row has."""
    n = 0
    for i in range(x.size):
        n += x[i] == x[i]
    s.looks_at[0] = s.looks_at[1 + n]


@compiled
def forget_drawn(s, leaf):
    s.drawn[leaf] = 0
    forget(s, leaf)


dispatch(observe_row, DrawnCandidates, observe_drawn)
dispatch(offers, DrawnCandidates, met_features)
dispatch(offer, DrawnCandidates, best_of_met)
dispatch(thin_out, DrawnCandidates, prune_numbers)
dispatch(discard, DrawnCandidates, forget_drawn)


@compiled
def forest_predict(s, m, x, p):
    total, n = 0.0, s.models.size
    if s.trees.candidates.looks_at[0] == NONE:
        count_cells(s.trees.candidates, x)
    for i in range(n):
        model = s.models[i]
        model.predicted = predict(s.trees, 2 * i + model.foreground, x, p)
        total += model.predicted
    if s.takes_median:
        return median(s.models, s.sorted)
    return weighted(s) / n if s.weighs else total / n


@compiled
def weighted(s):
    """The sum of the predictions, each weighted by the errors of all other models.

    River takes a mean of what is weighted already, so that it predicts an n-th of their mean.
    """
    errors, weights, total, plain = 0.0, 0.0, 0.0, 0.0
    for i in range(s.models.size):
        errors += error_of(s, i)
    for i in range(s.models.size):
        weight = errors - error_of(s, i)
        weights += weight
        total += weight * s.models[i].predicted
        plain += s.models[i].predicted
    return total / weights if errors != 0.0 else plain


@compiled
def error_of(s, i):
    error = s.models[i].error
    return math.sqrt(error) if s.metric == ROOT else error


@compiled
def median(models, ordered):
    """The median of the predictions of models; NaN where one is. `ordered` is scratch."""
    n = models.size
    for i in range(n):
        value, j = models[i].predicted, i
        if value != value:
            return value
        while j > 0 and ordered[j - 1] > value:
            ordered[j] = ordered[j - 1]
            j -= 1
        ordered[j] = value
    return (ordered[(n - 1) // 2] + ordered[n // 2]) / 2.0


@compiled
def forest_learn(s, m, x, y, w, fresh):
    if s.trees.candidates.looks_at[0] == NONE:
        count_cells(s.trees.candidates, x)
    for i in range(s.models.size):
        model = s.models[i]
        if not fresh:
            model.predicted = predict(s.trees, 2 * i + model.foreground, x, x)
        off = y - model.predicted
        model.n_errors += 1.0
        error = abs(off) if s.metric == DISTANCE else off * off
        model.error += (error - model.error) / model.n_errors
        times = float(poisson(s.trees.candidates.random_state, s.rate))
        if times == 0.0:
            continue
        if model.has_background:
            learn(s.trees, 2 * i + 1 - model.foreground, x, y, times, False)
        learn(s.trees, 2 * i + model.foreground, x, y, times, False)
        replace_drifted(s, i, normalized(model, off))


@compiled
def normalized(model, off):
    """Where a difference lies between three deviations below the mean of all, and three above."""
    count(model, off, 1.0)
    deviation = math.sqrt(variance(moments(model)))
    if model.n == 1.0 or not deviation > 0.0:
        return 0.5
    return (off + 3.0 * deviation) / (6.0 * deviation)


@compiled
def replace_drifted(s, i, value):
    """Start the background tree of a model at a warning, and let it take over at a drift."""
    model = s.models[i]
    if update(s.warning, i, value) == ALARM:
        reset(s.trees, 2 * i + 1 - model.foreground)
        model.has_background = True
        reset(s.warning, i)
    if update(s.drift, i, value) == ALARM:
        reset(s.trees, 2 * i + model.foreground)
        if model.has_background:
            model.foreground, model.has_background = 1 - model.foreground, False
            reset(s.warning, i)
        reset(s.drift, i)
        model.n_errors = model.error = 0.0


@compiled
def forest_room(s):
    return room(s.trees)


register_model(RegressionForest, predict=forest_predict, learn=forest_learn, room=forest_room)
