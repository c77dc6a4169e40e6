"""Compatibility: what the concepts of one stream must have in common."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from driftsim.messages import brief, flow, short
from driftsim.parts import Part, dumped
from driftsim.streams.concepts import Concept, Instantiated


def concept_incompatibility(concepts: Mapping[str, Concept | Instantiated]) -> str | None:
    """What differs between concepts of one stream that must be the same, or None."""
    (first, model), *others = concepts.items()
    for name, concept in others:
        for (what, one), (_, other) in zip(in_common(model), in_common(concept)):
            if one != other and "" not in (one, other):
                return (
                    f"the concepts of a stream must agree on {what}, "
                    f"but '{first}' has {short(one)} and '{name}' {short(other)}"
                )
    return None


def in_common(concept: Concept | Instantiated) -> Iterator[tuple[str, Any]]:
    """What the concepts of a stream must have in common; an empty text where it is unknown."""
    schema = concept.schema
    yield "columns", len(schema.names)
    yield "nominal columns", schema.nominal
    yield "classes", schema.n_classes
    yield "the names of classes", schema.classes or ""
    yield "the values of nominal columns", schema.values or ""
    yield "the names of columns", schema.names if concept.rows is not None else ""


def blend_incompatibility(drift: str, concepts: Sequence[Concept | Instantiated]) -> str | None:
    """Why a kind of drift cannot move from one concept to another, or None."""
    parts = [one.description for one in concepts]
    kinds = {part.kind(): part.blends for part in parts}
    if len(kinds) > 1 or not all(kinds.values()):
        named = " with ".join(kinds)
        return f"{drift} cannot blend {named}; use gradual, or concepts of one kind that can move"
    for name, values in fields(parts).items():
        if any(v != values[0] and not is_numeric(v) for v in values):
            return (
                f"{drift} cannot move '{name}' from {written(values[0])} to {written(values[-1])}; "
                "make it the same in all concepts, or use gradual"
            )
    return None


def fields(parts: list) -> dict[str, list]:
    """The values of each field in parts of one kind."""
    return {name: [getattr(part, name) for part in parts] for name in type(parts[0]).model_fields}


def is_numeric(value: Any) -> bool:
    """Whether a value is a float or nested lists of floats, which have values in between."""
    if isinstance(value, list):
        return all(map(is_numeric, value))
    return isinstance(value, float)


def written(value: Any) -> str:
    """A value of a part in a few words, such as another part or a list of them."""
    if isinstance(value, list):
        return f"[{', '.join(map(written, value))}]"
    return brief(dumped(value)) if isinstance(value, Part) else flow(value)
