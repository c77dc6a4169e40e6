"""Models of river with compiled equivalents: several settings of each, and how many rows."""

import os

CHECKED = "NUMBA_BOUNDSCHECK" in os.environ  # indices are, so answers need not be compared again


def scaled(model, *scalers):
    scalers = scalers or ("StandardScaler",)
    return {"kind": "pipeline", "steps": [*(f"river.preprocessing.{it}" for it in scalers), model]}


def name(spec):
    """A short name of a learner, and of its settings."""
    if "steps" in spec:
        return " ".join(map(name, spec["steps"])).replace("StandardScaler", "scaled")
    kind, *settings = [spec] if isinstance(spec, str) else spec.values()
    return " ".join([kind.rpartition(".")[2], *map(str, settings)])


def nested(spec):
    """Whether a learner holds another that is not linear, so that its kernel compiles for seconds.

    Both are tried in quick tests by themselves: it around a linear one, and the other alone. Of
    forests and of trees that revise their splits one is, as a row takes longest; adaptive
    regression trees have a test of their own.
    """
    if isinstance(spec, str):
        return spec in (NUMBERS_FOREST, REVISING)
    if spec["kind"] in (FOREST, NUMBERS_FOREST, REVISING, ADAPTIVE_NUMBERS):
        return spec not in (FORESTS[1], REVISED[1])
    if spec["kind"] in (MONDRIAN, NUMBERS_MONDRIAN):
        return "max_nodes" not in spec
    if spec["kind"] in (ADWIN_BOOSTING, REST):
        return spec != RESTS[0]
    default = {PATCHES: TREE, NUMBERS_PATCHES: NUMBERS_TREE}.get(spec["kind"])
    held = [spec.get("model", default), *spec.get("steps", [])][-1]
    return bool(held) and (held if isinstance(held, str) else held["kind"]) not in LINES


def sgd(lr):
    return {"kind": "river.optim.SGD", "lr": lr}


def mondrians(kind, settings):
    return [
        {"kind": kind, "seed": 1},
        scaled({"kind": kind, "n_estimators": 3}, "MinMaxScaler"),
        {"kind": kind, "n_estimators": 4, "use_aggregation": False, "max_nodes": 101},
        {"kind": kind, "n_estimators": 2, "max_nodes": 1001, "seed": 2} | settings,
    ]


