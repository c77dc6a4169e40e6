"""Times: durations, dates and columns of times in a scenario, checked and in rows."""

from collections.abc import Iterator
from typing import Any

from driftsim.adaptation.memories import Recent
from driftsim.clocks import NO_CLOCK, durations, row_after
from driftsim.durations import FIXED, Duration
from driftsim.evaluation.labels import Labels
from driftsim.messages import refusal
from driftsim.parts import Part, Strict, entries
from driftsim.scenario.python_data import entry
from driftsim.streams.operators.operator import leaves
from driftsim.streams.stream import Stream


def rows_of_warmup(warmup: int | Duration, stream: Stream) -> int:
    """A warm-up in rows; refuses a duration where that is no number of rows."""
    if not isinstance(warmup, Duration):
        return warmup
    if stream.undated:
        raise refusal(stream.undated, "warmup")
    return row_after(stream.clock(0), 0, warmup)


def of_times(part: Strict, stream: Stream, *place: str) -> Iterator[tuple[Any, ...]]:
    """What a part asks for that the times of a stream do not tell: the keys, and what is wrong."""
    if not stream.timed:
        yield from ((*place, *keys, NO_CLOCK) for keys in durations(part))
    yield *place, unknown_column(part, stream)


def known_to_tables(document: Any) -> Any:
    """A scenario as plain data, in which tables know the column of `{time: {column: …}}`.

    It is no feature then. A table that names one itself keeps it.
    """
    concepts = entry(document, "stream", "concepts")
    models = entry(document, "models")
    each = (entry(one, "labels") for one in entries(models).values())
    of_all = [entry(document, "evaluation", "labels"), *each]
    column = next((column for one in of_all for column in columns_of(one)), None)
    if column is None or not isinstance(concepts, dict):
        return document
    known = {name: with_label_time(one, column) for name, one in concepts.items()}
    return document | {"stream": document["stream"] | {"concepts": known}}


def with_label_time(concept: Any, column: str) -> Any:
    """A concept as plain data, in which tables know the column, also those it is made `of`."""
    match concept:
        case list():
            return [with_label_time(one, column) for one in concept]
        case {"of": below}:
            return concept | {"of": with_label_time(below, column)}
        case {"kind": "table"}:
            return {"label_time": column} | concept
    return concept


def columns_of(labels: Any) -> Iterator[str]:
    """The columns that labels name as plain data, also those that they are made `of`."""
    match labels:
        case {"time": {"column": str(column)}}:
            yield column
    if (below := entry(labels, "of")) is not None:
        yield from columns_of(below)


def unknown_column(labels: Strict, stream: Stream) -> str | None:
    """Why no table of a stream has the column by which labels come in, or None."""
    one: Any = labels
    while one is not None:
        column = getattr(getattr(one, "time", None), "column", None)
        records = (record for concept in stream.concepts.values() for record in leaves(concept))
        times = [getattr(record, "label_time", None) for record in records]
        known = [time.column for time in times if time is not None]
        if column is not None and [column] not in known:
            return f"no table of the stream has label_time: {column}; give it to the table"
        one = getattr(one, "of", None)
    return None


def too_late(policy: Part, labels: Labels) -> str | None:
    """Why a memory of a policy never holds a label, or None."""
    memory = getattr(policy, "memory", None)
    late = least_delay(labels)
    if not isinstance(memory, Recent) or memory.time.micros > late:
        return None
    days = -(-2 * late // FIXED["d"])
    return (
        f"a memory of {memory.time} holds no label, as labels come in so long after their rows, or "
        f"longer; give it more, such as {days}d"
    )


def least_delay(labels: Any) -> int:
    """The least time from a row to its label, in microseconds, as far as it is known."""
    late = 0
    while labels is not None:
        time = getattr(labels, "time", None)
        late += time.micros if isinstance(time, Duration) else 0
        labels = getattr(labels, "of", None)
    return late
