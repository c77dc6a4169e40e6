"""Kinds: what `kinds` prints, all that a scenario can name, with parameters and defaults."""

import difflib
import inspect
import re
import shutil
import textwrap
from collections.abc import Callable, Collection, Iterator
from functools import cache
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from driftsim.adaptation.detectors import Detector
from driftsim.adaptation.memories import Memory
from driftsim.adaptation.policies import Policy
from driftsim.adaptation.shift_tests import ShiftTest
from driftsim.clocks import Place, Spread
from driftsim.durations import Duration, Moment
from driftsim.evaluation.labels import Labels
from driftsim.evaluation.metrics import CLASSIFICATION, METRICS, REGRESSION
from driftsim.evaluation.prediction_intervals import PredictionInterval
from driftsim.evaluation.protocols import Protocol
from driftsim.evaluation.rules import Rules
from driftsim.evaluation.strategies import Strategy
from driftsim.examples import CONCEPTS, PARTS, scenario, written
from driftsim.kernels.registry import coverage
from driftsim.learners.learner import Learner
from driftsim.learners.own_estimator import OwnEstimator, named_by_paths
from driftsim.libraries import imported, not_allowed, parameters
from driftsim.messages import ScenarioError, flow, guess, short
from driftsim.mistake_prices import Row as PriceRow
from driftsim.parts import MOST_ROWS, Imported, Part, Strict, described, dumped, keys_of
from driftsim.rows import Schema
from driftsim.safety import ESTIMATORS
from driftsim.scenario.checks import untallied
from driftsim.scenario.notation import parsed
from driftsim.streams.arrivals import Arrivals
from driftsim.streams.concepts import Concept
from driftsim.streams.drifts import Drift
from driftsim.streams.tables.times import TimeColumn

WIDTH, NARROW = 100, 50  # characters of a line at most, and in a terminal of fewer
FORMULA = "Formula:\n"  # in docstrings, above indented lines
METRIC = "metric"  # beside the families: what a report says of windows of rows
TYPES = {
    int: "whole number",
    float: "number",
    str: "text",
    bool: "true | false",
    Any: "part",
    Duration: "duration such as 7d",
    Moment: "date such as 2024-03-31",
    TimeColumn: "text or list of texts or {column: …, format: …}",
}
WRITTEN_ALSO = {Place: "date or duration", Spread: "duration such as 7d"}  # until there is a clock
PLACES = {  # of a family: its key in a scenario, and what that is in
    "concept": ("a", "stream.concepts"),
    "drift": ("drift", "stream"),
    "arrivals": ("arrivals", "stream"),
    "learner": ("learner", "a contender of models"),
    "policy": ("policy", "a contender of models"),
    "memory": ("memory", "a policy that retrains"),
    "detector": ("detector", "a policy that retrains on alarms"),
    "shift_test": ("test", "a policy of the kind on_shift"),
    "labels": ("labels", "evaluation"),
    "protocol": ("protocol", "evaluation"),
    "strategy": ("by", "labels of the kind query"),
    "prediction_interval": ("prediction_intervals", "evaluation"),
}
FAMILIES: dict[str, type[Part]] = {
    family.kind(): family
    for family in (
        Concept,
        Drift,
        Arrivals,
        Learner,
        Policy,
        Memory,
        Detector,
        ShiftTest,
        Labels,
        Protocol,
        Strategy,
        PredictionInterval,
    )
}


