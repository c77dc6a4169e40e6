"""river models: `{kind: river.tree.HoeffdingTreeClassifier, grace_period: 100}`.

They run compiled where there is a kernel that gives the same answers: see `TWINS`.
"""

import random
from functools import partial
from importlib import import_module
from itertools import islice
from typing import NamedTuple

import numpy as np
from pydantic import model_validator

from driftsim.learners.learner import Learner, Model
from driftsim.libraries import assembled, called, imported, parameters
from driftsim.parts import Imported
from driftsim.rows import Schema


class River(Imported, Learner, extra="allow"):
    """Any river classifier or regressor, by path."""

    package = library = "river"

    @property
    def weighs(self):
        return "w" in parameters(last_step(self._made(Schema(()), 0)).learn_one)

    @property
    def title(self):
        return self.path.rpartition(".")[2]

    def engine(self, schema):
        if not self._compiled:
            return "river"
        try:
            twin(self._made(schema, 0), schema)
        except Uncovered as reason:
            return f"river, not compiled: there is no kernel for {reason}"
        return "compiled"

    def start(self, schema, seed, probabilities=False):
        if self.engine(schema) == "compiled":
            from driftsim.learners.compiled import Compiled

            new = twin(self._made(schema, seed), schema)
            return Compiled(partial(new, members=1), schema, probabilities)
        return RiverModel(partial(self._made, schema, seed), schema, probabilities)

    def fault(self, schema, probabilities=False):
        from river import base

        last = last_step(self._made(schema, 0))
        if schema.regression:
            fits = isinstance(last, base.Regressor)
            return (
                None
                if fits
                else f"{self.title} tells classes, and the labels are numbers; name a regressor"
            )
        if not isinstance(last, base.Classifier):
            return f"{self.title} tells numbers, and the labels are classes; name a classifier"
        if schema.n_classes > 2 and not last._multiclass:
            return (
                f"{self.title} tells two classes apart, and the stream has {schema.n_classes}; "
                f"wrap it: {{kind: river.multiclass.OneVsRestClassifier, classifier: {self.path}}}"
            )

    @classmethod
    def of_steps(cls, specs):
        """The learner that is one step after another."""
        return cls(path="river.compose.Pipeline", steps=specs)

    def _made(self, schema, seed):
        """A model of river that has learned nothing, every open seed in it drawn from the seed."""
        rng = random.Random(seed)

        def make(path, params):
            kind = imported(path, "river", lambda it: isinstance(it, type))
            known = parameters(kind)
            if "seed" in known and params.get("seed") is None:
                params = params | {"seed": rng.randrange(2**31)}
            if "nominal_attributes" in known and "nominal_attributes" not in params:
                nominal = [schema.names[j] for j in schema.nominal]
                params = params | {"nominal_attributes": nominal or None}
            return called(kind, params, path)

        made = make(self.path, assembled(self.model_extra, "river", make))
        reseed(made, rng)
        return made

    @model_validator(mode="after")
    def _predicts(self):
        from river import base, compose

        kinds = base.Classifier, base.Regressor, compose.Pipeline
        imported(self.path, "river", lambda it: isinstance(it, type) and issubclass(it, kinds))
        if not isinstance(last_step(self._made(Schema(()), 0)), kinds[:2]):
            raise ValueError(f"{self.path} predicts nothing; let its last step do so")
        for step in [*getattr(self._made(Schema(()), 0), "steps", {}).values()][:-1]:
            if not isinstance(step, base.Transformer | compose.Pipeline | compose.TransformerUnion):
                raise ValueError(f"{type(step).__name__} transforms nothing; make it the last step")
        return self


