"""Compiler: all functions of a kernel, optimised together and made one piece of machine code.

numba optimises each function that it compiles, within each that calls it again, and makes machine
code of it. Nothing but the loop is called from Python, so here the functions are only put together
until the loop is whole: half of the time, and code as fast.
"""

import gc
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numba
from llvmlite import ir
from numba import config, types
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler_lock import global_compiler_lock
from numba.core.errors import NumbaExperimentalFeatureWarning
from numba.core.registry import cpu_target
from numba.extending import overload
from numba.np import arrayobj
from numba.np.arrayobj import make_array, populate_array

from driftsim.kernels import loop
from driftsim.kernels.machine_code import ENTRY, MachineCode, kind, leaves

WORD = ir.IntType(64)
TUPLES = types.Tuple | types.UniTuple | types.NamedTuple | types.NamedUniTuple


def declare_functions() -> None:
    """Tell numba which function each state has for `predict`, `learn` and so on."""
    while loop.dispatched:
        _overload(*loop.dispatched.pop())


def _overload(generic, state, function, forceinline):
    def implementation(s, *others):
        if isinstance(s, types.NamedTuple | types.NamedUniTuple) and s.instance_class is state:
            return getattr(function, "py_func", function)

    # Inlined, logistic regression takes 1/1.3 of the time, behind a scaler 1/1.5, a tree 1/1.6.
    options: Any = {**loop.OPTIONS, "forceinline": forceinline}
    overload(generic, strict=False, jit_options=options)(implementation)


def machine_code(function: Callable, given: tuple, own: bool = False) -> MachineCode:
    """The code of a function for arguments of the types of those given.

    `own` says that no part of it is anybody's but ours: see `_indices`.
    """
    declare_functions()
    with global_compiler_lock, _parts(), _indices(own), warnings.catch_warnings():
        # raised for a record whose first fields are all those of another; each has code of its own
        warnings.simplefilter("ignore", NumbaExperimentalFeatureWarning)
        compiled = numba.njit(**loop.OPTIONS)(function)
        kinds = tuple(numba.typeof(one) for one in given)
        compiled.compile(kinds)
        part = compiled.overloads[kinds]
        whole = Part(cpu_target.target_context.codegen(), ENTRY)
        whole.add_ir_module(_entry(part.fndesc))
        whole.add_linking_library(part.library)
        code, foreign = whole.machine_code()
    arguments = [kind(one) for one in leaves(given)]
    return MachineCode(code, arguments, _results(part.signature.return_type), foreign)


@contextmanager
def _parts() -> Iterator[None]:
    """Have numba leave what it compiles as parts, also where NUMBA_DISABLE_JIT is set.

    It makes very many objects that stay: looking for garbage among them takes a tenth of the time.
    """
    codegen, collects = cpu_target.target_context.codegen(), gc.isenabled()
    before, codegen._library_class = codegen._library_class, Part
    switches = vars(config)
    disabled, switches["DISABLE_JIT"] = switches["DISABLE_JIT"], 0
    gc.disable()
    try:
        yield
    finally:
        codegen._library_class, switches["DISABLE_JIT"] = before, disabled
        if collects:
            gc.enable()


@contextmanager
def _indices(own) -> Iterator[None]:
    """Have numba not ask of each index whether it counts from the end, in code of our own.

    A Hoeffding tree takes 1/1.12 of the time, a forest 1/1.1 to 1/1.25. A kernel that reads
    `array[-1]` would read what lies before the array: a test checks that none of ours does.
    """
    before = arrayobj.fix_integer_index
    if own:
        arrayobj.fix_integer_index = _from_the_start
    try:
        yield
    finally:
        arrayobj.fix_integer_index = before


def _from_the_start(context, builder, kind, index, size):
    """An index as code has it: what numba asks for where none counts from the end."""
    return context.cast(builder, index, kind, types.intp)


