"""Python data: scenarios as dicts, whose values may be objects that no file can write."""

from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

import numpy as np

PLAIN = (str, int, float, bool, type(None))


def plain(value: Any) -> Any:
    """A copy of a dict in the types of YAML: tuples as lists, scalars of numpy as numbers.

    Objects stay the ones they are.
    """
    match value:
        case dict():
            return {key: plain(one) for key, one in value.items()}
        case list() | tuple() | range():
            return [plain(one) for one in value]
        case np.generic():
            return value.item()
        case PurePath():
            return str(value)
    return value


def copied(value: Any) -> Any:
    """A copy of the dicts and lists in a document; objects stay the ones they are."""
    match value:
        case dict():
            return {key: copied(one) for key, one in value.items()}
        case list():
            return [copied(one) for one in value]
    return value


def is_data(value: Any) -> bool:
    """Whether a file can write a value."""
    match value:
        case dict():
            return all(map(is_data, value.values()))
        case list():
            return all(map(is_data, value))
    return type(value) in PLAIN


def paths(value: Any, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The keys that lead to each part of a document."""
    yield above
    match value:
        case dict():
            for key, one in value.items():
                yield from paths(one, (*above, str(key)))
        case list():
            for i, one in enumerate(value):
                yield from paths(one, (*above, str(i)))


def entry(value: Any, *keys: str) -> Any:
    """What stands at some keys of nested mappings, or None."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value
