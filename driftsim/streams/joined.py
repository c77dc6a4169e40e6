"""Joined records: several tables in one stream, with the same columns, codes and classes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from driftsim.rows import Schema
from driftsim.streams.concepts import Instantiated
from driftsim.streams.operators.operator import Drawn, is_ready


@dataclass(frozen=True, eq=False)
class Joined(Instantiated):
    """A record with the columns, codes and classes that it shares with the others of a stream."""

    record: Drawn
    shared: Schema
    columns: list[int]  # of the record, for each of those that are shared
    codes: dict[int, np.ndarray]  # of nominal columns: what each code of the record becomes
    labels: np.ndarray | None  # what each class of the record becomes; None for numbers

    @property
    def schema(self):
        return self.shared

    @property
    def rows(self):
        return self.record.rows

    @property
    def clock(self):
        return self.record.clock

    @property
    def ready(self) -> bool:
        """Whether rows can be drawn without a warm-up to learn from."""
        return is_ready(self.record)

    @property
    def in_memory(self) -> bool:
        """As of the record."""
        return getattr(self.record, "in_memory", True)

    @property
    def y(self) -> np.ndarray | None:
        """The labels (n,), also where the features are not at hand; None where unknown."""
        own = getattr(self.record, "y", None)
        return own if own is None or self.labels is None else self.labels[own]

    def draw(self, rng, t):
        X, y = self.record.draw(rng, t)
        X = X[:, self.columns]
        for j, codes in self.codes.items():
            known = ~np.isnan(X[:, j])
            X[known, j] = codes[X[known, j].astype(np.int64)]
        return X, y if self.labels is None else self.labels[y]


def joined(record: Drawn, shared: Schema) -> Joined:
    """A record with a schema that several share."""
    own = record.schema
    columns = [own.names.index(name) for name in shared.names]
    codes = {
        j: places(own.values[columns[j]], words).astype(float) for j, words in shared.values.items()
    }
    labels = places(own.classes, shared.classes) if own.classes and shared.classes else None
    return Joined(record.description, record, shared, columns, codes, labels)


def places(words: Sequence[str], known: Sequence[str]) -> np.ndarray:
    """Where each of some words is among all."""
    return np.array([known.index(word) for word in words])


def shared_schema(records: Sequence[Drawn]) -> Schema | None:
    """The schema that records can share, in the order of the first; None where all have it.

    None, too, where they cannot share one, as columns have other names or other kinds of values.
    """
    schemas = [one.schema for one in records]
    first = schemas[0]
    if all(is_alike(one, first) for one in schemas):
        return None
    if not all(fits(one, first) for one in schemas):
        return None
    named = [{one.names[j]: words for j, words in one.values.items()} for one in schemas]
    values = {j: united(each[first.names[j]] for each in named) for j in first.nominal}
    classes = first.classes and united(one.classes or () for one in schemas)
    missing = {first.names.index(one.names[j]) for one in schemas for j in one.missing}
    return first._replace(
        nominal={j: len(words) for j, words in values.items()},
        n_classes=len(classes) if classes else first.n_classes,
        classes=classes,
        values=values,
        missing=frozenset(missing),
    )


def is_alike(one: Schema, other: Schema) -> bool:
    """Whether schemas are the same but for missing values."""
    return one._replace(missing=other.missing) == other


def fits(one: Schema, first: Schema) -> bool:
    """Whether a schema has the same columns as the first, and the names of all its codes."""
    words, others = ({each.names[j] for j in each.nominal} for each in (one, first))
    named = one.values.keys() == one.nominal.keys()
    if one.classes is None or first.classes is None:
        labels = one.classes == first.classes and one.n_classes == first.n_classes
    else:
        labels = bool({*one.classes} & {*first.classes})  # else they are of different questions
    return sorted(one.names) == sorted(first.names) and words == others and named and labels


def united(each: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """The words of several lists, each once, in the order in which they come."""
    return (*dict.fromkeys(word for words in each for word in words),)
