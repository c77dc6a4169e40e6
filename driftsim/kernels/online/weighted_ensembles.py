"""Ensembles of weighted members that come and go: dynamic weighted majority, Learn++.NSE."""

import math
from typing import NamedTuple

import numpy as np

from driftsim.kernels.loop import answer, compiled, learn, register_model, reset, room_of_model
from driftsim.kernels.online.votes import elected

LEAST = 1e-6  # an error that is none
FAR = 600.0  # exponent of a sigmoid that is not 0
ERROR, AGE = range(2)
PRUNING = {"error": ERROR, "age": AGE}


class WeightedMajority(NamedTuple):
    """Members that lose weight by mistakes, and a new one where all together make one."""

    model: tuple  # the state of the members
    weight: np.ndarray  # (n_models,) 0: no member
    since: np.ndarray  # (n_models,) after how many periods each came
    label: np.ndarray  # (n_models,) scratch: what they predict
    clock: np.ndarray  # (2,) rows of this period; periods that are over
    share: np.ndarray  # (k,) scratch
    votes: np.ndarray  # (k,) scratch
    period: int
    beta: float
    theta: float


def weighted_majority(members, k, model, n_models, period, beta, theta):
    """Dynamic weighted majority (Kolter & Maloof 2007): it has learned nothing."""
    weight = np.zeros(n_models)
    weight[0] = 1.0
    return WeightedMajority(
        model=one_ensemble(members, model, n_models),
        weight=weight,
        since=np.zeros(n_models, np.int64),
        label=np.zeros(n_models),
        clock=np.zeros(2, np.int64),
        share=np.zeros(k),
        votes=np.zeros(k),
        period=int(period),
        beta=float(beta),
        theta=float(theta),
    )


def one_ensemble(members, model, n_models):
    """The state of the members of an ensemble, which is one itself, or `ValueError` is raised."""
    if members != 1:
        raise ValueError(f"an ensemble is one member, not {members}")
    return model(n_models)


@compiled
def count_votes(s, x, p):
    """Fill p with the weight of the members that predict each class."""
    for i in range(s.weight.size):
        if s.weight[i] > 0.0:
            s.label[i] = answer(s.model, i, x, s.share, False)
    add_votes(s, p)


@compiled
def add_votes(s, p):
    """Fill p by what the members have predicted."""
    for c in range(p.size):
        p[c] = 0.0
    for i in range(s.weight.size):
        if s.weight[i] > 0.0 and s.label[i] >= 0.0:
            p[int(s.label[i])] += s.weight[i]


@compiled
def majority_predict(s, m, x, p):
    count_votes(s, x, p)
    return elected(p)


@compiled
def majority_learn(s, m, x, y, w, fresh):
    s.clock[0] += 1
    if s.clock[0] == s.period:
        s.clock[0] = 0
        s.clock[1] += 1
        revise(s, x, y)
        fresh = False
    for i in range(s.weight.size):
        if s.weight[i] > 0.0:
            learn(s.model, i, x, y, w, fresh)


@compiled
def revise(s, x, y):
    """Punish the members that are wrong, drop the light ones, add one if all together are wrong."""
    most = 0.0
    for i in range(s.weight.size):
        if s.weight[i] > 0.0:
            s.label[i] = answer(s.model, i, x, s.share, False)
            s.weight[i] *= 1.0 if s.label[i] == y else s.beta
            most = max(most, s.weight[i])
    add_votes(s, s.votes)
    for i in range(s.weight.size):
        s.weight[i] /= most
        if s.weight[i] < s.theta:
            s.weight[i] = 0.0
    if elected(s.votes) != y:
        i = lightest(s)
        reset(s.model, i)
        s.weight[i], s.since[i] = 1.0, s.clock[1]


@compiled
def lightest(s):
    """A place without a member, or else that of the lightest, of equals the oldest."""
    which = 0
    for i in range(s.weight.size):
        older = s.weight[i] == s.weight[which] and s.since[i] < s.since[which]
        if s.weight[i] < s.weight[which] or older:
            which = i
    return which


register_model(WeightedMajority, predict=majority_predict, learn=majority_learn, room=room_of_model)


