"""Ground floor: classes of libraries, found by their paths and made with checked parameters."""

import inspect
import sys
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from difflib import get_close_matches
from functools import lru_cache
from importlib import import_module
from importlib.metadata import PackageNotFoundError, metadata, packages_distributions
from importlib.metadata import files as files_of
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any

from driftsim.messages import ScenarioError, guess, line, short
from driftsim.roles import GIVEN, misplaced
from driftsim.safety import ESTIMATORS, OPEN, exported, is_open, within

CHECKED = "_parameter_constraints"  # of a class of scikit-learn, which checks them itself
KNOWN = {  # the distributions of packages
    "sklearn": "scikit-learn",
    "river": "river",
    "imblearn": "imbalanced-learn",
}
PIP = ".venv/bin/pip install"  # as the README has it
BOOSTING = ("lightgbm", "xgboost", "catboost")  # an extra
INSTALLED_BY = {
    "imblearn": "imbalanced-learn",
    "skorch": "skorch torch",
    "torch": "torch",
}


def imported(path: str, packages: Collection[str], wanted: Callable[[Any], Any]) -> Any:
    """The class or function at an import path below one of some packages.

    `wanted` says whether it can be used. Raises `ValueError`, with a guess,
    if there is none.
    """
    holder, _, name = path.rpartition(".")
    module = loaded(holder) if is_open(path, packages) else None
    public = exported(module) if module else []
    found = vars(module).get(name) if name in public else None
    if found is not None and wanted(found):
        return found
    fitting = [word for word in public if wanted(vars(module).get(word))]
    reason = "cannot be used here" if found is not None else "does not exist"
    if module is None:
        reason = "does not exist, or is not open to scenarios"
    places = [f"{package}.…" for package in packages if within(path, [package])]
    raise ValueError(f"{short(path)} {reason}; {guess(name, fitting, places)}")


def loaded(holder: str) -> ModuleType | None:
    """The module of this name; None if its package has no such module.

    Raises `ValueError` if the package is not installed, or cannot be imported here.
    """
    head = holder.partition(".")[0]
    if not installed(head):
        raise ValueError(uninstalled(head))
    try:
        return import_module(holder)
    except Exception as error:  # whatever the package itself raises
        missing = getattr(error, "name", None) or ""
        if isinstance(error, ModuleNotFoundError) and f"{holder}.".startswith(f"{missing}."):
            return None
        raise ValueError(f"{holder} cannot be imported: {line(error)}; correct that") from None


def installed(head: str) -> bool:
    """Whether a package of this name can be imported here; nothing of it is."""
    try:
        return head in sys.modules or find_spec(head) is not None
    except (ImportError, ValueError):
        return False


def is_path(value: Any) -> bool:
    """Whether a value can be an import path."""
    return isinstance(value, str) and "." in value


def is_class_path(value: Any) -> bool:
    """Whether a value can be the import path of a class, which begins with a capital letter."""
    words = value.split(".") if is_path(value) else [""]
    return all(word.isidentifier() for word in words) and words[-1][0].isupper()


def may_be_allowed(head: str) -> bool:
    """Whether a user may let scenarios name the estimators of a package: it is installed."""
    reserved = ("driftsim", *OPEN, *sys.stdlib_module_names)
    return head.isidentifier() and head not in reserved and installed(head)


def not_allowed(path: str, packages: Collection[str]) -> str | None:
    """Why a scenario may not name what is below a package, and what the user can do, or None."""
    head = path.partition(".")[0]
    if head in packages or not may_be_allowed(head):
        return None
    return (
        f"{short(path)}: the package '{head}' is not allowed; a scenario file cannot allow it, you "
        f"can, if you trust it: --allow {head}, or in Python allow=['{head}']"
    )


def not_there(path: str) -> str | None:
    """Why a path names nothing, as its package is not installed; None where it is misspelt."""
    head = path.partition(".")[0]
    known = {*OPEN, *ESTIMATORS, "driftsim", *sys.stdlib_module_names}
    if not is_path(path) or not head.isidentifier() or head in known or installed(head):
        return None
    return None if get_close_matches(head, known) else f"{short(path)}: {uninstalled(head)}"


def uninstalled(head: str) -> str:
    """That a package is not installed, and how it is, as far as that is known."""
    return f"the package '{head}' is not installed; {installing(head)}"


def installing(head: str) -> str:
    """How a package is installed, as far as that is known."""
    if head in BOOSTING:
        return extra("boosting")
    return f"{PIP} {INSTALLED_BY.get(head, 'the distribution that holds it')}"


