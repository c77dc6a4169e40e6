"""Settings: values that replace what a scenario file says, by dotted paths."""

import itertools
import math
from copy import deepcopy

from driftsim.messages import ScenarioError, guess, line, short
from driftsim.notation import NotationError, parsed
from driftsim.parts import distinct

MOST_SETTINGS = 10_000  # of a sweep


def apply(document, marks, setting):
    """Carry out one `path=value` from the command line."""
    target, equals, text = setting.partition("=")
    if not equals or not target:
        said = "this sets nothing; write it as path=value, such as stream.length=5_000"
        raise ScenarioError(f"--set {short(setting)}: {said}")
    where = line(f"--set {target}")
    try:
        value = parsed(text)[0]
    except NotationError as error:
        raise ScenarioError(line(f"{where}: {error}")) from None
    if target.split(".")[0] == "sweep":
        raise ScenarioError(f"{where}: a sweep stands in the file; set the path itself")
    sweep = document.get("sweep")
    if isinstance(sweep, dict):
        document["sweep"] = {path: sweep[path] for path in sweep if not below(path, target)}
    assign(document, marks, target, value, where)


def below(path, other):
    """Whether a dotted path is another, or leads on from it."""
    return f"{path}.".startswith(f"{other}.")


def assign(document, marks, target, value, where):
    """Put a value at a dotted path, whose bare kinds on the way get room for parameters."""
    words = target.split(".")
    node = document
    for depth, word in enumerate(words[:-1], start=1):
        node = descend(node, word, words[:depth], where)
    if isinstance(node, list):
        node[index_in(node, words[-1], words, where)] = deepcopy(value)
    else:
        node[words[-1]] = deepcopy(value)
    stale = [path for path in marks if path[: len(words)] == tuple(words)]
    for path in stale:
        del marks[path]
    marks[tuple(words)] = where


def descend(node, word, path, where):
    """What stands under a word, the last of a path; room for parameters where nothing does."""
    if isinstance(node, list):
        word = index_in(node, word, path, where)
    elif node.get(word) is None:
        if path[:-1] in (["models"], ["stream", "concepts"]):
            said = f"nothing is called {short(word)} there; {guess(word, node)}"
            raise ScenarioError(f"{where}: {said}")
        node[word] = {}
    elif isinstance(node[word], str):
        node[word] = {"kind": node[word]}
    if not isinstance(node[word], dict | list):
        said = f"{'.'.join(path)} is {short(node[word])}, and nothing lies below it"
        raise ScenarioError(f"{where}: {said}; set it itself")
    return node[word]


def index_in(node, word, path, where):
    """The index of an entry of a list."""
    if not word.isdecimal() or not word.isascii() or int(word[:9]) >= len(node):
        said = f"{'.'.join(path[:-1])} has no entry {short(word)}; they are 0 to {len(node) - 1}"
        raise ScenarioError(f"{where}: {said}")
    return int(word)


def keep_only(document, only):
    """Leave out every contender whose name is not in `only`, and what is swept of it."""
    models, sweep = document.get("models"), document.get("sweep")
    if not only or not isinstance(models, dict):
        return
    for name in only:
        if name not in models:
            said = f"no contender has this name; {guess(name, models)}"
            raise ScenarioError(f"{line(f'--only {name}')}: {said}")
    if isinstance(sweep, dict):
        gone = [f"models.{name}" for name in models if name not in only]
        document["sweep"] = {p: sweep[p] for p in sweep if not any(below(p, g) for g in gone)}
    document["models"] = {name: models[name] for name in models if name in only}


def swept(document, marks):
    """Every setting of the sweep of a document, which is taken out; one empty one without it."""
    sweep = document.pop("sweep", None) or {}
    if not isinstance(sweep, dict):
        said = f"{short(sweep)} will not do; map dotted paths to lists"
        raise ScenarioError(f"{marks['sweep',]}: sweep: {said}")
    lists = [values if isinstance(values, list) else [] for values in sweep.values()]
    if math.prod(max(len(values), 1) for values in lists) > MOST_SETTINGS:
        said = f"more than {MOST_SETTINGS:,} settings; try fewer values"
        raise ScenarioError(f"{marks['sweep',]}: sweep: {said}")
    for target, values in sweep.items():
        said = ""
        if not isinstance(values, list) or not values:
            said = f"{short(values)} will not do; give a list of the values to try"
        elif len(once := distinct(values)) < len(values):
            twice = next(value for i, value in enumerate(values) if i not in once)
            said = f"{short(twice)} stands twice; give each value once"
        if said:
            raise ScenarioError(line(f"{marks['sweep', target]}: sweep.{target}: {said}"))
    return [dict(zip(sweep, values)) for values in itertools.product(*sweep.values())]


def entry_at(document, target):
    """What stands at a dotted path of a document."""
    for word in target.split("."):
        document = document[int(word) if isinstance(document, list) else word]
    return document
