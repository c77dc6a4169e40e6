"""Boosting: ensembles whose members learn a row more often, the more of those before are wrong."""

import math
from typing import NamedTuple

import numpy as np

from driftsim.kernels.adwin import Adwin, adwin, adwin_mean, adwin_reset, adwin_update
from driftsim.kernels.ensembles import first_of, has, members_of_one, note_class
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


class Boosting(NamedTuple):
    """Classifiers that vote by how often each has been right, in one of two orders of training."""

    model: tuple  # the state of the members, and of idle ones: room for several splits a row
    random_state: np.ndarray  # (625,)
    correct: np.ndarray  # (members,) weight of the labels that each has predicted
    wrong: np.ndarray  # (members,) and of the others
    ranking: np.ndarray  # (members,) from the best to the worst
    rows: np.ndarray  # (1,) learned
    by_rank: bool  # whether the worst learn first, and after each the worst or best that is left
    bound: float  # error beyond which a member has no vote, where `by_rank`
    known: np.ndarray  # (members, k) as in `Bagging`
    lists_as_met: bool
    votes: np.ndarray  # (members,) scratch: whether a member has voted
    share: np.ndarray  # (k,) scratch: the probabilities that one member predicts


def adaboost(members, d, k, model, n_models=10, seed=None, splits=1):
    """Online boosting (Oza & Russell 2001): it has learned nothing.

    `model` gives the state of so many members, each of which may split so often in a row. An
    ensemble is one member itself, and raises `ValueError` where it is to be more.
    """
    return _boosting(members, k, model, n_models, seed, splits, False, 0.0)


def bole(members, d, k, model, n_models=10, seed=None, error_bound=0.5, splits=1):
    """A boosting-like online learning ensemble (Barros et al. 2016): it has learned nothing."""
    return _boosting(members, k, model, n_models, seed, splits, True, error_bound)


def _boosting(members, k, model, n_models, seed, splits, by_rank, bound):
    state = members_of_one(members, model, n_models * splits)
    correct, wrong = np.zeros((2, n_models))
    known, votes = np.zeros((n_models, k), np.int64), np.zeros(n_models, np.bool_)
    return Boosting(
        state, random_state(seed), correct, wrong, np.arange(n_models), np.zeros(1), by_rank,
        float(bound), known, has(state, "order"), votes, np.zeros(k),
    )  # fmt: skip


@compiled
def vote_of(s, i):
    """The weight of the vote of a member; 0: it has none."""
    if s.by_rank:
        if s.correct[i] == 0.0 or s.wrong[i] == 0.0:
            return 0.0
        error = s.wrong[i] / (s.correct[i] + s.wrong[i]) + 1e-16
        return math.log((1.0 - error) / error) if error <= s.bound else 0.0
    error = (s.wrong[i] + 1e-16) / (s.correct[i] + s.wrong[i] + 1e-16)
    if error == 0.0 or error > 0.5:
        return 1.0
    return math.log((1.0 - error) / error)


@compiled
def poll(s, x, p, all_vote):
    """Add up the votes of the members into p; whether any class has one."""
    any_class = False
    for c in range(p.size):
        p[c] = 0.0
    for i in range(s.known.shape[0]):
        weight = vote_of(s, i)
        s.votes[i] = all_vote or weight != 0.0 or not s.by_rank
        if s.votes[i]:
            predict(s.model, i, x, s.share)
            for c in range(p.size):
                if s.share[c] > 0.0 and s.known[i, c] == 0:
                    s.known[i, c] = 1  # to a model that has all classes from the start
                any_class |= s.known[i, c] > 0
                p[c] += s.share[c] * (weight if weight != 0.0 or not s.by_rank else 1.0)
    return any_class


@compiled
def boosting_predict(s, m, x, p):
    if not poll(s, x, p, not s.by_rank):
        poll(s, x, p, True)
    total, most, equals, label = 0.0, -1.0, 0, -1
    for c in range(p.size):
        total += p[c]
    part = 1.0 / total if total > 0.0 else 1.0
    for c in range(p.size):
        p[c] *= part
        if p[c] > most:
            most, equals, label = p[c], 0, c
        equals += p[c] == most
    return float(label if equals == 1 else first_voted(s, p, most))


