"""Adaptive random forests: trees on weighted rows and sampled columns, replaced when they drift."""

import math
from functools import partial
from typing import NamedTuple

import numpy as np

from driftsim.kernels.adwin import adwin
from driftsim.kernels.detector_loop import ALARM, update
from driftsim.kernels.hoeffding_leaf import NOTHING
from driftsim.kernels.loop import compiled, learn, predict, register_model, reset, room
from driftsim.kernels.mersenne_twister import poisson, random_state
from driftsim.kernels.trees import Trees, arrive, draw_columns, hoeffding_tree

MODEL = np.dtype(
    [
        ("foreground", np.int64),  # which of its two trees predicts; the other may learn behind it
        ("has_background", np.int64),  # whether it does, since a warning
        ("n", np.float64),  # predictions since its last drift
        ("n_correct", np.float64),
        ("label", np.float64),  # that it predicted last
    ]
)


class Forest(NamedTuple):
    """M forests of n models each; model i of forest m has trees 2 (m n + i) and the next."""

    models: np.ndarray  # (M, n) of MODEL
    trees: Trees
    drift: tuple  # detectors, M n
    warning: tuple  # detectors, M n
    known: np.ndarray  # (2 M n, k) whether a tree has learned of a class
    random_states: np.ndarray  # (M, 625)
    initial: np.ndarray  # (625,) random state of a new member
    by_name: np.ndarray  # (d,) columns in the order of their names
    pool: np.ndarray  # (d,) scratch
    p: np.ndarray  # (k,) scratch
    order: np.ndarray  # (k,) scratch: classes in the order in which they are first voted for
    rate: float  # mean weight of a row
    weighs: bool  # votes, by the accuracy of the model
    detects: bool
    warns: bool


def adaptive_random_forest(
    members,
    d,
    k,
    n_models=10,
    max_features="sqrt",
    lambda_value=6,
    disable_weighted_vote=False,
    drift_detector=partial(adwin, delta=0.001),
    warning_detector=partial(adwin, delta=0.01),
    seed=None,
    names=None,
    grace_period=50,
    delta=0.01,
    memory_estimate_period=2_000_000,
    new_trees=hoeffding_tree,
    **parameters,
):
    """Adaptive random forests (Gomes et al. 2017) that have learned nothing.

    A detector is a function of the number of members; None: there is none.
    `names` are those of the columns, `new_trees` makes the trees, of the other parameters.
    """
    n = members * n_models
    trees = new_trees(
        2 * n,
        d,
        k,
        grace_period=grace_period,
        delta=delta,
        memory_estimate_period=memory_estimate_period,
        max_features=resolved(max_features, d),
        whole=True,
        **parameters,
    )
    initial = random_state(seed)
    return Forest(
        np.zeros((members, n_models), MODEL),
        trees,
        (drift_detector or adwin)(n),
        (warning_detector or adwin)(n),
        np.zeros((2 * n, k), np.bool_),
        np.tile(initial, (members, 1)),
        initial,
        np.array(sorted(range(d), key=names.__getitem__) if names else range(d)),
        np.zeros(d, np.int64),
        np.zeros(k),
        np.zeros(k, np.int64),
        float(lambda_value),
        not disable_weighted_vote,
        drift_detector is not None,
        warning_detector is not None,
    )


def resolved(max_features, d):
    """How many columns each leaf looks at, of d."""
    if max_features is None:
        return d
    if max_features == "sqrt":
        m = round(math.sqrt(d))
    elif max_features == "log2":
        m = round(math.log2(d))
    else:
        m = int(max_features * d) if isinstance(max_features, float) else int(max_features)
    return min(max(m + d if m < 0 else m, 1), d)


@compiled
def predict_one(s, m, i, x):
    """Have a model predict, its probabilities in s.p; the number of its tree."""
    model = s.models[m, i]
    tree = 2 * (m * s.models.shape[1] + i) + model.foreground
    model.label = predict(s.trees, tree, x, s.p)
    return tree


@compiled
def forest_predict(s, m, x, p):
    k, n = p.size, 0
    for c in range(k):
        p[c] = NOTHING
    for i in range(s.models.shape[1]):
        tree, model = predict_one(s, m, i, x), s.models[m, i]
        share = 1.0
        if s.weighs and model.n_correct > 0.0:
            share = model.n_correct / model.n
        for c in range(k):
            if s.known[tree, c]:
                if p[c] == NOTHING:
                    p[c], s.order[n] = 0.0, c
                    n += 1
                p[c] += s.p[c] * share
    total = 0.0
    for j in range(n):
        total += p[s.order[j]]
    label, most = -1.0, NOTHING
    for j in range(n):
        c = s.order[j]
        p[c] = p[c] / total if total > 0.0 else p[c]
        if p[c] > most:
            label, most = float(c), p[c]
    for c in range(k):
        p[c] = max(p[c], 0.0)
    return label


@compiled
def forest_learn(s, m, x, y, w, fresh):
    for i in range(s.models.shape[1]):
        model, j = s.models[m, i], m * s.models.shape[1] + i
        if not fresh:
            predict_one(s, m, i, x)
        wrong = 1.0 if model.label != y else 0.0
        model.n += 1.0
        model.n_correct += 1.0 - wrong
        times = float(poisson(s.random_states[m], s.rate))
        if times == 0.0:
            continue
        for which in (1 - model.foreground, model.foreground):
            tree = 2 * j + which
            if which != model.foreground and not model.has_background:
                continue
            arrive(s.trees, tree, x, which == model.foreground)
            draw_columns(s.trees, tree, x, s.random_states[m], s.by_name, s.pool)
            s.known[tree, int(y)] = True
            learn(s.trees, tree, x, y, times, True)
        replace_drifted(s, model, j, wrong)


@compiled
def replace_drifted(s, model, j, wrong):
    """Start the background tree of a model at a warning, and let it take over at a drift."""
    if s.warns and update(s.warning, j, wrong) == ALARM:
        reset_tree(s, 2 * j + 1 - model.foreground)
        model.has_background = True
        reset(s.warning, j)
    if s.detects and update(s.drift, j, wrong) == ALARM:
        reset_tree(s, 2 * j + model.foreground)
        if model.has_background:
            model.foreground, model.has_background = 1 - model.foreground, False
            reset(s.warning, j)
        reset(s.drift, j)
        model.n = model.n_correct = 0.0


@compiled
def reset_tree(s, tree):
    """Make a tree as new."""
    reset(s.trees, tree)
    for c in range(s.known.shape[1]):
        s.known[tree, c] = False


@compiled
def forest_reset(s, m):
    for i in range(s.models.shape[1]):
        model, j = s.models[m, i], m * s.models.shape[1] + i
        model.foreground, model.has_background, model.n, model.n_correct = 0, False, 0.0, 0.0
        reset_tree(s, 2 * j)
        reset_tree(s, 2 * j + 1)
        reset(s.drift, j)
        reset(s.warning, j)
    for i in range(s.initial.size):
        s.random_states[m, i] = s.initial[i]


@compiled
def forest_room(s):
    return room(s.trees)


register_model(
    Forest, predict=forest_predict, learn=forest_learn, reset=forest_reset, room=forest_room
)
