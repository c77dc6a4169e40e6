"""Compiled code on disk: each kernel is compiled once on a machine, and loaded from then on."""

import atexit
import hashlib
import os
import platform
import stat
import tempfile
import threading
import warnings
from contextlib import contextmanager
from functools import cache
from importlib.metadata import version
from pathlib import Path

import numba
from filelock import FileLock
from numba.core.registry import cpu_target
from platformdirs import user_cache_path

from driftsim.kernels.loop import OPTIONS

HOME = "DRIFTSIM_CACHE"  # the variable that names another folder than the user's own
PRIVATE = 0o700  # the mode of folders: their owner alone may look into them
entries = {}  # those that this process has loaded, by name
_loading = threading.Lock()


def entry(function, *given):
    """The compiled form of a function for things given to it of these types.

    The first of them is a state. Loads it from disk, or compiles it and keeps it there.
    """
    name = name_of(function, given[0])
    if name not in entries:
        with _loading:
            if name not in entries:
                entries[name] = _loaded(name, function, [numba.typeof(one) for one in given])
    return entries[name]


def is_cold(function, state):
    """Whether `entry` would have to compile, which takes seconds."""
    name = name_of(function, state)
    return name not in entries and not _done(folder() / name).exists()


def name_of(function, state):
    """What a kernel is called: the function, and the classes of the states within the state."""
    inside = [type(state).__name__]
    for held in state:
        if isinstance(held, tuple):
            inside.append(name_of(function, held).partition("-")[2])
    return "-".join([function.__name__, *inside])


def folder():
    """Where compiled code is kept that is of these sources, packages and this processor."""
    name = f"kernels-{_fingerprint()}"
    home = _own() if _distrust() else _writable(_home())
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
    sources = (path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))
    packages = [version(name) for name in ("numba", "llvmlite", "numpy")]
    switches = [numba.config.BOUNDSCHECK, numba.config.OPT, numba.config.DEBUGINFO_DEFAULT]
    processor = cpu_target.target_context.codegen().magic_tuple()
    texts = [str(Path(__file__).parent)]  # numba keeps code apart by the place of its source
    texts += [hashlib.sha256(one).hexdigest() for one in sources] + packages
    texts += [platform.python_version(), *map(str, [*switches, *processor])]
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]


def _writable(home):
    """A folder that can be written to: this one, or else one of this process alone."""
    try:
        home.mkdir(PRIVATE, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home):
            return home
    except OSError:
        return _own()


@cache
def _own():
    """A folder that goes with this process, as nobody else may write to what is run from there."""
    folder = tempfile.TemporaryDirectory(prefix="driftsim-")
    atexit.register(folder.cleanup)
    return Path(folder.name)


def _loaded(name, function, types):
    place = folder() / name
    if reason := _distrust():
        warnings.warn(reason, stacklevel=2)
    try:
        if _done(place).exists():
            return _kept(function, types, place)
        for made in (place.parent, place):
            made.mkdir(PRIVATE, exist_ok=True)
        with FileLock(place / "lock"):  # of two processes, the second waits and loads
            made = _kept(function, types, place)
            _done(place).touch()
        return made
    except OSError as error:
        told = f"compiled code cannot be kept in {place}: {error}; every process compiles it anew"
        warnings.warn(told, stacklevel=2)
        return _compiled(function, types)


def _done(place):
    return place / "compiled"


def _kept(function, types, place):
    """The compiled function, from a folder, or else kept there from now on."""
    with _kept_in(place):
        return _compiled(function, types, cache=True)


def _compiled(function, types, cache=False):
    made = numba.njit(**OPTIONS, no_cfunc_wrapper=True, cache=cache)(function)
    made.compile(tuple(types))
    made.disable_compile()  # for other types, in the midst of a run
    return made


@contextmanager
def _kept_in(place):
    before, numba.config.CACHE_DIR = numba.config.CACHE_DIR, str(place)
    try:
        yield
    finally:
        numba.config.CACHE_DIR = before
