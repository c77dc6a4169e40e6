"""Policies: when a model trains, and on which of the labels that have come in."""

from driftsim.adaptation.policies.policy import Policy

__all__ = ["Policy"]
