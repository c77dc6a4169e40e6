"""Equivalents: of which models and detectors of river there are kernels, with which parameters.

An `Equivalent` names the function of driftsim.kernels that makes the state, and, for each parameter
it takes, a function that passes on the value that an object of river has. All other parameters
must have river's defaults. Neither river nor numba is imported here: the object may be a stand-in.
"""

import math
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from driftsim.kernels.values import (
    Uncovered,
    as_they_are,
    confidence,
    constant,
    count,
    criterion,
    digits,
    either,
    error_measure,
    flag,
    gaussians,
    is_a,
    last_of,
    last_rows,
    nominal_of,
    nominals,
    one_of,
    only,
    or_default,
    patient,
    positive,
    rate,
    resampling,
    seed_and_names,
    several,
    size_of_subspaces,
    title_of,
    two_samples,
    unused,
    values_of_columns,
    warning_first,
    whole,
)


class Equivalent(NamedTuple):
    """The kernel of a class of river, and which of its parameters it takes."""

    makes: str  # the module of driftsim.kernels, and its function of (members, …)
    takes: dict[str, Callable] = {}  # functions of the value and the schema; may give several
    covers: Callable = lambda made: None  # raises `Uncovered` where parameters do not go together
    missing: bool = False  # whether cells may be, or that is for a model within it to say
    mixed: str = ""  # what makes a state of its own, where columns are nominal or cells missing


class Held(NamedTuple):
    """A model or detector within another, for which the registry finds the kernel."""

    made: Any
    schema: Any = None


# A model or detector within another.


def part(title, words=""):
    """A model or detector of one class within another."""
    return partial(_part, title, words)


def _part(title, words, made, schema):
    if title_of(type(made)) != title:
        raise Uncovered(f"{words}{type(made).__name__}")
    return Held(made, schema)


def leaf_model(model, schema):
    """The linear model of a leaf, for which a missing cell counts for nothing."""
    full = schema._replace(missing=frozenset())
    return part("linear_model.LinearRegression", "leaves with ")(model, full)


def member(model, schema):
    """A model in an ensemble, alone or behind scalers."""
    kind = type(last_of(model))
    if not title_of(kind).startswith(MEMBERS):
        raise Uncovered(f"an ensemble of {kind.__name__}")
    return Held(model, schema)


def boosted(model, schema):
    """A member of an ensemble that may learn a row many times, and how often it may split then."""
    state, wait = member(model, schema), getattr(last_of(model), "grace_period", math.inf)
    if wait < 10:
        raise Uncovered("boosting of trees with so short a grace_period")
    return {"model": state, "splits": 1 + int(MOST_TIMES / wait)}


def of_some_columns(role):
    """A member of an ensemble whose role river does not check, over columns of numbers."""
    return partial(_of_some_columns, role)


def _of_some_columns(role, model, schema):
    if not is_a(role, last_of(model)):
        raise Uncovered(f"{type(last_of(model)).__name__}, which is no {role.lower()}")
    if nominal_of(model):
        raise Uncovered("nominal columns of members that take some of the columns each")
    return member(model, schema)


def disabled(which, schema):
    """No detectors, or no detector of warnings, in the place of those that it has."""
    if which not in ("off", "drift", "warning"):
        raise Uncovered(f"its disable_detector of {which}")
    none = {"drift": ("drift_detector", "warning_detector"), "warning": ("warning_detector",)}
    return dict.fromkeys(none.get(which, ()))


def warning(detector, schema):
    """A detector that warns, and whether a warning lasts beyond an alarm."""
    if getattr(detector, "two_sided_test", False):
        raise Uncovered("retraining by a detector of rises and falls")
    lasts = title_of(type(detector)) == "drift.EDDM"
    return {"detector": Held(detector), "lasts": lasts}


def binary(model, schema):
    """A model that predicts whether a row is of one class."""
    return member(model, schema._replace(n_classes=2))


