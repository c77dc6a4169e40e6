"""Ground floor: roles, which things the annotation of a library's parameter lets in."""

import inspect
import re
from typing import TypeVar

PLAIN = {"int": int, "float": (int, float), "bool": bool, "str": str, "None": type(None)}
HOLDERS = {"list": list, "dict": dict, "tuple": tuple, "set": set}
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


def misplaced(value, maker, parameter):
    """What the value of a parameter should be, by the classes that its annotation names, or None.

    None also where that is not known: without an annotation, or with names that mean nothing here.
    """
    annotation = parameter.annotation
    if annotation is parameter.empty:
        return None
    text = annotation if isinstance(annotation, str) else getattr(annotation, "__name__", "")
    known = getattr(inspect.unwrap(maker.__init__), "__globals__", {})
    words = alternatives(text)
    fits = [plays(value, word, known) for word in words]
    if not words or any(fit is None or fit for fit in fits):
        return None
    return in_words(words, maker, parameter.name)


def in_words(alternatives, maker, name=""):
    """What a parameter of a library's class may be, by the alternatives of its annotation."""
    library = maker.__module__.partition(".")[0]
    kept = [one for one in alternatives if one != "int" or "float" not in alternatives]
    said = dict.fromkeys(role_in_words(one, library, NAMED.get(name, {})) for one in kept)
    return ", or ".join(said)


def role_in_words(word, library, named):
    """What one alternative of an annotation asks for."""
    head, _, inner = word.partition("[")
    if head in CALLABLE:
        return "a function"
    if head in WORDS:
        entries = alternatives(inner[:-1]) if head == "list" else []
        each = " or ".join(role_in_words(one, library, {}) for one in entries)
        return named.get(head) or WORDS[head] + f", each entry {each}" * bool(each)
    role = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", head.rpartition(".")[2]).split()
    role = " ".join(one if one.isupper() else one.lower() for one in role)
    return f"{'an' if role[:1] in 'aeiou' else 'a'} {role} of {library} ({head})"


def plays(value, word, known):
    """Whether a value is what a word of an annotation names; None where that is not known."""
    head, _, inner = word.partition("[")
    if word in PLAIN:
        return isinstance(value, PLAIN[word]) and (word == "bool" or not isinstance(value, bool))
    if head in CALLABLE:
        return callable(value)
    if head in HOLDERS:
        return holds(value, HOLDERS[head], alternatives(inner[:-1]), known)
    role = named(word, known)
    if isinstance(role, TypeVar):
        role = role.__bound__
    known_class = isinstance(role, type) and not getattr(role, "_is_protocol", False)
    return acts_as(value, role) if known_class else None


def holds(value, kind, words, known):
    """The same of a list and of what it holds, or of another holder alone."""
    if not isinstance(value, kind):
        return False
    if kind is not list or not words:
        return True
    fits = [[plays(one, word, known) for word in words] for one in value]
    return all(any(fit is None or fit for fit in each) for each in fits)


def acts_as(value, role):
    """Whether a thing can be used in a role; a pipeline can if its last step can.

    Classes with one private parent, such as the two kinds of drift detectors, are of one role.
    """
    family = [role, *(one for one in role.__bases__ if one.__name__.startswith("_"))]
    steps = getattr(value, "steps", None)
    last = [*steps.values()][-1:] if isinstance(steps, dict) else []
    return isinstance(value, tuple(family)) or any(acts_as(step, role) for step in last)


def named(word, known):
    """The thing that a dotted name means where some names are known, or None."""
    first, *rest = word.split(".")
    found = known.get(first)
    for name in rest:
        found = getattr(found, name, None)
    return found


def alternatives(text):
    """The alternatives of an annotation, `a | list[b | c]` of which there are two."""
    words, depth = [""], 0
    for letter in text.replace(" ", ""):
        depth += (letter == "[") - (letter == "]")
        if letter == "|" and not depth:
            words.append("")
        else:
            words[-1] += letter
    return [word for word in words if word]
