"""The loop that plays any compiled model along a stretch of the stream, and its conventions.

The state of a model is a `NamedTuple` of arrays and numbers. It holds M models of one kind side
by side, its members: one, or all those of an ensemble. A family of models gives each of its states
these functions (`register_model` joins them), so that a state may hold another and work with it:

    predict(s, m, x, p)                 the class that member m predicts for x, or its number; fills
                                        p with the probability of each class; -1: no class yet
    learn(s, m, x, y, w, fresh)         train member m on a label that counts w times; `fresh` says
                                        that predict(s, m, x, p) was the call just before
    reset(s, m)                         member m has learned nothing
    room(s)                             whether one more `learn` of each member is sure to fit
    answer(s, m, x, p, probable)        as predict, but p is filled only if `probable`
"""

import sys
from collections.abc import Callable
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

# A kernel's functions allocate nothing. Without numba's runtime (`_nrt`) they count no references
# to the arrays of a state; counting takes a Hoeffding tree 1.4 times as long.
OPTIONS: dict[str, Any] = {
    "nogil": True,
    "error_model": "numpy",  # a division by zero gives inf or NaN, and raises nothing
    "_nrt": False,
    "no_cpython_wrapper": True,  # only the loop is called from Python
    "no_cfunc_wrapper": True,
}
dispatched: list[tuple[Callable, type, Callable, bool]] = []  # that numba does not know yet


class Compiled:
    """A function of a kernel, which numba compiles as part of a loop, and no sooner."""

    def __init__(self, py_func: Callable):
        self.py_func, self.__doc__ = py_func, py_func.__doc__

    @cached_property
    def _dispatcher(self):
        from numba import njit, types

        made = njit(**OPTIONS)(self.py_func)
        own = made.get_call_template

        def for_any(args, kws):  # not once for each number that is written in a call
            kws = {name: types.unliteral(one) for name, one in kws.items()}
            return own(tuple(types.unliteral(one) for one in args), kws)

        made.get_call_template = for_any
        return made

    @property
    def _numba_type_(self):  # what numba looks for
        return self._dispatcher._numba_type_


compiled: Callable = Compiled


def predict(s, m, x, p):
    """What member m of a state predicts for a row x (d,)."""


def answer(s, m, x, p, probable):
    """What `predict` gives; fills p only if `probable`: naive Bayes takes 1/1.5 without."""


def learn(s, m, x, y, w, fresh):
    """Train member m of a state on one label."""


def reset(s, m):
    """Make member m of a state as new."""


def room(s):
    """Whether a state has room to learn one more label."""


def register_model(state: type, **functions: Callable) -> None:
    """Give the states of a class their functions: predict, learn, reset and, if it grows, room.

    And `answer`, if labels alone cost less than probabilities.
    """
    otherwise: dict[str, Callable] = {"room": _always, "answer": _predicted}
    for generic in (predict, answer, learn, reset, room):
        name = generic.__name__
        if given := functions.get(name) or otherwise.get(name):
            dispatch(generic, state, given)


def dispatch(generic: Callable, state: type, function: Callable, forceinline: bool = True) -> None:
    """Have `generic` call this function where its first argument is a state of this class."""
    dispatched.append((generic, state, function, forceinline))


def room_of_model(s):
    """The room of a state whose field `model` is all that grows."""
    return room(s.model)


def _always(s):
    return True


def _predicted(s, m, x, p, probable):
    return predict(s, m, x, p)


def enlarged(state):
    """The same state with more room, within the states it holds too.

    That of a class which grows is made by the function `enlarged` of its own module.
    """
    grow = getattr(sys.modules[type(state).__module__], "enlarged", None)
    grown = grow(state) if grow else state
    held = {name: one for name, one in grown._asdict().items() if isinstance(one, tuple)}
    return grown._replace(**{name: enlarged(one) for name, one in held.items()})


def overruns(state) -> bool:
    """Whether a state, or one within it, has had to learn or predict what its kernel cannot.

    It says so in its field `overrun`. From then on there is no room for it: `enlarged` says why.
    """
    own = getattr(state, "overrun", None)
    return bool(own is not None and own[0]) or any(
        overruns(one) for one in state if isinstance(one, tuple)
    )


class Stretch(NamedTuple):
    """A stretch of the stream: n rows to predict, and m labels that arrive around them."""

    t: np.ndarray  # (n,) positions
    X: np.ndarray  # (n, d)
    due_t: np.ndarray  # (m,) positions of the rows whose labels come in
    due_X: np.ndarray  # (m, d)
    due_y: np.ndarray  # (m,) float
    weight: np.ndarray  # (m,) how much each label counts
    due_by: np.ndarray  # (n + 1,) labels in before row i is predicted; at last m


def play(state, stretch, done, label, p):
    """Predict each row of a stretch after learning the labels due before it, then the rest.

    Fills `label` (n,) and `p` (n, k), or the one row of `p` again and again. `done` holds the
    number of rows predicted and of labels learned; where it is not (n, m) afterwards, the state
    has no room left: enlarge it and call again.
    """
    n, last = stretch.t.size, -1  # last: the position of the row predicted just before
    probable = p.shape[0] == n
    i, j = done[0], done[1]
    if not room(state):
        return
    while True:
        while j < stretch.due_by[i]:
            fresh = stretch.due_t[j] == last  # a tree that predicts twice takes 1.3 times as long
            learn(state, 0, stretch.due_X[j], stretch.due_y[j], stretch.weight[j], fresh)
            last = -1
            j += 1
            if not room(state):
                done[0], done[1] = i, j
                return
        if i == n:
            break
        label[i] = answer(state, 0, stretch.X[i], p[i if probable else 0], probable)
        last = stretch.t[i]
        i += 1
    done[0], done[1] = n, j
