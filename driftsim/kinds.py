"""Kinds: what `kinds` prints, all that a scenario can name, with parameters and defaults."""

import difflib
import inspect
import textwrap
from collections.abc import Callable, Collection, Iterable
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from driftsim.adaptation.detectors import Detector
from driftsim.adaptation.memories import Memory
from driftsim.adaptation.policies import Policy
from driftsim.durations import Duration, Moment
from driftsim.evaluation.labels import Labels
from driftsim.examples import CONCEPTS, PARTS, scenario, written
from driftsim.kernels.registry import coverage
from driftsim.learners.learner import Learner
from driftsim.libraries import imported, not_allowed, parameters
from driftsim.messages import ScenarioError, guess, short
from driftsim.notation import parsed
from driftsim.parts import MOST_ROWS, Imported, Part, Strict, described, keys_of
from driftsim.safety import ESTIMATORS
from driftsim.streams.arrivals import Arrivals
from driftsim.streams.concepts import Concept
from driftsim.streams.drifts import Drift

WIDTH = 100
TYPES = {
    int: "whole number",
    float: "number",
    str: "text",
    bool: "true | false",
    type(None): "null",
    Any: "part",
    Duration: "duration",
    Moment: "date",
}
FAMILIES: dict[str, type[Part]] = {
    family.kind(): family
    for family in (Concept, Drift, Arrivals, Learner, Policy, Memory, Detector, Labels)
}


def listing(name: str | None = None, allow: Collection[str] = ()) -> str:
    """All families, one, or one kind; raises `ScenarioError` where none has this name.

    `allow` are packages whose estimators can be named besides.
    """
    if name is None:
        return "\n\n".join(listed_family(family, summary) for family in FAMILIES.values())
    if name in FAMILIES:
        return listed_family(FAMILIES[name], with_parameters)
    for family in FAMILIES.values():
        if lacks := family.lacks(name):
            raise ScenarioError(lacks)
        if name in family.sought:
            raise ScenarioError(f"'{name}' is no kind of {family.kind()}; {family.sought[name]}")
        if name in family.kinds:
            return with_parameters(family, name) + example(family, name)
    for kind in (kind for family in FAMILIES.values() for kind in family.kinds.values()):
        if issubclass(kind, Imported) and kind.holds(name):
            return listed_path(kind, name, allow)
    known = [*FAMILIES, *(kind for family in FAMILIES.values() for kind in family.kinds)]
    raise ScenarioError(f"no family or kind is called {short(name)}; {nearest(name, known)}")


def nearest(name: str, known: list[str]) -> str:
    """The few names that are most like one that is not known, and how to see all of them."""
    likely = guess(name, known)
    if likely.startswith("did"):
        return likely
    close = difflib.get_close_matches(name, sorted(known), n=3, cutoff=0)
    every = "`driftsim kinds` lists all; classes of libraries are named by their paths"
    return f"the nearest are {', '.join(close)}; {every}"


def listed_family(family: type[Part], describe: Callable[[type[Part], str], str]) -> str:
    """A family, and each of its kinds as `describe(family, name)` puts it."""
    kinds = [describe(family, name) for name in sorted(family.kinds)]
    return "\n".join([f"{family.kind()}: {described(family)}", *kinds])


def summary(family: type[Part], name: str) -> str:
    """A kind in a line or two."""
    return wrapped(described(family.kinds[name]), f"  {title(family, name):<22} ", 25)


def with_parameters(family: type[Part], name: str) -> str:
    """A kind, with the parameters it takes."""
    kind = family.kinds[name]
    lines = [f"  {title(family, name)} ({family.kind()})", wrapped(described(kind), "    ", 4)]
    if issubclass(kind, Detector) and not required(kind):
        lines.append(wrapped(f"runs on: {kind().engine()}", "    ", 6))
    for key, field in keys_of(kind).items():
        info = kind.model_fields[field]
        if issubclass(kind, Imported) and field == "path":
            continue
        default = "required" if info.is_required() else f"default {plain(info.default)}"
        note = comment(kind, field)
        text = f"    {key}: {typed(info)}, {default}" + (f"; {note}" if note else "")
        lines.append(wrapped(text, "", 8))
    if kind.model_config.get("extra") == "allow":
        lines.append("    and the parameters of the class itself: give its path to driftsim kinds")
    return "\n".join(lines)


