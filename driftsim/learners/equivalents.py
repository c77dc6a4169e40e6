"""Twins: which models of river have kernels that give their answers, and with which parameters.

A declaration names the function of driftsim.kernels that makes the state, and, for each parameter
it takes, a function that hands on the value that an object of river has. All other parameters
must be as river has them by default.
"""

import math
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import NamedTuple

from driftsim.libraries import parameters


class Uncovered(Exception):
    """What there is no kernel for, in a model of river."""


class Twin(NamedTuple):
    """The kernel of a model, and which of river's parameters it takes."""

    makes: str  # the module of driftsim.kernels, and its function of (members, d, k, …)
    takes: dict = {}  # by name: a function of the value and the schema; may give several by name
    covers: Callable = lambda made: None  # raises `Uncovered` where those do not go together

    def state(self, made, schema):
        """What makes the state of so many members; raises `Uncovered` where they would differ."""
        plain = type(made)(**{name: getattr(made, name) for name in needed(type(made))})
        for name in parameters(type(made)).keys() - self.takes.keys():
            if not alike(getattr(made, name), getattr(plain, name)):
                raise Uncovered(f"its {name}")
        for name in POSITIVE & self.takes.keys():
            if not getattr(made, name) > 0:
                raise Uncovered(f"a {name} of {getattr(made, name)}")
        self.covers(made)
        params = {}
        for name, hand_on in self.takes.items():
            given = hand_on(getattr(made, name), schema)
            params |= given if isinstance(given, dict) else {name: given}
        return partial(state, self.makes, d=len(schema.names), k=schema.n_classes or 0, **params)


def twin(made, schema):
    """What makes the state of so many `members`, each with the answers of a new model of river.

    Raises `Uncovered` where no kernel has them.
    """
    *before, model = getattr(made, "steps", {None: made}).values()
    new = known(TWINS, model).state(model, schema)
    for step in reversed(before):
        new = partial(known(SCALERS, step).state(step, schema), model=new)
    return new


def known(twins, thing):
    """What is declared of the class of a thing; raises `Uncovered` where nothing is."""
    if title_of(thing) not in twins:
        raise Uncovered(type(thing).__name__)
    return twins[title_of(thing)]


def state(makes, members, **params):
    """The state that a function of a kernel makes; imports it, and numba, no sooner."""
    module, _, name = makes.partition(".")
    return getattr(import_module(f"driftsim.kernels.{module}"), name)(members, **params)


def title_of(thing):
    """How river calls the class of a thing: `linear_model.LogisticRegression`."""
    folder = f"{type(thing).__module__}.".split(".")[1]
    return f"{folder}.{type(thing).__name__}"


def needed(kind):
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


# Hand on the value of a parameter.


def itself(value, schema):
    """A number, a text or nothing, as it is."""
    return value


def rate(optimizer, schema):
    """The rate of plain stochastic gradient descent."""
    if title_of(optimizer) != "optim.SGD":
        raise Uncovered(type(optimizer).__name__)
    return constant(optimizer.lr, schema)


def constant(schedule, schema):
    """A rate that stays as it is."""
    if title_of(schedule) != "optim.Constant":
        raise Uncovered(f"a rate of {type(schedule).__name__}")
    return schedule.learning_rate


def last_rows(engine, schema):
    """How many rows are searched for neighbours, by their Euclidean distance."""
    if title_of(engine) != "neighbors.LazySearch":
        raise Uncovered(type(engine).__name__)
    if engine.min_distance_keep or "euclidean" not in getattr(engine.dist_func, "__name__", ""):
        raise Uncovered("its engine as it is set")
    if engine.window_size < 1:
        raise Uncovered(f"a window of {engine.window_size} rows")
    return {"window_size": engine.window_size}


def merit(criterion, schema):
    """What splits are measured by."""
    if criterion not in ("info_gain", "gini"):
        raise Uncovered(f"the split criterion {criterion}")
    return criterion


def gaussians(splitter, schema):
    """How many thresholds are tried between the extremes of a feature."""
    if splitter is None:
        return {}
    if title_of(splitter) != "tree.GaussianSplitter":
        raise Uncovered(type(splitter).__name__)
    return {"n_splits": splitter.n_splits}


def digits(splitter, schema):
    """To how many digits features are rounded, before they are candidates for a threshold."""
    if title_of(splitter) == "tree.EBSTSplitter":
        return {"digits": None}
    if title_of(splitter) != "tree.TEBSTSplitter":
        raise Uncovered(type(splitter).__name__)
    if not 0 <= splitter.digits <= 22:
        raise Uncovered(f"{splitter.digits} digits")
    return {"digits": splitter.digits}


def windows(detector, schema):
    """What makes the state of so many ADWINs."""
    if title_of(detector) != "drift.ADWIN":
        raise Uncovered(type(detector).__name__)
    names = "delta", "clock", "max_buckets", "min_window_length", "grace_period"
    params = {name: getattr(detector, name) for name in names}
    if not (0 < detector.delta <= 1 and detector.clock > 0 and 2 <= detector.max_buckets <= 1000):
        raise Uncovered("ADWIN as it is set")
    return partial(state, "adwin.adwin", **params)


