"""Notation: YAML as a scenario file writes it, without its traps.

The plain core of YAML 1.2 is read: `on` and `yes` are words, `1e4` is a number, `010` is ten.
Keys are texts and stand once; tags are refused; an alias is a copy.
"""

import math
import re

import yaml

MOST_VALUES = 100_000  # in one file, aliases counted as often as they are named
MOST_COUNTED = 2**63 - 1


class NotationError(Exception):
    """A text that is not YAML as it is read here."""

    def __init__(self, said, line):
        super().__init__(said)
        self.line = line  # counted from 1


class Loader(yaml.SafeLoader):
    """Tells what a plain scalar is by the rules of YAML 1.2."""

    yaml_implicit_resolvers = {}


for tag, pattern, first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9][0-9_]*|0x[0-9a-fA-F_]+|0o[0-7_]+", list("-+0123456789")),
    (
        "float",
        r"[-+]?(\.[0-9]+|[0-9][0-9_]*(\.[0-9_]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        list("-+.0123456789"),
    ),
    ("merge", r"<<", ["<"]),
):
    Loader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), first)


def parsed(text):
    """What a text says, and the line on which each part stands, by its path of keys.

    Raises `NotationError`.
    """
    try:
        node = yaml.compose(text, Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise NotationError(f"this is not YAML: {error.problem}", mark.line + 1 if mark else 1) from None
    except yaml.YAMLError:
        raise NotationError("this is not YAML, but holds bytes that no text has", 1) from None
    except RecursionError:
        raise NotationError("this is nested too deeply", 1) from None
    reader = Reader()
    return (None if node is None else reader.value(node, ())), reader.lines


class Reader:
    """Builds values from the nodes of a file."""

    def __init__(self):
        self.lines = {(): 1}
        self._above = []  # the nodes that hold the one being built
        self._count = 0

    def value(self, node, path):
        line = node.start_mark.line + 1
        self.lines[path] = line
        self._count += 1
        if self._count > MOST_VALUES:
            raise NotationError(f"aliases and values come to more than {MOST_VALUES:,}", line)
        if any(node is above for above in self._above):
            raise NotationError("an alias holds itself; write out what is meant", line)
        kind = node.tag.removeprefix("tag:yaml.org,2002:")
        if not hasattr(self, f"_{kind}"):
            raise NotationError(f"the tag {node.tag[:60]} is not read here; leave it out", line)
        self._above.append(node)
        built = getattr(self, f"_{kind}")(node, path)
        self._above.pop()
        return built

    def _map(self, node, path):
        own, merged = {}, {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise NotationError("a key should be a plain word", key.start_mark.line + 1)
            if key.tag.endswith(":merge"):
                merged |= self._merge(value, path)
                continue
            if key.value in own:
                said = f"the key '{key.value[:60]}' stands twice; leave one out"
                raise NotationError(said, key.start_mark.line + 1)
            own[key.value] = self.value(value, (*path, key.value))
            self.lines[*path, key.value] = key.start_mark.line + 1
        return {key: merged[key] for key in merged if key not in own} | own

    def _merge(self, node, path):
        sources = node.value if isinstance(node, yaml.SequenceNode) else [node]
        if not all(isinstance(source, yaml.MappingNode) for source in sources):
            raise NotationError("<< takes a mapping, or a list of them", node.start_mark.line + 1)
        merged = {}
        for source in reversed(sources):
            merged |= self.value(source, path)
        return merged

    def _seq(self, node, path):
        return [self.value(item, (*path, str(i))) for i, item in enumerate(node.value)]

    def _str(self, node, path):
        return node.value

    def _null(self, node, path):
        return None

    def _bool(self, node, path):
        return node.value.lower() == "true"

    def _int(self, node, path):
        text = node.value.replace("_", "")
        if len(text) > 40 or abs(number := int(text, 0 if text[:2] in ("0x", "0o") else 10)) > MOST_COUNTED:
            raise self._beyond(node, f"a number of {len(text.lstrip('+-'))} digits")
        return number

    def _float(self, node, path):
        text = node.value.replace("_", "").lower()
        number = float(text.replace(".inf", "inf").replace(".nan", "nan"))
        if math.isinf(number) and "inf" not in text:
            raise self._beyond(node, "a number this large")
        whole = "e" in text and abs(number) < 2**53 and number.is_integer()
        return int(number) if whole else number

    def _beyond(self, node, what):
        return NotationError(f"{what} cannot be counted with here; give a smaller one", node.start_mark.line + 1)


class PlainDumper(yaml.SafeDumper):
    """Writes YAML without anchors."""

    def ignore_aliases(self, data):
        return True


def written(document):
    """A document as YAML, its keys in the order they have."""
    return yaml.dump(document, Dumper=PlainDumper, sort_keys=False, allow_unicode=True)
