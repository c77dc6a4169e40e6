"""Amounts: metrics, differences and counts as people read them."""

import math
from collections.abc import Iterable

from driftsim.evaluation.metrics import METRICS

OPPOSITE = {"more": "less", "less": "more"}
MOST_NAMES = 6  # of a sentence
ROUNDED = 1e-11  # what is less differs from zero by rounding alone


def title(metric: str) -> str:
    """The name of a metric in a sentence."""
    return METRICS[metric].title if metric in METRICS else metric.replace("_", " ")


def title_at_start(metric: str) -> str:
    """The name of a metric at the start of a sentence."""
    words = title(metric)
    return f"{words[0].upper()}{words[1:]}"


def as_percent(metric: str) -> bool:
    """Whether a metric is a share of rows."""
    kind = metric.partition(" of ")[0].removesuffix("_micro")
    return kind in METRICS and METRICS[kind].unit == "%"


def amount(metric: str, value: float, half: float = math.nan) -> str:
    """A value of a metric with its unit, as precise as half of its interval allows."""
    if as_percent(metric):
        return f"{number(100 * value, 100 * half, least=1)} %"
    return number(value, half)


def points(metric: str, difference: float, half: float = math.nan) -> str:
    """A difference of two values with its unit: points for shares of rows."""
    if as_percent(metric):
        text = number(100 * difference, 100 * half, least=1)
        return f"{text} {'point' if text in ('1', '1.0') else 'points'}"
    return number(difference, half)


def interval(metric: str, low: float, high: float, word: str = "") -> str:
    """An interval as people write it: 2.7 to 2.9.

    One around zero, of how much `more` or `less` there is, says so of each end: 0.2 less to 0.5
    more.
    """
    scale = 100 if as_percent(metric) else 1
    half, least = scale * (high - low) / 2, 1 if scale == 100 else None
    first, last = (number(scale * end, half, least) for end in (low, high))
    if word in OPPOSITE and low < 0 < high:
        return f"{first.lstrip('−')} {OPPOSITE[word]} to {last} {word}"
    return f"{first} to {last}"


def number(value: float, half: float = math.nan, least: int | None = None, digits: int = 3) -> str:
    """A number as precise as half of its interval allows, or to some digits; never 2e+02.

    It has at least `least` places after the point.
    """
    if not math.isfinite(value):
        return "unknown"
    value, half = (0.0 if abs(one) < ROUNDED else one for one in (value, half))
    if half > 0 and math.isfinite(half):
        power = math.floor(math.log10(half))
        places = (1 if half / 10**power < 3 else 0) - power
        if places < 0 and value:  # two digits are left of a value, whatever its interval
            places = min(max(places, 1 - math.floor(math.log10(abs(value)))), 0)
    else:
        digits = 1 if least else digits
        places = digits - 1 - math.floor(math.log10(abs(value))) if value else 0
    places = min(max(places, least or -12), 12)
    text = f"{round(value, places):,.{max(places, 0)}f}"
    return text.replace("-", "−") if float(text.replace(",", "")) else text.lstrip("-")


def seconds(value: float) -> str:
    """Seconds to two digits, without zeros at the end: 0.008, 1.5, 230."""
    text = number(value, digits=2)
    return text.rstrip("0").rstrip(".") if "." in text else text


def named(name: str) -> str:
    """The name of a contender in a sentence."""
    return name if " " not in name else f"'{name}'"


def listed(names: Iterable[str], most: int = MOST_NAMES) -> str:
    """Names in a sentence, not more than a few: a, b and 3 others."""
    names = [*names]
    if len(names) > most:
        names = [*names[: most - 1], f"{len(names) - most + 1} others"]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
