"""Forests: trees on weighted rows and drawn columns, replaced where their errors rise."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from driftsim.kernels.detector_loop import ALARM, update
from driftsim.kernels.loop import compiled, learn, register_model, reset, room
from driftsim.kernels.online.bagging import times
from driftsim.kernels.online.hoeffding_trees import tree_votes
from driftsim.kernels.online.hoeffding_votes import largest
from driftsim.kernels.online.random_numbers import random_states
from driftsim.kernels.online.rising_adwin import rising_adwin
from driftsim.kernels.online.updated_votes import before_learning, label_after
from driftsim.kernels.online.votes import elected

MODEL = np.dtype(
    [
        ("tree", np.int64),  # that votes; another may learn behind it
        ("behind", np.int64),
        ("warned", np.bool_),  # whether it does
        ("n", np.float64),  # labels since the tree votes
        ("n_correct", np.float64),  # of those that it predicted before it learned them
        ("label", np.float64),  # that it predicted last
    ]
)


class Forest(NamedTuple):
    """n models, of two trees each."""

    models: np.ndarray  # (n,) of MODEL
    trees: tuple  # the state of 2 n
    drift: tuple  # detectors, n
    warning: tuple  # detectors, n
    generators: np.ndarray  # (n,)
    at_most: np.ndarray  # chances that a row is learned at most 0, 1, … times; at last 1
    as_often: bool  # whether a tree behind learns a row as many times, or once
    weighs: bool  # votes, by the accuracy of the model
    detects: bool
    warns: bool
    votes: np.ndarray  # (n, k) of each tree that votes, for the row predicted last


def forest(
    members: int,
    k: int,
    trees: Callable[[int], tuple],
    n_models: int,
    at_most: np.ndarray,
    as_often: bool,
    weighted_vote: bool,
    drift: Callable[[int], tuple] | None,
    warning: Callable[[int], tuple] | None,
    seed: int,
) -> Forest:
    """A forest that has learned nothing.

    `trees` gives the state of so many, `drift` and `warning` that of so many detectors. Raises
    `ValueError` for more members than one.
    """
    if members != 1:
        raise ValueError(f"an ensemble is one member, not {members}")
    models = np.zeros(n_models, MODEL)
    models["tree"], models["behind"] = np.arange(n_models), n_models + np.arange(n_models)
    return Forest(
        models,
        trees(2 * n_models),
        (drift or rising_adwin)(n_models),
        (warning or rising_adwin)(n_models),
        random_states(seed, n_models),
        at_most,
        as_often,
        weighted_vote,
        drift is not None,
        warning is not None,
        np.zeros((n_models, k)),
    )


@compiled
def ask(s, i, x):
    """Have a model predict a row."""
    tree_votes(s.trees, s.models[i].tree, x, s.votes[i])
    s.models[i].label = float(largest(s.votes[i]))


@compiled
def learn_row(s, i, x, y, w, behind, fresh):
    """Have the tree of a model learn a row of weight w, before it the one behind, with its weight.

    It comes last, as `label_after` needs the votes that it leaves in the scratch of the leaves. One
    call in a loop, as two took 1.7 times as long to compile.
    """
    model = s.models[i]
    for votes in range(1 - model.warned, 2):
        tree = model.tree if votes else model.behind
        learn(s.trees, tree, x, y, w if votes else behind, fresh and votes == 1)


@compiled
def reset_tree(s, tree):
    reset(s.trees, tree)


@compiled
def forest_predict(s, m, x, p):
    for c in range(p.size):
        p[c] = 0.0
    for i in range(s.models.size):
        model = s.models[i]
        ask(s, i, x)
        weight, total = 1.0, 0.0
        if s.weighs and model.n_correct > 0.0:
            weight = 100.0 * model.n_correct / model.n  # in percent, but where there is none
        for c in range(p.size):
            total += s.votes[i, c]
        if total > 0.0:
            weight /= total
            for c in range(p.size):
                p[c] += weight * s.votes[i, c]
    return elected(p)


@compiled
def forest_learn(s, m, x, y, w, fresh):
    for i in range(s.models.size):
        model = s.models[i]
        if not fresh:
            ask(s, i, x)
        model.n += 1.0
        model.n_correct += model.label == y
        n = times(s, i)
        if n == 0:
            continue
        before = before_learning(s.trees, model.tree)
        learn_row(s, i, x, y, w * n, w * n if s.as_often else w, True)
        if s.detects:
            label = label_after(s.trees, model.tree, x, int(y), s.votes[i], before)
            watch(s, i, 0.0 if label == y else 1.0)


@compiled
def watch(s, i, error):
    """Start the tree behind at a warning, and let it take over at a drift; whether it warns."""
    model = s.models[i]
    warned = s.warns and update(s.warning, i, error) == ALARM
    if warned:
        reset_tree(s, model.behind)
        reset(s.warning, i)
        model.warned = True
    if update(s.drift, i, error) == ALARM:
        replace(s, i)
    return warned


@compiled
def replace(s, i):
    """Have the tree behind take over, if there is one; or have a new one begin."""
    model = s.models[i]
    reset_tree(s, model.tree)
    if model.warned:
        model.tree, model.behind = model.behind, model.tree
        model.warned = False
    reset(s.drift, i)
    reset(s.warning, i)
    model.n = model.n_correct = 0.0


@compiled
def forest_reset(s, m):
    for i in range(s.models.size):
        reset_tree(s, s.models[i].behind)
        s.models[i].warned = False
        replace(s, i)


@compiled
def forest_room(s):
    return room(s.trees)


register_model(
    Forest, predict=forest_predict, learn=forest_learn, reset=forest_reset, room=forest_room
)
