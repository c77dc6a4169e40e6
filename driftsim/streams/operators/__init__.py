"""Operators: concepts that are made of others, so that anything can drift in any way."""
