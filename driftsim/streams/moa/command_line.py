"""Command lines: a stream of MOA as its tasks write it, read strictly.

ConceptDriftStream -s (generators.SEAGenerator -f 1) -d (generators.SEAGenerator -f 2) -w 50
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from math import isfinite
from typing import Any

from driftsim.messages import guess, short
from driftsim.streams.moa.headers import header
from driftsim.streams.moa.options import STREAMS, Command, Option

PREFIX = re.compile(r"^(moa\.)?(streams\.)?(generators\.)?")
OPTION = re.compile(r"^\s*-s\s+")  # as a task has it before the stream
TOKEN = re.compile(r"\s*([()]|[^\s()]+)")
WHOLE = re.compile(r"[+-]?\d{1,10}")
REAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")
DEEPEST = 50  # streams within streams
MOST_CENTRES = 10_000_000  # numbers that say where centroids are
PAIR = {"first": "s", "second": "d"}  # the streams of a ConceptDriftStream
TASK = "it is a task; give what stands in the parentheses after its option -s, a stream"

ELSEWHERE = {  # what no stream of this kind is, but another concept
    "ArffFileStream": "it reads a table: write {kind: table, path: …, target: …}",
    "TextGenerator": "write {kind: text}, which is made after it",
}


@lru_cache(256)
def command(text: str) -> Command:
    """The stream that a command line describes; `ValueError` where it describes none."""
    tokens = Tokens(text)
    whole = tokens.next == "("  # as a task has it after -s
    found = in_parentheses(tokens, "the first parenthesis", 0) if whole else stream_of(tokens, 0)
    if tokens.next is not None:
        raise ValueError(f"{short(tokens.next)} comes after the end of the stream")
    return found


def text_of(command: Command) -> str:
    """The command line of a stream, which is read as the same."""
    words = [command.name]
    for letter, value in command.options.items():
        if isinstance(value, Command):
            words.append(f"-{letter} ({text_of(value)})")
        elif value is not False:
            words.append(f"-{letter}" if value is True else f"-{letter} {value}")
    return " ".join(words)


class Tokens:
    """The words and the parentheses of a command line, one after another."""

    def __init__(self, text: str):
        self._left: Iterator[str] = iter(TOKEN.findall(text))
        self.next = next(self._left, None)

    def taken(self) -> str | None:
        """The next one, which is passed by."""
        found, self.next = self.next, next(self._left, None)
        return found


def stream_of(tokens: Tokens, depth: int) -> Command:
    """The stream that comes next: its class and its options, to the end or a parenthesis."""
    if depth > DEEPEST:
        raise ValueError(f"streams are nested more than {DEEPEST} deep")
    name = class_of(tokens.taken())
    options, given = STREAMS[name], dict[str, Any]()
    while tokens.next not in (None, ")"):
        word = tokens.taken() or ""
        letter = word.removeprefix("-")
        if letter not in options or letter == word:
            known = " ".join(f"-{one}" for one in options)
            raise ValueError(f"{name} has no option {short(word)}; it has {known}")
        if letter in given:
            raise ValueError(f"{name} is given {word} twice")
        given[letter] = value_of(tokens, options[letter], f"{name} {word}", depth)
    command = Command(name, {one: given.get(one, default(options[one])) for one in options})
    if reason := mistake(command):
        raise ValueError(reason)
    return command


def in_parentheses(tokens: Tokens, place: str, depth: int) -> Command:
    """The stream in the parentheses that come next, of which messages speak as a place."""
    tokens.taken()
    found = stream_of(tokens, depth)
    if tokens.taken() != ")":
        raise ValueError(f"{place} is not closed")
    return found


def class_of(word: str | None) -> str:
    """The class that a word names, with or without its package."""
    if word is None or word[0] in "()-":
        raise ValueError(f"a stream should begin with its class; there are {', '.join(STREAMS)}")
    name = PREFIX.sub("", word)
    if name not in STREAMS:
        unknown = TASK if name.startswith("Evaluate") else ELSEWHERE.get(name)
        unknown = unknown or guess(name, STREAMS)
        raise ValueError(f"no stream of MOA is called {short(word)} here; {unknown}")
    return name


def default(option: Option) -> Any:
    """The value of an option that is not given."""
    return command(option.default) if option.takes == "stream" else option.default


def value_of(tokens: Tokens, option: Option, place: str, depth: int) -> Any:
    """The value of an option, which comes next."""
    if option.takes == "flag":
        return True
    if option.takes == "stream" and tokens.next == "(":
        return in_parentheses(tokens, f"the parenthesis after {place}", depth + 1)
    word = tokens.taken()
    if option.takes == "stream":  # without options
        return stream_of(Tokens(word or ""), depth + 1)
    whole = option.takes == "int"
    if word is None or not (WHOLE if whole else REAL).fullmatch(word):
        what = "a whole number" if whole else "a number"
        raise ValueError(f"{place} takes {what}; {short(word) if word else 'none'} is given")
    value = int(word) if whole else float(word)
    if not option.low <= value <= option.high or not isfinite(value):
        raise ValueError(f"{place} {word} is out of range; {limits(option)}")
    return value


def limits(option: Option) -> str:
    """Which values an option takes, in words."""
    if isfinite(option.high):
        return f"it takes {option.low:,} to {option.high:,}"
    return f"it takes {option.low:,} or more"


def mistake(command: Command) -> str | None:
    """Why MOA cannot make such a stream, or None."""
    options = command.options
    if command.name == "HyperplaneGenerator" and options["k"] > options["a"]:
        k, a = options["k"], options["a"]
        return f"HyperplaneGenerator has no {k} of {a} attributes to move; give -k {a} at most"
    if "n" in options and "a" in options and options["n"] * options["a"] > MOST_CENTRES:
        n, a = options["n"], options["a"]
        return f"{n:,} centroids of {a:,} attributes are too many here; give fewer by -n or -a"
    if command.name == "RandomTreeGenerator":
        return deeper_than_its_columns(options)
    if command.composed:
        first, second = (header(options[one]) for one in PAIR.values())
        if first != second:
            names = (f"{one} ({options[letter].name})" for one, letter in PAIR.items())
            return (
                f"the streams of a {command.name} should have the same columns and classes; "
                f"those of the {' and the '.join(names)} differ"
            )
    return None


def deeper_than_its_columns(options: dict[str, Any]) -> str | None:
    """Why a random tree would run out of columns to split, or None."""
    if options["o"] + options["u"] == 0:
        return "RandomTreeGenerator has no columns; give -o or -u"
    always = options["f"] == 1 and options["l"] <= options["o"]  # leaves, before columns run out
    if options["u"] == 0 and options["d"] > options["o"] and not always:
        return (
            f"RandomTreeGenerator splits each of its {options['o']} nominal columns once on a way "
            f"down, and MOA fails where none is left; give -d {options['o']} at most, or -u"
        )
    return None
