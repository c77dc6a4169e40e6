"""The flagship: four strategies on one stream, each as in theory; a scenario and a page."""

from pathlib import Path

import numpy as np
import offline_or_online
import pytest
from closed_forms.simulation import MOST_Z, excess, greatest_z, over

import driftsim

ROOT = Path(__file__).resolve().parents[2]
SCENARIO = driftsim.load(ROOT / "scenarios" / "offline_or_online.yaml").variants[0].scenario
NAMES = ["offline once", "offline, then online", "online", "retrained"]
STEPS = [0, 50, 150, 180, 210, 299]
KNOWN = {  # to four digits, at these steps after the warm-up
    "offline once": [0.1136, 0.1136, 4.1136, 4.1136, 4.1136, 4.1136],
    "offline, then online": [0.1136, 0.1510, 4.1515, 0.4537, 0.1743, 0.1515],
    "online": [0.1798, 0.1519, 4.1515, 0.4537, 0.1743, 0.1515],
    "retrained": [0.1136, 0.0926, 4.0926, 1.1926, 0.0926, 0.0926],
}


@pytest.mark.parametrize("name", NAMES)
def test_theory_gives_the_figures_it_is_known_for(name):
    assert np.allclose(offline_or_online.expected(SCENARIO)[name][STEPS], KNOWN[name], atol=1.5e-4)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("seeds", [40, pytest.param(200, marks=pytest.mark.slow)])
def test_each_strategy_errs_as_in_theory(name, seeds):
    interval = 10 if seeds >= 200 else 50
    contender = SCENARIO.models[name].model_dump(serialize_as_any=True)
    simulated = excess(SCENARIO.stream, contender, seeds, 50, interval=interval)
    expected = offline_or_online.expected(SCENARIO)[name]
    assert greatest_z(simulated, over(expected, interval)) < MOST_Z
