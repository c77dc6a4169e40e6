"""Distinct values: each of a list once, whether it can be hashed or not."""

from typing import Any


def distinct(values: list) -> dict[int, Any]:
    """Each value of a list that equals none before it, by its index."""
    first: dict[Any, int] = {}
    for i, value in enumerate(values):
        first.setdefault(_hashable(value), i)
    return {i: values[i] for i in first.values()}


def _hashable(value: Any) -> Any:
    """A key for a value, the same for equal values."""
    match value:
        case dict():
            return "map", frozenset((key, _hashable(one)) for key, one in value.items())
        case list():
            return ("seq", *map(_hashable, value))
    try:
        hash(value)
    except TypeError:  # an object from Python, which equals itself alone
        return "object", id(value)
    return value
