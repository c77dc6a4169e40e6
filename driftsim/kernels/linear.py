"""Linear models trained row by row, and the scaler before them."""

import math
from typing import NamedTuple

import numpy as np

from driftsim.kernels.loop import compiled, learn, predict, register_model, reset, room_of_model

LOG, HINGE, SQUARED = range(3)  # losses
EPSILON = 1e-15  # how near to 0 or 1 a probability may come in a gradient


class Linear(NamedTuple):
    """A weighted sum of the features, trained by stochastic gradient descent at a constant rate."""

    weights: np.ndarray  # (M, d)
    intercept: np.ndarray  # (M,)
    loss: int
    rate: float
    intercept_rate: float
    intercept_init: float
    l2: float
    clip: float  # most that a gradient may be


def logistic_regression(
    members, d, k,
    optimizer=0.01, intercept_lr=0.01, intercept_init=0.0, l2=0.0, clip_gradient=1e12,
):  # fmt: skip
    """Logistic regressions that have learned nothing; `optimizer` is the rate of the weights."""
    return _linear(members, d, LOG, optimizer, intercept_lr, intercept_init, l2, clip_gradient)


def perceptron(members, d, k, l2=0.0, clip_gradient=1e12):
    """Perceptrons (Rosenblatt 1958) that have learned nothing."""
    return _linear(members, d, HINGE, 1.0, 1.0, 0.0, l2, clip_gradient)


def linear_regression(
    members, d, k,
    optimizer=0.01, intercept_lr=0.01, intercept_init=0.0, l2=0.0, clip_gradient=1e12,
):  # fmt: skip
    """Linear regressions that have learned nothing; `optimizer` is the rate of the weights."""
    return _linear(members, d, SQUARED, optimizer, intercept_lr, intercept_init, l2, clip_gradient)


def _linear(members, d, loss, *numbers):
    rate, intercept_rate, intercept_init, l2, clip = map(float, numbers)
    intercept = np.full(members, intercept_init)
    weights = np.zeros((members, d))
    return Linear(weights, intercept, loss, rate, intercept_rate, intercept_init, l2, clip)


@compiled
def weighted_sum(weights, m, x):
    total = 0.0
    for i in range(x.size):
        total += weights[m, i] * x[i]
    return total


@compiled
def sigmoid(z):
    """The logistic function, cut off as in river."""
    if z < -30.0:
        return 0.0
    if z > 30.0:
        return 1.0
    return 1.0 / (1.0 + math.exp(-z))


@compiled
def gradient(loss, y, z):
    """The derivative of the loss with respect to the weighted sum z."""
    if loss == SQUARED:
        return 2.0 * (z - y)
    sign = 1.0 if y == 1.0 else -1.0
    if loss == HINGE:
        return -sign if z * sign <= 0.0 else 0.0
    if z * sign < -18.0:
        return -sign
    if z * sign > 18.0:
        return -sign * math.exp(-z * sign)
    return -sign / (math.exp(z * sign) + 1.0)


@compiled
def of_two_classes(z, p):
    """The more probable of two classes, given the log-odds z of the second."""
    p[1] = sigmoid(z)
    p[0] = 1.0 - p[1]
    return 1.0 if p[1] > p[0] else 0.0


@compiled
def linear_predict(s, m, x, p):
    z = weighted_sum(s.weights, m, x) + s.intercept[m]
    return z if s.loss == SQUARED else of_two_classes(z, p)


@compiled
def linear_learn(s, m, x, y, w, fresh):
    slope = w * gradient(s.loss, y, weighted_sum(s.weights, m, x) + s.intercept[m])
    slope = max(min(slope, s.clip), -s.clip)
    s.intercept[m] -= s.intercept_rate * slope
    for i in range(x.size):
        s.weights[m, i] -= s.rate * (slope * x[i] + s.l2 * s.weights[m, i])


@compiled
def linear_reset(s, m):
    s.weights[m] = 0.0
    s.intercept[m] = s.intercept_init


register_model(Linear, predict=linear_predict, learn=linear_learn, reset=linear_reset)


class LinearWithGaps(NamedTuple):
    """Linear regressions of rows that may lack features, which then count for nothing."""

    weights: np.ndarray  # (M, d)
    intercept: np.ndarray  # (M,)
    loss: int  # SQUARED
    rate: float
    intercept_rate: float
    intercept_init: float
    l2: float
    clip: float  # most that a gradient may be


