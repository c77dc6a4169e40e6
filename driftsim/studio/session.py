"""Session: the scenario as it has been turned so far, which can be undone."""

from secrets import token_hex
from typing import Any, NamedTuple

from driftsim.adaptation.policies import Policy
from driftsim.learners.learner import Learner
from driftsim.messages import ScenarioError, guess, line, short
from driftsim.parts import Part
from driftsim.scenario import Scenario, Study
from driftsim.scenario.notation import NotationError, parsed
from driftsim.scenario.python_data import copied
from driftsim.scenario.settings import assign, entry_at
from driftsim.studio.controls import Control, Group, groups_of
from driftsim.studio.kind_choices import as_mapping, in_kind, parameters_for
from driftsim.studio.known_dates import known_dates, written
from driftsim.studio.names import example_of
from driftsim.studio.sources import Source

MOST_STEPS = 200  # that can be undone
MOST_CONTENDERS = 30
MOST_ROWS = 2_000_000  # of a stream that is played while one waits
MOST_LETTERS = 2_000  # of what is typed


class Moment(NamedTuple):
    """What a scenario was at some time, and how it has become so."""

    stream: str  # the name of a suite's stream
    document: dict[str, Any]
    steps: tuple[dict[str, Any], ...]  # what has led to it, from the file on
    gesture: str = ""  # the drag that has led to it


class Turned(NamedTuple):
    """A scenario as it is: its document, the study of it, and what can be turned in it."""

    stream: str
    document: dict[str, Any]
    study: Study
    groups: list[Group]

    @property
    def scenario(self) -> Scenario:
        """The scenario."""
        return self.study.variants[0].scenario

    @property
    def controls(self) -> dict[str, Control]:
        """All controls, by their paths."""
        return {one.path: one for group in self.groups for one in group.controls}


