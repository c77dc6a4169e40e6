"""Concepts: labelled distributions, each valid until the stream drifts on."""

from driftsim.streams.concepts.concept import Concept, Instantiated, Seeded

__all__ = ["Concept", "Instantiated", "Seeded"]
