"""Concepts: labelled distributions, each valid until the stream drifts on.

Every module in this folder is imported, which registers the kinds it defines.
"""

from importlib import import_module
from pkgutil import iter_modules

from driftsim.streams.concepts.concept import Concept, Instantiated, Seeded

for module in iter_modules(__path__):
    import_module(f"{__name__}.{module.name}")

__all__ = ["Concept", "Instantiated", "Seeded"]
