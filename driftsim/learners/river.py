"""river models: `{kind: river.tree.HoeffdingTreeClassifier, grace_period: 100}`.

They run compiled where a kernel gives the same answers: see kernels/registry.py. What stands in for
them says all that is asked of these before a run, so that river is imported only for the others.
"""

import random
from functools import partial
from itertools import islice
from typing import Any

import numpy as np
from pydantic import model_validator

from driftsim.kernels import registry, stand_ins
from driftsim.kernels.values import Uncovered
from driftsim.learners.learner import LibraryLearner, Model, mismatch
from driftsim.learners.shortfalls import shortfalls
from driftsim.libraries import assembled, called, imported, parameters
from driftsim.rows import Schema, locate
from driftsim.safety import guard

LOGISTIC = "river.linear_model.LogisticRegression"


class River(LibraryLearner):
    """Any river classifier or regressor, by path."""

    package = "river"
    library = "river"
    takes_missing = True  # rows are dicts without what is missing

    @property
    def weighs(self) -> bool:  # type: ignore[override]  # as the class does
        last = last_step(self._example())
        if isinstance(last, stand_ins.StandIn):
            return last.declared.weighs
        return "w" in parameters(last.learn_one)

    def untunable(self, weighed=False):
        return super().untunable(weighed and not self.weighs)

    @property
    def notes(self):
        return tuple(dict.fromkeys(shortfalls({"kind": self.path, **self.params})))

    def engine(self, schema):
        if not self._compiled:
            return self.library
        return registry.engine(self.library, self._example(schema), schema)

    def start(self, schema, seed, probabilities=False):
        if self.engine(schema) == "compiled":
            from driftsim.learners.compiled import Compiled

            new = registry.equivalent(self.example(schema, seed), schema)
            made = partial(self._made, schema, seed)
            return Compiled(partial(new, members=1), schema, probabilities, made)
        return RiverModel(partial(self._made, schema, seed), schema, probabilities)

    def incompatibility(self, schema, probabilities=False):
        last = last_step(self._example(schema))
        classifies, regresses = roles_of(last)
        if reason := mismatch(self.title, classifies, regresses, schema):
            return reason
        if not schema.regression and schema.n_classes > 2 and not last._multiclass:
            return (
                f"{self.title} predicts two classes, and the stream has {schema.n_classes}; "
                f"{with_more_classes(last)}"
            )
        return None

    @classmethod
    def of_steps(cls, specs, allowed=()):
        """The learner that is one step after another."""
        return cls(path="river.compose.Pipeline", steps=specs)

    def example(self, schema: Schema, seed: int) -> Any:
        """A model of river that has learned nothing, or what stands in for one with a kernel."""
        return self._stand_in(schema, seed) or self._made(schema, seed)

    def _example(self, schema=Schema(())):
        """A model of river with few members, or a stand-in, to show what the others are like."""
        return self._stand_in(schema, 0) or self.small()._made(schema, 0)

    def _stand_in(self, schema, seed):
        """What stands in for a model of river that runs compiled, or None: then river is asked."""
        try:
            like = self._assembled(schema, random.Random(seed), stand_ins.named)
            registry.equivalent(like, schema)
        except (ValueError, Uncovered):
            return None
        return like if any(roles_of(last_step(like))) else None

    def _made(self, schema, seed):
        """A model of river that has learned nothing, every open seed in it drawn from the seed."""
        rng = random.Random(seed)
        wanted = partial(imported, packages=["river"], wanted=lambda it: isinstance(it, type))
        made = self._assembled(schema, rng, wanted)
        reseed(made, rng)
        return made

    def _assembled(self, schema, rng, class_of):
        """What the classes that are found by their paths make of its parameters.

        Every open seed among these is drawn.
        """

        def make(path, params):
            kind = class_of(path)
            known = parameters(kind)
            if "seed" in known and params.get("seed") is None:
                params = params | {"seed": rng.randrange(2**31)}
            if "nominal_attributes" in known and "nominal_attributes" not in params:
                nominal = [schema.names[j] for j in schema.nominal]
                params = params | {"nominal_attributes": nominal or None}
            return called(kind, params, path)

        return make(self.path, assembled(self.params, ["river"], make))

    @model_validator(mode="after")
    def _predicts(self):
        guard(self.path, self.params)
        if self._stand_in(Schema(()), 0):
            return self
        from river import base, compose

        kinds = base.Classifier, base.Regressor, compose.Pipeline
        imported(self.path, ["river"], lambda it: isinstance(it, type) and issubclass(it, kinds))
        if not isinstance(last_step(self._example()), kinds[:2]):
            raise ValueError(f"{self.path} predicts nothing; let its last step do so")
        for step in [*getattr(self._example(), "steps", {}).values()][:-1]:
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
        model._learn_weighed(rows, weight)
        return model

    def tuned(self, rows, weight=None):
        model = self.copy()
        model._learn_weighed(rows, weight)
        return model

    def predict(self, X):
        return self._array([self._predict_one(x) for x in self._dicts(X)])

    def learn(self, rows):
        self._learn(zip(self._dicts(rows.X), rows.y.tolist()))

    def test_then_train(self, arrival):
        predicted = []
        due = zip(self._dicts(arrival.due_X), arrival.due_y.tolist())
        try:
            for x, m in zip(self._dicts(arrival.X), np.diff(arrival.due_by, prepend=0).tolist()):
                self._learn(islice(due, m))
                predicted.append(self._predict_one(x))
            self._learn(due)
        except Exception as error:
            locate(error, [*arrival.t, *arrival.due_t[-1:]][len(predicted)])
            raise
        return self._array(predicted)

    def _learn_weighed(self, rows, weight):
        weights = [{}] * len(rows.t) if weight is None else [{"w": w} for w in weight.tolist()]
        for x, y, weighed in zip(self._dicts(rows.X), rows.y.tolist(), weights):
            self._model.learn_one(x, y, **weighed)

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
        given = np.array(predicted)
        plain = given.dtype.kind in "bi" or not len(given)  # True is 1, which river learned as such
        return given.astype(self._type, copy=False) if plain else given

    def _dicts(self, X):
        """Rows as river has them: those with missing values lack their keys."""
        rows = (dict(zip(self._schema.names, x)) for x in X.tolist())
        if not self._schema.missing:
            return rows
        return ({name: value for name, value in x.items() if value == value} for x in rows)


def probabilities(known, n_classes):
    """Those of all classes, given those of the classes that river knows; else class 0."""
    shares = [known.get(label, 0.0) for label in range(n_classes)]
    total = sum(shares)
    return [share / total for share in shares] if total > 0 else [1.0] + [0.0] * (n_classes - 1)


def last_step(model):
    """The step of a pipeline that predicts; a model alone is its only step."""
    while isinstance(steps := getattr(model, "steps", None), dict):
        model = [None, *steps.values()][-1]
    return model


def with_more_classes(model):
    """How a model of two classes, or one in its place, predicts more of them."""
    path = ".".join([*type(model).__module__.split(".")[:2], type(model).__name__])
    wrapped = f"wrap it: {{kind: river.multiclass.OneVsRestClassifier, classifier: {path}}}"
    softmax = "river.linear_model.SoftmaxRegression"
    return f"{wrapped}, or name {softmax}" if path == LOGISTIC else wrapped


def roles_of(model):
    """Whether a model of river, or what stands in for one, is a classifier, and a regressor."""
    roles: Any = stand_ins.base
    if not isinstance(model, stand_ins.StandIn):
        from river import base as roles
    return isinstance(model, roles.Classifier), isinstance(model, roles.Regressor)


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
