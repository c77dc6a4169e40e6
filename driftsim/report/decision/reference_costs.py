"""Reference costs: what simple predictors cost, and the constant that is cheapest in hindsight."""

from functools import partial
from typing import Any

import numpy as np

from driftsim.evaluation.decision.prices import classes_of
from driftsim.evaluation.moments import Moments
from driftsim.evaluation.trace import LABEL_MOMENTS, Trace, scored_rows
from driftsim.report.variant_results import Columns, ContenderResult, TracedRun, VariantResults

ORACLE = "oracle"  # which nobody could do as
ALWAYS = "always "  # before the class of a constant
PER_CLASS = 12  # classes, from which on only the cheapest constants are of interest
Constant = dict[str, Any]  # the columns that the predictions of a constant leave


def reference_results(one: VariantResults) -> dict[str, ContenderResult]:
    """The references of a variant whose costs are known, the cheapest constant last, by name.

    Those that see labels have all of them at once, and pay for them. A constant is known in
    hindsight alone: of classes that which costs least, of numbers their mean, where squared errors
    have a price.
    """
    if "reference costs" not in one.known:
        found = {name: priced(own) for name, own in seeing_labels(one).items()}
        found = {name: own for name, own in found.items() if own is not None}
        one.known["reference costs"] = found | cheapest_constant(one)
    return one.known["reference costs"]


def cheapest_constant(one: VariantResults) -> dict[str, ContenderResult]:
    """The constant that costs least in the mean over the seeds, by its name; none if not known."""
    if not one.complete:
        return {}
    prices, first = one.scenario.priced, next(iter(one.complete.values()))
    if one.scenario.stream.schema.regression:
        known = prices.prices.squared_error is not None and has_moments(one)
        return constants(one, []) if known else {}
    if "actual" not in first.totals:
        return {}
    return constants(one, [int(np.argmin(mean_counts(first) @ prices.matrix))])


def mean_counts(result: ContenderResult) -> np.ndarray:
    """The rows of each class (k,), the mean over seeds."""
    return result.per_seed(result.totals["actual"]).mean(axis=0)


def constants(one: VariantResults, classes: list[int]) -> dict[str, ContenderResult]:
    """What the predictions of some classes leave, or of the mean of numbers, by their names."""
    first = next(iter(one.complete.values()))
    schema, models = one.scenario.stream.schema, one.scenario.models
    if schema.regression:
        named = {f"{ALWAYS}the mean": of_mean}
    else:
        named = {
            f"{ALWAYS}{classes_of(schema)[c]}": partial(of_class, c, one.scenario.priced.by_answer)
            for c in classes
        }
    return {
        name: derived(first, name, [columns(run.columns) for run in first.runs])
        for name, columns in named.items()
        if name not in models
    }


def of_class(c: int, by_answer: bool, columns: Columns) -> Constant:
    """What it leaves to predict one class for each row."""
    return by_class(columns["actual"], np.full(len(columns["actual"]), c), by_answer)


def of_mean(columns: Columns) -> Constant:
    """What it leaves to predict the mean of all labels for each row."""
    n, mean, spread = scored_rows(columns), *(columns[name] for name in LABEL_MOMENTS)
    whole = Moments(n, mean, spread).over([0]).mean
    unknown = np.full(len(n), np.nan)  # as the median would lose least in absolute errors
    return {"squared_error": spread + n * (mean - whole) ** 2, "absolute_error": unknown}


def by_class(actual: np.ndarray, predicted: np.ndarray, by_answer: bool) -> Constant:
    """The right answers of one class in each interval (n,) to rows by class (n, k).

    `by_answer` with counts of each answer, where these have prices of their own.
    """
    chosen = np.eye(actual.shape[1], dtype=np.int64)[predicted]
    right = {"correct": actual * chosen}
    if not by_answer:
        return right
    return right | {"confusion": (actual[:, :, None] * chosen[:, None]).reshape(len(actual), -1)}


