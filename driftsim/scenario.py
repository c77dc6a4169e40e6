"""Scenarios: what a YAML file says, checked and resolved."""

import itertools
from copy import deepcopy
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field, ValidationError, model_validator

from driftsim.evaluation.labels import AtOnce, Labels
from driftsim.evaluation.metrics import METRICS
from driftsim.evaluation.prequential import Contender
from driftsim.evaluation.trace import round_interval
from driftsim.notation import NotationError, parsed, written
from driftsim.parts import Name, Position, Rows, Strict, guess, refusal, short
from driftsim.streams.stream import Stream

MOST_SETTINGS = 10_000  # of a sweep


class ScenarioError(Exception):
    """What is wrong with a scenario: a line for each fault, `file:line: path: what; what is right`."""


class Evaluation(Strict):
    """The rules that every contender plays by."""

    warmup: Position = 1_000  # labelled rows that every model is first trained on, never scored
    labels: Labels = AtOnce()  # when those of later rows come in
    seeds: Annotated[int, Field(gt=0, le=100_000)] = 1  # repetitions, with seeds 0, 1, 2, …
    interval: Rows | None = None  # rows to an entry of a trace; chosen where not given
    truth: bool = True  # hold predictions against the probability of each label, where known
    predictions: bool = False  # keep each one, in a file beside the trace


class Report(Strict):
    """What is drawn of the results."""

    metrics: Annotated[list[Literal[*METRICS]], Field(min_length=1)] = ["error"]
    window: Rows | None = None  # rows per point of a curve; ten intervals where not given


