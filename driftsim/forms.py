"""Forms: what a scenario may write in the place of a value, besides what the type of it says."""

from typing import Any, NamedTuple


class Also(NamedTuple):
    """A note in an annotation: what is written at its place may be of another type, too."""

    type: Any


class Words(NamedTuple):
    """A note in the annotation of a text: which ones there are."""

    known: tuple[str, ...] = ()
    pattern: str = ""  # of others, as a regular expression of ECMA and of Python
    hint: str = ""  # what such a text is
    meanings: tuple[str, ...] = ()  # of the known ones
    name: str = ""  # of the schema of the known ones, if that has one


def listed(value: Any) -> list[Any]:
    """What a scenario writes alone or as a list of several, as a list."""
    return value if isinstance(value, list) else [value]
