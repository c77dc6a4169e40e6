"""Learners: the one interface to everything that learns."""

import copy
import io
import pickle
import random
from abc import ABC, abstractmethod
from collections.abc import Collection
from types import FunctionType
from typing import Any, ClassVar, Literal, Self

import numpy as np

from driftsim.kernels.stand_ins import stand_in
from driftsim.libraries import imported, not_there, parameters
from driftsim.parts import Imported, Part, refuse_renamed
from driftsim.rows import Arrival, Labelled, Schema, Unfit, locate, one_hot
from driftsim.safety import MEMBERS, within

WHOLE = type, FunctionType, np.ndarray, random.Random  # what is pickled with what holds it
LARGE, FEW = (*MEMBERS, "max_iter", "max_epochs", "n_init"), 3  # of a small model
ROUNDS = ("xgboost.", "catboost.")  # whose numbers of rounds have no default in their signature
WEIGHTLESS = "without weights; give the memory a number of labels, or chunk"
FRAME = 12  # bytes that open and close what is pickled


SHORT = {  # names of the field, to those that a scenario writes
    "arf": "adaptive_random_forest",
    "dwm": "dynamic_weighted_majority",
    "hat": "hoeffding_adaptive_tree",
    "hot": "hoeffding_option_tree",
    "oob": "oversampling_online_bagging",
    "osboost": "online_smooth_boost",
    "rose": "robust_online_self_adjusting",
    "samknn": "sam_knn",
    "sgbt": "streaming_gradient_boosted_trees",
    "srp": "streaming_random_patches",
    "uob": "undersampling_online_bagging",
    "vfdt": "hoeffding_tree",
}

OF_MOA = {  # the last part of its classes' names, likewise
    "AdaptiveRandomForest": "adaptive_random_forest",
    "AdaptiveRandomForestRegressor": "adaptive_random_forest_regressor",
    "DriftDetectionMethodClassifier": "drift_restart",
    "DynamicWeightedMajority": "dynamic_weighted_majority",
    "EFDT": "river.tree.ExtremelyFastDecisionTreeClassifier",
    "FIMTDD": "fimt_dd",
    "HoeffdingAdaptiveTree": "hoeffding_adaptive_tree",
    "HoeffdingOptionTree": "hoeffding_option_tree",
    "HoeffdingTree": "hoeffding_tree",
    "LearnNSE": "learn_pp_nse",
    "LeveragingBag": "leveraging_bagging",
    "MajorityClass": "majority",
    "NaiveBayes": "naive_bayes",
    "NoChange": "no_change",
    "OnlineSmoothBoost": "online_smooth_boost",
    "OzaBag": "online_bagging",
    "OzaBoost": "online_boosting",
    "SAMkNN": "sam_knn",
    "StreamingGradientBoostedTrees": "streaming_gradient_boosted_trees",
    "StreamingRandomPatches": "streaming_random_patches",
    "kNN": "knn",
    "kNNwithPAWandADWIN": "adaptive_knn",
}


class Learner(Part):
    """A way to learn. It never changes; the models it starts do."""

    homes = ("driftsim.learners", "driftsim.learners.online")
    sees: ClassVar[Literal["X", "posterior"]] = "X"  # what its models are given of each row
    library: ClassVar[str | None] = None  # the distribution that its models are of
    weighs: ClassVar[bool] = False  # its models' `fit` takes weights
    takes_missing: ClassVar[bool] = False  # its models take NaN, for no value
    trained: ClassVar[bool] = False  # its model is in force as it is given, without a warm-up
    renamed_members = {"fault": "incompatibility"}
    sought = {
        word: f"write {kind}" for short, kind in SHORT.items() for word in (short, short.upper())
    } | {name: f"write {kind}" for name, kind in OF_MOA.items()}
    _allowed: tuple[str, ...] = ()  # packages that the user lets it name

    def model_post_init(self, context, /):
        super().model_post_init(context)
        self._allowed = tuple((context or {}).get("allow", ()))

    @property
    def context(self):
        return super().context | {"allow": self._allowed}

    @classmethod
    def lacks(cls, kind):
        known = kind.rpartition(".")[2] in cls.sought  # of a library that there is not
        return super().lacks(kind) or (None if known else not_there(kind))

    @property
    def libraries(self) -> tuple[str, ...]:
        """The distributions whose versions its answers depend on."""
        return (self.library,) if self.library else ()

    @property
    def learns_on(self) -> bool:
        """Whether its models can `learn` after they have been started or fitted."""
        return True

    @property
    def hindrance(self) -> str:
        """By which parameter they cannot, though others of its class can: ` with …`, or nothing."""
        return ""

    def untunable(self, weighed: bool = False) -> str | None:
        """Why its models cannot be `tuned`, on rows with weights if `weighed`; None if they can."""
        if not self.learns_on:
            return f"{self.title} does not learn on from a trained model; use from: scratch"
        return f"{self.title} learns on {WEIGHTLESS}" if weighed else None

    @property
    def title(self) -> str:
        """What it is called in a message."""
        return self.kind()

    @property
    def notes(self) -> tuple[str, ...]:
        """Where it deviates from its parameters, in sentences without a full stop."""
        return ()

    def engine(self, schema: Schema) -> str:
        """What its models run on: `compiled`, or a library, and why no kernel serves."""
        return self.library or "numpy"

    def small(self) -> "Learner":
        """The same with few members in each ensemble and few passes, to be tried at little cost."""
        return self

    @abstractmethod
    def start(self, schema: Schema, seed: int, probabilities: bool = False) -> "Model":
        """A new model that has learned nothing yet, and predicts class 0.

        With `probabilities` it predicts those of all classes, (n, k), in the place of labels.
        """

    def incompatibility(self, schema: Schema, probabilities: bool = False) -> str | None:
        """Why it cannot learn rows of this schema, or not give probabilities, or None."""

    def untaken_gaps(self, schema: Schema) -> str | None:
        """Why it cannot learn rows with the missing values of this schema, or None."""
        if not schema.missing or self.takes_missing:
            return None
        kind = "Regressor" if schema.regression else "Classifier"
        return (
            f"{self.title} takes no missing values, and column "
            f"'{schema.names[min(schema.missing)]}' has some; write missing: {{fill: mean}}, put "
            "a sklearn.impute.SimpleImputer before it, or use a learner that takes them, such as "
            f"sklearn.ensemble.HistGradientBoosting{kind}"
        )


