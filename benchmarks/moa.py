"""Compiled models compared with MOA's on the same rows: rows a second, and error.

Needs Java and the package capymoa (pip install capymoa). MOA runs its own loop over instances in
memory, after one run that warms up Java's compiler. Ours are whole evaluations that keep their
tallies. Times are seconds of CPU of the thread that plays the rows, the least of three.
"""

import sys
import time

from learners import LOGISTIC, TREE, Drawn, of_trees, scaled

from driftsim.evaluation.prequential import Contender, evaluate
from driftsim.evaluation.rules import Rules
from driftsim.learners.learner import Learner
from driftsim.streams.stream import Stream

del sys.path[0]  # this folder, where capymoa would take this file for its package `moa`
import jpype  # noqa: E402
from capymoa.evaluation import ClassificationEvaluator  # noqa: E402
from capymoa.stream import NumpyStream, Schema  # noqa: E402

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
    "naive_bayes": ("naive_bayes", "bayes.NaiveBayes", "", 200_000),
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
    "naive_bayes": 200_000,
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


def instances(rows, held):
    """The schema of rows, their header, and the rows as instances of MOA in memory."""
    if held.schema.nominal:
        return nominal_instances(held.rows(0, rows), held.schema)
    stream = NumpyStream(held.rows(0, rows).X, held.rows(0, rows).y)
    header = stream.get_schema().get_moa_header()
    kept = jpype.JClass("com.yahoo.labs.samoa.instances.Instances")(header, rows)
    while stream.has_more_instances():
        kept.add(stream.next_instance().java_instance.getData())
    return stream.get_schema(), header, kept


def nominal_instances(block, schema):
    """The same, where columns are nominal attributes, with as many values as the schema has."""
    package = "com.yahoo.labs.samoa.instances"
    attribute, row = (jpype.JClass(f"{package}.{name}") for name in ("Attribute", "DenseInstance"))
    attributes = jpype.JClass("java.util.ArrayList")()
    for j, name in enumerate([*schema.names, "class"]):
        n = schema.nominal.get(j) if j < len(schema.names) else schema.n_classes
        values = jpype.JClass("java.util.ArrayList")([f"v{i}" for i in range(n or 0)])
        attributes.add(attribute(name, values) if n else attribute(name))
    kept = jpype.JClass(f"{package}.Instances")("rows", attributes, len(block.y))
    kept.setClassIndex(len(schema.names))
    header = jpype.JClass(f"{package}.InstancesHeader")(kept)
    header.setClassIndex(len(schema.names))
    for x, y in zip(block.X, block.y):
        one = row(1.0, jpype.JArray(jpype.JDouble)([*x, y]))
        one.setDataset(header)
        kept.add(one)
    return Schema(header), header, kept


def of_moa(schema, header, kept, name, options):
    """The least seconds a row of MOA's own loop, and the error."""
    loop = jpype.JClass("moa.evaluation.EfficientEvaluationLoops")
    taken = []
    for _ in range(1 + REPEATS):
        learner = jpype.JClass(f"moa.classifiers.{name}")()
        if options:
            learner.getOptions().setViaCLIString(options)
        learner.setModelContext(header)
        learner.prepareForUse()
        learner.resetLearningImpl()
        stream = jpype.JClass("moa.streams.CachedInstancesStream")(kept)
        evaluator = ClassificationEvaluator(schema=schema)
        start = time.thread_time()
        loop.PrequentialEvaluation(
            stream, learner, evaluator.moa_basic_evaluator, None, -1, -1, False, False
        )
        taken.append(time.thread_time() - start)
    return min(taken[1:]) / kept.size(), 1 - evaluator.accuracy() / 100


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
        slow, wrong = of_moa(*instances(rows, held), theirs, options)
        fast, error = of_ours(held, spec)
        columns = f"{1 / fast:>12,.0f}{1 / slow:>12,.0f}{slow / fast:>8.1f}"
        print(f"{name:34}{title:18}{columns}{error:>11.4f}{wrong:>8.4f}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
