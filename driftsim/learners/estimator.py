"""Estimators: `{kind: lightgbm.LGBMClassifier, num_leaves: 15}`, by scikit-learn's interface."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

import numpy as np
from pydantic import Field, model_validator

from driftsim.learners.adapters import adapted
from driftsim.learners.column_names import by_index, names_columns
from driftsim.learners.conventions import BOOSTERS, SEEDS, THREADS, Conventions, conventions
from driftsim.learners.frames import Frames, asks_for_frames, columns_of
from driftsim.learners.grids import check_names
from driftsim.learners.learner import LibraryLearner, mismatch
from driftsim.learners.seen import seen
from driftsim.learners.sklearn import (
    Classifier,
    Regressor,
    is_estimator,
    nameable,
    paired,
    searched,
    steps,
    takes_missing,
    updatable,
    values,
)
from driftsim.learners.tuning import untunable, withheld
from driftsim.libraries import (
    CHECKED,
    assembled,
    called,
    distribution,
    imported,
    is_class_path,
    may_be_allowed,
    not_allowed,
)
from driftsim.messages import brief
from driftsim.parts import Number
from driftsim.safety import ESTIMATORS, GRIDS, OPEN, guard, values_of, within

LATER = {"lightgbm": "categorical_feature", "catboost": "cat_features"}  # that `fit` is given
FitShare = Annotated[Number, Field(gt=0, lt=1)]  # of the rows of a fit


class Estimator(LibraryLearner):
    """Any classifier or regressor of scikit-learn's interface, such as lightgbm.LGBMClassifier.

    It learns on if it has `partial_fit`. Its library is scikit-learn, LightGBM, XGBoost,
    CatBoost, imbalanced-learn, skorch, or another that the user has allowed.
    """

    package = "sklearn"
    others = tuple(ESTIMATORS)
    omitted = ("validation", "as_frame")

    validation: FitShare | None = None  # the last rows of a fit, which boosters stop by
    as_frame: bool | None = None  # rows as DataFrames; else where parameters ask for it

    @classmethod
    def holds(cls, path):
        head, _, rest = path.partition(".")
        return bool(rest) and (head in (cls.package, *cls.others) or may_be_allowed(head))

    @property
    def packages(self):
        return (self.package, *self.others, *self._allowed)

    @property
    def library(self) -> str:  # type: ignore[override]  # that of the path
        return distribution(self.path.partition(".")[0])

    @property
    def libraries(self):
        return tuple(map(distribution, self._heads))

    @property
    def _heads(self) -> list[str]:
        """The packages that it names."""
        paths = [self.path, *(one for _, one, _ in values_of(self.params) if isinstance(one, str))]
        return [
            *dict.fromkeys(one.partition(".")[0] for one in paths if within(one, self.packages))
        ]

    @property
    def learns_on(self):
        return self._known("learns_on", updatable)

    @property
    def hindrance(self):
        found = self._known("hindrance", hindrance_of)
        return f" with {found}" if found else ""

    @property
    def weighs(self) -> bool:  # type: ignore[override]  # as the class does
        return self._known("weighs", weighs)

    def untunable(self, weighed=False):
        if self.validation is not None:
            return (
                f"{self.title} cannot go on from a fitted model with a validation set; use "
                "from: scratch, or leave out 'validation'"
            )
        return self._known(f"untunable {weighed}", lambda one: untunable(one, weighed))

    @property
    def takes_missing(self) -> bool:  # type: ignore[override]  # by its tags
        return self._known("takes_missing", takes_missing)

    @property
    def notes(self):
        return tuple(
            f"{name} is 1, not {', '.join(map(brief, asked))}: a run has one core"
            for name in THREADS
            if (asked := [n for n in values(self.params, name) if n not in (None, 1)])
        )

    def start(self, schema, seed, probabilities=False):
        estimator = self._for_rows(schema, seed)
        if schema.regression:
            return Regressor(estimator)
        return Classifier(estimator, schema.n_classes, probabilities)

    def incompatibility(self, schema, probabilities=False):
        if self._framed or self._adapted or self._known("names_columns", names_columns):
            try:
                self._for_rows(schema, 0)
            except ValueError as error:
                return str(error)
        classifies, regresses = self._known("roles", roles_of)
        if reason := mismatch(self.title, classifies, regresses, schema):
            return reason
        if probabilities and not schema.regression and not self._known("probable", probable):
            given = f"{self.title} gives no probabilities"
            return f"{given}; leave out evaluation.probabilities and evaluation.scores"
        return None

    @classmethod
    def of_steps(cls, specs, allowed=(), **fields):
        """The learner that is one step after another."""
        named = [[f"step {i + 1}", spec] for i, spec in enumerate(specs)]
        samples = any("imblearn." in str(spec) for spec in specs)
        path = f"{'imblearn' if samples else 'sklearn'}.pipeline.Pipeline"
        return cls.model_validate(
            {"path": path, "steps": named, **fields}, context={"allow": allowed}
        )

    @property
    def _conventions(self) -> Conventions:
        return conventions(self.path)

    @property
    def _consecutive(self) -> bool:
        """Whether something in it takes only the classes 0, 1, … without a gap.

        LightGBM does not translate the labels that it stops by as it does the others.
        """
        return self.validation is not None or any(
            conventions(f"{head}.").consecutive for head in self._heads
        )

    @property
    def _framed(self) -> bool:
        """Whether it is given rows as DataFrames."""
        return bool(self.as_frame) or (self.as_frame is None and asks_for_frames(self.params))

    @property
    def _adapted(self) -> bool:
        """Whether it needs more than arrays of rows, or is not of scikit-learn alone."""
        return self.validation is not None or self._heads != [self.package]

    def _known(self, name: str, look: Callable[[Any], Any]) -> Any:
        """What there is to see of the unfitted estimator, perhaps in an earlier command."""

        def looked():
            imported(self.path, self.packages, is_estimator)
            return look(self._estimator(0))

        return seen([self.path, self.params], self.libraries, name, looked)

    def _for_rows(self, schema, seed):
        """The unfitted estimator for rows of a schema; `ValueError` where it asks for others."""
        rules, new = self._conventions, self._estimator(seed)
        framed = self._framed
        if not framed:
            new = by_index(new, schema.names)
            if not self._adapted:
                return new
        fitting, words = self._with_categories(schema) if framed else ({}, ())
        return adapted(
            new,
            rows=Frames(schema, rules.letters, tuple(words)) if framed else None,
            classifies=not schema.regression,
            consecutive=not schema.regression and self._consecutive,
            validation=self.validation,
            fitting=fitting | (rules.silent if self.validation else {}),
        )

    def _with_categories(self, schema):
        """What `fit` is given of nominal columns, and those that have to be texts.

        Each library has a way of its own to name them.
        """
        rules = self._conventions
        asked = self.params.get(rules.categorical) if rules.categorical else None
        named = columns_of(asked, schema) if asked not in (None, False) else []
        if self.path.startswith("lightgbm."):
            plain = Frames(schema, rules.letters).names
            found = [plain[schema.names.index(name)] for name in named]
            return {"categorical_feature": "auto" if asked in ("auto", None) else found}, ()
        if self.path.startswith("catboost."):
            words = [schema.names[j] for j in schema.nominal if asked is None] + named
            return {"cat_features": words}, words
        return {}, ()

    def _estimator(self, seed):
        """The unfitted estimator, every open seed in it drawn from the seed."""
        make = partial(self._made, np.random.default_rng(seed))
        later = LATER.get(self.path.partition(".")[0])
        params = {name: one for name, one in self.params.items() if name != later}
        return make(self.path, assembled(params, self.packages, make))

    def _made(self, rng, path, params):
        """What there is at a path, made of parameters if it is the class of an estimator."""
        trusted = not within(path, (*OPEN, *ESTIMATORS))  # a class of it can be anything
        kind = imported(path, self.packages, callable if trusted else nameable)
        if not isinstance(kind, type) or (trusted and not is_estimator(kind)):
            return kind  # a function, such as a score, or a class to be given as it is
        return made(kind, path, {name: paired(one) for name, one in params.items()}, rng)

    @model_validator(mode="after")
    def _predicts(self):
        for path in filter(
            is_class_path, [self.path, *(one for _, one, _ in values_of(self.params))]
        ):
            if reason := not_allowed(path, self.packages):
                raise ValueError(reason)
        guard(self.path, self.params)
        for thread in THREADS:
            if name := next(searched(self.params, thread), None):
                raise ValueError(
                    f"{self.path}: {name} is searched, but a run has one core; leave it out"
                )
        self._known("predicts", self._check)
        return self

    def _check(self, estimator):
        """Refuse an estimator that predicts nothing, or with a step that transforms nothing."""
        if not any(roles_of(estimator)):
            raise ValueError(f"{self.path} predicts nothing; name a classifier or a regressor")
        for step in steps(estimator)[:-1]:
            if not hasattr(step, "transform") and not hasattr(step, "fit_resample"):
                raise ValueError(f"{type(step).__name__} transforms nothing; make it the last step")

    @model_validator(mode="after")
    def _names_columns(self):
        within = [*values([*self.params.values()], "kind")]
        for head, rules in BOOSTERS.items():
            for name in values([*self.params.values()], rules.categorical):
                if name and any(str(path).startswith(f"{head}.") for path in within):
                    raise ValueError(
                        f"{self.path}: {rules.categorical} is for a booster that is the learner "
                        "itself; within another, it is not given the columns of the stream"
                    )
        if self.as_frame is False and asks_for_frames(self.params):
            raise ValueError(
                f"{self.path}: a parameter asks for the names or types of columns, which arrays "
                "do not have; leave out as_frame: false"
            )
        return self

    @model_validator(mode="after")
    def _stops_early(self):
        rules = self._conventions
        if self.validation is not None and not rules.validates:
            raise ValueError(
                f"{self.path} takes no validation set; leave out 'validation', or name a booster "
                "of LightGBM, XGBoost or CatBoost that is no step of another"
            )
        asked = [name for name in rules.stopping if self.params.get(name)]
        if asked and self.validation is None:
            raise ValueError(
                f"{self.path}: {asked[0]} needs rows to stop by; give validation: 0.1, which is "
                "the share of the training rows, the last of them, that are held back"
            )
        return self


def roles_of(estimator: Any) -> list[bool]:
    """Whether an estimator is a classifier, and a regressor."""
    from sklearn.base import is_classifier, is_regressor

    return [is_classifier(estimator), is_regressor(estimator)]


def probable(estimator: Any) -> bool:
    """Whether an estimator gives probabilities."""
    return hasattr(estimator, "predict_proba")


def weighs(estimator: Any) -> bool:
    """Whether the `fit` of an estimator takes weights of its rows."""
    from sklearn.utils.validation import has_fit_parameter

    *before, last = steps(estimator)
    resampled = any(hasattr(one, "fit_resample") for one in before)
    return not resampled and has_fit_parameter(last, "sample_weight")


def hindrance_of(estimator: Any) -> str | None:
    """The parameter by which an estimator refuses to learn on, though others of its class can."""
    return next(filter(None, map(withheld, steps(estimator))), None)


def made(kind: type, path: str, params: dict[str, Any], rng: np.random.Generator) -> Any:
    """An object of a library, with its open seeds drawn, and one thread."""
    rules = conventions(path)
    if rules.seeds:
        params = rules.completed(params, int(rng.integers(2**31)))
    elif not params.keys() & {*rules.output}:
        params = dict(rules.quiet) | params
    one = called(kind, params, path, rules.beyond(params))
    for name in GRIDS:
        check_names(one, params.get(name))
    if hasattr(one, CHECKED) and hasattr(one, "_validate_params"):
        called(one._validate_params, {}, path)
    if rules.seeds:
        return one
    if getattr(one, "random_state", 0) is None:
        one.random_state = int(rng.integers(2**31))
    if getattr(one, "n_jobs", None) is not None:
        one.n_jobs = 1  # a run owns one core
    return one if within(path, (*OPEN, *ESTIMATORS)) else restrained(one, rng)


def restrained(one: Any, rng: np.random.Generator) -> Any:
    """An object of a package that the user has allowed, its open seeds drawn, and one thread."""
    known = one.get_params(deep=False) if hasattr(one, "get_params") else {}
    seeds = [name for name in SEEDS if name in known and known[name] is None]
    threads = [name for name in THREADS if name in known]
    if seeds or threads:
        drawn = {name: int(rng.integers(2**31)) for name in seeds}
        one.set_params(**drawn, **dict.fromkeys(threads, 1))
    return one