class RiverModel(Model):
    """A model of river, which is given dicts of features by name."""

    def __init__(self, make, schema, probabilities=False):
        self._make, self._schema, self._probabilities = make, schema, probabilities
        self._model = make()
        self._type = float if schema.regression else np.int64

    def fit(self, rows, weight=None):
        model = RiverModel(self._make, self._schema, self._probabilities)
        weights = [{}] * len(rows.t) if weight is None else [{"w": w} for w in weight.tolist()]
        for x, y, weighed in zip(self._dicts(rows.X), rows.y.tolist(), weights):
            model._model.learn_one(x, y, **weighed)
        return model

    def predict(self, X):
        return self._array([self._predict_one(x) for x in self._dicts(X)])

    def learn(self, rows):
        self._learn(zip(self._dicts(rows.X), rows.y.tolist()))

    def test_then_train(self, arrival):
        predicted = []
        due = zip(self._dicts(arrival.due_X), arrival.due_y.tolist())
        for x, m in zip(self._dicts(arrival.X), np.diff(arrival.due_by, prepend=0).tolist()):
            self._learn(islice(due, m))
            predicted.append(self._predict_one(x))
        self._learn(due)
        return self._array(predicted)

    def _learn(self, labelled):
        for x, y in labelled:
            self._model.learn_one(x, y)

    def _predict_one(self, x):
        if self._probabilities:
            return probabilities(self._model.predict_proba_one(x), self._schema.n_classes)
        return self._model.predict_one(x) or 0  # None, until the first label

    def _array(self, predicted):
        if self._probabilities:
            return np.array(predicted, float).reshape(len(predicted), self._schema.n_classes)
        return np.array(predicted, self._type)

    def _dicts(self, X):
        """Rows as river has them."""
        return (dict(zip(self._schema.names, x)) for x in X.tolist())


class Uncovered(Exception):
    """What there is no kernel for, in a model of river."""


def rate(optimizer):
    """The rate of plain stochastic gradient descent."""
    if title_of(optimizer) != "optim.SGD":
        raise Uncovered(type(optimizer).__name__)
    return constant(optimizer.lr)


def constant(schedule):
    """A rate that stays as it is."""
    if title_of(schedule) != "optim.Constant":
        raise Uncovered(f"a rate of {type(schedule).__name__}")
    return schedule.learning_rate


def itself(value):
    """A number, a text or nothing, which a kernel takes as it is."""
    return value


def gaussians(splitter):
    """How many thresholds are tried between the extremes of a feature."""
    if title_of(splitter) != "tree.GaussianSplitter":
        raise Uncovered(type(splitter).__name__)
    return {"n_splits": splitter.n_splits}


def merit(criterion):
    """What splits are measured by."""
    if criterion not in ("info_gain", "gini"):
        raise Uncovered(f"the split criterion {criterion}")
    return criterion


def last_rows(engine):
    """How many rows are searched for neighbours, by their Euclidean distance."""
    from river.neighbors import KNNClassifier, LazySearch

    if not alike(engine, KNNClassifier(engine=LazySearch(window_size=engine.window_size)).engine):
        raise Uncovered(f"{type(engine).__name__} as it is set")
    return {"window_size": engine.window_size}


class Twin(NamedTuple):
    """The kernel of a model, and which of river's parameters it takes.

    A parameter is handed on by a function of the value that river's object has, which may give
    several by name. All others must be as river has them by default.
    """

    makes: str  # the module of driftsim.kernels, and its function of (members, d, k, …)
    takes: dict = {}

    def state(self, made, schema):
        """What makes the state of so many members; raises `Uncovered` where they would differ."""
        plain = type(made)(**{name: getattr(made, name) for name in needed(type(made))})
        for name in parameters(type(made)).keys() - self.takes.keys():
            if not alike(getattr(made, name), getattr(plain, name)):
                raise Uncovered(f"its {name}")
        params = {}
        for name, hand_on in self.takes.items():
            value = getattr(made, name)
            given = twin(value, schema) if hand_on is twin else hand_on(value)
            params |= given if isinstance(given, dict) else {name: given}
        d, k = len(schema.names), schema.n_classes or 0
        return partial(state, self.makes, d=d, k=k, **params)


def twin(made, schema):
    """What makes the state of so many `members`, each with the answers of a new model of river.

    Raises `Uncovered` where no kernel has them.
    """
    *before, model = getattr(made, "steps", {None: made}).values()
    new = known(TWINS, model).state(model, schema)
    for step in reversed(before):
        new = partial(known(SCALERS, step).state(step, schema), model=new)
    return new


def known(twins, thing):
    """What is declared of the class of a thing; raises `Uncovered` where nothing is."""
    if title_of(thing) not in twins:
        raise Uncovered(type(thing).__name__)
    return twins[title_of(thing)]


