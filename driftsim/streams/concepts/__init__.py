"""Concepts: labelled distributions, each of which holds until the stream drifts on.

Every module in this folder is loaded, and with it the kinds it defines.
"""

from importlib import import_module
from pkgutil import iter_modules

from driftsim.streams.concepts.concept import Concept

for module in iter_modules(__path__):
    import_module(f"{__name__}.{module.name}")

__all__ = ["Concept"]
