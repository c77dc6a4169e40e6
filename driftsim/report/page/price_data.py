"""Price data: what the page computes costs from, the fields of prices and amounts with seeds."""

import base64
import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain
from typing import Any, NamedTuple

import numpy as np

from driftsim.evaluation.decision.prices import (
    SHARES,
    PriceList,
    Prices,
    classes_of,
)
from driftsim.evaluation.trace import all_over_scored
from driftsim.mistake_prices import DEAREST
from driftsim.report.comparisons import COST, scope_of
from driftsim.report.decision.cost_measurement import (
    ESTIMATED,
    CostMeasurement,
    possible_comparison,
)
from driftsim.report.decision.costs import costs, reference_costs, static_of
from driftsim.report.decision.reference_costs import ALWAYS, candidates, reference_results
from driftsim.report.figure_data.looks import short
from driftsim.report.figure_data.total_costs import TONES
from driftsim.report.page.packed import UNSIGNED, planes
from driftsim.report.page.stream_forms import MOST as MOST_OF_FORMS
from driftsim.report.page.stream_forms import StreamForms, stream_forms
from driftsim.report.variant_results import ContenderResult, VariantResults
from driftsim.report.verdict.simple import blind, follow_prices, predictor

MOST = 5_000_000  # characters of the packed amounts
MOST_CLASSES = 12  # that have fields of their own
MISTAKE = (
    "a mistake",
    "each row predicted wrong, as expected where that is known; by class each that is counted",
)
ERROR = "an error", "each unit of the absolute errors, or of the squared ones, summed"
FIELDS = {  # of quantities that every study has: their labels, and what they are the price of
    "label": ("a label", "each distinct label that reached a model or a detector"),
    "training": ("a training", "each training after the first, which is free"),
    "training_row": ("a row trained on", "each labelled row of these trainings"),
    "hour": (
        "a CPU hour",
        "an hour of CPU time, of training, predicting and learning on this machine",
    ),
    "staleness": (
        "a stale row",
        "each row, for each by which its model is behind the labels",
    ),
}
AS_GIVEN = {"text": "as given", "fields": [], "fixed": {"priced": 1}, "uneven": True}
BOUNDS = ("low", "high", "over_static_low", "over_static_high")


class PriceData(NamedTuple):
    """What the page knows of costs, as plain data, and the amounts that it refers to."""

    about: dict[str, Any]
    text: str  # an entry for each setting, contender and seed, of each quantity; as `Packed`


def price_data(results, models: list[str], sentences: list[str]) -> PriceData | None:
    """The data of the page, whose contenders are `models`; None without runs, or with too many.

    `sentences` say which contender of each variant is cheapest.
    """
    variants = results.variants
    kinds, room = losses(variants), MOST_OF_FORMS // len(variants)
    of_variants = [
        one.part(("prices", len(kinds), *named_in(kinds)), partial(of_variant, kinds, room))
        for one in variants
    ]
    every = [contender for about, *_ in of_variants for contender in about["contenders"]]
    played = {seeds: i for i, seeds in enumerate(dict.fromkeys(seeds for _, seeds, *_ in every))}
    arrays = joined(used for _, used, _ in of_variants)
    text, layout = packed(arrays | joined_forms(own for *_, own in of_variants))
    if not arrays or len(text) > MOST:
        return None
    about = {
        "given": variants[0].scenario.prices is not None,
        "quantities": [*arrays],
        "layout": layout,
        "seeds": [*played],
        "shares": SHARES | {"mistakes": [name for name in arrays if name not in FIELDS]},
        "tones": TONES,
        "most": DEAREST,
        "losses": kinds,
        "priced": priced_in(variants[0]),
        "fields": [{"quantity": name, "label": label} for name, (label, _) in FIELDS.items()],
        "settings": [
            by_places(about, models, played, sentence)
            for (about, *_), sentence in zip(of_variants, sentences)
        ],
    }
    return PriceData(about | estimated(variants), text)