def state(makes, members, **params):
    """The state that a function of a kernel makes; imports it, and numba, no sooner."""
    module, _, name = makes.partition(".")
    return getattr(import_module(f"driftsim.kernels.{module}"), name)(members, **params)


def title_of(thing):
    """How river calls the class of a thing: `linear_model.LogisticRegression`."""
    return f"{type(thing).__module__.split('.')[1]}.{type(thing).__name__}"


def needed(kind):
    """The parameters of a class that have no default."""
    known = parameters(kind).items()
    return [name for name, one in known if one.default is one.empty]


def alike(one, other):
    """Whether two values of a parameter are the same, or things of one class and state."""
    if type(one) is not type(other):
        return False
    held = getattr(one, "__dict__", None)
    if held is None:
        return one == other
    return held.keys() == other.__dict__.keys() and all(
        alike(value, other.__dict__[name]) for name, value in held.items()
    )


def as_they_are(*names):
    """Parameters that a kernel takes as they are."""
    return dict.fromkeys(names, itself)


TREE = {
    "split_criterion": merit,
    "splitter": gaussians,
    **as_they_are(
        "grace_period", "max_depth", "delta", "tau", "leaf_prediction", "nb_threshold",
        "min_branch_fraction", "max_share_to_split", "max_size", "memory_estimate_period",
        "merit_preprune",
    ),
}  # fmt: skip
SGD = {"optimizer": rate, "intercept_lr": constant}
SCALERS = {"preprocessing.StandardScaler": Twin("linear.scaled")}
TWINS = {
    "linear_model.LogisticRegression": Twin(
        "linear.logistic_regression",
        SGD | as_they_are("intercept_init", "l2", "clip_gradient"),
    ),
    "linear_model.LinearRegression": Twin(
        "linear.linear_regression",
        SGD | as_they_are("intercept_init", "l2", "clip_gradient"),
    ),
    "linear_model.Perceptron": Twin("linear.perceptron", as_they_are("l2", "clip_gradient")),
    "linear_model.PAClassifier": Twin(
        "linear.passive_aggressive", as_they_are("C", "mode", "learn_intercept")
    ),
    "linear_model.SoftmaxRegression": Twin(
        "linear.softmax_regression", {"optimizer": rate, "l2": itself}
    ),
    "naive_bayes.GaussianNB": Twin("bayes.gaussian_nb"),
    "neighbors.KNNClassifier": Twin(
        "neighbors.knn_classifier",
        {"engine": last_rows} | as_they_are("n_neighbors", "weighted", "softmax"),
    ),
    "neighbors.KNNRegressor": Twin(
        "neighbors.knn_regressor",
        {"engine": last_rows} | as_they_are("n_neighbors", "aggregation_method"),
    ),
    "tree.HoeffdingTreeClassifier": Twin("trees.hoeffding_tree", TREE),
}


def probabilities(told, n_classes):
    """Those of all classes, of what river tells of some; class 0 where it tells nothing."""
    shares = [told.get(label, 0.0) for label in range(n_classes)]
    whole = sum(shares)
    return [share / whole for share in shares] if whole > 0 else [1.0] + [0.0] * (n_classes - 1)


def last_step(model):
    """The step of a pipeline that predicts; a model alone is its only step."""
    from river.compose import Pipeline

    while isinstance(model, Pipeline):
        model = [None, *model.steps.values()][-1]
    return model


def reseed(thing, rng, seen=None):
    """Seed every generator that a model of river holds unseeded, made in its constructors."""
    seen = set() if seen is None else seen
    if id(thing) in seen:
        return
    seen.add(id(thing))
    held = getattr(thing, "__dict__", {})
    if held.get("seed", 0) is None and type(thing).__module__.startswith("river."):
        thing.seed = rng.randrange(2**31)
        for one in held.values():
            if isinstance(one, random.Random | np.random.RandomState):
                one.seed(thing.seed)
    inside = [*held.values(), *(thing.values() if isinstance(thing, dict) else ())]
    for one in [*inside, *(thing if isinstance(thing, list | tuple) else ())]:
        if isinstance(one, dict | list | tuple) or type(one).__module__.startswith("river."):
            reseed(one, rng, seen)
