"""Durations: lengths of time and dates, as a scenario writes them: 7d, 1mo; 2024-03-31 14:00."""

import calendar
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, ClassVar, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    Field,
    ValidationError,
    WrapValidator,
    model_serializer,
    model_validator,
)

from driftsim.forms import Words
from driftsim.messages import fault_message, guess, refusal, short
from driftsim.parts import MOST_ROWS, Number, Position, Rows, Strict

SECOND = 1_000_000  # microseconds
FIXED = {  # the lengths of units, in microseconds
    **{"ms": SECOND // 1_000, "s": SECOND, "min": 60 * SECOND, "h": 3_600 * SECOND},
    **{"d": 86_400 * SECOND, "w": 7 * 86_400 * SECOND},
}
CALENDAR = {"mo": 1, "y": 12}  # months
WORDS = {  # that mean a unit
    **dict.fromkeys(["millisecond", "milliseconds"], "ms"),
    **dict.fromkeys(["sec", "secs", "second", "seconds"], "s"),
    **dict.fromkeys(["mins", "minute", "minutes"], "min"),
    **dict.fromkeys(["hr", "hrs", "hour", "hours"], "h"),
    **dict.fromkeys(["day", "days"], "d"),
    **dict.fromkeys(["week", "weeks"], "w"),
    **dict.fromkeys(["month", "months"], "mo"),
    **dict.fromkeys(["yr", "yrs", "year", "years"], "y"),
}
WRITTEN = re.compile(r"\s*(\d[\d_]*(?:\.\d+)?)\s*([a-zA-Z]+)\s*")
LONGEST = 1_000 * 366 * FIXED["d"]
EXAMPLES = "7d, 30 min or 24h"
DATE = re.compile(r"\s*\d{4}-\d\d")
UNSORTED = re.compile(r"\s*(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})\b")  # a date, but not by ISO 8601
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
UNITS = r"(ms|min|mo|[sShHdDwWyY]|[A-Za-z]{3,})"
WORDED = Words(pattern=rf"\s*\d[\d_]*(\.\d+)?\s*{UNITS}\s*", hint="a duration such as 7d")
DATED = Words(pattern=r"\s*\d{4}-\d\d.*", hint="a date such as 2024-03-31")
MOMENTS = -(2**53), 2**53  # microseconds: the years 1684 to 2255, exact as floating-point numbers


class Duration(Strict):
    """A length of time, written as a number and a unit: 7d, 30 min, 24h, 90s, 500 ms, 2w, 1mo, 1y.

    Units up to the week have fixed lengths, in UTC; months and years are those of the calendar.
    """

    forms: ClassVar[tuple[Any, ...]] = (Annotated[str, WORDED],)

    amount: int
    unit: str  # one of FIXED or CALENDAR

    @classmethod
    def of(cls, text: str) -> "Duration":
        """The duration that a text writes; `ValueError` with what would be right."""
        return cls.model_validate(text)

    @property
    def calendar(self) -> bool:
        """Whether it is months or years, whose lengths differ."""
        return self.unit in CALENDAR

    @property
    def micros(self) -> int:
        """Its length in microseconds; of a month, 30 days, of a year, 365."""
        if self.calendar:
            return self.amount * {"mo": 30, "y": 365}[self.unit] * FIXED["d"]
        return self.amount * FIXED[self.unit]

    def after(self, moment: int, k: int = 1, zone: str | None = None) -> int:
        """`k` times the duration after a moment, both in microseconds UTC.

        Months are counted by the calendar of a zone (UTC where None), from the moment itself: a
        month after 31 January is 29 February (in 2024), and two months after it 31 March.
        """
        if not self.calendar:
            return moment + k * self.micros
        local = date_of(moment, zone)
        months = 12 * local.year + local.month - 1 + k * self.amount * CALENDAR[self.unit]
        year, month = divmod(months, 12)
        if year > datetime.max.year:
            return MOMENTS[1]
        day = min(local.day, calendar.monthrange(year, month + 1)[1])
        return micros_of(local.replace(year=year, month=month + 1, day=day, fold=0))

    def elapsed(self, start: int, moment: int, zone: str | None = None) -> int:
        """How many whole durations there are from `start` to a moment."""
        k = max((moment - start) // self.micros, 0)
        while self.after(start, k, zone) > moment:
            k -= 1
        while self.after(start, k + 1, zone) <= moment:
            k += 1
        return k

    def __str__(self) -> str:
        return f"{self.amount:_}{self.unit}"

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        found = WRITTEN.fullmatch(value)
        unit = found and WORDS.get(found[2].lower(), found[2])
        unit = unit.lower() if unit and len(unit) == 1 else unit  # pandas: 7D; but MS is a month
        if not found or unit not in FIXED | CALENDAR:
            raise ValueError(f"{short(value)} is no duration{unit_advice(unit)}")
        return whole(value, float(found[1]) if "." in found[1] else int(found[1]), unit)

    @model_validator(mode="after")
    def _is_short(self) -> Self:
        if not 0 <= self.micros <= LONGEST:
            raise ValueError(f"'{self}' is not valid; give a duration of up to 1000 years")
        return self

    @model_serializer
    def _to_text(self) -> str:
        return str(self)


def unit_advice(unit: str | None) -> str:
    """What would be right in the place of an unknown unit."""
    if unit == "m":
        return "; 'm' may be minutes or months: write min or mo"
    return f"; write a number and a unit (ms, s, min, h, d, w, mo or y), such as {EXAMPLES}"


def whole(text: str, amount: float, unit: str) -> dict[str, Any]:
    """A whole amount of the largest unit, up to the given one, that has one."""
    if amount == int(amount):
        return {"amount": int(amount), "unit": unit}
    if unit in CALENDAR:
        raise ValueError(f"{short(text)} is not valid; give whole months or years")
    for smaller, micros in sorted(FIXED.items(), key=lambda item: -item[1]):
        found = round(amount * FIXED[unit] / micros, 6)
        if micros < FIXED[unit] and found == int(found):
            return {"amount": int(found), "unit": smaller}
    raise ValueError(f"{short(text)} is not valid; give whole milliseconds")


class Moment(Strict):
    """A date, or a date and a time of day, as ISO 8601 writes them: 2024-03-31, 2024-03-31 14:00.

    Without an offset it is of the zone of the clock, or of UTC where that has none.
    """

    forms: ClassVar[tuple[Any, ...]] = (Annotated[str, DATED],)

    text: str

    def micros(self, zone: str | None = None) -> int:
        """Microseconds UTC."""
        date = datetime.fromisoformat(self.text.strip())
        return micros_of(date if date.tzinfo else date.replace(tzinfo=zone_of(zone)))

    def __str__(self) -> str:
        return self.text

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        return {"text": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _is_a_date(self) -> Self:
        try:
            self.micros()
        except ValueError:
            raise ValueError(f"{short(self.text)} is no date; {date_advice(self.text)}") from None
        return self

    @model_serializer
    def _to_text(self) -> str:
        return self.text


def date_advice(text: str) -> str:
    """How to write what is meant as a date: as it stands there if only one day can be meant."""
    found = UNSORTED.match(text)
    first, sign, month, last = found.groups() if found else ("", "", "", "")
    orders = [(first, month, last), (last, month, first)]
    orders += [(last, first, month)] if sign == "/" else []
    days = set[str]()
    for year, *rest in orders:
        with suppress(ValueError):
            days |= {str(date(int(year), *map(int, rest)))} if len(year) == 4 else set()
    if len(days) == 1:
        return f"write it as {days.pop()}"
    return "write one as 2024-03-31 or 2024-03-31 14:00"


def zone_of(name: str | None) -> Any:
    """A time zone by its name, such as Europe/Berlin; UTC where None."""
    return UTC if name is None else ZoneInfo(name)


def date_of(moment: int, zone: str | None = None) -> datetime:
    """The date and time of day of a moment (microseconds UTC) in a zone."""
    return (EPOCH + timedelta(microseconds=moment)).astimezone(zone_of(zone))


def micros_of(date: datetime) -> int:
    """The microseconds UTC of a date that has a zone."""
    return (date - EPOCH) // timedelta(microseconds=1)


def _known_zone(name: str) -> str:
    known = available_timezones()
    if name not in known:
        close = guess(name, known)
        right = close if close.startswith("did") else "write one such as Europe/Berlin"
        raise ValueError(f"no time zone is called {short(name)}; {right}")
    return name


Zone = Annotated[str, AfterValidator(_known_zone)]


def fixed(value: Any) -> Any:
    """A value, unless it is a duration of the calendar."""
    if isinstance(value, Duration) and value.calendar:
        raise ValueError(f"'{value}' has no fixed length; write days, such as 30d")
    return value


def positive(value: Any) -> Any:
    """A value, unless it is a duration of 0."""
    if isinstance(value, Duration) and not value.amount:
        raise ValueError(f"'{value}' is not valid; it should be more than 0")
    return value


def or_duration(value: Any, check: Callable[[Any], Any]) -> Any:
    """A number or a duration; refused in one sentence."""
    if isinstance(value, str | Duration):
        return Duration.model_validate(value)
    try:
        return check(value)
    except ValidationError as error:
        raise refusal(f"{fault_message(error.errors()[0], ())}, or a duration such as 7d") from None


Time = Annotated[Duration, AfterValidator(fixed)]  # of a fixed length
Stretch = Annotated[Time, AfterValidator(positive)]
Period = Annotated[Rows | Duration, WrapValidator(or_duration), AfterValidator(positive)]
Window = Annotated[Period, AfterValidator(fixed)]  # a period of a fixed length
Amount = Annotated[  # of rows or labels, on average, or of time
    Annotated[Number, Field(gt=0, le=MOST_ROWS)] | Duration,
    WrapValidator(or_duration),
    AfterValidator(positive),
    AfterValidator(fixed),
]
Span = Annotated[Position | Duration, WrapValidator(or_duration), AfterValidator(fixed)]  # or 0
