"""Mixed, circles and tori against the known numbers of their definitions."""

import itertools
from math import acos, pi, sqrt

import numpy as np
import pytest
from pydantic import ValidationError
from together import together

from driftsim.streams.concepts import Concept
from driftsim.streams.stream import Stream

N = 200_000
CIRCLES = {  # the published ones, and how much of the square each covers
    (0.2, 0.15): pi * 0.15**2,
    (0.4, 0.2): pi * 0.2**2,
    (0.6, 0.25): pi * 0.25**2,
    (0.8, 0.3): 0.09 * (pi - acos(2 / 3)) + 0.2 * sqrt(0.05),  # its rim lies outside the square
}


def part(written):
    return Concept.model_validate(written)


def circle(x, radius):
    return part({"kind": "circles", "centre": [x, 0.5], "radius": radius})


def drawn(concept, n=N):
    return concept.draw(np.random.default_rng(0), np.arange(n))


def close(share, expected, n=N):
    return abs(share - expected) <= 4 * sqrt(expected * (1 - expected) / n)


@pytest.mark.parametrize(("function", "share"), [(1, 1 - 0.531831), (2, 0.531831)])
def test_share_of_class_1_of_mixed(function, share):
    X, y = drawn(part({"kind": "mixed", "function": function}))
    assert close(y.mean(), share)
    assert np.allclose(X.mean(axis=0), 0.5, atol=4 * 0.5 / sqrt(N))
    assert abs(np.corrcoef(X.T) - np.eye(4)).max() < 4 / sqrt(N)


def test_mixed_by_enumeration():
    """Two of three hold, the third of which is that (0.5, 0.1) is below the sine and 0.9 not."""
    X = np.array(list(itertools.product((0.0, 1.0), (0.0, 1.0), [1 / 6], (0.1, 0.9))))
    two = X[:, 0] + X[:, 1] + (X[:, 3] < 0.5) >= 2
    one, reversed_ = (part({"kind": "mixed", "function": f}).label(X) for f in (1, 2))
    assert np.array_equal(one, ~two) and np.array_equal(reversed_, two)


def test_density_of_mixed_counts_codes_and_measures_numbers():
    mixed, side = part("mixed"), (np.arange(300) + 0.5) / 300
    v, w, x, y = np.meshgrid([0.0, 1.0], [0.0, 1.0], side, side)
    X = np.stack([v, w, x, y], axis=-1).reshape(-1, 4)
    density = mixed.density(X, np.arange(len(X)))
    assert np.isclose(density.sum() / 300**2, 1)
    assert np.isclose(density[:, 0].sum() / 300**2, 0.531831, atol=1e-3)
    outside = np.array([[0.5, 0.0, 0.1, 0.1], [0.0, 2.0, 0.1, 0.1], [0.0, 1.0, 1.1, 0.1]])
    assert not mixed.density(outside, np.arange(3)).any()


@together(("placed", "area"), CIRCLES.items())
def test_share_of_class_1_of_circles(placed, area):
    assert close(drawn(circle(*placed))[1].mean(), area)


def test_disagreement_of_circles():
    """Two circles disagree on both but twice on what they share, here a lens of known area."""
    (one, r), (other, s) = (0.2, 0.15), (0.4, 0.2)
    d = other - one
    a, b = (d * d + r * r - s * s) / (2 * d * r), (d * d + s * s - r * r) / (2 * d * s)
    kite = sqrt((-d + r + s) * (d + r - s) * (d - r + s) * (d + r + s)) / 2
    lens = r * r * acos(a) + s * s * acos(b) - kite
    X, y = drawn(circle(one, r))
    stale = circle(other, s).label(X) != y
    assert close(stale.mean(), pi * (r * r + s * s) - 2 * lens)


def test_density_of_circles():
    X = np.array([[0.2, 0.5], [0.9, 0.5], [1.2, 0.5]])
    assert part("circles").density(X, np.arange(3)).tolist() == [[0, 1], [1, 0], [0, 0]]


