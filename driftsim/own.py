"""Own parts: a user's Python files of concepts, learners, policies, …, imported."""

import difflib
import os
import re
import sys
import threading
import traceback
from collections.abc import Iterable
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

from driftsim.files import EDITED, content_hash, is_file, local, reason
from driftsim.learners.own_estimator import adopt
from driftsim.messages import ScenarioError, line

PREFIX = "driftsim_parts_"  # of the names of their modules
READ_FROM = "read_from"  # an attribute of these modules: their path and hash
UNTYPED = re.compile(r"A non-annotated attribute was detected: `(\w+) = (.*?)`")
NO_SCHEMA = re.compile(r"Unable to generate pydantic-core schema for (?:<class ')?(.*?)(?:'>)?\. ")
_importing = threading.Lock()
_reading = threading.local()  # whether this thread imports such a file


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
        if path.suffix == ".py" and is_file(file):
            return Path(local(file)).read_bytes()
    except OSError as error:
        message = f"cannot be read: {reason(error)}"
    raise ScenarioError(line(f"--with {file}: {message}"))


def _import(name: str, path: Path, content: bytes) -> None:
    sys.modules[name] = module = ModuleType(name)
    module.__file__, module.__spec__ = str(path), ModuleSpec(name, None, origin=str(path))
    _reading.on = True
    try:
        exec(compile(content, str(path), "exec"), vars(module))
        adopt(module)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        wrong, right = mistake(error, vars(module))
        known = "" if isinstance(error, ScenarioError) else f"{type(error).__name__}: "
        message = f"{path}:{row_of(error, path, content)}: {known}{wrong}; {right}"
        raise ScenarioError(line(message)) from None
    finally:
        _reading.on = False


def refuse_while_read() -> None:
    """Raise `ScenarioError` where a file of parts would play a study whenever it is imported."""
    if getattr(_reading, "on", False):
        what = "a study is played whenever this file is read"
        raise ScenarioError(f"{what}; put the call below if __name__ == '__main__':")


def row_of(error: BaseException, path: Path, content: bytes) -> int:
    """The line of a file of parts where an error was raised by its import."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [one.lineno for one in frames if one.filename == str(path) and one.lineno]
    row: int = lines[-1] if lines else getattr(error, "lineno", 1)
    if found := UNTYPED.match(str(error)):  # raised where its class begins
        inside = content.decode(errors="replace").splitlines()[row:]
        field = re.compile(rf"\s+{found[1]}\s*=")
        row += next((i for i, one in enumerate(inside, 1) if field.match(one)), 0)
    return row


def mistake(error: BaseException, known: dict[str, Any]) -> tuple[str, str]:
    """What is wrong where the import of parts raises an error, and what would be right.

    `known` are the names that the file has defined by then.
    """
    wrong = str(getattr(error, "msg", error))
    if found := UNTYPED.match(wrong):
        field, value = found[1], found[2]
        right = f"write {field}: float = {value} for a parameter, ClassVar for what is none"
        return f"'{field}' has no type", right
    if found := NO_SCHEMA.match(wrong):
        right = "use int, float, str, bool, a list of them such as list[float], or a part"
        return f"a parameter cannot be of the type {found[1]}", right
    if isinstance(error, ModuleNotFoundError) and error.name:
        return wrong, likely(error.name, sys.modules, "install it, or correct its name")
    if found := re.match(r"cannot import name '(\w+)' from '([\w.]+)'", wrong):
        return f"{found[2]} has no {found[1]}", likely(found[1], vars(sys.modules[found[2]]))
    if isinstance(error, NameError) and error.name:
        return wrong, likely(error.name, known)
    if isinstance(error, AttributeError) and error.name:
        return wrong, likely(error.name, dir(error.obj))
    wrong, _, right = wrong.partition("; ")  # one of ours says both
    return wrong, right or "correct it"


def likely(name: str, known: Iterable[str], otherwise: str = "correct it") -> str:
    """The known name that is most like another, if one is."""
    close = difflib.get_close_matches(name, [*known], n=1, cutoff=0.7)
    return f"did you mean '{close[0]}'?" if close else otherwise