class Session:
    """What a person does to a scenario, step by step; each step can be undone and done again.

    A step is plain data from the page: `{"do": "set", "path": "stream.noise", "value": 0.1}`. It
    can set what has a control, and add contenders by name, and nothing else. Steps of one drag, by
    its `gesture`, are undone together. Methods raise `ScenarioError` for what is not valid, and
    then leave all as it is.
    """

    def __init__(self, source: Source):
        self.source, self.boot = source, token_hex(8)
        first = next(iter(source.documents))
        self._past = [Moment(first, copied(source.documents[first]), ())]
        self._future: list[Moment] = []
        self.now = self._turned(self._past[-1])  # the scenario as it is

    def do(self, step: dict[str, Any]) -> None:
        """Do a step."""
        acts = {
            "set": self._set, "kind": self._kind, "add": self._add, "remove": self._remove,
            "stream": self._stream, "rename": self._rename,
        }  # fmt: skip
        match step.get("do"):
            case "undo":
                self._move(self._past, self._future, len(self._past) > 1)
            case "redo":
                self._move(self._future, self._past, bool(self._future))
            case "reset":
                self._past, self._future = self._past[:1], []
                self.now = self._turned(self._past[-1])
            case "again":
                self._again(step.get("steps"))
            case str(word) if word in acts:
                document, stream = copied(self.now.document), self.now.stream
                stream, document = acts[word](step, stream, document)
                self._enter(stream, document, step)
            case other:
                raise ScenarioError(f"the studio cannot do {short(other)}; {guess(other, acts)}")

    def _again(self, steps: Any) -> None:
        """Do the steps of a studio that has ended, unless this one has some already."""
        if len(self._past) > 1 or self._future or not isinstance(steps, list):
            return
        for one in steps:
            if isinstance(one, dict) and one.get("do") != "again":
                self.do(one)

    @property
    def undoable(self) -> tuple[bool, bool]:
        """Whether a step can be undone, and one done again."""
        return len(self._past) > 1, bool(self._future)

    def state(self) -> dict[str, Any]:
        """What a page shows of the scenario, as plain data."""
        now, (undo, redo) = self.now, self.undoable
        return {
            "boot": self.boot,  # another one after the studio was started anew
            "name": self.source.name,
            "question": self.source.question,
            "notes": [*self.source.notes, *now.study.notes],
            "streams": [name for name in self.source.documents if name],
            "stream": now.stream,
            "groups": [one.data() for one in now.groups],
            "contenders": [
                {"name": name, "learner": one.learner.title, "policy": one.policy.kind()}
                for name, one in now.scenario.models.items()
            ],
            "undo": undo,
            "redo": redo,
            "steps": [*self._past[-1].steps],
            "yaml": self.text(),
        }

    def text(self) -> str:
        """The scenario as the text of a file."""
        return self.source.text(self.now.document)

    def _move(self, one: list[Moment], other: list[Moment], possible: bool) -> None:
        if possible:
            other.append(one.pop())
            self.now = self._turned(self._past[-1])

    def _enter(self, stream: str, document: dict[str, Any], step: dict[str, Any]) -> None:
        """Keep a document as the scenario as it is from now on."""
        gesture, last = str(step.get("gesture", "")), self._past[-1]
        own = {key: one for key, one in step.items() if key not in ("gesture", "draft")}
        found = Moment(stream, document, with_step(last.steps, own), gesture)
        self.now = self._turned(found)
        if gesture and gesture == last.gesture:
            self._past.pop()
        self._past = [*self._past[:1], *self._past[1:][-MOST_STEPS:], found]
        self._future = []

    def _turned(self, moment: Moment) -> Turned:
        study = self.source.study(moment.document)
        groups = groups_of(study.variants[0].scenario, moment.document)
        return Turned(moment.stream, moment.document, study, groups)

    def _control(self, step: dict[str, Any]) -> Control:
        path = step.get("path")
        if not isinstance(path, str) or path not in self.now.controls:
            raise ScenarioError(line(f"{short(path)} has no control in the studio"))
        return self.now.controls[str(path)]

    def _set(self, step, stream, document):
        """Set a number, or choose a word."""
        control, value = self._control(step), step.get("value")
        allowed = {"number": (int, float), "whole": (int,), "date": (int, str), "switch": (bool,)}
        kinds = allowed.get(control.form, (str,))
        if type(value) not in kinds or (control.options and value not in control.options):
            message = f"{control.label}: {short(value)} is not valid; give a {control.form}"
            raise ScenarioError(line(message))
        if control.form == "kind":
            raise ScenarioError(f"{control.label}: choose another kind")
        if control.path == "stream.length" and value > max(MOST_ROWS, control.value):
            raise ScenarioError(f"a stream of more than {MOST_ROWS:,} rows is for `driftsim run`")
        self._put(document, control.path, self._written(control, value))
        return stream, document

    def _written(self, control: Control, value: Any) -> Any:
        """A value as the file writes it: with its unit, and the row of a change as its date."""
        dates = known_dates(self.now.scenario)
        if control.form == "date" and isinstance(value, int) and dates:
            return written(dates, value)
        return f"{value}{control.unit}" if control.unit else value

    def _kind(self, step, stream, document):
        """Put another kind in the place of a part."""
        control, kind = self._control(step), step.get("value")
        if control.form != "kind" or kind not in control.options:
            raise ScenarioError(line(f"{control.label}: {short(kind)} is not valid here"))
        if kind != control.value:
            part: Any = self.now.scenario
            for word in control.path.split("."):
                part = inside(part, word)
            self._put(document, control.path, in_kind(part, kind, self.now.scenario))
        return stream, document

    def _put(self, document: dict[str, Any], path: str, value: Any) -> None:
        """Put a value at a path; what is written shorter on the way is written out."""
        words, part = path.split("."), self.now.scenario
        for n in range(1, len(words)):
            above = ".".join(words[:n])
            part = None if part is None else inside(part, words[n - 1])
            try:
                node = entry_at(document, above)
            except (KeyError, IndexError, TypeError):
                node = None
            if isinstance(node, dict | list):
                continue
            if isinstance(part, Part):
                assign(document, {}, above, as_mapping(part), path)
            elif node is not None:
                assign(document, {}, above, {words[n]: node}, path)
        assign(document, {}, path, value, path)

    def _add(self, step, stream, document):
        """Add a contender by the names of its learner and its policy."""
        learner, policy = typed(step, "learner"), typed(step, "policy")
        if len(document["models"]) >= MOST_CONTENDERS:
            raise ScenarioError(f"more than {MOST_CONTENDERS} contenders; remove one first")
        if isinstance(learner, str) and (more := example_of(learner)):
            learner = parsed(f"{{kind: {learner}, {more}}}")[0]
        if isinstance(policy, str) and policy in Policy.kinds:
            policy = {"kind": policy} | parameters_for(Policy, policy, self.now.scenario)
        kinds = Learner.in_full(learner)["kind"], Policy.in_full(policy)["kind"]
        given = str(step.get("name") or "") or name_of(*kinds)
        name = free(given, document["models"])
        document["models"][name] = {"learner": learner, "policy": policy}
        return stream, document

    def _remove(self, step, stream, document):
        """Remove a contender; one stays."""
        name = step.get("name")
        if name not in document["models"]:
            raise ScenarioError(line(f"no contender is called {short(name)}"))
        if len(document["models"]) == 1:
            raise ScenarioError("one contender stays; add another first")
        del document["models"][name]
        return stream, document

    def _rename(self, step, stream, document):
        """Give a contender another name."""
        name, new = step.get("name"), str(step.get("value", "")).strip()
        models = document["models"]
        if name not in models or (new != name and new in models):
            raise ScenarioError(line(f"{short(name)} cannot be called {short(new)}"))
        document["models"] = {new if key == name else key: one for key, one in models.items()}
        return stream, document

    def _stream(self, step, stream, document):
        """Show another stream of the suite, as it was left, or as the file has it."""
        name = step.get("value")
        if name not in self.source.documents:
            raise ScenarioError(line(f"no stream is called {short(name)}"))
        left = (one.document for one in reversed(self._past) if one.stream == name)
        return name, copied(next(left, self.source.documents[name]))