def estimated(variants: list[VariantResults]) -> dict[str, str]:
    """What to know of amounts that are estimated, where only some rows are scored."""
    partial = any(one.scenario.evaluation.protocol.partial for one in variants)
    return {"estimated": ESTIMATED} if partial else {}


def priced_in(one: VariantResults) -> str:
    """What the choice among the ways in which wrong answers have prices is called."""
    return "errors priced" if one.scenario.stream.schema.regression else "mistakes priced"


def of_variant(
    kinds, room: int, one: VariantResults
) -> tuple[dict[str, Any], list, StreamForms | None]:
    """One setting of a sweep, how much of each quantity each contender uses, and its forms.

    Nothing where prices are by the classes of another stream, whose page asks for them.
    """
    if not {*named_in(kinds)} <= {*classes_of(one.scenario.stream.schema)}:
        return {}, [], None
    every = [*one.contenders.values(), *references(one).values()]
    forms = along(one, kinds, room)
    about = setting(one, kinds) | ({"along": forms.about} if forms else {})
    about |= {"follows": True} if follow_prices(one) else {}
    return about, [amounts(one, result, kinds) for result in every], forms


def references(one: VariantResults) -> dict[str, ContenderResult]:
    """References whose costs are known, and constants that are the cheapest at some prices."""
    return reference_results(one) | candidates(one)


def by_places(about: dict[str, Any], models: list[str], played, sentence: str) -> dict[str, Any]:
    """A setting whose contenders and their seeds are by their places, with its sentence."""
    contenders = [
        [models.index(name) if name in models else name, played[seeds], *more]
        for name, seeds, *more in about["contenders"]
    ]
    own = {"sentence": sentence} if about["oneStream"] else {}
    return about | {"contenders": contenders} | own


def joined(used: Iterable[Iterable[dict[str, np.ndarray]]]) -> dict[str, np.ndarray]:
    """How much of each quantity the contenders of all settings use, one after another."""
    arrays: dict[str, list[np.ndarray]] = {}
    for name, amount in chain.from_iterable(one.items() for each in used for one in each):
        arrays.setdefault(name, []).append(amount)
    return {name: np.concatenate(every) for name, every in arrays.items()}


def losses(variants: list[VariantResults]) -> list[dict[str, Any]]:
    """The ways in which wrong answers can have prices, with the field of each price.

    Those of classes have fields where all streams have the same classes, in whichever order.
    """
    schema, *others = (one.scenario.stream.schema for one in variants)
    if schema.regression:
        return [
            {"text": name, "setting": f"{name}_error",
             "fields": [{"quantity": f"{name}_error", "label": f"{label} error"}]}
            for name, label in (("absolute", "an absolute"), ("squared", "a squared"))
        ]  # fmt: skip
    alike = [{"quantity": "mistake", "label": "a mistake"}]
    found: list[dict[str, Any]] = [{"text": "alike", "fields": alike, "setting": "mistake"}]
    names = classes_of(schema)
    if len(names) <= MOST_CLASSES and all({*classes_of(o)} == {*names} for o in others):
        fields = [
            {"quantity": f"mistake_{i}", "label": f"a mistake on {short(name, 20)}"}
            for i, name in enumerate(names)
        ]
        by = {"fields": fields, "setting": "mistake", "by": names}
        found.append({"text": "by class", **by})
    if any(as_given(one, found) for one in variants):
        found.append(AS_GIVEN)
    return found


def as_given(one: VariantResults, kinds) -> bool:
    """Whether mistakes have prices that the page has no fields for."""
    price = one.scenario.priced.prices.mistake
    if not isinstance(price, dict):
        return False
    fielded = any("by" in kind for kind in kinds)
    return not fielded or any(isinstance(value, dict) for value in price.values())


def amounts(one: VariantResults, result: ContenderResult, kinds) -> dict[str, np.ndarray]:
    """How much of each quantity a contender uses with each seed (seeds,)."""
    used = used_in(one, result, kinds)
    return {name: result.per_seed(own.sum(axis=1)) for name, own in used.items()}


