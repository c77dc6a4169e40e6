"""How right our own learners are beside river's and MOA's, test then train, on the same rows.

    python benchmarks/accuracy.py [word ...] [--sides ours river moa] [--rows N] [--seeds N]

The words choose: learners, streams, or pairs such as `forest+waveform`. Accuracies in percent, mean
absolute errors where labels are numbers; of learners that draw random numbers the mean and the
standard deviation over their seeds, on the same rows. MOA needs Java and the package capymoa. A
dash: it has no such learner, or takes no such columns.
"""

import argparse
from statistics import mean, stdev

from learners import TREE, Drawn, of_trees

from driftsim.evaluation.prequential import Contender, evaluate
from driftsim.evaluation.rules import Rules
from driftsim.learners.learner import Learner
from driftsim.streams.stream import Stream

IN_ROWS = "at", "width"  # of a drift, given as shares of the length
SIDES = {"ours": "ours", "river": "river's", "moa": "MOA's"}
EAGER = {"grace_period": 50, "delta": 0.01}
NEAREST = {
    "kind": "river.neighbors.KNNClassifier",
    "engine": {"kind": "river.neighbors.LazySearch", "window_size": 1000},
}
DRIFT = "drift.DriftDetectionMethodClassifier"
LEARNERS = {  # ours, river's, MOA's and its options, whether it draws random numbers
    "naive Bayes": ("naive_bayes", "river.naive_bayes.GaussianNB", "bayes.NaiveBayes", "", False),
    "Hoeffding tree": ("hoeffding_tree", TREE, "trees.HoeffdingTree", "", False),
    "Hoeffding tree, eager": (
        {"kind": "hoeffding_tree", **EAGER}, {"kind": TREE, **EAGER},
        "trees.HoeffdingTree", "-g 50 -c 0.01", False,
    ),
    "adaptive tree": (
        "hoeffding_adaptive_tree", "river.tree.HoeffdingAdaptiveTreeClassifier",
        "trees.HoeffdingAdaptiveTree", "", False,
    ),
    "option tree": ("hoeffding_option_tree", None, "trees.HoeffdingOptionTree", "", False),
    "kNN": ({"kind": "knn", "n_neighbors": 5}, NEAREST, "lazy.kNN", "-k 5 -w 1000", False),
    "kNN, ADWIN": (
        {"kind": "adaptive_knn", "n_neighbors": 5}, None, "lazy.kNNwithPAWandADWIN", "-k 5", True
    ),
    "SAM-kNN": ("sam_knn", None, "lazy.SAMkNN", "", False),
    "dynamic weighted majority": (
        "dynamic_weighted_majority", None, "meta.DynamicWeightedMajority", "", False
    ),
    "Learn++.NSE": ("learn_pp_nse", None, "meta.LearnNSE", "-s ERROR", False),
    "bagging": ("online_bagging", of_trees("BaggingClassifier"), "meta.OzaBag", "-s 10", True),
    "leveraging bagging": (
        "leveraging_bagging", of_trees("LeveragingBaggingClassifier"),
        "meta.LeveragingBag", "-s 10", True,
    ),
    "boosting": ("online_boosting", None, "meta.OzaBoost", "-s 10", True),
    "smooth boosting": (
        "online_smooth_boost", None, "meta.OnlineSmoothBoost", "-s 10", False,
    ),
    "gradient boosting": (
        "streaming_gradient_boosted_trees", None, "meta.StreamingGradientBoostedTrees", "", True,
    ),
    "restart": ("drift_restart", None, DRIFT, "-l trees.HoeffdingTree", False),
    "forest": (
        "adaptive_random_forest", "river.forest.ARFClassifier",
        "meta.AdaptiveRandomForest", "-s 10", True,
    ),
    "loss-weighted forest": ("loss_weighted_forest", None, None, "", True),
    "patches": (
        "streaming_random_patches", "river.ensemble.SRPClassifier",
        "meta.StreamingRandomPatches", "-s 10", True,
    ),
}  # fmt: skip
REGRESSORS = {
    "FIMT-DD": (
        "fimt_dd", "river.tree.HoeffdingTreeRegressor", "trees.FIMTDD", "", False,
    ),
    "forest of numbers": (
        "adaptive_random_forest_regressor", "river.forest.ARFRegressor",
        "meta.AdaptiveRandomForestRegressor", "-s 10", True,
    ),
}  # fmt: skip
QUARTERS = [0.25, 0.5, 0.75]


def sea(kind, **drift):
    thresholds = {"a": 8, "b": 9, "c": 7, "d": 9.5}
    concepts = {name: {"kind": "sea", "threshold": one} for name, one in thresholds.items()}
    return {"concepts": concepts, "drift": {"kind": kind, "at": QUARTERS, **drift}, "noise": 0.1}


def agrawal(one, other, **drift):
    functions = {"a": one, "b": other}
    settings = {"kind": "agrawal", "perturbation": 0.05}
    concepts = {name: settings | {"function": n} for name, n in functions.items()}
    return {"concepts": concepts, "drift": {"at": [0.5], **drift}}


def alone(kind, noise=0.0, **parameters):
    return {"concepts": {"a": {"kind": kind, **parameters}}, "noise": noise}


