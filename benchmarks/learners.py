"""Compiled models and detectors, beside river's own objects on the same rows, on one core.

    python benchmarks/learners.py [word ...]   those whose names, or streams, hold one of the words

The ratio is of seconds a row: river's `predict_one`, `learn_one` and an updated `Accuracy` over
dicts made beforehand; and a whole evaluation of ours, its tallies kept, over rows drawn beforehand.
Of learners of our own (the word `own`) it is to the kernel of river's counterpart, or to itself.
"""

import sys
import time
from statistics import median

import numpy as np
from river import metrics

from driftsim.adaptation.detectors import Detector
from driftsim.evaluation.prequential import Contender, evaluate
from driftsim.evaluation.rules import Rules
from driftsim.learners.learner import Learner
from driftsim.streams.stream import Stream

PAIRS, WARMUP = 5, 1_000
LOGISTIC = "river.linear_model.LogisticRegression"
TREE = "river.tree.HoeffdingTreeClassifier"


def scaled(model, scaler="StandardScaler"):
    return {"kind": "pipeline", "steps": [f"river.preprocessing.{scaler}", model]}


def of_trees(kind):
    return {"kind": f"river.ensemble.{kind}", "model": TREE, "n_models": 10}


MODELS = {  # a spec; rows for river, rows for the kernel; the ratio to be reached
    "LogisticRegression": (LOGISTIC, 40_000, 2_000_000, 80),
    "StandardScaler | LogisticRegression": (scaled(LOGISTIC), 30_000, 1_000_000, 45),
    "MinMaxScaler | LogisticRegression": (
        scaled(LOGISTIC, "MinMaxScaler"), 20_000, 1_000_000, None
    ),
    "ALMAClassifier": ("river.linear_model.ALMAClassifier", 20_000, 2_000_000, None),
    "Perceptron": ("river.linear_model.Perceptron", 40_000, 2_000_000, None),
    "PAClassifier": ("river.linear_model.PAClassifier", 30_000, 2_000_000, None),
    "SoftmaxRegression": ("river.linear_model.SoftmaxRegression", 20_000, 1_000_000, None),
    "GaussianNB": ("river.naive_bayes.GaussianNB", 10_000, 1_000_000, 120),
    "HoeffdingTreeClassifier": (TREE, 20_000, 500_000, 40),
    "KNNClassifier, window 1,000": (
        {
            "kind": "river.neighbors.KNNClassifier",
            "engine": {"kind": "river.neighbors.LazySearch", "window_size": 1000},
        },
        5_000,
        100_000,
        25,
    ),
    "ARFClassifier, 10 trees": (
        {"kind": "river.forest.ARFClassifier", "n_models": 10, "seed": 42}, 2_000, 50_000, 45
    ),
    "SRPClassifier, 10 trees": (
        {"kind": "river.ensemble.SRPClassifier", "seed": 42}, 1_000, 20_000, None
    ),
    "AMFClassifier, 10 trees": ("river.forest.AMFClassifier", 5_000, 5_000, None),
    "BaggingClassifier, 10 trees": (of_trees("BaggingClassifier"), 3_000, 60_000, 30),
    "LeveragingBaggingClassifier, 10 trees": (
        of_trees("LeveragingBaggingClassifier"), 2_000, 40_000, 30
    ),
    "ADWINBaggingClassifier, 10 trees": (of_trees("ADWINBaggingClassifier"), 3_000, 60_000, None),
    "HoeffdingAdaptiveTreeClassifier": (
        "river.tree.HoeffdingAdaptiveTreeClassifier", 8_000, 200_000, None
    ),
    "ExtremelyFastDecisionTreeClassifier": (
        "river.tree.ExtremelyFastDecisionTreeClassifier", 20_000, 20_000, None
    ),
    "AdaBoostClassifier, 10 trees": (of_trees("AdaBoostClassifier"), 2_000, 40_000, None),
    "ADWINBoostingClassifier, 10 trees": (of_trees("ADWINBoostingClassifier"), 2_000, 40_000, None),
    "BOLEClassifier, 10 trees": (of_trees("BOLEClassifier"), 2_000, 40_000, None),
    "DriftRetrainingClassifier, a tree": (
        {"kind": "river.drift.DriftRetrainingClassifier", "model": TREE}, 8_000, 200_000, None
    ),
    "OneVsRestClassifier of LogisticRegression": (
        {"kind": "river.multiclass.OneVsRestClassifier", "classifier": LOGISTIC},
        20_000,
        1_000_000,
        None,
    ),
    "LinearRegression": ("river.linear_model.LinearRegression", 40_000, 2_000_000, None),
    "KNNRegressor, window 1,000": (
        {
            "kind": "river.neighbors.KNNRegressor",
            "engine": {"kind": "river.neighbors.LazySearch", "window_size": 1000},
        },
        5_000,
        100_000,
        None,
    ),
    "SRPRegressor, 10 trees": (
        {"kind": "river.ensemble.SRPRegressor", "seed": 42}, 1_000, 20_000, None
    ),
    "HoeffdingTreeRegressor": ("river.tree.HoeffdingTreeRegressor", 8_000, 200_000, None),
    "HoeffdingAdaptiveTreeRegressor": (
        "river.tree.HoeffdingAdaptiveTreeRegressor", 8_000, 200_000, None
    ),
    "AMFRegressor, 10 trees": ("river.forest.AMFRegressor", 5_000, 5_000, None),
}  # fmt: skip
OVER_NOMINAL = {  # those that take nominal columns: the ratio to be reached over such streams
    "HoeffdingTreeClassifier": 40,
    "ARFClassifier, 10 trees": 60,
    "BaggingClassifier, 10 trees": None,
    "LeveragingBaggingClassifier, 10 trees": None,
    "ADWINBaggingClassifier, 10 trees": None,
    "HoeffdingAdaptiveTreeClassifier": None,
    "ExtremelyFastDecisionTreeClassifier": None,
}
ENCODED = "OneHotEncoder | LogisticRegression", scaled(LOGISTIC, "OneHotEncoder")
COUNTS = {  # of words: a spec, rows for river
    **{name: (MODELS[name][0], 4_000) for name in [*MODELS][:2]},
    "MultinomialNB": ("river.naive_bayes.MultinomialNB", 1_000),
    "BernoulliNB": ("river.naive_bayes.BernoulliNB", 1_000),
    "ComplementNB": ("river.naive_bayes.ComplementNB", 30),
}
OWN = {  # learners of our own: a spec, and one of river's that is the same but for its definition
    "naive_bayes": ("naive_bayes", "river.naive_bayes.GaussianNB", 500_000),
    "hoeffding_tree": ("hoeffding_tree", TREE, 300_000),
    "hoeffding_adaptive_tree": (
        "hoeffding_adaptive_tree", "river.tree.HoeffdingAdaptiveTreeClassifier", 100_000
    ),
    "knn": ("knn", MODELS["KNNClassifier, window 1,000"][0], 50_000),
    "online_bagging": ("online_bagging", of_trees("BaggingClassifier"), 50_000),
    "leveraging_bagging": ("leveraging_bagging", of_trees("LeveragingBaggingClassifier"), 30_000),
    "adaptive_random_forest": (
        "adaptive_random_forest", MODELS["ARFClassifier, 10 trees"][0], 50_000
    ),
    "adaptive_random_forest, sqrt": (
        {"kind": "adaptive_random_forest", "max_features": "sqrt"},
        MODELS["ARFClassifier, 10 trees"][0],
        50_000,
    ),
    "streaming_random_patches": ("streaming_random_patches", None, 30_000),
    "drift_restart": ("drift_restart", None, 300_000),
}  # fmt: skip
DETECTORS = {  # errors for river; the ratio to be reached
    "ADWIN": ("river.drift.ADWIN", 100_000, 2),
    "DDM": ("river.drift.binary.DDM", 100_000, 40),
    "PageHinkley": ("river.drift.PageHinkley", 100_000, 40),
    "EDDM": ("river.drift.binary.EDDM", 100_000, None),
    "KSWIN": ("river.drift.KSWIN", 2_000, 20),
    "HDDM_A": ("river.drift.binary.HDDMA", 50_000, None),
    "HDDM_W": ("river.drift.binary.HDDMW", 50_000, None),
}
STREAMS = {
    "sea": ({"kind": "sea"}, 0.1),
    "rbf, 10 features": ({"kind": "rbf", "features": 10, "centroids": 20, "speed": 0.0001}, 0.0),
}
NOMINAL = {
    "led, 24 nominal": ("led", 0.0),
    "agrawal, 3 of 9": ("agrawal", 0.0),
    "stagger, 3 nominal": ("stagger", 0.1),
}
WORDS = {"text, 200 words": ("text", 0.0)}  # rows a second asked: a million
NUMBERS = {
    "friedman": ("friedman", 0.0),
    "hyperplane, 5 features": ({"kind": "hyperplane_regression", "features": 5}, 0.0),
}


