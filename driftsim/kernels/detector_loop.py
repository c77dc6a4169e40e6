"""The loop that gives errors to any compiled detector, as loop.py plays models.

The state of a detector is a `NamedTuple` of arrays and numbers. It holds M detectors of one kind
side by side, its members, and `register_detector` joins it to its functions:

    update(s, m, error)     give member m an error: the level that it is at from then on
    reset(s, m)             member m has seen no errors
"""

from collections.abc import Callable

from driftsim.kernels.loop import dispatch, reset

STABLE, WARNING, ALARM = range(3)  # levels


def update(s, m, error):
    """Give member m of a state an error: STABLE, WARNING or ALARM."""


def register_detector(state: type, **functions: Callable) -> None:
    """Give the states of a class of detectors their functions: update and reset."""
    for generic in (update, reset):
        dispatch(generic, state, functions[generic.__name__])


def detect(state, level, errors):
    """The index of the first error at which a detector fires, and its level; -1 if at none.

    A warning fires where it starts; `level` (1,) holds the level between two calls. After an alarm
    the detector is as new.
    """
    before = level[0]
    for i in range(errors.size):
        now = update(state, 0, errors[i])
        if now == ALARM:
            reset(state, 0)
            level[0] = STABLE
            return i, ALARM
        if now == WARNING and before != WARNING:
            level[0] = WARNING
            return i, WARNING
        before = now
    level[0] = before
    return -1, STABLE
