"""Ground floor: messages, how mistakes and values become text that people read."""

import difflib
import re
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

Place = tuple[str | int, ...]  # the keys that lead to a part of a scenario

NAME = r"^[^\p{C}\s./\\]([^\p{C}./\\]*[^\p{C}\s./\\])?$"  # of a contender or a concept
MOST_CHOICES = 100  # names that a message lists, such as of columns
NUMBER_OF_MEMBERS = {
    "n_models",
    "n_estimators",
    "n_trees",
    "ensemble_size",
    "ensembleSize",
}  # as libraries call it
WRITTEN = {  # in YAML, what Python writes otherwise
    **{"None": "null", "True": "true", "False": "false"},
    **{"nan": ".nan", "inf": ".inf", "-inf": "-.inf"},
}
BARE = re.compile(r"(?!(null|true|false)$)[A-Za-z_][\w./-]*( [\w./-]+)*", re.IGNORECASE)
NUMBERED = ("ge", "gt", "le", "lt", "multiple_of", "min_length", "max_length")
FAULTS = {  # of pydantic, by its types: what would be right
    "int_type": "it should be a whole number",
    "int_from_float": "it should be a whole number",
    "float_type": "it should be a number",
    "finite_number": "it should be a finite number",
    "string_type": "it should be a text",
    "string_unicode": "it should be a text of whole characters",
    "string_too_short": "give at least {min_length} characters",
    "string_too_long": "give at most {max_length} characters",
    "string_pattern_mismatch": "it should match the pattern {pattern}",
    "bool_type": "it should be true or false",
    "none_required": "it should be null",
    "list_type": "it should be a list",
    "tuple_type": "it should be a list",
    "set_type": "it should be a list",
    "frozen_set_type": "it should be a list",
    "dict_type": "it should be a mapping of names",
    "mapping_type": "it should be a mapping of names",
    "too_short": "give at least {min_length}",
    "too_long": "give at most {max_length}",
    "greater_than": "it should be more than {gt}",
    "greater_than_equal": "it should be at least {ge}",
    "less_than": "it should be less than {lt}",
    "less_than_equal": "it should be at most {le}",
    "multiple_of": "it should be a multiple of {multiple_of}",
    "literal_error": "it should be {expected}",
    "enum": "it should be {expected}",
    "is_instance_of": "it should be a {class}",
}
NO_NAME = (
    "cannot be a name; give one without path separators, dots and control characters, "
    "and without blanks at its ends"
)

LONG = 200  # letters of a list to choose from, where that is not the first thing to know
KIND = "[kind]"  # the last word of the place of a mistake in the kind of a part


class WithoutTraceback:
    """An error whose message says all: notebooks show it alone."""

    def _render_traceback_(self) -> list[str]:  # asked for by IPython
        return [f"{type(self).__name__}: {self}"]


class ScenarioError(WithoutTraceback, Exception):
    """The mistakes of a scenario, a line each: `file:line: path: what is wrong; what is right`."""


class ArgumentError(WithoutTraceback, ValueError):
    """An argument that is not valid, and what would be right."""


class RunsFailed(WithoutTraceback, RuntimeError):
    """Runs that have failed, a line each; `results` are those of all that have ended well."""

    def __init__(self, message: str, results: object):
        super().__init__(message)
        self.results = results


def refusal(message: str, *place: str | int) -> ValidationError:
    """The error about a mistake at a place below the validated object."""
    return ValidationError.from_exception_data("refused", [detail(message, place, None)])


def within(error: ValidationError, *place: str | int) -> ValidationError:
    """The first mistake of an error, at its place below the validated object."""
    fault = error.errors()[0]
    return refusal(fault_message(fault, ()), *place, *fault["loc"])


def detail(message: str, place: Place, value: Any) -> InitErrorDetails:
    """One mistake of a validation error, by its message."""
    kind = PydanticCustomError("message", "{message}", {"message": message})
    return InitErrorDetails(type=kind, loc=place, input=value)


def fault_message(fault: ErrorDetails, known: Collection[str]) -> str:
    """What is wrong, and what would be right, by the type of a fault that pydantic has found.

    `known` are the keys that the validated object takes.
    """
    context, given = fault.get("ctx", {}), short(fault["input"])
    match fault["type"]:
        case "message":
            return context["message"]
        case "value_error" | "assertion_error":
            return str(context["error"])
        case "extra_forbidden":
            name = fault["loc"][-1]
            right = guess(name, known) if known else "it takes no parameters"
            return f"there is no key {short(name)} here; {right}"
        case "missing":
            return f"the key '{fault['loc'][-1]}' is missing; give it"
        case "model_type" | "model_attributes_type":
            return f"{given} is not valid; it should be a mapping with the keys {', '.join(known)}"
        case "string_pattern_mismatch" if context["pattern"] == NAME:
            return f"{given} {NO_NAME}"
    if fault["type"] not in FAULTS:
        return f"{given} is not valid; {fault['msg'][:1].lower()}{fault['msg'][1:]}"
    numbers = {name: f"{context[name]:,.12g}" for name in NUMBERED if name in context}
    return f"{given} is not valid; {FAULTS[fault['type']].format_map(context | numbers)}"


