"""The loop that plays any compiled model along a stretch of the stream, and what it stands on.

The state of a model is a `NamedTuple` of arrays and numbers. It holds M models of one kind side by
side, its members: one, or all those of an ensemble. A family of models gives each of its states
these functions (`family` joins them to it), so that a state may hold another and work with it:

    predict(s, m, x, p)                 the label that member m gives x, or its number; fills p
                                        with the probability of each class; -1 is no label yet
    learn(s, m, x, y, w, fresh)         teach member m a label that counts w times; `fresh` says
                                        that predict(s, m, x, p) was the call just before
    reset(s, m)                         member m has learned nothing
    room(s)                             whether one more `learn` of each member is sure to fit
"""

import sys
from typing import NamedTuple

import numpy as np
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic, overload

# Divisions by zero are tested for, where they may happen. Compiled code is called from the loop
# alone, so that none but the loop needs an entry from Python; and it allocates nothing, so that
# none needs numba's memory.
OPTIONS = {"nogil": True, "error_model": "numpy"}
INSIDE = {**OPTIONS, "_nrt": False}
compiled = njit(**INSIDE, no_cpython_wrapper=True, no_cfunc_wrapper=True)  # of a kernel's functions


def predict(s, m, x, p):
    """What member m of a state says of a row x (d,)."""


def learn(s, m, x, y, w, fresh):
    """Teach member m of a state one label."""


def reset(s, m):
    """Have member m of a state forget all."""


def room(s):
    """Whether a state has room to learn one more label."""


def family(state, **functions):
    """Give the states of a class their functions: predict, learn, reset and, if it grows, room."""
    for generic in (predict, learn, reset, room):
        given = functions.get(generic.__name__)
        if given is not None:
            dispatch(generic, state, given)
        elif generic is room:
            dispatch(generic, state, _always)


def enlarged(state):
    """The same state with more room, within the states it holds too.

    That of a class which grows is made by the function `enlarged` of its own module.
    """
    grow = getattr(sys.modules[type(state).__module__], "enlarged", None)
    grown = grow(state) if grow else state
    held = {name: one for name, one in grown._asdict().items() if isinstance(one, tuple)}
    return grown._replace(**{name: enlarged(one) for name, one in held.items()})


def dispatch(generic, state, given):
    def chosen(s, *others):
        if isinstance(s, types.NamedTuple | types.NamedUniTuple) and s.instance_class is state:
            return getattr(given, "py_func", given)

    overload(generic, strict=False, jit_options={**INSIDE, "forceinline": True})(chosen)


def _always(s):
    return True


def _strip(context, builder, kind, value):
    if isinstance(kind, types.Array):
        array = context.make_array(kind)(context, builder, value=value)
        array.meminfo = cgutils.get_null_value(array.meminfo.type)
        array.parent = cgutils.get_null_value(array.parent.type)
        return array._getvalue()
    if isinstance(kind, types.BaseTuple):
        for i, one in enumerate(kind.types):
            stripped = _strip(context, builder, one, builder.extract_value(value, i))
            value = builder.insert_value(value, stripped, i)
    return value


@intrinsic
def borrowed(typingctx, held):
    """The same arrays, in tuples or not, without the counting of references, which costs more than
    most models' work. They stand as long as the caller holds them."""

    def generate(context, builder, signature, args):
        return _strip(context, builder, signature.args[0], args[0])

    return held(held), generate


class Stretch(NamedTuple):
    """A stretch of the stream: n rows to predict, m labels to learn in the gaps around them."""

    t: np.ndarray  # (n,) positions
    X: np.ndarray  # (n, d)
    due_t: np.ndarray  # (m,) positions of the rows whose labels come in
    due_X: np.ndarray  # (m, d)
    due_y: np.ndarray  # (m,) float
    weight: np.ndarray  # (m,) how much each label counts
    due_by: np.ndarray  # (n + 1,) labels in before row i is predicted; at last m


def play(state, stretch, at, label, p):
    """Predict each row of a stretch after learning the labels due before it, then the rest.

    Fills `label` (n,) and `p` (n, k), or the one row of `p` again and again. `at` holds the rows
    predicted and the labels learned; where it is not at the end afterwards, the state has no room
    left: enlarge it and play on.
    """
    state, stretch, at, label, p = borrowed((state, stretch, at, label, p))
    n, last = stretch.t.size, -1  # last: the position of the row predicted just before
    i, j = at[0], at[1]
    while True:
        while j < stretch.due_by[i]:
            if not room(state):
                at[0], at[1] = i, j
                return
            fresh = stretch.due_t[j] == last
            learn(state, 0, stretch.due_X[j], stretch.due_y[j], stretch.weight[j], fresh)
            last = -1
            j += 1
        if i == n:
            break
        label[i] = predict(state, 0, stretch.X[i], p[min(i, p.shape[0] - 1)])
        last = stretch.t[i]
        i += 1
    at[0], at[1] = n, j