BAYES = "river.naive_bayes"
LINEAR = "river.linear_model"
LOGISTIC = f"{LINEAR}.LogisticRegression"
LINES = [LOGISTIC, f"{LINEAR}.Perceptron", f"{LINEAR}.LinearRegression"]
KNN = "river.neighbors.KNNClassifier"
TREE = "river.tree.HoeffdingTreeClassifier"
REVISING = "river.tree.ExtremelyFastDecisionTreeClassifier"
LAST = {"kind": "river.neighbors.LazySearch", "window_size": 1000}
FEW = {"kind": "river.neighbors.LazySearch", "window_size": 50}
SET = {  # all that a tree may be set to
    "max_depth": 6,
    "split_criterion": "gini",
    "tau": 0.1,
    "nb_threshold": 5,
    "min_branch_fraction": 0.05,
    "max_share_to_split": 0.9,
    "max_size": 50.0,
    "memory_estimate_period": 500_000,
    "merit_preprune": False,
    "splitter": {"kind": "river.tree.splitter.GaussianSplitter", "n_splits": 6},
}
PIPE = {"kind": "river.compose.Pipeline"}
QUICK = {"kind": TREE, "grace_period": 60, "delta": 0.01}
BAGGING = "river.ensemble.BaggingClassifier"
LEVERAGING = "river.ensemble.LeveragingBaggingClassifier"
ADWIN_BAGGING = "river.ensemble.ADWINBaggingClassifier"
ADABOOST = "river.ensemble.AdaBoostClassifier"
ADWIN_BOOSTING = "river.ensemble.ADWINBoostingClassifier"
BOLE = "river.ensemble.BOLEClassifier"
REST = "river.multiclass.OneVsRestClassifier"
RETRAINING, BINARY = "river.drift.DriftRetrainingClassifier", "river.drift.binary"
PATCHES = "river.ensemble.SRPClassifier"
FOREST = "river.forest.ARFClassifier"
MONDRIAN = "river.forest.AMFClassifier"
NUMBERS_MONDRIAN = "river.forest.AMFRegressor"
ADAPTIVE = "river.tree.HoeffdingAdaptiveTreeClassifier"
RETRAINED = [
    {"kind": RETRAINING, "model": LOGISTIC, "drift_detector": f"{BINARY}.EDDM"},
    {"kind": RETRAINING, "model": "river.naive_bayes.GaussianNB"},
    {"kind": RETRAINING, "model": QUICK, "train_in_background": False},
    {"kind": RETRAINING, "model": scaled(LOGISTIC) | PIPE}
    | {"drift_detector": {"kind": f"{BINARY}.HDDMW", "warning_confidence": 0.1}},
    {"kind": RETRAINING, "model": QUICK}
    | {"drift_detector": {"kind": f"{BINARY}.DDM", "drift_threshold": 2.2}},
    {"kind": RETRAINING, "model": QUICK}
    | {"drift_detector": {"kind": f"{BINARY}.EDDM", "alpha": 0.99, "beta": 0.97}},
    {"kind": RETRAINING, "model": "river.naive_bayes.GaussianNB"}
    | {"drift_detector": {"kind": f"{BINARY}.HDDMA", "drift_confidence": 0.05}},
]
RESTS = [
    {"kind": REST, "classifier": LOGISTIC},
    scaled({"kind": REST, "classifier": f"{LINEAR}.PAClassifier"}),
    {"kind": REST, "classifier": QUICK},
    {"kind": REST, "classifier": "river.naive_bayes.GaussianNB"},
    {"kind": REST, "classifier": {"kind": KNN, "engine": FEW}},
    {"kind": REST, "classifier": scaled(LOGISTIC) | PIPE},
]
EAGER = {"kind": "river.drift.ADWIN", "delta": 0.8, "clock": 4}
REPLACED = {"drift_detector": EAGER | {"delta": 0.3}, "warning_detector": EAGER}
RANDOM_PATCHES = [
    {"kind": PATCHES, "n_models": 3, "seed": 1},
    {"kind": PATCHES, "n_models": 3, "lam": 3, "disable_weighted_vote": True} | REPLACED,
    {"kind": PATCHES, "n_models": 4, "training_method": "resampling", "model": QUICK} | REPLACED,
    {"kind": PATCHES, "n_models": 3, "training_method": "subspaces", "subspace_size": "sqrt"}
    | {"disable_detector": "warning", "model": "river.naive_bayes.GaussianNB"}
    | REPLACED,
    {"kind": PATCHES, "n_models": 3, "model": LOGISTIC} | REPLACED,
    {"kind": PATCHES, "n_models": 2, "training_method": "subspaces", "subspace_size": 50}
    | {"disable_detector": "drift", "model": scaled(f"{LINEAR}.Perceptron") | PIPE},
]
FORESTS = [
    {"kind": FOREST, "seed": 1},
    {"kind": FOREST, "n_models": 5, "max_features": 2, "lambda_value": 3, "grace_period": 20},
    {
        "kind": FOREST,
        "n_models": 4,
        "drift_detector": {"kind": "river.drift.ADWIN", "delta": 0.05},
        "warning_detector": {"kind": "river.drift.ADWIN", "delta": 0.2, "clock": 8},
        "disable_weighted_vote": True,
        "leaf_prediction": "mc",
        "split_criterion": "gini",
        "max_features": "log2",
    },
    {"kind": FOREST, "n_models": 3, **SET, "delta": 0.1},
    *mondrians(MONDRIAN, {"step": 0.3, "dirichlet": 0.2, "split_pure": True}),
    {"kind": BAGGING, "model": QUICK, "n_models": 5},
    {"kind": BAGGING, "model": scaled(f"{LINEAR}.Perceptron") | PIPE, "n_models": 3},
    {"kind": BAGGING, "model": f"{LINEAR}.SoftmaxRegression", "n_models": 3},
    {"kind": LEVERAGING, "model": {"kind": KNN, "engine": FEW}, "n_models": 3},
    {"kind": ADWIN_BAGGING, "model": f"{LINEAR}.PAClassifier"},
    {"kind": BAGGING, "model": LOGISTIC, "n_models": 3, "seed": 7},
    scaled({"kind": BAGGING, "model": QUICK, "n_models": 4}),
    {"kind": BAGGING, "model": "river.naive_bayes.GaussianNB", "n_models": 3},
    {"kind": LEVERAGING, "model": QUICK, "n_models": 5},
    {"kind": LEVERAGING, "model": QUICK, "n_models": 3, "w": 2, "adwin_delta": 0.1},
    *(
        {"kind": LEVERAGING, "model": QUICK, "n_models": 3, "bagging_method": how}
        for how in ("wt", "subag")
    ),
    {"kind": ADWIN_BAGGING, "model": QUICK, "n_models": 5},
    {"kind": ADWIN_BAGGING, "model": LOGISTIC, "n_models": 4},
    {"kind": LEVERAGING, "model": LOGISTIC, "n_models": 3},
    {"kind": ADABOOST, "model": LOGISTIC, "n_models": 4},
    {"kind": ADABOOST, "model": "river.naive_bayes.GaussianNB", "n_models": 3},
    {"kind": ADABOOST, "model": QUICK, "n_models": 5},
    {"kind": ADABOOST, "model": scaled(LOGISTIC) | PIPE, "n_models": 10},
    {"kind": ADABOOST, "model": {"kind": KNN, "engine": FEW}, "n_models": 3},
    {"kind": BOLE, "model": LOGISTIC, "n_models": 4},
    {"kind": BOLE, "model": "river.naive_bayes.GaussianNB", "n_models": 3, "seed": 3},
    {"kind": BOLE, "model": TREE, "n_models": 10},
    {"kind": BOLE, "model": QUICK, "n_models": 3, "error_bound": 0.2},
    {"kind": ADWIN_BOOSTING, "model": QUICK, "n_models": 4},
    {"kind": ADWIN_BOOSTING, "model": LOGISTIC, "n_models": 4},
    *RESTS,
    *RETRAINED,
]
REVISED = [
    REVISING,
    {"kind": REVISING, "grace_period": 50, "delta": 0.05, "tau": 0.3},
    {"kind": REVISING, "grace_period": 20, "min_samples_reevaluate": 50, "delta": 0.5}
    | {"leaf_prediction": "nb", "nb_threshold": 20},
    {"kind": REVISING, "grace_period": 40, "delta": 0.2, "max_depth": 3}
    | {"leaf_prediction": "mc", "max_share_to_split": 0.7, "min_branch_fraction": 0.1},
    {"kind": REVISING, "grace_period": 60, "min_samples_reevaluate": 10, **SET}
    | {"binary_split": True, "nominal_attributes": ["absent"]},
]
GROWING = 20_000  # the most rows that a tree is tried on
STEADY = 4_000  # that a state of one size is, which is full, or has forgotten all, long before
CLASSIFIERS = [  # and the most rows that each is tried on
    *(
        (spec, STEADY)
        for spec in [
            LOGISTIC,
            {"kind": LOGISTIC, "optimizer": sgd(0.1), "l2": 0.01, "intercept_lr": 0.02},
            scaled(LOGISTIC),
            scaled({"kind": LOGISTIC, "l2": 0.01, "clip_gradient": 0.5, "intercept_init": 0.3}),
            f"{LINEAR}.Perceptron",
            scaled({"kind": f"{LINEAR}.Perceptron", "l2": 0.001, "clip_gradient": 0.5}),
            f"{LINEAR}.PAClassifier",
            scaled({"kind": f"{LINEAR}.PAClassifier", "C": 0.01}),
            {"kind": f"{LINEAR}.PAClassifier", "mode": 0, "learn_intercept": False},
            scaled({"kind": f"{LINEAR}.PAClassifier", "mode": 2, "C": 0.1}),
            f"{LINEAR}.ALMAClassifier",
            scaled({"kind": f"{LINEAR}.ALMAClassifier", "alpha": 0.5, "B": 2.0, "C": 0.3}),
            f"{LINEAR}.SoftmaxRegression",
            scaled({"kind": f"{LINEAR}.SoftmaxRegression", "optimizer": sgd(0.1), "l2": 0.01}),
        ]
    ),
    *((spec, 3_000) for spec in FORESTS),
    *((spec, 1_200) for spec in RANDOM_PATCHES),
    *((spec, 6_000) for spec in REVISED),
    (scaled(LOGISTIC, "MinMaxScaler"), STEADY),
    (scaled(f"{LINEAR}.Perceptron", "MaxAbsScaler"), STEADY),
    (scaled(f"{LINEAR}.SoftmaxRegression", "StandardScaler", "MinMaxScaler"), STEADY),
    ("river.naive_bayes.GaussianNB", STEADY),
    (scaled("river.naive_bayes.GaussianNB"), STEADY),
    ({"kind": f"{BAYES}.BernoulliNB", "alpha": 0.5, "true_threshold": 0.4}, STEADY),
    ({"kind": KNN, "engine": LAST}, STEADY),
    ({"kind": KNN, "engine": FEW, "n_neighbors": 3, "weighted": False}, STEADY),
    ({"kind": KNN, "engine": FEW, "n_neighbors": 7, "softmax": True}, STEADY),
    *(
        (spec, GROWING)
        for spec in [
            TREE,
            {"kind": TREE, "grace_period": 50, "delta": 0.01, "leaf_prediction": "mc"},
            {"kind": TREE, "grace_period": 50, "delta": 0.01, "leaf_prediction": "nb"},
            {"kind": TREE, "grace_period": 30, "split_criterion": "gini", "delta": 0.1},
            {"kind": TREE, "max_depth": 2, "grace_period": 40, "delta": 0.1, "tau": 0.2},
            {
                "kind": TREE,
                "splitter": {"kind": "river.tree.splitter.GaussianSplitter", "n_splits": 5},
                "merit_preprune": False,
                "nb_threshold": 20,
                "leaf_prediction": "nb",
                "min_branch_fraction": 0.2,
                "max_share_to_split": 0.8,
            },
            scaled({"kind": TREE, "grace_period": 100, "delta": 1e-3}),
            ADAPTIVE,
            {"kind": ADAPTIVE, "grace_period": 50, "delta": 0.01, "drift_window_threshold": 60},
            {"kind": ADAPTIVE, "grace_period": 60, "seed": 3, **SET},
            {"kind": TREE, "grace_period": 60, **SET},
            {
                "kind": ADAPTIVE,
                "grace_period": 40,
                "delta": 0.05,
                "bootstrap_sampling": False,
                "leaf_prediction": "nb",
                "drift_detector": {"kind": "river.drift.ADWIN", "delta": 0.2},
                "switch_significance": 0.3,
            },
        ]
    ),
]
MIXED_TREES = [  # tried on nominal columns and missing cells
    TREE,
    {"kind": TREE, "grace_period": 40, "delta": 0.05, "tau": 0.1},
    {"kind": TREE, "grace_period": 30, "delta": 0.1, "split_criterion": "gini"}
    | {"leaf_prediction": "nb", "nb_threshold": 20, "min_branch_fraction": 0.1},
    {"kind": TREE, "grace_period": 40, "delta": 0.1, "tau": 0.3, "leaf_prediction": "mc"}
    | {"max_depth": 3, "max_share_to_split": 0.8},
    {"kind": TREE, "grace_period": 40, "delta": 0.05, "binary_split": True}
    | {"merit_preprune": False},
]
MIXED_FORESTS = [
    {"kind": FOREST, "n_models": 3, "max_features": 2, "lambda_value": 3, "grace_period": 20},
    {"kind": FOREST, "n_models": 4, "grace_period": 40, "max_features": -1, "seed": 3},
    {"kind": FOREST, "n_models": 3, "max_features": "log2", "leaf_prediction": "nb"}
    | {"binary_split": True, "split_criterion": "gini"},
    {"kind": BAGGING, "model": QUICK, "n_models": 3},
    {"kind": LEVERAGING, "model": QUICK, "n_models": 3},
    {"kind": ADWIN_BAGGING, "model": QUICK, "n_models": 3},
    {"kind": ADABOOST, "model": QUICK, "n_models": 3},
    {"kind": BOLE, "model": QUICK, "n_models": 3},
    {"kind": REST, "classifier": QUICK},
]
ALERT = {  # with alternates that come, are pruned and take over often
    "kind": ADAPTIVE,
    "grace_period": 40,
    "drift_window_threshold": 30,
    "switch_significance": 0.5,
    "drift_detector": {"kind": "river.drift.ADWIN", "delta": 0.5, "clock": 8},
}
MIXED_ADAPTIVES = [
    ALERT | {"delta": 0.05, "tau": 0.1},
    ADAPTIVE,
    ALERT
    | {"delta": 0.1, "split_criterion": "gini", "leaf_prediction": "nb", "nb_threshold": 20}
    | {"bootstrap_sampling": False},
    ALERT | {"delta": 0.1, "tau": 0.3, "leaf_prediction": "mc", "max_depth": 3, "seed": 3},
    ALERT | {"delta": 0.05, "binary_split": True, "merit_preprune": False},
    ALERT | {"delta": 0.05, "nominal_attributes": ["x3"]},
]
MIXED_REVISED = [  # with splits that are revised often
    {"kind": REVISING, "grace_period": 50, "delta": 0.05, "tau": 0.3},
    {"kind": REVISING, "grace_period": 20, "min_samples_reevaluate": 50, "delta": 0.5}
    | {"leaf_prediction": "nb", "nb_threshold": 20},
    {"kind": REVISING, "grace_period": 40, "delta": 0.2, "max_depth": 3}
    | {"leaf_prediction": "mc", "max_share_to_split": 0.7, "min_branch_fraction": 0.1},
    {"kind": REVISING, "grace_period": 40, "delta": 0.05, "split_criterion": "gini"}
    | {"binary_split": True},
]
MIXED_NAMED = [  # with nominal columns named x0, x2, x3 or x5, one of which is taken as such
    {"kind": TREE, "grace_period": 40, "delta": 0.05, "nominal_attributes": ["x3"]},
    {"kind": FOREST, "n_models": 3, "grace_period": 40, "nominal_attributes": ["x3"]},
]
NUMBERS_TREE = "river.tree.HoeffdingTreeRegressor"
NUMBERS_FOREST = "river.forest.ARFRegressor"
ADAPTIVE_NUMBERS = "river.tree.HoeffdingAdaptiveTreeRegressor"
SLOW_LINE = {"kind": f"{LINEAR}.LinearRegression", "optimizer": sgd(0.001)}
ENCODED = [  # before linear models of classes, and of two classes
    *({}, {"drop_first": True}, {"drop_zeros": True}, {"drop_zeros": True, "drop_first": True}),
]
ENCODED_MODELS = [
    LOGISTIC,
    {"kind": LOGISTIC, "optimizer": sgd(0.1), "l2": 0.01},
    f"{LINEAR}.Perceptron",
    {"kind": f"{LINEAR}.PAClassifier", "mode": 2},
    {"kind": f"{LINEAR}.SoftmaxRegression", "l2": 0.02},
    SLOW_LINE,
]