def without_slips(faults: list[ErrorDetails], known: Collection[str]) -> list[ErrorDetails]:
    """Faults without those of keys that are missing, where an unknown key is a slip of one."""
    slips = [guess(one["loc"][-1], known) for one in faults if one["type"] == "extra_forbidden"]
    return [
        one
        for one in faults
        if one["type"] != "missing" or f"did you mean '{one['loc'][-1]}'?" not in slips
    ]


def slip(key: str, given: Any) -> str:
    """Which key of a mapping may have meant another key, in words; empty where none may."""
    close = guess(key, [*map(str, given)]) if isinstance(given, dict) and key not in given else ""
    return f"write {key} in the place of {close[13:-1]}" if close.startswith("did") else ""


def guess(word: Any, known: Collection[str], more: Collection[str] = ()) -> str:
    """What an unknown word may have meant, or what there is to choose from."""
    same = [name for name in known if name.lower() == str(word).lower()]
    same = same or [name for name in known if {name, str(word)} <= NUMBER_OF_MEMBERS]
    longer = same or [name for name in known if len(str(word)) > 2 and name.startswith(str(word))]
    close = longer or difflib.get_close_matches(str(word), list(known), n=1, cutoff=0.6)
    if close:
        return f"did you mean '{close[0]}'?"
    if not known and not more:
        return "there is none"
    names = [f"'{name}'" if "," in name else name for name in (*sorted(known), *sorted(more))]
    cut = f", … ({len(names):,} in all)" if len(names) > MOST_CHOICES else ""
    return f"choose from {', '.join(names[:MOST_CHOICES])}{cut}"


def perhaps_own(guessed: str, kind: str, family: str) -> str:
    """A guess at an unknown kind; where there is none, its class may be in a file not named."""
    if not guessed.startswith("choose") or not kind.isidentifier():
        return guessed
    own = "is it a part of your own? --with FILE names its file (in Python parts=['FILE'])"
    listed = f"`driftsim kinds {family}` lists all that there are"
    return f"{own}; else {guessed if len(guessed) < LONG else listed}"


def short(value: Any, most: int = 60) -> str:
    """A value as a scenario writes it, a text in quotes, cut where it is long."""
    text = quoted(value) if isinstance(value, str) else flow(value)
    return text if len(text) <= most else f"{text[: most - 1]}… ({len(text)} characters)"


def quoted(text: str) -> str:
    """A text in quotes; one without quotes of its own has its backslashes once, as in YAML."""
    return f"'{text}'" if text.isprintable() and "'" not in text else repr(text)


def flow(value: Any) -> str:
    """A value as a scenario writes it on one line; a part without parameters is its kind."""
    match value:
        case {"kind": kind, **params} if not params:
            return flow(kind)
        case dict():
            return f"{{{', '.join(f'{flow(key)}: {flow(one)}' for key, one in value.items())}}}"
        case list():
            return f"[{', '.join(map(flow, value))}]"
        case str() if BARE.fullmatch(value):
            return value
        case str():
            return quoted(value)
    text = repr(value)
    return WRITTEN.get(text, text)


def parameter_texts(given: dict[str, Any]) -> Iterator[str]:
    """The parameters of a part, each in a few words; `of`, another part, comes last."""
    for name, value in sorted(given.items(), key=lambda item: item[0] == "of"):
        if name != "kind":
            yield f"{name} {brief(value)}"


def brief(value: Any) -> str:
    """A parameter in a few words."""
    match value:
        case dict():
            kind = [value["kind"]] if "kind" in value else []
            return " ".join([*kind, *parameter_texts(value)])
        case bool():
            return short(value)
        case int():
            return f"{value:,}"
        case float():
            return f"{value:.12g}"
        case str():
            return visible(value)
    return short(value)


def setting_text(value: Any) -> str:
    """A value of a setting: a mapping in a few words, others as a scenario writes them."""
    return brief(value) if isinstance(value, dict | str) else short(value)


def plural(n: int, noun: str) -> str:
    """A number with its noun: 1 position, 2 positions."""
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def names_in_words(names: Sequence[str]) -> str:
    """Names one after another: `a, b and c`."""
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def visible(text: str) -> str:
    """A text with escapes for what cannot be printed, so that nothing moves a terminal's cursor."""
    return "".join(c if c.isprintable() or c == "\n" else ascii(c)[1:-1] for c in text)


def line(text: Any, most: int = 400) -> str:
    """A text on one line, with escapes for what cannot be printed, cut where it is long."""
    shown = visible(" ".join(str(text).split()))
    return shown if len(shown) <= most else f"{shown[: most - 1]}…"


def first_fault(error: ValueError) -> str:
    """What the first mistake of a value is, in words."""
    return error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
