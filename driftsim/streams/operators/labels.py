"""Label operators: the labels of rows in a region are replaced, all or a share of them."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Annotated, Any, Literal, NamedTuple

import numpy as np
from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from driftsim.messages import plural, refusal, short
from driftsim.parts import Share
from driftsim.streams.operators.amounts import ShareOrShares, Statistics
from driftsim.streams.operators.operator import Class, Operator, class_names, class_of
from driftsim.streams.operators.predicates import Mask, parsed


def _condition(text):
    if text is not None:
        parsed(text)
    return text


def _targets(given):
    for one in given.values() if isinstance(given, dict) else [given]:
        if type(one) not in (str, int):
            raise ValueError(f"{short(one)} is no class; write next, a class, or {{from: to, …}}")
    return given


Targets = Annotated[Literal["next"] | Class | dict[str, Class], BeforeValidator(_targets)]
Where = Annotated[str | None, Field(max_length=2_000), AfterValidator(_condition)]


class Replacement(NamedTuple):
    """Which labels are replaced, and by which."""

    region: Mask | None  # of rows; None for all
    labels: np.ndarray  # (k, m) in row c the probability of each label that replaces c


class LabelOperator(Operator):
    """Labels of rows in a region are replaced by others."""

    where: Where = None  # the region; such as "age > 40 and region in [north, east]"; else all

    def resolved(self, bases, rng):
        schema = bases[0].schema
        class_names(schema)
        labels = self.replacing(schema)
        return self, Replacement(region_of(self.where, bases[0]), labels)

    @abstractmethod
    def replacing(self, schema) -> np.ndarray:
        """(k, m) in row c the probability of each label that replaces c."""

    @abstractmethod
    def shares(self, k: int) -> np.ndarray:
        """The probability that a label is replaced in the region: (1 or n, k)."""

    def drawn(self, one, rng, t):
        X, y = one.base.draw(rng, t)
        u, v = rng.random((2, len(t)))
        table = np.cumsum(one.state.labels, axis=1)
        table[:, -1] = 1
        other = (v[:, None] >= table[y]).sum(axis=1)
        return X, np.where(u < self._at(one, X, y[:, None])[:, 0], other, y)

    def joint(self, one, X, t):
        density = one.base.density(X, t)
        moved = density * self._at(one, X, np.arange(density.shape[1])[None])
        kept, new = density - moved, np.diff(one.state.labels.shape)[0]
        kept = np.pad(kept, ((0, 0), (0, new))) if new else kept
        return kept + moved @ one.state.labels

    def _at(self, one, X, labels):
        """The probability that labels (1 or n, m) of rows (n, d) are replaced: (n, m)."""
        shares = np.broadcast_to(
            self.shares(len(one.state.labels)), (len(X), len(one.state.labels))
        )
        found = np.take_along_axis(shares, np.broadcast_to(labels, (len(X), labels.shape[1])), 1)
        return found if one.state.region is None else found * one.state.region(X)[:, None]


class Relabelled(LabelOperator):
    """Local real drift: in a region labels become other ones (menelaus' LabelSwap, LabelJoin).

    Formula:
        P(y | x) = (1 - share) P₀(y | x) + share Σ P₀(c | x), over the classes c that become y

    P(x) stays as it is, and P(y | x) changes where the region is. Without `where` it is everywhere.
    """

    to: Targets = "next"  # the labels in their place; next, a class, or a map
    share: Share = 1.0  # of the labels in the region

    @property
    def random(self):
        return self.share not in (0, 1)

    def replacing(self, schema):
        k = len(class_names(schema))
        if isinstance(self.to, Mapping):
            target = np.arange(k)
            for before, after in self.to.items():
                target[class_of(schema, before, "to")] = class_of(schema, after, "to", before)
        elif self.to == "next":
            target = (np.arange(k) + 1) % k
        else:
            target = np.full(k, class_of(schema, self.to, "to"))
        return np.eye(k)[target]

    def shares(self, k):
        return spread(self.share, k)


class Split(LabelOperator):
    """New classes: in a region, or by chance, labels of a class become those of a class of its own.

    Formula:
        P(new class | x) = share P₀(class | x), P(class | x) = (1 - share) P₀(class | x)

    P(x) stays as it is. The new classes come after the others. What has them as one again, before
    a drift or after it, is `relabelled` of this one, with their names the other way round.
    """

    to: Annotated[dict[str, Class], Field(min_length=1)]  # the new class that leaves each class
    share: Share = 1.0  # of its labels in the region

    @property
    def random(self):
        return self.share != 1

    def schema_over(self, schema):
        names = (*class_names(schema), *map(str, self.to.values()))
        return schema._replace(n_classes=len(names), classes=names)

    def replacing(self, schema):
        names = self.schema_over(schema).classes
        labels = np.eye(schema.n_classes, len(names))
        for i, one in enumerate(self.to, start=schema.n_classes):
            if names[i] in names[:i]:
                raise refusal(f"{short(names[i])} is a class already; give a new name", "to", one)
            labels[class_of(schema, one, "to")] = np.eye(len(names))[i]
        return labels

    def shares(self, k):
        return spread(self.share, k)

    @model_validator(mode="after")
    def _keeps_some(self):
        if self.where is None and self.share == 1:
            raise ValueError(
                "all of a class would become another; give a region, or a share below 1"
            )
        return self


class Mislabelled(LabelOperator):
    """Noise drift: in a region labels are replaced by a wrong one, each as likely (label noise).

    Formula:
        P(y | x) = (1 - share) P₀(y | x) + share (1 - P₀(y | x)) / (number of classes - 1)

    With a share for each class it is class-conditional noise (Natarajan et al. 2013).
    """

    share: ShareOrShares = 0.1  # of the labels in the region; or one for each class

    @property
    def random(self):
        return True

    def replacing(self, schema):
        k = len(class_names(schema))
        if isinstance(self.share, list) and len(self.share) != k:
            message = f"{plural(len(self.share), 'share')} for {k} classes; give one for each class"
            raise refusal(message, "share")
        return (1 - np.eye(k)) / (k - 1)

    def shares(self, k):
        for_each = isinstance(self.share, list) or np.ndim(self.share) == 2
        return np.reshape(self.share, (-1, k)) if for_each else spread(self.share, k)


def spread(share: Any, k: int) -> np.ndarray:
    """One share, or one for each row, as the shares of k classes (1 or n, k)."""
    return np.repeat(np.reshape(share, (-1, 1)), k, axis=1)


def region_of(where: str | None, base) -> Mask | None:
    """The region of a condition on the rows of a concept; refuses what does not fit them."""
    if where is None:
        return None
    try:
        return parsed(where).bound(base.schema, Statistics(base))
    except ValueError as error:
        raise refusal(str(error), "where") from None
