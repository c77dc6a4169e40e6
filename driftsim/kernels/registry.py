"""Registry: finds the kernel that answers as a model or detector of river does, or says why none.

equivalents.py declares them. Neither river nor numba is imported here: the object may be a
stand-in.
"""

from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any

from driftsim.kernels.equivalents import ALMA, ENCODERS, EQUIVALENTS, SCALERS, Held
from driftsim.kernels.values import Uncovered, alike, nominal_of, required, title_of
from driftsim.libraries import parameters

NewState = Callable[..., tuple]  # of a number of members, that have learned nothing


def equivalent(made, schema=None) -> NewState:
    """What makes the state of so many members, each with the answers of a new object of river.

    A pipeline is a model behind scalers, or behind an encoder. Raises `Uncovered` where no kernel
    gives the answers.
    """
    *before, model = getattr(made, "steps", {None: made}).values()
    if any(title_of(type(step)) in ENCODERS for step in before):
        return encoded(before, model, schema)
    state = declared(EQUIVALENTS, model, schema)
    if before and nominal_of(model):
        raise Uncovered("nominal columns behind a scaler")
    for step in reversed(before):
        state = partial(declared(SCALERS, step, schema), model=state)
    return state


def encoded(before, model, schema) -> NewState:
    """What makes the state of linear models of nominal columns, a column for each of their values.

    Another model would miss that river has no column of a value before its first row.
    """
    encoder, *between = before
    if between:
        raise Uncovered(f"{type(between[0]).__name__} beside {type(encoder).__name__}")
    if not title_of(type(model)).startswith("linear_model."):
        raise Uncovered(f"{type(encoder).__name__} before {type(model).__name__}")
    if encoder.drop_zeros and (getattr(model, "l2", 0.0) or title_of(type(model)) == ALMA):
        raise Uncovered("drop_zeros before a model whose weights shrink")
    state: Any = declared(ENCODERS, encoder, schema)
    values = schema._replace(names=state.keywords["titles"], nominal={}, values={})
    return partial(state, model=declared(EQUIVALENTS, model, values))


def new(makes, members, **params) -> tuple:
    """The state that a function of a kernel makes; imports it, and numba, no sooner."""
    module, _, name = makes.partition(".")
    return getattr(import_module(f"driftsim.kernels.{module}"), name)(members, **params)


def engine(library, made, schema=None) -> str:
    """`compiled` where a kernel answers as this object, or else its library, and why not."""
    try:
        equivalent(made, schema)
    except Uncovered as reason:
        return f"{library}, not compiled: there is no kernel for {reason}"
    return "compiled"


def coverage(kind) -> str | None:
    """Whether a model or detector of river runs compiled, and with which parameters; or None."""
    if not getattr(kind, "__module__", "").startswith("river."):
        return None
    found = (EQUIVALENTS | SCALERS | ENCODERS).get(title_of(kind))
    if found is None and not any(hasattr(kind, name) for name in ("predict_one", "drift_detected")):
        return None
    if found is None:
        return f"river, not compiled: there is no kernel for {kind.__name__}"
    if kept := fixed(kind, found):
        return f"compiled, as long as these have their defaults: {', '.join(kept)}"
    return "compiled"


def declared(equivalents, made, schema) -> NewState:
    """What makes the state that answers as this one object; raises `Uncovered` where none does.

    A kernel of a model is given the shape of its rows, by their schema.
    """
    title = title_of(type(made))
    if title not in equivalents:
        raise Uncovered(type(made).__name__)
    found = equivalents[title]
    default = type(made)(**{name: getattr(made, name) for name in required(type(made))})
    for name in fixed(type(made), found):
        if not alike(getattr(made, name), getattr(default, name)):
            raise Uncovered(f"its {name}")
    params: dict[str, Any] = {}
    if hasattr(made, "model") or not title.startswith("drift."):
        if schema.missing and not found.missing:
            raise Uncovered(f"{type(made).__name__} of missing values")
        params = {"d": len(schema.names), "k": schema.n_classes or 0}
    for name, pass_on in found.takes.items():
        value = pass_on(getattr(made, name), schema)
        params |= value if isinstance(value, dict) else {name: value}
    params = {name: equivalent(*v) if isinstance(v, Held) else v for name, v in params.items()}
    found.covers(made)
    if "sizes" not in params:
        params.pop("binary_split", None)  # of nominal columns
    makes = found.mixed if "sizes" in params and found.mixed else found.makes
    return partial(new, makes, **params)


def fixed(kind, found):
    """The parameters of a class that must have their defaults."""
    return [name for name in parameters(kind) if name not in found.takes]
