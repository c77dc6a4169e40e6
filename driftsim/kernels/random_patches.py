"""Streaming random patches: models of some columns on resampled rows, replaced when they drift."""

import math
import random
from functools import partial
from itertools import combinations, cycle, islice
from typing import NamedTuple

import numpy as np

from driftsim.kernels.adwin import adwin
from driftsim.kernels.detector_loop import ALARM, update
from driftsim.kernels.ensembles import first_of, has, likeliest, members_of_one, note_class
from driftsim.kernels.loop import (
    compiled,
    learn,
    predict,
    register_model,
    reset,
    room,
    room_of_model,
)
from driftsim.kernels.mersenne_twister import poisson, sample, state_of

FEW_COLUMNS = 20  # of which models are given combinations in turn

MODEL = np.dtype(
    [
        ("foreground", np.int64),  # which of its two members predicts; the other may learn behind
        ("has_background", np.int64),  # whether it does, since a warning
        ("n", np.float64),  # predictions since its last drift
        ("score", np.float64),  # labels of these that it predicted; of numbers, its mean error
        ("predicted", np.float64),  # last
    ]
)


class Patches(NamedTuple):
    """n models, each with two members that are given some columns: 2 i and 2 i + 1 of model i."""

    model: tuple  # the state of the members, of as many columns as each is given
    models: np.ndarray  # (n,) of MODEL
    columns: np.ndarray  # (2 n, size) those that each member is given, in their order
    known: np.ndarray  # (2 n, k) as in `Bagging`
    lists_as_met: bool
    drift: tuple  # detectors, n
    warning: tuple  # detectors, n
    random_state: np.ndarray  # (625,)
    begun: np.ndarray  # (1,) whether there has been a row
    pool: np.ndarray  # (d,) scratch
    x: np.ndarray  # (size,) scratch: the row that a member is given
    rate: float  # of the Poisson number of times that a member learns a row; 0: it does once
    draws: bool  # whether the columns of a new member are drawn, or else all are its
    detects: bool
    warns: bool


def random_patches(
    members,
    d,
    k,
    model,
    n_models=10,
    subspace_size=0.6,
    training_method="patches",
    lam=6,
    drift_detector=partial(adwin, delta=1e-5),
    warning_detector=partial(adwin, delta=1e-4),
    seed=None,
) -> Patches:
    """The models of an ensemble that have learned nothing.

    `model` gives the state of so many members, and takes the number of columns `d`; a detector is
    a function of the number of members, or None: there is none. Raises `ValueError` as
    `bagging_classifier` does.
    """
    rng = random.Random(seed)
    columns = None
    if training_method != "resampling":
        columns = drawn_columns(d, n_models, subspace_size, rng)
    draws = columns is not None
    columns = np.array(columns if draws else [range(d)] * n_models)
    state = members_of_one(members, of_columns(model, columns.shape[1]), 2 * n_models)
    return Patches(
        state,
        np.zeros(n_models, MODEL),
        np.repeat(columns, 2, axis=0),
        np.zeros((2 * n_models, k), np.int64),
        has(state, "order"),
        (drift_detector or adwin)(n_models),
        (warning_detector or adwin)(n_models),
        state_of(rng),
        np.zeros(1, np.bool_),
        np.zeros(d, np.int64),
        np.zeros(columns.shape[1]),
        0.0 if training_method == "subspaces" and draws else float(lam),
        draws,
        drift_detector is not None,
        drift_detector is not None and warning_detector is not None,
    )


def drawn_columns(d, n_models, subspace_size, rng):
    """The columns of each model, as river draws them; None: each has all, as it takes as many."""
    size = n_columns(subspace_size, d)
    if size >= d:
        return None
    if d <= FEW_COLUMNS or size < 2:
        size = 2 if size == 1 and d > 2 else size
        drawn = [*islice(cycle(combinations(range(d), size)), n_models)]
    else:
        drawn = [rng.sample(range(d), size) for _ in range(n_models)]
    order = [*range(n_models)]
    rng.shuffle(order)
    return [drawn[i] for i in order]


def n_columns(subspace_size, d):
    """How many columns of d a model takes, by a number, a share, or a word."""
    if subspace_size == "sqrt":
        return round(math.sqrt(d)) + 1
    if subspace_size == "rmsqrt":
        return d - round(math.sqrt(d)) + 1
    if isinstance(subspace_size, float):
        size = round(d * subspace_size)
        return size + 1 if size < 2 else size
    return int(subspace_size)


def of_columns(new_state, d):
    """What makes the same states, and those within them, of d columns."""
    given = getattr(new_state, "keywords", {})
    inner = {name: of_columns(one, d) for name, one in given.items() if isinstance(one, partial)}
    return partial(new_state, **({"d": d} if "d" in given else {}), **inner)


@compiled
def foreground(s, i):
    """The member that predicts for a model."""
    return 2 * i + s.models[i].foreground


