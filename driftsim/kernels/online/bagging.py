"""Online bagging: members that learn each row a random number of times, and vote."""

import math
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
from driftsim.kernels.online.random_numbers import poisson_with, random_states, uniform
from driftsim.kernels.online.votes import elected


class Bagging(NamedTuple):
    """Classifiers, each of which learns a row a Poisson number of times."""

    model: tuple  # the state of the members
    generators: np.ndarray  # (n_models,)
    at_most: np.ndarray  # chances that the number is at most 0, 1, …; at last 1
    repeats: bool  # whether a row is learned so many times, or once with so much weight
    share: np.ndarray  # (k,) scratch: the probabilities that one member predicts


def online_bagging(members, k, model, n_models, rate, repeats, seed):
    """Online bagging (Oza & Russell 2001): it has learned nothing.

    `model` gives the state of so many members. An ensemble is one member itself, and raises
    `ValueError` where it is to be more.
    """
    held, generators = state_of_members(members, model, n_models, seed)
    return Bagging(held, generators, poisson_chances(rate), bool(repeats), np.zeros(k))


def state_of_members(members, model, n_models, seed):
    """The state of the members of an ensemble, and a generator for each."""
    if members != 1:
        raise ValueError(f"an ensemble is one member, not {members}")
    return model(n_models), random_states(seed, n_models)


def poisson_chances(rate):
    """The chances that a Poisson number is at most 0, 1, …, as far as they differ from 1."""
    logs = [k * math.log(rate) - rate - math.lgamma(k + 1) for k in range(int(2 * rate) + 60)]
    at_most = np.cumsum(np.exp(logs))
    return np.append(at_most[at_most < 1.0 - 1e-14], 1.0)


@compiled
def times(s, i):
    """How many times member i learns the next row."""
    u, n = uniform(s.generators, i), 0
    while u >= s.at_most[n]:
        n += 1
    return n


@compiled
def learn_times(s, i, x, y, w, n, fresh):
    """Have member i learn a row n times: at once, by its weight, if it takes weights.

    Only a member that takes weights learns a row by a part of one.
    """
    for j in range(int(n) if s.repeats else int(n > 0)):
        learn(s.model, i, x, y, w if s.repeats else w * n, fresh and j == 0)


@compiled
def add_votes(s, i, x, weight, p):
    """Add what member i predicts to the votes p, as shares of a weight; its label, or class 0."""
    label, total = predict(s.model, i, x, s.share), 0.0
    for c in range(p.size):
        total += s.share[c]
    if total > 0.0:
        scale = weight / total
        for c in range(p.size):
            p[c] += scale * s.share[c]
    return max(label, 0.0)


@compiled
def bagging_predict(s, m, x, p):
    for c in range(p.size):
        p[c] = 0.0
    for i in range(s.generators.size):
        add_votes(s, i, x, 1.0, p)
    return elected(p)


@compiled
def bagging_learn(s, m, x, y, w, fresh):
    for i in range(s.generators.size):
        learn_times(s, i, x, y, w, times(s, i), fresh)


register_model(Bagging, predict=bagging_predict, learn=bagging_learn, room=room_of_model)


class LeveragingBagging(NamedTuple):
    """Bagging that resets its worst member when the error of some member rises."""

    bagging: Bagging
    windows: Adwin  # of the errors of each member


def leveraging_bagging(members, k, model, n_models, rate, delta, repeats, seed):
    """Leveraging bagging (Bifet, Holmes & Pfahringer 2010): it has learned nothing."""
    bagging = online_bagging(members, k, model, n_models, rate, repeats, seed)
    return LeveragingBagging(bagging, adwin(n_models, delta))


@compiled
def leveraging_predict(s, m, x, p):
    return predict(s.bagging, 0, x, p)


@compiled
def leveraging_learn(s, m, x, y, w, fresh):
    change, held = False, s.bagging
    for i in range(held.generators.size):
        learn_times(held, i, x, y, w, times(held, i), fresh)
        label = max(predict(held.model, i, x, held.share), 0.0)
        change |= has_risen(s.windows, i, 0.0 if label == y else 1.0)
    if change:
        worst = highest(s.windows)
        reset(held.model, worst)
        adwin_reset(s.windows, worst)


@compiled
def has_risen(windows, i, error):
    """Give window i an error: whether it was cut, and its mean is higher than before.

    As in MOA, the part that is left stays in the window.
    """
    before = adwin_mean(windows, i)
    if not adwin_update(windows, i, error):
        return False
    windows.windows[i].drift = False
    return adwin_mean(windows, i) > before


@compiled
def highest(windows):
    """The window with the highest mean."""
    which = 0
    for i in range(1, windows.windows.size):
        if adwin_mean(windows, i) > adwin_mean(windows, which):
            which = i
    return which


@compiled
def leveraging_room(s):
    return room(s.bagging)


register_model(
    LeveragingBagging, predict=leveraging_predict, learn=leveraging_learn, room=leveraging_room
)


class BalancedBagging(NamedTuple):
    """Bagging that learns rows of rare classes more often, or those of frequent ones less often."""

    bagging: Bagging
    shares: np.ndarray  # (k,) the share of each class, of which old rows count ever less
    met: np.ndarray  # (k,) whether the class has come
    theta: float  # what is left of a row's share after the next
    over: bool  # whether rows are learned more often


def balanced_bagging(members, k, model, n_models, theta, over, repeats, seed):
    """Oversampling or undersampling online bagging (Wang, Minku & Yao 2015)."""
    bagging = online_bagging(members, k, model, n_models, 1.0, repeats, seed)
    return BalancedBagging(bagging, np.zeros(k), np.zeros(k, np.bool_), theta, bool(over))


@compiled
def balanced_predict(s, m, x, p):
    return predict(s.bagging, 0, x, p)


@compiled
def balanced_learn(s, m, x, y, w, fresh):
    rate = balancing_rate(s, int(y))
    none = math.exp(-rate)
    for i in range(s.bagging.generators.size):
        n = poisson_with(s.bagging.generators, i, rate, none)
        learn_times(s.bagging, i, x, y, w, n, fresh)


@compiled
def balancing_rate(s, c):
    """Note a row of a class: how often rows of it are to be learned, on average."""
    s.met[c] = True
    least, most = 1.0, 0.0
    for j in range(s.shares.size):
        s.shares[j] = s.theta * s.shares[j] + (1.0 - s.theta if j == c else 0.0)
        if s.met[j]:
            least, most = min(least, s.shares[j]), max(most, s.shares[j])
    return (most if s.over else least) / s.shares[c]


@compiled
def balanced_room(s):
    return room(s.bagging)


register_model(BalancedBagging, predict=balanced_predict, learn=balanced_learn, room=balanced_room)