class Part(JITCodeLibrary):
    """The code of a function, neither optimised nor made machine code before it is needed."""

    def _optimize_functions(self, ll_module):
        ll_module.data_layout = self._codegen._data_layout

    def add_linking_library(self, library):
        self._linking_libraries.append(library)

    def get_pointer_to_function(self, name):
        """The address of a function; 0 where there is none, as there is no entry from Python."""
        defined = {one.name for one in self._final_module.functions if not one.is_declaration}
        return super().get_pointer_to_function(name) if name in defined else 0

    @property
    def codegen(self):
        return self._codegen if self._finalized else _WithoutEnvironment

    def finalize(self):
        """Make it machine code after all: something else than a kernel calls it."""
        self._linking_libraries = [*self._needed()]
        super().finalize()

    def _get_module_for_linking(self):
        if self._finalized:
            return super()._get_module_for_linking()
        module = self._final_module.clone()
        for one in module.functions:
            if not one.is_declaration and one.linkage.name == "external":
                one.linkage = "linkonce_odr"
        return module

    def _needed(self) -> dict:
        """All other parts that this one is made of, each once."""
        found: dict = {}
        waiting = [*reversed(self._linking_libraries)]
        while waiting:
            library = waiting.pop()
            if library not in found:
                found[library] = None
                if isinstance(library, Part) and not library._finalized:
                    waiting += reversed(library._linking_libraries)
        return found

    def machine_code(self) -> tuple[bytes, list[str]]:
        """The code of the whole as an object file, and the functions that it does not have."""
        module = self._final_module
        for library in self._needed():
            module.link_in(library._get_module_for_linking(), preserve=library._finalized)
        self._verify_declare_only_symbols()
        for one in module.functions:  # what is called once is inlined then: a forest takes 1/1.1
            if not one.is_declaration and one.name != ENTRY:
                one.linkage = "internal"
        made = self._codegen._module_pass_manager()
        passes, *builder = made if isinstance(made, tuple) else (made,)  # of numba before 0.62
        passes.run(module, *builder)
        foreign = [one.name for one in module.functions if one.is_declaration]
        code = self._codegen._tm.emit_object(module)
        return code, sorted(name for name in foreign if not name.startswith("llvm."))


class _WithoutEnvironment:
    """Machine code that does not exist yet, so that numba gives it no environment of Python's."""

    @staticmethod
    def set_env(name, environment):
        """Nothing: only what raises exceptions with values in them reads it."""


def _entry(described):
    """A function that takes its arguments from one array of words, and puts results in another."""
    context = cpu_target.target_context
    module = context.create_module(ENTRY)
    callee = ir.Function(
        module,
        context.call_conv.get_function_type(described.restype, described.argtypes),
        described.llvm_func_name,
    )
    pointer = WORD.as_pointer()
    entry = ir.Function(module, ir.FunctionType(ir.IntType(32), [pointer, pointer]), ENTRY)
    builder = ir.IRBuilder(entry.append_basic_block())
    places = (builder.gep(entry.args[0], [WORD(i)]) for i in range(2**20))
    given = [_read(context, builder, one, places) for one in described.argtypes]
    status, out = context.call_conv.call_function(
        builder, callee, described.restype, described.argtypes, given
    )
    _write(context, builder, described.restype, out, entry.args[1])
    builder.ret(builder.zext(status.is_error, ir.IntType(32)))
    return module


def _read(context, builder, kind, places):
    """An argument, from the next words."""
    if isinstance(kind, TUPLES):
        held = [_read(context, builder, one, places) for one in kind.types]
        return context.make_tuple(builder, kind, held)
    if isinstance(kind, types.Array):
        return _read_array(context, builder, kind, places)
    if isinstance(kind, types.NoneType):
        return context.get_dummy_value()
    word = builder.load(next(places))
    if kind == types.float64:
        return builder.bitcast(word, ir.DoubleType())
    return builder.trunc(word, ir.IntType(1)) if kind == types.boolean else word


def _read_array(context, builder, kind, places):
    """An array that begins at an address, in order of rows."""
    array = make_array(kind)(context, builder)
    held = context.get_data_type(kind.dtype)
    data = builder.inttoptr(builder.load(next(places)), held.as_pointer())
    shape = [builder.load(next(places)) for _ in range(kind.ndim)]
    size = WORD(context.get_abi_sizeof(held))
    strides = [size]
    for n in reversed(shape[1:]):
        strides.insert(0, builder.mul(strides[0], n))
    populate_array(
        array, data=data, shape=shape, strides=strides[-kind.ndim :], itemsize=size, meminfo=None
    )
    return array._getvalue()


def _results(kind):
    """The kinds of results, as `MachineCode` has them."""
    if isinstance(kind, types.NoneType):
        return None
    if isinstance(kind, TUPLES):
        return [_results(one) for one in kind.types]
    names = {types.float64: "float", types.int64: "int", types.boolean: "bool"}
    return names[kind]


def _write(context, builder, kind, value, place):
    several = kind.types if isinstance(kind, TUPLES) else [kind]
    for i, one in enumerate(several):
        if isinstance(one, types.NoneType):
            continue
        number = builder.extract_value(value, i) if isinstance(kind, TUPLES) else value
        if one == types.float64:
            number = builder.bitcast(number, WORD)
        elif one == types.boolean:
            number = builder.zext(number, WORD)
        builder.store(number, builder.gep(place, [WORD(i)]))
