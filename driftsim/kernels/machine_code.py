"""Machine code: a compiled function, loaded and called without its compiler.

The compiler and its own start take four times as long as all that is done here.
"""

import ctypes
import json
import struct
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from typing import Any, NamedTuple

import llvmlite.binding as llvm
import numpy as np

ENTRY = "entry"  # the function of the code that is called: a status, given words and results
MOST = 16  # results
BUFFER = ctypes.c_char * 0  # at the address of any memory, however little


class MachineCode(NamedTuple):
    """Code for arguments of certain kinds, as it is kept on disk."""

    code: bytes  # an object file
    arguments: list[str]  # the kind of each array and number, as `kind` says it
    results: list[str] | str | None  # of several numbers, of one, or of none
    foreign: list[str]  # functions of other libraries that it calls

    def as_bytes(self) -> bytes:
        """All of it in a file, which begins with the digest of the rest."""
        about = json.dumps(self._asdict() | {"code": None}).encode()
        return _sealed(about + b"\n" + self.code)

    @classmethod
    def of_bytes(cls, file: bytes) -> "MachineCode":
        """What `as_bytes` has written; raises `ValueError` where it is anything else."""
        _, _, rest = file.partition(b"\n")
        if file != _sealed(rest):
            raise ValueError("this is no file of compiled code, or has been changed")
        about, _, code = rest.partition(b"\n")
        return cls(**json.loads(about) | {"code": code})


def _sealed(rest: bytes) -> bytes:
    return sha256(rest).hexdigest().encode() + b"\n" + rest


def leaves(given) -> Iterator[Any]:
    """The arrays and numbers within nested tuples, in order."""
    for one in given:
        if isinstance(one, tuple):
            yield from leaves(one)
        elif one is not None:
            yield one


def kind(leaf) -> str:
    """What code is compiled for: the type of a number, or that and the dimensions of an array."""
    if isinstance(leaf, np.ndarray):
        return f"{leaf.ndim} {leaf.dtype}"
    for name, types in (
        ("bool", bool | np.bool_),
        ("int", int | np.integer),
        ("float", float | np.floating),
    ):
        if isinstance(leaf, types):
            return name
    raise TypeError(f"compiled code takes arrays and numbers, not {type(leaf).__name__}")


class Loaded:
    """Machine code that can be called, with arguments of the kinds it was compiled for."""

    def __init__(self, made: MachineCode):
        if not all(map(_is_known, made.foreign)):
            from numba.core.registry import cpu_target

            cpu_target.target_context.refresh()  # which makes numba's own functions known
        target = _target()
        self._engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), target)
        self._engine.add_object_file(llvm.ObjectFileRef.from_data(made.code))
        self._engine.finalize_object()
        address = self._engine.get_function_address(ENTRY)
        # Python's lock is released during the call.
        self._run = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_char_p, ctypes.c_void_p)(address)
        self._made = made
        self._seen: list = []  # types of arguments that are known to be right
        # The last state and its words. That is held, so that no other can be taken for it, and
        # its arrays stay where they are.
        self._words: tuple[Any, bytes] = ((), b"")

    def __call__(self, state, *others):
        before, words = self._words
        given = [*leaves(others)]
        if before is not state or _types(given) != self._seen[-len(given) :]:
            held = [*leaves(state)]
            self._check(held + given)
            words = _words(held)
            self._words = state, words
        results = (ctypes.c_int64 * MOST)()
        if self._run(words + _words(given), results):
            cause = "an index out of bounds, which NUMBA_BOUNDSCHECK=1 looks for, or its own"
            raise RuntimeError(f"a kernel has raised an exception: {cause}")
        return self._results(results)

    def _check(self, given):
        """Raise `TypeError` where an argument is of another kind than the code was made for."""
        if (seen := _types(given)) != self._seen:
            kinds = [kind(one) for one in given]
            if kinds != self._made.arguments:
                raise TypeError(f"compiled for {self._made.arguments}, but given {kinds}")
            self._seen = seen

    def _results(self, words):
        kinds = self._made.results
        if kinds is None:
            return None
        several = [kinds] if isinstance(kinds, str) else kinds
        found = [_number(one, words[i]) for i, one in enumerate(several)]
        return found[0] if isinstance(kinds, str) else tuple(found)


def _is_known(name):
    """Whether this process has a function of this name, as it has those of the C library."""
    try:
        return hasattr(ctypes.CDLL(None), name)
    except (OSError, TypeError):  # on Windows
        return llvm.address_of_symbol(name) is not None


def _number(kind, word):
    """A number from the eight bytes that hold it."""
    if kind == "float":
        return struct.unpack("d", struct.pack("q", word))[0]
    return bool(word) if kind == "bool" else word


def _types(given):
    return [(one.dtype, one.ndim) if isinstance(one, np.ndarray) else type(one) for one in given]


def _words(given) -> bytes:
    """What the code reads: of a number eight bytes, of an array its address and its shape.

    An array itself takes four times as long to say its address.
    """
    form: list[str] = []
    values: list[float] = []
    for one in given:
        if isinstance(one, np.ndarray):
            if not one.flags.carray:
                raise TypeError("compiled code takes arrays in order of rows, aligned, writeable")
            form.append("q" * (1 + one.ndim))
            buffer: Any = one  # as numpy declares it one for some versions of Python alone
            values += ctypes.addressof(BUFFER.from_buffer(buffer)), *one.shape
        else:
            form.append("d" if isinstance(one, float | np.floating) else "q")
            values.append(one)
    return struct.pack("".join(form), *values)


@cache
def processor() -> tuple[str, str, str]:
    """The kind of system, and of processor, with what it can do."""
    try:
        features = llvm.get_host_cpu_features().flatten()
    except RuntimeError:  # unknown to LLVM
        features = ""
    return llvm.get_process_triple(), llvm.get_host_cpu_name(), features


def _target():
    """A machine for one engine, which owns it."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    triple, name, features = processor()
    return llvm.Target.from_triple(triple).create_target_machine(
        cpu=name, features=features, jit=True
    )
