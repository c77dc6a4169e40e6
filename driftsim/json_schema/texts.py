"""Texts: what editors show of the keys and kinds of a scenario under the mouse."""

from inspect import cleandoc, isclass
from textwrap import indent
from types import UnionType
from typing import Any, Union, get_args, get_origin

from driftsim.examples import PARTS, written
from driftsim.kinds import FORMULA, comment, formula, ordered_keys, presence, required, typed
from driftsim.parts import Part, Strict, described
from driftsim.scenario.notation import parsed


def text(kind: type) -> str:
    """The docstring of a class, each paragraph on one line, but for a formula."""
    paragraphs = cleandoc(kind.__doc__ or "").split("\n\n")
    return "\n\n".join(
        indent(formula(kind), "    ") if one.startswith(FORMULA) else " ".join(one.split())
        for one in paragraphs
    )


def text_of_key(kind: type[Strict], field: str) -> str:
    """What a key means, with its unit; what may be written there, and the default."""
    info = kind.model_fields[field]
    pieces = [one for one in classes_in(info.annotation) if issubclass(one, Strict)]
    note = comment(kind, field)
    if not pieces:
        return "\n\n".join(filter(None, [note, f"{typed(info)}, {presence(info)}"]))
    plain = info.is_required() or isinstance(info.default, Part)
    return "\n\n".join([note or described(pieces[0]), *([presence(info)] if plain else [])])


def classes_in(annotation: Any) -> list[type]:
    """The classes that an annotation names, as one of several alternatives, or by names."""
    origin = get_origin(annotation)
    if origin is dict:
        return classes_in(get_args(annotation)[1])
    inside = get_args(annotation) if origin in (Union, UnionType) else ()
    return [one for one in inside or [annotation] if isclass(one)]


def text_of_kind(family: type[Part], name: str) -> str:
    """What a kind is, its keys, and an example of it."""
    kind = family.kinds[name]
    must = required(kind)
    keys = [f"{key} (required)" if field in must else key for key, field in ordered(kind)]
    if not keys:
        return text(kind)
    given = PARTS[family.kind()].get(name)
    example = f"\n\nExample: {written(name, given)}" if given else ""
    return f"{text(kind)}\n\nKeys: {', '.join(keys)}{example}"


def ordered(kind: type[Part]) -> list[tuple[str, str]]:
    """The keys of a kind and their fields, required ones first."""
    return [*ordered_keys(kind).items()]


def snippet(family: type[Part], name: str) -> dict[str, object]:
    """What an editor writes of a kind that has parameters which must be given: its example."""
    found = {"label": name, "description": text(family.kinds[name]).split("\n\n")[0]}
    given = PARTS[family.kind()].get(name)
    return found | {"body": parsed(written(name, given))[0] if given else {"kind": name}}
