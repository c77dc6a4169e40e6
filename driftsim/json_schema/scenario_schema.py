"""Scenario schema: every key and every kind of a scenario, and what it means, as JSON Schema.

It is of draft-07, which editors read. Kinds are distinguished by conditions on the key `kind`, so
that a mistake is found where it stands.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, get_args, get_origin

from pydantic.fields import FieldInfo

from driftsim.forms import Words
from driftsim.json_schema.texts import snippet, text, text_of_key, text_of_kind
from driftsim.json_schema.values import (
    Json,
    alternatives,
    merged,
    named_words,
    offered,
    one_of,
    schema_of,
)
from driftsim.kinds import FAMILIES, ordered_keys
from driftsim.learners.own_estimator import named_by_paths
from driftsim.parts import Imported, Part, Strict, described, dumped, keys_of
from driftsim.scenario import Scenario
from driftsim.scenario.evaluation import Evaluation
from driftsim.scenario.severity import is_fraction
from driftsim.streams.concepts import Concept
from driftsim.streams.severity import MEASURES
from driftsim.streams.stream import Stream

CLOSED: Json = {"additionalProperties": False}
SHORT = 100  # characters of a schema that is not worth a definition
DRAFT = "http://json-schema.org/draft-07/schema#"
TITLE = "driftsim"
DESCRIPTION = "A stream, the contenders that run on it, and how they are evaluated."
IN_FULL = "this kind has parameters that must be given: write {kind: …, …}"
BOTH: Json = {"type": "null", "errorMessage": "streams is there, too: give the one or the other"}
SEVERE = "{disagreement: 0.1, from: …}"
SEVERITY: Json = {
    "description": "The number that gives a change the severity that is asked for.",
    "type": "object",
    "properties": {
        "from": {"type": "string", "description": "the concept that it is to be far from"},
        "direction": {"enum": ["up", "down"], "default": "up"},
        **{measure: {"type": "number", "exclusiveMinimum": 0} for measure in MEASURES},
    },
    "required": ["from"],
    "additionalProperties": False,
}
SWEEP: Json = {
    "description": "Dotted paths, each with the values to try: a list, or names for them.",
    "type": "object",
    "additionalProperties": {
        "type": ["array", "object"], "minItems": 1, "uniqueItems": True, "minProperties": 1,
        "errorMessage": "write a list of values, or a mapping of names to values",
    },
}  # fmt: skip


def scenario_schema(
    paths: Mapping[type[Imported], Iterable[str]] = {}, allow: tuple[str, ...] = ()
) -> Json:
    """The schema of a scenario file, with all parts that are known now.

    `paths` are examples of classes of libraries, by the kind that they are of; `allow` are packages
    whose estimators can be named, too.
    """
    definitions = Definitions(paths, allow)
    for family in FAMILIES.values():
        definitions.named(family)
    swept = {"properties": {"sweep": {"required": ["stream"]}}, "required": ["sweep"]}
    return {
        "$schema": DRAFT,
        "title": TITLE,
        "description": DESCRIPTION,
        "type": "object",
        "properties": definitions.keys(Scenario) | of_suites(definitions) | {"sweep": SWEEP},
        "required": ["models"],
        "if": {"anyOf": [{"required": ["streams"]}, swept]},
        "then": {"dependencies": {"streams": {"properties": {"stream": BOTH}}}},
        "else": {"required": ["stream"]},
        "additionalProperties": False,
        "definitions": with_shared(dict(sorted(definitions.found.items()))),
    }


def of_suites(definitions: "Definitions") -> Json:
    """The keys of a scenario of several streams, which share what `defaults` give."""
    keys = definitions.keys(Stream)
    own = {"type": "object", "properties": keys | {"evaluation": definitions.ref(Evaluation)}}
    return {
        "streams": {
            "description": "Several streams, by name; each may have rules of `evaluation`.",
            "type": "object",
            "minProperties": 1,
            "additionalProperties": own | CLOSED,
        },
        "defaults": {
            "description": "What all streams have that do not give it themselves.",
            "type": "object",
            "properties": keys,
            **CLOSED,
        },
    }


def with_shared(definitions: dict[str, Json]) -> dict[str, Json]:
    """Definitions in which the schema of a key that stands in several of them has its own."""
    found = [(key, one) for each in definitions.values() for key, one in keys_of_schema(each)]
    counted = Counter((key, json.dumps(one)) for key, one in found)
    names: dict[tuple[str, str], str] = {}
    for (key, written), count in counted.items():
        if count > 1 and len(written) > SHORT:
            versions = sum(other == key for other, _ in names)
            names[key, written] = f"key.{key}" + (f".{versions + 1}" if versions else "")
    for each in definitions.values():
        for key, one in keys_of_schema(each):
            if name := names.get((key, json.dumps(one))):
                each["properties"][key] = {"$ref": f"#/definitions/{name}"}
    return definitions | {name: json.loads(written) for (_, written), name in names.items()}


def keys_of_schema(schema: Json) -> list[tuple[str, Json]]:
    """The keys of a mapping beside its kind, and their schemas."""
    return [(key, one) for key, one in schema.get("properties", {}).items() if key != "kind"]


class Definitions:
    """The schemas of families, kinds and pieces of a scenario, each once, by their names."""

    def __init__(self, paths: Mapping[type[Imported], Iterable[str]], allow: tuple[str, ...]):
        self._paths, self._allow = paths, allow
        self.found: dict[str, Json] = {"severity": SEVERITY}

    def ref(self, kind: type[Strict]) -> Json:
        """A reference to the mapping that a piece of a scenario is written as."""
        family = issubclass(kind, Part) and Part in kind.__bases__
        name = f"{kind.kind()}.mapping" if family else kind.__name__  # type: ignore[attr-defined]
        if name not in self.found:
            self.found[name] = {}  # which may refer to itself
            self.found[name] = self._family(kind) if family else self._mapping(kind)  # type: ignore[arg-type]
        return {"$ref": f"#/definitions/{name}"}

    def pieces(self, kind: type[Strict]) -> list[Json]:
        """The alternatives of a piece of a scenario."""
        found: list[Json] = []
        if issubclass(kind, Part):
            found += [{"type": "string", "words": self._words(kind)}]
        for form in kind.forms:
            one = (
                [{"type": "object", "hint": hint(kind), **self.ref(kind)}] if form is dict else None
            )
            found += one or alternatives(form, self)
        return found

    def named(self, annotation: Any) -> Json | None:
        """A reference to a family, perhaps with null; None of other annotations."""
        inside = [one for one in get_args(annotation) or [annotation] if one is not type(None)]
        if get_origin(annotation) is Annotated or inside[0] not in FAMILIES.values():
            return None
        if len(inside) > 1:
            return None
        name = inside[0].kind() + ("" if inside[0] is annotation else "_or_null")
        if name not in self.found:
            self.found[name] = {}
            about = {"title": words_of(inside[0]), "description": described(inside[0])}
            needy = sorted(one for one, kind in inside[0].kinds.items() if needs(kind))
            schema = with_needs(merged(alternatives(annotation, self)), needy)
            self.found[name] = about | schema | offered(*self._offers(inside[0], needy))
        return {"$ref": f"#/definitions/{name}"}

    def keys(self, kind: type[Strict]) -> dict[str, Json]:
        """The schema of each key of a piece of a scenario."""
        severe = issubclass(kind, Concept)
        return {key: self._key(kind, field, severe) for key, field in keys_in_order(kind).items()}

    def _key(self, kind: type[Strict], field: str, severe: bool) -> Json:
        """The schema of a key: what it means, what may be written, and the default."""
        info = kind.model_fields[field]
        annotation = (
            Annotated[info.annotation, *info.metadata] if info.metadata else info.annotation
        )
        if severe and is_fraction(info.annotation):
            severity = {"type": "object", "$ref": "#/definitions/severity", "hint": SEVERE}
            schema = merged([*alternatives(annotation, self), severity])
        else:
            schema = schema_of(annotation, self)
        return schema | {"description": text_of_key(kind, field)} | default_of(info)

    def _mapping(self, kind: type[Strict]) -> Json:
        """The schema of a piece with its keys."""
        about = {"title": kind.__name__.lower(), "description": text(kind)}
        return about | self._closed(kind, self.keys(kind))

    def _closed(self, kind: type[Strict], keys: dict[str, Json]) -> Json:
        fields = kind.model_fields
        required = [key for key, name in keys_in_order(kind).items() if fields[name].is_required()]
        schema: Json = {"type": "object", "properties": keys}
        schema |= {"required": required} if required else {}
        return schema | ({} if kind.model_config.get("extra") == "allow" else CLOSED)

    def _words(self, family: type[Part]) -> Words:
        """The texts that name a kind of a family."""
        plain = {name: kind for name, kind in family.kinds.items() if not named_by_paths(kind)}
        names = sorted(plain)
        paths = [self._pattern(kind) for kind in family.kinds.values() if named_by_paths(kind)]
        hint, own = "the path of a library's class" if paths else "", family.kind()
        meanings = {name: described(plain[name]) for name in names}
        write = f"{hint}, or one of " if hint else ""
        none = f"no kind of {words_of(family)} is called this"
        listed = {"errorMessage": f"{none}; write {write}{', '.join(names)}"}
        self.found[f"{own}.kinds"] = one_of(meanings) | listed
        about = {name: {"$ref": f"#/definitions/{own}.{name}/properties/kind"} for name in names}
        self.found[f"{own}.name"] = named_words(about, {"$ref": f"#/definitions/{own}.kinds"})
        return Words(tuple(names), "|".join(paths), hint, name=own)

    def _offers(self, family: type[Part], needy: list[str] | None = None) -> list[Json]:
        """What editors complete where a family is: its kinds, and paths of classes.

        Of those kinds that must be written in full, where a kind is written alone, an example.
        """
        own, offers = family.kind(), [f"{family.kind()}.kinds"]
        if needy:
            alone = {one: described(part) for one, part in sorted(family.kinds.items())}
            alone = {
                one: what for one, what in alone.items() if not named_by_paths(family.kinds[one])
            }
            bare = {one: what for one, what in alone.items() if one not in needy}
            snippets = [snippet(family, one) for one in needy]
            listed = one_of(bare) if bare else {}
            self.found[f"{own}.alone"] = listed | {"defaultSnippets": snippets}
            offers = [f"{own}.alone"]
        paths = [path for kind in family.kinds.values() for path in self._paths.get(kind, ())]
        if paths:
            self.found[f"{own}.paths"] = {"examples": paths}
            offers.append(f"{own}.paths")
        return [{"$ref": f"#/definitions/{one}"} for one in offers]

    def _pattern(self, kind: type[Imported]) -> str:
        """The paths that a kind is named by, as a regular expression."""
        heads = (kind.package, *kind.others, *(self._allow if kind.others else ()))
        escaped = [head.replace(".", "\\.") for head in heads]
        return rf"({'|'.join(escaped)})\..+"

    def _family(self, family: type[Part]) -> Json:
        """The schema of a kind with its parameters, of all kinds of a family."""
        branches = []
        for name, kind in sorted(family.kinds.items()):
            self.found[f"{family.kind()}.{name}"] = self._kind(family, name)
            asked = (
                {"pattern": f"^{self._pattern(kind)}$"} if named_by_paths(kind) else {"const": name}
            )
            condition = {"properties": {"kind": asked}, "required": ["kind"]}
            found = {"$ref": f"#/definitions/{family.kind()}.{name}"}
            branches.append({"if": condition, "then": found})
        words = merged([{"type": "string", "words": self._words(family)}])
        return {
            "type": "object",
            "properties": {"kind": words | offered(*self._offers(family))},
            "required": ["kind"],
            "allOf": branches,
        }

    def _kind(self, family: type[Part], name: str) -> Json:
        """The schema of a kind with its parameters."""
        kind, own = family.kinds[name], f"{family.kind()}.{name}"
        about = {"title": f"{name} ({words_of(family)})"}
        keys = {"kind": about | {"description": text_of_kind(family, name)}} | self.keys(kind)
        described = {"allOf": [{"$ref": f"#/definitions/{own}/properties/kind"}]}
        return about | described | self._closed(kind, keys)


def keys_in_order(kind: type[Strict]) -> dict[str, str]:
    """The keys of a piece of a scenario and their fields, as `kinds` lists those of a kind."""
    return ordered_keys(kind) if issubclass(kind, Part) else keys_of(kind)


def needs(kind: type[Strict]) -> bool:
    """Whether a kind has parameters that must be given."""
    return not issubclass(kind, Imported) and any(
        one.is_required() for one in kind.model_fields.values()
    )


def with_needs(schema: Json, needy: list[str]) -> Json:
    """The schema of a family whose words are kinds, some of which must be written in full."""
    if not needy:
        return schema
    condition = {
        "if": {"type": "string", "pattern": f"^({'|'.join(needy)})$"},
        "then": {"type": "object", "errorMessage": IN_FULL},
    }
    if "if" in schema:
        schema = {key: one for key, one in schema.items() if key not in ("if", "then")} | {
            "allOf": [{"if": schema["if"], "then": schema["then"]}]
        }
    return schema | {"allOf": [*schema["allOf"], condition]}


def hint(kind: type[Strict]) -> str:
    """A piece of a scenario as a mapping, by the keys that it must have."""
    keys = [key for key, name in keys_of(kind).items() if kind.model_fields[name].is_required()]
    keys = ["kind"] if issubclass(kind, Part) else keys
    return f"{{{', '.join(f'{key}: …' for key in keys)}}}" if keys else "a mapping"


def words_of(family: type[Part]) -> str:
    """A family in words, such as shift test."""
    return family.kind().replace("_", " ")


def default_of(info: FieldInfo) -> Json:
    """The default of a field, if it has one that a scenario can write."""
    if info.is_required() or info.default is None:
        return {}
    match info.default:
        case Part() as part:
            value = dumped(part, exclude_defaults=True)
            return {"default": value["kind"] if [*value] == ["kind"] else value}
        case Strict() as piece:
            value = dumped(piece, exclude_defaults=True)
            return {"default": value} if value else {}
    return {"default": info.default}
