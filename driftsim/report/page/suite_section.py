"""Suite section: streams by contenders and the answer on each stream, as the page shows them."""

from typing import NamedTuple

from driftsim.report.benchmark_text import BEST, HOW
from driftsim.report.benchmarks import Grid
from driftsim.report.verdict import OVER_STREAMS, Block, Verdict, answers

FOLDED = 12  # streams from which their answers are folded up


class OnStream(NamedTuple):
    """The answer on one stream of a suite."""

    name: str
    anchor: str
    place: int  # among the settings that the chart shows
    blocks: list[Block]


class SuiteSection(NamedTuple):
    """What the page shows of a suite before all else."""

    lead: Verdict  # over all streams
    grid: Grid
    note: str
    figure: object | None  # of mean ranks
    streams: list[OnStream]
    folded: bool

    @property
    def anchors(self) -> dict[str, str]:
        """Where the answer on each stream is, by its name."""
        return {one.name: one.anchor for one in self.streams}


def suite_section(results, verdict, figures) -> SuiteSection | None:
    """The section of a suite; None for other studies, and before a run has ended."""
    grid = results.tables.grid
    if grid is None:
        return None
    own = answers(results.variants, [*results.metrics])
    streams = [
        OnStream(one.title, f"stream-{i}", i, [without(one.title, block) for block in own[i]])
        for i, one in enumerate(results.variants)
    ]
    lead = Verdict(verdict[:OVER_STREAMS] if len(results.tables.ranks) else ())
    name = grid.name[0].upper() + grid.name[1:]
    note = f"{name}, and half the width of its interval at 95 %. Bold: {BEST} ({HOW})."
    figure = next((one for one in figures if one.name == "ranks"), None)
    return SuiteSection(lead, grid, note, figure, streams, len(streams) > FOLDED)


def without(title: str, block: Block) -> Block:
    """A block that does not repeat the name of its stream."""
    return block._replace(text=block.text.removeprefix(f"{title}: "))
