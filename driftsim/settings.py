"""Settings: values that replace what a scenario file says, by dotted paths."""

import itertools
import math
from collections.abc import Collection
from typing import Any

from driftsim.messages import ScenarioError, guess, line, short
from driftsim.notation import NotationError, parsed
from driftsim.parts import distinct
from driftsim.python_data import copied

MOST_SETTINGS = 10_000  # of a sweep

Marks = dict[tuple[str, ...], str]  # by its keys, where a part of a document stands: `file:line`


def apply(document: dict[str, Any], marks: Marks, setting: str) -> None:
    """Apply one `path=value` of the command line; raises `ScenarioError`."""
    target, equals, text = setting.partition("=")
    if not equals or not target:
        message = "this sets nothing; write it as path=value, such as stream.length=5_000"
        raise ScenarioError(f"--set {short(setting)}: {message}")
    where = line(f"--set {target}")
    try:
        value = parsed(text)[0]
    except NotationError as error:
        raise ScenarioError(line(f"{where}: {error}")) from None
    if target.split(".")[0] == "sweep":
        raise ScenarioError(f"{where}: a sweep belongs in the file; set the path itself")
    sweep = document.get("sweep")
    if isinstance(sweep, dict):
        document["sweep"] = {path: sweep[path] for path in sweep if not below(path, target)}
    assign(document, marks, target, value, where)


def below(path: str, other: str) -> bool:
    """Whether a dotted path is another one or continues it."""
    return f"{path}.".startswith(f"{other}.")


def assign(document: dict[str, Any], marks: Marks, target: str, value: Any, where: str) -> None:
    """Put a value at a dotted path; bare kinds on the way become mappings. `where` marks it."""
    words = target.split(".")
    node: Any = document
    for depth, word in enumerate(words[:-1], start=1):
        node = descend(node, word, words[:depth], where)
    if isinstance(node, list):
        node[index_in(node, words[-1], words, where)] = copied(value)
    else:
        node[words[-1]] = copied(value)
    stale = [path for path in marks if path[: len(words)] == tuple(words)]
    for path in stale:
        del marks[path]
    marks[tuple(words)] = where


def descend(node: Any, word: str, path: list[str], where: str) -> Any:
    """The mapping or list under a word, the last of a path; a new mapping if there is none."""
    key: Any = word
    if isinstance(node, list):
        key = index_in(node, word, path, where)
    elif node.get(word) is None:
        if path[:-1] in (["models"], ["stream", "concepts"]):
            message = f"nothing is called {short(word)} there; {guess(word, node)}"
            raise ScenarioError(f"{where}: {message}")
        node[word] = {}
    elif isinstance(node[word], str):
        node[word] = {"kind": node[word]}
    if not isinstance(node[key], dict | list):
        message = f"{'.'.join(path)} is {short(node[key])}, which has no parts; set it itself"
        raise ScenarioError(f"{where}: {message}")
    return node[key]


def index_in(node: list, word: str, path: list[str], where: str) -> int:
    """The index that a word of a path names in a list; raises `ScenarioError`."""
    if not word.isdecimal() or not word.isascii() or int(word[:9]) >= len(node):
        entries = f"its entries are 0 to {len(node) - 1}"
        message = f"{'.'.join(path[:-1])} has no entry {short(word)}; {entries}"
        raise ScenarioError(f"{where}: {message}")
    return int(word)


def keep_only(document: dict[str, Any], only: Collection[str]) -> None:
    """Remove each contender whose name is not in `only`, and its part of the sweep."""
    models, sweep = document.get("models"), document.get("sweep")
    if not only or not isinstance(models, dict):
        return
    for name in only:
        if name not in models:
            message = f"no contender has this name; {guess(name, models)}"
            raise ScenarioError(f"{line(f'--only {name}')}: {message}")
    if isinstance(sweep, dict):
        gone = [f"models.{name}" for name in models if name not in only]
        document["sweep"] = {p: sweep[p] for p in sweep if not any(below(p, g) for g in gone)}
    document["models"] = {name: models[name] for name in models if name in only}


def swept(document: dict[str, Any], marks: Marks) -> list[dict[str, Any]]:
    """Every setting of the sweep, which leaves the document; one empty setting without a sweep."""
    sweep = document.pop("sweep", None) or {}
    if not isinstance(sweep, dict):
        message = f"{short(sweep)} is not valid; map dotted paths to lists"
        raise ScenarioError(f"{marks['sweep',]}: sweep: {message}")
    lists = [values if isinstance(values, list) else [] for values in sweep.values()]
    if math.prod(max(len(values), 1) for values in lists) > MOST_SETTINGS:
        message = f"more than {MOST_SETTINGS:,} settings; try fewer values"
        raise ScenarioError(f"{marks['sweep',]}: sweep: {message}")
    for target, values in sweep.items():
        message = ""
        if not isinstance(values, list) or not values:
            message = f"{short(values)} is not valid; give a list of the values to try"
        elif len(once := distinct(values)) < len(values):
            twice = next(value for i, value in enumerate(values) if i not in once)
            message = f"{short(twice)} stands twice; give each value once"
        if message:
            raise ScenarioError(line(f"{marks['sweep', target]}: sweep.{target}: {message}"))
    return [dict(zip(sweep, values)) for values in itertools.product(*sweep.values())]


def entry_at(document: Any, target: str) -> Any:
    """The value at a dotted path of a document."""
    for word in target.split("."):
        document = document[int(word) if isinstance(document, list) else word]
    return document


def shortest(paths: list[str], taken: Collection[str] = ()) -> list[str]:
    """Dotted paths by as few of their last words as make them unique, also among `taken`."""
    for n in range(1, 20):
        names = [".".join(path.split(".")[-n:]) for path in paths]
        if len({*names, *taken}) == len(names) + len(taken):
            return names
    return paths