def with_step(steps: tuple[dict[str, Any], ...], step: dict[str, Any]) -> tuple:
    """Steps and one more; of those that only set the same value, the last one."""
    n = len(steps)
    while n and steps[n - 1]["do"] == "set":
        n -= 1
    if step["do"] != "set":
        return (*steps, step)
    return (*steps[:n], *(one for one in steps[n:] if one["path"] != step["path"]), step)


def inside(part: Any, word: str) -> Any:
    """What a part, a mapping or a list has under a word of a path."""
    match part:
        case list():
            return part[int(word)]
        case dict():
            return part[word]
    return getattr(part, word)


def typed(step: dict[str, Any], key: str) -> Any:
    """What was typed, a name or YAML with parameters; raises `ScenarioError`."""
    text = step.get(key)
    if not isinstance(text, str) or not text.strip() or len(text) > MOST_LETTERS:
        raise ScenarioError(f"give a {key}, by its name")
    try:
        value = parsed(text)[0]
    except NotationError as error:
        raise ScenarioError(line(f"{key}: {error}")) from None
    match value:
        case str() | {"kind": str()}:
            return value
    raise ScenarioError(line(f"{key}: {short(text)} names none; write its name"))


def name_of(learner: str, policy: str) -> str:
    """A name for a contender, by what it is made of."""
    return f"{learner.rpartition('.')[2]} {policy}".replace("_", " ")


def free(name: str, taken: Any) -> str:
    """A name that is not taken, with a number if need be."""
    names = (name if n == 1 else f"{name} {n}" for n in range(1, len(taken) + 2))
    return next(one for one in names if one not in taken)
