"""river models: `{kind: river.tree.HoeffdingTreeClassifier, grace_period: 100}`."""

import math
import random
from functools import partial
from itertools import islice

import numpy as np
from pydantic import model_validator

from driftsim.learners.learner import Learner, Model
from driftsim.parts import Imported, assembled, called, imported, parameters, short
from driftsim.rows import Schema

PLAIN = {"int": int, "float": (int, float), "bool": bool, "str": str, "None": type(None)}


class River(Imported, Learner, extra="allow"):
    """Any river classifier, by path."""

    package = library = "river"

    @property
    def title(self):
        return self.path.rpartition(".")[2]

    def start(self, schema, seed):
        return RiverModel(partial(self._classifier, schema, seed), schema.names)

    def fault(self, schema):
        if schema.n_classes > 2 and not last_step(self._classifier(schema, 0))._multiclass:
            return (
                f"{self.title} tells two classes apart, and the stream has {schema.n_classes}; "
                f"wrap it: {{kind: river.multiclass.OneVsRestClassifier, classifier: {self.path}}}"
            )

    @classmethod
    def of_steps(cls, specs):
        """The learner that is one step after another."""
        return cls(path="river.compose.Pipeline", steps=specs)

    def _classifier(self, schema, seed):
        """A classifier that has learned nothing, every open seed in it drawn from the seed."""
        rng = random.Random(seed)

        def make(path, params):
            kind = imported(path, "river", lambda it: isinstance(it, type))
            if path == "river.compose.Pipeline":
                return kind(*params.get("steps", []))
            known = parameters(kind)
            check(path, params, known)
            if "seed" in known and params.get("seed") is None:
                params = params | {"seed": rng.randrange(2**31)}
            if "nominal_attributes" in known and "nominal_attributes" not in params:
                nominal = [schema.names[j] for j in schema.nominal]
                params = params | {"nominal_attributes": nominal or None}
            return called(kind, params, path)

        classifier = make(self.path, assembled(self.model_extra, "river", make))
        reseed(classifier, rng)
        return classifier

    @model_validator(mode="after")
    def _classifies(self):
        from river import base, compose

        kinds = base.Classifier, compose.Pipeline
        imported(self.path, "river", lambda it: isinstance(it, type) and issubclass(it, kinds))
        if not isinstance(last_step(self._classifier(Schema(()), 0)), base.Classifier):
            raise ValueError(f"{self.path} is not a classifier; let its last step be one")
        return self


class RiverModel(Model):
    """A classifier of river, which is given dicts of features by name."""

    def __init__(self, make, names):
        self._make, self._names = make, names
        self._classifier = make()

    def fit(self, rows, weight=None):
        model = RiverModel(self._make, self._names)
        weights = [{}] * len(rows.t) if weight is None else [{"w": w} for w in weight.tolist()]
        for x, y, weighed in zip(self._dicts(rows.X), rows.y.tolist(), weights):
            model._classifier.learn_one(x, y, **weighed)
        return model

    def predict(self, X):
        return np.array([self._predict_one(x) for x in self._dicts(X)], np.int64)

    def learn(self, rows):
        self._learn(zip(self._dicts(rows.X), rows.y.tolist()))

    def test_then_train(self, arrival):
        predicted = []
        due = zip(self._dicts(arrival.due_X), arrival.due_y.tolist())
        for x, m in zip(self._dicts(arrival.X), np.diff(arrival.due_by, prepend=0).tolist()):
            self._learn(islice(due, m))
            predicted.append(self._predict_one(x))
        self._learn(due)
        return np.array(predicted, np.int64)

    def _learn(self, labelled):
        for x, y in labelled:
            self._classifier.learn_one(x, y)

    def _predict_one(self, x):
        return self._classifier.predict_one(x) or 0  # None, until the first label

    def _dicts(self, X):
        """Rows as river has them."""
        return (dict(zip(self._names, x)) for x in X.tolist())


def last_step(model):
    """The step of a pipeline that predicts; a model alone is its only step."""
    from river.compose import Pipeline

    while isinstance(model, Pipeline):
        model = [None, *model.steps.values()][-1]
    return model


def check(path, params, known):
    """Refuse a parameter that is not of the plain type river says it is, which river does not."""
    for name, value in params.items():
        words = str(known[name].annotation if name in known else "").replace(" ", "").split("|")
        if not all(word in PLAIN for word in words):
            continue
        fits = any(isinstance(value, PLAIN[word]) for word in words)
        if not fits or (isinstance(value, bool) and "bool" not in words):
            raise ValueError(f"{path}: {name} is {short(value)}; it should be {' or '.join(words)}")
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError(f"{path}: {name} is {value}; it should be a finite number")


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
