"""Objects: what people give from Python, known by its content and sent by cloudpickle."""

import copy
import dis
import functools
import hashlib
import io
import pickle
import random
import sys
import sysconfig
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np

from driftsim.files import content_hash, local
from driftsim.messages import line

INSTALLED = ("site-packages", "dist-packages")  # folders of libraries
STANDARD = Path(sysconfig.get_path("stdlib")).resolve()
GLOBAL = ("LOAD_GLOBAL", "LOAD_NAME")  # instructions
DERIVED = (  # what a class holds that does not say what it does, or follows from the rest
    *("__dict__", "__weakref__", "__doc__", "__module__", "__qualname__", "__signature__"),
    *("__firstlineno__", "__static_attributes__", "__private_attributes__", "__class_vars__"),
    *("__abstractmethods__", "__parameters__", "__slotnames__"),
)
GENERATORS = (random.Random, np.random.RandomState, np.random.Generator)


@dataclass(frozen=True)
class Snapshot:
    """A copy of an object from Python, and the hash of its content, by which it is known."""

    value: Any
    key: str

    @classmethod
    def of(cls, value: Any, generators: bool = True) -> "Snapshot":
        """The object as it is now; raises `ValueError` where its content cannot be read.

        Without `generators`, the states of random generators do not count.
        """
        if isinstance(value, Snapshot):
            return value
        key = content_key(value, generators)  # first, since it says what cannot be read
        return cls(copy.deepcopy(value), key)

    def changed(self, params: dict[str, Any]) -> "Snapshot":
        """The same with other parameters, to be tried: it keeps its hash."""
        value = copy.deepcopy(self.value)
        return Snapshot(value.set_params(**params), self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Snapshot) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


def content_key(thing: Any, generators: bool = True) -> str:
    """A hash of the content of an object: the same for equal ones, also in another process.

    Functions and classes of people's own are known by their code and by all that it refers to, so
    that an edited cell of a notebook has another hash; those of libraries by their names.
    Without `generators`, the states of random generators do not count. Raises `ValueError` for
    what holds an open file, a lock or the like.
    """
    try:
        return hasher(generators).hash(thing)[:20]
    except Exception as error:  # whatever the reducers of other people's classes raise
        try:  # the bytes that would be sent, which may differ in another session
            return hashlib.sha1(sent(thing)).hexdigest()[:20]
        except Exception:
            about = f"the content of this {type(thing).__name__} cannot be read"
            raise ValueError(line(f"{about}: {type(error).__name__}: {error}")) from None


def hasher(generators):
    """A hasher of joblib, which sorts what has no order, and reads arrays as they are."""
    from joblib.hashing import NumpyHasher

    class Hasher(NumpyHasher):
        """Reads functions and classes of people's own as their code."""

        def __init__(self):
            super().__init__(hash_name="sha1")
            self._open: dict[int, str] = {}

        def save(self, obj):
            if isinstance(obj, GENERATORS) and not generators:
                obj = type(obj)
            if isinstance(obj, np.ma.MaskedArray):
                obj = "masked", np.ma.getdata(obj), np.ma.getmaskarray(obj)
            if isinstance(obj, FunctionType | type) and is_own(obj):
                return self._save_code(obj)
            super().save(obj)

        def _save_code(self, thing):
            if id(thing) in self._open:  # it refers to itself
                return super().save(("again", self._open[id(thing)]))
            self._open[id(thing)] = thing.__qualname__
            super().save(facts(thing))

    return Hasher()


def is_own(thing: Any) -> bool:
    """Whether a function or class is people's own, of no installed library, nor of driftsim."""
    name = getattr(thing, "__module__", None) or "__main__"
    found = None if name == "__main__" else sys.modules.get(name)
    for word in thing.__qualname__.split("."):
        found = getattr(found, word, None)
    if found is not thing:  # no other process can import it
        return True
    if name.partition(".")[0] == "driftsim" or name.startswith("driftsim_parts_"):
        return False
    file = getattr(sys.modules[name], "__file__", None)
    if file is None:  # built in
        return False
    path = Path(file).resolve()
    return not path.is_relative_to(STANDARD) and not {*INSTALLED} & {*path.parts}


def facts(thing: Any) -> Any:
    """What a function or a class of people's own does, as plain data."""
    if isinstance(thing, FunctionType):
        cells = [cell.cell_contents for cell in thing.__closure__ or ()]
        code, known = thing.__code__, thing.__globals__
        named = {name: reference(known[name]) for name in names_of(code) if name in known}
        return "function", code_facts(code), thing.__defaults__, thing.__kwdefaults__, cells, named
    held = {name: member(name, one) for name, one in vars(thing).items() if is_content(name)}
    return "class", thing.__qualname__, [*thing.__bases__], type(thing), held


def is_content(name):
    """Whether what a class holds under a name says what it does."""
    return name not in DERIVED and not name.startswith(("__pydantic", "_abc_"))


def member(name: str, one: Any) -> Any:
    """What a class holds under a name, as data: the functions within properties and the like."""
    if name == "__annotations__":
        return repr(one)
    match one:
        case property():
            return "property", one.fget, one.fset, one.fdel
        case staticmethod() | classmethod():
            return type(one).__name__, one.__func__
        case functools.cached_property():
            return "cached_property", one.func
    if hasattr(one, "decorator_info"):  # a validator of pydantic
        return "validator", repr(one.decorator_info), member("", one.wrapped)
    return one


def reference(thing: Any) -> Any:
    """What code refers to; a module by its name."""
    return thing.__name__ if isinstance(thing, ModuleType) else thing


def names_of(code: CodeType) -> list[str]:
    """The global names that code refers to, also those within it."""
    found = {one.argval for one in dis.get_instructions(code) if one.opname in GLOBAL}
    inside = (names_of(one) for one in code.co_consts if isinstance(one, CodeType))
    return sorted(found.union(*inside))


def code_facts(code: CodeType) -> Any:
    """What code does, wherever it stands."""
    constants = [code_facts(c) if isinstance(c, CodeType) else c for c in code.co_consts]
    names = code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars
    return code.co_code, constants, names, code.co_flags


def sent(thing: Any, apart: Callable[[Any], str | None] = lambda part: None) -> bytes:
    """An object for another process, with the code of functions and classes of `__main__`.

    What `apart` gives a name is left out: `received` reads it from the file of this name, which
    ends in its hash.
    """
    import cloudpickle

    class Pickler(cloudpickle.Pickler):
        """Leaves out what is sent apart."""

        def persistent_id(self, obj):
            return apart(obj)

    with io.BytesIO() as file:
        Pickler(file).dump(thing)
        return file.getvalue()


def received(content: bytes) -> Any:
    """An object from another process; raises `ValueError` for a part that is not what was sent."""
    return Unpickler(io.BytesIO(content)).load()


class Unpickler(pickle.Unpickler):
    """Reads what was sent apart from its file, whose hash it checks before."""

    def persistent_load(self, pid):
        content = Path(local(pid)).read_bytes()
        if content_hash(content) != pid.rpartition(" ")[2]:
            raise ValueError(f"the copy of an object, {local(pid)}, is damaged; delete it")
        return pickle.loads(content)
