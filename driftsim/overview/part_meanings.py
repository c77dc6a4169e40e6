"""Part meanings: what a part of a scenario and what is in it are, by their docstrings."""

import inspect
from collections.abc import Iterator
from typing import Any

from driftsim.forms import listed
from driftsim.kinds import comment
from driftsim.learners.own_estimator import named_by_paths
from driftsim.learners.pipeline import Pipeline
from driftsim.libraries import loaded
from driftsim.messages import brief
from driftsim.parts import (
    Part,
    Strict,
    described,
    dumped,
    entries,
    identity,
    keys_of,
    parts_in,
)
from driftsim.streams.operators.operator import Reference

Lines = Iterator[tuple[int, str]]  # each with how deep it stands below the first


class Meanings:
    """The meanings of parts, each given where it is first met."""

    def __init__(self) -> None:
        self._met: dict[str, str] = {}  # where each part stands first
        self._explained: set[str] = set()  # kinds, and paths of classes
        self._noted: set[tuple[type, str]] = set()  # parameters, by the class that has them

    def of(self, label: str, part: Part, where: str = "", depth: int = 0) -> Lines:
        """Lines on a part, on its parameters that are given, and on the parts in it.

        `where` is whose part it is, by which later ones name it.
        """
        given = dumped(part, exclude_unset=True)
        if isinstance(part, Reference):
            yield depth, f"{label}: {part.name}, another concept of the stream"
        elif not isinstance(given, dict):  # a memory by its size
            yield depth, f"{label}: {worded(given)}{self._meaning(part.kind(), part)}"
        elif given.keys() - {"kind"} and self._first(part, where) != where:
            yield depth, f"{label}: {given['kind']}, the same as that of {self._first(part, where)}"
        else:
            yield from self._in_full(label, part, given, where, depth)

    def _first(self, part: Part, where: str) -> str:
        """Whose part it was where it was first met."""
        return self._met.setdefault(identity(part), where)

    def _in_full(self, label: str, part: Strict, given: dict, where: str, depth: int) -> Lines:
        """Lines on a part that has not been met before, or on another piece of a scenario."""
        kind, inside = given.pop("kind", ""), pieces_within(part)
        steps = given.pop("steps", []) if isinstance(part, Pipeline) else []
        own = {key: worded(one) for key, one in given.items() if key not in inside}
        notes = {key: note for key in own if (note := self._note(part, key))}
        plain = [f"{key} {one}" for key, one in own.items() if key not in notes]
        title = ", ".join([*([kind] if kind else []), *plain])
        yield depth, f"{label}: {title}{self._meaning(kind, part) if kind else ''}"
        yield from ((depth + 1, f"{key} {own[key]}: {note}") for key, note in notes.items())
        for step in steps:
            path = step["kind"] if isinstance(step, dict) else step
            yield depth + 1, f"step: {worded(step)}{self._once(path, library_meaning(path))}"
        for key, one in inside.items():
            for i, each in enumerate(listed(one), start=1):
                if isinstance(each, Part):
                    yield from self.of(key, each, where, depth + 1)
                else:
                    inner = dumped(each, exclude_unset=True)
                    yield from self._in_full(f"{key} {i}", each, inner, where, depth + 1)

    def _meaning(self, kind: str, part: Strict) -> str:
        """The docstring of a part after its title, if it is the first of its kind."""
        known = named_by_paths(type(part))
        return self._once(kind, library_meaning(kind) if known else described(type(part)))

    def _note(self, part: Strict, key: str) -> str:
        """What a parameter is, the first time."""
        if (type(part), key) in self._noted:
            return ""
        self._noted.add((type(part), key))
        return note_of(part, key)

    def _once(self, kind: str, meaning: str) -> str:
        """A meaning after a title, the first time."""
        if kind in self._explained or not meaning:
            return ""
        self._explained.add(kind)
        return f". {meaning}"


def pieces_within(part: Strict) -> dict[str, Any]:
    """The parts in a part, and lists that hold some, by their keys; not a default one it alters."""
    fields, given = keys_of(type(part)), part.model_fields_set
    found = {key: one for key, one in entries(part).items() if one and is_of_parts(one)}
    return {key: one for key, one in found.items() if key != "of" or fields[key] in given}


def is_of_parts(value: Any) -> bool:
    """Whether a value is a part, or a list of parts or of pieces in which there are some."""
    if not isinstance(value, list):
        return isinstance(value, Part)
    return all(isinstance(one, Strict) and any(map(is_part, parts_in(one))) for one in value)


def is_part(piece: Strict) -> bool:
    """Whether a piece of a scenario is a part."""
    return isinstance(piece, Part)


def worded(value: Any) -> str:
    """A value in a few words; entries one after another, with their keys where they have some."""
    if isinstance(value, dict) and "kind" not in value:
        return f"{{{', '.join(f'{key}: {worded(one)}' for key, one in value.items())}}}"
    if not isinstance(value, list):
        return brief(value)
    return ", ".join(f"[{worded(one)}]" if isinstance(one, list) else brief(one) for one in value)


def note_of(part: Strict, key: str) -> str:
    """What the value of a key is, by the comment behind its field; not what it else could be."""
    field = keys_of(type(part)).get(key)
    return comment(type(part), field).partition("; ")[0] if field else ""


def library_meaning(path: str) -> str:
    """The first sentence of what a class or function of a library says of itself."""
    holder, _, name = path.rpartition(".")
    found = getattr(loaded(holder), name, None)
    first = (inspect.getdoc(found) or "").split("\n\n")[0]
    return " ".join(first.split())
