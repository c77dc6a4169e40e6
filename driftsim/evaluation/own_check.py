"""Own check: whether people's own learners and policies do as they promise, tried at load."""

import sys
import traceback
from pathlib import Path
from typing import Any

import numpy as np

from driftsim.learners.learner import Model
from driftsim.learners.prediction_check import PredictionCheck
from driftsim.objects import content_key
from driftsim.parts import Strict, parts_in
from driftsim.rows import Arrival, Event, Labelled, Schema, WarmUp

MADE_ANEW = "let it make a new model, train that one and return it"


class Unkept(ValueError):
    """What a class of people's own does not do as its family promises, and what would be right."""


def own_parts(part: Strict) -> list[Strict]:
    """The parts of people's own classes in a part, with itself."""
    return [one for one in parts_in(part) if is_own(one)]


def is_own(part: Any) -> bool:
    """Whether a part is of a class that does not ship with driftsim."""
    return not type(part).__module__.startswith("driftsim.")


def raised_at(error: BaseException, parts: list[Strict]) -> str:
    """Where in people's own files an error was raised: ` (my_parts.py:12)`, or nothing."""
    modules = {sys.modules.get(type(one).__module__) for one in parts}
    files = {getattr(module, "__file__", None) for module in modules}
    frames = [one for one in traceback.extract_tb(error.__traceback__) if one.filename in files]
    return f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""


def refuse_changes(model: Model, verb: str, rows: Labelled, schema: Schema) -> None:
    """Raise `Unkept` if `fit` or `tuned`, the verb, changes the model that it is called on."""
    try:
        changed = changes(model, verb, rows, schema)
    except Exception:  # a policy need not call it
        return
    if changed:
        what = f"{type(model).__name__}.{verb} changes the model that it is called on"
        raise Unkept(f"{what}; {MADE_ANEW}")


def changes(model: Model, verb: str, rows: Labelled, schema: Schema) -> bool:
    """Whether a trained model is another one after trainings on other labels."""
    trained = getattr(model, verb)(rows)
    predicted = trained.predict(rows.X)
    steady = np.array_equal(predicted, trained.predict(rows.X), equal_nan=True)
    fewer = rows.part(slice(1, None))  # so that no share of a class is the same
    content, other = content_of(trained), fewer._replace(y=wrong_labels(fewer.y, schema))
    last = [getattr(trained, verb)(other) for _ in range(3)][-1]
    if last is trained and content is not None and content != content_of(trained):
        return True  # one that learns nothing may return itself
    return steady and not np.array_equal(predicted, trained.predict(rows.X), equal_nan=True)


def content_of(model: Model) -> str | None:
    """A hash of what a model holds; None where it cannot be read."""
    try:
        return content_key(model, generators=False)
    except ValueError:
        return None


def wrong_labels(y: np.ndarray, schema: Schema) -> np.ndarray:
    """Labels of which each is another one."""
    return (y + 1) % schema.n_classes if schema.n_classes else y + np.ptp(y) + 1


def play(policy: Any, model: Model, check: PredictionCheck, rows: tuple, schema: Schema) -> None:
    """Have a policy keep a model up to date over a few rows, at first right and then wrong ones.

    `rows` are those to train on and some after them. Raises `ValueError` for predictions of too few
    rows or too many, and whatever the policy raises.
    """
    history, after = rows
    along = Labelled.joined([after, history._replace(y=wrong_labels(history.y, schema))])
    start, n = len(history.t), len(along.t)
    along = along._replace(t=np.arange(start, start + n))
    arrivals = iter([at_once(along.part(slice(0, n // 2))), at_once(along.part(slice(n // 2, n)))])
    besides: list[Any] = [[]] if policy.knows == "changes" else []
    given = WarmUp.before(start, history), arrivals, np.random.default_rng(0), *besides
    done = 0
    for one in policy.run(model, *given):
        if not isinstance(one, Event):
            stop = done + len(one)
            check.checked(one, along.t[done:stop])
            done = stop
    if done != n:
        how = f"{abs(n - done):,} rows too {'few' if done < n else 'many'}"
        right = "yield a prediction for each row that arrives, in order"
        raise Unkept(f"it predicts {how}; {right}")


def at_once(rows: Labelled) -> Arrival:
    """Rows that arrive, each label before the next row."""
    return Arrival(rows.t, rows.X, *rows, np.arange(len(rows.t) + 1))
