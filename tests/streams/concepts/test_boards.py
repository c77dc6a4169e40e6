"""Checkerboards and cakes against areas of their definitions."""

from math import pi, radians, sqrt, tan

import numpy as np
import pytest
from pydantic import ValidationError
from together import together

from driftsim.streams.concepts import Concept

N = 100_000


def part(kind, **given):
    return Concept.model_validate({"kind": kind, **given})


def close(share, expected):
    return abs(share - expected) <= 4 * sqrt(expected * (1 - expected) / N)


def disagreement(one, other):
    X, y = one.draw(np.random.default_rng(0), np.arange(N))
    return (other.label(X) != y).mean()


@pytest.mark.parametrize("angle", [0.0, 17.0])
def test_each_class_has_half_of_a_board_and_of_a_cake(angle):
    for board in (
        part("checkerboard", sides=[0.15, 0.15], angle=angle),
        part("cake", pairs=4, angle=angle),
    ):
        _, y = board.draw(np.random.default_rng(1), np.arange(N))
        assert close(y.mean(), 0.5)


@pytest.mark.parametrize(("angle", "share"), [(30.0, tan(radians(30)) / 2), (45.0, 0.5)])
def test_disagreement_of_boards_of_four_quarters(angle, share):
    """Between an axis and its turned self lies a triangle of area tan(angle) / 8, four times."""
    one, other = (part("checkerboard", sides=[1.0, 1.0], angle=a) for a in (0.0, angle))
    assert close(disagreement(one, other), share)


def test_a_quarter_of_a_turn_exchanges_the_classes_of_squares():
    one, other = (part("checkerboard", angle=a) for a in (10.0, 100.0))
    assert disagreement(one, other) == 1


def test_pieces_have_their_sides():
    bar = part("checkerboard", sides=[0.25, 0.5])
    x, y = np.meshgrid([0.1, 0.3, 0.6, 0.9], [0.2, 0.7])
    classes = bar.label(np.stack([x.ravel(), y.ravel()], axis=1)).reshape(2, 4)
    assert classes.tolist() == [[True, False, True, False], [False, True, False, True]]


@pytest.mark.parametrize(("angle", "share"), [(10.0, 10 / 60), (60.0, 1.0), (90.0, 0.5)])
def test_disagreement_of_cakes_is_the_angle_as_a_share_of_a_slice(angle, share):
    one, other = (part("cake", pairs=3, angle=a) for a in (0.0, angle))
    assert close(disagreement(one, other), share)


def test_density_of_boards():
    X = np.array([[0.55, 0.55], [0.8, 0.55], [1.1, 0.5]])
    assert part("checkerboard").density(X, np.arange(3)).tolist() == [[1, 0], [0, 1], [0, 0]]
    X = np.array([[0.5, 0.1], [0.5, -0.1], [0.8, 0.8]])
    assert part("cake").density(X, np.arange(3)).tolist() == [[1 / pi, 0], [0, 1 / pi], [0, 0]]


@together(
    ("written", "message"),
    [
        ({"kind": "checkerboard", "sides": [0.5]}, "at least 2"),
        ({"kind": "checkerboard", "sides": [0.5, 0.0]}, "at least 0.01"),
        ({"kind": "cake", "pairs": 0}, "more than 0"),
        ({"kind": "cake", "slices": 3}, "slices"),
    ],
)
def test_what_cannot_be_is_refused(written, message):
    with pytest.raises(ValidationError, match=message):
        Concept.model_validate(written)