class Drawn:
    """A stream and its only world, whose rows have been drawn beforehand."""

    def __init__(self, stream, seed=0):
        self._stream, self._world = stream, stream.instantiated(seed)
        self._blocks = list(self._world.blocks())
        self.length, self.known = stream.length, stream.known
        self.schema, self.clock, self.seed = self._world.schema, self._world.clock, 0

    def instantiated(self, seed, warmup=0):
        return self

    def changes(self, seed):
        return self._stream.changes(seed)

    def rows(self, first, last):
        return self._world.rows(first, last)

    def blocks(self, first=0):
        for block in self._blocks:
            if block.t[-1] >= first:
                yield block.part(slice(max(first - int(block.t[0]), 0), None))


def seconds(work):
    start = time.process_time()
    work()
    return time.process_time() - start


def of_river(learner, drawn, rows):
    """Seconds a row of river's object."""
    block = drawn.rows(0, rows)
    dicts = [dict(zip(drawn.schema.names, x)) for x in block.X.tolist()]
    pairs = list(zip(dicts, block.y.tolist()))
    model = learner.uncompiled().start(drawn.schema, 1)._model
    metric = metrics.MAE() if drawn.schema.regression else metrics.Accuracy()

    def work():
        for x, y in pairs:
            predicted = model.predict_one(x)
            metric.update(y, 0 if predicted is None else predicted)
            model.learn_one(x, y)

    return seconds(work) / rows


