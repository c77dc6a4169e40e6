"""Values: which values of the parameters of river a kernel takes, and what it is given for them.

What river's own constructors refuse is among those that no kernel takes, so that river is asked.
"""

import math
from functools import partial
from numbers import Integral, Number

from driftsim.libraries import parameters

RESAMPLING = "bag", "wt", "subag"
MOST_CELLS = 2**13  # counts at a leaf, of each value in each class: 64 KiB


class Uncovered(Exception):
    """What there is no kernel for, in an object of river."""


def title_of(kind):
    """A class by the part of river that has it: `linear_model.LogisticRegression`."""
    folder = f"{kind.__module__}.".split(".")[1]
    return f"{folder}.{kind.__name__}"


def is_a(role, made):
    """Whether something is of a class of river.base."""
    return any(title_of(kind) == f"base.{role}" for kind in type(made).__mro__)


def required(kind):
    """The parameters of a class that have no default."""
    return [name for name, one in parameters(kind).items() if one.default is one.empty]


def alike(one, other):
    """Whether two values of a parameter are the same, or things of one class and state."""
    if type(one) is not type(other):
        return False
    held = getattr(one, "__dict__", None)
    if held is None:
        return one == other
    return held.keys() == other.__dict__.keys() and all(
        alike(value, other.__dict__[name]) for name, value in held.items()
    )


# What passes on the value of a parameter.


def as_they_are(*names):
    """Parameters that a kernel takes as they are."""
    return {name: lambda value, schema: value for name in names}


def only(fits, *names):
    """Parameters that a kernel takes where their values fit."""
    return {name: partial(_checked, name, fits) for name in names}


def _checked(name, fits, value, schema):
    if not fits(value):
        raise Uncovered(f"its {name} of {value}")
    return value


# Whether a value fits.


def positive(value):
    return value > 0


def whole(value):
    return isinstance(value, Integral)


def several(value):
    return whole(value) and value > 1


def count(value):
    return whole(value) and 0 <= value < 2**31


def flag(value):
    return isinstance(value, bool | Number) and value in (False, True)


def either(value):
    """Whether it is True or False: Rust takes no other flags."""
    return isinstance(value, bool)


def confidence(value):
    return 0 < value <= 1


def size_of_subspaces(value):
    """Whether it is a share of the columns, how many of them, or a word for that."""
    if isinstance(value, float):
        return 0 < value <= 1
    return value in ("sqrt", "rmsqrt") or (whole(value) and value > 2)


def one_of(*words):
    """Whether a value is one of some: river refuses others, or takes its default in their place."""
    return lambda value: value in words


# What a kernel is given in the place of a value.


def rate(optimizer, schema):
    """The rate of plain stochastic gradient descent."""
    if title_of(type(optimizer)) != "optim.SGD":
        raise Uncovered(type(optimizer).__name__)
    return constant(optimizer.lr, schema)


def constant(schedule, schema):
    """A rate that stays as it is."""
    if title_of(type(schedule)) != "optim.Constant":
        raise Uncovered(f"a rate of {type(schedule).__name__}")
    return schedule.learning_rate


def last_rows(engine, schema):
    """How many rows are searched for neighbours, by their Euclidean distance."""
    if title_of(type(engine)) != "neighbors.LazySearch":
        raise Uncovered(type(engine).__name__)
    if engine.min_distance_keep or not euclidean(engine.dist_func):
        raise Uncovered("its engine as it is set")
    if engine.window_size < 1:
        raise Uncovered(f"a window of {engine.window_size} rows")
    return {"window_size": engine.window_size}


def euclidean(distance):
    """Whether a function gives Euclidean distances, as does none at all."""
    return distance is None or "euclidean" in getattr(distance, "__name__", "")


def criterion(name, schema):
    """The measure of a split."""
    if name not in ("info_gain", "gini"):
        raise Uncovered(f"the split criterion {name}")
    return name


def gaussians(splitter, schema):
    """How many thresholds are tried between the extremes of a feature."""
    if splitter is None:
        return {}
    if title_of(type(splitter)) != "tree.GaussianSplitter":
        raise Uncovered(type(splitter).__name__)
    return {"n_splits": splitter.n_splits}


