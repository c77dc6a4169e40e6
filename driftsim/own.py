"""Own parts: Python files of people's own concepts, learners, policies, …, imported."""

import os
import sys
import threading
import traceback
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from driftsim.files import EDITED, content_hash, reason
from driftsim.messages import ScenarioError, line

PREFIX = "driftsim_parts_"  # of the names of their modules
_importing = threading.Lock()


def load_parts(files):
    """Import files of people's own parts, whose concepts, policies, … are then kinds.

    A file that has been imported is not imported again, unless it has changed. Where `files` are
    mapped to hashes, their bytes must have these. Raises `ScenarioError`.
    """
    hashes = files if isinstance(files, dict) else {}
    for file in files:
        content, path = source(file), Path(file)
        found = content_hash(content)
        if hashes.get(file, found) != found:
            raise ScenarioError(line(f"{file}: {EDITED}"))
        name = f"{PREFIX}{path.stem}_{found[:12]}"
        with _importing:
            if name in sys.modules:
                sys.modules[name] = sys.modules.pop(name)  # the last of all, for `loaded`
            else:
                _import(name, path, content)
            sys.modules[name].read_from = os.path.abspath(file), found


def loaded(file):
    """The hash of a file of parts as it was loaded last, or None."""
    modules = [module for name, module in [*sys.modules.items()] if name.startswith(PREFIX)]
    hashes = dict(getattr(module, "read_from", (None, None)) for module in modules)
    return hashes.get(os.path.abspath(file))


def source(file):
    """The bytes of a file of parts."""
    path, said = Path(file), "there is no such Python file; give one that ends in .py"
    try:
        if path.suffix == ".py" and path.is_file():
            return path.read_bytes()
    except OSError as error:
        said = f"cannot be read: {reason(error)}"
    raise ScenarioError(line(f"--with {file}: {said}"))


def _import(name, path, content):
    spec = spec_from_file_location(name, path)
    sys.modules[name] = module = module_from_spec(spec)
    try:
        exec(compile(content, str(path), "exec"), module.__dict__)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        frames = traceback.extract_tb(error.__traceback__)
        frames = [frame for frame in frames if Path(frame.filename).name == path.name]
        row = frames[-1].lineno if frames else getattr(error, "lineno", 1)
        said = f"{type(error).__name__}: {getattr(error, 'msg', error)}"
        raise ScenarioError(line(f"{path}:{row}: {said}; mend it so that it loads")) from None
