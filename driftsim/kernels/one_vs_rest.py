"""One versus the rest: a classifier for each class, which says how likely that one is."""

from typing import NamedTuple

import numpy as np

from driftsim.kernels.loop import compiled, learn, predict, register_model, reset, room_of_model


class OneVsRest(NamedTuple):
    """Classifiers of two classes, one for each class that has been met."""

    model: tuple  # the state of M * k members, of which k are of one classifier
    order: np.ndarray  # (M, k) classes in the order in which they were first met
    met: np.ndarray  # (M,) how many
    share: np.ndarray  # (2,) scratch: the probabilities that one member predicts


def one_vs_rest(members, d, k, classifier):
    """Classifiers that have learned nothing; `classifier` gives the state of so many members."""
    order, met = np.zeros((members, k), np.int64), np.zeros(members, np.int64)
    return OneVsRest(classifier(members * k), order, met, np.zeros(2))


@compiled
def rest_predict(s, m, x, p):
    total, n = 0.0, s.met[m]
    for c in range(p.size):
        p[c] = 0.0
    for j in range(n):
        c = s.order[m, j]
        predict(s.model, m * p.size + c, x, s.share)
        p[c] = s.share[1]
        total += p[c]
    most, label = -1.0, -1
    for j in range(n):
        c = s.order[m, j]
        p[c] = p[c] / total if total != 0.0 else 1.0 / n
        if p[c] > most:
            most, label = p[c], c
    return float(label)


@compiled
def rest_learn(s, m, x, y, w, fresh):
    new = True
    for j in range(s.met[m]):
        new &= s.order[m, j] != int(y)
    if new:
        s.order[m, s.met[m]] = int(y)
        s.met[m] += 1
    for j in range(s.met[m]):
        c = s.order[m, j]
        known = fresh and not (new and c == int(y))
        learn(s.model, m * s.order.shape[1] + c, x, 1.0 if c == int(y) else 0.0, w, known)


@compiled
def rest_reset(s, m):
    s.met[m] = 0
    for c in range(s.order.shape[1]):
        reset(s.model, m * s.order.shape[1] + c)


register_model(
    OneVsRest, predict=rest_predict, learn=rest_learn, reset=rest_reset, room=room_of_model
)
