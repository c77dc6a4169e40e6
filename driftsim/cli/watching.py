"""Watching: `driftsim run --watch` plays again when a file that it reads has been saved."""

import os
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

POLL = 0.2  # seconds between two looks at the files
MOST_NAMED = 6  # files; of more it says how many there are
State = tuple[int, int, int] | None
Note = Callable[[Iterable[str]], None]


def watch(files: Sequence[Path], play: Callable[[Note], object]) -> None:
    """Play, and again after each time that some files have been saved, until Ctrl-C.

    `play(note)` calls `note` with the paths of what else it reads, before it does. They stay
    watched while a mistake keeps it from finding out.
    """
    known = [*files]
    while True:
        seen = played(files, known, play)
        known = [*seen]
        print(f"watching {named(known)}: played again when saved; Ctrl-C ends", file=sys.stderr)
        sys.stdout.flush()
        wait(seen)


def played(
    files: Sequence[Path], known: Sequence[Path], play: Callable[[Note], object]
) -> dict[Path, State]:
    """Play; returns the files that are read, with their states before that."""
    seen, read = {file: state(file) for file in known}, dict.fromkeys(files)

    def note(paths: Iterable[str]) -> None:
        read.update(dict.fromkeys(map(Path, paths)))
        seen.update({file: state(file) for file in read if file not in seen})

    play(note)
    return {file: seen[file] for file in (read if len(read) > len(files) else seen)}


def named(files: Sequence[Path]) -> str:
    """Files in a line, from here where they are below this folder."""
    near = [os.path.relpath(one) for one in files[:MOST_NAMED]]
    names = [str(one) if way.startswith("..") else way for one, way in zip(files, near)]
    more = len(files) - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "")


def wait(seen: dict[Path, State]) -> None:
    """Wait until files have another state, and are not being written any more."""
    now = {file: state(file) for file in seen}
    while True:
        time.sleep(POLL)
        before, now = now, {file: state(file) for file in seen}
        if now == before != seen:
            return


def state(file: Path) -> State:
    """What shows whether a file has been saved; None of one that is not there."""
    try:
        about = file.stat()
    except OSError:
        return None
    return about.st_mtime_ns, about.st_size, about.st_ino
