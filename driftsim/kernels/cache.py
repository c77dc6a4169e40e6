"""Compiled code on disk: each kernel is compiled once on a machine, and loaded from then on."""

import ast
import atexit
import hashlib
import os
import platform
import stat
import sys
import tempfile
import threading
import warnings
from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numba
from filelock import FileLock
from numba.core.registry import cpu_target
from platformdirs import user_cache_path

from driftsim.kernels.loop import OPTIONS

HOME = "DRIFTSIM_CACHE"  # the variable that names another folder than the user's own
PRIVATE = 0o700  # the mode of folders: their owner alone may look into them
PACKAGE = "driftsim.kernels"
SWITCHES = "BOUNDSCHECK", "OPT", "DEBUGINFO_DEFAULT"  # of numba, which change its code
entries: dict[tuple, Callable] = {}  # those that this process has loaded, by `key_of`
_loading = threading.Lock()


def entry(function, *given):
    """The compiled form of a function for arguments of the types of those given.

    The first of them is a state. Loads it from disk, or compiles it and keeps it there.
    """
    key = key_of(function, given[0])
    if key not in entries:
        with _loading:
            if key not in entries:
                types = [numba.typeof(one) for one in given]
                entries[key] = _loaded(place_of(key), function, types)
    return entries[key]


def needs_compiling(function, state) -> bool:
    """Whether `entry` would have to compile, which takes seconds."""
    key = key_of(function, state)
    place = None if key in entries else place_of(key)
    return key not in entries and (place is None or not _done(place).exists())


def key_of(function, state) -> tuple:
    """The function, and the classes of the state and of all states within it."""
    return function, *_classes(state)


def _classes(state):
    yield type(state)
    for held in state:
        if isinstance(held, tuple):
            yield from _classes(held)


def place_of(key) -> Path | None:
    """The folder of a kernel, named by the hash of its modules; None for one in a notebook."""
    modules = {PACKAGE + ".cache", *(one.__module__ for one in key)}
    if not all(_file_of(name).is_file() for name in modules):
        return None
    sources = sorted({source for name in modules for source in _sources(name)})
    name = "-".join([*(one.__name__ for one in key), _hash(*sources)])
    return folder() / name


@cache
def _sources(module: str) -> frozenset[str]:
    """The source of a module, and of all kernels that it imports, directly or not.

    Of an edited kernel numba itself would go on to use the old code: it looks at the file of the
    loop alone.
    """
    text = _file_of(module).read_text(encoding="utf-8")
    found = {text}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom):
            names = [node.module or "", *(f"{node.module}.{one.name}" for one in node.names)]
            for name in names:
                if name.startswith(PACKAGE + ".") and name in sys.modules:
                    found |= _sources(name)
    return frozenset(found)


def _file_of(module):
    return Path(getattr(import_module(module), "__file__", None) or "")


def _hash(*texts) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]


def folder() -> Path:
    """The folder of code compiled by these packages for this processor."""
    name = f"kernels-{_fingerprint()}"
    home = _temporary() if _distrust() else _writable(_home())
    return home / name


def _home():
    return Path(os.environ.get(HOME) or user_cache_path("driftsim"))


def _distrust():
    """Why nothing is loaded from the folder of compiled code, or None.

    To load compiled code is to run it, so nobody else may have been able to write it.
    """
    home = _home()
    for place in (home, home / f"kernels-{_fingerprint()}"):
        if os.name != "posix" or not place.exists():
            continue
        about, right = place.stat(), f"delete it, or name another by {HOME}"
        if about.st_uid != os.getuid():
            return f"{place} belongs to another user: compiled code is not kept there; {right}"
        if about.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            return f"others may write to {place}: compiled code is not kept there; {right}"
    return None


@cache
def _fingerprint():
    packages = [version(name) for name in ("numba", "llvmlite", "numpy")]
    switches = [getattr(numba.config, name) for name in SWITCHES]
    processor = cpu_target.target_context.codegen().magic_tuple()
    here = Path(__file__).parent  # numba keeps code apart by the place of its source
    return _hash(*map(str, [here, *packages, platform.python_version(), *switches, *processor]))


def _writable(home):
    """A folder that can be written to: this one, or else one of this process alone."""
    try:
        home.mkdir(PRIVATE, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home):
            return home
    except OSError:
        return _temporary()


@cache
def _temporary():
    """A folder that goes with this process, as nobody else may write to what is run from there."""
    folder = tempfile.TemporaryDirectory(prefix="driftsim-")
    atexit.register(folder.cleanup)
    return Path(folder.name)


def _loaded(place, function, types):
    if place is None:
        return _compiled(function, types)
    if reason := _distrust():
        warnings.warn(reason, stacklevel=2)
    try:
        if _done(place).exists():
            return _compiled(function, types, place)
        for made in (place.parent, place):
            made.mkdir(PRIVATE, exist_ok=True)
        with FileLock(place / "lock"):  # of two processes, the second waits and loads
            made = _compiled(function, types, place)
            _done(place).touch()
        return made
    except OSError as error:
        warnings.warn(
            f"compiled code cannot be kept in {place}: {error}; every process compiles it again",
            stacklevel=2,
        )
        return _compiled(function, types)


def _done(place):
    return place / "compiled"


def _compiled(function, types, place=None):
    """The compiled function; with a place, loaded from there, or kept there from now on."""
    options: dict[str, Any] = {**OPTIONS, "no_cfunc_wrapper": True, "cache": place is not None}
    config = vars(numba.config)  # a module, whose settings are set at run time
    before, config["CACHE_DIR"] = config["CACHE_DIR"], str(place or "")
    try:
        made: Any = numba.njit(**options)(function)
        made.compile(tuple(types))
    finally:
        config["CACHE_DIR"] = before
    made.disable_compile()  # for other types, in the midst of a run
    return made
