"""Atomic writes: files that appear whole or not at all, and what dead processes leave of others."""

import errno
import os
import platform
import time
from contextlib import suppress
from functools import cache
from pathlib import Path
from secrets import token_hex

from driftsim.files import content_hash, reason
from driftsim.workers.team import alive

DAY = 86_400.0  # seconds
UNFINISHED = ".unfinished"  # how the names of files end that are being written
FULL = errno.ENOSPC, errno.EDQUOT, errno.EFBIG  # no room on a disk, of a user, in a file


class StoreError(Exception):
    """A stored run that cannot be read, or a folder that cannot be written."""


def write_atomically(path: Path, content: bytes) -> Path:
    """Write bytes to a file that appears whole or not at all; returns its path.

    Raises `StoreError` if it cannot be written.
    """
    unfinished = unfinished_path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_bytes(content)
        unfinished.replace(path)
    except OSError as error:
        with suppress(OSError):
            unfinished.unlink()
        first = "make room" if error.errno in FULL else "see that you may write"
        way_out = f"{first} there, or choose another --out"
        raise StoreError(f"{path}: cannot be written: {reason(error)}; {way_out}") from None
    return path


def unfinished_path(path: Path) -> Path:
    """Where this process writes a file before it is whole; each time another place."""
    name = f"{path.name}.{token_hex(4)}.{this_host()}.{os.getpid()}{UNFINISHED}"
    return path.with_name(name)


def left_by_dead(path: Path) -> bool | None:
    """Whether the process of an unfinished file has ended; None where it is of another host."""
    host, _, process = path.name.removesuffix(UNFINISHED).rpartition(".")
    if host.endswith(f".{this_host()}") and process.isdecimal():
        return not alive(int(process))
    return None


def remove_stale(folder: str | Path):
    """Remove the unfinished files in a folder that processes have left which no longer exist.

    Other hosts may share the folder: theirs are removed a day after they were written to last.
    """
    for path in Path(folder).glob(f"*{UNFINISHED}"):
        stale = left_by_dead(path)
        with suppress(OSError):
            if older_than(path, DAY) if stale is None else stale:
                path.unlink(missing_ok=True)


def older_than(path: Path, seconds: float) -> bool:
    """Whether a file was written to last so many seconds ago."""
    return time.time() - path.stat().st_mtime > seconds


@cache
def this_host() -> str:
    """A name for what gives processes their numbers: a machine since it started, or a container."""
    about = [platform.node()]
    for place in ("/proc/sys/kernel/random/boot_id", "/proc/self/ns/pid"):
        with suppress(OSError):
            path = Path(place)
            about.append(os.readlink(path) if path.is_symlink() else path.read_text())
    return content_hash("\n".join(about).encode())[:12]
