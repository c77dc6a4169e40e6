"""Values: what a scenario may write at a place, as JSON Schema, by the annotation there.

Alternatives of different JSON types are merged, as a keyword of JSON Schema holds for one type: so
an editor says what is wrong with a value, and not that it fits none of several schemas.
"""

from collections.abc import Iterable
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Protocol, Union, get_args, get_origin

from pydantic.fields import PydanticUndefined

from driftsim.forms import Also, Words
from driftsim.parts import MOST_ROWS, Strict

Json = dict[str, Any]

UNDERSCORED = r"-?\d+(_\d+)+(\.\d+)?"  # a number; by YAML 1.2 alone it would be a text
BOUNDS = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum"}
LENGTHS = {"array": "Items", "string": "Length", "object": "Properties"}
PLAIN: dict[Any, list[Json]] = {
    str: [{"type": "string"}],
    int: [{"type": "integer"}],
    float: [{"type": "number"}],
    bool: [{"type": "boolean"}],
    dict: [{"type": "object"}],
    list: [{"type": "array"}],
    None: [{"type": "null"}],
    NoneType: [{"type": "null"}],
    Any: [{}],
}
NUMBERS = {"integer": "a whole number", "number": "a number"}
WRITE = NUMBERS | {"boolean": "true or false", "array": "a list", "object": "a mapping"}
FEW = 6  # words that a message lists


class Refer(Protocol):
    """The definitions that schemas refer to."""

    def pieces(self, kind: type[Strict]) -> list[Json]:
        """The alternatives of a piece of a scenario."""

    def named(self, annotation: Any) -> Json | None:
        """A reference to the schema of an annotation that has a name, or None."""


def schema_of(annotation: Any, refer: Refer) -> Json:
    """The schema of what may be written for an annotation."""
    return refer.named(annotation) or merged(alternatives(annotation, refer))


def alternatives(annotation: Any, refer: Refer) -> list[Json]:
    """The alternatives of an annotation, each of one JSON type, or of any."""
    origin, inside = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return with_rules(alternatives(inside[0], refer), inside[1:], refer)
    if origin in (Union, UnionType):
        return [found for one in inside for found in alternatives(one, refer)]
    if origin is Literal:
        return literals(inside)
    if origin is list:
        items = schema_of(inside[0], refer)
        return [{"type": "array", "items": items, "entries": alternatives(inside[0], refer)}]
    if origin is dict:
        return [{"type": "object", "additionalProperties": schema_of(inside[1], refer)}]
    if annotation in PLAIN:
        return [dict(one) for one in PLAIN[annotation]]
    return refer.pieces(annotation)


def literals(values: Iterable[Any]) -> list[Json]:
    """Single values as alternatives."""
    words = tuple(one for one in values if isinstance(one, str))
    numbers = [one for one in values if type(one) is int]
    found: list[Json] = [{"type": "string", "words": Words(words)}] if words else []
    return found + ([{"type": "integer", "enum": numbers}] if numbers else [])


def with_rules(found: list[Json], rules: Iterable[Any], refer: Refer) -> list[Json]:
    """Alternatives with the bounds of an annotation, and what else its notes let in."""
    rules = [rule for one in rules for rule in getattr(one, "metadata", [one])]
    for rule in rules:
        written = getattr(rule, "json_schema_input_type", PydanticUndefined)
        if written is not PydanticUndefined:
            found = alternatives(written, refer)
    for rule in rules:
        if isinstance(rule, Words):
            found = [one | {"words": rule} if one["type"] == "string" else one for one in found]
        found = [bounded(one, rule) for one in found]
    also = [rule for rule in rules if isinstance(rule, Also)]
    return found + [more for rule in also for more in alternatives(rule.type, refer)]


def bounded(one: Json, rule: Any) -> Json:
    """An alternative within the bounds of a rule that are of its type."""
    bounds = {}
    for name, keyword in BOUNDS.items():
        bound = getattr(rule, name, None)
        if one.get("type") in NUMBERS and bound is not None and abs(bound) < MOST_ROWS:
            bounds[keyword] = bound
    for name, keyword in {"min_length": "min", "max_length": "max"}.items():
        if one.get("type") in LENGTHS and (bound := getattr(rule, name, None)) is not None:
            bounds[keyword + LENGTHS[one["type"]]] = bound
    return one | bounds


def merged(found: list[Json]) -> Json:
    """One schema of several alternatives."""
    if {} in found:
        return {}
    texts = [one for one in found if one["type"] == "string"]
    others = [*(one for one in found if one["type"] not in ("string", "array")), *of_lists(found)]
    schema: Json = {"type": [], "errorMessage": f"write {in_words(found)}"}
    conditions: list[Json] = []
    for one in others:
        schema["type"].append(one["type"])
        if "$ref" in one and len(found) > 1:
            conditions.append({"if": {"type": one["type"]}, "then": {"$ref": one["$ref"]}})
        else:
            schema |= {word: value for word, value in one.items() if word not in ("type", "hint")}
    if {"integer", "number"} <= {*schema["type"]}:
        schema["type"].remove("integer")
    numbers = [NUMBERS[one] for one in schema["type"] if one in NUMBERS and "enum" not in schema]
    return finished(schema | of_texts(texts, numbers, conditions), conditions)


