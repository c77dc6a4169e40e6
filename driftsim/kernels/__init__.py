"""Compiled learners and detectors: arrays and scalars in and out, a file a family.

Nothing here is imported, nor is numba, before a contender needs it.
"""
