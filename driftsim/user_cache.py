"""User cache: a folder for what takes long to find out again, such as hashes of large files."""

import atexit
import json
import os
import stat
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

HOME = "DRIFTSIM_CACHE"  # the variable that names another folder than the user's own
PRIVATE = 0o700  # the mode of folders: their owner alone may look into them
PREFIX = "driftsim-"  # of temporary folders, before the number of the process they belong to


def place(name: str) -> Path:
    """A folder below the user's own, which only its owner can write to.

    Where there can be none, it is one that goes with this process.
    """
    home = home_folder()
    try:
        for made in (home, home / name):
            made.mkdir(PRIVATE, parents=made == home, exist_ok=True)
        with tempfile.TemporaryFile(dir=home / name):
            trusted = owned(home) and owned(home / name)
    except OSError:
        trusted = False
    made = home / name if trusted else temporary_folder() / name
    made.mkdir(exist_ok=True)
    return made


def home_folder() -> Path:
    """The folder below which a user's caches are."""
    return Path(os.environ.get(HOME) or user_cache_path("driftsim"))


def owned(folder: Path) -> bool:
    """Whether nobody else can have written to a folder."""
    about = folder.stat()
    if os.name != "posix":
        return True
    return about.st_uid == os.getuid() and not about.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def kept(path: Path) -> Any:
    """What is kept in a file, as plain data; None where nothing is."""
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None


def keep(path: Path, content: Any) -> None:
    """Keep plain data in a file, which appears whole or not at all; if it can be written."""
    with suppress(OSError), tempfile.TemporaryDirectory(dir=path.parent) as unfinished:
        (whole := Path(unfinished, path.name)).write_text(json.dumps(content))
        whole.replace(path)


@cache
def temporary_folder() -> Path:
    """A folder that goes with this process, as nobody else may write to what is read from there.

    Its name has the number of the process, so that it is removed later where that was killed.
    """
    folder = tempfile.TemporaryDirectory(prefix=f"{PREFIX}{os.getpid()}-")
    atexit.register(folder.cleanup)
    return Path(folder.name)
