"""Declarations: the classes of river that kernels cover, so that they need no import of river.

Each says what stand_ins.py and registry.py read of a class: its parameters as river's source has
them, the classes of river.base that it is of, and what its constructor makes of its parameters.
tests/test_declarations.py compares all of it with the river that is installed.
"""

from driftsim.kernels.constructors import Declared, depth, numbered, otherwise, schedule

VERSION = "0.26.1"  # of river


SGD = otherwise("river.optim.SGD")
ZEROS = otherwise("river.optim.initializers.Zeros")
ADWIN = otherwise("river.drift.ADWIN")
GAUSSIANS = otherwise("river.tree.splitter.GaussianSplitter")
LINE = {"optimizer": SGD, "intercept_lr": schedule, "initializer": ZEROS}
WATCHED = {
    "drift_detector": otherwise("river.drift.ADWIN", delta=1e-5),
    "warning_detector": otherwise("river.drift.ADWIN", delta=1e-4),
}
WARNS = "BinaryDriftAndWarningDetector", "BinaryDriftDetector"
DECLARED = {
    "river.compose.Pipeline": Declared("*steps", becomes={"steps": numbered}),
    "river.preprocessing.StandardScaler": Declared(
        "with_std=True, window_size: int | None = None", ("Transformer",)
    ),
    "river.preprocessing.MinMaxScaler": Declared(
        "window_size: int | None = None", ("Transformer",)
    ),
    "river.preprocessing.MaxAbsScaler": Declared(
        "window_size: int | None = None", ("Transformer",)
    ),
    "river.preprocessing.OneHotEncoder": Declared(
        """
        categories: dict[base.typing.FeatureName, set[typing.Hashable]] | None = None,
        drop_zeros: bool = False, drop_first: bool = False
        """,
        ("Transformer",),
    ),
    "river.optim.schedulers.Constant": Declared("learning_rate: int | float"),
    "river.optim.SGD": Declared(
        "lr: int | float | optim.base.Scheduler = 0.01", becomes={"lr": schedule}
    ),
    "river.optim.losses.Log": Declared("weight_pos: float = 1.0, weight_neg: float = 1.0"),
    "river.optim.losses.Squared": Declared(),
    "river.optim.initializers.Zeros": Declared(),
    "river.linear_model.LogisticRegression": Declared(
        """
        optimizer: optim.base.Optimizer | None = None, loss: optim.losses.BinaryLoss | None = None,
        l2=0.0, l1=0.0, intercept_init=0.0, intercept_lr: float | optim.base.Scheduler = 0.01,
        clip_gradient=1e12, initializer: optim.base.Initializer | None = None
        """,
        ("Classifier",),
        weighs=True,
        becomes={**LINE, "loss": otherwise("river.optim.losses.Log")},
    ),
    "river.linear_model.LinearRegression": Declared(
        """
        optimizer: optim.base.Optimizer | None = None,
        loss: optim.losses.RegressionLoss | None = None,
        l2=0.0, l1=0.0, intercept_init=0.0, intercept_lr: optim.base.Scheduler | float = 0.01,
        clip_gradient=1e12, initializer: optim.base.Initializer | None = None
        """,
        ("Regressor",),
        weighs=True,
        becomes={**LINE, "loss": otherwise("river.optim.losses.Squared")},
    ),
    "river.linear_model.Perceptron": Declared(
        """
        l2=0.0, clip_gradient=1e12, initializer: optim.initializers.Initializer | None = None
        """,
        ("Classifier",),
        weighs=True,
        becomes={"initializer": ZEROS},
    ),
    "river.linear_model.PAClassifier": Declared(
        "C=1.0, mode=1, learn_intercept=True", ("Classifier",)
    ),
    "river.linear_model.ALMAClassifier": Declared(
        f"p=2, alpha=0.9, B={1 / 0.9!r}, C={2**0.5!r}", ("Classifier",)
    ),
    "river.linear_model.SoftmaxRegression": Declared(
        """
        optimizer: optim.base.Optimizer | None = None,
        loss: optim.losses.MultiClassLoss | None = None, l2=0
        """,
        ("Classifier",),
        multiclass=True,
        becomes={"optimizer": SGD},
    ),
    "river.naive_bayes.GaussianNB": Declared("", ("Classifier",), multiclass=True),
    "river.naive_bayes.MultinomialNB": Declared("alpha=1.0", ("Classifier",), multiclass=True),
    "river.naive_bayes.BernoulliNB": Declared(
        "alpha=1.0, true_threshold=0.0", ("Classifier",), multiclass=True
    ),
    "river.naive_bayes.ComplementNB": Declared("alpha=1.0", ("Classifier",), multiclass=True),
    "river.neighbors.LazySearch": Declared(
        """
        window_size: int = 50, min_distance_keep: float = 0.0,
        dist_func: DistanceFunc | FunctionWrapper | None = None
        """
    ),
    "river.neighbors.KNNClassifier": Declared(
        """
        n_neighbors: int = 5, engine: BaseNN | None = None, weighted: bool = True,
        cleanup_every: int = 0, softmax: bool = False
        """,
        ("Classifier",),
        multiclass=True,
    ),
    "river.neighbors.KNNRegressor": Declared(
        """
        n_neighbors: int = 5, engine: BaseNN | None = None, aggregation_method: str = "mean"
        """,
        ("Regressor",),
    ),
    "river.tree.splitter.GaussianSplitter": Declared("n_splits: int = 10"),
    "river.tree.splitter.EBSTSplitter": Declared(),
    "river.tree.splitter.TEBSTSplitter": Declared("digits: int = 1"),
    "river.tree.HoeffdingTreeClassifier": Declared(
        """
        grace_period: int = 200, max_depth: int | None = None, split_criterion: str = "info_gain",
        delta: float = 1e-7, tau: float = 0.05, leaf_prediction: str = "nba",
        nb_threshold: int = 0, nominal_attributes: list | None = None,
        splitter: Splitter | None = None, binary_split: bool = False,
        min_branch_fraction: float = 0.01, max_share_to_split: float = 0.99,
        max_size: float = 100.0, memory_estimate_period: int = 1_000_000,
        stop_mem_management: bool = False, remove_poor_attrs: bool = False,
        merit_preprune: bool = True
        """,
        ("Classifier",),
        multiclass=True,
        weighs=True,
        becomes={"max_depth": depth, "splitter": GAUSSIANS},
    ),
    "river.tree.HoeffdingAdaptiveTreeClassifier": Declared(
        """
        grace_period: int = 200, max_depth: int | None = None, split_criterion: str = "info_gain",
        delta: float = 1e-7, tau: float = 0.05, leaf_prediction: str = "nba",
        nb_threshold: int = 0, nominal_attributes: list | None = None,
        splitter: Splitter | None = None, bootstrap_sampling: bool = True,
        drift_window_threshold: int = 300, drift_detector: base.DriftDetector | None = None,
        switch_significance: float = 0.05, binary_split: bool = False,
        min_branch_fraction: float = 0.01, max_share_to_split: float = 0.99,
        max_size: float = 100.0, memory_estimate_period: int = 1_000_000,
        stop_mem_management: bool = False, remove_poor_attrs: bool = False,
        merit_preprune: bool = True, seed: int | None = None
        """,
        ("Classifier",),
        multiclass=True,
        weighs=True,
        becomes={"max_depth": depth, "splitter": GAUSSIANS, "drift_detector": ADWIN},
    ),
    "river.tree.ExtremelyFastDecisionTreeClassifier": Declared(
        """
        grace_period: int = 200, max_depth: int | None = None, min_samples_reevaluate: int = 20,
        split_criterion: str = "info_gain", delta: float = 1e-7, tau: float = 0.05,
        leaf_prediction: str = "nba", nb_threshold: int = 0,
        nominal_attributes: list | None = None, splitter: Splitter | None = None,
        binary_split: bool = False, min_branch_fraction: float = 0.01,
        max_share_to_split: float = 0.99, max_size: float = 100.0,
        memory_estimate_period: int = 1000000, stop_mem_management: bool = False,
        remove_poor_attrs: bool = False, merit_preprune: bool = True
        """,
        ("Classifier",),
        multiclass=True,
        weighs=True,
        becomes={"max_depth": depth, "splitter": GAUSSIANS},
    ),
    "river.tree.HoeffdingTreeRegressor": Declared(
        """
        grace_period: int = 200, max_depth: int | None = None, delta: float = 1e-7,
        tau: float = 0.05, leaf_prediction: str = "adaptive",
        leaf_model: base.Regressor | None = None, model_selector_decay: float = 0.95,
        nominal_attributes: list | None = None, splitter: Splitter | None = None,
        min_samples_split: int = 5, binary_split: bool = False, max_size: float = 500.0,
        memory_estimate_period: int = 1_000_000, stop_mem_management: bool = False,
        remove_poor_attrs: bool = False, merit_preprune: bool = True
        """,
        ("Regressor",),
        weighs=True,
        becomes={
            "max_depth": depth,
            "leaf_model": otherwise("river.linear_model.LinearRegression"),
            "splitter": otherwise("river.tree.splitter.TEBSTSplitter"),
        },
    ),
    "river.tree.HoeffdingAdaptiveTreeRegressor": Declared(
        """
        grace_period: int = 200, max_depth: int | None = None, delta: float = 1e-7,
        tau: float = 0.05, leaf_prediction: str = "adaptive",
        leaf_model: base.Regressor | None = None, model_selector_decay: float = 0.95,
        nominal_attributes: list | None = None, splitter: Splitter | None = None,
        min_samples_split: int = 5, bootstrap_sampling: bool = True,
        drift_window_threshold: int = 300, drift_detector: base.DriftDetector | None = None,
        switch_significance: float = 0.05, binary_split: bool = False, max_size: float = 500.0,
        memory_estimate_period: int = 1000000, stop_mem_management: bool = False,
        remove_poor_attrs: bool = False, merit_preprune: bool = True, seed: int | None = None
        """,
        ("Regressor",),
        weighs=True,
        becomes={
            "max_depth": depth,
            "leaf_model": otherwise("river.linear_model.LinearRegression"),
            "splitter": otherwise("river.tree.splitter.TEBSTSplitter"),
            "drift_detector": ADWIN,
        },
    ),
    "river.forest.ARFClassifier": Declared(
        """
        n_models: int = 10, max_features: bool | str | int = "sqrt", lambda_value: int = 6,
        metric: metrics.base.MultiClassMetric | None = None, disable_weighted_vote=False,
        drift_detector: base.DriftDetector | None = None,
        warning_detector: base.DriftDetector | None = None, grace_period: int = 50,
        max_depth: int | None = None, split_criterion: str = "info_gain", delta: float = 0.01,
        tau: float = 0.05, leaf_prediction: str = "nba", nb_threshold: int = 0,
        nominal_attributes: list | None = None, splitter: Splitter | None = None,
        binary_split: bool = False, min_branch_fraction: float = 0.01,
        max_share_to_split: float = 0.99, max_size: float = 100.0,
        memory_estimate_period: int = 2_000_000, stop_mem_management: bool = False,
        remove_poor_attrs: bool = False, merit_preprune: bool = True, seed: int | None = None
        """,
        ("Classifier",),
        multiclass=True,
        becomes={
            "drift_detector": otherwise("river.drift.ADWIN", delta=0.001),
            "warning_detector": otherwise("river.drift.ADWIN", delta=0.01),
        },
    ),
    "river.metrics.MSE": Declared(),
    "river.metrics.RMSE": Declared(),
    "river.metrics.MAE": Declared(),
    "river.forest.ARFRegressor": Declared(
        """
        n_models: int = 10, max_features="sqrt", aggregation_method: str = "median",
        lambda_value: int = 6, metric: metrics.base.RegressionMetric | None = None,
        disable_weighted_vote=True, drift_detector: base.DriftDetector | None = None,
        warning_detector: base.DriftDetector | None = None, grace_period: int = 50,
        max_depth: int | None = None, delta: float = 0.01, tau: float = 0.05,
        leaf_prediction: str = "adaptive", leaf_model: base.Regressor | None = None,
        model_selector_decay: float = 0.95, nominal_attributes: list | None = None,
        splitter: Splitter | None = None, min_samples_split: int = 5, binary_split: bool = False,
        max_size: float = 500.0, memory_estimate_period: int = 2_000_000,
        stop_mem_management: bool = False, remove_poor_attrs: bool = False,
        merit_preprune: bool = True, seed: int | None = None
        """,
        ("Regressor",),
        becomes={
            "metric": otherwise("river.metrics.MSE"),
            "drift_detector": otherwise("river.drift.ADWIN", delta=0.001),
            "warning_detector": otherwise("river.drift.ADWIN", delta=0.01),
        },
    ),
    "river.forest.AMFClassifier": Declared(
        """
        n_estimators: int = 10, step: float = 1.0, use_aggregation: bool = True,
        dirichlet: float = 0.5, split_pure: bool = False, max_nodes: int | None = None,
        seed: int | None = None
        """,
        ("Classifier",),
        multiclass=True,
    ),
    "river.forest.AMFRegressor": Declared(
        """
        n_estimators: int = 10, step: float = 1.0, use_aggregation: bool = True,
        max_nodes: int | None = None, seed: int | None = None
        """,
        ("Regressor",),
    ),
    "river.ensemble.BaggingClassifier": Declared(
        "model: base.Classifier, n_models=10, seed: int | None = None", ("Classifier",)
    ),
    "river.ensemble.BaggingRegressor": Declared(
        "model: base.Regressor, n_models=10, seed: int | None = None", ("Regressor",)
    ),
    "river.ensemble.ADWINBaggingClassifier": Declared(
        "model: base.Classifier, n_models=10, seed: int | None = None", ("Classifier",)
    ),
    "river.ensemble.LeveragingBaggingClassifier": Declared(
        """
        model: base.Classifier, n_models: int = 10, w: float = 6, adwin_delta: float = 0.002,
        bagging_method: str = "bag", seed: int | None = None
        """,
        ("Classifier",),
    ),
    "river.ensemble.AdaBoostClassifier": Declared(
        "model: base.Classifier, n_models=10, seed: int | None = None", ("Classifier",)
    ),
    "river.ensemble.ADWINBoostingClassifier": Declared(
        "model: base.Classifier, n_models=10, seed: int | None = None", ("Classifier",)
    ),
    "river.ensemble.BOLEClassifier": Declared(
        "model: base.Classifier, n_models=10, seed: int | None = None, error_bound=0.5",
        ("Classifier",),
    ),
    "river.ensemble.SRPClassifier": Declared(
        """
        model: base.Estimator | None = None, n_models: int = 10,
        subspace_size: int | float | str = 0.6, training_method: str = "patches", lam: int = 6,
        drift_detector: base.DriftDetector | None = None,
        warning_detector: base.DriftDetector | None = None, disable_detector: str = "off",
        disable_weighted_vote: bool = False, seed: int | None = None,
        metric: ClassificationMetric | None = None
        """,
        ("Classifier",),
        becomes={
            "model": otherwise("river.tree.HoeffdingTreeClassifier", grace_period=50, delta=0.01),
            **WATCHED,
        },
    ),
    "river.ensemble.SRPRegressor": Declared(
        """
        model: base.Regressor | None = None, n_models: int = 10,
        subspace_size: int | float | str = 0.6, training_method: str = "patches", lam: int = 6,
        drift_detector: base.DriftDetector | None = None,
        warning_detector: base.DriftDetector | None = None, disable_detector: str = "off",
        disable_weighted_vote: bool = True, drift_detection_criteria: str = "error",
        aggregation_method: str = "mean", seed=None, metric: RegressionMetric | None = None
        """,
        ("Regressor",),
        becomes={
            "model": otherwise("river.tree.HoeffdingTreeRegressor", grace_period=50, delta=0.01),
            "metric": otherwise("river.metrics.MAE"),
            **WATCHED,
        },
    ),
    "river.multiclass.OneVsRestClassifier": Declared(
        "classifier: base.Classifier", ("Classifier",), multiclass=True
    ),
    "river.drift.DriftRetrainingClassifier": Declared(
        """
        model: base.Classifier,
        drift_detector: base.DriftAndWarningDetector | base.BinaryDriftAndWarningDetector | None
        = None, train_in_background: bool = True
        """,
        ("Classifier",),
        becomes={"drift_detector": otherwise("river.drift.binary.DDM")},
    ),
    "river.drift.ADWIN": Declared(
        "delta=0.002, clock=32, max_buckets=5, min_window_length=5, grace_period=10",
        ("DriftDetector",),
    ),
    "river.drift.PageHinkley": Declared(
        """
        min_instances: int = 30, delta: float = 0.005, threshold: float = 50.0,
        alpha: float = 0.9999, mode: str = "both"
        """,
        ("DriftDetector",),
    ),
    "river.drift.KSWIN": Declared(
        """
        alpha: float = 0.005, window_size: int = 100, stat_size: int = 30, seed: int | None = None,
        window: typing.Iterable | None = None
        """,
        ("DriftDetector",),
    ),
    "river.drift.binary.DDM": Declared(
        "warm_start: int = 30, warning_threshold: float = 2.0, drift_threshold: float = 3.0", WARNS
    ),
    "river.drift.binary.EDDM": Declared(
        "warm_start: int = 30, alpha: float = 0.95, beta: float = 0.9", WARNS
    ),
    "river.drift.binary.HDDMA": Declared(
        "drift_confidence=0.001, warning_confidence=0.005, two_sided_test=False", WARNS
    ),
    "river.drift.binary.HDDMW": Declared(
        "drift_confidence=0.001, warning_confidence=0.005, lambda_val=0.05, two_sided_test=False",
        WARNS,
    ),
}