def listing(name: str | None = None, allow: Collection[str] = ()) -> str:
    """All families, one, or the kinds of a name; raises `ScenarioError` where none has this name.

    `allow` are packages whose estimators can be named besides.
    """
    if name is None:
        return "\n\n".join(listed_family(family, summary) for family in FAMILIES.values())
    if name in FAMILIES:
        return listed_family(FAMILIES[name], with_parameters)
    if having := [family for family in FAMILIES.values() if name in family.kinds]:
        return "\n\n".join(with_parameters(one, name) + example(one, name) for one in having)
    for kind in (kind for family in FAMILIES.values() for kind in family.kinds.values()):
        if issubclass(kind, Imported) and kind.holds(name):
            return listed_path(kind, name, allow)
    if name == METRIC:
        return "\n".join(["metric: What a report says of a window of rows.", *metrics()])
    if listed := [*metrics(name)]:
        return "\n".join(listed)
    for family in FAMILIES.values():
        if lacks := family.lacks(name):
            raise ScenarioError(lacks)
        if advice := family.sought.get(name.rpartition(".")[2]):
            words = family.kind().replace("_", " ")
            raise ScenarioError(f"'{name}' is no kind of {words}; {advice}")
    known = [
        METRIC,
        *METRICS,
        *FAMILIES,
        *(kind for family in FAMILIES.values() for kind in family.kinds),
    ]
    raise ScenarioError(f"no family or kind is called {short(name)}; {nearest(name, known)}")


def metrics(name: str | None = None) -> Iterator[str]:
    """Each metric, or the one of a name, in a line or two: its meaning, and what it needs."""
    for one in METRICS.values():
        if name in (None, one.name):
            tasks = {"classification": CLASSIFICATION, "regression": REGRESSION}
            words = " and ".join(task for task, known in tasks.items() if one in known)
            schema = Schema(("x",), n_classes=2 if one in CLASSIFICATION else None)
            needs = (untallied(one.name, Rules(), schema, asks=True) or "").partition("; ")[2]
            yield wrapped(
                f"{one.meaning} ({'; '.join(filter(None, [words, needs]))})",
                f"  {one.name:<22} ",
                25,
            )


def nearest(name: str, known: list[str]) -> str:
    """The few names that are most like one that is not known, and how to see all of them."""
    if "." in name:
        heads = dict.fromkeys(["sklearn", "river", *(one.partition(".")[0] for one in ESTIMATORS)])
        return f"a scenario names classes of {', '.join(heads)}; of others that you trust, --allow"
    likely = guess(name, known)
    if likely.startswith("did"):
        return likely
    close = difflib.get_close_matches(name, sorted(known), n=3, cutoff=0)
    every = "`driftsim kinds` lists all; classes of libraries are named by their paths"
    return f"the nearest are {', '.join(close)}; {every}"


def listed_family(family: type[Part], describe: Callable[[type[Part], str], str]) -> str:
    """A family, and each of its kinds as `describe(family, name)` puts it."""
    kinds = [describe(family, name) for name in sorted(family.kinds)]
    return "\n".join([wrapped(f"{family.kind()}: {described(family)}", "", 2), *kinds])


def summary(family: type[Part], name: str) -> str:
    """A kind in a line or two."""
    return wrapped(described(family.kinds[name]), f"  {title(family, name):<22} ", 25)


def with_parameters(family: type[Part], name: str) -> str:
    """A kind, with the parameters it takes."""
    kind = family.kinds[name]
    lines = [f"  {title(family, name)} ({family.kind()})"]
    lines += [wrapped(sentence, "    ", 4)] if (sentence := described(kind)) else []
    lines += [f"      {line}" for line in formula(kind).splitlines()]
    if issubclass(kind, Detector) and not required(kind):
        lines.append(wrapped(f"runs on: {kind().engine()}", "    ", 6))
    own = issubclass(kind, OwnEstimator)
    lines += own_parameters(kind.made_of) if own else ()
    for key, field in ordered_keys(kind).items():
        info, note = kind.model_fields[field], comment(kind, field)
        text = f"    {key}: {typed(info)}, {presence(info)}" + (f"; {note}" if note else "")
        lines.append(wrapped(text, "", 8))
    if kind.model_config.get("extra") == "allow" and not own:
        lines.append("    and the parameters of the class itself: give its path to driftsim kinds")
    return "\n".join(lines)