@compiled
def select(s, j, x):
    """Copy the columns that a member is given."""
    for c in range(s.x.size):
        s.x[c] = x[s.columns[j, c]]


@compiled
def predict_one(s, i, x, p):
    """What a model predicts for a row; fills p, if it does."""
    j = foreground(s, i)
    select(s, j, x)
    return predict(s.model, j, s.x, p)


@compiled
def train(s, j, x, y, w, times):
    """Have a member learn a row so many times; that of the foreground has just predicted it."""
    fresh = j == foreground(s, j // 2)
    select(s, j, x)
    for i in range(times):
        learn(s.model, j, s.x, y, w, fresh and i == 0)


@compiled
def train_both(s, i, x, y, w):
    """Have a model learn a row a random number of times, which it gives."""
    times = poisson(s.random_state, s.rate) if s.rate > 0.0 else 1
    if times > 0:
        for which in range(1 + s.models[i].has_background):
            train(s, foreground(s, i) ^ which, x, y, w, times)
    return times


@compiled
def replace_drifted(s, i, value):
    """Start the background member of a model at a warning; let it take over at a drift.

    A model that drifts without one starts again.
    """
    model = s.models[i]
    if s.warns and update(s.warning, i, value) == ALARM:
        restart(s, foreground(s, i) ^ 1)
        model.has_background = 1
        reset(s.warning, i)
    if s.detects and update(s.drift, i, value) == ALARM:
        if model.has_background:
            model.foreground, model.has_background = 1 - model.foreground, 0
            reset(s.warning, i)
        else:
            restart(s, foreground(s, i))
        reset(s.drift, i)
        model.n = model.score = 0.0


@compiled
def restart(s, j):
    """Make a member as new, with columns that are drawn."""
    if s.draws:
        sample(s.random_state, s.pool.size, s.columns[j], s.pool)
    reset(s.model, j)
    for c in range(s.known.shape[1]):
        s.known[j, c] = 0


register_model(Patches, room=room_of_model)


class PatchesClassifier(NamedTuple):
    """Random patches that vote by their accuracy."""

    patches: Patches
    share: np.ndarray  # (k,) scratch: the probabilities that one model predicts
    weighs: bool  # votes


def patches_classifier(members, d, k, model, disable_weighted_vote=False, **parameters):
    """Streaming random patches (Gomes, Read & Bifet 2019) that have learned nothing.

    The other parameters are those of `random_patches`.
    """
    patches = random_patches(members, d, k, model, **parameters)
    return PatchesClassifier(patches, np.zeros(k), not disable_weighted_vote)


@compiled
def classifier_predict(s, m, x, p):
    """The mean of the probabilities, each weighted by the accuracy of the model."""
    for c in range(p.size):
        p[c] = 0.0
    for i in range(s.patches.models.size):
        add_vote(s, i, x, p)
    label, most, equals = likeliest(p)
    if equals != 1:
        label = first_listed(s.patches, p, most)
    return float(label if has_begun(s.patches, p) else -1)


@compiled
def add_vote(s, i, x, p):
    model, known = s.patches.models[i], s.patches.known
    model.predicted = predict_one(s.patches, i, x, s.share)
    weight = model.score / model.n if s.weighs and model.score > 0.0 else 1.0
    j = foreground(s.patches, i)
    for c in range(p.size):
        p[c] += s.share[c] * weight
        if s.share[c] > 0.0 and known[j, c] == 0:
            known[j, c] = 1  # to a model that has all classes from the start


@compiled
def has_begun(s, p):
    """Whether there has been a row; else there are no models in river, and no probabilities."""
    begun = s.begun[0]
    s.begun[0] = True
    for c in range(p.size):
        p[c] = p[c] if begun else 0.0
    return begun


@compiled
def first_listed(s, p, most):
    """Of the classes with the highest probability, the one that the models list first."""
    for i in range(s.models.size):
        label = first_of(s, foreground(s, i), p, most)
        if label >= 0:
            return label
    return -1


@compiled
def classifier_learn(s, m, x, y, w, fresh):
    patches, c = s.patches, int(y)
    patches.begun[0] = True
    for i in range(patches.models.size):
        model = patches.models[i]
        if not fresh:
            model.predicted = predict_one(patches, i, x, s.share)
        if model.predicted >= 0.0:
            model.n += 1.0
            model.score += model.predicted == y
        if train_both(patches, i, x, y, w) > 0:
            for which in range(1 + model.has_background):
                j = foreground(patches, i) ^ which
                if patches.known[j, c] == 0:
                    note_class(patches, j, c)
            if patches.detects:
                hit = predict_one(patches, i, x, s.share) == y
                replace_drifted(patches, i, 0.0 if hit else 1.0)


@compiled
def classifier_room(s):
    return room(s.patches)


register_model(
    PatchesClassifier, predict=classifier_predict, learn=classifier_learn, room=classifier_room
)
