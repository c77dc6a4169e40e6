"""Ground floor: files, their hashes, and why one cannot be read or written."""

import hashlib
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from types import MappingProxyType

from driftsim.user_cache import keep, kept, place

EDITED = "it has been edited since it was first read; run the study again"
LARGE = 64_000_000  # bytes: the hash of such a file is kept, and known again while it is the same
RECENT = 2.0  # seconds: a file that was just written may change again without a later time
_copies: ContextVar[Mapping[str, str]] = ContextVar("copies", default=MappingProxyType({}))


def local(path: str | Path) -> str:
    """Where a file is read: at its own path, unless a copy of it was brought to this machine.

    Whatever reads the files of a scenario asks here, and names the path of the user in messages.
    """
    return _copies.get().get(str(path), str(path))


@contextmanager
def reading_copies(copies: Mapping[str, str]) -> Iterator[None]:
    """Within this context, files are read from copies, whose places are given by their paths."""
    token = _copies.set(copies)
    try:
        yield
    finally:
        _copies.reset(token)


def content_hash(content: bytes) -> str:
    """The SHA-256 of bytes, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def file_hash(path: str | Path, large: bool | None = None) -> str:
    """The hash of the bytes of a file; raises `OSError` if it cannot be read.

    A large file is read once, also by several processes: while its place on the disk, its size
    and the times of its last changes are the same, so is its hash. So is a file that is part of
    something large.
    """
    path = local(path)
    if not (is_large(path) if large is None else large):
        return _hash(path)
    note = place("hashes") / f"{content_hash(os.path.abspath(path).encode())}.json"
    before, now = identity(path), time.time()
    known = kept(note)
    if isinstance(known, dict) and known.get("identity") == before:
        return known["hash"]
    found = _hash(path)
    if identity(path) == before and max(before[2:4]) < (now - RECENT) * 1e9:
        keep(note, {"identity": before, "hash": found})
    return found


def is_large(*paths: str | Path) -> bool:
    """Whether files are so large that they are not read again to see whether they have changed."""
    return sum(map(size_of, paths)) >= LARGE


def size_of(path: str | Path) -> int:
    """How many bytes a file has."""
    return os.path.getsize(local(path))


def is_file(path: str | Path) -> bool:
    """Whether there is a file."""
    return os.path.isfile(local(path))


def identity(path: str | Path) -> list[int]:
    """What changes whenever a file does: its inode, its size, and when it was changed last."""
    about = os.stat(local(path))
    return [about.st_ino, about.st_size, about.st_mtime_ns, about.st_ctime_ns]


def reason(error: OSError) -> str:
    """Why a file cannot be read or written, in a few words."""
    return (error.strerror or str(error)).lower()


def _hash(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
