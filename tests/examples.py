"""Every kind of every family, built with small parameters, and what tests do with them."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

import driftsim
from driftsim.adaptation.detectors import Detector
from driftsim.adaptation.memories import Memory
from driftsim.adaptation.policies import Policy
from driftsim.evaluation.labels import Labels, arrivals
from driftsim.evaluation.protocols import Protocol
from driftsim.evaluation.strategies import Strategy
from driftsim.examples import PARTS, written
from driftsim.learners.learner import Learner
from driftsim.learners.online.kernel_learner import KernelLearner
from driftsim.rows import Event, Labelled
from driftsim.scenario.notation import parsed
from driftsim.streams.concepts import Concept
from driftsim.streams.drifts import Drift
from driftsim.streams.stream import Stream

DDM_OFTEN = {"kind": "ddm", "warning": 1.0, "alarm": 1.5}
LINEAR = {
    "kind": "river.linear_model.LinearRegression",
    "optimizer": {"kind": "river.optim.SGD", "lr": 0.005},
}
SGD = "sklearn.linear_model.SGDRegressor"
SCALED_LINEAR = {"kind": "pipeline", "steps": ["river.preprocessing.StandardScaler", LINEAR]}
LOGISTIC = {"kind": "sklearn.linear_model.SGDClassifier", "loss": "log_loss"}
SCALED = {
    "kind": "pipeline",
    "steps": ["river.preprocessing.StandardScaler", "river.linear_model.LogisticRegression"],
}
ONE_EACH = [LOGISTIC, SCALED]  # of the libraries
IN_BURSTS = {
    "kind": "random", "mean": 30, "law": "log_normal", "of": {"kind": "batches", "every": 9},
}  # fmt: skip
FEW = ["at_once", IN_BURSTS]  # labels at once, and out of order in bursts
FURTHER = {  # examples of kinds in other ways than driftsim/examples.py has them
    Concept: [
        *({"kind": "sine", "function": function} for function in (2, 3, 4)),
        {"kind": "hyperplane", "features": 4},
        {"kind": "hyperplane", "features": 3, "speed": 0.01},
        {"kind": "hyperplane", "features": 3, "step": 0.01, "walking": 2},
        {"kind": "gaussians", "separation": 1.5, "angle": 30.0, "priors": [0.3, 0.7]},
        {"kind": "gaussians", "means": [[0.0, 0.0], [2.0, 0.0], [0.0, 2.0]]},
        *({"kind": "stagger", "function": function} for function in (2, 3)),
        {"kind": "mixed", "function": 2},
        *({"kind": "agrawal", "function": f, "perturbation": 0.05} for f in (5, 6, 7, 10)),
        {"kind": "agrawal", "function": 10, "perturbation": 0.1, "clipped": True},
        {"kind": "torus", "radius": 0.3, "tilt": 30.0},
        {"kind": "led", "noise": 0.2, "swapped": 3},
        {"kind": "waveform", "attributes": 40, "swapped": 4},
        {"kind": "rbf", "features": 2, "classes": 3, "centroids": 9, "speed": 0.001, "moving": 4},
        {"kind": "random_tree", "nominal": 2, "numeric": 2},
        {"kind": "make_classification", "n_features": 5, "n_repeated": 1},
        {"kind": "categorical", "features": 4, "real": 0.4, "covariate": 0.3},
        {"kind": "categorical", "features": 4, "values": 2, "classes": 3, "certainty": 0.8},
        {"kind": "linear", "features": 3, "walk": 0.1},
        {"kind": "level", "walk": 1.0, "slope": 0.01},
        {
            "kind": "mixture",
            "of": ["sea", {"kind": "sea", "threshold": 12}],
            "drift": {"kind": "recurring", "every": 700, "width": 100},
            "waits": True,
        },
        {"kind": "swapped", "of": {"kind": "relabelled", "of": "led"}, "columns": ["x1", "x2"]},
        {
            "kind": "blurred",
            "of": {"kind": "mixture", "of": ["sea", "sea"]},
            "columns": ["x1"],
            "sd": 1,
        },
    ],
    Drift: [
        {"kind": "gradual", "at": [1200], "width": 501, "ramp": "sigmoid"},
        {"kind": "gradual", "at": [1200], "width": 100, "ramp": "moa"},
        {"kind": "recurring", "every": 501},
    ],
    Learner: ["sklearn.naive_bayes.GaussianNB"],
    Labels: [
        {"kind": "random", "mean": 20, "law": "uniform"},
        IN_BURSTS,
        {"kind": "share", "rate": [0.3, 0.9]},
    ],
    Memory: [],
    Detector: ["river.drift.binary.HDDMW"],
    Policy: [
        {"kind": "periodic", "every": 100, "memory": 300, "latency": {"per_row": 0.5}},
        {"kind": "periodic", "every": 250, "memory": "all", "latency": {"rows": 30}},
        {"kind": "periodic", "every": 150, "memory": {"kind": "faded", "half_life": 100}},
        {"kind": "periodic", "every": 120, "memory": "chunk", "from": "model"},
        {
            "kind": "on_drift",
            "memory": 90,
            "detector": DDM_OFTEN,
            "gather": "before",
            "cooldown": 50,
            "latency": {"rows": 40},
            "falls": True,
        },
        {"kind": "on_drift", "memory": 80, "detector": DDM_OFTEN, "gather": "warning"},
        {"kind": "on_drift", "memory": 60, "detector": DDM_OFTEN, "from": "model"},
        {
            "kind": "on_drift",
            "memory": "since_alarm",
            "enough": 60,
            "every": 120,
            "detector": DDM_OFTEN,
            "gather": "warning",
            "background": True,
        },
        {"kind": "on_error", "window": 50, "rise": 0.02, "memory": 150, "gather": "before"},
        {"kind": "ensemble", "every": 70, "size": 4, "weight": "aue2"},
        {"kind": "ensemble", "every": 150, "weight": "uniform"},
        {"kind": "replay", "size": 6, "buffer": 30, "keep": "balanced"},
        {"kind": "replay", "size": 25, "buffer": 60, "keep": "sliding"},
        {"kind": "online", "restart": DDM_OFTEN},
    ],
    Strategy: [],
    Protocol: [{"kind": "cross_validation", "folds": 3, "assigned": "at_random"}],
}
EXAMPLES = {  # all that the laws are tried on
    family: [parsed(written(*one))[0] for one in PARTS[family.kind()].items()] + FURTHER[family]
    for family in FURTHER
}
QUERY = EXAMPLES[Labels].pop([*PARTS["labels"]].index("query"))  # not a schedule: has own tests


def of_numbers(spec):
    """Whether the labels of a learner are numbers alone."""
    learner = Learner.model_validate(spec)
    kernel = isinstance(learner, KernelLearner) and not learner.classifies
    return kernel or spec in ("mean", "least_squares")


OF_NUMBERS = [spec for spec in EXAMPLES[Learner] if of_numbers(spec)]
REGRESSORS = ["oracle", "no_change", SGD, SCALED_LINEAR, *OF_NUMBERS]


def built(family, spec, folder):
    """A part of an example; the table is written to a folder that is made where one is needed."""
    if isinstance(spec, dict) and spec.get("path") == "table.csv":
        rng = np.random.default_rng(0)
        lines = [f"{a:.6f},{'abc'[b]},{int(a > b)}" for a, b in zip(*rng.integers(0, 3, (2, 300)))]
        path = folder() / "table.csv"
        path.write_text("\n".join(["size,word,class", *lines]) + "\n", encoding="utf-8")
        spec = spec | {"path": str(path)}
    return family.model_validate(spec)


def sea_stream(length=2400, drift=None, **more):
    concepts = {"a": {"kind": "sea", "threshold": 8.0}, "b": {"kind": "sea", "threshold": 14.0}}
    drift = drift or {"kind": "sudden", "at": [length // 2]}
    return Stream.model_validate({"length": length, "concepts": concepts, "drift": drift} | more)


def regression_stream(length=2400, **more):
    concepts = {"a": {"kind": "linear", "features": 3, "weights": [1.0, 2.0, 3.0]}}
    return Stream.model_validate({"length": length, "concepts": concepts} | more)


def joined(pieces):
    """The predictions among what a policy has given."""
    return np.concatenate([piece for piece in pieces if not isinstance(piece, Event)])


def rows_of(stream, learner, warmup, seed=0):
    """The warm-up of a stream and the rows after it, as a learner is given them."""
    world = stream.instantiated(seed)
    block = world.rows(0, stream.length)
    X = block.X if learner.sees == "X" else world.posterior(block.t, block.X)
    rows = Labelled(block.t, X, block.y)
    return rows.part(slice(warmup)), rows.part(slice(warmup, None))


def cut(rows, size):
    """Rows in chunks of a size."""
    for start in range(0, len(rows.t), size):
        yield rows.part(slice(start, start + size))


def predictions(stream, learner, policy, labels, size=8192, warmup=600, change=None):
    """What a contender predicts of the rows after the warm-up, `size` of them arriving at once.

    `change` is done to the labels first: a function of positions and labels.
    """
    history, rows = rows_of(stream, learner, warmup)
    if change:
        history, rows = (part._replace(y=change(part.t, part.y)) for part in (history, rows))
    model = learner.start(stream.schema, 1)
    arriving = arrivals(cut(rows, size), labels, 0)
    return joined(
        policy.run(
            model, history, arriving, np.random.default_rng(0), *known_changes(policy, stream)
        )
    )


def known_changes(policy, stream):
    """The changes, for a reference that knows them."""
    return [stream.changes(0)] if policy.knows == "changes" else []


def played(text, name, folder):
    """The results of a scenario, played in this process."""
    path = folder / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return driftsim.run(path, out=folder / "out", executor=ThreadPoolExecutor(1))
