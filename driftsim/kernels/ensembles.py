"""Ensembles of one model many times over, each member of which learns a resampled stream."""

from typing import NamedTuple

import numpy as np

from driftsim.kernels.adwin import Adwin, adwin, adwin_mean, adwin_reset, adwin_update
from driftsim.kernels.loop import (
    compiled,
    learn,
    predict,
    register_model,
    reset,
    room,
    room_of_model,
)
from driftsim.kernels.mersenne_twister import poisson, random_state

EVERY = 2**62
RESAMPLING = {"bag": (0, EVERY), "wt": (1, EVERY), "subag": (0, 1)}  # at_least and at_most


class Bagging(NamedTuple):
    """Classifiers, each of which learns a row a random number of times."""

    model: tuple  # the state of the members
    random_state: np.ndarray  # (625,)
    rate: float  # of the Poisson number of times that a member learns a row
    at_least: int  # times, before those
    at_most: int  # of those
    known: np.ndarray  # (members, k) which of the classes known to a member it is; 0: it is not
    lists_as_met: bool  # whether a member lists classes in the order met, or else in their own
    share: np.ndarray  # (k,) scratch: the probabilities that one member predicts


def bagging_classifier(members, d, k, model, n_models=10, seed=None):
    """Online bagging (Oza & Russell 2001) of classifiers: it has learned nothing.

    `model` gives the state of so many members. An ensemble is one member itself, and
    raises `ValueError` where it is to be more.
    """
    return resampled(members, k, model, n_models, seed, 1.0, "bag")


def resampled(members, k, model, n_models, seed, rate, method):
    state = members_of_one(members, model, n_models)
    known, share = np.zeros((n_models, k), np.int64), np.zeros(k)
    times = float(rate), *RESAMPLING[method]
    return Bagging(state, random_state(seed), *times, known, has(state, "order"), share)


def members_of_one(members, model, n_models):
    """The state of the members of an ensemble.

    `room` is called once a row, so a tree must not split twice while it learns a row several times:
    `patient` in values.py leaves those that might to river.
    """
    if members != 1:
        raise ValueError(f"an ensemble is one member, not {members}")
    return model(n_models)


def has(state, name):
    """Whether a state, or one within it, has a field of a name."""
    held = state._asdict()
    inside = (one for one in held.values() if hasattr(one, "_asdict"))
    return name in held or any(has(one, name) for one in inside)


@compiled
def predict_one(s, i, x):
    """The label that a member predicts for a row; fills `share`."""
    return predict(s.model, i, x, s.share)


@compiled
def bagging_predict(s, m, x, p):
    """The mean of the probabilities of the members, of those that predict a class."""
    for c in range(p.size):
        p[c] = 0.0
    for i in range(s.known.shape[0]):
        predict_one(s, i, x)
        for c in range(p.size):
            p[c] += s.share[c]
            if s.share[c] > 0.0 and s.known[i, c] == 0:
                s.known[i, c] = 1  # to a model that has all classes from the start
    label, most, equals = likeliest(p)
    return float(label if equals == 1 else first_listed(s, p, most))


@compiled
def likeliest(p):
    """Divide p by its sum: a class with the highest share, this, and how many have it."""
    total, most, equals, label = 0.0, -1.0, 0, -1
    for c in range(p.size):
        total += p[c]
    for c in range(p.size):
        p[c] /= total if total > 0.0 else 1.0
        if p[c] > most:
            most, equals, label = p[c], 0, c
        equals += p[c] == most
    return label, most, equals


@compiled
def first_listed(s, p, most):
    """Of the classes with the highest probability, the one that the members list first."""
    for i in range(s.known.shape[0]):
        label = first_of(s, i, p, most)
        if label >= 0:
            return label
    return -1


@compiled
def first_of(s, i, p, most):
    """Of the classes with the highest probability, the one that a member lists first; or -1."""
    first, label = 0, -1
    for c in range(p.size):
        nth = s.known[i, c]
        if p[c] == most and nth > 0 and (label < 0 or (s.lists_as_met and nth < first)):
            first, label = nth, c
    return label


