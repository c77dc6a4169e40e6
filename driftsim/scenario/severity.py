"""Severity: numbers of concepts that are found from how severe a change should be."""

import json
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple, get_args, get_origin

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from driftsim.messages import guess, refusal, short, within
from driftsim.scenario.python_data import entry
from driftsim.streams.concepts import Concept
from driftsim.streams.severity import MEASURES, severity
from driftsim.streams.stream import Stream

ROWS = 40_000  # of each concept: the same ones for every number that is tried
FIRST, GROWTH, FARTHEST = 0.01, 1.5, 1e4  # of steps, in units of the number that one starts from
MOST = 18  # numbers that are tried within the step in which the severity is reached
INEXACT, LEAST = 0.1, 0.002  # by which a severity may miss what is asked for: of it, and besides
DIGITS = 5  # of a number that is found
KEYS = ("from", "direction", *MEASURES)


Point = tuple[float, float]  # a number, and what is found there


class Request(NamedTuple):
    """A number of a concept that is asked for by how far it is to be from another concept."""

    name: str  # of the concept
    field: str
    origin: str  # the concept it is to be far from
    measure: str
    wanted: float
    sign: int  # of the steps

    @property
    def place(self) -> tuple[str, ...]:
        """Where it stands in a scenario."""
        return ("stream", "concepts", self.name, self.field)


def with_requested(document: Any) -> Any:
    """A scenario as plain data, with the numbers in the place of the severities asked for.

    Refuses those that cannot be reached, at their place.
    """
    stream, concepts = entry(document, "stream"), entry(document, "stream", "concepts")
    if not isinstance(concepts, dict):
        return document
    requests = {one.name: one for one in requests_in(concepts)}
    report = with_measure(document.get("report"), [one.measure for one in requests.values()])
    concepts = dict(concepts)
    while requests:
        ready = next((one for one in requests.values() if one.origin not in requests), None)
        if ready is None:
            one = next(iter(requests.values()))
            raise refusal("concepts are asked for from each other; give one its number", *one.place)
        if stream.get("balance") is not None:
            raise refusal("it cannot be found where classes are balanced; give it", *ready.place)
        used = {name: concepts[name] for name in used_by(ready, concepts)}
        noise = {"noise": stream["noise"]} if "noise" in stream else {}
        number = solved_once(ready, used, noise)
        concepts[ready.name] = concepts[ready.name] | {ready.field: number}
        del requests[ready.name]
    return document | report | {"stream": stream | {"concepts": concepts}}


def with_measure(report: Any, asked: list[str]) -> dict[str, Any]:
    """The report of a scenario, with the one measure that is asked for, unless it names another."""
    written = {} if report is None else report
    if len({*asked}) != 1 or not isinstance(written, dict):
        return {}
    return {"report": {"severity": asked[0]} | written}


def requests_in(concepts: dict[str, Any]) -> Iterator[Request]:
    """The numbers that are asked for; refuses what is wrong with how they are."""
    for name, spec in concepts.items():
        found = {} if not isinstance(spec, dict) else spec
        asked = {key: one for key, one in found.items() if is_request(one, concepts)}
        for field, one in asked.items():
            place = ("stream", "concepts", name, field)
            if len(asked) > 1:
                raise refusal("one number of a concept can be found; give the others", *place)
            yield request_of(name, field, one, concepts, place)


def is_request(value: Any, concepts: dict[str, Any]) -> bool:
    """Whether a value asks for a severity."""
    match value:
        case {"from": origin}:
            return bool(value.keys() & {*MEASURES}) or origin in concepts
    return False


def request_of(name, field, written, concepts, place) -> Request:
    """A request, as it is written; refuses one that says too little, or too much."""
    for key in written:
        if key not in KEYS:
            raise refusal(f"there is no key {short(key)} here; {guess(key, KEYS)}", *place)
    others = [one for one in concepts if one != name]
    if written["from"] not in others:
        message = f"no other concept is called {short(written['from'])}"
        raise refusal(f"{message}; {guess(written['from'], others)}", *place, "from")
    measures = [key for key in written if key in MEASURES]
    if len(measures) != 1:
        raise refusal(f"give one of {', '.join(MEASURES)}", *place)
    wanted, direction = written[measures[0]], written.get("direction", "up")
    if type(wanted) not in (int, float) or not wanted > 0:
        message = f"{short(wanted)} is not valid; give a number above 0"
        raise refusal(message, *place, measures[0])
    if direction not in ("up", "down"):
        message = f"{short(direction)} is not valid; write up or down"
        raise refusal(message, *place, "direction")
    sign = 1 if direction == "up" else -1
    return Request(name, field, written["from"], measures[0], float(wanted), sign)


def solved_once(one: Request, concepts: dict[str, Any], noise: dict[str, Any]) -> float:
    """As `solved`; of plain data, found once for all settings of a sweep."""
    try:
        text = json.dumps([one, concepts, noise])
    except TypeError:  # an object from Python
        return solved(one, concepts, noise)
    return solved_of_text(text)


@lru_cache(maxsize=256)
def solved_of_text(text: str) -> float:
    """As `solved`, of its arguments as JSON."""
    one, concepts, noise = json.loads(text)
    return solved(Request(*one), concepts, noise)


