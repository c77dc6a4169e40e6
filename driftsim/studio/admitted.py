"""Admitted values: the types, the bounds and the words that the annotation of a field admits."""

from collections.abc import Iterator
from functools import cache
from typing import Any, Literal, get_args, get_origin

from driftsim.forms import listed

NEAR = 1e-9  # to a bound that is not admitted


@cache
def _types(annotation: Any) -> frozenset[Any]:
    inside = get_args(annotation)
    if get_origin(annotation) is Literal:
        return frozenset()
    return frozenset([annotation]).union(*map(_types, filter(_hashable, inside)))


def _hashable(value: Any) -> bool:
    return getattr(value, "__hash__", None) is not None


def types_in(rules: Any) -> frozenset[Any]:
    """The types that an annotation is made of."""
    return frozenset().union(*(_types(one) for one in rules if _hashable(one)))


def metadata_in(rules: Any) -> Iterator[Any]:
    """All that annotations say beside types."""
    for one in rules:
        if found := getattr(one, "metadata", None):
            yield from found
        elif get_args(one) and get_origin(one) is not Literal:
            yield from metadata_in(get_args(one))
        else:
            yield one


def bounds_of(rules: Any) -> tuple[float | None, float | None]:
    """The least and the greatest value that an annotation admits; None without a bound.

    Where a bound itself is not admitted, they are a little within it.
    """
    low: float | None = None
    high: float | None = None
    if numbers := whole([*words_in(rules)]):
        return min(numbers), max(numbers)
    whole_numbers = int in types_in(rules) and float not in types_in(rules)
    within = 1 if whole_numbers else NEAR
    for one in metadata_in(rules):
        for name, step in {"ge": 0, "gt": within}.items():
            low = getattr(one, name) + step if hasattr(one, name) else low
        for name, step in {"le": 0, "lt": within}.items():
            high = getattr(one, name) - step if hasattr(one, name) else high
    return low, high


def whole(value: Any) -> list[int]:
    """The whole numbers of a value, or of a list; others are dates and durations."""
    return [one for one in listed(value) if isinstance(one, int)]


def words_of(rules: Any) -> tuple[str, ...]:
    """The words among which a field chooses; none where it takes any text."""
    return tuple(one for one in words_in(rules) if isinstance(one, str))


def words_in(rules: Any) -> tuple[Any, ...]:
    """The words, or numbers, of the first list of them in an annotation."""
    for one in rules:
        if get_origin(one) is Literal:
            return get_args(one)
        if found := words_in(get_args(one)):
            return found
    return ()
