"""Drift retraining: a model that is replaced by one trained in the background when errors rise."""

from typing import NamedTuple

import numpy as np

from driftsim.kernels.detector_loop import ALARM, WARNING, update
from driftsim.kernels.loop import compiled, learn, predict, register_model, reset, room_of_model


class DriftRetraining(NamedTuple):
    """Models whose detector decides when the next one takes over, which learns while it warns."""

    model: tuple  # the state of M models, or of M pairs, of which one is in the background
    detector: tuple  # the state of M detectors, of the errors of the models
    pair: int  # 2 with models in the background, or 1
    front: np.ndarray  # (M,) which of its pair predicts
    warned: np.ndarray  # (M,) whether the error before was followed by a warning
    lasts: (
        bool  # a warning lasts beyond an alarm: then the next model learns and does not take over
    )
    share: np.ndarray  # (k,) scratch: the probabilities of a model


def drift_retraining(members, d, k, model, detector, lasts, train_in_background=True):
    """Models that have learned nothing; `model` and `detector` give the states of so many."""
    pair = 2 if train_in_background else 1
    return DriftRetraining(
        model(members * pair), detector(members), pair, np.zeros(members, np.int64),
        np.zeros(members, np.bool_), bool(lasts), np.zeros(k),
    )  # fmt: skip


@compiled
def retraining_predict(s, m, x, p):
    return predict(s.model, m * s.pair + s.front[m], x, p)


@compiled
def retraining_learn(s, m, x, y, w, fresh):
    """As in river, whose EDDM still warns at an alarm that comes after a warning."""
    front = m * s.pair + s.front[m]
    label = predict(s.model, front, x, s.share)
    kept = True
    if label >= 0.0:
        level = update(s.detector, m, 0.0 if label == y else 1.0)
        if s.pair == 2 and (level == WARNING or (level == ALARM and s.lasts and s.warned[m])):
            learn(s.model, m * s.pair + 1 - s.front[m], x, y, w, False)
        elif level == ALARM:
            kept = False
            reset(s.model, front)
            if s.pair == 2:
                s.front[m] = 1 - s.front[m]
        s.warned[m] = level == WARNING
        if level == ALARM:
            reset(s.detector, m)
    learn(s.model, m * s.pair + s.front[m], x, y, w, kept)


@compiled
def retraining_reset(s, m):
    reset(s.detector, m)
    for i in range(m * s.pair, (m + 1) * s.pair):
        reset(s.model, i)
    s.front[m] = 0
    s.warned[m] = False


register_model(
    DriftRetraining,
    predict=retraining_predict,
    learn=retraining_learn,
    reset=retraining_reset,
    room=room_of_model,
)