def linear_regression(model, schema):
    """What makes the state of so many models, each that of a leaf."""
    if title_of(model) != "linear_model.LinearRegression":
        raise Uncovered(f"leaves with {type(model).__name__}")
    return twin(model, schema)


def member(model, schema):
    """What makes the state of so many members of an ensemble, that are trees or plain models."""
    last = [*getattr(model, "steps", {None: model}).values()][-1]
    if title_of(last) not in MEMBERS:
        raise Uncovered(f"an ensemble of {type(last).__name__}")
    return twin(model, schema)


def resampling(method, schema):
    """How often members learn a row; with the other methods, river raises an error."""
    if method not in ("bag", "wt", "subag"):
        raise Uncovered(f"the bagging_method {method}")
    return method


def patient(made):
    """An ensemble must not be of trees that may split twice a row: room is for one split.

    That takes as many labels as a tree waits for, of which as good as never so many are drawn.
    """
    rate = made.w if getattr(made, "bagging_method", None) == "bag" else 1
    last = [*getattr(made.model, "steps", {None: made.model}).values()][-1]
    if getattr(last, "grace_period", math.inf) < rate + 8 * math.sqrt(rate) + 14:
        raise Uncovered("an ensemble of trees with so short a grace_period")


def seed_and_names(seed, schema):
    """The seed, and the names of the columns, whose order decides which of them are drawn."""
    return {"seed": seed, "names": schema.names}


def as_they_are(*names):
    """Parameters that a kernel takes as they are."""
    return dict.fromkeys(names, itself)


POSITIVE = {"n_neighbors", "lambda_value", "switch_significance", "delta", "n_models", "C"}
POSITIVE |= {"memory_estimate_period", "max_size", "adwin_delta"}
SGD = {"optimizer": rate, "intercept_lr": constant}
GROWTH = as_they_are(
    "grace_period", "max_depth", "delta", "tau", "leaf_prediction", "max_size", "merit_preprune"
)
TREE = GROWTH | {
    "split_criterion": merit,
    "splitter": gaussians,
    **as_they_are("nb_threshold", "min_branch_fraction", "max_share_to_split"),
    **as_they_are("memory_estimate_period"),
}
BAGGING = {"model": member} | as_they_are("n_models", "seed")
SCALERS = {"preprocessing.StandardScaler": Twin("linear.scaled")}
TWINS = {
    "linear_model.LogisticRegression": Twin(
        "linear.logistic_regression", SGD | as_they_are("intercept_init", "l2", "clip_gradient")
    ),
    "linear_model.LinearRegression": Twin(
        "linear.linear_regression", SGD | as_they_are("intercept_init", "l2", "clip_gradient")
    ),
    "linear_model.Perceptron": Twin("linear.perceptron", as_they_are("l2", "clip_gradient")),
    "linear_model.PAClassifier": Twin(
        "linear.passive_aggressive", as_they_are("C", "mode", "learn_intercept")
    ),
    "linear_model.SoftmaxRegression": Twin(
        "linear.softmax_regression", {"optimizer": rate} | as_they_are("l2")
    ),
    "naive_bayes.GaussianNB": Twin("bayes.gaussian_nb"),
    "neighbors.KNNClassifier": Twin(
        "neighbors.knn_classifier",
        {"engine": last_rows} | as_they_are("n_neighbors", "weighted", "softmax"),
    ),
    "neighbors.KNNRegressor": Twin(
        "neighbors.knn_regressor",
        {"engine": last_rows} | as_they_are("n_neighbors", "aggregation_method"),
    ),
    "tree.HoeffdingTreeClassifier": Twin("trees.hoeffding_tree", TREE),
    "tree.HoeffdingAdaptiveTreeClassifier": Twin(
        "adaptive_trees.hoeffding_adaptive_tree",
        TREE
        | {"drift_detector": windows}
        | as_they_are(
            "bootstrap_sampling", "drift_window_threshold", "switch_significance", "seed"
        ),
    ),
    "tree.HoeffdingTreeRegressor": Twin(
        "regression_trees.hoeffding_tree_regressor",
        GROWTH
        | {"splitter": digits, "leaf_model": linear_regression}
        | as_they_are("model_selector_decay", "min_samples_split"),
    ),
    "forest.ARFClassifier": Twin(
        "forests.adaptive_random_forest",
        TREE
        | {"drift_detector": windows, "warning_detector": windows, "seed": seed_and_names}
        | as_they_are("n_models", "max_features", "lambda_value", "disable_weighted_vote"),
    ),
    "ensemble.BaggingClassifier": Twin("ensembles.bagging_classifier", BAGGING, patient),
    "ensemble.BaggingRegressor": Twin("ensembles.bagging_regressor", BAGGING, patient),
    "ensemble.ADWINBaggingClassifier": Twin("ensembles.adwin_bagging", BAGGING, patient),
    "ensemble.LeveragingBaggingClassifier": Twin(
        "ensembles.leveraging_bagging",
        BAGGING | {"bagging_method": resampling} | as_they_are("w", "adwin_delta"),
        patient,
    ),
}
MEMBERS = {
    *(name for name in TWINS if name.startswith(("linear_model.", "naive_bayes.", "neighbors."))),
    "tree.HoeffdingTreeClassifier",
    "tree.HoeffdingTreeRegressor",
}
