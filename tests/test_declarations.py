"""Declarations: each is as the river that is installed, and what stands in is as river's objects.

All that is asked of a learner or a detector is asked twice: as it is, and as it would be if another
version of river were declared, so that river itself is imported and asked.
"""

import inspect
import json
import subprocess
import sys
from functools import partial
from importlib.metadata import version

import numpy as np
import pytest
from compiled_examples import CLASSIFIERS, COUNTED, PIPE, REGRESSORS, TREE, name, scaled
from pydantic import ValidationError
from river import base
from test_detector_kernels import OF_CLASSES, OF_NUMBERS
from together import together

from driftsim.adaptation.detectors import Detector
from driftsim.kernels import stand_ins
from driftsim.kernels.declarations import DECLARED, VERSION
from driftsim.kernels.equivalents import ENCODERS, EQUIVALENTS, SCALERS
from driftsim.kernels.registry import equivalent
from driftsim.kernels.values import title_of
from driftsim.learners import river
from driftsim.learners.learner import Learner
from driftsim.libraries import imported, parameters
from driftsim.rows import Schema
from driftsim.safety import OPEN

MODEL = "river.naive_bayes.GaussianNB"
ENSEMBLE, BINARY = "river.ensemble", "river.drift.binary"
TWO, NUMBERS = Schema(("x10", "x2", "y")), Schema(("a", "b"), n_classes=None)
SCHEMAS = [TWO, Schema(("a", "b"), n_classes=3, nominal={1: 3}), NUMBERS]
LEARNERS = [*(spec for spec, _ in [*CLASSIFIERS, *REGRESSORS]), *COUNTED]
LEARNERS += [
    {"kind": f"{ENSEMBLE}.BaggingClassifier", "model": scaled(MODEL) | PIPE, "n_models": 3}
]  # of more than two classes
DETECTORS = OF_NUMBERS + OF_CLASSES
UNREAD = {  # parameters of which river makes what no kernel asks for, so that None stands for it
    ("KNNClassifier", "engine"),
    ("KNNRegressor", "engine"),
    ("LazySearch", "dist_func"),
    ("SoftmaxRegression", "loss"),
    ("ARFClassifier", "metric"),
    ("SRPClassifier", "metric"),
    ("KSWIN", "window"),
}
REFUSED = [  # by river, or by its annotations
    {"kind": "river.linear_model.PAClassifier", "mode": 7},
    {"kind": "river.linear_model.LogisticRegression", "l1": 0.1, "l2": 0.1},
    {"kind": "river.linear_model.LogisticRegression", "optimizer": "river.optim.losses.Log"},
    {"kind": "river.neighbors.KNNRegressor", "aggregation_method": "abc"},
    {"kind": TREE, "splitter": "river.tree.splitter.EBSTSplitter"},
    {"kind": TREE, "splitter": MODEL},
    {"kind": TREE, "grace_period": True},
    {"kind": TREE, "grace": 3},
    {"kind": f"{ENSEMBLE}.BaggingClassifier"},
    {"kind": f"{ENSEMBLE}.BaggingClassifier", "model": MODEL, "n_models": 1},
    {"kind": f"{ENSEMBLE}.BaggingRegressor", "model": MODEL},
    {"kind": f"{ENSEMBLE}.BaggingClassifier", "model": "river.compose.Pipeline"},
    {"kind": f"{ENSEMBLE}.LeveragingBaggingClassifier", "model": MODEL, "bagging_method": "me "},
    {"kind": "river.forest.ARFClassifier", "drift_detector": MODEL},
    {"kind": "pipeline", "steps": ["river.linear_model.Perceptron", MODEL]},
    {"kind": "pipeline", "steps": ["river.preprocessing.StandardScaler"]},
    {"kind": "pipeline", "steps": ["river.preprocessing.StandardScaler", "river.drift.ADWIN"]},
    "river.drift.ADWIN",
    "river.preprocessing.StandardScaler",
]
REFUSED_DETECTORS = [
    {"kind": "river.drift.ADWIN", "clock": 2.5},
    {"kind": "river.drift.PageHinkley", "mode": "abc"},
    {"kind": "river.drift.KSWIN", "stat_size": 200},
    {"kind": f"{BINARY}.EDDM", "alpha": 0.5},
    {"kind": f"{BINARY}.HDDMW", "lambda_val": 2.0},
]
ODD = [
    *("abc", "mean", "mc", "log2", "median", "wt", True, None, -1, 0, 1, 2, 7, 0.0, 0.3, 1.0, 2.5),
    *(
        1e7,
        float("nan"),
        float("inf"),
        [],
        [1],
        {},
        {"a": 1},
        "river.metrics.Accuracy",
        MODEL,
        TREE,
    ),
    *(
        path
        for path in DECLARED
        if path.startswith(("river.optim", "river.compose", "river.neigh"))
    ),
    *(
        "river.drift.ADWIN",
        "river.tree.splitter.EBSTSplitter",
        "river.preprocessing.StandardScaler",
    ),
    {"kind": "river.optim.SGD", "lr": 2},
    {"kind": "river.neighbors.LazySearch", "window_size": 20},
    {"kind": "river.tree.splitter.TEBSTSplitter", "digits": 3},
    "river.tree.splitter.QOSplitter",
]