def in_words(found: list[Json]) -> str:
    """What may be written for alternatives, in a few words."""
    words: list[str] = []
    for one in found:
        if "enum" in one:
            words += map(str, one["enum"])
        elif one["type"] == "string":
            words += texts_in_words(one.get("words", Words()))
        elif one["type"] in WRITE:
            words.append(one.get("hint", WRITE[one["type"]]))
    return " or ".join(dict.fromkeys(words)) or "nothing here"


def texts_in_words(words: Words) -> list[str]:
    """What texts may be written, in a few words."""
    if words == Words():
        return ["a text"]
    few = words.known if len(words.known) <= FEW and not words.name else ()
    known = [*few] or (["the name of a kind" if words.name else "a name"] if words.known else [])
    return known + ([words.hint] if words.hint else [])


def of_lists(found: list[Json]) -> list[Json]:
    """One alternative for all lists, whose entries may be what those of any of them may be."""
    lists = [dict(one) for one in found if one["type"] == "array"]
    entries = [entry for one in lists for entry in one.pop("entries", ())]
    return [lists[0] | ({"items": merged(entries)} if len(lists) > 1 else {})] if lists else []


def of_texts(texts: list[Json], numbers: list[str], conditions: list[Json]) -> Json:
    """The keywords for texts, among which are numbers with underscores."""
    if not texts and not numbers:
        return {}
    words = [one.get("words", Words()) for one in texts]
    if Words() in words:  # any
        limits = {key: one[key] for one in texts for key in one.keys() & {"minLength", "maxLength"}}
        return {"string": True, **limits}
    known = [*dict.fromkeys(word for one in words for word in one.known)]
    patterns = [one.pattern for one in words if one.pattern]
    patterns += [UNDERSCORED] if numbers else []
    pattern = f"^({'|'.join(patterns)})$" if len(patterns) > 1 else f"^{''.join(patterns)}$"
    if not known:
        return {"string": True, "pattern": pattern}
    others = {"not": {"pattern": pattern}} if patterns else {}
    then, offer = known_words([one for one in words if one.known], known)
    conditions.append({"if": {"type": "string", **others}, "then": then})
    return {"string": True, **offered(offer)}


def known_words(words: list[Words], known: list[str]) -> tuple[Json, Json]:
    """The schema of texts that are known words, and that of what editors complete."""
    if len(words) == 1 and (name := words[0].name):
        return {"$ref": f"#/definitions/{name}.name"}, {"$ref": f"#/definitions/{name}.kinds"}
    meanings = dict(zip(known, (meaning for one in words for meaning in one.meanings)))
    if not meanings:
        return {"enum": known}, {"enum": known}
    about = {word: {"description": meaning} for word, meaning in meanings.items()}
    return named_words(about, {"enum": known}), one_of(meanings)


def one_of(meanings: dict[str, str]) -> Json:
    """The schema of words, each with what it means: editors show that where they complete them."""
    return {"enum": [*meanings], "enumDescriptions": [*meanings.values()]}


def named_words(about: dict[str, Json], others: Json) -> Json:
    """The schema of words that have one of their own each, and that of all others.

    A list of words would be shown whole under the mouse, however long.
    """
    each = [{"if": {"const": word}, "then": one} for word, one in about.items()]
    return {"if": {"pattern": f"^({'|'.join(about)})$"}, "then": {"allOf": each}, "else": others}


def offered(*schemas: Json) -> Json:
    """What editors complete, in alternatives that nothing fits, as they list others."""
    return {"anyOf": [{}, *({"allOf": [{"not": {}}, one]} for one in schemas)]}


def finished(schema: Json, conditions: list[Json]) -> Json:
    """A schema with its conditions, and its types written as short as they can be."""
    if schema.pop("string", False):
        schema["type"].append("string")
    types = [*dict.fromkeys(schema["type"])]
    schema["type"] = types[0] if len(types) == 1 else types
    plain = types == ["string"] and len(conditions) == 1 and "not" not in conditions[0]["if"]
    if plain and "enum" in conditions[0]["then"]:
        return conditions[0]["then"]
    if "$ref" in schema:  # by a condition, so that the message is not that of the mapping's keys
        schema |= {"if": {"type": schema["type"]}, "then": {"$ref": schema.pop("$ref")}}
    if len(conditions) == 1:
        return schema | conditions[0]
    return schema | ({"allOf": conditions} if conditions else {})
