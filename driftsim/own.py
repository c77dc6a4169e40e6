"""Own parts: a user's Python files of concepts, learners, policies, …, imported."""

import os
import sys
import threading
import traceback
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

from driftsim.files import EDITED, content_hash, reason
from driftsim.messages import ScenarioError, line

PREFIX = "driftsim_parts_"  # of the names of their modules
READ_FROM = "read_from"  # an attribute of these modules: their path and hash
_importing = threading.Lock()


def load_parts(files: Iterable[str | Path] | dict[str, str]) -> None:
    """Import files of a user's own parts, whose concepts, policies, … are then kinds.

    A file is imported once, and again after it has changed. If `files` maps paths to hashes, the
    files must have these hashes. Raises `ScenarioError`.
    """
    hashes: dict[Any, str] = files if isinstance(files, dict) else {}
    for file in files:
        content, path = source(file), Path(file)
        found = content_hash(content)
        if hashes.get(file, found) != found:
            raise ScenarioError(line(f"{file}: {EDITED}"))
        name = f"{PREFIX}{path.stem}_{found[:12]}"
        with _importing:
            if name in sys.modules:
                sys.modules[name] = sys.modules.pop(name)  # the last one, for `loaded`
            else:
                _import(name, path, content)
            vars(sys.modules[name])[READ_FROM] = os.path.abspath(file), found


def loaded(file: str | Path) -> str | None:
    """The hash of a file of parts when it was last loaded, or None."""
    modules = [module for name, module in [*sys.modules.items()] if name.startswith(PREFIX)]
    hashes: dict[Any, Any] = dict(getattr(one, READ_FROM, (None, None)) for one in modules)
    return hashes.get(os.path.abspath(file))


def source(file: str | Path) -> bytes:
    """The bytes of a file of parts; raises `ScenarioError`."""
    path, message = Path(file), "there is no such Python file; give one that ends in .py"
    try:
        if path.suffix == ".py" and path.is_file():
            return path.read_bytes()
    except OSError as error:
        message = f"cannot be read: {reason(error)}"
    raise ScenarioError(line(f"--with {file}: {message}"))


def _import(name: str, path: Path, content: bytes) -> None:
    sys.modules[name] = module = ModuleType(name)
    module.__file__ = str(path)
    try:
        exec(compile(content, str(path), "exec"), vars(module))
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        frames = traceback.extract_tb(error.__traceback__)
        lines = [one.lineno for one in frames if Path(one.filename).name == path.name]
        row = lines[-1] if lines else getattr(error, "lineno", 1)
        message = f"{type(error).__name__}: {getattr(error, 'msg', error)}"
        raise ScenarioError(line(f"{path}:{row}: {message}; correct it")) from None