def seeing_labels(one: VariantResults) -> dict[str, ContenderResult]:
    """The references that see labels."""
    models = one.scenario.models
    return {name: own for name, own in one.results.items() if name not in {*models, ORACLE}}


def priced(result: ContenderResult) -> ContenderResult | None:
    """A reference with all that its cost is made of; None where that is not known.

    Traces have its right answers in all. By class they follow: in each interval it predicts the
    same class, which has as many rows, or, of two classes, its mistakes on both alternate.
    """
    found = [of_reference(result, run) for run in result.runs]
    known = [one for one in found if one is not None]
    return derived(result, result.contender, known) if len(known) == len(found) else None


def of_reference(result: ContenderResult, run: TracedRun) -> Constant | None:
    """The further columns of the run of a reference."""
    rows, warmup = run.columns["rows"], result.scenario.rules.warmup
    own: Constant = {"labels": rows + warmup * (np.arange(len(rows)) == 0)}
    if result.scenario.stream.schema.regression:
        return own
    prices = result.scenario.priced
    known = right_answers(result.contender, run.columns, prices.by_answer)
    differ = isinstance(prices.prices.mistake, dict)
    return None if known is None and differ else own | (known or {})


def right_answers(name: str, columns: Columns, by_answer: bool) -> Constant | None:
    """The right answers of a reference by class, whose sum is known; None where they are not."""
    actual, correct = columns["actual"], columns["correct"].sum(axis=1)
    if name == "majority":
        return with_sum(by_class(actual, single(actual, correct), by_answer), actual, correct)
    if actual.shape[1] != 2:
        return None
    half = (actual.sum(axis=1) - correct) / 2  # as one class follows the other
    return {"correct": actual - half[:, None]}


def single(actual: np.ndarray, correct: np.ndarray) -> np.ndarray:
    """The class that is predicted in each interval (n,): the one with as many rows as are right.

    Where several have, or none, that of the interval before, at first that of most rows.
    """
    same = actual == correct[:, None]
    known = same.sum(axis=1) == 1
    last = np.maximum.accumulate(np.where(known, np.arange(len(actual)), -1))
    return np.where(last < 0, np.argmax(actual.sum(axis=0)), np.argmax(same[last], axis=1))


def with_sum(columns: Constant, actual: np.ndarray, correct: np.ndarray) -> Constant:
    """Right answers by class that sum to those known, where the class changes in an interval."""
    apart = correct - columns["correct"].sum(axis=1)
    free = np.where(apart[:, None] < 0, columns["correct"], actual - columns["correct"])
    shares = free / np.maximum(free.sum(axis=1, keepdims=True), 1)
    return columns | {"correct": columns["correct"] + apart[:, None] * shares}


def derived(result: ContenderResult, name: str, columns: list[Constant]) -> ContenderResult:
    """A result of the runs of another, with some columns in the place of its own."""
    runs = [
        run._replace(contender=name, trace=trace_of(run, result.contender == name, own))
        for run, own in zip(result.runs, columns)
    ]
    return ContenderResult(result.variant, result.setting, name, runs, result.dates)


def trace_of(run: TracedRun, keeps: bool, columns: Constant) -> Trace:
    """The trace of a run with some columns in the place of all but its rows, or beside others."""
    rows = ("first_row", "last_row", "rows", "scored", "actual")
    kept = {name: own for name, own in run.trace.columns.items() if keeps or name in rows}
    return run.trace._replace(columns=kept | columns)


def candidates(one: VariantResults) -> dict[str, ContenderResult]:
    """The constants that can be the cheapest at other prices: of each class, where they are few."""
    schema = one.scenario.stream.schema
    if not one.complete or (schema.regression and not has_moments(one)):
        return {}
    few = schema.regression or len(classes_of(schema)) <= PER_CLASS
    return constants(one, [*range(schema.n_classes or 0)]) if few else cheapest_constant(one)


def has_moments(one: VariantResults) -> bool:
    """Whether the mean of all labels is known, which are numbers."""
    return LABEL_MOMENTS[0] in next(iter(one.complete.values())).totals
