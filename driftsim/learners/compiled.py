"""Compiled models: a library's own answers, from a loop of machine code."""

import copy
from collections.abc import Callable

import numpy as np

from driftsim.learners import tree_bytes
from driftsim.learners.learner import Model
from driftsim.rows import Arrival, Labelled, OpenArrival, Outgrown, Schema, Unfit


class Compiled(Model):
    """A model whose state is arrays that a kernel works on.

    `new` gives the state of one that has learned nothing, `original` the library's own object, by
    which a tree that is as large as it may be finds which leaves learn. Raises `Unfit` where a
    feature of a row is not a number it takes, and `Outgrown` before it would answer otherwise than
    the library.
    """

    def __init__(
        self,
        new: Callable[[], tuple],
        schema: Schema,
        probabilities: bool = False,
        original: Callable | None = None,
    ):
        self._new, self._schema, self._probabilities = new, schema, probabilities
        self._state = new()
        self._sizes = sizes_of(self._state)
        watched = original is not None and tree_bytes.watch(self._state)
        self._original = original if watched else None  # gives the library's own object
        self._before: tuple | None = None  # the state when the bytes of its objects were due
        self._asks = False  # for labels

    @property
    def kernel(self) -> tuple:
        """What is compiled for it: the same for all models that share it."""
        from driftsim.kernels import cache, loop

        return cache.key_of(loop.play, self._state)

    @property
    def needs_compiling(self) -> bool:  # type: ignore[override]  # known only by its state
        from driftsim.kernels import asking, cache, loop

        loops = [loop.play, asking.ask] if self._asks else [loop.play]
        return any(cache.needs_compiling(one, self._state) for one in loops)

    def compile(self):
        self.learn(no_rows(self._schema))
        if self._asks:
            self._ask(no_questions(self._schema))

    def will_ask(self):
        self._asks = not self._schema.regression
        return self._asks

    def fit(self, rows, weight=None):
        model = Compiled(self._new, self._schema, self._probabilities, self._original)
        model._learn(rows, weight)
        return model

    def predict(self, X):
        due_by = np.zeros(len(X) + 1, np.int64)
        return self._play(Arrival(np.arange(len(X)), X, *no_rows(self._schema), due_by))

    def learn(self, rows):
        self._learn(rows)

    def tuned(self, rows, weight=None):
        model = self.copy()
        model._learn(rows, weight)
        return model

    def test_then_train(self, arrival):
        return self._ask(arrival) if isinstance(arrival, OpenArrival) else self._play(arrival)

    def copy(self):
        other = copy.copy(self)
        other._state = copy.deepcopy(self._state)
        return other

    def _learn(self, rows: Labelled, weight: np.ndarray | None = None):
        t, X, _ = no_rows(self._schema)
        self._play(Arrival(t, X, *rows, np.full(1, len(rows.t))), weight)

    def _play(self, arrival: Arrival, weight: np.ndarray | None = None) -> np.ndarray:
        """What it predicts for some rows, as it learns the labels due before each.

        Raises `ValueError` where `due_by` does not end with all labels.
        """
        from driftsim.kernels import loop

        return self._looped(loop.play, self._stretch(arrival, weight))

    def _ask(self, arrival: OpenArrival) -> np.ndarray:
        """What it predicts for some rows, as it learns the labels due and those it asks for."""
        from driftsim.kernels import asking

        done = np.zeros(4, np.int64)
        predicted = self._looped(asking.ask, self._stretch(arrival), arrival.questions, done=done)
        arrival.learned = int(done[2])
        return predicted

    def _stretch(self, arrival: Arrival, weight: np.ndarray | None = None):
        """An arrival as the loops take it; refuses rows and weights that they cannot take."""
        from driftsim.kernels import loop

        self._refuse(arrival.t, arrival.X)
        if arrival.due_X is not arrival.X:
            self._refuse(arrival.due_t, arrival.due_X)
        n, m = len(arrival.t), len(arrival.due_t)
        if len(arrival.due_by) != n + 1 or arrival.due_by[-1] != m:
            raise ValueError(f"due_by must be {n + 1:,} counts of labels, and end with all {m:,}")
        if weight is not None:
            tree_bytes.unwatch(self._state)
        weight = np.ones(m) if weight is None else plain(weight, float)
        return loop.Stretch(
            plain(arrival.t, np.int64), plain(arrival.X, float), plain(arrival.due_t, np.int64),
            plain(arrival.due_X, float), plain(arrival.due_y, float), weight,
            plain(arrival.due_by, np.int64),
        )  # fmt: skip

    def _looped(self, function, stretch, *further, done: np.ndarray | None = None) -> np.ndarray:
        """What a loop predicts of a stretch; where the state is full, it gets more room."""
        from driftsim.kernels import cache, loop

        n, m, k = len(stretch.t), len(stretch.due_t), self._schema.n_classes or 0
        label, p = np.empty(n), np.empty((n if self._probabilities else 1, k))
        done = np.zeros(2, np.int64) if done is None else done
        while True:
            given = self._state, stretch, *further, done, label, p
            cache.entry(function, *given)(*given)
            if done[0] == n and done[1] == m and not loop.overruns(self._state):
                return self._predicted(label, p)
            self._state = self._enlarged()

    def _refuse(self, t, X):
        refuse_unknown(t, X, self._schema)
        refuse_codes(t, X, self._schema, self._sizes)

    def _enlarged(self):
        from driftsim.kernels import loop

        if tree_bytes.is_due(self._state):
            self._before = tree_bytes.noted(self._state, self._original, self._schema.names)
            return self._state
        if tree_bytes.is_near_limit(self._state):
            tree_bytes.lift(self._state, self._before, self._original, self._schema.names)
            return self._state
        try:
            return loop.enlarged(self._state)
        except ValueError as error:
            raise Outgrown(str(error)) from None

    def _predicted(self, label, p):
        if self._schema.regression:
            return label
        if not self._probabilities:
            return np.maximum(label, 0).astype(np.int64)  # class 0, until the first label
        total = p.sum(axis=1, keepdims=True)
        first = np.eye(1, p.shape[1])  # class 0, where no class has a probability
        return np.where(total > 0, p / np.where(total > 0, total, 1.0), first)