def used_in(one: VariantResults, result: ContenderResult, kinds) -> dict[str, np.ndarray]:
    """How much of each quantity each interval of each run (r, n) uses."""
    schema, scope = one.scenario.stream.schema, scope_of(one, COST)

    def by(prices: Prices) -> dict[str, np.ndarray]:
        charges = CostMeasurement(result, scope, PriceList(prices, schema)).charges
        return {name: amount for name, (_, amount) in charges.items()}

    if schema.regression:
        found = by(Prices(absolute_error=1.0))
        found["absolute_error"] = found.pop("mistake")
        found["squared_error"] = by(Prices(squared_error=1.0))["mistake"]
    else:
        found = by(Prices(mistake=1.0))
        missed = dict(zip(classes_of(schema), missed_by_class(result)))
        found |= {f"mistake_{i}": missed[name] for i, name in enumerate(named_in(kinds))}
    if AS_GIVEN in kinds:
        price, amount = CostMeasurement(result, scope).charges["mistake"]
        found["priced"] = price * amount
    return found


def missed_by_class(result: ContenderResult) -> np.ndarray:
    """The wrong answers to rows of each class in each interval of each run (k, r, n)."""
    columns = [run.columns for run in result.runs]
    missed = [all_over_scored(one) * (one["actual"] - one["correct"]) for one in columns]
    known = columns[0]["correct"].shape[1] == columns[0]["actual"].shape[1]  # else of a reference
    return np.moveaxis(np.array(missed) * (1.0 if known else np.nan), 2, 0)


def along(one: VariantResults, kinds, room: int) -> StreamForms | None:
    """What intervals along one stream follow from; None with several, or without room."""
    compared = possible_comparison(one).measured
    if not any(measured.one_stream for measured in compared.values()):
        return None
    places, scope = {name: i for i, name in enumerate(one.contenders)}, scope_of(one, COST)
    every = [*one.contenders.items(), *references(one).items()]
    complete = {*one.complete, *references(one)}
    keys = next(iter(one.complete.values())).keys
    series = [
        contributed(one, with_runs(own, keys), kinds) if name in complete else None
        for name, own in every
    ]
    found = [static_of(one, name) for name in places]
    static = [places[own.contender] if own else None for own in found]
    return stream_forms(series, [places[name] for name in compared], static, scope, room)


def with_runs(result: ContenderResult, keys: Sequence[tuple[int, int]]) -> ContenderResult:
    """A result with a run for each seed and repeat: of a reference, that of the seed."""
    if result.keys == keys:
        return result
    by_seed = {run.seed: run for run in result.runs}
    runs = [by_seed[seed]._replace(repeat=repeat) for seed, repeat in keys]
    return ContenderResult(result.variant, result.setting, result.contender, runs, result.dates)


def contributed(one: VariantResults, result: ContenderResult, kinds) -> dict[str, np.ndarray]:
    """What each interval of each run (r, n) contributes to the amount of each quantity."""
    cost = CostMeasurement(result, scope_of(one, COST))
    return {
        name: cost.contributed(name if name in FIELDS else "mistake", own)
        for name, own in used_in(one, result, kinds).items()
    }


def setting(one: VariantResults, kinds) -> dict[str, Any]:
    """One setting of a sweep: its contenders, its own prices, and bounds that only Python knows."""
    results, complete, compared = one.contenders, one.complete, possible_comparison(one).measured
    places = {name: i for i, name in enumerate(results)}
    static, models = {name: static_of(one, name) for name in results}, one.scenario.models
    contenders = [
        [
            name,
            tuple(result.seeds),
            standing(name, compared, complete),
            places[found.contender] if (found := static[name]) else None,
            role(one, name),
            found is not None and models[found.contender].learner != models[name].learner,
        ]
        for name, result in results.items()
    ]
    contenders += [
        [name, tuple(result.seeds), "constant" if name.startswith(ALWAYS) else "reference", None,
         predictor(name), False]
        for name, result in references(one).items()
    ]  # fmt: skip
    about = {"contenders": contenders, "own": own_prices(one, kinds), "oneStream": False}
    if any(measured.one_stream for measured in compared.values()):
        rows = {row["contender"]: row for row in chain(costs(one), reference_costs(one))}
        about |= {
            "oneStream": True,
            "bounds": {name: [known(row.get(b)) for b in BOUNDS] for name, row in rows.items()},
            "sentence": "",
            "tied": [name for name, row in rows.items() if row["tied"]],
        }
    return about


