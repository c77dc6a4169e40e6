"""Status: how far a study is, by the files in its folder, wherever it is played."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple

from driftsim.messages import line, plural
from driftsim.progress import position
from driftsim.runner.playing import FAILURE
from driftsim.runner.runs import Run, all_runs
from driftsim.runner.sharing import Playing, playing
from driftsim.scenario import Study
from driftsim.store import Listing, Store

MOST = 10  # runs, or contenders, that have a line of their own


class Status(NamedTuple):
    """The runs of a study, each in one of four states, and who plays them."""

    done: list[Run]
    running: list[Run]
    failed: list[str]  # what went wrong in each
    missing: list[Run]
    players: list[Playing]

    @property
    def runs(self) -> int:
        """How many there are in all."""
        return len(self.done) + len(self.running) + len(self.failed) + len(self.missing)


def status_of(study: Study, store: Store, parts: Iterable[str] = ()) -> Status:
    """The state of every run; raises `ScenarioError` for a study that cannot be run."""
    players, held = playing(store.folder), Listing(store)
    in_flight = {key for one in players if not one.gone for key in one.rows}
    found = Status([], [], [], [], players)
    for run in all_runs(study, parts):
        if run in held:
            found.done.append(run)
        elif run.key in in_flight:
            found.running.append(run)
        elif held.has_beside(run, FAILURE) and (failure := failure_of(run, store)):
            found.failed.append(failure)
        else:
            found.missing.append(run)
    return found


def failure_of(run: Run, store: Store) -> str | None:
    """What went wrong in a run, in a line, where that was kept."""
    with suppress(OSError):
        path = store.path_beside(run, FAILURE)
        with path.open(encoding="utf-8", errors="replace") as file:
            return f"{line(file.readline())}; the traceback is in {path}"
    return None


def status_lines(study: Study, status: Status) -> Iterator[str]:
    """A status in words: how many runs are in which state, then what is to be known of some."""
    states = (
        f"{len(status.done):,} done, {len(status.running):,} running, "
        f"{len(status.failed):,} failed, {len(status.missing):,} missing"
    )
    yield f"{study.name}: {plural(status.runs, 'run')}: {states}"
    titles = {run.key: run for run in status.running}
    for one in status.players:
        yield f"  {player_line(one, titles)}"
    yield from limited([f"  failed: {failure}" for failure in status.failed])
    missing = Counter(run.owner for run in status.missing)
    yield from limited([f"  missing: {n:,} of {name}" for name, n in missing.items()])


def player_line(one: Playing, runs: dict[str, Run]) -> str:
    """What a process plays, in a line."""
    who = f"process {one.process} on {one.host}"
    if one.gone:
        return f"{who} {why_gone(one)}; its runs count as missing"
    rows = [
        f"{runs[key].title}, {position(runs[key], n)}" for key, n in one.rows.items() if key in runs
    ]
    more = [f"{len(rows) - MOST:,} more"] if len(rows) > MOST else []
    waiting = [f"{one.waiting:,} waiting"] if one.waiting else []  # all that an executor has
    return f"{who}: {'; '.join([*rows[:MOST], *more, *waiting]) or 'between two runs'}"


def why_gone(one: Playing) -> str:
    """Why a process counts as gone."""
    if one.died:
        return "has died"
    if one.age < 0:
        return f"has reported {-one.age:,.0f} s from now, as clocks differ or one was set back"
    return f"has not reported for {one.age:,.0f} s"


def limited(lines: Sequence[str]) -> Iterator[str]:
    """The first few lines, and how many more there are."""
    yield from lines[:MOST]
    if len(lines) > MOST:
        yield f"  … and {len(lines) - MOST:,} more"
