"""Scenarios: what a YAML file says, checked and resolved."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from driftsim.scenario.loading import load
    from driftsim.scenario.scenario import Scenario
    from driftsim.scenario.study import Study, Variant, study_of

__all__ = ["Scenario", "Study", "Variant", "load", "study_of"]
HOMES = {
    "Scenario": "scenario",
    "Study": "study",
    "Variant": "study",
    "load": "loading",
    "study_of": "study",
}


def __getattr__(name):  # so that what only reads a file does not import all streams and learners
    if name in HOMES:
        return getattr(import_module(f"{__name__}.{HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
