"""Kinds: what `kinds` prints, all that a scenario can name, with parameters and defaults."""

import inspect
import textwrap
from typing import Annotated, Any, Literal, get_args, get_origin

from driftsim.adaptation.detectors import Detector
from driftsim.adaptation.memories import Memory
from driftsim.adaptation.policies import Policy
from driftsim.evaluation.labels import Labels
from driftsim.examples import CONCEPTS, scenario
from driftsim.learners.learner import Learner
from driftsim.libraries import imported, parameters
from driftsim.parts import MOST_ROWS, Imported, Strict, described, guess, short
from driftsim.scenario import ScenarioError
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
}
FAMILIES = {
    family.kind(): family for family in (Concept, Drift, Learner, Policy, Memory, Detector, Labels)
}


def listing(name=None):
    """All families, one, or one kind; raises `ScenarioError` where there is none of the name."""
    if name is None:
        return "\n\n".join(listed_family(family) for family in FAMILIES.values())
    if name in FAMILIES:
        return listed_family(FAMILIES[name], fields=True)
    for family in FAMILIES.values():
        if lacks := family.lacks(name):
            raise ScenarioError(lacks)
        if name in family.kinds:
            return listed_kind(family, name) + shown(name)
    for kind in (kind for family in FAMILIES.values() for kind in family.kinds.values()):
        if issubclass(kind, Imported) and kind.holds(name):
            return listed_path(kind, name)
    known = [*FAMILIES, *(kind for family in FAMILIES.values() for kind in family.kinds)]
    raise ScenarioError(f"no family or kind is called {short(name)}; {guess(name, known)}")


def listed_family(family, fields=False):
    """A family, with its kinds; with all their parameters where asked."""
    tell = listed_kind if fields else told
    kinds = [tell(family, name) for name in sorted(family.kinds)]
    return "\n".join([f"{family.kind()}: {described(family)}", *kinds])


def told(family, name):
    """A kind in a line or two."""
    return wrapped(described(family.kinds[name]), f"  {written(family, name):<22} ", 25)


def listed_kind(family, name):
    """A kind, with the parameters it takes."""
    kind = family.kinds[name]
    lines = [f"  {written(family, name)} ({family.kind()})", wrapped(described(kind), "    ", 4)]
    for field, info in kind.model_fields.items():
        if issubclass(kind, Imported) and field == "path":
            continue
        default = "required" if info.is_required() else f"default {plain(info.default)}"
        note = comment(kind, field)
        said = f"    {field}: {typed(info)}, {default}" + (f"; {note}" if note else "")
        lines.append(wrapped(said, "", 8))
    if kind.model_config.get("extra") == "allow":
        lines.append("    and what the class itself takes: driftsim kinds with its path tells")
    return "\n".join(lines)


def shown(kind):
    """An example scenario of a kind of concept, where the gallery has one."""
    return f"\n\n{textwrap.indent(scenario(kind), '    ')}" if kind in CONCEPTS else ""


def listed_path(kind, path):
    """A class or function of a library, with the parameters it takes."""
    try:
        found = imported(path, kind.package, callable)
    except ValueError as error:
        raise ScenarioError(str(error)) from None
    first = (inspect.getdoc(found) or "").split("\n\n")[0].replace("\n", " ")
    lines = [f"  {path}", wrapped(first, "    ", 4)] if first else [f"  {path}"]
    for name, parameter in parameters(found).items():
        needed = parameter.default is parameter.empty
        default = "required" if needed else f"default {short(parameter.default)}"
        lines.append(f"    {name}: {default}")
    return "\n".join(lines)


def wrapped(text, begin, indent):
    """A text over as many lines as it needs, the first of which begins so."""
    rest = " " * indent
    return textwrap.fill(text, WIDTH, initial_indent=begin, subsequent_indent=rest)


def written(family, name):
    """A kind as a scenario writes it."""
    return f"{name}.…" if issubclass(family.kinds[name], Imported) else name


def plain(value):
    """A default as a scenario writes it."""
    return value.kind() if hasattr(value, "kind") else short(value)


def typed(info):
    """What a field takes, in a few words, with its bounds."""
    text = plain_type(info.annotation)
    said = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
    held = [
        f"{words} {getattr(rule, name):g}"
        for rule in info.metadata
        for name, words in said.items()
        if getattr(rule, name, None) is not None and abs(getattr(rule, name)) < MOST_ROWS
    ]
    return " ".join([text, *([", ".join(held)] if held else [])])


def plain_type(annotation):
    """A type as people who write scenarios call it."""
    origin, inside = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return " | ".join(map(str, inside))
    if origin is Annotated:
        return plain_type(inside[0])
    if origin is list:
        return f"list of {plain_type(inside[0])}"
    if inside:
        return " or ".join(plain_type(one) for one in inside)
    if hasattr(annotation, "kind"):
        return annotation.kind()
    if isinstance(annotation, type) and issubclass(annotation, Strict):
        return " or ".join(f"{{{name}: …}}" for name in annotation.model_fields)
    return TYPES.get(annotation, getattr(annotation, "__name__", str(annotation)))


def comment(kind, field):
    """The comment behind a field where its class defines it: its unit."""
    for owner in kind.__mro__:
        if field in inspect.get_annotations(owner):
            for line in inspect.getsource(owner).splitlines():
                if line.strip().startswith(f"{field}:") and "  # " in line:
                    return line.split("  # ", 1)[1].strip()
    return ""
