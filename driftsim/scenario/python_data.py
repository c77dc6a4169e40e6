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
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple | range):
        return [plain(one) for one in value]
    if isinstance(value, np.generic):
        return value.item()
    return str(value) if isinstance(value, PurePath) else value


def copied(value: Any) -> Any:
    """A copy of the dicts and lists in a document; objects stay the ones they are."""
    if isinstance(value, dict):
        return {key: copied(one) for key, one in value.items()}
    return [copied(one) for one in value] if isinstance(value, list) else value


def is_data(value: Any) -> bool:
    """Whether a file can write a value."""
    if isinstance(value, dict):
        return all(map(is_data, value.values()))
    return all(map(is_data, value)) if isinstance(value, list) else type(value) in PLAIN


def paths(value: Any, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The keys that lead to each part of a document."""
    yield above
    inside = dict(enumerate(value)) if isinstance(value, list) else value
    for key, one in inside.items() if isinstance(inside, dict) else ():
        yield from paths(one, (*above, str(key)))
