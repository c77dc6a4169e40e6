"""Notation faults: what is wrong with a text that is not YAML, in plain words."""

import re
from collections.abc import Iterator
from typing import Any

from driftsim.messages import guess, plural, short

ANCHOR = re.compile(r"&([^\s,\[\]{}]+)")
VALUED = re.compile(r"\s*(- )?[^\s#].*:\s+[^\s#&|>{\[\"'].*")  # with a value

CUT = re.compile(r"\s*(([^\s#'\"\-{\[][^#:'\"]*?)\s+#[^:]*):(\s.*)?")  # a key that a comment ends


def what_is_wrong(error: Any, text: str) -> tuple[str, int]:
    """What the parser has found, with what would be right, and the line, counted from 1."""
    problem = str(error.problem)
    mark = error.problem_mark or error.context_mark
    n, column = (mark.line + 1, mark.column) if mark else (1, 0)
    opened = error.context_mark.line + 1 if error.context_mark else n
    if problem.startswith("found undefined alias"):
        return no_anchor(problem.partition("'")[2].rpartition("'")[0], text), n
    if problem.startswith("mapping values are not allowed"):
        return two_values(text, n), n
    begins = problem.startswith(("expected <block end>", "expected '<document start>'"))
    unvalued = problem == "could not find expected ':'"
    for number in {opened, n - 1} if begins or unvalued else ():
        if advice := cut_key(text.splitlines()[max(number, 1) - 1]):
            return advice, number
    if begins and (advice := indent_advice(text, n, column)):
        return advice, n
    if "flow" in str(error.context):
        sign = "[" if "sequence" in str(error.context) else "{"
        still = f"the '{sign}' of line {opened} is still open here"
        return f"this is not YAML: {still}; close it, or add a comma", n
    if "quoted scalar" in str(error.context) and "end of stream" in problem:
        return "a text opens with a quote here that never closes; close it", opened
    if unvalued:
        return "a key without a value stands here; write a colon and a value behind it", opened
    if "'\\t'" in problem:
        return "this is not YAML: a tab stands here; indent with blanks", n
    return f"this is not YAML: {problem}; correct the quotes, brackets or indents here", n


def cut_key(row: str) -> str:
    """That a comment begins within the key of a line; empty where none does."""
    found = CUT.fullmatch(row)
    return f"a comment begins at ' #', within a key; quote it: {short(found[1])}" if found else ""


def no_anchor(name: str, text: str) -> str:
    """What to write in the place of an alias of an anchor that is not there."""
    known = [*dict.fromkeys(ANCHOR.findall(text))]
    close = guess(name, known)
    right = close if close.startswith("did") else f"write &{name} before the value that is meant"
    return f"no anchor is called {short(name)} above this alias; {right}"


def two_values(text: str, n: int) -> str:
    """Why a colon cannot be where it is: its line goes on with the value above, or it is a text."""
    above = next(lines_above(text, n), None)
    row = text.splitlines()[n - 1]
    if above and indent_of(row) > above[1] and VALUED.fullmatch(text.splitlines()[above[0] - 1]):
        return (
            f"this line is indented deeper than line {above[0]}, which has a value already; give "
            "it the same indent"
        )
    return "a second colon in one line stands here; put the text that holds it in quotes"


def indent_advice(text: str, n: int, column: int) -> str:
    """That a line begins where none above it does, and where those do; empty if one does."""
    indents: dict[int, int] = {}
    for number, one in stairs(text, n):
        indents.setdefault(one, number)
    if column in indents or not indents or column != indent_of(text.splitlines()[n - 1]):
        return ""
    deeper = min((one for one in indents if one > column), default=None)
    less = max((one for one in indents if one < column), default=None)
    beside = [f"line {indents[one]} has {one}" for one in (deeper, less) if one is not None]
    return (
        f"this line is indented by {plural(column, 'blank')}, as none above is that it may belong "
        f"with ({', '.join(beside)}); indent siblings alike"
    )


def stairs(text: str, n: int) -> Iterator[tuple[int, int]]:
    """The lines above a line that are still open there, from below: their numbers and indents."""
    least = None
    for number, indent in lines_above(text, n):
        if least is None or indent <= least:
            least = indent
            yield number, indent


def lines_above(text: str, n: int) -> Iterator[tuple[int, int]]:
    """The lines above a line that hold something, from below: their numbers and indents."""
    rows = text.splitlines()
    for number in range(n - 1, 0, -1):
        row = rows[number - 1]
        if row.strip() and not row.lstrip().startswith("#"):
            yield number, indent_of(row)


def indent_of(row: str) -> int:
    """The blanks that a line begins with."""
    return len(row) - len(row.lstrip(" "))
