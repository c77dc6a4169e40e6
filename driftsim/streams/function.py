"""Functions: concepts whose rows a function of the user's draws."""

from collections.abc import Callable, Sequence
from types import FunctionType, MethodType
from typing import Any

import numpy as np
from pydantic import Field, model_serializer

from driftsim.messages import ScenarioError, line, short
from driftsim.objects import Snapshot
from driftsim.parts import Adapter, build
from driftsim.rows import Schema
from driftsim.streams.concepts import Concept
from driftsim.streams.concepts.concept import numbered

TRIED = 2_000  # rows that are drawn to see what the rows of a function are
LATER = (1_003, 1_000_003)  # positions further on, to see whether rows depend on them
Draw = Callable[[np.random.Generator, np.ndarray], tuple[Any, Any]]


class Function(Adapter, Concept):
    """Rows that a function draws: features and labels, from a generator and positions."""

    blends = False

    snapshot: Any = Field(exclude=True)  # of the function
    names: tuple[str, ...]
    classes: tuple[str, ...] | None  # None where labels are numbers
    words: bool  # whether the function gives the names of classes, not 0, 1, …
    moving: bool  # rows depend on their positions

    @classmethod
    def takes(cls, value):
        return isinstance(value, FunctionType | MethodType) or hasattr(value, "func")

    @classmethod
    def of(cls, value):
        return cls.made(value)

    @classmethod
    def made(
        cls, draw: Draw, classes: int | Sequence[str] | None = None, names: Sequence[str] = ()
    ) -> "Function":
        """That of a function, which is tried; raises `ValueError` where it cannot be used."""
        X, y = tried(draw, 0)
        known = tuple(map(str, range(classes))) if isinstance(classes, int) else classes
        words = y.dtype.kind not in "biuf"
        if known is None and y.dtype.kind != "f":
            if words:
                raise ValueError(
                    f"it draws labels such as {short(str(y[0]))}; list them in classes"
                )
            known = tuple(map(str, range(max(int(y.max()) + 1, 2))))
        names = tuple(names) or numbered(X.shape[1])
        if len(names) != X.shape[1]:
            raise ValueError(f"{len(names)} names for {X.shape[1]} columns; give each its own")
        later = [same((X, y), tried(draw, at)) for at in LATER]
        classes = None if known is None else tuple(known)
        about: dict[str, Any] = {
            "names": names,
            "classes": classes,
            "words": words,
            "moving": not all(later),
        }
        return cls(snapshot=Snapshot.of(draw), **about)

    @property
    def schema(self):
        n = None if self.classes is None else len(self.classes)
        return Schema(self.names, n_classes=n, classes=self.classes)

    @property
    def moves(self):
        return self.moving

    def draw(self, rng, t):
        X, y = drawn(self.snapshot.value, rng, t)
        if self.classes is None:
            return X, y.astype(np.float64)
        if self.words:
            places = {name: i for i, name in enumerate(self.classes)}
            y = np.array([places.get(str(one), -1) for one in y.tolist()])
        if len(y) and not (y.min() >= 0 and y.max() < len(self.classes)):
            raise ValueError(f"it draws a label beyond its classes {short([*self.classes])}")
        return X, y.astype(np.int64)

    @model_serializer(mode="wrap")
    def _to_kind(self, dump):
        name = getattr(self.snapshot.value, "__qualname__", "partial")
        fields = dump(build(self))
        return {"kind": "function", "function": name, "content": self.snapshot.key, **fields}


def drawn(draw: Draw, rng: np.random.Generator, t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What a function draws at positions `t`, as arrays; `ValueError` for what are no rows."""
    given = draw(rng, t.copy())
    if not isinstance(given, tuple) or len(given) != 2:
        raise ValueError(f"it gives {type(given).__name__}; it should return X, y")
    X, y = np.asarray(given[0], np.float64), np.asarray(given[1])
    X = X[:, None] if X.ndim == 1 else X
    if X.ndim != 2 or len(X) != len(t) or y.shape != t.shape:
        shapes = f"X {X.shape} and y {y.shape} for {len(t)} positions"
        raise ValueError(f"it gives {shapes}; give X (n, d) and y (n,), a row for each position")
    if not np.isfinite(X).all():
        raise ValueError("it gives features that are no finite numbers; let it draw others")
    return X, y


def tried(draw: Draw, at: int) -> tuple[np.ndarray, np.ndarray]:
    """The first rows that a function draws from a position on.

    Raises `ValueError` where it draws others when it is called again.
    """
    t = np.arange(at, at + TRIED)
    try:
        first = drawn(draw, np.random.default_rng(0), t)
        drawn(draw, np.random.default_rng(1), t[:7])
        again = drawn(draw, np.random.default_rng(0), t)
    except ValueError:
        raise
    except Exception as error:  # whatever people's own code may raise
        raise ValueError(f"it cannot be drawn from: {type(error).__name__}: {error}") from None
    if not same(first, again):
        raise ValueError(
            "it draws other rows when it is called again; take all that is random from `rng`, and "
            "keep nothing between calls"
        )
    return first


def same(one: tuple[np.ndarray, ...], other: tuple[np.ndarray, ...]) -> bool:
    """Whether rows are the same."""
    return all(np.array_equal(a, b) for a, b in zip(one, other))


def function(
    draw: Draw, classes: int | Sequence[str] | None = None, names: Sequence[str] = ()
) -> Function:
    """A concept for a scenario, whose rows a function draws.

    `draw(rng, t)` is given a generator and positions (n,), and returns features (n, d) and labels
    (n,): classes 0, 1, …, the names in `classes`, or floats for regression. `classes` is how many
    there are, or their names; by default as many as the first rows show. `names` are those of the
    features. Raises `ScenarioError` where the function cannot be used.
    """
    try:
        return Function.made(draw, classes, names)
    except ValueError as error:
        raise ScenarioError(line(f"driftsim.Function: {error}")) from None
