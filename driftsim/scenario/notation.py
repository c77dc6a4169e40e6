"""Notation: YAML as a scenario file writes it, without its traps.

It follows the core schema of YAML 1.2: `on` and `yes` are words, `1e4` is a number, `010` is ten.
Keys are texts and are unique; tags are refused; an alias is a copy.
"""

import itertools
import math
import re
from typing import Any

import yaml

from driftsim.messages import line
from driftsim.scenario.notation_faults import what_is_wrong

MOST_VALUES = 30_000  # in one file; an alias counts as what it stands for
MOST_NESTED = 50  # mappings and lists
MOST_DIGITS = 40  # of one number
MOST_COUNTED = 2**63 - 1

HALVES = re.compile("[\ud800-\udfff]")  # an escape can name them, but no text can hold them
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
DIGITS = r"[0-9][0-9_]*"
SCALARS = (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", rf"[-+]?{DIGITS}|0x[0-9a-fA-F][0-9a-fA-F_]*|0o[0-7][0-7_]*", list("-+0123456789")),
    (
        "float",
        rf"[-+]?(\.{DIGITS}|{DIGITS}(\.[0-9_]*)?)([eE][-+]?[0-9]+)?"
        r"|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        list("-+.0123456789"),
    ),
    ("merge", r"<<", ["<"]),
)
STARTS = re.compile(r"^(%.*|---(?=\s|$)\s*)")  # of a document, and directives above it
MODELINE = re.compile(  # a comment for programs, or how it is run
    r"#!|#+\s*(driftsim (run|check)\b|-\*-.*-\*-|(vim?|ex):|\$schema\b|(yamllint|prettier-ignore)\b"
    r"|(yaml-language-server|SPDX-[\w-]+|code: language)\s*[:=])"
)


class NotationError(Exception):
    """A text that is not YAML as it is read here."""

    def __init__(self, message: str, line: int, path: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.line = line  # counted from 1
        self.path = path  # the keys that lead to the place


class Loader(yaml.SafeLoader):
    """Resolves plain scalars by the rules of YAML 1.2; refuses tags and deep nesting."""

    yaml_implicit_resolvers: dict = {}
    _depth = _count = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()
        line = event.start_mark.line + 1
        if getattr(event, "tag", None):
            raise NotationError(f"the tag {event.tag[:60]} is not read here; leave it out", line)
        text = str(getattr(event, "value", ""))
        if HALVES.search(text):
            raise NotationError("this holds half a character; write the whole of it", line)
        if CONTROLS.search(text):
            message = "this holds a character that moves the cursor of a terminal; leave it out"
            raise NotationError(message, line)
        self._count += 1
        if self._count > MOST_VALUES:
            raise NotationError(f"more than {MOST_VALUES:,} keys and values; write fewer", line)
        self._depth += 1
        if self._depth > MOST_NESTED:
            raise NotationError(f"more than {MOST_NESTED} levels; nest them less deeply", line)
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node


for tag, pattern, first in SCALARS:
    Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), first)


def parsed(text: str) -> tuple[Any, dict[tuple[str, ...], int]]:
    """The value of a YAML text, and the line of each part, by its path of keys.

    Raises `NotationError`.
    """
    try:
        node = yaml.compose(text, Loader)
    except yaml.MarkedYAMLError as error:
        raise NotationError(*what_is_wrong(error, text)) from None
    except (yaml.YAMLError, ValueError):  # the latter if an escape names no character
        message = "this is not YAML, but holds bytes that no text has; save it as plain text"
        raise NotationError(message, 1) from None
    reader = Reader()
    return (None if node is None else reader.value(node, ())), reader.lines


