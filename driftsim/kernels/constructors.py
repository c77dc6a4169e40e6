"""Constructors: what is declared of a class of river, and what its constructor makes of a value."""

import sys
from collections.abc import Callable
from typing import Any, NamedTuple


class Declared(NamedTuple):
    """What is declared of a class of river."""

    parameters: str = ""  # with river's annotations and defaults
    roles: tuple[str, ...] = ()  # the classes of river.base that it inherits from
    multiclass: bool = False  # an ensemble is as its model is
    weighs: bool = False  # whether `learn_one` takes a weight
    becomes: dict[
        str, Callable[[Any, Callable], Any]
    ] = {}  # of parameters that attributes differ from


# What a constructor makes of a value; `new(path, **params)` makes a stand-in.


def otherwise(path, **params):
    """An object of a class in the place of None."""
    return lambda value, new: new(path, **params) if value is None else value


def schedule(value, new):
    """A rate that stays as it is, of a number."""
    if isinstance(value, int | float):
        return new("river.optim.schedulers.Constant", learning_rate=value)
    return value


def depth(value, new):
    """As deep as Python's recursion allows, where no depth is given."""
    return sys.getrecursionlimit() - 20 if value is None else value


def numbered(steps, new):
    """Steps by their names, which nothing reads; raises `ValueError` where there is none."""
    if not steps:
        raise ValueError("no steps")
    return dict(enumerate(steps))