class Scenario(Strict):
    """A stream, the contenders that meet it, and the rules they play by."""

    stream: Stream
    models: Annotated[dict[Name, Contender], Field(min_length=1)]
    evaluation: Evaluation = Evaluation()
    report: Report = Report()

    @property
    def interval(self):
        """Rows to an entry of a trace."""
        return self.evaluation.interval or round_interval(self.stream.length)

    @property
    def window(self):
        """Rows per point of a curve, whole intervals."""
        rows = self.report.window or 10 * self.interval
        return -(-rows // self.interval) * self.interval

    @model_validator(mode="after")
    def _can_be_played(self):
        warmup, length = self.evaluation.warmup, self.stream.length
        if warmup >= length:
            said = f"a warm-up of {warmup:,} rows leaves no row of {length:,} to score; shorten it"
            raise refusal(said, "evaluation", "warmup")
        for name, contender in self.models.items():
            if not warmup and not contender.policy.starts_cold:
                said = (
                    f"'{contender.policy.kind()}' needs a warm-up to train on, "
                    "and evaluation.warmup is 0; only 'online' starts cold"
                )
                raise refusal(said, "models", name, "policy")
            if contender.learner.sees == "posterior" and not self.stream.known:
                said = (
                    f"'{contender.learner.kind()}' needs the probability of every label, "
                    "which nobody knows of recorded rows; use generated ones, or leave it out"
                )
                raise refusal(said, "models", name, "learner")
            if fault := contender.learner.fault(self.stream.schema):
                raise refusal(fault, "models", name, "learner")
        return self


class Variant(NamedTuple):
    """A scenario with one setting of what its file sweeps."""

    setting: dict[str, Any]  # dotted path: value
    scenario: Scenario

    @property
    def title(self):
        """The setting in words, empty where nothing is swept."""
        names = shortest(list(self.setting))
        return ", ".join(f"{name} = {value}" for name, value in zip(names, self.setting.values()))


class Study(NamedTuple):
    """What a scenario file asks: one scenario, or one for each setting of its sweep."""

    name: str
    question: str  # the comment the file opens with
    variants: list[Variant]

    @property
    def swept(self):
        """The dotted paths that differ between the variants."""
        return list(self.variants[0].setting)


def load(path, settings=(), seeds=None, only=()):
    """Read a scenario file into a `Study`; raises `ScenarioError` with every fault found.

    `settings` are texts `dotted.path=value` that replace what the file says, `seeds` the
    number of repetitions, `only` the names of the contenders to keep.
    """
    path = Path(path)
    name = checked_name(path)
    document, marks = read(path)
    settings = [*settings, *([f"evaluation.seeds={seeds}"] if seeds is not None else [])]
    for setting in settings:
        apply(document, marks, setting)
    for contender in only:
        keep_only(document, contender, only)
    sweep = swept(document, marks)
    variants, faults = [], {}
    for setting in sweep:
        variant, places = deepcopy(document), dict(marks)
        for target, value in setting.items():
            place(variant, places, target, value, marks[("sweep", target)])
        try:
            scenario = Scenario.model_validate(variant, context={"folder": path.parent})
            variants.append(Variant(setting, scenario))
        except ValidationError as error:
            faults |= dict.fromkeys(told(line, places) for line in error.errors())
    if faults:
        raise ScenarioError("\n".join(faults))
    return Study(name, question(path), variants)


def study_of(scenario, name="scenario"):
    """A study of a scenario that was built in Python."""
    return Study(name, "", [Variant({}, scenario)])


def read(path):
    """The mapping in a file, and where each part of it stands: dotted path to `file:line`."""
    try:
        document, lines = parsed(path.read_bytes().decode("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text in UTF-8"
        raise ScenarioError(f"{path}: cannot be read: {reason}; give a scenario file") from None
    except NotationError as error:
        raise ScenarioError(f"{path}:{error.line}: {error}") from None
    if not isinstance(document, dict):
        held = "is empty" if document is None else f"holds {short(document)}"
        raise ScenarioError(f"{path}:1: the file {held}; a scenario is a mapping with the keys {keys()}")
    return document, {place: f"{path}:{line}" for place, line in lines.items()}


def keys():
    return ", ".join([*Scenario.model_fields, "sweep"])


def question(path):
    """The comment a file opens with, as one line."""
    lines = path.read_text(encoding="utf-8").splitlines()
    comment = itertools.takewhile(lambda line: line.startswith("#"), lines)
    return " ".join(line.lstrip("#").strip() for line in comment).strip()


def checked_name(path):
    """The name under which results are kept: the file's, without its ending."""
    name = path.name.removesuffix(path.suffix)
    if not name or any(c in "./\\" or not c.isprintable() for c in name):
        raise ScenarioError(
            f"{short(str(path))}: a scenario file needs a plain name, for the folder of its results: "
            "no path separators, dots or control characters but for its ending, such as .yaml"
        )
    return name


def apply(document, marks, setting):
    """Carry out one `path=value` from the command line."""
    target, equals, text = setting.partition("=")
    where = f"--set {target}"
    if not equals or not target:
        raise ScenarioError(f"--set {short(setting)}: write it as path=value, such as stream.length=5_000")
    try:
        value = parsed(text)[0]
    except NotationError as error:
        raise ScenarioError(f"{where}: {error}") from None
    if target.startswith("sweep"):
        raise ScenarioError(f"{where}: a sweep stands in the file; set the path itself")
    for swept_path in list((document.get("sweep") or {}) if isinstance(document.get("sweep"), dict) else ()):
        if swept_path == target:
            del document["sweep"][target]
    place(document, marks, target, value, where)


def place(document, marks, target, value, where):
    """Put a value at a dotted path, whose bare kinds on the way get room for parameters."""
    words, node = target.split("."), document
    for depth, word in enumerate(words):
        last = depth == len(words) - 1
        if isinstance(node, list):
            if not word.isdigit() or int(word) >= len(node):
                raise ScenarioError(f"{where}: {'.'.join(words[:depth])} has no entry {word}")
            word = int(word)
        elif not last and word not in node:
            if words[:depth] in (["models"], ["stream", "concepts"]):
                raise ScenarioError(f"{where}: nothing is called '{word}' there; {guess(word, node)}")
            node[word] = {}
        if last:
            node[word] = value
        elif isinstance(node[word], str):
            node[word] = {"kind": node[word]}
        elif not isinstance(node[word], dict | list):
            raise ScenarioError(f"{where}: {'.'.join(words[: depth + 1])} is {short(node[word])}; nothing lies below it")
        node = node[word]
    marks[tuple(words)] = where


def keep_only(document, contender, only):
    """Leave out every contender whose name is not in `only`."""
    models = document.get("models")
    if isinstance(models, dict):
        if contender not in models:
            raise ScenarioError(f"--only {contender}: no contender has this name; {guess(contender, models)}")
        document["models"] = {name: models[name] for name in models if name in only}


def swept(document, marks):
    """Every setting of the sweep of a document, which is taken out; one empty one without it."""
    sweep = document.pop("sweep", None) or {}
    place = marks.get(("sweep",), "")
    if not isinstance(sweep, dict):
        raise ScenarioError(f"{place}: sweep: {short(sweep)} will not do; map dotted paths to lists")
    for target, values in sweep.items():
        if not isinstance(values, list) or not values:
            raise ScenarioError(
                f"{marks[('sweep', target)]}: sweep.{target}: {short(values)} will not do; "
                "give a list of the values to try"
            )
    settings = list(itertools.islice(itertools.product(*sweep.values()), MOST_SETTINGS + 1))
    if len(settings) > MOST_SETTINGS:
        raise ScenarioError(f"{place}: sweep: more than {MOST_SETTINGS:,} settings; try fewer values")
    return [dict(zip(sweep, values)) for values in settings]


def told(line, marks):
    """One fault, with where it stands."""
    path = [word for word in line["loc"] if word != "[key]"]
    known = next(path[:n] for n in range(len(path), -1, -1) if tuple(map(str, path[:n])) in marks)
    where, dotted = marks[tuple(map(str, known))], ".".join(map(str, path))
    return f"{where}: {dotted + ': ' if dotted else ''}{line['msg']}"


def shortest(paths):
    """Dotted paths by their last words, as many as tell them apart."""
    for n in range(1, 20):
        names = [".".join(path.split(".")[-n:]) for path in paths]
        if len(set(names)) == len(names):
            return names
    return paths


def resolved(scenario):
    """A scenario as YAML, with every default written out."""
    return written(dumped(scenario))


def dumped(part):
    """A part of a scenario as plain data, which loads to the same part."""
    return part.model_dump(mode="json", serialize_as_any=True)