def required(kind: type[Part]) -> list[str]:
    """The fields of a kind that have no default."""
    return [name for name, info in kind.model_fields.items() if info.is_required()]


def example(family: type[Part], name: str) -> str:
    """An example of a kind: a whole scenario for a concept that draws rows."""
    if family is Concept and name in CONCEPTS:
        concept = Concept.model_validate(parsed(written(name, CONCEPTS[name][0]))[0])
        regression = concept.schema.regression
        learner = "linear_model.LinearRegression" if regression else "naive_bayes.GaussianNB"
        return f"\n\n{textwrap.indent(scenario(name, f'sklearn.{learner}'), '    ')}"
    for kind, given in PARTS[family.kind()].items():
        if kind == name or kind.startswith(f"{name}."):
            return f"\n\n{wrapped(written(kind, given), f'    {family.kind()}: ', 6)}"
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
    for name, parameter in parameters(found).items():
        required = parameter.default is parameter.empty
        default = "required" if required else f"default {short(parameter.default)}"
        lines.append(f"    {name}: {default}")
    return "\n".join(lines)


def wrapped(text: str, begin: str, indent: int) -> str:
    """A text over as many lines as it needs; the first begins with `begin`."""
    rest = " " * indent
    return textwrap.fill(text, WIDTH, initial_indent=begin, subsequent_indent=rest)


def title(family: type[Part], name: str) -> str:
    """A kind as a scenario writes it."""
    return f"{name}.…" if issubclass(family.kinds[name], Imported) else name


def plain(value: Any) -> str:
    """A default as a scenario writes it."""
    if isinstance(value, Duration | Moment):
        return str(value)
    return value.kind() if hasattr(value, "kind") else short(value)


def typed(info: FieldInfo) -> str:
    """What a field takes, in a few words, with its bounds."""
    return bounded(plain_type(info.annotation), info.metadata)


def bounded(text: str, rules: Iterable[Any]) -> str:
    """A type in words, with its bounds."""
    words = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
    bounds = [
        f"{phrase} {getattr(rule, name):g}"
        for rule in rules
        for name, phrase in words.items()
        if getattr(rule, name, None) is not None and abs(getattr(rule, name)) < MOST_ROWS
    ]
    return f"{text} {', '.join(bounds)}" if bounds else text


def plain_type(annotation: Any) -> str:
    """A type as people who write scenarios call it."""
    origin, inside = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return " | ".join(map(str, inside))
    if origin is Annotated:
        rules = [rule for one in inside[1:] for rule in getattr(one, "metadata", [])]
        return bounded(plain_type(inside[0]), rules)
    if origin is list:
        inner = plain_type(inside[0])
        many = inner.replace("list", "lists", 1) if inner.startswith("list") else f"{inner}s"
        return f"list of {many}"
    if inside:
        return " or ".join(plain_type(one) for one in inside)
    if hasattr(annotation, "kind"):
        return annotation.kind()
    if annotation not in TYPES and inspect.isclass(annotation) and issubclass(annotation, Strict):
        return " or ".join(f"{{{key}: …}}" for key in keys_of(annotation))
    return TYPES.get(annotation, getattr(annotation, "__name__", str(annotation)))


def comment(kind: type, field: str) -> str:
    """The comment behind a field where its class defines it: its unit."""
    for owner in kind.__mro__:
        if field in inspect.get_annotations(owner):
            for line in inspect.getsource(owner).splitlines():
                if line.strip().startswith(f"{field}:") and "  # " in line:
                    notes = line.split("  # ")[1:]
                    return next((one for one in notes if not one.startswith("type: ")), "").strip()
    return ""