def solved(one: Request, concepts: dict[str, Any], noise: dict[str, Any]) -> float:
    """The number that gives the severity asked for, to a few digits; refuses where none does."""
    start, (least, most) = start_of(one, concepts)
    measured = measure_of(one, concepts, noise)
    scale = max(abs(start), 1.0)
    reached = below = lowest = measured(start)
    step, low, high = FIRST * scale, start, start
    if reached > one.wanted:
        message = f"with {start:g} the {one.measure} is already {reached:.3g}"
        raise refusal(f"{message}; ask for more, or give the number", *one.place)
    greatest, where = reached, start
    while reached < one.wanted:
        low, below, high = high, reached, min(max(high + one.sign * step, least), most)
        if high == low or step > FARTHEST * scale:
            raise out_of_reach(one, start, (lowest, greatest), where)
        try:
            reached = measured(high)
        except ValidationError:  # a number that the concept does not take
            raise out_of_reach(one, start, (lowest, greatest), where) from None
        if reached > greatest:
            greatest, where = reached, high
        step *= GROWTH
    ends = (low, below - one.wanted), (high, reached - one.wanted)
    number = crossing(lambda x: measured(x) - one.wanted, *ends)
    if abs(measured(number) - one.wanted) > INEXACT * one.wanted + LEAST:
        message = f"no number gives a {one.measure} of {one.wanted:g}: it jumps at {number:g}"
        raise refusal(f"{message}; ask for another, or give the number", *one.place)
    return number


def crossing(f: Callable[[float], float], low: Point, high: Point) -> float:
    """Where `f` rises from below 0 to 0, between two points, to a few digits.

    By regula falsi, as in the Illinois method (Dowell & Jarratt 1971).
    """
    (a, f_a), (b, f_b), last = low, high, 0
    for _ in range(MOST):
        if rounded(a) == rounded(b):
            break
        x = (a * f_b - b * f_a) / (f_b - f_a) if f_a < 0 < f_b else (a + b) / 2
        if (found := f(x)) < 0:
            a, f_a, f_b, last = x, found, f_b / 2 if last < 0 else f_b, -1
        else:
            b, f_b, f_a, last = x, found, f_a / 2 if last > 0 else f_a, 1
    return rounded((a + b) / 2)


def rounded(x: float) -> float:
    """A number to the digits that are kept."""
    return float(f"{x:.{DIGITS}g}")


def out_of_reach(
    one: Request, start: float, reached: tuple[float, float], where: float
) -> ValidationError:
    """The refusal of a severity that no number gives."""
    way = "up" if one.sign > 0 else "down"
    message = (
        f"a {one.measure} of {one.wanted:g} is out of reach: from {start:g} {way} it is between "
        f"{reached[0] + 0.0:.3g} and {reached[1]:.3g}, at {where:.4g}"
    )
    return refusal(message, *one.place)


def start_of(one: Request, concepts: dict[str, Any]) -> tuple[float, tuple[float, float]]:
    """The number to start from, that of the other concept where it has one; and its bounds."""
    spec, origin = concepts[one.name], concepts[one.origin]
    kind = spec.get("kind")
    known = isinstance(kind, str) and kind in Concept.kinds
    info = Concept.kinds[kind].model_fields.get(one.field) if known else None
    if info is None or not is_fraction(info.annotation):
        message = f"{short(kind)} has no number '{one.field}' that a severity can give"
        raise refusal(f"{message}; ask for one that may be a fraction", *one.place)
    bounds = dict[str, float]()
    for rule in info.metadata:
        for name in ("ge", "gt", "le", "lt"):
            if (bound := getattr(rule, name, None)) is not None:
                bounds[name[0]] = bound
    limits = bounds.get("g", float("-inf")), bounds.get("l", float("inf"))
    alike = entry(origin, "kind") == kind
    given = entry(origin, one.field) if alike else None
    first = info.default if alike or origin == kind else without_change(info)
    candidates = [given, first, info.default]
    start = next((float(x) for x in candidates if isinstance(x, int | float)), None)
    if start is None:
        message = f"{short(kind)} has no '{one.field}' to start from"
        raise refusal(f"{message}; give '{one.origin}' the same kind, and one", *one.place)
    return start, limits


def without_change(info: FieldInfo) -> float | None:
    """The number with which an operator should change nothing: 0, or the least; None if unknown."""
    bounds = [rule for rule in info.metadata if hasattr(rule, "ge") or hasattr(rule, "gt")]
    if not bounds:
        return 0.0 if info.is_required() else None
    least = getattr(bounds[0], "ge", None)
    return None if least is None else max(least, 0.0)


def is_fraction(annotation: Any) -> bool:
    """Whether a field holds a fraction, and no list or map of them."""
    within = () if get_origin(annotation) in (list, dict) else get_args(annotation)
    return annotation is float or any(map(is_fraction, within))


def measure_of(
    one: Request, chosen: dict[str, Any], noise: dict[str, Any]
) -> Callable[[float], float]:
    """The severity by the number of a concept, on the same rows each time."""
    places = [*chosen].index(one.origin), [*chosen].index(one.name)

    def measured(x: float) -> float:
        tried = chosen | {one.name: chosen[one.name] | {one.field: x}}
        drift = {"kind": "recurring", "every": 1}
        whole = {"length": 2 * len(tried), "concepts": tried, "drift": drift, **noise}
        try:
            world = Stream.model_validate(whole).instantiated(0)
        except ValidationError as error:
            raise within(error, "stream") from None
        found = severity(world, *places, 0, ROWS, [one.measure])[one.measure].value
        if found != found:
            message = f"the {one.measure} of '{one.name}' and '{one.origin}' is not known"
            raise refusal(f"{message}; give the number", *one.place)
        return found

    return measured


def used_by(one: Request, concepts: dict[str, Any]) -> list[str]:
    """The concepts of a request, and those that they are made of, in the order of the stream."""
    found, before = {one.name, one.origin}, 0
    while len(found) > before:
        before = len(found)
        texts = [json.dumps(concepts[name], default=str) for name in found]
        found |= {name for name in concepts if any(f'"{name}"' in text for text in texts)}
    return [name for name in concepts if name in found]
