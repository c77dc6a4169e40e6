"""Column names: those in the parts of scikit-learn, as the indices that it takes with arrays."""

from driftsim.forms import listed
from driftsim.messages import guess, short

INSIDE = ("estimator", "estimators", "transformer_list")  # what is given the same columns


def by_index(estimator, names):
    """The same estimator, its columns by name replaced by their indices in `names`.

    Raises `ValueError` for a name that is none of them, and for one where columns have no names:
    after a step, or in an ensemble whose members are given some of the columns each.
    """
    _resolve(estimator, names)
    for part in parts(estimator):
        if named := [name for name in _named(part) if isinstance(name, str)]:
            raise ValueError(
                f"{type(part).__name__}: columns have no names here, such as {short(named[0])}, "
                "since they are not those of the stream; give their indices, 0, 1, …"
            )
    return estimator


def names_columns(estimator):
    """Whether some part of an estimator is given some of the columns alone, perhaps by name."""
    return any(hasattr(part, "transformers") for part in parts(estimator))


def _resolve(part, names):
    """Replace names in a part that is given the columns of the stream, and in those within it."""
    if not hasattr(part, "get_params"):
        return
    if hasattr(part, "transformers"):
        part.transformers = [
            (name, transformer, _indices(columns, names))
            for name, transformer, columns in part.transformers
        ]
        return
    inside = getattr(part, "steps", [])[:1]
    if not hasattr(part, "max_features"):
        inside = [*inside, *(one for name in INSIDE for one in listed(getattr(part, name, None)))]
    for one in inside:
        _resolve(one[1] if isinstance(one, tuple) else one, names)


def _indices(columns, names):
    if isinstance(columns, list):
        return [_indices(one, names) for one in columns]
    if not isinstance(columns, str):
        return columns
    if columns not in names:
        raise ValueError(f"there is no column {short(columns)}; {guess(columns, names)}")
    return names.index(columns)


def _named(part):
    """What the columns of a ColumnTransformer are called; nothing for other parts."""
    for _, _, columns in getattr(part, "transformers", ()):
        yield from listed(columns)


def parts(estimator):
    """An estimator and all that it is made of."""
    found = estimator.get_params(deep=True).values() if hasattr(estimator, "get_params") else ()
    return [estimator, *(one for one in found if hasattr(one, "get_params"))]
