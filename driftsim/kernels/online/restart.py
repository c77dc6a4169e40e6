"""Restarts: a model that another one replaces when a detector fires, begun when that warned."""

from typing import NamedTuple

import numpy as np

from driftsim.kernels.detector_loop import ALARM, WARNING, update
from driftsim.kernels.loop import answer, compiled, learn, register_model, reset, room_of_model


class Restart(NamedTuple):
    """A model in force, another in the background, and a detector of changes in its errors."""

    model: tuple  # the state of the two
    detector: tuple  # the state of one
    now: np.ndarray  # (1,) of NOW
    share: np.ndarray  # (k,) scratch


NOW = np.dtype(
    [
        ("in_force", np.int64),  # which of the two models predicts
        ("warns", np.bool_),  # whether the detector has warned since it was last quiet
        ("label", np.float64),  # that was predicted last
    ]
)


def drift_restart(members, k, model, detector):
    """A model that has learned nothing; `model` gives the state of so many of its kind."""
    if members != 1:
        raise ValueError(f"a model with a detector is one member, not {members}")
    return Restart(model(2), detector, np.zeros(1, NOW), np.zeros(k))


@compiled
def restart_predict(s, m, x, p):
    return restart_answer(s, m, x, p, True)


@compiled
def restart_answer(s, m, x, p, probable):
    label = answer(s.model, s.now[0].in_force, x, p, probable)
    s.now[0].label = label
    return label


@compiled
def restart_learn(s, m, x, y, w, fresh):
    now = s.now[0]
    label = now.label if fresh else answer(s.model, now.in_force, x, s.share, False)
    level = update(s.detector, 0, 0.0 if max(label, 0.0) == y else 1.0)
    fresh = level != ALARM
    if level == ALARM:
        reset(s.model, now.in_force)
        reset(s.detector, 0)
        now.in_force, now.warns = 1 - now.in_force, False
    elif level == WARNING:
        if not now.warns:
            reset(s.model, 1 - now.in_force)
        now.warns = True
    else:
        now.warns = False
    for i in range(2):
        if i == now.in_force or level == WARNING:
            learn(s.model, i, x, y, w, fresh and i == now.in_force)


register_model(
    Restart,
    predict=restart_predict,
    answer=restart_answer,
    learn=restart_learn,
    room=room_of_model,
)
