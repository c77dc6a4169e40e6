"""Drawn frames: rows of a stream as a DataFrame, with the concept and the posterior of each."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from driftsim.clocks import Clock
from driftsim.messages import short
from driftsim.rows import Schema

if TYPE_CHECKING:
    import pandas as pd

DATE, LABEL, CONCEPT = "date", "label", "concept"  # columns beside the features
MOMENTS = ("mean", "variance")  # of the label given the features, for regression


def frame_of(
    schema: Schema,
    concepts: Sequence[str],
    block: Any,
    posterior: np.ndarray | None,
    clock: Clock | None,
) -> "pd.DataFrame":
    """The rows of a block, by their positions: features, label, concept, and P(y | x) if known.

    With a clock, also when they come. Raises `ValueError` where a feature is called as one of
    these columns is.
    """
    import pandas as pd

    index = pd.RangeIndex(*ends_of(block.t), name="row")
    columns: dict[str, Any] = {
        name: named(block.X[:, j], schema.values.get(j)) if j in schema.nominal else block.X[:, j]
        for j, name in enumerate(schema.names)
    }
    beside: dict[str, Any] = {} if clock is None else {DATE: dates_of(clock, block.t)}
    beside |= {LABEL: labels_of(schema, block.y), CONCEPT: named(block.concept, tuple(concepts))}
    beside |= {} if posterior is None else dict(zip(posterior_names(schema), posterior.T))
    for name in beside.keys() & columns.keys():
        raise ValueError(f"a feature is called {short(name)}, as another column is; rename it")
    return pd.DataFrame(columns | beside, index=index)


def ends_of(t: np.ndarray) -> tuple[int, int]:
    """The first position of consecutive rows, and the one after the last."""
    return (int(t[0]), int(t[-1]) + 1) if len(t) else (0, 0)


def dates_of(clock: Clock, t: np.ndarray) -> Any:
    """When rows come, in the zone of the clock; without one in UTC."""
    import pandas as pd

    moments = clock.when(t) if len(t) else np.empty(0, np.int64)
    return pd.to_datetime(moments, unit="us", utc=True).tz_convert(clock.zone)


def labels_of(schema: Schema, y: np.ndarray) -> Any:
    """Labels as numbers, or by their names where classes have some."""
    return y if schema.regression or schema.classes is None else named(y, schema.classes)


def posterior_names(schema: Schema) -> list[str]:
    """The columns of the posterior: of each class, or of the moments of a number."""
    if schema.n_classes is None:
        return [f"{moment}({LABEL})" for moment in MOMENTS]
    classes = schema.classes or range(schema.n_classes)
    return [f"p({one})" for one in classes]


def named(codes: np.ndarray, names: Sequence[str] | None) -> Any:
    """Codes 0, 1, … by their names, which is missing where a code is NaN; as they are without."""
    import pandas as pd

    if names is None:
        return codes
    known = np.where(np.isnan(codes), -1, codes).astype(np.int64)
    return pd.Categorical.from_codes(known, categories=list(names))
