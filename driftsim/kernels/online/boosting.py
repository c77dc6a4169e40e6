"""Online boosting: each member learns a row by how well the members before it did on it."""

import math
from typing import NamedTuple

import numpy as np

from driftsim.kernels.loop import compiled, predict, register_model, room_of_model
from driftsim.kernels.online.bagging import add_votes, learn_times, state_of_members
from driftsim.kernels.online.random_numbers import poisson, uniform
from driftsim.kernels.online.votes import elected

MOST = 500.0  # mean beyond which a Poisson number is drawn as a normal one


class Boosting(NamedTuple):
    """Members that vote by their error, and learn rows by weights that follow from theirs."""

    model: tuple  # the state of the members
    generators: np.ndarray  # (n_models,)
    records: np.ndarray  # (n_models,) of RECORD
    seen: np.ndarray  # (2,) weight of all rows; the members that were asked for the last row
    sampled: bool  # whether a row is learned a Poisson number of times, or by its weight itself
    repeats: bool  # whether a row is learned so many times, or once with so much weight
    share: np.ndarray  # (k,) scratch


RECORD = np.dtype([("right", np.float64), ("wrong", np.float64)])  # weight of a member's rows


def online_boosting(members, k, model, n_models, sampled, repeats, seed):
    """Online boosting (Oza & Russell 2001): it has learned nothing; `model` as of bagging."""
    held, generators = state_of_members(members, model, n_models, seed)
    records, share = np.zeros(n_models, RECORD), np.zeros(k)
    return Boosting(held, generators, records, np.zeros(2), bool(sampled), bool(repeats), share)


@compiled
def boosting_predict(s, m, x, p):
    """The votes of the members up to the first that is right about all rows or too few of them."""
    for c in range(p.size):
        p[c] = 0.0
    asked = 0
    while asked < s.records.size:
        record = s.records[asked]
        if not 0.0 < record.wrong < record.right:
            break
        add_votes(s, asked, x, math.log(record.right / record.wrong), p)
        asked += 1
    s.seen[1] = asked
    return elected(p)


@compiled
def boosting_learn(s, m, x, y, w, fresh):
    if w == 0.0:
        return
    s.seen[0] += w
    weight = 1.0
    for i in range(s.records.size):
        times = amount(s.generators, i, weight) if s.sampled else weight
        learn_times(s, i, x, y, w, times, fresh and i < s.seen[1])
        record = s.records[i]
        if max(predict(s.model, i, x, s.share), 0.0) == y:
            record.right += w * weight
            weight *= s.seen[0] / (2.0 * record.right)
        else:
            record.wrong += w * weight
            weight *= s.seen[0] / (2.0 * record.wrong)


@compiled
def amount(generators, i, mean):
    """A Poisson number of any mean."""
    if mean <= MOST:
        return float(poisson(generators, i, mean))
    radius = math.sqrt(-2.0 * math.log(1.0 - uniform(generators, i)))
    normal = radius * math.cos(2.0 * math.pi * uniform(generators, i))
    return math.floor(mean + math.sqrt(mean) * normal + 0.5)


register_model(Boosting, predict=boosting_predict, learn=boosting_learn, room=room_of_model)


class SmoothBoost(NamedTuple):
    """Members that vote alike, and learn a row by less once those before them know it."""

    model: tuple  # the state of the members
    labels: np.ndarray  # (n_models,) that they predicted last
    known: float  # by which a weight is multiplied where a member is right
    unknown: float  # the same, where it is wrong
    repeats: bool  # no
    share: np.ndarray  # (k,) scratch


def online_smooth_boost(members, k, model, n_models, gamma):
    """Online smooth boosting (Chen, Lin & Lu 2012): it has learned nothing."""
    held, _ = state_of_members(members, model, n_models, 0)
    theta = gamma / (2.0 + gamma)
    known, unknown = ((1.0 - gamma) ** ((sign - theta) / 2.0) for sign in (1.0, -1.0))
    return SmoothBoost(held, np.zeros(n_models), known, unknown, False, np.zeros(k))


@compiled
def smooth_predict(s, m, x, p):
    for c in range(p.size):
        p[c] = 0.0
    for i in range(s.labels.size):
        s.labels[i] = add_votes(s, i, x, 1.0, p)
    return elected(p)


@compiled
def smooth_learn(s, m, x, y, w, fresh):
    weight = 1.0
    for i in range(s.labels.size):
        label = s.labels[i] if fresh else max(predict(s.model, i, x, s.share), 0.0)
        learn_times(s, i, x, y, w, min(weight, 1.0), True)
        weight *= s.known if label == y else s.unknown


register_model(SmoothBoost, predict=smooth_predict, learn=smooth_learn, room=room_of_model)
