"""Notices: what `run` says of a study before it plays it, and of its runs when they have ended."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from driftsim.messages import names_in_words
from driftsim.overview.columns import mixed_columns
from driftsim.runner.playing import Finished
from driftsim.scenario import Study

MOST_FAILURES = 20  # that are printed
MOST_NOTES = 8  # of a contender that are printed


def notices(study: Study) -> Iterator[str]:
    """Which contenders are left out where, and what to know of the columns of recorded streams."""
    yield from left_out(study)
    for stream in [one.scenario.stream for one in study.variants]:
        if stream.recorded:
            yield from mixed_columns(stream)


def left_out(study: Study) -> Iterator[str]:
    """Which contenders cannot play which streams of a suite, and why."""
    found = dict[tuple[str, str], list[str]]()
    for one in study.variants:
        for name, message in one.left_out.items():
            found.setdefault((name, message), []).append(one.title)
    for (name, reason), titles in found.items():
        yield f"{name} is left out of {names_in_words(titles)}: {reason}"


def failure_lines(failures: Sequence[Finished], folder: Any) -> Iterator[str]:
    """What went wrong, a line for each run."""
    for one in failures[:MOST_FAILURES]:
        yield f"{one.run.title}: {one.failure}"
    if len(failures) > MOST_FAILURES:
        yield f"… and {len(failures) - MOST_FAILURES:,} more runs failed; see {folder}"


def note_lines(ended: Iterable[Finished]) -> Iterator[str]:
    """The first distinct warnings and other notes of each contender, and how many more."""
    notes: dict[str, dict[str, None]] = {}
    for one in ended:
        notes.setdefault(one.run.who, {}).update(dict.fromkeys(one.notes))
    for name, texts in notes.items():
        yield from (f"{name}: {text}" for text in [*texts][:MOST_NOTES])
        if len(texts) > MOST_NOTES:
            yield f"{name}: … and {len(texts) - MOST_NOTES:,} more notes"