def encoded(settings, model):
    """A model behind an encoder of nominal columns."""
    return {
        "kind": "pipeline",
        "steps": [{"kind": "river.preprocessing.OneHotEncoder", **settings}, model],
    }


READY = {"kind": "river.drift.ADWIN", "delta": 1.0, "clock": 4, "grace_period": 5}
ALARMING = {"drift_detector": READY, "warning_detector": READY}  # models are replaced
NUMBERS_FORESTS = [
    {"kind": NUMBERS_FOREST, "seed": 1},
    {"kind": NUMBERS_FOREST, "n_models": 4, "max_features": 0.8, "leaf_prediction": "mean"}
    | {"aggregation_method": "mean", "disable_weighted_vote": False, "seed": 2},
    {"kind": NUMBERS_FOREST, "n_models": 3, "lambda_value": 3, "leaf_model": SLOW_LINE, "seed": 3}
    | {"grace_period": 40, "delta": 0.05, "min_samples_split": 10, "merit_preprune": False}
    | {"max_size": 200.0, "memory_estimate_period": 500_000}
    | {"aggregation_method": "mean", "tau": 0.2, "max_depth": 4, "model_selector_decay": 0.7}
    | ALARMING,
    {"kind": NUMBERS_FOREST, "n_models": 3, "metric": "river.metrics.RMSE", "max_features": None}
    | {"aggregation_method": "mean", "disable_weighted_vote": False, "leaf_prediction": "model"}
    | {"leaf_model": SLOW_LINE, "splitter": "river.tree.splitter.EBSTSplitter", "seed": 4}
    | ALARMING,
]
SHRUNK = {"kind": f"{LINEAR}.LinearRegression", "l2": 0.05, "intercept_init": 3.0}
ALERT_NUMBERS = {  # with alternates that come, are pruned and take over often
    "kind": ADAPTIVE_NUMBERS,
    "grace_period": 50,
    "delta": 0.05,
    "drift_window_threshold": 30,
    "switch_significance": 0.5,
    "drift_detector": {"kind": "river.drift.ADWIN", "delta": 0.9, "clock": 4},
}
ADAPTIVE_REGRESSORS = [
    ALERT_NUMBERS | {"leaf_model": SLOW_LINE, "seed": 2},
    {"kind": ADAPTIVE_NUMBERS, "bootstrap_sampling": False, "memory_estimate_period": 50_000},
    ALERT_NUMBERS | {"leaf_prediction": "mean", "seed": 3, "max_size": 200.0, "tau": 0.3},
    ALERT_NUMBERS | {"leaf_prediction": "model", "leaf_model": SHRUNK, "max_depth": 3, "seed": 4},
    ALERT_NUMBERS
    | {"splitter": "river.tree.splitter.EBSTSplitter", "leaf_model": SLOW_LINE, "seed": 5}
    | {"min_samples_split": 1, "merit_preprune": False, "model_selector_decay": 0.5}
    | {"bootstrap_sampling": False},
]
NUMBERS_PATCHES = "river.ensemble.SRPRegressor"
PATCHES_OF_NUMBERS = [
    {"kind": NUMBERS_PATCHES, "n_models": 3, "seed": 1},
    {"kind": NUMBERS_PATCHES, "n_models": 3, "model": SLOW_LINE, "disable_weighted_vote": False}
    | {"drift_detection_criteria": "prediction", "lam": 3}
    | REPLACED,
    {"kind": NUMBERS_PATCHES, "n_models": 4, "training_method": "subspaces", "subspace_size": 3}
    | {"model": {"kind": NUMBERS_TREE, "grace_period": 50, "delta": 0.05}}
    | {"metric": "river.metrics.RMSE", "disable_weighted_vote": False}
    | {"disable_detector": "warning"}
    | REPLACED,
    {"kind": NUMBERS_PATCHES, "n_models": 4, "aggregation_method": "median"} | REPLACED,
]
REGRESSORS = [
    ({"kind": f"{LINEAR}.LinearRegression", "optimizer": sgd(0.001)}, STEADY),
    (scaled(f"{LINEAR}.LinearRegression"), STEADY),
    (scaled(f"{LINEAR}.LinearRegression", "MinMaxScaler"), STEADY),
    (scaled({"kind": f"{LINEAR}.LinearRegression", "l2": 0.1, "intercept_lr": 0.1}), STEADY),
    (scaled({"kind": f"{LINEAR}.LinearRegression", "clip_gradient": 2, "intercept_init": 9}), 2000),
    ({"kind": "river.neighbors.KNNRegressor", "engine": LAST, "n_neighbors": 9}, 2_000),
    *(
        ({"kind": "river.neighbors.KNNRegressor", "engine": FEW, "aggregation_method": how}, STEADY)
        for how in ("mean", "median", "weighted_mean")
    ),
    *(
        (spec, GROWING)
        for spec in [
            NUMBERS_TREE,
            {"kind": NUMBERS_TREE, "leaf_prediction": "mean", "grace_period": 50, "delta": 0.01},
            {"kind": NUMBERS_TREE, "leaf_prediction": "model", "tau": 0.2, "grace_period": 100},
            {"kind": NUMBERS_TREE, "max_depth": 2, "model_selector_decay": 0.5, "delta": 0.001},
            {"kind": NUMBERS_TREE, "splitter": "river.tree.splitter.EBSTSplitter"},
            {"kind": NUMBERS_TREE, "leaf_model": SLOW_LINE, "max_size": 100.0},
            scaled({"kind": NUMBERS_TREE, "min_samples_split": 20, "merit_preprune": False}),
        ]
    ),
    ({"kind": "river.ensemble.BaggingRegressor", "model": SLOW_LINE, "n_models": 4}, 3_000),
    ({"kind": "river.ensemble.BaggingRegressor", "model": NUMBERS_TREE, "n_models": 3}, 3_000),
    *((spec, 3_000) for spec in NUMBERS_FORESTS),
    *((spec, 1_200) for spec in PATCHES_OF_NUMBERS),
    *((spec, 3_000) for spec in mondrians(NUMBERS_MONDRIAN, {"step": 0.03})),
    *((spec, 3_000) for spec in ADAPTIVE_REGRESSORS),
]

