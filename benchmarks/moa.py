"""Compiled models compared with MOA's on the same rows: rows a second, and error.

Needs Java and the package capymoa (pip install capymoa). MOA runs its own loop over instances in
memory, after one run that warms up Java's compiler. Ours are whole evaluations that keep their
tallies. Times are seconds of CPU of the thread that plays the rows, the least of three.
"""

import sys
import time

from learners import LOGISTIC, TREE, Drawn, of_trees, scaled
from moa_loop import evaluated, instances, new_learner

from driftsim.evaluation.prequential import Contender, evaluate
from driftsim.evaluation.rules import Rules
from driftsim.learners.learner import Learner
from driftsim.streams.stream import Stream

WARMUP, REPEATS = 1_000, 3
NEAREST = {
    "kind": "river.neighbors.KNNClassifier",
    "engine": {"kind": "river.neighbors.LazySearch", "window_size": 1000},
}
FOREST = {"kind": "river.forest.ARFClassifier", "n_models": 10, "seed": 1}
PAIRS = {  # our learner, MOA's class and its options, rows
    "logistic regression": (LOGISTIC, "functions.SGD", "-o 1", 500_000),
    "logistic regression, scaled": (scaled(LOGISTIC), "functions.SGD", "-o 1", 500_000),
    "naive Bayes": ("river.naive_bayes.GaussianNB", "bayes.NaiveBayes", "", 500_000),
    "dynamic_weighted_majority": (
        "dynamic_weighted_majority", "meta.DynamicWeightedMajority", "", 100_000
    ),
    "learn_pp_nse": ("learn_pp_nse", "meta.LearnNSE", "-s ERROR", 100_000),
    "adaptive_knn": (
        {"kind": "adaptive_knn", "n_neighbors": 5}, "lazy.kNNwithPAWandADWIN", "-k 5", 20_000
    ),
    "knn": ({"kind": "knn", "n_neighbors": 5}, "lazy.kNN", "-k 5 -w 1000", 50_000),
    "naive_bayes": ("naive_bayes", "bayes.NaiveBayes", "", 200_000),
    "hoeffding_tree": ("hoeffding_tree", "trees.HoeffdingTree", "", 500_000),
    "hoeffding_adaptive_tree": (
        "hoeffding_adaptive_tree", "trees.HoeffdingAdaptiveTree", "", 200_000
    ),
    "hoeffding_option_tree": ("hoeffding_option_tree", "trees.HoeffdingOptionTree", "", 200_000),
    "adaptive_random_forest": (
        "adaptive_random_forest", "meta.AdaptiveRandomForest", "-s 10", 50_000
    ),
    "streaming_random_patches": (
        "streaming_random_patches", "meta.StreamingRandomPatches", "-s 10", 20_000
    ),
    "Hoeffding tree": (TREE, "trees.HoeffdingTree", "", 500_000),
    "kNN, window 1,000": (NEAREST, "lazy.kNN", "-k 5 -w 1000", 50_000),
    "bagging, 10 trees": (of_trees("BaggingClassifier"), "meta.OzaBag", "-s 10", 100_000),
    "leveraging bagging, 10 trees": (
        of_trees("LeveragingBaggingClassifier"), "meta.LeveragingBag", "-s 10", 100_000
    ),
    "adaptive random forest, 10 trees": (FOREST, "meta.AdaptiveRandomForest", "-s 10", 50_000),
    "adaptive tree": (
        "river.tree.HoeffdingAdaptiveTreeClassifier", "trees.HoeffdingAdaptiveTree", "", 200_000
    ),
}  # fmt: skip
OVER_NOMINAL = {  # those that take nominal columns
    "knn": 20_000,
    "naive_bayes": 200_000,
    "hoeffding_tree": 200_000,
    "hoeffding_adaptive_tree": 100_000,
    "hoeffding_option_tree": 100_000,
    "adaptive_random_forest": 20_000,
    "streaming_random_patches": 20_000,
    "Hoeffding tree": 200_000,
    "bagging, 10 trees": 50_000,
    "leveraging bagging, 10 trees": 20_000,
    "adaptive random forest, 10 trees": 20_000,
    "adaptive tree": 100_000,
}
CONCEPTS = {
    "sea": {"kind": "sea"},
    "rbf, 10 features": {"kind": "rbf", "features": 10, "centroids": 20, "speed": 0.0001},
}


NOMINAL = {"led, 24 nominal": "led", "agrawal, 3 of 9": "agrawal"}


def drawn(concept, rows):
    stream = {"length": rows, "concepts": {"a": concept}, "noise": 0.1}
    return Drawn(Stream.model_validate(stream))


def of_moa(held, rows, name, options):
    """The least seconds a row of MOA's own loop, and the error."""
    _, header, _ = played = instances(held, rows)
    taken = []
    for _ in range(1 + REPEATS):
        learner = new_learner(name, options, header)
        seconds, accuracy = evaluated(learner, *played)
        taken.append(seconds)
    return min(taken[1:]) / rows, 1 - accuracy / 100


def of_ours(held, spec):
    """The least seconds a row of a whole evaluation, and the error."""
    contender = Contender.model_validate({"learner": spec, "policy": "online"})
    taken = []
    for _ in range(1 + REPEATS):
        start = time.thread_time()
        trace = evaluate(held, contender, Rules(warmup=WARMUP, truth=False))
        taken.append(time.thread_time() - start)
    columns = trace.total().columns
    return min(taken[1:]) / held.length, 1 - columns["correct"].sum() / columns["rows"].sum()


def races():
    """Each race: a name, our learner, a title, a concept, MOA's class and its options, rows."""
    for title, concept in CONCEPTS.items():
        for name, (spec, theirs, options, rows) in PAIRS.items():
            yield name, spec, title, concept, theirs, options, rows
    for title, concept in NOMINAL.items():
        for name, rows in OVER_NOMINAL.items():
            spec, theirs, options, _ = PAIRS[name]
            yield name, spec, title, concept, theirs, options, rows


def main(words):
    print(f"{'':34}{'stream':18}{'ours':>12}{'MOA':>12}{'times':>8}{'our error':>11}{'MOA':>8}")
    for name, spec, title, concept, theirs, options, rows in races():
        if words and not any(word.lower() in f"{name}, {title}".lower() for word in words):
            continue
        held = drawn(concept, rows)
        engine = Learner.model_validate(spec).engine(held.schema)
        if engine != "compiled":
            print(f"{name:34}{title:18}{engine}", flush=True)
            continue
        slow, wrong = of_moa(held, rows, theirs, options)
        fast, error = of_ours(held, spec)
        columns = f"{1 / fast:>12,.0f}{1 / slow:>12,.0f}{slow / fast:>8.1f}"
        print(f"{name:34}{title:18}{columns}{error:>11.4f}{wrong:>8.4f}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
