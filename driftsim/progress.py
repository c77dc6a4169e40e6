"""Progress: what `run` shows of runs in flight, as bars where they can be drawn, or as lines."""

import math
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from html import escape as html
from typing import Any, Protocol

from rich.console import Console
from rich.markup import escape

from driftsim.evaluation.prequential import COMPILING
from driftsim.messages import plural
from driftsim.runner.engines import Progress
from driftsim.runner.playing import Finished
from driftsim.runner.runs import Run

MOST_SHOWN = 8  # runs in flight that have a bar or an entry
LONGEST = 30  # characters of a name beside a bar
BESIDE = 37  # characters beside a bar and what it is of: the state, the time left, and Ctrl-C
LEAST_BAR, LONGEST_BAR = 8, 32  # characters
SOON = 0.5  # seconds before the first line, where there is no terminal
OFTEN = 0.2  # seconds between two pictures of bars in a notebook
LATER = 30  # seconds before the second line, and half of those before the third


def finished(
    events: Iterator[Finished | Progress], runs: Sequence[Run], display: "Display | None" = None
) -> list[Finished]:
    """The runs that have ended, in the order of `runs`; meanwhile shows how far they are.

    By default as bars in a terminal, or as lines without one.
    """
    ended = {}
    by_default = Bars(runs) if runs and sys.stderr.isatty() else Lines(runs)
    with display or by_default as shown:
        for event in events:
            if isinstance(event, Finished):
                ended[event.run.key] = event
                shown.end(event.run)
            else:
                shown.show(event)
    return [ended[run.key] for run in runs if run.key in ended]


def shown(runs: Sequence[Run], asked: bool | None) -> "Display":
    """What shows the progress of runs to people who use Python, if they want it or can see it."""
    notebook, terminal = Console().is_jupyter, sys.stderr.isatty()
    if not runs or not (notebook or terminal if asked is None else asked):
        return Silent()
    if notebook:
        return CellBars(runs)
    return Bars(runs) if terminal else OneLine(runs)


def counted(runs: Sequence[Run]) -> str:
    """What runs are of, and how many of each."""
    number = Counter(run.played.group for run in runs)
    words = {"contenders": "contenders", "the truth": "the stream", "the floor": "the floor"}
    known = {word: number[group] for group, word in words.items() if number[group]}
    return ", ".join(f"{n:,} of {word}" for word, n in known.items())


def position(run: Run, row: int) -> str:
    """How far a run is, in words."""
    if row == COMPILING:
        return "compiling its kernel"
    unit = "prediction" if run.played.group == "the floor" else "row"  # of all models together
    return f"{unit} {row:,} of {run.rows:,}"


class Display(Protocol):
    """What shows the progress of runs, as a context."""

    def __enter__(self) -> "Display": ...
    def __exit__(self, *_: object) -> None: ...
    def end(self, run: Run) -> None: ...
    def show(self, event: Progress) -> None: ...