ALMA = "linear_model.ALMAClassifier"  # weights of the features of a row shrink
SGD = {"optimizer": rate, "intercept_lr": constant}
GRADIENT = as_they_are("l2", "clip_gradient")
MOST_TIMES = 1_000  # that a Poisson number may be: exp(-rate) is zero from a rate of 746 on
SMOOTHED = only(positive, "alpha")  # without, a count of zero is an error of river's
GROWTH = as_they_are("grace_period", "max_depth", "tau", "merit_preprune")
GROWTH |= only(confidence, "delta") | only(positive, "max_size")
TREE = GROWTH | {
    "split_criterion": criterion,
    "splitter": gaussians,
    **only(one_of("mc", "nb", "nba"), "leaf_prediction"),
    **as_they_are("nb_threshold", "min_branch_fraction", "max_share_to_split"),
    **only(positive, "memory_estimate_period"),
}
NOMINAL = {"nominal_attributes": nominals} | only(flag, "binary_split")
NUMBERS_TREE = (
    GROWTH
    | NOMINAL
    | {"splitter": digits, "leaf_model": leaf_model}
    | only(one_of("mean", "model", "adaptive"), "leaf_prediction")
    | as_they_are("model_selector_decay", "min_samples_split")
)
MEMBERS = "linear_model.", "naive_bayes.", "neighbors.", "tree.HoeffdingTree"
ADWIN = part("drift.ADWIN")
BAGGING = {"model": member} | only(several, "n_models") | as_they_are("seed")
BOOSTING = BAGGING | {"model": boosted}
PATCHES = only(lambda n: whole(n) and n > 0, "n_models")
PATCHES |= only(lambda seed: seed is None or whole(seed), "seed")
PATCHES |= only(one_of("subspaces", "resampling", "patches"), "training_method")
PATCHES |= only(size_of_subspaces, "subspace_size") | only(positive, "lam")
PATCHES |= dict.fromkeys(("drift_detector", "warning_detector"), or_default(ADWIN))
PATCHES |= {"disable_detector": disabled} | only(flag, "disable_weighted_vote")
MONDRIAN = {
    "seed": seed_and_names,
    **only(lambda n: count(n) and n > 0, "n_estimators"),
    **only(lambda n: n is None or count(n), "max_nodes"),
    **only(either, "use_aggregation"),
    **as_they_are("step"),
}
SCALERS = {
    "preprocessing.StandardScaler": Equivalent("linear.scaled"),
    "preprocessing.MinMaxScaler": Equivalent("scalers.min_max_scaled"),
    "preprocessing.MaxAbsScaler": Equivalent("scalers.max_abs_scaled"),
}
ENCODERS = {
    "preprocessing.OneHotEncoder": Equivalent(
        "encoders.one_hot",
        {"categories": values_of_columns} | only(flag, "drop_zeros", "drop_first"),
    )
}
EQUIVALENTS = {
    "linear_model.LogisticRegression": Equivalent(
        "linear.logistic_regression", SGD | as_they_are("intercept_init") | GRADIENT
    ),
    "linear_model.LinearRegression": Equivalent(
        "linear.linear_regression", SGD | as_they_are("intercept_init") | GRADIENT
    ),
    "linear_model.Perceptron": Equivalent("linear.perceptron", GRADIENT),
    "linear_model.PAClassifier": Equivalent(
        "linear.passive_aggressive",
        only(positive, "C") | only(one_of(0, 1, 2), "mode") | only(flag, "learn_intercept"),
    ),
    "linear_model.SoftmaxRegression": Equivalent(
        "linear.softmax_regression", {"optimizer": rate} | as_they_are("l2")
    ),
    ALMA: Equivalent("linear.large_margin", as_they_are("alpha", "B", "C")),
    "naive_bayes.GaussianNB": Equivalent("bayes.gaussian_nb"),
    "naive_bayes.MultinomialNB": Equivalent("count_bayes.multinomial_nb", SMOOTHED),
    "naive_bayes.BernoulliNB": Equivalent(
        "count_bayes.bernoulli_nb", SMOOTHED | as_they_are("true_threshold")
    ),
    "naive_bayes.ComplementNB": Equivalent("count_bayes.complement_nb", SMOOTHED),
    "neighbors.KNNClassifier": Equivalent(
        "neighbors.knn_classifier",
        {"engine": last_rows} | only(positive, "n_neighbors") | as_they_are("weighted", "softmax"),
    ),
    "neighbors.KNNRegressor": Equivalent(
        "neighbors.knn_regressor",
        {"engine": last_rows}
        | only(positive, "n_neighbors")
        | only(one_of("mean", "median", "weighted_mean"), "aggregation_method"),
    ),
    "tree.HoeffdingTreeClassifier": Equivalent(
        "trees.hoeffding_tree", TREE | NOMINAL, missing=True, mixed="mixed_trees.hoeffding_tree"
    ),
    "tree.HoeffdingAdaptiveTreeClassifier": Equivalent(
        "adaptive_trees.hoeffding_adaptive_tree",
        TREE
        | NOMINAL
        | {"drift_detector": ADWIN}
        | as_they_are("bootstrap_sampling", "drift_window_threshold", "seed")
        | only(positive, "switch_significance"),
        missing=True,
        mixed="mixed_adaptive_trees.hoeffding_adaptive_tree",
    ),
    "tree.ExtremelyFastDecisionTreeClassifier": Equivalent(
        "revising_trees.extremely_fast_tree",
        TREE | NOMINAL | as_they_are("min_samples_reevaluate"),
        missing=True,
        mixed="mixed_revising_trees.extremely_fast_tree",
    ),
    "tree.HoeffdingTreeRegressor": Equivalent(
        "regression_trees.hoeffding_tree_regressor",
        NUMBERS_TREE,
        missing=True,
        mixed="mixed_regression_trees.regression_tree",
    ),
    "tree.HoeffdingAdaptiveTreeRegressor": Equivalent(
        "adaptive_regression_trees.hoeffding_adaptive_tree_regressor",
        NUMBERS_TREE
        | {"drift_detector": ADWIN}
        | as_they_are("bootstrap_sampling", "drift_window_threshold", "seed")
        | only(positive, "switch_significance", "memory_estimate_period"),
        missing=True,
        mixed="adaptive_regression_trees.hoeffding_adaptive_tree_regressor",
    ),
    "forest.ARFClassifier": Equivalent(
        "forests.adaptive_random_forest",
        TREE
        | NOMINAL
        | {"drift_detector": ADWIN, "warning_detector": ADWIN, "seed": seed_and_names}
        | as_they_are("max_features")
        | only(flag, "disable_weighted_vote")
        | only(positive, "n_models", "lambda_value"),
        missing=True,
        mixed="mixed_trees.adaptive_random_forest",
    ),
    "forest.ARFRegressor": Equivalent(
        "regression_forests.adaptive_random_forest_regressor",
        GROWTH
        | NOMINAL
        | {"splitter": or_default(digits), "leaf_model": or_default(leaf_model)}
        | {"drift_detector": ADWIN, "warning_detector": ADWIN, "seed": seed_and_names}
        | {"metric": error_measure, "min_samples_split": unused}
        | only(one_of("mean", "model", "adaptive"), "leaf_prediction")
        | only(one_of("mean", "median"), "aggregation_method")
        | as_they_are("model_selector_decay")
        | only(lambda m: m in ("sqrt", "log2", None) or isinstance(m, int | float), "max_features")
        | only(flag, "disable_weighted_vote")
        | only(several, "n_models")
        | only(positive, "lambda_value", "memory_estimate_period"),
        missing=True,
        mixed="regression_forests.adaptive_random_forest_regressor",
    ),
    "forest.AMFClassifier": Equivalent(
        "mondrian_forests.mondrian_forest",
        MONDRIAN | as_they_are("dirichlet") | only(either, "split_pure"),
    ),
    "forest.AMFRegressor": Equivalent("mondrian_forests.mondrian_regression_forest", MONDRIAN),
    "ensemble.BaggingClassifier": Equivalent(
        "ensembles.bagging_classifier", BAGGING, patient, True
    ),
    "ensemble.BaggingRegressor": Equivalent("ensembles.bagging_regressor", BAGGING, patient, True),
    "ensemble.ADWINBaggingClassifier": Equivalent(
        "ensembles.adwin_bagging", BAGGING, patient, True
    ),
    "ensemble.LeveragingBaggingClassifier": Equivalent(
        "ensembles.leveraging_bagging",
        BAGGING | {"bagging_method": resampling} | as_they_are("w") | only(positive, "adwin_delta"),
        patient,
        missing=True,
    ),
    "ensemble.AdaBoostClassifier": Equivalent("boosting.adaboost", BOOSTING, missing=True),
    "ensemble.ADWINBoostingClassifier": Equivalent(
        "boosting.adwin_boosting", BAGGING, patient, missing=True
    ),
    "ensemble.BOLEClassifier": Equivalent(
        "boosting.bole", BOOSTING | only(lambda e: 0 <= e <= 0.5, "error_bound"), missing=True
    ),
    "ensemble.SRPClassifier": Equivalent(
        "random_patches.patches_classifier",
        PATCHES | {"model": of_some_columns("Classifier")},
        patient,
    ),
    "ensemble.SRPRegressor": Equivalent(
        "regression_patches.patches_regressor",
        PATCHES
        | {"model": of_some_columns("Regressor"), "metric": error_measure}
        | only(one_of("mean", "median"), "aggregation_method")
        | only(one_of("error", "prediction"), "drift_detection_criteria"),
        patient,
    ),
    "multiclass.OneVsRestClassifier": Equivalent(
        "one_vs_rest.one_vs_rest", {"classifier": binary}, missing=True
    ),
    "drift.DriftRetrainingClassifier": Equivalent(
        "retraining.drift_retraining",
        {"model": member, "drift_detector": warning} | only(flag, "train_in_background"),
        missing=True,
    ),
    "drift.ADWIN": Equivalent(
        "adwin.adwin",
        only(confidence, "delta")
        | only(lambda n: count(n) and n > 0, "clock")
        | only(lambda n: count(n) and 2 <= n <= 1000, "max_buckets")
        | only(count, "min_window_length", "grace_period"),
    ),
    "drift.PageHinkley": Equivalent(
        "detectors.page_hinkley",
        as_they_are("min_instances", "delta", "threshold", "alpha")
        | only(one_of("up", "down", "both"), "mode"),
    ),
    "drift.KSWIN": Equivalent(
        "kswin.kswin",
        only(lambda p: p < 0.99, "alpha")  # p-values of nearly 1 are not exact in scipy's test,
        | only(lambda n: 0 < n <= 10_000, "stat_size")  # nor are those of larger samples
        | as_they_are("window_size", "seed"),
        two_samples,
    ),
    "drift.DDM": Equivalent(
        "detectors.ddm", as_they_are("warm_start", "warning_threshold", "drift_threshold")
    ),
    "drift.EDDM": Equivalent(
        "detectors.eddm", as_they_are("warm_start", "alpha", "beta"), warning_first
    ),
    "drift.HDDMA": Equivalent(
        "detectors.hddm_a",
        only(confidence, "drift_confidence")
        | only(lambda p: 0 < p <= 2, "warning_confidence")
        | only(flag, "two_sided_test"),
    ),
    "drift.HDDMW": Equivalent(
        "detectors.hddm_w",
        only(confidence, "drift_confidence", "warning_confidence")
        | only(lambda q: 0 <= q <= 1, "lambda_val")
        | only(flag, "two_sided_test"),
    ),
}