def test_a_circle_moves_and_grows_by_its_numbers():
    concepts = {
        name: {"kind": "circles", "centre": [x, 0.5], "radius": r}
        for name, (x, r) in zip("ab", CIRCLES)
    }
    drift = {"kind": "incremental", "at": [10_000], "width": 19_000}
    world = Stream.model_validate({"length": 20_000, "concepts": concepts, "drift": drift})
    block = world.rows(0, 9_000, 11_000)
    half_way = np.hypot(block.X[:, 0] - 0.3, block.X[:, 1] - 0.5) <= 0.175
    assert np.mean(block.y != half_way) < 0.02
    posterior = world.instantiated(0).posterior(block.t, block.X)
    assert np.array_equal(posterior.argmax(axis=1), block.y)


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"centre": [0.35, 0.5, 0.5], "radius": 0.2},
        {"centre": [0.3, 0.5, 0.4], "axis": "x", "radius": 0.2, "tube": 0.2},
    ],
)
def test_share_of_class_1_of_a_torus_that_lies_within_the_cube(parameters):
    torus = part({"kind": "torus"} | parameters)
    assert close(drawn(torus)[1].mean(), 2 * pi**2 * torus.radius * torus.tube**2)


@pytest.mark.parametrize(("along", "axis"), list(enumerate("xyz")))
def test_a_torus_lies_across_its_axis(along, axis):
    torus = part({"kind": "torus", "axis": axis, "radius": 0.25, "tube": 0.125})
    middles = np.array([0.5, 0.5, 0.5]) + 0.25 * np.eye(3)  # of the tube, but for one
    assert torus.label(middles).tolist() == [j != along for j in range(3)]
    rims = middles[along - 1] + np.outer([-0.13, -0.12, 0.12, 0.13], np.eye(3)[along])
    assert torus.label(rims).tolist() == [False, True, True, False]


@pytest.mark.parametrize(("axis", "next_one", "third"), ["xyz", "yzx", "zxy"])
def test_a_torus_tilts_from_an_axis_to_the_next(axis, next_one, third):
    X, _ = drawn(part("torus"), 20_000)
    tilted = part({"kind": "torus", "axis": axis, "tilt": 90.0}).label(X)
    assert np.array_equal(tilted, part({"kind": "torus", "axis": next_one}).label(X))
    half = part({"kind": "torus", "axis": axis, "tilt": 45.0})
    here, there, other = (np.eye(3)["xyz".index(one)] for one in (axis, next_one, third))
    outside, inside = 0.5 + 0.25 * (here + there) / sqrt(2), 0.5 + 0.25 * other
    assert half.label(np.stack([outside, inside])).tolist() == [False, True]
    assert close(half.label(drawn(half)[0]).mean(), 2 * pi**2 * 0.25 * 0.15**2)


def test_density_of_a_torus():
    X = np.array([[0.75, 0.5, 0.5], [0.5, 0.5, 0.5], [0.75, 0.5, 1.2]])
    assert part("torus").density(X, np.arange(3)).tolist() == [[0, 1], [1, 0], [0, 0]]


@together(
    ("written", "message"),
    [
        ({"kind": "mixed", "function": 3}, "1 or 2"),
        ({"kind": "mixed", "funktion": 1}, "did you mean 'function'"),
        ({"kind": "circles", "radius": 0.0}, "more than 0"),
        ({"kind": "circles", "radius": 2.0}, "at most 1.5"),
        ({"kind": "circles", "centre": [0.5]}, "at least 2"),
        ({"kind": "circles", "centre": [0.5, 0.5, 0.5]}, "at most 2"),
        ({"kind": "circles", "centre": [0.5, 1.5]}, "at most 1"),
        ({"kind": "torus", "centre": [0.5, 0.5]}, "at least 3"),
        ({"kind": "torus", "axis": "w"}, "'x', 'y' or 'z'"),
        ({"kind": "torus", "tube": 0.0}, "more than 0"),
        ({"kind": "torus", "radius": 0.1}, "a tube of 0.15 closes the hole of a torus"),
    ],
)
def test_what_cannot_be_is_refused(written, message):
    with pytest.raises(ValidationError, match=message):
        part(written)


@pytest.mark.parametrize("function", [1, 2, 3, 4])
def test_a_curve_that_is_looked_up_tells_what_the_sine_does(function):
    rng = np.random.default_rng(function)
    x = np.append(rng.random(200_000), [0.0, 1.0, 0.5])
    sine = np.sin(x) if function <= 2 else 0.5 + 0.3 * np.sin(3 * np.pi * x)
    for y in (rng.random(len(x)), sine, np.nextafter(sine, 0), sine + 1e-5, sine - 1e-5):
        expected = (y >= sine) ^ (function % 2 == 0)
        labels = Concept.model_validate({"kind": "sine", "function": function}).label(
            np.stack([x, y], 1)
        )
        assert np.array_equal(labels, expected)