def formula(kind: type[Strict]) -> str:
    """The lines below `Formula:` in the docstring of a kind; none where there is no formula."""
    paragraphs = inspect.cleandoc(kind.__doc__ or "").split("\n\n")
    found = (one.removeprefix(FORMULA) for one in paragraphs if one.startswith(FORMULA))
    return textwrap.dedent("\n\n".join(found))


def ordered_keys(kind: type[Strict]) -> dict[str, str]:
    """The keys of a kind and their fields: required ones first, then those of its own class."""
    hidden = "path" if issubclass(kind, Imported) else ""
    keys = {key: field for key, field in keys_of(kind).items() if field != hidden}

    def place(key: str) -> tuple[bool, int]:
        field = keys[key]
        return field not in required(kind), kind.__mro__.index(owner_of(kind, field))

    return {key: keys[key] for key in sorted(keys, key=place)}


def owner_of(kind: type, field: str) -> type:
    """The class that defines a field."""
    return next(owner for owner in kind.__mro__ if field in inspect.get_annotations(owner))


def presence(info: FieldInfo) -> str:
    """Whether a field has to be given, and what it is otherwise."""
    if info.is_required():
        return "required"
    return "optional" if info.default is None else f"default {plain(info.default)}"


def required(kind: type[Strict]) -> list[str]:
    """The fields of a kind that have no default."""
    return [name for name, info in kind.model_fields.items() if info.is_required()]


def example(family: type[Part], name: str) -> str:
    """An example of a kind, and where it stands: a whole scenario for a concept that draws rows."""
    if family is Concept and name in CONCEPTS:
        concept = Concept.model_validate(parsed(written(name, CONCEPTS[name][0]))[0])
        regression = concept.schema.regression
        learner = "linear_model.LinearRegression" if regression else "naive_bayes.GaussianNB"
        return f"\n\n{textwrap.indent(scenario(name, f'sklearn.{learner}'), '    ')}"
    for kind, given in PARTS[family.kind()].items():
        if kind == name or kind.startswith(f"{name}."):
            key, place = PLACES[family.kind()]
            return f"\n\n    # in {place}:\n{wrapped(written(kind, given), f'    {key}: ', 6)}"
    return ""  # a kind of people's own


def listed_path(kind: type[Imported], path: str, allow: Collection[str] = ()) -> str:
    """A class or function of a library, with the parameters it takes."""
    packages = [kind.package, *((*ESTIMATORS, *allow) if issubclass(kind, Learner) else ())]
    if reason := not_allowed(path, packages):
        raise ScenarioError(reason)
    try:
        found = imported(path, packages, callable)
    except ValueError as error:
        raise ScenarioError(str(error)) from None
    first = (inspect.getdoc(found) or "").split("\n\n")[0].replace("\n", " ")
    lines = [f"  {path}", wrapped(first, "    ", 4)] if first else [f"  {path}"]
    if engine := coverage(found):
        lines.append(wrapped(f"runs on: {engine}", "    ", 6))
    lines += own_parameters(found)
    keys = ", ".join(ordered_keys(kind))
    if keys and (hasattr(found, "predict") or not issubclass(kind, Learner)):
        lines.append(wrapped(f"and, by driftsim: {keys}", "    ", 8))
        lines.append(f"    `driftsim kinds {kind.kind()}` says what these are")
    return "\n".join(lines)


def own_parameters(found: Callable[..., Any]) -> Iterator[str]:
    """The parameters of a class or function, with their defaults."""
    for name, parameter in parameters(found).items():
        required = parameter.default is parameter.empty
        default = "required" if required else f"default {short(parameter.default)}"
        yield f"    {name}: {default}"


def wrapped(text: str, begin: str, indent: int) -> str:
    """A text over as many lines as it needs in a terminal; the first begins with `begin`."""
    room, rest = min(shutil.get_terminal_size((WIDTH, 24)).columns, WIDTH), " " * indent
    return textwrap.fill(text, max(room, NARROW), initial_indent=begin, subsequent_indent=rest)