def role(one: VariantResults, name: str) -> str:
    """Whether a contender is trained once, or its learner sees no features; else empty."""
    model = one.scenario.models[name]
    if model.policy.kind() == "static":
        return "static"
    return "blind" if blind(model.learner) else ""


def standing(name: str, compared: Collection[str], complete: Collection[str]) -> str:
    """Whether a contender can be the cheapest, or knows the changes beforehand, or lacks runs."""
    return "compared" if name in compared else "knows" if name in complete else "incomplete"


def known(value: float | None) -> float | None:
    """A bound as JSON has it."""
    return None if value is None or np.isnan(value) else float(value)


def own_prices(one: VariantResults, kinds) -> dict[str, Any]:
    """The prices of a setting as the fields hold them, and the price that others would replace."""
    priced = one.scenario.priced
    p = priced.prices
    found = {"label": p.label, "training": p.training.each, "training_row": p.training.per_row}
    found |= {"hour": p.hour, "staleness": p.staleness}
    about: dict[str, Any] = {"currency": priced.currency, "loss": 0, "prices": found}
    if one.scenario.stream.schema.regression:
        about["loss"] = int(p.squared_error is not None)
        for name in ("absolute_error", "squared_error"):
            price = getattr(p, name)
            found[name] = 1.0 if price is None else price
            about |= {} if price is None else {"replaces": name}
        return about
    single = not isinstance(p.mistake, dict)
    found["mistake"] = p.mistake if isinstance(p.mistake, float) else 1.0
    if as_given(one, kinds):
        return about | {"loss": kinds.index(AS_GIVEN), "prices": found | {"priced": 1}}
    about["loss"] = int(not single)
    return about | {"prices": found | dict(by_class(named_in(kinds), p.mistake, found["mistake"]))}


def named_in(kinds) -> list[str]:
    """The classes that have fields for the price of a mistake, in their order; or none."""
    return next((kind["by"] for kind in kinds if "by" in kind), [])


def by_class(names, mistake, each) -> Iterator[tuple[str, float]]:
    """The price of a mistake on each class that has a field for it."""
    for i, name in enumerate(names):
        yield f"mistake_{i}", mistake.get(name, 0.0) if isinstance(mistake, dict) else each


def joined_forms(every: Iterable[StreamForms | None]) -> dict[str, np.ndarray]:
    """The forms of all settings, one after another; nothing where none has any."""
    values = [one.values for one in every if one]
    return {"forms": np.concatenate(values)} if values else {}


def packed(arrays: dict[str, np.ndarray]) -> tuple[str, list[list[Any]]]:
    """Arrays as one compressed text in base64, and the name, the type and the length of each."""
    columns = {name: narrow(column) for name, column in arrays.items()}
    content = b"".join(map(planes, columns.values()))
    layout = [[name, column.dtype.str[1:], len(column)] for name, column in columns.items()]
    return base64.b64encode(zlib.compress(content)).decode(), layout


def narrow(column: np.ndarray) -> np.ndarray:
    """The same numbers as whole ones where all are, in the smallest type that keeps them.

    Those of a smaller precision stay so.
    """
    if column.dtype == "<f4":
        return column
    if (column != np.round(column)).any() or column.min(initial=0) < 0:
        return column.astype("<f8")
    kinds = (one for one in UNSIGNED if column.max(initial=0) <= np.iinfo(one).max)
    return column.astype(f"<{next(kinds, 'f8')}")
