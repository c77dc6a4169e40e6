"""LMS against its exact excess: on a walk, with late labels, after a jump, and what it forgets."""

import numpy as np
import pytest
import theory
from closed_forms.simulation import MOST_Z, excess, greatest_z, linear, over, stream_of

RIVER = {  # whose squared loss has twice the gradient
    "kind": "river.linear_model.LinearRegression",
    "intercept_lr": 0.0,
    "optimizer": {"kind": "river.optim.SGD", "lr": 0.025},
}
OURS = {"kind": "least_squares", "step": 0.05}
START = [1.0, -1.0, 0.5, 0.0, 2.0]
SEEDS = pytest.param(200, marks=pytest.mark.slow)


def online(learner):
    return {"learner": learner, "policy": "online"}


@pytest.mark.parametrize("learner", [OURS, RIVER], ids=["ours", "river"])
@pytest.mark.parametrize("seeds", [20, SEEDS])
def test_on_a_random_walk(learner, seeds):
    stream = stream_of(1000, {"walk": linear(START, walk=0.02)})
    simulated = excess(stream, online(learner), seeds, 0, interval=25)
    expected = theory.lms(1000, START, 0.05, walk=0.02)
    assert greatest_z(simulated, over(expected, 25)) < MOST_Z
    assert abs(expected[-1] - theory.lms_floor(5, 0.05, walk=0.02)) < 1e-6


@pytest.mark.parametrize(
    ("d", "step", "noise", "walk"), [(5, 0.02, 1.0, 0.02), (10, 0.05, 0.5, 0.01)]
)
@pytest.mark.parametrize("seeds", [10, SEEDS])
def test_the_floor_depends_on_step_noise_and_walk(d, step, noise, walk, seeds):
    stream = stream_of(1000, {"walk": linear(np.zeros(d), walk=walk, noise=noise)})
    simulated = excess(stream, online({"kind": "least_squares", "step": step}), seeds, 0, 50)
    expected = theory.lms(1000, np.zeros(d), step, noise, walk)
    assert greatest_z(simulated, over(expected, 50)) < MOST_Z


@pytest.mark.parametrize("rows", [10, 50, 200])
@pytest.mark.parametrize("seeds", [10, SEEDS])
def test_with_late_labels(rows, seeds):
    stream = stream_of(1000, {"walk": linear(START, walk=0.02)})
    labels = {"kind": "delayed", "rows": rows}
    simulated = excess(stream, online(OURS), seeds, 0, interval=50, labels=labels)
    expected = theory.delayed(theory.lms(1000, START, 0.05, walk=0.02), rows, 5, 0.02)
    assert greatest_z(simulated, over(expected, 50)) < MOST_Z
    assert np.isclose(expected[-1], theory.lms_floor(5, 0.05, walk=0.02) + rows * 5 * 0.02**2)


@pytest.mark.parametrize("learner", [OURS, RIVER], ids=["ours", "river"])
@pytest.mark.parametrize("seeds", [20, SEEDS])
def test_after_a_jump(learner, seeds):
    after = np.add(START, [2.0, 0, 0, 0, 0])
    concepts = {"before": linear(START), "after": linear(after)}
    stream = stream_of(600, concepts, {"kind": "sudden", "at": [300]})
    simulated = excess(stream, online(learner), seeds, 0, interval=20)
    expected = theory.lms(600, START, 0.05, jumps={300: after - np.array(START)})
    assert greatest_z(simulated, over(expected, 20)) < MOST_Z
    floor, kept = theory.lms_floor(5, 0.05), theory.kept(5, 0.05)
    assert np.isclose(expected[300] - floor, 4, atol=1e-3)
    assert np.isclose(np.sum(expected[300:] - floor), 4 / (1 - kept), atol=1e-2)


@pytest.mark.parametrize(
    ("n", "seeds"),
    [(40, 10), *(pytest.param(n, 200, marks=pytest.mark.slow) for n in (10, 20, 40, 60))],
)
def test_what_it_forgets_of_a_concept_it_knew_by_heart(n, seeds):
    """Again and again: A without noise, until it is known; `n` noisy rows of B; and A again."""
    other, learned, visits = np.add(START, [0, 2.0, 0, 0, 0]), 150, 20
    concepts, at = {}, []
    for visit in range(visits):
        concepts |= {f"A{visit}": linear(START, noise=0.0), f"B{visit}": linear(other)}
        at += [visit * (learned + n) + learned, (visit + 1) * (learned + n)]
    concepts["A"] = linear(START, noise=0.0)
    stream = stream_of(visits * (learned + n) + 1, concepts, {"kind": "sudden", "at": at})
    simulated = excess(stream, online(OURS), seeds, 0)[:, at[1::2]]
    expected = theory.forgotten(n, other - np.array(START), 0.05)
    assert greatest_z(simulated.reshape(-1, 1), expected) < MOST_Z


def test_the_formulas_give_the_figures_they_are_known_for():
    """Of a step of .05 over five weights that walk by .02, and of a jump of length 2."""
    floors = theory.lms_floor(5, 0.05, walk=0.02), theory.lms_floor(5, 0.02, walk=0.02)
    assert np.allclose(floors, [0.17576, 0.10753], atol=1e-5)
    assert np.isclose(theory.lms_floor(10, 0.05, 0.5, 0.01), 0.10357, atol=1e-5)
    assert np.isclose(theory.best_step(5, 0.02), 0.018649, atol=1e-6)
    assert np.isclose(
        theory.lms_floor(5, theory.best_step(5, 0.02), walk=0.02), 0.107245, atol=1e-6
    )
    jump = [2.0, 0, 0, 0, 0]
    excesses = [theory.forgotten(n, jump, 0.05) for n in (10, 20, 40, 60)]
    assert np.allclose(excesses, [0.98848, 1.97135, 3.24631, 3.80492], atol=1e-5)
    path = theory.lms(501, np.zeros(5), 0.05, jumps={400: jump})[400:]
    assert np.allclose(
        path[[0, 5, 10, 20, 40, 100]], [4.1515, 2.7522, 1.8424, 0.8663, 0.2793, 0.1522], atol=2e-4
    )