class Reader:
    """Builds values from the nodes of a file."""

    def __init__(self) -> None:
        self.lines: dict[tuple[str, ...], int] = {(): 1}
        self._above: list[yaml.Node] = []  # the nodes that hold the one being built
        self._count = 0

    def value(self, node: yaml.Node, path: tuple[str, ...]) -> Any:
        """The value of a node at a path of keys; raises `NotationError`."""
        self.lines.setdefault(path, node.start_mark.line + 1)
        self._count += 1
        if self._count > MOST_VALUES:
            message = f"aliases and values come to more than {MOST_VALUES:,}; write fewer"
            raise NotationError(message, self.lines[path[:1]], path[:1])
        if any(node is above for above in self._above):
            message = "an alias holds itself; write out what is meant"
            raise NotationError(message, self.lines[path[:1]], path[:1])
        self._above.append(node)
        built = getattr(self, f"_{node.tag.removeprefix('tag:yaml.org,2002:')}")(node, path)
        self._above.pop()
        return built

    def _map(self, node, path):
        own: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise NotationError("a key should be a plain word; write one", line, path)
            if key.tag.endswith(":merge"):
                merged |= self._merged(value, path)
                continue
            if key.value in own:
                message = f"the key '{key.value[:60]}' stands twice; leave one out"
                raise NotationError(message, line, path)
            self.lines[*path, key.value] = line  # of the key: also where its value is an alias
            own[key.value] = self.value(value, (*path, key.value))
        return {key: merged[key] for key in merged if key not in own} | own

    def _merged(self, node, path):
        sources = node.value if isinstance(node, yaml.SequenceNode) else [node]
        if not all(isinstance(source, yaml.MappingNode) for source in sources):
            message = "<< needs a mapping; name one, or a list of them"
            raise NotationError(message, node.start_mark.line + 1, path)
        merged: dict[str, Any] = {}
        for source in reversed(sources):
            merged |= self.value(source, path)
        return merged

    def _seq(self, node, path):
        return [self.value(item, (*path, str(i))) for i, item in enumerate(node.value)]

    def _str(self, node, path):
        return node.value

    _merge = _str  # << in the place of a value

    def _null(self, node, path):
        return None

    def _bool(self, node, path):
        return node.value.lower() == "true"

    def _int(self, node, path):
        text = self._digits(node, path)
        number = int(text, 0 if text[:2] in ("0x", "0o") else 10)
        if abs(number) > MOST_COUNTED:
            raise self._beyond(node, path, f"a number of {len(text.lstrip('+-'))} digits")
        return number

    def _float(self, node, path):
        text = self._digits(node, path).lower()
        number = float(text.replace(".inf", "inf").replace(".nan", "nan"))
        if math.isinf(number) and "inf" not in text:
            raise self._beyond(node, path, "a number this large")
        whole = "e" in text and abs(number) < 2**53 and number.is_integer()
        return int(number) if whole else number

    def _digits(self, node, path):
        text = node.value.replace("_", "")
        if len(text) > MOST_DIGITS:
            digits = sum(character.isdigit() for character in text)
            raise self._beyond(node, path, f"a number of {digits} digits")
        return text

    def _beyond(self, node, path, what):
        message = f"{what} is too large; give a smaller one, or fewer digits"
        return NotationError(message, node.start_mark.line + 1, path)


class PlainDumper(yaml.SafeDumper):
    """Writes YAML without anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def yaml_text(document: Any) -> str:
    """A document as YAML, with its keys in their order."""
    return yaml.dump(document, Dumper=PlainDumper, sort_keys=False, allow_unicode=True)


def yaml_line(value: Any) -> str:
    """A value as YAML on one line."""
    width = float("inf")
    text = yaml.dump(
        value, Dumper=PlainDumper, sort_keys=False, allow_unicode=True,
        default_flow_style=True, width=width,
    )  # fmt: skip
    return text.removesuffix("\n").removesuffix("\n...")


def question(text: str) -> str:
    """The comment that a text opens with, as one line, without the lines that are for programs."""
    rows = [STARTS.sub("", row.strip()) for row in text.splitlines()]
    rows = [row for row in rows if not MODELINE.match(row)]
    below = itertools.dropwhile(lambda row: not row.strip("#-= "), rows)
    comment = itertools.takewhile(lambda row: row.startswith("#"), below)
    return line(" ".join(row.lstrip("#") for row in comment if row.strip("#-= ")), most=2_000)