def of_kernel(spec, drawn):
    """Seconds a row of a whole evaluation."""
    contender = Contender.model_validate({"learner": spec, "policy": "online"})
    taken = seconds(lambda: evaluate(drawn, contender, Rules(warmup=WARMUP, truth=False)))
    return taken / drawn.length


def race(spec, concept, noise, rows, many):
    """The ratio, and rows a second of the kernel and of river; or why there is no kernel."""
    learner = Learner.model_validate(spec)
    spec_of_stream = {"length": many, "concepts": {"a": concept}, "noise": noise}
    drawn = Drawn(Stream.model_validate(spec_of_stream))
    if (engine := learner.engine(drawn.schema)) != "compiled":
        return engine
    short = Drawn(Stream.model_validate(spec_of_stream | {"length": 2 * WARMUP}))
    of_kernel(spec, short)  # compiles, and loads
    pairs = [(of_river(learner, drawn, rows), of_kernel(spec, drawn)) for _ in range(PAIRS)]
    ratio = median(slow / fast for slow, fast in pairs)
    slow, fast = (median(one) for one in zip(*pairs))
    return ratio, 1 / fast, 1 / slow


def race_of_kernels(spec, like, concept, noise, rows):
    """Ours beside the kernel of river's, in whole evaluations: as `race`."""
    spec_of_stream = {"concepts": {"a": concept}, "noise": noise}
    few, many = (
        Drawn(Stream.model_validate(spec_of_stream | {"length": n})) for n in (2 * WARMUP, rows)
    )
    for one in (like or spec, spec):
        of_kernel(one, few)  # compiles, and loads
    rounds = [[of_kernel(one, many) for one in (like or spec, spec)] for _ in range(PAIRS)]
    ratio = median(slow / fast for slow, fast in rounds)
    slow, fast = (median(one) for one in zip(*rounds))
    return ratio, 1 / fast, 1 / slow


def race_of_detectors(spec, few, rows=200_000):
    """The ratio of a detector over an array of errors, and errors a second of both."""
    rng = np.random.default_rng(0)
    errors = (rng.random(rows) < np.where(np.arange(rows) // 20_000 % 2, 0.3, 0.2)).astype(float)
    ours = Detector.model_validate(spec)
    pairs = [
        (of_object(ours, errors[:few]) / few, of_alarm(ours, errors) / rows) for _ in range(PAIRS)
    ]
    ratio = median(slow / fast for slow, fast in pairs)
    slow, fast = (median(one) for one in zip(*pairs))
    return ratio, 1 / fast, 1 / slow


def of_object(detector, errors):
    """Seconds that river's object takes, asked after each error whether it fires."""
    held, errors = detector._maker(np.random.default_rng(1))(), errors.tolist()

    def work():
        for error in errors:
            held.update(error)
            held.drift_detected  # noqa: B018

    return seconds(work)


def of_alarm(detector, errors):
    """Seconds for some errors, with all warnings and alarms among them."""
    alarm = detector.start(np.random.default_rng(1))

    def work():
        start = 0
        while (fired := alarm(errors[start:])) is not None:
            start += fired[0] + 1

    return seconds(work)


def streams_of(spec):
    """Those that a model is tried on, of classes or of numbers."""
    schema = Stream.model_validate({"length": 10, "concepts": {"a": "sea"}}).schema
    return NUMBERS if Learner.model_validate(spec).incompatibility(schema) else STREAMS


def races():
    """Each race: a name, a spec, a title, a concept, its noise, both numbers of rows, the ratio."""
    for name, (spec, few, many, asked) in MODELS.items():
        for title, (concept, noise) in streams_of(spec).items():
            yield name, spec, title, concept, noise, few, many, asked
        if name in OVER_NOMINAL:
            for title, (concept, noise) in NOMINAL.items():
                yield name, spec, title, concept, noise, few // 2, many, OVER_NOMINAL[name]
    for title in ("led, 24 nominal", "stagger, 3 nominal"):
        yield *ENCODED, title, *NOMINAL[title], 4_000, 200_000, None
    for title, (concept, noise) in WORDS.items():
        for name, (spec, few) in COUNTS.items():
            yield name, spec, title, concept, noise, few, 40_000, None


def main(words):
    wanted = [word.lower() for word in words] or [""]
    print(f"{'':38} {'rows':>18} {'ratio':>7} {'asked':>6} {'rows/s':>12} {'river':>10}")
    for name, spec, title, concept, noise, few, many, asked in races():
        if any(word in f"{name}, {title}".lower() for word in wanted):
            show(name, title, asked, race(spec, concept, noise, few, many))
    for name, (spec, like, rows) in OWN.items():
        for title, (concept, noise) in STREAMS.items():
            if any(word in f"own {name}, {title}".lower() for word in wanted):
                show(name, title, like and 1, race_of_kernels(spec, like, concept, noise, rows))
    for name, (spec, few, asked) in DETECTORS.items():
        if any(word in f"detector {name}".lower() for word in wanted):
            show(name, "errors", asked, race_of_detectors(spec, few))


def show(name, rows, asked, found):
    if isinstance(found, str):
        return print(f"{name:38} {rows:>18} {found}", flush=True)
    ratio, fast, slow = found
    line = f"{name:38} {rows:>18} {ratio:>6.1f}x {asked or '':>6} {fast:>12,.0f} {slow:>10,.0f}"
    print(line, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
