"""Predicates: conditions on the columns of a row, in a small language: `age > 40 and not ill`."""

import re
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from driftsim.messages import guess, short
from driftsim.rows import Schema
from driftsim.streams.operators.amounts import Statistics

MOST_NESTED = 40  # parentheses and `not` within each other
ORDERED = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal}
EQUAL = ("=", "==", "!=", "in")
KEYWORDS = ("and", "or", "not", "in")
END = r"(?![^\s()\[\],<>=!])"
TOKEN = re.compile(
    rf"""\s*(?:
        (?P<number>[+-]?(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?){END}
        | (?P<quantile>q(?:0?\.\d+|0|1)){END}
        | "(?P<double>[^"]*)" | '(?P<single>[^']*)' | `(?P<back>[^`]*)`
        | (?P<sign><=|>=|==|!=|[<>=()\[\],])
        | (?P<word>[^\s()\[\],<>=!"'`]+)
    )""",
    re.VERBOSE,
)
Mask = Callable[[np.ndarray], np.ndarray]  # rows (n, d) to whether each is in a region (n,)


class Token(NamedTuple):
    """A word, a number or a sign of a predicate."""

    kind: str
    text: str
    at: int  # character, counted from 1


class Comparison(NamedTuple):
    """A column compared with values."""

    column: Token
    sign: str
    values: list[Token]

    def bound(self, schema: Schema, statistics: Statistics) -> Mask:
        """The condition on rows of a schema; `ValueError` where it does not fit."""
        name = self.column.text
        if name not in schema.names:
            raise error_at(f"no column is called {short(name)}", self.column, known=schema.names)
        j = schema.names.index(name)
        if j in schema.nominal:
            return self._of_words(j, schema, statistics)
        for one in self.values:
            if one.kind not in ("number", "quantile"):
                message = f"column '{name}' has numbers, and {short(one.text)} is none"
                raise error_at(
                    f"{message}; compare it with a number, or a quantile such as q0.9", one
                )
        numbers = [
            statistics.quantile(j, float(one.text[1:])) if one.kind == "quantile" else number(one)
            for one in self.values
        ]
        if self.sign in ORDERED:
            return lambda X: ORDERED[self.sign](X[:, j], numbers[0])
        return self._among(j, np.array(numbers))

    def _of_words(self, j, schema, statistics):
        if self.sign not in EQUAL:
            message = f"column '{self.column.text}' has words, which are not ordered"
            raise error_at(f"{message}; write ==, != or in", self.column)
        words = schema.values.get(j)
        if words is None and statistics.ready:  # codes without names
            words = tuple(map(str, range(schema.nominal[j])))
        codes = []
        for one in self.values:
            if words is not None and one.text not in words:
                message = f"column '{self.column.text}' has no value {short(one.text)}"
                raise error_at(message, one, known=words)
            codes.append(words.index(one.text) if words is not None else 0)
        return self._among(j, np.array(codes))

    def _among(self, j, values):
        if self.sign == "!=":
            return lambda X: ~np.isin(X[:, j], values) & ~np.isnan(X[:, j])
        return lambda X: np.isin(X[:, j], values)


class Not(NamedTuple):
    """The opposite of a condition."""

    condition: "Condition"

    def bound(self, schema: Schema, statistics: Statistics) -> Mask:
        """As of a `Comparison`."""
        inside = self.condition.bound(schema, statistics)
        return lambda X: ~inside(X)


class Several(NamedTuple):
    """Conditions of which all hold, or any."""

    all: bool
    conditions: "list[Condition]"

    def bound(self, schema: Schema, statistics: Statistics) -> Mask:
        """As of a `Comparison`."""
        join = np.logical_and if self.all else np.logical_or
        masks = [one.bound(schema, statistics) for one in self.conditions]
        return lambda X: join.reduce([mask(X) for mask in masks])


Condition = Comparison | Not | Several