class LibraryLearner(Imported, Learner, extra="allow"):
    """A classifier or regressor of a library, by its path and with its own parameters."""

    @property
    def title(self):
        return self.path.rpartition(".")[2]

    @property
    def packages(self) -> tuple[str, ...]:
        """Those below which paths within its parameters name objects."""
        return (self.package,)

    def small(self):
        written = {"kind": self.path, **self.params}
        update = {key: one for key, one in smaller(written, self.packages).items() if key != "kind"}
        return self.model_copy(update=update)


class Model(ABC):
    """What has been learned so far."""

    needs_compiling: ClassVar[bool] = False  # whether `compile` would take seconds

    def __init_subclass__(cls, **settings):
        super().__init_subclass__(**settings)
        refuse_renamed(cls.__name__, dir(cls), {"load": "compile", "cold": "needs_compiling"})

    def compile(self) -> None:  # noqa: B027  most have nothing to load
        """Load the code it runs on, or compile it where that has not been done yet."""

    def will_ask(self) -> bool:
        """Prepare to ask for labels while it predicts an `OpenArrival`; False if it cannot."""
        return False

    @abstractmethod
    def fit(self, rows: Labelled, weight: np.ndarray | None = None) -> "Model":
        """A new model, trained on labelled rows alone; this one stays as it is.

        `weight` (m,) is how much each row counts. No rows give a model that predicts class 0.
        """

    @abstractmethod
    def predict(self, X: np.ndarray) -> np.ndarray:
        """Predict rows (n, d): labels (n,), or probabilities (n, k). The model does not change."""

    @abstractmethod
    def learn(self, rows: Labelled) -> None:
        """Train this model further on labelled rows, in order."""

    def tuned(self, rows: Labelled, weight: np.ndarray | None = None) -> "Model":
        """A new model that goes on from this one on labelled rows (fine-tuning); this one stays.

        `weight` (m,) is how much each row counts. Raises `ValueError` if it cannot be heeded.
        """
        if weight is not None:
            raise ValueError(f"{type(self).__name__} learns on without weights")
        model = self.copy()
        model.learn(rows)
        return model

    def stays_after(self, rows: Labelled) -> bool:
        """Whether a training on these rows gives this model as it is, which then counts as none."""
        return False

    def scored_from(self, row: int) -> "Model":
        """The model for a stream whose rows before this one are its warm-up."""
        return self

    def copy(self) -> Self:
        """An independent copy."""
        return copy.deepcopy(self)

    def size(self) -> float:
        """The bytes it takes to keep the model; NaN for one that cannot be kept."""
        try:
            return pickled(self)
        except RecursionError:
            return pickled_in_pieces(self)
        except Exception:  # a measurement never ends a run
            return np.nan

    def test_then_train(self, arrival: Arrival) -> np.ndarray:
        """Predict each row after learning the labels that have come in before it, then the rest.

        A model that learns row by row does the whole of this in one compiled loop. It is
        not asked to predict no rows.
        """
        due, due_by, n = arrival.due, arrival.due_by, len(arrival.t)
        learned, predicted = 0, []
        stops = np.flatnonzero(np.diff(due_by, prepend=0))  # the rows before which labels come in
        for start, stop in zip([0, *stops], [*stops, n]):
            for i in range(learned, due_by[start]):
                self._learn_one(due.part(slice(i, i + 1)))
            learned = due_by[start]
            if start < stop:
                of_rows = predicted_of(self, arrival.X[start:stop], arrival.t[start:stop])
                predicted.append(of_rows)
        return np.concatenate(predicted or [np.zeros(0)])

    def _learn_one(self, row):
        try:
            self.learn(row)
        except Exception as error:
            locate(error, row.t[0])
            raise