@compiled
def first_voted(s, p, most):
    """Of the classes with the highest probability, the first that those which vote list."""
    for i in range(s.known.shape[0]):
        label = first_of(s, i, p, most) if s.votes[i] else -1
        if label >= 0:
            return label
    return -1


@compiled
def train(s, i, x, y, w, fresh, rate):
    """Train a member a Poisson number of times; the label that it predicts then."""
    times = poisson(s.random_state, rate)
    for j in range(times):
        learn(s.model, i, x, y, w, fresh and j == 0)
    if times > 0 and s.known[i, int(y)] == 0:
        note_class(s, i, int(y))
    return predict(s.model, i, x, s.share)


@compiled
def boosting_learn(s, m, x, y, w, fresh):
    n, rate = s.known.shape[0], 1.0
    s.rows[0] += 1.0
    if s.by_rank:
        rank(s)
    best, worst, hit = 0, n - 1, False
    for nth in range(n):
        i = nth
        if s.by_rank and hit:
            i = s.ranking[best]
            best += 1
        elif s.by_rank:
            i = s.ranking[worst]
            worst -= 1
        hit = train(s, i, x, y, w, fresh and not s.by_rank, rate) == y
        rate = rate_after(s, i, hit, rate)


@compiled
def rate_after(s, i, hit, rate):
    """Count a prediction of a member; how often the next one learns the row, on average."""
    weights = s.correct if hit else s.wrong
    weights[i] += rate
    rows = s.rows[0] if s.by_rank else s.correct[i] + s.wrong[i]
    return rate * (rows / (2.0 * weights[i]))


@compiled
def rank(s):
    """Sort the members by the shares of labels that they have predicted, those alike as before."""
    for i in range(1, s.ranking.size):
        member = s.ranking[i]
        j = i - 1
        while j >= 0 and hit_rate(s, s.ranking[j]) < hit_rate(s, member):
            s.ranking[j + 1] = s.ranking[j]
            j -= 1
        s.ranking[j + 1] = member


@compiled
def hit_rate(s, i):
    total = s.correct[i] + s.wrong[i]
    return s.correct[i] / total if total != 0.0 else 0.0


register_model(Boosting, predict=boosting_predict, learn=boosting_learn, room=room_of_model)


class WatchedBoosting(NamedTuple):
    """Boosting that resets a member when the detector of some member says that it is better."""

    boosting: Boosting
    detectors: Adwin  # one for each member, of which labels are correct


def adwin_boosting(members, d, k, model, n_models=10, seed=None):
    """ADWIN boosting (Bifet et al. 2009): it has learned nothing.

    As in river, all members learn a row once on average, and the member that is reset when an
    accuracy has risen is the best one.
    """
    return WatchedBoosting(adaboost(members, d, k, model, n_models, seed), adwin(n_models))


@compiled
def watched_predict(s, m, x, p):
    return predict(s.boosting, 0, x, p)


@compiled
def watched_learn(s, m, x, y, w, fresh):
    change, rate = False, 1.0
    for i in range(s.boosting.known.shape[0]):
        hit = train(s.boosting, i, x, y, w, fresh, 1.0) == y
        rate = rate_after(s.boosting, i, hit, rate)
        before = adwin_mean(s.detectors, i)
        if adwin_update(s.detectors, i, 1.0 if hit else 0.0):
            change |= adwin_mean(s.detectors, i) > before
    if change:
        reset_best(s)


@compiled
def reset_best(s):
    """Reset the member whose detector has the highest mean."""
    best, known = 0, s.boosting.known
    for i in range(1, known.shape[0]):
        if adwin_mean(s.detectors, i) > adwin_mean(s.detectors, best):
            best = i
    adwin_reset(s.detectors, best)
    reset(s.boosting.model, best)
    s.boosting.correct[best] = s.boosting.wrong[best] = 0.0
    for c in range(known.shape[1]):
        known[best, c] = 0


@compiled
def watched_room(s):
    return room(s.boosting)


register_model(WatchedBoosting, predict=watched_predict, learn=watched_learn, room=watched_room)