def rivers(path):
    return imported(path, ["river"], lambda it: isinstance(it, type))


def default(path, make):
    """An object of a class with its defaults, and with what it needs."""
    steps = {"steps": [make("river.drift.ADWIN")()]} if path.endswith("Pipeline") else {}
    needed = {
        "model": lambda: make(MODEL)(),
        "classifier": lambda: make(MODEL)(),
        "learning_rate": lambda: 0.25,
    }
    given = {
        name: needed[name]()
        for name, one in parameters(make(path)).items()
        if one.default is one.empty and not steps
    }
    return make(path)(*steps.get("steps", ()), **given)


def same(one, other):
    """Whether what stands in has all that river's has, and no kernel reads the rest."""
    if not isinstance(one, stand_ins.StandIn):
        return type(one) is type(other) and one == other
    return title_of(type(one)) == title_of(type(other)) and all(
        same(value, getattr(other, name)) for name, value in vars(one).items()
    )


def test_what_is_declared_is_the_river_that_is_installed():
    """A newer river has to be declared: compare, and then change VERSION."""
    assert version("river") == VERSION and stand_ins.is_declared_version()


@together("path", DECLARED)
def test_a_declaration_is_as_the_class_of_river(path):
    declared, own = stand_ins.class_of(path), rivers(path)
    assert title_of(declared) == title_of(own)
    known = dict(parameters(own))
    assert known == dict(parameters(declared))  # names, annotations, defaults
    assert {key: type(one.default) for key, one in known.items()} == {
        key: type(one.default) for key, one in parameters(declared).items()
    }
    for role in stand_ins.ROLES:
        assert issubclass(own, getattr(base, role)) == (role in DECLARED[path].roles), role
    learns = inspect.signature(getattr(own, "learn_one", lambda: None)).parameters
    assert DECLARED[path].weighs == ("w" in learns)


@together("path", DECLARED)
def test_an_object_that_stands_in_has_the_attributes_of_rivers(path):
    like, own = default(path, stand_ins.class_of), default(path, rivers)
    held = {key: one for key, one in vars(like).items() if key != "steps"}
    unread = {key for key in held if (title_of(type(like)).split(".")[1], key) in UNREAD}
    for key in held.keys() - unread:
        assert same(held[key], getattr(own, key)), key
    assert all(held[key] is None is not getattr(own, key) for key in unread)
    if isinstance(own, base.Classifier):
        assert like._multiclass == own._multiclass


def test_all_classes_with_kernels_are_declared():
    declared = {title_of(stand_ins.class_of(path)) for path in DECLARED}
    assert EQUIVALENTS.keys() | SCALERS.keys() | ENCODERS.keys() <= declared
    assert all(
        path.removeprefix("river.").rpartition(".")[0] in OPEN["river"].split() for path in DECLARED
    )


def answers(family, spec, declared, monkeypatch):
    """All that is asked of a learner or detector of river before a run, or why it is refused."""
    monkeypatch.setattr(stand_ins, "is_declared_version", lambda: declared)
    try:
        one = family.model_validate(spec)
    except ValidationError as error:
        return [fault["msg"] for fault in error.errors()]
    if family is Detector:
        params = one._seeded(np.random.default_rng(3))
        like = one._stand_in(params) or one._object(params)
        states = [equivalent(like)] if one.engine() == "compiled" else [one.engine()]
        return [one.title, one.warns, one.binary, *states]
    found = [one.title, one.weighs, one.small()]
    one = getattr(one, "whole", one)
    for schema in SCHEMAS:
        found += [engine := one.engine(schema), one.incompatibility(schema)]
        if engine == "compiled":
            like = one._stand_in(schema, 5) or one._made(schema, 5)
            found.append(equivalent(like, schema))
    return found


def plain(found):
    """What makes a state, as plain data that can be compared."""
    if isinstance(found, partial):
        keywords = {key: plain(one) for key, one in found.keywords.items()}
        return [found.func.__name__, *found.args, keywords]
    return found


def both(family, spec, monkeypatch):
    """The answers of what stands in, where something does, and those of river's own objects."""
    found = [answers(family, spec, declared, monkeypatch) for declared in (True, False)]
    return [[*map(plain, one)] for one in found]


