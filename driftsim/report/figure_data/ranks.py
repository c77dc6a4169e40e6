"""Rank data: mean ranks over the settings of a sweep, and which do not differ."""

from typing import NamedTuple

import numpy as np

from driftsim.report.amounts import title
from driftsim.report.figure_data.view import View
from driftsim.report.rankings import alike, test_in_words


class Ranks(NamedTuple):
    """The mean ranks of contenders, the best first."""

    title: str  # of the report
    names: list[str]
    ranks: list[float]
    critical: float  # difference, beyond which two differ
    p: float
    streams: int  # that differ, of the settings
    test: str
    metric: str

    @property
    def last(self) -> float:
        """The last rank of the scale, which starts at 1."""
        return max(np.ceil(max(self.ranks)), 2)

    @property
    def end(self) -> float:
        """Where the bar of the critical difference ends, which starts at 1."""
        return min(1 + self.critical, self.last)

    @property
    def words(self) -> str:
        """What stands above the scale."""
        wider = "" if self.end == 1 + self.critical else ", wider than the scale"
        test = test_in_words(self.critical, self.p, self.streams, self.test, wider)
        return f"ranks by {title(self.metric)}; {test}"


def ranks(view: View) -> list[Ranks] | None:
    """The ranks of each report with a sweep; None where there are none.

    None, too, where contenders differ by their alarms alone, with which the report leads.
    """
    shown = {
        name: results
        for name, results in view.reports.items()
        if not (results.tables.leads_with_alarms and alike(results.tables.pairs))
    }
    tables = {name: view.table(results, "ranks") for name, results in shown.items()}
    found = []
    for name, table in tables.items():
        if len(table):
            table = table.among("contender", view.names)
        if len(table) > 1:
            about = [
                table[key].tolist()[0] for key in ("critical", "p", "streams", "test", "metric")
            ]
            found.append(Ranks(name, table.values("contender"), table["rank"].tolist(), *about))
    return found or None


def groups(ranks: list[float], critical: float) -> list[tuple[float, float]]:
    """The widest ranges of ranks (low, high), of two contenders or more, that do not differ."""
    ordered = np.sort(ranks)
    ends = [int(np.flatnonzero(ordered - rank <= critical)[-1]) for rank in ordered]
    kept = [(i, end) for i, end in enumerate(ends) if end > i and (i == 0 or end > ends[i - 1])]
    return [(float(ordered[i]), float(ordered[end])) for i, end in kept]