def title(family: type[Part], name: str) -> str:
    """A kind as a scenario writes it."""
    return f"{name}.…" if named_by_paths(family.kinds[name]) else name


def plain(value: Any) -> str:
    """A default as a scenario writes it."""
    if isinstance(value, Duration | Moment):
        return str(value)
    return flow(dumped(value, exclude_defaults=True)) if isinstance(value, Part) else short(value)


def typed(info: FieldInfo) -> str:
    """What a field takes, in a few words, with its bounds."""
    return with_rules(plain_type(info.annotation), info.metadata)


def with_rules(text: str, rules: list[Any]) -> str:
    """A type in words, with its bounds and what it may be written as besides."""
    words = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
    bounds = [
        f"{phrase} {bound(getattr(rule, name))}"
        for rule in rules
        for name, phrase in words.items()
        if getattr(rule, name, None) is not None and abs(getattr(rule, name)) < MOST_ROWS
    ]
    also = [WRITTEN_ALSO[rule] for rule in rules if rule in (Place, Spread)]
    return " or ".join([f"{text} {', '.join(bounds)}" if bounds else text, *also])


def bound(number: float) -> str:
    """A bound as people write it: 0.5, 2,000,000 or 10^11."""
    if number != round(number):
        return f"{number:g}"
    zeros = len(str(round(abs(number)))) - 1
    return f"10^{zeros}" if zeros > 6 and number == 10**zeros else f"{round(number):,}"


def plain_type(annotation: Any) -> str:
    """A type as people who write scenarios call it."""
    origin, inside = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        words = [str(one) for one in inside]
        return " | ".join(
            word if word.isidentifier() or word.isdigit() else repr(word) for word in words
        )
    if origin is Annotated:
        rules = [rule for one in inside[1:] for rule in getattr(one, "metadata", [one])]
        return with_rules(plain_type(inside[0]), rules)
    if origin is list:
        return f"list of {plural(plain_type(inside[0]))}"
    if origin is dict and inside[1] == PriceRow:
        return "prices by class"
    if origin is dict:
        key = "name" if inside[0] is str else plain_type(inside[0])
        return f"{{{key}: {plain_type(inside[1])}, …}}"
    if inside:
        return " or ".join(plain_type(one) for one in inside if one is not type(None))
    if hasattr(annotation, "kind"):
        also = "a number of labels, a duration such as 7d, or " if annotation is Memory else ""
        return f"{also}a kind of {annotation.kind().replace('_', ' ')}"
    if annotation not in TYPES and inspect.isclass(annotation) and issubclass(annotation, Strict):
        keys, fields = [f"{key}: …" for key in keys_of(annotation)], annotation.model_fields
        together = any(info.is_required() for info in fields.values())
        return " or ".join(f"{{{one}}}" for one in ([", ".join(keys)] if together else keys))
    return TYPES.get(annotation, getattr(annotation, "__name__", str(annotation)))


def plural(text: str) -> str:
    """A type in words as those of many: whole numbers more than 0 or dates."""
    many = (
        one[2:].replace("kind", "kinds", 1)
        if one.startswith("a kind of ")
        else re.sub(r"^(whole number|\w+)", r"\1s", one)
        for one in text.split(" or ")
    )
    return " or ".join(many)


@cache
def source_of(kind: type) -> list[str]:
    """The lines of the source of a class; none without its source."""
    try:
        return inspect.getsource(kind).splitlines()
    except OSError:
        return []


def comment(kind: type, field: str) -> str:
    """The comment behind a field where its class defines it: its unit; none without its source."""
    for line in source_of(owner_of(kind, field)):
        if line.strip().startswith(f"{field}:") and "  # " in line:
            notes = line.split("  # ")[1:]
            return next((one for one in notes if not one.startswith("type: ")), "").strip()
    return ""
