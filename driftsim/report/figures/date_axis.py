"""Date axis: an x axis whose data are rows, and whose scale is time."""

import numpy as np
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, num2date
from matplotlib.ticker import Formatter, Locator

from driftsim.durations import zone_of
from driftsim.report.dates import DAY, Dates

FORMATS = [
    "%Y",
    "%b",
    "%d %b",
    "%H:%M",
    "%H:%M",
    "%H:%M:%S.%f",
]  # of a tick: years, months, days, …
ROUND = ["", "%Y", "%b", "%d %b", "%H:%M", "%H:%M"]  # where the finer unit begins anew
HOLE = {  # it covers the lines across it
    "facecolor": "#ffffff", "edgecolor": "#999999", "linestyle": ":", "linewidth": 0.6,
    "zorder": 2.4, "gid": "hole",
}  # fmt: skip


class DateTicks(Locator):
    """Ticks at round dates, as the rows that they fall on."""

    def __init__(self, dates: Dates, most: int):
        self._dates = dates
        self._zone = zone_of(dates.zone)
        self.dates = AutoDateLocator(tz=self._zone, minticks=2, maxticks=most)
        self.rows, self.moments = np.empty(0), np.empty(0)  # of the ticks; moments in days

    def __call__(self):
        low, high = self.axis.get_view_interval()  # type: ignore[union-attr]  # set by the axis
        return self.tick_values(low, high)

    def tick_values(self, vmin, vmax):
        low, high = np.sort(self._dates.at([vmin, vmax])) / DAY
        ticks = np.asarray(self.dates.tick_values(*num2date([low, high], self._zone)))
        self.moments = ticks[(ticks >= low) & (ticks <= high)]
        self.rows = self._dates.rows(self.moments * DAY)
        return self.rows


class TickDates(Formatter):
    """The dates of ticks, without what all have in common: the label of the axis says it."""

    def __init__(self, ticks: DateTicks, zone: str | None):
        self._ticks = ticks
        self._words = ConciseDateFormatter(
            ticks.dates, zone_of(zone), FORMATS, zero_formats=ROUND, show_offset=False
        )

    def __call__(self, x, pos=None):
        return self.format_ticks([x])[0]

    def format_ticks(self, values):
        places = [np.abs(self._ticks.rows - row).argmin() for row in values]
        return self._words.format_ticks(self._ticks.moments[places])


def date_axis(panel, dates: Dates, ticks: int) -> None:
    """Let equal times of rows be equally wide in a panel, and show long pauses."""
    panel.set_xscale("function", functions=(dates.at, dates.rows))
    locator = DateTicks(dates, ticks)
    panel.xaxis.set_major_locator(locator)
    panel.xaxis.set_major_formatter(TickDates(locator, dates.zone))
    for before, after in dates.holes:
        panel.axvspan(before, after, **HOLE)
