"""Notices: what `run` says of a study before it plays it."""

from collections.abc import Iterator

from driftsim.messages import names_in_words
from driftsim.overview.columns import mixed_columns
from driftsim.scenario import Study


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
            reason = message.rpartition("; ")[0] or message  # without what would be right
            found.setdefault((name, reason), []).append(one.title)
    for (name, reason), titles in found.items():
        yield f"{name} is left out of {names_in_words(titles)}: {reason}"
