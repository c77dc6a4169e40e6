"""Adaptation: when a model trains, and on which labels."""