def parsed(text: str) -> Condition:
    """The condition that a text says; `ValueError` with the place of a mistake."""
    reader = Reader(tokens_of(text))
    found = reader.any_of(0)
    if reader.next.kind != "end":
        raise error_at(
            f"{short(reader.next.text)} is not expected", reader.next, "and, or, or an end"
        )
    return found


class Reader:
    """Reads a predicate token by token: or, and, not, comparisons."""

    def __init__(self, tokens: list[Token]):
        self._tokens, self._at = tokens, 0

    @property
    def next(self) -> Token:
        """The token to be read next."""
        return self._tokens[self._at]

    def any_of(self, depth: int) -> Condition:
        """Conditions with `or` between them."""
        found = [self._all_of(depth)]
        while self._took("or"):
            found.append(self._all_of(depth))
        return found[0] if len(found) == 1 else Several(False, found)

    def _all_of(self, depth):
        found = [self._one(depth)]
        while self._took("and"):
            found.append(self._one(depth))
        return found[0] if len(found) == 1 else Several(True, found)

    def _one(self, depth):
        if depth > MOST_NESTED:
            raise error_at(f"more than {MOST_NESTED} conditions are within each other", self.next)
        if self._took("not"):
            return Not(self._one(depth + 1))
        if self._took("("):
            inside = self.any_of(depth + 1)
            self._expect(")")
            return inside
        return self._comparison()

    def _comparison(self):
        column = self._taken("the name of a column")
        opposite = self._took("not")
        if opposite or self.next.text == "in":
            self._expect("in")
            among = Comparison(column, "in", self._list())
            return Not(among) if opposite else among
        sign = self.next
        if sign.kind != "sign" or sign.text not in (*ORDERED, *EQUAL):
            what = f"{named(sign)} after {short(column.text)}"
            raise error_at(what, sign, "<, <=, >, >=, ==, != or in")
        self._at += 1
        return Comparison(column, sign.text, [self._taken("a value")])

    def _list(self):
        self._expect("[")
        values = [self._taken("a value")]
        while self._took(","):
            values.append(self._taken("a value"))
        self._expect("]")
        return values

    def _taken(self, wanted):
        token = self.next
        if token.kind in ("sign", "keyword", "end"):
            raise error_at(named(token), token, wanted)
        self._at += 1
        return token

    def _took(self, text):
        found = self.next.kind in ("sign", "keyword") and self.next.text == text
        self._at += found
        return found

    def _expect(self, text):
        if not self._took(text):
            raise error_at(named(self.next), self.next, f"'{text}'")


def tokens_of(text: str) -> list[Token]:
    """The tokens of a text, and an end."""
    found, at = [], 0
    while text[at:].strip():
        match = TOKEN.match(text, at)
        if match is None:
            place = at + len(text[at:]) - len(text[at:].lstrip())
            quotes = "a closing quote" if text[place] in "\"'`" else "a column, a sign or a value"
            token = Token("sign", text[place], place + 1)
            raise error_at(named(token), token, quotes)
        kind = str(match.lastgroup)
        word = match[kind]
        place = match.end() - len(match[0].strip()) + 1
        if kind == "word" and word.lower() in KEYWORDS:
            kind, word = "keyword", word.lower()
        found.append(Token(kind, word, place))
        at = match.end()
    return [*found, Token("end", "", len(text) + 1)]


def number(token: Token) -> float:
    """The number that a token is."""
    return float(token.text.replace("_", ""))


def named(token: Token) -> str:
    """A token that is not expected, in words."""
    return "it ends" if token.kind == "end" else f"there is {short(token.text)}"


def error_at(what: str, token: Token, wanted: str = "", known: tuple[str, ...] = ()) -> ValueError:
    """What is wrong at a token of a predicate, and what would be right."""
    cure = f", but {wanted} is expected" if wanted else ""
    cure = f"; {guess(token.text, known)}" if known else cure
    return ValueError(f"at character {token.at}: {what}{cure}")
