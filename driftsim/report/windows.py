"""Windows: stretches of a stream, of so many rows or so much time, for which curves have values."""

from collections.abc import Callable

from driftsim.durations import Duration
from driftsim.evaluation.trace import Trace
from driftsim.messages import ArgumentError, guess, plural
from driftsim.report.dates import Dates

WINDOWS = ("tumbling", "sliding", "cumulative", "faded")
NO_DATES = "'{}' is a time, and rows have none that is the same with every seed; count rows"
UNITS = {
    "ms": "millisecond", "s": "second", "min": "minute", "h": "hour", "d": "day", "w": "week",
    "mo": "month", "y": "year",
}  # fmt: skip
Window = int | Duration


def windowed(over: str, window: Window, dates: Dates | None) -> Callable[[Trace], Trace]:
    """What gives a trace over windows of some kind.

    Windows of time are rounded to whole intervals of the trace. Raises `ValueError` for a kind
    that does not exist, or that windows of time do not have.
    """
    if fault := window_fault(over, window, dates):
        raise ArgumentError(fault)
    if over == "cumulative":
        return Trace.cumulative
    if isinstance(window, Duration):
        return in_time(over, window, dates)
    kinds: dict[str, Callable[[Trace], Trace]] = {
        "tumbling": lambda trace: trace.over(window),
        "sliding": lambda trace: trace.sliding(window),
        "faded": lambda trace: trace.faded((window - 1) / (window + 1)),
    }
    return kinds[over]


def window_text(window: Window) -> str:
    """The length of a window as people write it: 2,000 rows, 1 week."""
    if not isinstance(window, Duration):
        return plural(window, "row")
    return plural(window.amount, UNITS[window.unit])


def every_text(window: Window) -> str:
    """A period as people write it: every 2,000 rows, every week."""
    text = window_text(window)
    return f"every {text.removeprefix('1 ')}"


def in_time(over, window, dates):
    """What gives a trace over windows of so much time."""
    if over == "sliding":
        return lambda trace: trace.since(dates.firsts(trace, window))
    return lambda trace: trace.joined(dates.starts(trace, window))


def rows_in(window: Window, dates: Dates | None) -> int:
    """The rows of a window; of one of time, the mean number."""
    if not isinstance(window, Duration):
        return window
    if dates is None:
        raise ArgumentError(NO_DATES.format(window))
    return dates.mean_rows(window)


def window_of(asked: int | str | Duration | None, own: Window) -> Window:
    """The window that is asked for, or a report's own; raises `ValueError` for what is none."""
    if asked is None:
        return own
    if isinstance(asked, str):
        return Duration.of(asked)
    if not isinstance(asked, Duration) and (asked < 1 or asked % 1):
        raise ArgumentError(f"a window of {asked} rows is not valid; give a whole number from 1")
    return asked


def window_fault(over: str, window: Window, dates: Dates | None) -> str | None:
    """Why there are no such windows, or None."""
    if over not in WINDOWS:
        return f"{over!r} is no kind of window; {guess(over, WINDOWS)}"
    if not isinstance(window, Duration) or over == "cumulative":
        return None
    if dates is None:
        return NO_DATES.format(window)
    if over == "faded":
        return f"faded windows are counted in rows, not in time such as '{window}'; give rows"
    if over == "sliding" and window.calendar:
        return f"sliding windows have one length, unlike '{window}'; write days, such as 30d"
    return None