@pytest.mark.parametrize("spec", LEARNERS, ids=name)
def test_a_learner_answers_as_with_river(spec, monkeypatch):
    found, expected = both(Learner, spec, monkeypatch)
    assert found == expected and "compiled" in found


@pytest.mark.parametrize("spec", DETECTORS)
def test_a_detector_answers_as_with_river(spec, monkeypatch):
    found, expected = both(Detector, spec, monkeypatch)
    assert found == expected and found[-1][0] == "new"


@pytest.mark.parametrize("spec", REFUSED)
def test_a_learner_that_river_refuses_is_refused_in_the_same_words(spec, monkeypatch):
    found, expected = both(Learner, spec, monkeypatch)
    assert found == expected and len(found) == 1


@pytest.mark.parametrize("spec", REFUSED_DETECTORS)
def test_a_detector_that_river_refuses_is_refused_in_the_same_words(spec, monkeypatch):
    found, expected = both(Detector, spec, monkeypatch)
    assert found == expected and len(found) == 1


@pytest.mark.slow
@pytest.mark.parametrize("path", DECLARED)
def test_odd_values_are_answered_as_by_river(path, monkeypatch):
    family = Detector if ".drift." in path and "Classifier" not in path else Learner
    line = "river.linear_model.LinearRegression"
    for key in (*parameters(stand_ins.class_of(path)), "seeds"):
        for value in ODD:
            model = {"model": line if "Regressor" in path else MODEL} if ENSEMBLE in path else {}
            found, expected = both(family, {"kind": path, **model, key: value}, monkeypatch)
            assert found == expected, (key, value)


def one_each(specs):
    """The last spec of each class, which has most parameters."""
    return [*{last_kind(spec): spec for spec in specs}.values()]


def last_kind(spec):
    steps = spec.get("steps", [spec]) if isinstance(spec, dict) else [spec]
    return steps[-1]["kind"] if isinstance(steps[-1], dict) else steps[-1]


@pytest.mark.parametrize("spec", one_each(LEARNERS), ids=name)
def test_a_state_is_made_of_a_stand_in_as_of_rivers_object(spec):
    learner = Learner.model_validate(spec)
    learner, schema = getattr(learner, "whole", learner), TWO
    if learner.incompatibility(schema):
        schema = NUMBERS
    one, other = (
        equivalent(make(schema, 5), schema)(1) for make in (learner._stand_in, learner._made)
    )
    assert flat(one) == flat(other) and len(flat(one)) > 1


@together("spec", DETECTORS)
def test_a_state_of_a_detector_is_made_of_a_stand_in_as_of_rivers_object(spec):
    detector = Detector.model_validate(spec)
    params = detector._seeded(np.random.default_rng(1))
    one, other = (equivalent(make(params))(1) for make in (detector._stand_in, detector._object))
    assert flat(one) == flat(other) and len(flat(one)) > 3


def flat(state):
    """All arrays and numbers in a state; the numbers of arrays as text, in which NaN equals NaN."""
    if isinstance(state, tuple):
        return [leaf for one in state for leaf in flat(one)]
    return [(state.dtype, str(state.tolist())) if hasattr(state, "shape") else state]


@pytest.mark.parametrize("spec", LEARNERS, ids=name)
def test_rivers_constructors_leave_no_seed_open_where_a_kernel_runs(spec, monkeypatch):
    def nothing_to_seed(model, rng, *seen):
        before = rng.getstate()
        reseed(model, rng, *seen)
        assert rng.getstate() == before

    reseed = river.reseed
    monkeypatch.setattr(river, "reseed", nothing_to_seed)
    learner = Learner.model_validate(spec)
    getattr(learner, "whole", learner)._made(TWO, 1)


def test_neither_river_nor_what_it_imports_is_loaded_for_what_runs_compiled():
    program = """
import json, sys
from driftsim.adaptation.detectors import Detector
from driftsim.learners.learner import Learner
from driftsim.rows import Schema
import driftsim.scenario.loading
learners, detectors = json.load(sys.stdin)
classes, numbers = Schema(("a", "b")), Schema(("a", "b"), n_classes=None)
for spec in learners:
    learner = Learner.model_validate(spec)
    engines = [learner.engine(schema) for schema in (classes, numbers)]
    reasons = [learner.incompatibility(schema) for schema in (classes, numbers)]
    assert "compiled" in engines and None in reasons, spec
    learner.small(), learner.weighs, learner.untunable(True)
for spec in detectors:
    detector = Detector.model_validate(spec)
    assert detector.engine() == "compiled" and detector.warns in (False, True), spec
heavy = "river", "sklearn", "scipy", "pandas", "numba"
print(sorted({name.partition(".")[0] for name in sys.modules}.intersection(heavy)))
"""
    command, given = [sys.executable, "-c", program], json.dumps([LEARNERS, DETECTORS])
    done = subprocess.run(command, input=given, capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr
