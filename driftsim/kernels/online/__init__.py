"""Kernels of our own online learners, which follow the field's reference definitions."""
