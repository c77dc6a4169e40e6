"""Examples: one of each kind that a scenario can name, its parameters written as YAML.

`driftsim kinds` shows them, docs/generators.md draws the concepts, the tests' laws try them all.
"""

SEA = "{kind: sea, threshold: 8}"
NORMAL = "{kind: gaussians, separation: 3.0}"
TURNED = "{kind: gaussians, separation: 3.0, angle: 60.0}"
THREE = "{kind: gaussians, means: [[-2.0, 0.0], [2.0, 0.0], [0.0, 3.0]]}"
CONCEPTS = {  # before a drift, and after it
    "sea": ("threshold: 8", "threshold: 12"),
    "stagger": ("function: 1", "function: 2"),
    "sine": ("function: 1", "function: 3"),
    "mixed": ("function: 1", "function: 2"),
    "circles": ("centre: [0.2, 0.5], radius: 0.15", "centre: [0.6, 0.5], radius: 0.25"),
    "torus": ("centre: [0.35, 0.5, 0.5], radius: 0.2", "centre: [0.6, 0.5, 0.5], radius: 0.25"),
    "checkerboard": ("sides: [0.25, 0.25], angle: 0.0", "sides: [0.25, 0.25], angle: 30.0"),
    "cake": ("pairs: 3, angle: 0.0", "pairs: 3, angle: 40.0"),
    "asset_negotiation": ("function: 1", "function: 2"),
    "agrawal": ("function: 1, perturbation: 0.05", "function: 2, perturbation: 0.05"),
    "moa": ("stream: generators.SEAGenerator", "stream: generators.SEAGenerator -f 4 -i 2"),
    "hyperplane": ("features: 2, weights: [1.0, 0.0]", "features: 2, weights: [1.0, 1.0]"),
    "gaussians": ("separation: 2.0, angle: 0.0", "separation: 2.0, angle: 90.0"),
    "rbf": ("features: 2, centroids: 6", "features: 2, centroids: 6"),
    "rbf_events": ("clusters: 6, apart: 0.4", "clusters: 6, apart: 0.4"),
    "led": ("noise: 0.1", "noise: 0.1, swapped: 4"),
    "waveform": ("attributes: 21", "attributes: 21, swapped: 7"),
    "random_tree": ("nominal: 0, numeric: 2", "nominal: 0, numeric: 2"),
    "make_classification": (
        "n_features: 2, n_redundant: 0, class_sep: 1.5",
        "n_features: 2, n_redundant: 0, class_sep: 1.5",
    ),
    "text": ("words: 200, length: 30", "words: 200, length: 30"),
    "digits": ("angle: 0.0", "angle: 60.0"),
    "categorical": ("features: 2, values: 4", "features: 2, values: 4, real: 0.5"),
    "coin": ("share: 0.1", "share: 0.3"),
    "linear": ("features: 2, weights: [1.0, 0.0]", "features: 2, weights: [0.0, 1.0]"),
    "friedman": ("function: 1", "function: 2"),
    "local_friedman": ("regions: 0", "regions: 3"),
    "hyperplane_regression": (
        "features: 2, weights: [1.0, 0.0], noise: 0.05",
        "features: 2, weights: [0.0, 1.0], noise: 0.05",
    ),
    "level": ("level: 0.0", "level: 3.0"),
    "series": (
        "deviation: 1.0, autocorrelation: 0.5, amplitude: 4.0, period: 100.0, outliers: 0.02",
        "deviation: 1.0, autocorrelation: 0.5, amplitude: 4.0, period: 40.0, outliers: 0.02",
    ),
    "relabelled": (f"of: {SEA}, share: 0.0", f'of: {SEA}, where: "x1 > 5", share: 0.9'),
    "split": (
        f'of: {SEA}, where: "x1 > 7", to: {{"1": "2"}}, share: 0.2',
        f'of: {SEA}, where: "x1 > 7", to: {{"1": "2"}}, share: 0.9',
    ),
    "mislabelled": (f"of: {SEA}, share: 0.05", f"of: {SEA}, share: 0.4"),
    "swapped": (f"of: {NORMAL}, columns: [x1, x2]", f"of: {TURNED}, columns: [x1, x2]"),
    "permuted": (f"of: {NORMAL}", f"of: {NORMAL}"),
    "shifted": (f"of: {NORMAL}, columns: [x1], by: 0", f"of: {NORMAL}, columns: [x1], by: 2 sd"),
    "scaled": (
        f"of: {NORMAL}, columns: [x1, x2], factor: 1.0",
        f"of: {NORMAL}, columns: [x1, x2], factor: 2.0",
    ),
    "rotated": (
        f"of: {NORMAL}, columns: [x1, x2], angle: 0.0",
        f"of: {NORMAL}, columns: [x1, x2], angle: 60.0",
    ),
    "covered": (
        f"of: {NORMAL}, columns: [x2], with: mean",
        f"of: {NORMAL}, columns: [x1], with: noise",
    ),
    "blurred": (
        f"of: {NORMAL}, columns: [x1, x2], sd: 0.1",
        f"of: {NORMAL}, columns: [x1, x2], sd: 1 sd",
    ),
    "prior": (f"of: {SEA}, shares: [0.5, 0.5]", f'of: {SEA}, shares: {{"1": 0.9}}'),
    "tilted": (f"of: {NORMAL}, column: x1, by: 0", f"of: {NORMAL}, column: x1, by: 1"),
    "without": (f"of: {THREE}, classes: [2]", f"of: {THREE}, classes: [0]"),
    "resumed": (f"of: {SEA}", "of: {kind: sea, threshold: 12}"),
    "mixture": (
        f"of: [{NORMAL}, {TURNED}], shares: [0.9, 0.1]",
        f"of: [{NORMAL}, {TURNED}], shares: [0.1, 0.9]",
    ),
}
PARTS = {  # by family
    "concept": {
        **{kind: before for kind, (before, _) in CONCEPTS.items()},
        "river.datasets.Phishing": "marks: [600]",
        "sklearn.datasets.load_wine": "order: shuffled",
        "table": "path: table.csv",
    },
    "drift": {
        "none": "",
        "sudden": "at: [1_200]",
        "gradual": "at: [1_200], width: 500",
        "incremental": "at: [1_200], width: 500",
        "recurring": "every: 500, width: 100",
        "seasonal": "period: 1_600",
        "random": "mean: 500, law: uniform",
        "markov": "mean: 400, transitions: {a: {a: 0.2, b: 0.8}, b: {a: 1.0}}",
        "schedule": "visits: [{concept: a, rows: 700}, {concept: b, rows: 300}], repeat: true",
        "nested": "between: {kind: sudden, at: [900]}, groups: [{concepts: [a]}, {concepts: [b]}]",
        "blip": "at: [900], width: 60, of: none",
    },
    "arrivals": {
        "regular": "every: 1 min, start: 2024-01-01",
        "poisson": "rows: 2_000, per: 1d",
        "weekly": "rows: 14_000, days: [1.0, 1.0, 1.0, 1.0, 1.0, 0.5, 0.2]",
    },
    "learner": {
        "oracle": "",
        "majority": "",
        "no_change": "",
        "mean": "",
        "least_squares": "",
        "sklearn.linear_model.SGDClassifier": "loss: log_loss",
        "river.naive_bayes.GaussianNB": "",
        "naive_bayes": "",
        "cost_sensitive": "learner: naive_bayes, mistake: {0: 1, 1: 20}",
        "knn": "n_neighbors: 5, window_size: 100",
        "adaptive_knn": "n_neighbors: 5, window_size: 60, delta: 0.1",
        "sam_knn": "n_neighbors: 3, window_size: 200, min_stm: 20, ltm_share: 0.4",
        "hoeffding_tree": "grace_period: 50, delta: 0.01",
        "hoeffding_adaptive_tree": "grace_period: 50, delta: 0.01, drift_delta: 0.05",
        "hoeffding_option_tree": "grace_period: 30, delta: 0.05, option_delta: 0.9",
        "online_bagging": "n_models: 3, learner: river.naive_bayes.GaussianNB",
        "leveraging_bagging": "n_models: 2, learner: river.naive_bayes.GaussianNB, delta: 0.2",
        "oversampling_online_bagging": "n_models: 2, learner: naive_bayes",
        "undersampling_online_bagging": "n_models: 2, learner: naive_bayes, theta: 0.5",
        "online_boosting": "n_models: 3, learner: naive_bayes",
        "online_smooth_boost": "n_models: 3, learner: naive_bayes, gamma: 0.2",
        "drift_restart": "learner: naive_bayes, detector: {kind: ddm, warning: 1.0, alarm: 1.5}",
        "adaptive_random_forest": "n_models: 2, max_features: sqrt",
        "loss_weighted_forest": "n_models: 2, max_features: sqrt",
        "robust_online_self_adjusting": "n_models: 2, window_size: 60, period: 100",
        "streaming_random_patches": "n_models: 2, drift_detector: {kind: adwin, delta: 0.01}",
        "streaming_gradient_boosted_trees": "n_models: 3, learning_rate: 0.3",
        "dynamic_weighted_majority": "n_models: 4, period: 10",
        "learn_pp_nse": "n_models: 3, period: 60",
        "fimt_dd": "grace_period: 50, delta: 0.01",
        "adaptive_random_forest_regressor": "n_models: 2",
        "pipeline": (
            "steps: [river.preprocessing.StandardScaler, river.linear_model.LogisticRegression]"
        ),
    },
    "labels": {
        "at_once": "",
        "delayed": "rows: 37",
        "random": "mean: 40",
        "batches": "every: 45",
        "share": "rate: 0.5, of: {kind: delayed, rows: 11}",
        "budget": "labels: 2, per: 5, of: {kind: random, mean: 10}",
        "query": "budget: 0.2, by: variable_uncertainty, of: {kind: delayed, rows: 7}",
    },
    "strategy": {
        "at_random": "",
        "fixed_uncertainty": "threshold: 0.8",
        "variable_uncertainty": "step: 0.05, measure: margin",
        "randomized_uncertainty": "spread: 0.5, measure: entropy",
        "split_uncertainty": "share: 0.3",
        "dense_uncertainty": "window: 50",
    },
    "protocol": {
        "prequential": "",
        "holdout": "every: 90, rows: 30",
        "cross_validation": "folds: 5",
        "split": "folds: 5, assigned: at_random",
        "bootstrap": "folds: 5",
    },
    "prediction_interval": {
        "normal": "level: 0.9, memory: 500",
        "adaptive": "level: 0.9",
        "conformal": "level: 0.9, memory: 200",
        "adaptive_conformal": "level: 0.9, gamma: 0.02",
    },
    "memory": {
        "last": "labels: 500",
        "recent": "time: 30d",
        "all": "",
        "since_alarm": "",
        "chunk": "",
        "faded": "half_life: 200",
    },
    "detector": {
        "adwin": "delta: 0.002",
        "ddm": "warning: 2.0, alarm: 3.0",
        "eddm": "warning: 0.7, alarm: 0.6",
        "page_hinkley": "threshold: 40.0",
        "hddm_a": "",
        "hddm_w": "",
        "cusum": "slack: 0.05, threshold: 20.0",
        "geometric_moving_average": "",
        "ecdd": "limit: 4.5",
        "rddm": "alarm: 3.0",
        "stepd": "window: 60",
        "fhddm": "",
        "seed": "",
        "seq_drift2": "block: 100",
        "optwin": "confidence: 0.9999",
        "bayesian_change_points": "",
        "rising": "detector: stepd",
        "votes": "detectors: [adwin, ddm, stepd]",
        "no_alarms": "",
        "fixed_alarms": "every: 800",
        "random_alarms": "every: 800",
        "river.drift.KSWIN": "",
    },
    "shift_test": {
        "psi": "threshold: 0.3",
        "mmd": "permutations: 300",
        "classifier": "",
        "d3": "threshold: 0.75",
    },
    "policy": {
        "static": "",
        "periodic": "every: 200, memory: 300",
        "on_drift": "memory: 100, detector: {kind: adwin, delta: 0.2}",
        "on_error": "window: 40, threshold: 0.2, memory: 70, from: model",
        "on_cost": "training: 6, window: 20, memory: 80",
        "doubling": "first: 30, memory: 120, detector: {kind: adwin, delta: 0.2}, from: model",
        "budgeted": "trainings: 2, per: 300, window: 20, memory: 50, latency: {rows: 9}",
        "on_shift": "window: 60, level: 0.2, memory: 90",
        "on_student": "memory: 90, detector: {kind: adwin, delta: 0.2}",
        "at_drift": "memory: 120",
        "recall": "memory: 60, models: 3, detector: {kind: adwin, delta: 0.2}",
        "ensemble": "every: 90, size: 3",
        "mini_batch": "size: 50",
        "replay": "size: 20, buffer: 100, replayed: 40",
        "online": "",
        "pretrained_online": "epochs: 2",
        "monitor": "detector: {kind: adwin, delta: 0.2}",
    },
}


def written(kind: str, parameters: str) -> str:
    """A part as a scenario writes it: its kind alone, or a mapping."""
    return f"{{kind: {kind}, {parameters}}}" if parameters else kind


def scenario(kind: str, learner: str = "sklearn.naive_bayes.GaussianNB") -> str:
    """A scenario with one sudden drift of a kind of concept, as YAML."""
    before, after = (written(kind, parameters) for parameters in CONCEPTS[kind])
    return f"""\
stream:
  length: 20_000
  concepts:
    before: {before}
    after: {after}
  drift: {{kind: sudden, at: [10_000]}}
models:
  frozen: {{learner: {learner}, policy: static}}
  retrained:
    learner: {learner}
    policy: {{kind: periodic, every: 1_000, memory: 1_000}}
"""
