"""Grids: the names by which a search gives parameters to its estimator."""

from collections.abc import Iterator
from typing import Any

from driftsim.forms import listed
from driftsim.learners.conventions import conventions
from driftsim.libraries import parameters
from driftsim.messages import guess, short
from driftsim.safety import GRIDS


def check_names(search: Any, grid: Any) -> None:
    """Raise `ValueError` for a name in a grid that is no parameter of what it is given to.

    Boosters take any name by `set_params`, also those of files to read and of machines to call.
    """
    for one in listed(grid):
        for key in one if isinstance(one, dict) else ():
            for owner, name in owners(search.estimator, one, key):
                known = names_of(owner)
                if name in GRIDS:
                    raise ValueError(f"{short(key)} is a grid within a grid; leave it out")
                if known is not None and name not in known:
                    title = type(owner).__name__
                    raise ValueError(
                        f"{title} has no parameter {short(name)}; {guess(name, known)}"
                    )


def owners(estimator: Any, grid: dict[str, Any], key: str) -> Iterator[tuple[Any, str]]:
    """What a key of a grid can be given to, and by which name.

    Those are the values of a key before it, which replace a part, or a part of the estimator.
    """
    words = key.split("__")
    for n in range(len(words) - 1, 0, -1):
        replaced = grid.get("__".join(words[:n]))
        if replaced is not None:
            return (part(one, words[n:]) for one in replaced if is_part(one))
    return iter([part(estimator, words)])


def part(estimator: Any, words: list[str]) -> tuple[Any, str]:
    """The part of an estimator that some words lead to, and what is left of them."""
    for n, word in enumerate(words[:-1]):
        inside = estimator.get_params().get(word)
        if not is_part(inside):
            return estimator, "__".join(words[n:])
        estimator = inside
    return estimator, words[-1]


def is_part(value: Any) -> bool:
    """Whether a value has parameters of its own."""
    return hasattr(value, "get_params") and not isinstance(value, type)


def names_of(owner: Any) -> list[str] | None:
    """The parameters that something can be given, or None for any."""
    rules = conventions(type(owner).__module__)
    given = owner.get_params()
    more = rules.beyond(given)
    return None if more is None else [*dict.fromkeys([*parameters(type(owner)), *given, *more])]
