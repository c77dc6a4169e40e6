"""Agreement: what the concepts of one stream must have in common."""

from driftsim.messages import short
from driftsim.parts import fields


def disagreement(concepts):
    """What differs between concepts of one stream that must be the same, or None."""
    (first, model), *others = concepts.items()
    for name, concept in others:
        for (what, one), (_, other) in zip(had(model), had(concept)):
            if one != other and "" not in (one, other):
                return (
                    f"the concepts of a stream must agree on {what}, "
                    f"but '{first}' has {short(one)} and '{name}' {short(other)}"
                )


def had(concept):
    """What the concepts of a stream must have in common; an empty text where it is not told."""
    schema = concept.schema
    yield "columns", len(schema.names)
    yield "nominal columns", schema.nominal
    yield "classes", schema.n_classes
    yield "the names of classes", schema.classes or ""
    yield "the values of nominal columns", schema.values or ""
    yield "the names of columns", schema.names if concept.rows is not None else ""


def unblendable(drift, concepts):
    """Why concepts have no concepts in between, or None."""
    kinds = {concept.kind(): concept.blends for concept in concepts}
    if len(kinds) > 1 or not all(kinds.values()):
        named = " with ".join(kinds)
        return f"{drift} cannot blend {named}; use gradual, or concepts of one kind that can move"
    for name, values in fields(concepts).items():
        if any(v != values[0] and not numeric(v) for v in values):
            return (
                f"{drift} cannot move '{name}' from {values[0]} to {values[-1]}; "
                "make it the same in all concepts, or use gradual"
            )


def numeric(value):
    """Whether a value is a number or nested lists of numbers, which have values in between."""
    if isinstance(value, list):
        return all(map(numeric, value))
    return isinstance(value, float)


def regressive(concepts):
    """Whether the labels of concepts are numbers."""
    return any(concept.schema.regression for concept in concepts.values())
