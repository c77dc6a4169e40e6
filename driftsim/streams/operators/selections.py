"""Selections: concepts whose rows are some of those of another, such as more of a class."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, NamedTuple

import numpy as np
from pydantic import Field

from driftsim.messages import refusal, short
from driftsim.parts import Number
from driftsim.streams.operators.amounts import Shares, Statistics
from driftsim.streams.operators.operator import (
    NO_OTHERS,
    Class,
    Drawn,
    Operated,
    Operator,
    class_names,
    class_of,
    is_ready,
    is_same,
    numeric_places,
)
from driftsim.streams.seeds import PARTS, spawn_rng

SAMPLED = 131_072  # rows from which it is estimated how frequent classes are
FEWEST = 20  # of these rows, of a class that is to be selected
MOST_LARGE = 20_000_000  # rows of a table that is not in memory, each with some 40 bytes here
LEAST_KEPT = 1 / 100  # of generated rows, by the selections that another one is made of
MOST_ROUNDS = 200_000  # in which a row is drawn again
LESS_STRICTLY = "select less strictly"
CAP = 0.99  # the quantile from which on rows are no more likely to be selected


class Kept(NamedTuple):
    """How likely a row of a concept is to be kept, by what is known of it."""

    classes: np.ndarray | None  # (k,) by its class
    column: int  # by its value there,
    centre: float  # in standard deviations from the mean,
    scale: float
    cap: float  # up to these
    mean: float  # over all rows

    def shares(self, by: float, X: np.ndarray, k: int) -> np.ndarray:
        """The probability that rows (n, d) are kept, for each class: (n, k)."""
        if self.classes is not None:
            return np.broadcast_to(self.classes, (len(X), k))
        beyond = np.sign(by) * (X[:, self.column] - self.centre) / self.scale
        height = np.minimum(np.nan_to_num(beyond), self.cap) - self.cap
        return np.repeat(np.exp(np.abs(by) * height)[:, None], k, axis=1)


class Selection(Operator):
    """Rows of a concept are kept at random, more likely the ones than the others.

    Generated rows are drawn again until one is kept. Of recorded rows, each comes once or never.
    """

    blends = False
    by_label: ClassVar[bool] = True  # whether a row is kept by its label alone

    @property
    def known(self):  # type: ignore[override]  # what is kept is estimated at the first row
        return self.of.known and not self.of.moves

    @property
    def tilt(self) -> float:
        """By how much rows are tilted; of no use where they are kept by their class."""
        return 0.0

    def resolved(self, bases, rng):
        [base] = bases
        refuse_unselectable(base, self.by_label)
        X, y = sampled(base)
        state = self.found(base, X, y, accepted(base))
        mean = float(self._chance(state, base.schema, X, y).mean())
        if base.rows is not None and mean < 1 and (varying := varying_below(base)):
            message = f"{varying} with each seed, and rows are selected once for all"
            raise refusal(message, "of")
        return self, state._replace(mean=mean)

    @abstractmethod
    def found(self, base: Drawn, X: np.ndarray, y: np.ndarray, weight: np.ndarray) -> Kept:
        """How likely rows are kept, from rows of the concept with weights (n,)."""

    def kept(self, one: Operated, X: np.ndarray, y: np.ndarray) -> np.ndarray:
        """The probability that labelled rows are kept (n,)."""
        return self._chance(one.state, one.schema, X, y)

    def drawn(self, one, rng, t):
        X, y = one.base.draw(rng, t)
        if one.base.rows is not None:  # of which the world has selected those at `t`
            return X, y
        again = np.flatnonzero(rng.random(len(t)) >= self.kept(one, X, y))
        for _ in range(MOST_ROUNDS):
            if not len(again):
                return X, y
            X[again], y[again] = one.base.draw(rng, t[again])
            kept = rng.random(len(again)) < self.kept(one, X[again], y[again])
            again = again[~kept]
        raise ValueError(f"{self.kind()} keeps too few rows; {LESS_STRICTLY}")

    def joint(self, one, X, t):
        density, columns = one.base.density(X, t), one.schema.n_classes or 1
        shares = one.state.shares(self.tilt, X, columns) / one.state.mean
        if one.schema.regression:
            return density * np.hstack([shares, np.ones((len(X), 2))])
        return density * shares

    def _chance(self, state, schema, X, y):
        if state.classes is not None and not schema.regression:
            return state.classes[y]
        shares = state.shares(self.tilt, X, schema.n_classes or 1)
        label = np.zeros(len(y), np.int64) if schema.regression else y
        return shares[np.arange(len(y)), label]


class Prior(Selection):
    """Prior drift: classes become more and less frequent, each with rows as before.

    Formula:
        p(x, y) = shares[y] p₀(x | y)

    P(y) changes, P(x | y) stays (prior probability shift, Moreno-Torres et al. 2012).
    """

    shares: Shares  # of the classes then; of some, others in proportion

    def found(self, base, X, y, weight):
        names = class_names(base.schema)
        counts = np.bincount(y, weight, len(names))
        now, rows = counts / counts.sum(), np.bincount(y, minlength=len(names))
        wanted = self._wanted(base.schema, names, now)
        for c in np.flatnonzero(wanted):
            if rows[c] < FEWEST or not now[c]:
                message = f"there are next to no rows of class {short(names[c])} to select"
                raise refusal(f"{message}; give it a share of 0", "shares")
        odds = np.divide(wanted, now, out=np.zeros(len(names)), where=now > 0)
        return by_class(odds / odds.max())

    def _wanted(self, schema, names, now):
        if not isinstance(self.shares, list | Mapping) or not self.shares:
            raise refusal("give a list with the share of each class, or a map of some", "shares")
        if isinstance(self.shares, Mapping):
            given = {class_of(schema, one, "shares"): share for one, share in self.shares.items()}
            others = np.array([c not in given for c in range(len(names))])
            rest, wanted = 1 - sum(given.values()), np.where(others, now, 0)
            if rest < -1e-9 or (rest > 1e-9 and not wanted.any()):
                raise refusal(f"the shares sum to {1 - rest:g}; they should sum to 1", "shares")
            wanted *= max(rest, 0) / (wanted.sum() or 1)
            wanted[[*given]] = [*given.values()]
            return wanted
        if len(self.shares) != len(names) or abs(sum(self.shares) - 1) > 1e-9:
            message = f"{short(self.shares)} are no shares of {len(names)} classes that sum to 1"
            raise refusal(f"{message}; give one for each", "shares")
        return np.array(self.shares)


class Tilted(Selection):
    """Covariate drift: rows with large values of a column become more frequent.

    Formula:
        p(x, y) ∝ exp(|by| min(z, q)) p₀(x, y)
        z = ±(value - mean) / standard deviation of the column, with the sign of by
        q the quantile 0.99 of z

    P(x) changes and P(y | x) stays (covariate shift, Shimodaira 2000).
    """

    by_label = False

    column: str  # of numbers
    by: Annotated[Number, Field(ge=-10, le=10)]  # how strongly; below 0: towards small values

    @property
    def tilt(self):
        return self.by

    def found(self, base, X, y, weight):
        [j] = numeric_places(base.schema, [self.column], "column")
        statistics = Statistics(base)
        centre, scale = statistics.mean(j), statistics.sd(j)
        if not scale:
            raise refusal(f"column {short(self.column)} has one value alone", "column")
        beyond = np.sign(self.by) * (X[:, j] - centre) / scale
        return Kept(None, j, centre, scale, float(np.nanquantile(beyond, CAP)), 1.0)


class Without(Selection):
    """Emerging and vanishing classes: the concept without the rows of some of its classes.

    Formula:
        p(x, y) = p₀(x, y | y is none of the classes)

    Before a drift it hides classes that then emerge (concept evolution, Masud et al. 2011). The
    schema has them from the start.
    """

    classes: Annotated[list[Class], Field(min_length=1)]  # that do not occur

    def found(self, base, X, y, weight):
        shares = np.ones(len(class_names(base.schema)))
        for i, one in enumerate(self.classes):
            shares[class_of(base.schema, one, "classes", i)] = 0
        if not shares[y].any():
            raise refusal("no rows are left; name fewer classes", "classes")
        return by_class(shares)


class Resumed(Selection):
    """Rows of a table that go on where they stopped, whenever the concept is in force again.

    Otherwise the rows pass while another concept is in force, as row t is at position t. Of
    generated rows it changes nothing.
    """

    def found(self, base, X, y, weight):
        return by_class(np.ones(base.schema.n_classes or 1))


def by_class(shares: np.ndarray) -> Kept:
    """Rows that are kept by their class alone."""
    return Kept(shares, 0, 0.0, 1.0, 0.0, 1.0)


def sampled(base: Drawn) -> tuple[np.ndarray, np.ndarray]:
    """All rows of a record, or a sample of a concept that generates them.

    Of a record that is not in memory, or has yet to learn from the warm-up, the labels alone:
    features (n, 0).
    """
    n = base.rows
    if not has_features(base):
        y = known_labels(base)
        assert y is not None  # as others are refused
        return np.empty((len(y), 0)), y
    t = np.zeros(SAMPLED, np.int64) if n is None else np.arange(n)
    return base.draw(spawn_rng(0, PARTS), t)


def is_in_memory(base: Drawn) -> bool:
    """Whether all recorded rows are held in memory."""
    return getattr(base, "in_memory", True)


def has_features(base: Drawn) -> bool:
    """Whether the features of all rows are at hand when rows are selected."""
    return is_ready(base) and is_in_memory(base)


def known_labels(base: Drawn) -> np.ndarray | None:
    """The labels (n,) of a record whose features are not at hand, or None."""
    if isinstance(base, Operated):
        return known_labels(base.base) if isinstance(base.description, Selection) else None
    return getattr(base, "y", None)


def kept_share(one: Drawn) -> float:
    """The share of generated rows that all selections below keep, each of those before it."""
    if not isinstance(one, Operated):
        return 1.0
    own = one.state.mean if isinstance(one.description, Selection) else 1.0
    return own * min(map(kept_share, one.bases))


def accepted(one: Drawn) -> np.ndarray:
    """The probability that each row of a record is kept by all selections below (n,)."""
    if not isinstance(one, Operated):
        return np.ones(SAMPLED if one.rows is None else one.rows)
    below = accepted(one.base)
    if not isinstance(one.description, Selection) or one.rows is None:
        return below
    return below * one.description.kept(one, *sampled(one.base))


def selections(one: Drawn) -> list[Operated]:
    """The selections that a concept is made of."""
    if not isinstance(one, Operated):
        return []
    own = [one] if isinstance(one.description, Selection) else []
    return [*own, *(found for base in one.bases for found in selections(base))]


def refuse_unselectable(base: Drawn, by_label: bool) -> None:
    """Refuse recorded rows of which it is not known beforehand which are kept, and rows in turn."""
    if base.rows is None:
        if base.description.sequential:
            raise refusal(f"{NO_OTHERS} to select", "of")
        if kept_share(base) < LEAST_KEPT:
            message = f"it keeps less than {LEAST_KEPT:.0%} of the rows it draws; {LESS_STRICTLY}"
            raise refusal(message, "of")
        return
    reason: Any = None
    if not has_features(base) and base.rows > MOST_LARGE and not is_in_memory(base):
        reason = (
            f"of its {base.rows:,} rows, which are not held in memory, it is not found which are "
            f"kept; select from at most {MOST_LARGE:,}"
        )
    elif not has_features(base) and not (by_label and known_labels(base) is not None):
        cause = (
            "what its columns learn from the warm-up is not known when rows are selected"
            if is_in_memory(base)
            else "the columns of so large a table are not held in memory, and its rows cannot be "
            "selected by them"
        )
        reason = f"{cause}; select by classes, and from the table itself"
    elif random := drawn_by(base):
        reason = (
            f"what '{random}' draws is not known when rows are selected; select rows of the "
            f"table, and let '{random}' be of these"
        )
    if reason:
        raise refusal(reason, "of")


def varying_below(one: Drawn) -> str | None:
    """What is another with each seed below a selection from a record, or None."""
    if not isinstance(one, Operated):
        return None if is_same(one.description) else "shuffled rows come in another order"
    if one.description.varies:
        return f"'{one.description.kind()}' takes columns in another order"
    return next(filter(None, map(varying_below, one.bases)), None)


def drawn_by(one: Drawn) -> str | None:
    """The kind of an operator below that draws something by itself, or None."""
    if not isinstance(one, Operated):
        return None
    if one.description.random:
        return one.description.kind()
    return next(filter(None, map(drawn_by, one.bases)), None)
