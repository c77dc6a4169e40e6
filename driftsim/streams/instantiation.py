"""Instantiation: the concepts of a stream with one seed, each drawn or read once for all."""

from collections.abc import Mapping
from functools import cached_property

import numpy as np
from pydantic import ValidationError

from driftsim.messages import within
from driftsim.parts import identity
from driftsim.rows import Schema
from driftsim.streams.concepts import Concept
from driftsim.streams.joined import joined, shared_schema
from driftsim.streams.operators.operator import Drawn, Operator, Reference, is_same, leaves
from driftsim.streams.operators.references import ordered
from driftsim.streams.seeds import structure_rng


class Instantiation:
    """The concepts of a stream with one seed, instantiated and prepared for a warm-up.

    What is named by several is instantiated once, and so is what reads the same rows.
    """

    def __init__(self, concepts: Mapping[str, Concept], seed: int, warmup: int = 0):
        self._concepts, self._seed, self._warmup = concepts, seed, warmup
        self._found: dict[str, Drawn] = {}
        self._read: dict[str, Drawn] = {}  # records, by all that their rows follow from
        self._joined: dict[int, Drawn] = {}  # with the codes of all records, by those read

    @property
    def names(self) -> list[str]:
        """The names of the concepts, each after those that it is made of."""
        return ordered({name: named_by(one) for name, one in self._concepts.items()})

    def one(self, name: str) -> Drawn:
        """The concept that has a name; `ValueError` if it cannot be drawn or read."""
        if name not in self._found:
            rng = structure_rng(self._seed, name)
            self._found[name] = self._of(self._concepts[name], rng)
        return self._found[name]

    def all(self) -> list[Drawn]:
        """All concepts, in the order of the stream."""
        return [self.one(name) for name in self._concepts]

    def _of(self, concept: Concept, rng: np.random.Generator) -> Drawn:
        if isinstance(concept, Reference):
            return self.one(concept.name)
        if isinstance(concept, Operator):
            return concept.over([self._below(one, rng) for one in concept.bases], rng)
        drawn = self._leaf(concept, rng)
        if not concept.recorded or self._shared is None:
            return drawn
        return self._joined.setdefault(id(drawn), joined(drawn, self._shared))

    def _leaf(self, concept: Concept, rng: np.random.Generator) -> Drawn:
        if not is_same(concept):
            return concept.instantiated(rng).prepared(self._warmup)
        key = identity(concept)
        if key not in self._read:
            self._read[key] = concept.instantiated(rng).prepared(self._warmup)
        return self._read[key]

    @cached_property
    def _shared(self) -> Schema | None:
        """The schema that different records can share; None where there is nothing to join."""
        found = [record for one in self._concepts.values() for record in leaves(one)]
        records = {identity(one): one for one in found if one.recorded}
        if len(records) < 2:
            return None
        try:
            rng = np.random.default_rng(0)
            return shared_schema([self._leaf(one, rng) for one in records.values()])
        except (ValueError, OSError):
            return None  # of a record that is refused where it stands

    def _below(self, concept: Concept, rng: np.random.Generator) -> Drawn:
        try:
            return self._of(concept, rng)
        except ValidationError as error:
            raise within(error, "of") from None


def named_by(concept: Concept) -> list[str]:
    """The names of the concepts of the stream that a concept is made of."""
    if isinstance(concept, Reference):
        return [concept.name]
    return [name for one in concept.bases for name in named_by(one)]