class Silent:
    """Shows nothing."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def end(self, run: Run):
        """Say nothing of a run that has ended."""

    def show(self, event: Progress):
        """Say nothing of runs in flight."""


class OneLine(Silent):
    """One line that is written again and again, where bars cannot be drawn."""

    def __init__(self, runs: Sequence[Run]):
        self._runs, self._ended, self._next = runs, 0, 0.0

    def __exit__(self, *_):
        self._write(ended_of(self._ended, self._runs), end="\n")

    def end(self, run: Run):
        """Count a run that has ended."""
        self._ended += 1

    def show(self, event: Progress):
        """Write the line again, if it is time to."""
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + 0.2
            parts = [f"{run.title}, {position(run, row)}" for run, row in event.rows[:1]]
            of = ended_of(self._ended, self._runs)
            self._write("; ".join([of, *parts, *filter(None, [event.obstacle])]))

    def _write(self, text, end=""):
        print(f"\r{text:<100}", end=end, file=sys.stderr, flush=True)


class CellBars(Silent):
    """Bars below the cell of a notebook, from half a second on; at the end they are gone."""

    def __init__(self, runs: Sequence[Run]):
        self._runs, self._ended, self._of = runs, 0, counted(runs)
        self._next = time.monotonic() + SOON
        self._place: Any = None  # where they are drawn

    def __exit__(self, *_):
        if self._place is not None:
            self._draw("", "")

    def end(self, run: Run):
        """Count a run that has ended."""
        self._ended += 1

    def show(self, event: Progress):
        """Draw the bars again, if it is time to."""
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + OFTEN
        partly = sum(max(row, 0) / run.rows for run, row in event.rows)
        state = ended_of(self._ended, self._runs)
        about = "; ".join(filter(None, [f"{state} ({self._of})", event.obstacle]))
        bars = [bar(self._ended + partly, len(self._runs), about)]
        for run, row in event.rows[:MOST_SHOWN]:
            bars.append(bar(max(row, 0), run.rows, f"{run.title}, {position(run, row)}"))
        self._draw("<br>".join(bars), state)

    def _draw(self, shown: str, plain: str):
        from IPython.display import display

        texts = {"text/html": shown, "text/plain": plain}
        if self._place is None:
            self._place = display(texts, raw=True, display_id=True)
        else:
            self._place.update(texts, raw=True)


def bar(value: float, most: int, words: str) -> str:
    """A bar as HTML, and words beside it."""
    style = "width: 12rem; vertical-align: middle"
    drawn = f'<progress value="{value:g}" max="{most}" style="{style}"></progress>'
    return f"{drawn} {html(words)}"


class Lines:
    """A line on the runs in flight, less and less often; one at once where kernels are compiled."""

    def __init__(self, runs: Sequence[Run]):
        self._total, self._of, self._ended = len(runs), counted(runs), 0
        self._started, self._next, self._compiles = time.monotonic(), SOON, False

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def end(self, run: Run):
        """Count a run that has ended."""
        self._ended += 1

    def show(self, event: Progress):
        """Print what is in flight, if it is time to."""
        seconds = time.monotonic() - self._started
        compiles = any(row == COMPILING for _, row in event.rows)
        if seconds < self._next and (self._compiles or not compiles):
            return
        self._compiles = self._compiles or compiles
        self._next = LATER if self._next == SOON else 2 * self._next
        parts = [f"{run.title}, {position(run, row)}" for run, row in event.rows[:MOST_SHOWN]]
        more = len(event.rows) - MOST_SHOWN
        parts += [f"{more:,} more"] if more > 0 else []
        parts += [f"{event.waiting:,} waiting"] if event.waiting else []
        parts += [event.obstacle] if event.obstacle else []
        done = f"{self._ended:,} of {self._total:,} runs done ({self._of})"
        print(f"{seconds:.0f} s: {done}; {'; '.join(parts)}", file=sys.stderr, flush=True)


class Bars:
    """A bar for all runs, and one for each run in flight."""

    def __init__(self, runs: Sequence[Run]):
        from rich.progress import BarColumn, Progress, TextColumn
        from rich.table import Column

        console = Console(stderr=True)
        self._room = max(console.width - LEAST_BAR - BESIDE, 20)  # for what a bar is of
        names = max([len(f"  {run.title}") for run in runs] + [len(ended_of(len(runs), runs))])
        bar = max(min(console.width - min(names, self._room) - BESIDE, LONGEST_BAR), LEAST_BAR)
        self._progress = Progress(
            TextColumn(
                "{task.description}", table_column=Column(no_wrap=True, max_width=self._room)
            ),
            BarColumn(bar_width=bar),
            TextColumn("{task.fields[state]}", table_column=Column(justify="right", min_width=14)),
            TextColumn("{task.fields[left]}", table_column=Column(justify="right", min_width=11)),
            console=console,
            transient=True,
        )
        self._runs, self._ended = runs, 0
        self._all = self._progress.add_task(self._counted, total=len(runs), state="", left="")
        self._tasks: dict[str, tuple] = {}  # by key: the task, since when, and from which row

    def __enter__(self):
        self._progress.start()
        return self

    def __exit__(self, *_):
        self._progress.stop()

    def end(self, run: Run):
        """Count a run that has ended, and remove its bar."""
        self._ended += 1
        self._progress.update(self._all, completed=self._ended, description=self._counted)
        if run.key in self._tasks:
            self._progress.remove_task(self._tasks.pop(run.key)[0])

    def show(self, event: Progress):
        """Move the bars."""
        partly = sum(max(row, 0) / run.rows for run, row in event.rows)
        self._move(self._all, self._ended + partly, event.obstacle or "")
        for run, row in event.rows[:MOST_SHOWN]:
            now = time.monotonic()
            task, since, first = self._tasks.get(run.key) or (self._add(run, row), now, row)
            if first == COMPILING:
                since, first = now, row
            self._tasks[run.key] = task, since, first
            if row == COMPILING:
                self._progress.update(task, state="compiling its kernel", left="")
                continue
            speed = (row - first) / max(now - since, 0.1)
            here = f"at {position(run, row)}".partition(" of ")[0]
            self._move(task, row, f"{speed:,.0f} rows/s" if row > first else here)

    def _move(self, task, completed, state):
        self._progress.update(task, completed=completed, state=state)
        seconds = next(one.time_remaining for one in self._progress.tasks if one.id == task)
        self._progress.update(task, left="" if seconds is None else f"{lasting(seconds)} left")

    @property
    def _counted(self):
        return ended_of(self._ended, self._runs)

    def _add(self, run, row):
        most = max(min(self._room - 2 - len(run.title) + len(run.name), LONGEST), 10)
        name, half = run.name, most // 2
        if len(name) > most:  # as ends differ: of floors, the memory
            name = f"{name[:half]}…{name[half - most + 1 :]}"
        name = escape(f"  {run._replace(name=name).title}")
        about = {"total": run.rows, "completed": max(row, 0)}
        return self._progress.add_task(name, **about, state="", left="")


def ended_of(ended: int, runs: Sequence[Run]) -> str:
    """How many runs have ended, in words."""
    return f"{ended:,} of {plural(len(runs), 'run')} ended"


def lasting(seconds: float) -> str:
    """A time to wait as people read it: 40 s, 3 min, 2 h 5 min."""
    minutes = math.ceil(seconds / 60)
    if seconds < 60:
        return f"{max(math.ceil(seconds), 1)} s"
    hours = f"{minutes // 60} h " if minutes >= 60 else ""
    return f"{hours}{minutes % 60} min"
