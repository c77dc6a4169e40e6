"""The loop that has any compiled detector hear errors, as loop.py has models play.

The state of a detector is a `NamedTuple` of arrays and numbers. It holds M detectors of one kind
side by side, its members, and `hears` joins it to its functions:

    update(s, m, error)     have member m hear an error: the level that it is at from then on
    reset(s, m)             member m has heard nothing
"""

from driftsim.kernels.loop import borrowed, dispatch, family, reset

SILENCE, WARNING, ALARM = range(3)  # levels


def update(s, m, error):
    """Have member m of a state hear an error: SILENCE, WARNING or ALARM."""


def hears(state, **functions):
    """Give the states of a class of detectors their functions: update and reset."""
    dispatch(update, state, functions["update"])
    family(state, reset=functions["reset"])


def listen(state, level, errors):
    """The index of the first error at which a detector rings, and its level; -1 if at none.

    A warning rings where it begins; `level` (1,) holds the level between two calls. After an alarm
    the detector has heard nothing.
    """
    state, level, errors = borrowed((state, level, errors))
    before = level[0]
    for i in range(errors.size):
        now = update(state, 0, errors[i])
        if now == ALARM:
            reset(state, 0)
            level[0] = SILENCE
            return i, ALARM
        if now == WARNING and before != WARNING:
            level[0] = WARNING
            return i, WARNING
        before = now
    level[0] = before
    return -1, SILENCE