class Sizing(pickle.Pickler):
    """Pickles without the states of generators, whose digits differ in how many bytes they take.

    A class or function of a notebook is only named: another process cannot import it.
    """

    def reducer_override(self, thing):
        if isinstance(thing, type | FunctionType) and thing.__module__ == "__main__":
            return str, (thing.__qualname__,)
        return (random.Random, ()) if isinstance(thing, random.Random) else NotImplemented


class Pieces(Sizing):
    """Pickles one object without those within it, which wait to be pickled after it."""

    def __init__(self, file, model):
        super().__init__(file)
        self.waiting, self._one = [model], model
        self._numbers = {id(model): 0}

    def dump(self, thing):
        self._one = thing
        super().dump(thing)

    def persistent_id(self, thing):
        holds = hasattr(thing, "__dict__") or hasattr(type(thing), "__slots__")
        if thing is self._one or isinstance(thing, WHOLE) or not holds:
            return None
        if id(thing) not in self._numbers:
            self._numbers[id(thing)] = len(self.waiting)
            self.waiting.append(thing)
        return self._numbers[id(thing)]


def pickled(model):
    """How many bytes a model takes."""
    with io.BytesIO() as file:
        Sizing(file).dump(model)
        return file.tell()


def pickled_in_pieces(model):
    """The same of one that is nested too deeply, such as a tree that is a chain; NaN if unknown."""
    with io.BytesIO() as file:
        pickler = Pieces(file, model)
        try:
            for thing in pickler.waiting:  # which grows in this loop
                pickler.dump(thing)
        except Exception:
            return np.nan
        return file.tell() - FRAME * (len(pickler.waiting) - 1)


def predicted_of(model, X, t):
    """What a model predicts of rows at positions `t`; an error is given that of the row."""
    try:
        return model.predict(X)
    except Unfit as unfit:  # names one of these rows
        raise Unfit(t[unfit.row], unfit.about) from None
    except Exception as error:
        locate(error, t[first_failing(model, X)])
        raise


def first_failing(model, X):
    """The index of the first row that a model does not predict, of rows that raise an error."""
    fine, fails = 0, len(X)  # how many rows it predicts, and how many it does not
    while fails - fine > 1:
        middle = (fine + fails) // 2
        try:
            model.predict(X[:middle])
            fine = middle
        except Exception:
            fails = middle
    return max(fails - 1, 0)


def smaller(written: Any, packages: Collection[str]) -> Any:
    """What a scenario writes of objects of libraries, with few members and passes in each."""
    match written:
        case list():
            return [smaller(one, packages) for one in written]
        case str() if within(written, packages):
            return smaller({"kind": written}, packages)
        case {"kind": str(path), **given}:
            params = {key: smaller(one, packages) for key, one in given.items()}
            return {"kind": path, **params, **fewer(path, params, packages)}
        case dict():
            return {key: smaller(one, packages) for key, one in written.items() if key != "kind"}
    return written


def fewer(path: str, params: dict, packages: Collection[str]) -> dict[str, int]:
    """The parameters, given or defaults, that make a library's object large, reduced to FEW."""
    try:
        kind = stand_in(path) or imported(path, packages, lambda it: isinstance(it, type))
        known = parameters(kind)
    except ValueError:  # a function, or no such thing, which is refused where it is made
        return {}
    asked = {name: params.get(name, known[name].default) for name in LARGE if name in known}
    asked |= {name: params[name] for name in MEMBERS if name in params}  # also by another name
    if path.startswith(ROUNDS) and not params.keys() & {*MEMBERS}:
        return {"n_estimators": FEW}
    return {name: FEW for name, n in asked.items() if type(n) is int and n > FEW}


def given(labels, n_classes, probabilities):
    """Labels (n,), or as probabilities (n, k) where those are asked for."""
    return one_hot(labels, n_classes) if probabilities else labels


def mismatch(title: str, classifies: bool, regresses: bool, schema: Schema) -> str | None:
    """Why an estimator does not predict labels of this schema, or None."""
    if schema.regression and not regresses:
        return f"{title} predicts classes, and the labels are numbers; name a regressor"
    if not schema.regression and not classifies:
        return f"{title} predicts numbers, and the labels are classes; name a classifier"
    return None
