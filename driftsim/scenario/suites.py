"""Suites: several streams in the place of one, with names, and what they have in common."""

from collections.abc import Collection
from typing import Any, NoReturn

from driftsim.messages import NO_NAME, ScenarioError, line, short
from driftsim.scenario.python_data import copied
from driftsim.scenario.settings import Marks, Named, Path, assign, end_sweep, is_name, repeated

KEYS = ("streams", "defaults")  # of a suite


def gather(document: dict[str, Any], marks: Marks) -> None:
    """Give each stream of a suite the `defaults` that it does not have; raises `ScenarioError`.

    Named values in a sweep of `stream` become streams of a suite.
    """
    sweep = document["sweep"] if isinstance(document.get("sweep"), dict) else {}
    if "stream" in sweep and "streams" in document:
        refuse(marks, ("streams",), "the sweep has streams, too; give them once")
    if isinstance(sweep.get("stream"), dict):
        document["streams"] = sweep.pop("stream")
        document.pop("stream", None)
        follow(marks, ("sweep", "stream"), ("streams",))
    if "streams" in document:
        check(document, marks)
    elif "defaults" in document:
        refuse(marks, ("defaults",), "these are for streams, and there is no key 'streams'")
    defaults = document.pop("defaults", {})
    for name, stream in document.get("streams", {}).items():
        for key in [key for key in defaults if key not in stream]:
            stream[key] = copied(defaults[key])
            follow(marks, ("defaults", key), ("streams", name, key))


def check(document: dict[str, Any], marks: Marks) -> None:
    """Raise `ScenarioError` for what is no suite."""
    streams, defaults = document["streams"], document.get("defaults", {})
    if "stream" in document:
        refuse(marks, ("stream",), "'streams' is there, too; give the one or the other")
    if not isinstance(streams, dict) or not streams:
        refuse(marks, ("streams",), f"{short(streams)} is not valid; give each stream by its name")
    if not isinstance(defaults, dict):
        message = f"{short(defaults)} is not valid; give keys of a stream, which all share"
        refuse(marks, ("defaults",), message)
    if "evaluation" in defaults:
        message = "the streams share the key 'evaluation' of the scenario; give it there"
        refuse(marks, ("defaults", "evaluation"), message)
    for name, stream in streams.items():
        if not is_name(name):
            refuse(marks, ("streams", name), f"{short(name)} {NO_NAME}")
        if not isinstance(stream, dict):
            message = f"{short(stream)} is not valid; it should be a mapping with keys of a stream"
            refuse(marks, ("streams", name), message)
        if not isinstance(stream.get("evaluation", {}), dict):
            message = f"{short(stream['evaluation'])} is not valid; give keys of evaluation"
            refuse(marks, ("streams", name, "evaluation"), message)


def follow(marks: Marks, place: Path, other: Path) -> None:
    """Give each part of another place the mark of the same part of a place."""
    for path, mark in [*marks.items()]:
        if path[: len(place)] == place:
            marks[(*other, *path[len(place) :])] = mark


def refuse(marks: Marks, place: Path, message: str) -> NoReturn:
    """Raise `ScenarioError` on what stands at a place."""
    where = next(marks[place[:n]] for n in range(len(place), -1, -1) if place[:n] in marks)
    raise ScenarioError(line(f"{where}: {'.'.join(map(str, place))}: {message}"))


def put(document: dict[str, Any], marks: Marks, target: str, value: Any, where: str) -> None:
    """Put a value at a dotted path, in the place of all that the file says of it.

    What is put into `stream` or `evaluation` holds for every stream of a suite, and ends the sweep
    of it. `where` marks it. Raises `ScenarioError`.
    """
    end_sweep(document, target)
    for one in targets(document, target, where):
        assign(document, marks, one, value, where)
    if "streams" in document:
        check(document, marks)


def targets(document: dict[str, Any], target: str, where: str) -> list[str]:
    """Where a dotted path leads in a suite: to the same place in several streams, perhaps."""
    streams, (head, _, rest) = document.get("streams"), target.partition(".")
    if streams is None:
        if head in KEYS:
            key = rest.partition(".")[2] if head == "streams" else rest
            raise ScenarioError(f"{where}: the scenario has no streams; set stream.{key or '…'}")
        return [target]
    if head == "defaults" or target in ("stream", "streams"):
        message = "set what all streams share as stream.…, and that of one as streams.NAME.…"
        raise ScenarioError(f"{where}: {message}")
    if head == "stream":
        return [f"streams.{name}.{rest}" for name in streams]
    if head != "evaluation":
        return [target]
    key = rest.partition(".")[0]
    own = [name for name, one in streams.items() if key in (one.get("evaluation") or {})]
    return [target, *(f"streams.{name}.{target}" for name in own)]


def keep_streams(document: dict[str, Any], only: Collection[str]) -> None:
    """Remove each stream of a suite whose name is not in `only`; raises `ScenarioError`."""
    streams = document.get("streams", {})
    for name in only:
        if name not in streams:
            message = f"no stream has this name; {repeated('--only-stream', name, streams)}"
            raise ScenarioError(f"{line(f'--only-stream {name}')}: {message}")
    if only:
        document["streams"] = {name: streams[name] for name in streams if name in only}


def named_streams(document: dict[str, Any]) -> dict[str, list[Any]]:
    """The streams of a suite, which leave the document, as named values of `stream`; or nothing.

    Each brings its own keys of `evaluation`.
    """
    if "streams" not in document:
        return {}
    found = []
    for name, stream in document.pop("streams").items():
        own = {key: value for key, value in stream.items() if key != "evaluation"}
        more = {f"evaluation.{key}": one for key, one in stream.get("evaluation", {}).items()}
        found.append(Named(name, own, ("streams", name), more))
    return {"stream": found}
