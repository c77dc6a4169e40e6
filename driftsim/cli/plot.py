"""`driftsim plot`: figures of reports, as files."""

from pathlib import Path

from driftsim.cli.options import (
    Allow,
    Contenders,
    Every,
    Figure,
    Metric,
    OnlyStream,
    Out,
    Over,
    Parts,
    Reports,
    SeverityBy,
    To,
    Window,
)
from driftsim.cli.studies import errors_printed, print_message


def plot(
    report: Reports,
    to: To,
    figure: Figure = "curves",
    metric: Metric = None,
    window: Window = None,
    over: Over = None,
    severity: SeverityBy = None,
    contender: Contenders = None,
    only_stream: OnlyStream = None,
    every: Every = False,
    out: Out = Path("reports"),
    parts: Parts = None,
    allow: Allow = None,
):
    """Plot one figure of a report, or of several, or all of them."""
    with errors_printed():
        from driftsim.report.plot import plot

        asked = {"metric": metric, "window": window, "over": over, "contenders": contender}
        asked |= {"severity": severity, "streams": only_stream}
        path, notes = plot(report, to, figure, out, parts or (), allow or (), every, **asked)
        for note in notes:
            print_message(note)
        print(path)