SINES = {name: {"kind": "sine", "function": n} for name, n in zip("abc", (1, 3, 2))}
DIGITS = {name: {"kind": "led", "noise": 0.1, "swapped": n} for name, n in zip("abc", (0, 4, 7))}
TWICE = {"kind": "sudden", "at": [0.3, 0.7]}
STREAMS = {  # what it is, the seed of its rows, whether nominal columns are given as numbers
    "sea": (sea("sudden"), 0, False),
    "agrawal": (agrawal(1, 2, kind="sudden"), 0, True),
    "rbf, moving": (alone("rbf", classes=5, speed=0.0001), 0, False),
    "hyperplane": (alone("hyperplane", 0.05, speed=0.001), 0, False),
    "waveform": (alone("waveform"), 0, False),
    "led": ({"concepts": {"a": DIGITS["a"]}}, 0, True),
    "agrawal, nominal": (agrawal(1, 2, kind="sudden"), 0, False),
    "led, nominal": ({"concepts": {"a": DIGITS["a"]}}, 0, False),
    "sea, gradual": (sea("gradual", width=0.1), 11, False),
    "random tree": (alone("random_tree", nominal=0, numeric=10, depth=8, classes=5), 12, False),
    "rbf, fast": (alone("rbf", classes=4, features=10, centroids=20, speed=0.001), 13, False),
    "agrawal, gradual": (agrawal(4, 7, kind="gradual", width=0.2), 14, False),
    "sine, sudden": ({"concepts": SINES, "drift": TWICE}, 15, False),
    "led, drifting": ({"concepts": DIGITS, "drift": TWICE}, 16, False),
}  # fmt: skip
NUMBERS = {  # the same, with labels that are numbers
    "friedman": (alone("friedman"), 0, False),
    "friedman, sudden": (
        {"concepts": {"a": "friedman", "b": {"kind": "friedman", "function": 2}},
         "drift": {"kind": "sudden", "at": [0.5]}},
        21, False,
    ),
    "hyperplane of numbers": (
        {"concepts": {name: {"kind": "hyperplane_regression", "features": 10} for name in "ab"},
         "drift": {"kind": "incremental", "at": [0.5], "width": 0.5}},
        22, False,
    ),
}  # fmt: skip


def drawn(name, rows):
    """The rows of a stream, whose drifts are at the same shares of its length."""
    spec, seed, as_numbers = (STREAMS | NUMBERS)[name]
    drift = spec.get("drift", {"kind": "none"})
    drift = {key: in_rows(one, rows) if key in IN_ROWS else one for key, one in drift.items()}
    held = Drawn(Stream.model_validate({**spec, "length": rows, "drift": drift}), seed)
    if as_numbers:
        held.schema = held.schema._replace(nominal={}, values={})
    return held


def in_rows(shares, rows):
    return [int(one * rows) for one in shares] if isinstance(shares, list) else int(shares * rows)


def of_python(held, spec, seed):
    """How right a learner of ours or of river is, None where there is none."""
    if spec is None or not exists(spec):
        return None
    learner = Learner.model_validate(spec)
    if learner.incompatibility(held.schema) or learner.engine(held.schema) != "compiled":
        return None
    contender = Contender.model_validate({"learner": spec, "policy": "online"})
    trace = evaluate(held, contender, Rules(warmup=0, truth=False), repeat=seed)
    columns = trace.total().columns
    if held.schema.regression:
        return columns["absolute_error"].sum() / columns["rows"].sum()
    return 100 * columns["correct"].sum() / columns["rows"].sum()


def exists(spec):
    """Whether a kind of ours is there yet."""
    kind = spec if isinstance(spec, str) else spec["kind"]
    return "." in kind or kind in Learner.kinds


def of_moa(played, name, options, seed):
    """How right a learner of MOA is, None where there is none."""
    if played is None or name is None:
        return None
    from moa_loop import evaluated, new_learner

    return evaluated(new_learner(name, options, played[1], seed + 1), *played)[1]


def in_moa(held):
    """The rows as MOA takes them, None where Java or capymoa is not installed."""
    try:
        from moa_loop import instances
    except ImportError:
        return None
    return instances(held, held.length)


def written(figures):
    """One figure, or the mean of several and their standard deviation."""
    if None in figures:
        return "–"
    spread = f" ± {stdev(figures):.3f}" if len(figures) > 1 else ""
    return f"{mean(figures):.3f}{spread}"


def compared(title, learners, asked):
    """Print a line for each learner over one stream."""
    held = drawn(title, asked.rows)
    played = in_moa(held) if "moa" in asked.sides else None
    for name, learner in learners.items():
        seeds = range(asked.seeds if learner[-1] else 1)
        found = [
            written([figure(side, learner, held, played, seed) for seed in seeds])
            for side in asked.sides
        ]
        print("| " + " | ".join([title, name, *found]) + " |", flush=True)


def figure(side, learner, held, played, seed):
    """Accuracy or error of one side's learner, or None."""
    ours, rivers, theirs, options, _ = learner
    if side == "moa":
        return of_moa(played, theirs, options, seed)
    return of_python(held, ours if side == "ours" else rivers, seed)


def chosen(words, stream, learner):
    """Whether a pair is asked for: by a word of either, or by both as `learner+stream`."""
    both = f"{learner}\n{stream}".lower()
    return not words or any(all(part in both for part in word.lower().split("+")) for word in words)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("words", nargs="*")
    parser.add_argument("--sides", nargs="+", choices=[*SIDES], default=[*SIDES])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--seeds", type=int, default=1)
    asked = parser.parse_args()
    print("| " + " | ".join(["rows", "learner", *(SIDES[side] for side in asked.sides)]) + " |")
    print("|" + " --- |" * (2 + len(asked.sides)))
    for title in STREAMS | NUMBERS:
        learners = REGRESSORS if title in NUMBERS else LEARNERS
        names = [name for name in learners if chosen(asked.words, title, name)]
        if names:
            compared(title, {name: learners[name] for name in names}, asked)


if __name__ == "__main__":
    main()