def nominals(names, schema):
    """How many values each column has, 0 if it is numeric, where some are nominal or missing."""
    if schema is None or not (names or schema.missing):
        return {}
    at = {name: j for j, name in enumerate(schema.names)}
    named = {at[name] for name in names or () if name in at}
    if numbers := sorted(named - schema.nominal.keys()):
        raise Uncovered(f"the column of numbers '{schema.names[numbers[0]]}' as a nominal one")
    sizes = [schema.nominal[j] if j in named else 0 for j in range(len(schema.names))]
    if sum(sizes) * (schema.n_classes or 1) > MOST_CELLS:
        raise Uncovered(f"nominal columns of {sum(sizes):,} values, by {schema.n_classes} classes")
    return {"sizes": (*sizes,), "missing": bool(schema.missing)}


def values_of_columns(categories, schema):
    """How many values each column has, and a title of each; no column may be of numbers."""
    if categories is not None:
        raise Uncovered("its categories")
    if numbers := [name for j, name in enumerate(schema.names) if j not in schema.nominal]:
        raise Uncovered(f"one-hot encoding of the column of numbers '{numbers[0]}'")
    sizes = [schema.nominal[j] for j in range(len(schema.names))]
    if sum(sizes) > MOST_CELLS:
        raise Uncovered(f"one-hot encoding of {sum(sizes):,} values")
    titles = (f"{schema.names[j]}_{float(v)}" for j, n in enumerate(sizes) for v in range(n))
    return {"sizes": (*sizes,), "titles": (*titles,)}


def digits(splitter, schema):
    """To how many digits features are rounded, before they are candidates for a threshold."""
    if title_of(type(splitter)) == "tree.EBSTSplitter":
        return {"digits": None}
    if title_of(type(splitter)) != "tree.TEBSTSplitter":
        raise Uncovered(type(splitter).__name__)
    if not 0 <= splitter.digits <= 22:
        raise Uncovered(f"{splitter.digits} digits")
    return {"digits": splitter.digits}


def resampling(method, schema):
    """How often members learn a row; with the other methods, river raises an error."""
    if method not in RESAMPLING:
        raise Uncovered(f"the bagging_method {method}")
    return method


def seed_and_names(seed, schema):
    """The seed, and the names of the columns, whose order decides which of them are sampled."""
    return {"seed": seed, "names": schema.names}


def or_default(pass_on):
    """What a function gives for a value, and nothing for None."""
    return lambda value, schema: {} if value is None else pass_on(value, schema)


def unused(value, schema):
    """Nothing, of a parameter that river's class takes and does not use."""
    return {}


def error_measure(metric, schema):
    """The name of the measure of a model's error."""
    if title_of(type(metric)) not in ("metrics.MSE", "metrics.RMSE", "metrics.MAE"):
        raise Uncovered(f"its metric {type(metric).__name__}")
    return type(metric).__name__


# Values that do not go together.


def two_samples(made):
    """A window must hold two samples."""
    if made.window_size < 2 * made.stat_size:
        raise Uncovered(f"a stat_size of {made.stat_size} in a window of {made.window_size}")


def warning_first(made):
    """A warning must come before the alarm."""
    if made.alpha < made.beta:
        raise Uncovered(f"an alpha of {made.alpha} below its beta of {made.beta}")


def patient(made):
    """An ensemble must not be of trees that may split twice a row: room is for one split.

    A tree waits for `grace_period` labels, and a Poisson number is below rate + 8 deviations + 14
    with a probability of more than 1 - 1e-15.
    """
    rate = getattr(made, "lam", made.w if getattr(made, "bagging_method", None) == "bag" else 1)
    if getattr(last_of(made.model), "grace_period", math.inf) < rate + 8 * math.sqrt(rate) + 14:
        raise Uncovered("an ensemble of trees with so short a grace_period")


def nominal_of(model):
    """The nominal attributes of a model, or of those within it."""
    last = last_of(model)
    inner = getattr(last, "model", getattr(last, "classifier", None))
    return getattr(last, "nominal_attributes", None) or (inner and nominal_of(inner))


def last_of(model):
    """The last step of a pipeline; a model alone is its only step."""
    return [*getattr(model, "steps", {None: model}).values()][-1]
