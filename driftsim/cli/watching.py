"""Watching: `driftsim run --watch` plays again when a file that it reads has been saved."""

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

POLL = 0.2  # seconds between two looks at the files
State = list[tuple[int, int, int] | None]


def watch(files: Sequence[Path], play: Callable[[], object]) -> None:
    """Play, and again after each time that some of the files have been saved, until Ctrl-C."""
    names = ", ".join(map(str, files))
    while True:
        seen = state(files)
        play()
        print(f"watching {names}: played again when saved; Ctrl-C ends", file=sys.stderr)
        sys.stdout.flush()
        wait(files, seen)


def wait(files: Sequence[Path], seen: State) -> None:
    """Wait until files have another state, and are not being written any more."""
    now = state(files)
    while True:
        time.sleep(POLL)
        before, now = now, state(files)
        if now == before != seen:
            return


def state(files: Sequence[Path]) -> State:
    """What shows whether files have been saved; None of one that is not there."""
    found: State = []
    for file in files:
        try:
            about = file.stat()
            found.append((about.st_mtime_ns, about.st_size, about.st_ino))
        except OSError:
            found.append(None)
    return found
