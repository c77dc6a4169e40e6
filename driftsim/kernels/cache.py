"""Compiled code on disk: each kernel is compiled once on a machine, and loaded from then on."""

import hashlib
import os
import platform
import re
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

import numpy as np

from driftsim.kernels.machine_code import Loaded, MachineCode, processor
from driftsim.user_cache import HOME, PRIVATE, home_folder, temporary_folder

PACKAGE = "driftsim.kernels"
SWITCHES = {  # of numba, which change its code, as it has them
    "BOUNDSCHECK": None,
    "OPT": 3,
    "DEBUGINFO_DEFAULT": 0,
    "CPU_NAME": None,
    "CPU_FEATURES": None,
    "ENABLE_AVX": 1,
}
SETTINGS = ".numba_config.yaml"  # where people set them, but for the environment
IMPORTS = re.compile(r"^ *from (driftsim\.kernels[\w.]*) import (\([^)]*\)|.*)", re.MULTILINE)
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
                entries[key] = _loaded(place_of(key), function, given)
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
    """The folder of a kernel, named by the hash of its modules.

    None for one whose code is not in these alone: one in a notebook, or made by a function, or by
    a module that imports others than those of which a hash or a version is known.
    """
    makers = [f"{PACKAGE}.{name}" for name in ("cache", "compiler", "machine_code")]
    modules = {*makers, *(one.__module__ for one in key)}
    if any(one.__qualname__ != one.__name__ for one in key) or not all(map(_is_whole, modules)):
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
    for module_, names in IMPORTS.findall(text):
        for name in (module_, *(f"{module_}.{one}" for one in re.findall(r"\w+", names))):
            if name != PACKAGE and _file_of(name).is_file():
                found |= _sources(name)
    return frozenset(found)


@cache
def _is_whole(module):
    """Whether a module has a file, and all that its code depends on has a hash or a version."""
    if not _file_of(module).is_file():
        return False
    if module.startswith("driftsim."):
        return True
    names = {*sys.stdlib_module_names, "driftsim", "numba", "numpy"}
    return {*_imported(_file_of(module).read_bytes())} <= names


def _imported(source):
    """The packages that a source imports; a dot for a module beside it."""
    import ast

    for one in ast.walk(ast.parse(source)):
        if isinstance(one, ast.Import):
            yield from (name.name.partition(".")[0] for name in one.names)
        elif isinstance(one, ast.ImportFrom):
            yield "." if one.level else (one.module or "").partition(".")[0]


def _file_of(module):
    if module.startswith(PACKAGE + "."):  # without importing it, as that may import numba
        return Path(__file__).parent / (
            module.removeprefix(PACKAGE + ".").replace(".", "/") + ".py"
        )
    return Path(getattr(import_module(module), "__file__", None) or "")


def _hash(*texts) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]


def folder() -> Path:
    """The folder of code compiled by these packages for this processor."""
    name = f"kernels-{_fingerprint()}"
    home = temporary_folder() if _distrust() else _writable(home_folder())
    return home / name


def _distrust():
    """Why nothing is loaded from the folder of compiled code, or None.

    To load compiled code is to run it, so nobody else may have been able to write it.
    """
    home = home_folder()
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
    packages = [version("numba"), version("llvmlite"), np.__version__]
    python = platform.python_version()
    return _hash(*map(str, [*packages, python, *_switches(), *processor()]))


def _switches():
    """What numba is asked for beside its defaults, in words."""
    asked = any(name.startswith("NUMBA_") for name in os.environ) or Path(SETTINGS).is_file()
    if not asked and "numba" not in sys.modules:
        return []
    from numba import config

    found = {name: getattr(config, name) for name in SWITCHES}
    return [f"{name} {one}" for name, one in found.items() if one != SWITCHES[name]]


def _writable(home):
    """A folder that can be written to: this one, or else one of this process alone."""
    try:
        home.mkdir(PRIVATE, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home):
            return home
    except OSError:
        return temporary_folder()


def _loaded(place, function, given):
    if place is None:
        return Loaded(_made(function, given))
    if reason := _distrust():
        warnings.warn(reason, stacklevel=2)
    try:
        if not _done(place).exists():
            _keep(place, function, given)
        try:
            return Loaded(MachineCode.of_bytes(_done(place).read_bytes()))
        except ValueError:  # the file is damaged
            _done(place).unlink()
            _keep(place, function, given)
            return Loaded(MachineCode.of_bytes(_done(place).read_bytes()))
    except OSError as error:
        warnings.warn(
            f"compiled code cannot be kept in {place}: {error}; every process compiles it again",
            stacklevel=2,
        )
        return Loaded(_made(function, given))


def _done(place):
    return place / "compiled"


def _kept(place) -> MachineCode | None:
    """The code that has been kept, if its file is there and as it was written."""
    try:
        return MachineCode.of_bytes(_done(place).read_bytes())
    except (FileNotFoundError, ValueError):
        return None


def _keep(place, function, given) -> MachineCode:
    """Compile a function, and put its code where it is found from then on."""
    from filelock import FileLock

    for made in (place.parent, place):
        made.mkdir(PRIVATE, exist_ok=True)
    with FileLock(place / "lock"):  # of two processes, the second waits and loads
        if (code := _kept(place)) is None:
            code, part = _made(function, given), place / "part"
            part.write_bytes(code.as_bytes())
            part.replace(_done(place))
        return code


def _made(function, given) -> MachineCode:
    from driftsim.kernels import compiler  # and numba, which takes a while

    own = all(one.__module__.startswith("driftsim.") for one in key_of(function, given[0]))
    return compiler.machine_code(function, given, own)