class LearnNse(NamedTuple):
    """A member of each of the last periods, weighted by its errors in it and in those since."""

    model: tuple  # the state of the members, and of the one in training
    weight: np.ndarray  # (n_models + 1,) of their votes
    since: np.ndarray  # (n_models + 1,) the period of each; -1: none
    error: np.ndarray  # (n_models + 1,) in the last period
    betas: np.ndarray  # (n_models + 1,) weighted sum of the betas of its periods
    total: np.ndarray  # (n_models + 1,) of those weights
    label: np.ndarray  # (n_models + 1,) scratch: what they predict
    wrong: np.ndarray  # (period, n_models + 1) scratch: which were wrong about which row
    X: np.ndarray  # (period, d) rows of this period
    y: np.ndarray  # (period,)
    w: np.ndarray  # (period,)
    clock: np.ndarray  # (3,) rows of this period, its number, and the member in training
    share: np.ndarray  # (k,) scratch
    votes: np.ndarray  # (k,) scratch
    slope: float
    crossing: float
    pruning: int


def learn_nse(members, d, k, model, n_models, period, slope, crossing, pruning):
    """Learn++.NSE (Elwell & Polikar 2011): it has learned nothing."""
    places = n_models + 1
    return LearnNse(
        model=one_ensemble(members, model, places),
        weight=np.zeros(places),
        since=np.full(places, -1, np.int64),
        error=np.zeros(places),
        betas=np.zeros(places),
        total=np.zeros(places),
        label=np.zeros(places),
        wrong=np.zeros((period, places), np.bool_),
        X=np.zeros((period, d)),
        y=np.zeros(period),
        w=np.zeros(period),
        clock=np.zeros(3, np.int64),
        share=np.zeros(k),
        votes=np.zeros(k),
        slope=float(slope),
        crossing=float(crossing),
        pruning=PRUNING[pruning],
    )


@compiled
def nse_predict(s, m, x, p):
    count_votes(s, x, p)
    return elected(p)


@compiled
def nse_learn(s, m, x, y, w, fresh):
    n = s.clock[0]
    for i in range(x.size):
        s.X[n, i] = x[i]
    s.y[n], s.w[n] = y, w
    learn(s.model, s.clock[2], x, y, w, False)
    s.clock[0] += 1
    if s.clock[0] == s.y.size:
        end_period(s)


@compiled
def end_period(s):
    """Weigh all members by this period's rows, and begin to train another."""
    period, trained = s.clock[1], s.clock[2]
    measure_errors(s, trained)
    s.since[trained] = period
    s.betas[trained] = s.total[trained] = 0.0
    for i in range(s.weight.size):
        if s.since[i] >= 0:
            error = min(max(s.error[i], LEAST), 0.5)
            age = period - s.since[i]
            weight = 1.0 / (1.0 + math.exp(min(s.slope * (s.crossing - age), FAR)))
            s.betas[i] += weight * error / (1.0 - error)
            s.total[i] += weight
            s.weight[i] = math.log(s.total[i] / s.betas[i])
    place = vacant(s, trained)
    reset(s.model, place)
    s.since[place], s.weight[place] = -1, 0.0
    s.clock[0], s.clock[1], s.clock[2] = 0, period + 1, place


@compiled
def measure_errors(s, trained):
    """The error of each member over this period's rows; those count most that all got wrong.

    A row that the members together predict right counts as much as their error, unless that is 0.
    """
    n, missed, whole = s.y.size, 0.0, 0.0
    for j in range(n):
        for i in range(s.weight.size):
            if i == trained or s.since[i] >= 0:
                s.label[i] = answer(s.model, i, s.X[j], s.share, False)
            s.wrong[j, i] = s.label[i] != s.y[j]
        add_votes(s, s.votes)
        if elected(s.votes) != s.y[j]:
            missed += s.w[j]
            s.w[j] = -s.w[j]  # a mark, until the error is known
        whole += abs(s.w[j])
    share = missed / whole if missed > 0.0 else 1.0
    counted = missed + share * (whole - missed)
    for i in range(s.weight.size):
        s.error[i] = 0.0
    for j in range(n):
        weight = -s.w[j] if s.w[j] < 0.0 else share * s.w[j]
        for i in range(s.weight.size):
            if s.wrong[j, i]:
                s.error[i] += weight
    for i in range(s.weight.size):
        s.error[i] = s.error[i] / counted if counted > 0.0 else 0.5


@compiled
def vacant(s, trained):
    """The first place without a member, or else that of the member to be pruned."""
    which = -1
    for i in range(s.weight.size):
        if s.since[i] < 0:
            return i
        if i != trained and (which < 0 or before(s, i, which)):
            which = i
    return which


@compiled
def before(s, i, other):
    """Whether member i is to be pruned before another."""
    if s.pruning == ERROR and s.error[i] != s.error[other]:
        return s.error[i] > s.error[other]
    return s.since[i] < s.since[other]


register_model(LearnNse, predict=nse_predict, learn=nse_learn, room=room_of_model)