@compiled
def bagging_learn(s, m, x, y, w, fresh):
    for i in range(s.known.shape[0]):
        times = s.at_least + min(poisson(s.random_state, s.rate), s.at_most)
        for j in range(times):
            learn(s.model, i, x, y, w, fresh and j == 0)
        if times > 0 and s.known[i, int(y)] == 0:
            note_class(s, i, int(y))


@compiled
def note_class(s, i, c):
    """Note that a member knows a class."""
    others = 0
    for j in range(s.known.shape[1]):
        others += s.known[i, j] > 0
    s.known[i, c] = others + 1


register_model(Bagging, predict=bagging_predict, learn=bagging_learn, room=room_of_model)


class WatchedBagging(NamedTuple):
    """Bagging that resets its worst member when the error of some member rises."""

    bagging: Bagging
    detectors: Adwin  # one for each member
    monitors_hits: bool  # whether they are given 1 for a correct label, or else for an error


def leveraging_bagging(
    members, d, k, model, n_models=10, w=6.0, adwin_delta=0.002, bagging_method="bag", seed=None
):
    """Leveraging bagging (Bifet, Holmes & Pfahringer 2010): it has learned nothing."""
    rate = w if bagging_method == "bag" else 1.0
    bagging = resampled(members, k, model, n_models, seed, rate, bagging_method)
    return WatchedBagging(bagging, adwin(n_models, adwin_delta), False)


def adwin_bagging(members, d, k, model, n_models=10, seed=None):
    """ADWIN bagging (Bifet et al. 2009): it has learned nothing.

    As in river, the detectors are given which labels are correct, so that it takes a rise of the
    accuracy to reset a member, and that is the best one.
    """
    bagging = bagging_classifier(members, d, k, model, n_models, seed)
    return WatchedBagging(bagging, adwin(n_models), True)


@compiled
def watched_predict(s, m, x, p):
    return predict(s.bagging, 0, x, p)


@compiled
def watched_learn(s, m, x, y, w, fresh):
    change = False
    learn(s.bagging, 0, x, y, w, fresh)
    for i in range(s.bagging.known.shape[0]):
        label = predict_one(s.bagging, i, x)
        if label >= 0.0 or s.monitors_hits:
            before = adwin_mean(s.detectors, i)
            if adwin_update(s.detectors, i, 1.0 if (label == y) == s.monitors_hits else 0.0):
                change |= adwin_mean(s.detectors, i) > before
    if change:
        reset_worst(s)


@compiled
def reset_worst(s):
    """Reset the member whose detector has the highest mean."""
    worst, known = 0, s.bagging.known
    for i in range(1, known.shape[0]):
        if adwin_mean(s.detectors, i) > adwin_mean(s.detectors, worst):
            worst = i
    adwin_reset(s.detectors, worst)
    reset(s.bagging.model, worst)
    for c in range(known.shape[1]):
        known[worst, c] = 0


@compiled
def watched_room(s):
    return room(s.bagging)


register_model(WatchedBagging, predict=watched_predict, learn=watched_learn, room=watched_room)


class BaggingRegressor(NamedTuple):
    """Regressors, each of which learns a row a random number of times."""

    model: tuple  # the state of the members
    random_state: np.ndarray  # (625,)
    n_models: int


def bagging_regressor(members, d, k, model, n_models=10, seed=None):
    """Online bagging (Oza & Russell 2001) of regressors: it has learned nothing.

    `model` gives the state of so many members. Raises `ValueError` as `bagging_classifier` does.
    """
    state = members_of_one(members, model, n_models)
    return BaggingRegressor(state, random_state(seed), int(n_models))


@compiled
def regressor_predict(s, m, x, p):
    total = 0.0
    for i in range(s.n_models):
        total += predict(s.model, i, x, p)
    return total / s.n_models


@compiled
def regressor_learn(s, m, x, y, w, fresh):
    for i in range(s.n_models):
        for j in range(poisson(s.random_state, 1.0)):
            learn(s.model, i, x, y, w, fresh and j == 0)


register_model(
    BaggingRegressor, predict=regressor_predict, learn=regressor_learn, room=room_of_model
)
