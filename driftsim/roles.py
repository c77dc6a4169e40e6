"""Ground floor: roles, which things the annotation of a library's parameter lets in."""

import inspect
import math
import re
from collections.abc import Callable
from typing import Any, TypeVar

NUMBERS = (int, float)
PLAIN = {"int": (int,), "float": NUMBERS, "bool": (bool,), "str": (str,), "None": (type(None),)}
HOLDERS: dict[str, type] = {"list": list, "dict": dict, "tuple": tuple, "set": set}
GIVEN = (int, float, bool, str, type(None), list, dict)  # what YAML gives
CLASS = re.compile(r"(?!.*typing\.|Any$)(\w+\.)*[A-Z]\w+$")  # such as optim.base.Optimizer
WORDS = {  # for what YAML can give, and for things that it cannot
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "str": "a text",
    "None": "null",
    "list": "a list",
    "tuple": "a list",
    "set": "a list",
    "dict": "a mapping",
}
NAMED = {"nominal_attributes": {"list": "a list of column names"}}  # what a list is of
CALLABLE = ("typing.Callable", "Callable", "collections.abc.Callable")


def misplaced(value: Any, maker: Callable, parameter: inspect.Parameter) -> str | None:
    """What the value of a parameter should be, by its annotation or its default, or None.

    river, unlike scikit-learn, does not check its parameters: it fails or answers nonsense later.
    None also where the annotation names things that mean nothing here.
    """
    words = words_of(parameter)
    known = getattr(inspect.unwrap(maker.__init__), "__globals__", {})  # type: ignore[misc]
    if words and all(plays(value, word, known) is False for word in words):
        return in_words(words, maker.__module__.partition(".")[0], parameter.name)
    if words and isinstance(value, float) and not math.isfinite(value):
        return "a finite number"
    numeric = {*words} <= {"int", "float"} and type(parameter.default) in NUMBERS
    if numeric and words and parameter.default > 0 and value < 0:
        return "0 or more"
    return None


def words_of(parameter: inspect.Parameter) -> list[str]:
    """The types that a parameter is declared of; those of numbers where its default is one."""
    if parameter.annotation is parameter.empty:
        return ["int", "float"] if type(parameter.default) in NUMBERS else []
    text = parameter.annotation
    return alternatives(text if isinstance(text, str) else getattr(text, "__name__", str(text)))


def in_words(words: list[str], library: str, name: str = "") -> str:
    """What a parameter of a library's class may be, by the alternatives of its annotation."""
    kept = [one for one in words if one != "int" or "float" not in words]
    roles = dict.fromkeys(role_in_words(one, library, NAMED.get(name, {})) for one in kept)
    return ", or ".join(roles)


def role_in_words(word: str, library: str, named: dict[str, str]) -> str:
    """What one alternative of an annotation asks for."""
    head, _, inner = word.partition("[")
    if head in CALLABLE:
        return "a function"
    if head in WORDS:
        entries = alternatives(inner[:-1]) if head == "list" else []
        each = " or ".join(role_in_words(one, library, {}) for one in entries)
        return named.get(head) or WORDS[head] + f", each entry {each}" * bool(each)
    split = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", head.rpartition(".")[2]).split()
    role = " ".join(one if one.isupper() else one.lower() for one in split)
    return f"{'an' if role[:1] in 'aeiou' else 'a'} {role} of {library} ({head})"


def plays(value: Any, word: str, known: dict[str, Any]) -> bool | None:
    """Whether a value is what a word of an annotation names; None where that is not known."""
    head, _, inner = word.partition("[")
    if word in PLAIN:
        return isinstance(value, PLAIN[word]) and (word == "bool" or not isinstance(value, bool))
    if head in CALLABLE:
        return callable(value)
    if head in HOLDERS:
        return holds(value, HOLDERS[head], alternatives(inner[:-1]), known)
    role = lookup(word, known)
    if isinstance(role, TypeVar):
        role = role.__bound__
    if isinstance(role, type) and not getattr(role, "_is_protocol", False):
        return acts_as(value, role)
    return False if CLASS.match(word) and type(value) in GIVEN else None


def holds(value: Any, holder: type, words: list[str], known: dict[str, Any]) -> bool:
    """Whether a value is a list of what the words name, or another holder of anything."""
    if not isinstance(value, holder):
        return False
    if not isinstance(value, list) or not words:
        return True
    return all(any(plays(one, word, known) is not False for word in words) for one in value)


def acts_as(value: Any, role: type) -> bool:
    """Whether a thing can be used in a role; a pipeline can if its last step can.

    Classes with one private parent, such as the two kinds of drift detectors, are of one role.
    """
    family = [role, *(one for one in role.__bases__ if one.__name__.startswith("_"))]
    steps = getattr(value, "steps", None)
    if steps == {}:
        return False  # river itself fails to say so
    last: list = [*steps.values()][-1:] if isinstance(steps, dict) else []
    return isinstance(value, tuple(family)) or any(acts_as(step, role) for step in last)


def lookup(word: str, known: dict[str, Any]) -> Any:
    """The thing that a dotted name means where some names are known, or None."""
    first, *rest = word.split(".")
    found = known.get(first)
    for name in rest:
        found = getattr(found, name, None)
    return found


def alternatives(text: str) -> list[str]:
    """The alternatives of an annotation: `a | list[b | c]` has two."""
    words, depth = [""], 0
    for letter in text.replace(" ", ""):
        depth += (letter == "[") - (letter == "]")
        if letter == "|" and not depth:
            words.append("")
        else:
            words[-1] += letter
    return [word for word in words if word]
