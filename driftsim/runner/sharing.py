"""Sharing: one study among several processes that have nothing in common but its folder."""

import json
import os
import platform
import re
import threading
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from driftsim.atomic import (
    UNFINISHED,
    StoreError,
    left_by_dead,
    unfinished_path,
    write_atomically,
)
from driftsim.messages import ScenarioError, line, short
from driftsim.runner.runs import Run

WRITTEN = re.compile("([0-9]{1,9})/([0-9]{1,9})")  # as a share is
PLAYING = "playing"  # how the names of files begin that say what a process plays
EVERY = 5.0  # seconds between two such reports, and before the first
SILENT = 60.0  # seconds without one, after which a process counts as gone


class Share(NamedTuple):
    """One of so many shares of the runs of a study, each run in exactly one of them."""

    number: int  # from 1
    of: int

    @classmethod
    def parse(cls, text: str) -> "Share":
        """From a text like 3/16; raises `ScenarioError` for any other."""
        if found := WRITTEN.fullmatch(text):
            number, of = map(int, found.groups())
            if 1 <= number <= of:
                return cls(number, of)
        fault = f"{short(text)} is no share; give its number and how many there are, such as 3/16"
        raise ScenarioError(line(f"--share: {fault}"))

    def among(self, runs: Iterable[Run], wanted: Sequence[Run]) -> list[Run]:
        """Those of the wanted runs that are in this share of all runs of a study."""
        keys = sorted(run.key for run in runs)  # hashes: no share has one contender alone
        own = {*keys[self.number - 1 :: self.of]}
        return [run for run in wanted if run.key in own]

    def __str__(self):
        return f"{self.number}/{self.of}"


class Playing(NamedTuple):
    """What a process has reported last of the runs that it plays."""

    host: str
    process: int
    rows: dict[str, int]  # the row that each has reached, by its key
    waiting: int  # runs of it that have not started
    age: float  # seconds ago; negative where its clock is ahead, or this one has been set back
    died: bool = False  # as only its own host can know

    @property
    def gone(self) -> bool:
        """Whether it counts as gone: it has died, or has not reported in the last minute."""
        return self.died or abs(self.age) > SILENT


class Reporter:
    """Reports in a file beside the traces what this process plays, as long as it does.

    It does so from a thread of its own: a long training in this process leaves it no other time.
    """

    def __init__(self, folder: Path):
        self._path = unfinished_path(folder / PLAYING)
        self._last: tuple[Sequence[tuple[Run, int]], int] | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._keep_writing, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        self._thread.join()
        with suppress(OSError):
            self._path.unlink(missing_ok=True)

    def report(self, rows: Sequence[tuple[Run, int]], waiting: int):
        """Take note of the rows that runs have reached, and of how many have not started."""
        self._last = rows, waiting

    def _keep_writing(self):
        while not self._ended.wait(EVERY):
            if self._last is not None:
                self._write(*self._last)

    def _write(self, rows, waiting):
        """Write the file again; a full disk is no matter here."""
        reached = {run.key: row for run, row in rows}
        about = {"host": platform.node(), "process": os.getpid(), "rows": reached}
        with suppress(StoreError):
            write_atomically(self._path, json.dumps(about | {"waiting": waiting}).encode())


def playing(folder: Path) -> list[Playing]:
    """What processes of all hosts have reported last."""
    found = []
    for path in sorted(folder.glob(f"{PLAYING}.*{UNFINISHED}")):
        with suppress(OSError, ValueError, TypeError):
            age, about = time.time() - path.stat().st_mtime, json.loads(path.read_bytes())
            found.append(Playing(**about, age=age, died=bool(left_by_dead(path))))
    return found
