"""Settings: values that replace what a scenario file says, by dotted paths."""

import itertools
import math
from collections.abc import Collection
from typing import Any, NamedTuple

from driftsim.distinct import distinct
from driftsim.messages import NO_NAME, ScenarioError, guess, line, short
from driftsim.scenario.notation import NotationError, parsed
from driftsim.scenario.python_data import copied

MOST_SETTINGS = 10_000  # of a sweep
LONGEST_NAME = 100  # characters, of a value or a stream
NO_PATH = "a word of this path is missing; write a key between all dots, as in stream.noise"
OF_NAMES = (["models"], ["streams"], ["stream", "concepts"])  # what is no key but a name

Path = tuple[str, ...]  # the keys that lead to a part of a document
Marks = dict[Path, str]  # where each part stands: `file:line`


class Named(NamedTuple):
    """A value of a setting that has a name, which tables and figures show in its place."""

    name: str
    value: Any
    place: Path  # where it stands in the document
    more: dict[str, Any] = {}  # values of other dotted paths that it brings


def assignment(setting: str) -> tuple[str, Any, str]:
    """The dotted path, the value and the mark of one `path=value` of the command line.

    Raises `ScenarioError`.
    """
    target, equals, text = setting.partition("=")
    if not equals or not target:
        message = "this sets nothing; write it as path=value, such as stream.length=5_000"
        raise ScenarioError(f"--set {short(setting)}: {message}")
    where = line(f"--set {target}")
    try:
        value = parsed(text)[0]
    except NotationError as error:
        raise ScenarioError(line(f"{where}: {error}")) from None
    if "" in target.split("."):
        raise ScenarioError(f"{where}: {NO_PATH}")
    if target.split(".")[0] == "sweep":
        raise ScenarioError(f"{where}: a sweep belongs in the file; set the path itself")
    return target, value, where


def end_sweep(document: dict[str, Any], target: str) -> None:
    """Remove what is swept at a dotted path, or below it."""
    sweep = document.get("sweep")
    if isinstance(sweep, dict):
        document["sweep"] = {path: sweep[path] for path in sweep if not below(path, target)}


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
        if path[:-1] in OF_NAMES or (path[0], path[2:-1]) == ("streams", ["concepts"]):
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


def repeated(option: str, name: str, known: Collection[str]) -> str:
    """What to write in the place of a name that is not known: each of several by itself."""
    several = [one.strip() for one in name.split(",")]
    if len(several) > 1 and all(one in known for one in several):
        return line(f"write {' '.join(f'{option} {one}' for one in several)}")
    return guess(name, known)


def keep_only(document: dict[str, Any], only: Collection[str]) -> None:
    """Remove each contender whose name is not in `only`, and its part of the sweep."""
    models, sweep = document.get("models"), document.get("sweep")
    if not only or not isinstance(models, dict):
        return
    for name in only:
        if name not in models:
            message = f"no contender has this name; {repeated('--only', name, models)}"
            raise ScenarioError(f"{line(f'--only {name}')}: {message}")
    if isinstance(sweep, dict):
        gone = [f"models.{name}" for name in models if name not in only]
        document["sweep"] = {p: sweep[p] for p in sweep if not any(below(p, g) for g in gone)}
    document["models"] = {name: models[name] for name in models if name in only}


def swept(
    document: dict[str, Any], marks: Marks, streams: dict[str, list[Any]]
) -> list[dict[str, Any]]:
    """Every setting of the sweep, which leaves the document, with each of the named `streams`.

    One empty setting without any.
    """
    sweep = document.pop("sweep", None) or {}
    if not isinstance(sweep, dict):
        message: str | None = f"{short(sweep)} is not valid; map dotted paths to lists"
        raise ScenarioError(f"{marks['sweep',]}: sweep: {message}")
    for target, values in sweep.items():
        if (message := unswept(target, values)) is not None:
            raise ScenarioError(line(f"{marks['sweep', target]}: sweep.{target}: {message}"))
    lists = streams | {target: named(target, values) for target, values in sweep.items()}
    if math.prod(map(len, lists.values())) > MOST_SETTINGS:
        message = f"more than {MOST_SETTINGS:,} settings; try fewer values"
        place = next(key for key in ("sweep", "streams") if (key,) in marks)
        raise ScenarioError(f"{marks[place,]}: {place}: {message}")
    return [dict(zip(lists, values)) for values in itertools.product(*lists.values())]


def unswept(target: str, values: Any) -> str | None:
    """Why values are not to be tried at a dotted path, or None."""
    if "" in target.split("."):
        return NO_PATH
    if target.split(".")[0] == "sweep":
        return "a sweep is not swept itself; give the path of a value, such as stream.noise"
    if target.split(".")[0] in ("streams", "defaults"):
        return "a sweep is of all streams; sweep stream.…, or give each value a stream of its own"
    if isinstance(values, dict):
        if wrong := [name for name in values if not is_name(name)]:
            return f"{short(wrong[0])} {NO_NAME}"
        values = [*values.values()]
    if not isinstance(values, list) or not values:
        return f"{short(values)} is not valid; give a list of the values to try, or names for them"
    if len(once := distinct(values)) < len(values):
        twice = next(value for i, value in enumerate(values) if i not in once)
        return f"{short(twice)} stands twice; give each value once"
    return None


def named(target: str, values: Any) -> list[Any]:
    """The values to try, with the names that they have."""
    if not isinstance(values, dict):
        return values
    return [Named(name, value, ("sweep", target, name)) for name, value in values.items()]


def is_name(text: Any) -> bool:
    """Whether a text can name a stream or a value, as it can a contender."""
    plain = isinstance(text, str) and text.isprintable() and text == text.strip()
    return plain and 0 < len(text) <= LONGEST_NAME and not any(c in "./\\" for c in text)


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