@compiled
def gaps_predict(s, m, x, p):
    total = 0.0
    for i in range(x.size):
        total += s.weights[m, i] * x[i] if x[i] == x[i] else 0.0
    return total + s.intercept[m]


@compiled
def gaps_learn(s, m, x, y, w, fresh):
    slope = w * gradient(s.loss, y, gaps_predict(s, m, x, x))
    slope = max(min(slope, s.clip), -s.clip)
    s.intercept[m] -= s.intercept_rate * slope
    for i in range(x.size):
        if x[i] == x[i]:
            s.weights[m, i] -= s.rate * (slope * x[i] + s.l2 * s.weights[m, i])


register_model(LinearWithGaps, predict=gaps_predict, learn=gaps_learn, reset=linear_reset)


class PassiveAggressive(NamedTuple):
    """A classifier that moves just as far as it takes to classify the last row with a margin."""

    weights: np.ndarray  # (M, d)
    intercept: np.ndarray  # (M,)
    most: float  # C: how far it may move (mode 1), or how readily it does (mode 2)
    mode: int  # 0, 1 or 2: PA, PA-I or PA-II
    learns_intercept: bool


def passive_aggressive(members, d, k, C=1.0, mode=1, learn_intercept=True):
    """Passive-aggressive classifiers (Crammer et al. 2006) that have learned nothing."""
    weights, intercept = np.zeros((members, d)), np.zeros(members)
    return PassiveAggressive(weights, intercept, float(C), int(mode), bool(learn_intercept))


@compiled
def passive_predict(s, m, x, p):
    return of_two_classes(weighted_sum(s.weights, m, x) + s.intercept[m], p)


@compiled
def passive_learn(s, m, x, y, w, fresh):
    sign = 1.0 if y == 1.0 else -1.0
    loss = max(1.0 - sign * (weighted_sum(s.weights, m, x) + s.intercept[m]), 0.0)
    square = 0.0
    for i in range(x.size):
        square += x[i] * x[i]
    root = math.sqrt(square)
    square = root * root  # as river squares the norm, and where it matters: at ties
    if s.mode == 2:
        tau = loss / (square + 0.5 / s.most)
    else:
        tau = loss / square if square > 0.0 else 0.0
        if s.mode == 1:
            tau = min(s.most, tau)
    for i in range(x.size):
        s.weights[m, i] += tau * sign * x[i]
    if s.learns_intercept:
        s.intercept[m] += tau * sign


@compiled
def passive_reset(s, m):
    s.weights[m] = 0.0
    s.intercept[m] = 0.0


register_model(PassiveAggressive, predict=passive_predict, learn=passive_learn, reset=passive_reset)


class LargeMargin(NamedTuple):
    """A classifier that moves less and less, and asks for less of a margin, with each move."""

    weights: np.ndarray  # (M, d), of a norm of at most 1
    moves: np.ndarray  # (M,) one more than there were
    alpha: float
    margin: float  # B: before the first move
    rate: float  # C


def large_margin(members, d, k, alpha=0.9, B=1 / 0.9, C=2**0.5):
    """Approximate large margin classifiers (Gentile 2001), p = 2, that have learned nothing."""
    moves = np.ones(members)
    return LargeMargin(np.zeros((members, d)), moves, float(alpha), float(B), float(C))


@compiled
def margin_predict(s, m, x, p):
    return of_two_classes(weighted_sum(s.weights, m, x), p)


@compiled
def margin_learn(s, m, x, y, w, fresh):
    sign = 1.0 if y == 1.0 else -1.0
    root = math.sqrt(s.moves[m])
    if sign * weighted_sum(s.weights, m, x) >= (1.0 - s.alpha) * (s.margin / root):
        return
    step, square = s.rate / root * sign, 0.0
    for i in range(x.size):
        s.weights[m, i] += step * x[i]
        square += s.weights[m, i] * s.weights[m, i]
    norm = max(1.0, math.sqrt(square))
    for i in range(x.size):
        s.weights[m, i] /= norm
    s.moves[m] += 1.0


@compiled
def margin_reset(s, m):
    s.weights[m] = 0.0
    s.moves[m] = 1.0


register_model(LargeMargin, predict=margin_predict, learn=margin_learn, reset=margin_reset)


