"""References: names of concepts of a stream in the place of parts, and cycles of them."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError, ValidationInfo

from driftsim.messages import guess, refusal, short
from driftsim.streams.concepts import Concept
from driftsim.streams.operators.operator import MOST_NESTED, Operator, Reference


def with_references(concepts: Any, info: ValidationInfo) -> Any:
    """Concepts as they are given, by name, with references in the place of their names.

    Refuses names of nothing, and concepts that are made of each other.
    """
    if not isinstance(concepts, dict) or not any(map(names_in, concepts.values())):
        return concepts
    found: dict[str, Any] = {}
    for name in ordered({name: names_of(one, concepts) for name, one in concepts.items()}):
        given = referring(concepts[name], found, name)
        try:
            found[name] = Concept.model_validate(given, context=info.context)
        except ValidationError:
            found[name] = given  # which is refused where it stands
    return {name: found[name] for name in concepts}


def ordered(uses: Mapping[str, list[str]]) -> list[str]:
    """Names, each after those that it uses; refuses a cycle of them."""
    done: list[str] = []

    def visit(name, path):
        if name in path:
            cycle = [*path[path.index(name) :], name]
            made = ", which is made of ".join(map(short, cycle[1:]))
            cure = "let one be made of a part, such as {kind: sea}"
            raise refusal(f"{short(name)} is made of {made}; {cure}", path[-1], "of")
        if name not in done:
            for other in uses[name]:
                visit(other, [*path, name])
            done.append(name)

    for name in uses:
        visit(name, [])
    return done


def names_in(given: Any, depth: int = 0) -> list[str]:
    """The texts in the place of concepts that a concept is made of, as it is given."""
    if depth > MOST_NESTED:
        raise refusal(f"more than {MOST_NESTED} concepts are made of each other; use fewer")
    if isinstance(given, Reference | str):
        return [given if isinstance(given, str) else given.name] if depth else []
    below = given.bases if isinstance(given, Operator) else (one for _, one in bases_of(given))
    return [name for one in below for name in names_in(one, depth + 1)]


def names_of(given: Any, concepts: Mapping[str, Any]) -> list[str]:
    """The names of concepts that a concept is made of."""
    return [name for name in names_in(given) if name in concepts]


def bases_of(given: Any) -> Iterator[tuple[int | None, Any]]:
    """What a concept as plain data is made of; of a list with their places."""
    of = given.get("of") if isinstance(given, dict) and is_operator(given.get("kind")) else None
    if isinstance(of, list):
        yield from enumerate(of)
    elif of is not None:
        yield None, of


def is_operator(kind: Any) -> bool:
    """Whether a kind of concept is made of others; `of` may mean anything in people's own."""
    found = Concept.kinds.get(kind) if isinstance(kind, str) and "." not in kind else None
    return found is not None and issubclass(found, Operator)


def referring(given: Any, found: Mapping[str, Any], *place: str | int) -> Any:
    """A concept as plain data, with references to those found so far."""
    if isinstance(given, Operator | Reference):
        return given
    of = {
        i: reference(one, found, *place, "of", *([] if i is None else [i]))
        if isinstance(one, str)
        else referring(one, found, *place, "of", *([] if i is None else [i]))
        for i, one in bases_of(given)
    }
    return given | {"of": of[None] if None in of else [*of.values()]} if of else given


def reference(name: str, found: Mapping[str, Any], *place: str | int) -> Any:
    """What a text stands for: a concept of the stream, else a kind; refuses any other."""
    if name in found:
        return Reference(name=name, concept=found[name])
    if "." not in name and name not in Concept.kinds:
        known = guess(name, [*found, *Concept.kinds])
        known = known if known.startswith("did") else guess(name, [*found], [*Concept.kinds])
        message = f"no concept of the stream and no kind is called {short(name)}; {known}"
        raise refusal(message, *place)
    return name