COUNTED = [  # tried on counts
    *(f"{BAYES}.{kind}" for kind in ("MultinomialNB", "ComplementNB", "BernoulliNB")),
    {"kind": f"{BAYES}.MultinomialNB", "alpha": 0.1},
    {"kind": f"{BAYES}.ComplementNB", "alpha": 0.3},
    {"kind": f"{BAYES}.BernoulliNB", "alpha": 2, "true_threshold": 1},
    scaled({"kind": f"{BAYES}.MultinomialNB", "alpha": 0.3}, "MaxAbsScaler"),
    {"kind": BAGGING, "model": f"{BAYES}.MultinomialNB", "n_models": 3},
]
QUICK_NUMBERS = {"kind": NUMBERS_TREE, "grace_period": 50, "delta": 0.05}
MIXED_REGRESSORS = [  # tried on nominal columns and missing cells
    {"kind": NUMBERS_TREE},
    QUICK_NUMBERS | {"tau": 0.3},
    QUICK_NUMBERS | {"binary_split": True, "leaf_prediction": "model", "leaf_model": SLOW_LINE},
    QUICK_NUMBERS | {"leaf_prediction": "mean", "min_samples_split": 1, "max_depth": 3},
    QUICK_NUMBERS | {"leaf_model": SHRUNK, "merit_preprune": False, "tau": 0.2},
    QUICK_NUMBERS | {"splitter": "river.tree.splitter.EBSTSplitter", "model_selector_decay": 0.5},
    QUICK_NUMBERS | {"nominal_attributes": ["f", "b"], "tau": 0.3},
    {"kind": "river.ensemble.BaggingRegressor", "model": QUICK_NUMBERS, "n_models": 3},
    {"kind": NUMBERS_FOREST, "n_models": 3, "seed": 5, "leaf_prediction": "mean"} | ALARMING,
    {"kind": NUMBERS_FOREST, "n_models": 3, "seed": 6, "leaf_model": SHRUNK, "binary_split": True}
    | {"max_features": 2, "metric": "river.metrics.MAE", "disable_weighted_vote": False}
    | {"aggregation_method": "mean", "nominal_attributes": ["f", "b"]},
    ALERT_NUMBERS | {"nominal_attributes": ["f", "b", "d"], "tau": 0.3, "leaf_model": SLOW_LINE},
    ALERT_NUMBERS | {"leaf_prediction": "mean", "seed": 3, "max_depth": 3},
    ALERT_NUMBERS | {"leaf_model": SHRUNK, "binary_split": True, "grace_period": 20, "seed": 4},
]
