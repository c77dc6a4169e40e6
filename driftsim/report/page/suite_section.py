"""Suite section: streams by contenders and the answer on each stream, as the page shows them."""

from collections.abc import Iterable
from typing import NamedTuple

from driftsim.report.benchmark_text import BEST, HOW, SENTENCES
from driftsim.report.benchmarks import Grid
from driftsim.report.suite_parts import SuitePart, suite_parts
from driftsim.report.verdict import Block, answers

FOLDED = 12  # streams from which their answers are folded up


class OnStream(NamedTuple):
    """The answer on one stream of a suite."""

    name: str
    anchor: str
    place: int  # among the settings that the chart shows
    blocks: list[Block]
    page: str | None  # where its own page is


class SuiteSection(NamedTuple):
    """What the page shows of a suite before all else."""

    parts: list[tuple[SuitePart, str, str]]  # what the numbers of its table are, and bold ones
    figure: object | None  # of mean ranks
    streams: list[OnStream]
    folded: bool

    @property
    def anchors(self) -> dict[str, str]:
        """Where the answer on each stream is, by its name."""
        return {one.name: one.anchor for one in self.streams}


def suite_section(results, figures, pages) -> SuiteSection | None:
    """The section of a suite; None for other studies, and before a run has ended."""
    parts = suite_parts(results)
    if not parts:
        return None
    own = answers(results.variants, [*results.metrics])
    streams = []
    for i, one in enumerate(results.variants):
        blocks = [without(one.title, block) for block in own[i]]
        own_page = pages.get(one.setting["stream"])
        streams.append(OnStream(one.title, f"stream-{i}", i, blocks, own_page))
    figure = next((one for one in figures if one.name == "ranks"), None)
    return SuiteSection(noted(parts), figure, streams, len(streams) > FOLDED)


def noted(parts: Iterable[SuitePart]) -> list[tuple[SuitePart, str, str]]:
    """Parts with what the numbers of their tables are, and which of them are bold, in words."""
    bold = f"{BEST} ({HOW}; {SENTENCES})."
    return [(one, note_on(one.grid), bold if one.grid.tested else "") for one in parts]


def note_on(grid: Grid) -> str:
    """What the numbers of a table are."""
    name = grid.name[0].upper() + grid.name[1:]
    halves = any(one.half for row in grid.rows.values() for one in row)
    width = ", and half the width of its interval at 95 %" if halves else ""
    return f"{name}{width}."


def without(title: str, block: Block) -> Block:
    """A block that does not repeat the name of its stream."""
    return block._replace(text=block.text.removeprefix(f"{title}: "))
