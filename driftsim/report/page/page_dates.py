"""Page dates: what the script of the page knows of the dates of rows, as plain data."""

from functools import partial
from itertools import chain

from driftsim.durations import Duration
from driftsim.report.figure_data.backgrounds import visible_changes
from driftsim.report.windows import window_text

DURATIONS = ("1s", "10s", "1min", "10min", "1h", "6h", "1d", "1w", "1mo", "3mo", "1y")


def about_dates(one, offered, merged):
    """The dates of a setting beside those of its intervals; nothing where it has none.

    `offered` are windows of time. Moments are microseconds since the first row after the warm-up,
    which is at `start` (since 1970).
    """
    if not one.dates or not one.played:
        return {}
    return one.part(("dates", *offered, merged), partial(dates_of, offered, merged))


def dates_of(offered, merged, one):
    """The dates of a setting that has some."""
    dates, truth = one.dates, one.runs[0].truth
    intervals = truth.over(merged * truth.interval)
    rows = {change.centre for change in visible_changes(one.scenario)}
    rows |= {*chain.from_iterable(dates.holes)}
    about = {
        "start": int(dates.start),
        "origin": int(dates.at(0) - dates.start),  # from which windows are counted
        "zone": dates.zone,
        "precision": dates.precision,
        "holes": dates.holes,
        "exact": [[row, int(dates.at(row) - dates.start)] for row in sorted(rows)],
        "starts": {
            str(window): dates.starts(intervals, window).tolist()
            for window in offered
            if window.calendar
        },
    }
    return {"dates": about}


def durations(results, merged):
    """The windows of time on offer, in order: of more than an interval, and that of the report.

    None where some setting has no dates.
    """
    dates = [one.dates for one in results.variants if one.played]
    if not dates or not all(dates):
        return []
    spans = [one.end - one.start for one in dates]
    intervals = [
        merged
        * one.scenario.interval
        / (one.scenario.stream.length - one.scenario.evaluation.warmup)
        for one in results.variants
        if one.played
    ]
    least = max(span * share for span, share in zip(spans, intervals))
    every = [*map(Duration.of, DURATIONS)]
    offered = [one for one in every if least < one.micros <= max(spans) / 2]
    if isinstance(results.window, Duration) and results.window not in offered:
        offered.append(results.window)
    return sorted(offered, key=lambda one: one.micros)


def duration(window):
    """A window of time as plain data."""
    about = {"key": str(window), "text": window_text(window)}
    return about | ({} if window.calendar else {"micros": window.micros})