class Softmax(NamedTuple):
    """Logistic regression for any number of classes, trained by stochastic gradient descent."""

    weights: np.ndarray  # (M, k, d)
    order: np.ndarray  # (M, k) classes in the order in which they were first met
    met: np.ndarray  # (M,) how many
    share: np.ndarray  # (k,) scratch: the probability of each class
    rate: float
    l2: float


def softmax_regression(members, d, k, optimizer=0.01, l2=0.0):
    """Softmax regressions that have learned nothing; `optimizer` is the rate of the weights."""
    order, met = np.zeros((members, k), np.int64), np.zeros(members, np.int64)
    weights = np.zeros((members, k, d))
    return Softmax(weights, order, met, np.zeros(k), float(optimizer), float(l2))


@compiled
def softmax(s, m, x, p):
    """Fill p with the probability of each class that has been met."""
    highest, total = -math.inf, 0.0
    for j in range(s.met[m]):
        c = s.order[m, j]
        p[c] = 0.0
        for i in range(x.size):
            p[c] += s.weights[m, c, i] * x[i]
        highest = max(highest, p[c])
    for j in range(s.met[m]):
        c = s.order[m, j]
        p[c] = math.exp(p[c] - highest)
        total += p[c]
    for j in range(s.met[m]):
        p[s.order[m, j]] /= total


@compiled
def softmax_predict(s, m, x, p):
    for c in range(p.size):
        p[c] = 0.0
    softmax(s, m, x, p)
    best, label = -1.0, -1
    for j in range(s.met[m]):
        c = s.order[m, j]
        if p[c] > best:
            best, label = p[c], c
    return float(label)


@compiled
def softmax_learn(s, m, x, y, w, fresh):
    softmax(s, m, x, s.share)
    new = True
    for j in range(s.met[m]):
        new &= s.order[m, j] != int(y)
    if new:
        s.order[m, s.met[m]] = int(y)
        s.share[int(y)] = 0.0
        s.met[m] += 1
    for j in range(s.met[m]):
        c = s.order[m, j]
        slope = max(min(s.share[c], 1.0 - EPSILON), EPSILON) - (1.0 if c == int(y) else 0.0)
        for i in range(x.size):
            s.weights[m, c, i] -= s.rate * (slope * x[i] + s.l2 * s.weights[m, c, i])


@compiled
def softmax_reset(s, m):
    s.met[m] = 0
    s.weights[m] = 0.0


register_model(Softmax, predict=softmax_predict, learn=softmax_learn, reset=softmax_reset)


class Scaled(NamedTuple):
    """Models behind a scaler that gives each feature mean 0 and variance 1, as estimated so far."""

    model: tuple  # a state
    n: np.ndarray  # (M,) rows learned
    mean: np.ndarray  # (M, d)
    variance: np.ndarray  # (M, d)
    deviation: np.ndarray  # (M, d) its square root: to take it anew would be 1.3 times as slow
    z: np.ndarray  # (d,) scratch: the scaled row


def scaled(members, d, k, model):
    """Models that have learned nothing, each behind a scaler of its own.

    `model` gives the state of so many members.
    """
    mean, variance, deviation = (np.zeros((members, d)) for _ in range(3))
    return Scaled(model(members), np.zeros(members), mean, variance, deviation, np.zeros(d))


@compiled
def scale(s, m, x):
    for i in range(x.size):
        deviation = s.deviation[m, i]
        s.z[i] = (x[i] - s.mean[m, i]) / deviation if deviation > 0.0 else 0.0


@compiled
def scaled_predict(s, m, x, p):
    scale(s, m, x)
    return predict(s.model, m, s.z, p)


@compiled
def scaled_learn(s, m, x, y, w, fresh):
    """Welford's running mean and variance; the model learns the row as it is scaled with them."""
    s.n[m] += 1.0
    for i in range(x.size):
        before = x[i] - s.mean[m, i]
        s.mean[m, i] += before / s.n[m]
        s.variance[m, i] += (before * (x[i] - s.mean[m, i]) - s.variance[m, i]) / s.n[m]
        s.deviation[m, i] = math.sqrt(s.variance[m, i])
    scale(s, m, x)
    learn(s.model, m, s.z, y, w, False)


@compiled
def scaled_reset(s, m):
    s.n[m] = 0.0
    s.mean[m] = 0.0
    s.variance[m] = 0.0
    s.deviation[m] = 0.0
    reset(s.model, m)


register_model(
    Scaled, predict=scaled_predict, learn=scaled_learn, reset=scaled_reset, room=room_of_model
)