def no_questions(schema: Schema) -> OpenArrival:
    """An arrival without rows, to compile what asks for labels."""
    from driftsim.kernels.asking import questions_of

    t, X, y = no_rows(schema)
    arrival = OpenArrival(t, X, t, X, y, np.zeros(1, np.int64))
    arrival.questions = questions_of(0, len(schema.names))
    return arrival


def no_rows(schema: Schema) -> Labelled:
    return Labelled(np.empty(0, np.int64), np.empty((0, len(schema.names))), np.empty(0))


def plain(array, kind):
    """The same numbers as kernels take them: in order of rows, aligned and writeable."""
    if array.dtype == kind and array.flags.carray:
        return array
    return np.require(array, kind, ["C", "A", "W"])


def refuse_unknown(t, X, schema):
    """Raise `Unfit` where a feature of a row is infinite, or missing where none may be."""
    if np.isfinite(X.sum()):
        return
    unknown = ~np.isfinite(X)
    gaps = [*schema.missing]
    unknown[:, gaps] &= ~np.isnan(X[:, gaps])
    for i, j in np.argwhere(unknown):
        problem = f"column '{schema.names[j]}' holds {X[i, j]}"
        remedy = (
            "compiled learners take finite numbers only; correct the data, or write compiled: false"
        )
        raise Unfit(int(t[i]), f"{problem}; {remedy}")


def sizes_of(state):
    """How many values each column has, 0 if it is numeric, where a state counts values."""
    held = state._asdict()
    inside = (sizes_of(one) for one in held.values() if hasattr(one, "_asdict"))
    return held.get("sizes", next((sizes for sizes in inside if sizes is not None), None))


def refuse_codes(t, X, schema, sizes):
    """Raise `Unfit` where a value of a nominal column is none of its codes 0, 1, …"""
    if sizes is None or not sizes.any():
        return
    columns = np.flatnonzero(sizes)
    codes = X if len(columns) == X.shape[1] else X[:, columns]
    with np.errstate(invalid="ignore"):  # a missing one
        whole = codes.astype(np.int32)
    if (whole == codes).all() and (
        whole.view(np.uint32).max(axis=0, initial=0) < sizes[columns]
    ).all():
        return  # in a tenth of the time of what follows
    known = (codes >= 0) & (codes < sizes[columns]) & (codes == np.floor(codes))
    for i, j in np.argwhere(~(known | np.isnan(codes))):
        name, n = schema.names[columns[j]], sizes[columns[j]]
        raise Unfit(int(t[i]), f"column '{name}' holds {codes[i, j]}, none of its {n} values")