def extra(name: str) -> str:
    """How the packages of an extra of driftsim are installed, which is on no index."""
    return f"{PIP} '.[{name}]', in the checkout of driftsim"


def checked_packages(names: Collection[str]) -> tuple[str, ...]:
    """The packages that a user allows scenarios to name; `ScenarioError` for one that is none."""
    for head in names:
        if "." in head or not head.isidentifier():
            message = "is no package; give the name that its import paths begin with"
            raise ScenarioError(f"--allow {short(head)}: this {message}")
        if not may_be_allowed(head) and head not in (*OPEN, *ESTIMATORS):
            reason = uninstalled(head) if not installed(head) else "it cannot be allowed"
            if not installed(head) and Path(f"{head}.py").is_file():
                reason = (
                    f"{head}.py is a file of your own; give it by --with {head}.py, and name its "
                    "classes by their names in snake case, such as learner: my_tree for MyTree"
                )
            raise ScenarioError(f"--allow {head}: {reason}")
    return tuple(names)


def distribution(head: str) -> str:
    """The distribution that a package comes from; the package itself where that is not known."""
    return KNOWN.get(head) or _holder(head, *_places())


@lru_cache(maxsize=32)
def _holder(head: str, *places: tuple[str, int]) -> str:
    """The distribution that holds a package in some folders.

    That of the same name, where it does: to read all others takes a fifth of a second.
    """
    with suppress(PackageNotFoundError):
        if any(file.parts[0] == head for file in files_of(head) or ()):
            return metadata(head)["Name"]
    return next(iter(packages_distributions().get(head, ())), head)


def _places():
    """The folders that packages are found in, and when something was last put there or removed."""
    for folder in sys.path:
        with suppress(OSError):
            yield folder, Path(folder).stat().st_mtime_ns


def assembled(value: Any, packages: Collection[str], make: Callable[[str, dict], Any]) -> Any:
    """A parameter as a library takes it: objects of some packages, by path, are made.

    `make(path, params)` makes one, also within lists.
    """
    match value:
        case str() if within(value, packages):
            return make(value, {})
        case list():
            return [assembled(one, packages, make) for one in value]
        case dict():
            params = {k: assembled(one, packages, make) for k, one in value.items() if k != "kind"}
            if isinstance(value.get("kind"), str):
                return make(value["kind"], params)
            return {int(k) if k.isdecimal() else k: one for k, one in params.items()}  # of classes
    return value


def called(
    maker: Callable, params: dict[str, Any], path: str, more: Collection[str] | None = ()
) -> Any:
    """What a class of a library makes of parameters; `ValueError` if it does not know them.

    `more` are those that it takes beyond the ones that it names; None stands for any.
    """
    known, typed = parameters(maker), within(path, OPEN) and not hasattr(maker, CHECKED)
    for name, value in params.items():
        if name not in known and more is not None and name not in more:
            names = [*known, *more]
            raise ValueError(f"{path} has no parameter {short(name)}; {guess(name, names)}")
        if typed and (should := misplaced(value, maker, known[name])):
            given = short(value) if type(value) in GIVEN else type(value).__name__
            raise ValueError(f"{path}: {name} is {given}; it should be {should}")
    rest = gathers(maker)
    for name, parameter in known.items():
        if parameter.default is parameter.empty and name not in params and name != rest:
            raise ValueError(f"{path} needs the parameter '{name}'; give it")
    try:
        named = {name: value for name, value in params.items() if name != rest}
        return maker(*params.get(rest or "", ()), **named)
    except Exception as error:  # whatever the library's own rules raise
        raise ValueError(f"{path}: {line(error) or type(error).__name__}") from None


def parameters(maker: Callable) -> Mapping[str, inspect.Parameter]:
    """The parameters of a class or function that a scenario can name."""
    rest = inspect.Parameter.VAR_KEYWORD
    found: Mapping[str, inspect.Parameter] = inspect.signature(maker).parameters
    if hasattr(maker, "get_params") and any(one.kind == rest for one in found.values()):
        above = [inspect.signature(one).parameters for one in inspect.getmro(maker)[1:-1]]  # type: ignore[arg-type]
        found = {name: one for names in [*above[::-1], found] for name, one in names.items()}
    return MappingProxyType({name: one for name, one in found.items() if one.kind != rest})


def gathers(maker: Callable) -> str | None:
    """The name of the parameter that takes any number of values, as a list, or None."""
    for name, one in inspect.signature(maker).parameters.items():
        if one.kind == one.VAR_POSITIONAL:
            return name
    return None
