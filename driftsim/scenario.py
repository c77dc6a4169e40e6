"""Scenarios: what a YAML file says, checked and resolved."""

from copy import deepcopy
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import Field, ValidationError, model_validator

from driftsim.evaluation.metrics import OF_PROBABILITIES, OF_SCORES, metric_of, metrics_of
from driftsim.evaluation.prequential import Contender
from driftsim.evaluation.rules import Rules
from driftsim.evaluation.trial import Trials
from driftsim.messages import ScenarioError, line, plain, refusal, short
from driftsim.notation import NotationError, parsed, question
from driftsim.parts import Name, Number, Rows, Strict, renewals
from driftsim.safety import too_much
from driftsim.settings import apply, assign, entry_at, keep_only, swept
from driftsim.streams.stream import Stream

MOST_RUNS = 1_000_000  # of one file
MOST_BYTES = 500_000  # of a file
MOST_TOLD = 20  # faults of one file


class Evaluation(Rules):
    """The rules that every contender plays by, and how often."""

    seeds: Annotated[int, Field(gt=0, le=100_000)] = 1  # of the stream: 0, 1, 2, …
    repeats: Annotated[int, Field(gt=0, le=1_000)] = 1  # of a contender, with other learner seeds


class Report(Strict):
    """What is drawn of the results."""

    metrics: Annotated[list[str], Field(min_length=1)] | None = None  # error, or mae
    window: Rows | None = None  # rows per point of a curve; ten intervals where not given
    equivalence: Annotated[Number, Field(gt=0)] | None = None  # points, or percent of an error


class Scenario(Strict):
    """A stream, the contenders that meet it, and the rules they play by."""

    stream: Stream
    models: Annotated[dict[Name, Contender], Field(min_length=1)]
    evaluation: Evaluation = Evaluation()
    report: Report = Report()

    @property
    def interval(self):
        """Rows to an entry of a trace."""
        return self.evaluation.interval_of(self.stream)

    @property
    def rules(self):
        """The rules of each run."""
        return self.evaluation.narrowed(Rules).model_copy(update={"interval": self.interval})

    @property
    def metrics(self):
        """What is drawn: what the report asks for, or the foremost metric."""
        return self.report.metrics or [next(iter(metrics_of(self.stream.schema)))]

    @property
    def window(self):
        """Rows per point of a curve, whole intervals."""
        rows = self.report.window or 10 * self.interval
        return -(-rows // self.interval) * self.interval

    @model_validator(mode="after")
    def _can_be_played(self, info):
        warmup, length = self.evaluation.warmup, self.stream.length
        if warmup >= length:
            said = f"a warm-up of {warmup:,} rows leaves no row of {length:,} to score; shorten it"
            raise refusal(said, "evaluation", "warmup")
        if self.evaluation.probabilities and self.stream.schema.regression:
            said = "numbers have no probabilities; leave them out"
            raise refusal(said, "evaluation", "probabilities")
        if self.evaluation.scores and self.stream.schema.n_classes != 2:
            said = "scores are for two classes; leave them out"
            raise refusal(said, "evaluation", "scores")
        if self.evaluation.probe and self.stream.recorded:
            said = "recorded rows have no fresh ones to probe with; leave it out"
            raise refusal(said, "evaluation", "probe")
        if fault := self.evaluation.labels.incompatibility(self.stream.schema):
            raise refusal(fault, "evaluation", "labels")
        for place, fault in too_much(self.evaluation, self.stream, self.interval):
            raise refusal(fault, *place)
        for name, contender in self.models.items():
            for place, fault in self._faults(contender):
                if fault:
                    raise refusal(fault, "models", name, place)
        for i, metric in enumerate(self.metrics):
            if fault := self._undrawable(metric, self.metrics[:i]):
                raise refusal(fault, "report", "metrics", i)
        trials = (info.context or {}).get("trials") or Trials()
        for name, contender in self.models.items():
            if fault := trials.incompatibility(self.stream, contender, self.evaluation):
                raise refusal(fault, "models", name, "learner")
        return self

    def _faults(self, contender):
        """Where and why a contender cannot play; None where it can."""
        policy, learner = contender.policy, contender.learner
        if not self.evaluation.warmup and not policy.starts_cold:
            yield (
                "policy",
                f"'{policy.kind()}' needs a warm-up to train on, "
                "and evaluation.warmup is 0; only 'online' starts cold",
            )
        if learner.sees == "posterior" and not self.stream.known:
            unknown = [name for name, one in self.stream.concepts.items() if not one.known]
            yield (
                "learner",
                f"'{learner.kind()}' needs the probability of every label, which nobody knows of "
                f"the rows of '{unknown[0]}'; use a concept that tells it, or leave it out",
            )
        if policy.knows == "changes" and not self.stream.known and not self.stream.changes(0):
            yield (
                "policy",
                f"'{policy.kind()}' is told the true changes, and nobody knows those of recorded "
                "rows; give the table marks: [row, …] where you know of some, or leave it out",
            )
        rows = self.stream.length - self.evaluation.warmup
        yield "policy", policy.incompatibility(self.stream.schema, rows)
        asked = (True,) if self.evaluation.probable else ()
        yield "learner", learner.incompatibility(self.stream.schema, *asked)

    def _undrawable(self, metric, before):
        """Why a metric cannot be drawn after those before it, or None."""
        try:
            metric_of(metric, self.stream.schema)
        except ValueError as error:
            return str(error)
        if metric in OF_PROBABILITIES and not self.evaluation.probable:
            return f"'{metric}' needs probabilities; write evaluation: {{probabilities: true}}"
        if metric in OF_SCORES and not self.evaluation.scores:
            return f"'{metric}' needs scores; write evaluation: {{scores: 64}}"
        if metric in before:
            return f"'{metric}' stands twice; give it once"


class Variant(NamedTuple):
    """A scenario with one setting of what its file sweeps."""

    setting: dict[str, Any]  # dotted path: value
    scenario: Scenario

    @property
    def title(self):
        """The setting in words, empty where nothing is swept."""
        names = shortest(list(self.setting))
        told = zip(names, self.setting.values())
        return ", ".join(f"{name} = {plain(value)}" for name, value in told)


class Study(NamedTuple):
    """What a scenario file asks: one scenario, or one for each setting of its sweep."""

    name: str
    question: str  # the comment the file opens with
    variants: list[Variant]
    notes: tuple[str, ...] = ()  # what its file should write otherwise, a line each

    @property
    def swept(self):
        """The dotted paths that differ between the variants."""
        return list(self.variants[0].setting)


def load(path, settings=(), seeds=None, only=()):
    """Read a scenario file into a `Study`; raises `ScenarioError` with its first faults.

    `settings` are texts `dotted.path=value` that replace what the file says, `seeds` the
    number of repetitions, `only` the names of the contenders to keep.
    """
    path = Path(path)
    name = checked_name(path)
    text = read(path)
    document, marks = mapping(text, path)
    for setting in settings:
        apply(document, marks, setting)
    if seeds is not None:
        assign(document, marks, "evaluation.seeds", seeds, "--seeds")
    keep_only(document, only)
    variants, found, notes = [], [], {}
    context = {"folder": path.parent, "trials": Trials()}
    for setting in swept(document, marks):
        variant, places = deepcopy(document), dict(marks)
        for target, value in setting.items():
            assign(variant, places, target, value, marks["sweep", target])
        try:
            scenario = Scenario.model_validate(variant, context=context)
            if renewed := renew(scenario, variant, places):
                notes |= dict.fromkeys(renewed)
                setting = {target: entry_at(variant, target) for target in setting}
            variants.append(Variant(setting, scenario))
        except ValidationError as error:
            found += [told(fault, places) for fault in error.errors()]
        if len(found) > MOST_TOLD:
            break
    if faults := [*dict.fromkeys(found)]:
        more = f"\n{path}: … and more faults"
        raise ScenarioError("\n".join(faults[:MOST_TOLD]) + more * (len(found) > MOST_TOLD))
    each = [(one.scenario.evaluation, len(one.scenario.models)) for one in variants]
    if (runs := sum(rules.seeds * rules.repeats * n for rules, n in each)) > MOST_RUNS:
        said = f"{runs:,} runs; try fewer settings, seeds, repeats or contenders"
        raise ScenarioError(f"{path}: {said}: at most {MOST_RUNS:,} runs")
    return Study(name, question(text), variants, tuple(notes))


def study_of(scenario, name="scenario"):
    """A study of a scenario that was built in Python."""
    return Study(name, "", [Variant({}, scenario)])


def read(path):
    """The text of a file."""
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            said = f"more than {MOST_BYTES:,} bytes; a scenario file is shorter"
            raise ScenarioError(line(f"{path}: {said}"))
        return content.decode("utf-8-sig")
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
    except UnicodeDecodeError:
        reason = "it is not text in UTF-8"
    raise ScenarioError(line(f"{path}: cannot be read: {reason}; give a scenario file"))


def mapping(text, path):
    """The mapping that a text holds, and where each part of it stands: its keys to `file:line`."""
    try:
        document, lines = parsed(text)
    except NotationError as error:
        dotted = f"{'.'.join(error.path)}: " if error.path else ""
        raise ScenarioError(line(f"{path}:{error.line}: {dotted}{error}")) from None
    if not isinstance(document, dict):
        held = "is empty" if document is None else f"holds {short(document)}"
        known = ", ".join([*Scenario.model_fields, "sweep"])
        said = f"the file {held}; a scenario is a mapping with the keys {known}"
        raise ScenarioError(f"{path}:1: {said}")
    return document, {place: f"{path}:{number}" for place, number in lines.items()}


def checked_name(path):
    """The name under which results are kept: the file's, without its ending."""
    name = path.name.removesuffix(path.suffix)
    if not name or any(c in "./\\" or not c.isprintable() for c in name):
        raise ScenarioError(
            f"{short(str(path))}: this cannot be the name of a scenario file, which names the "
            "folder of its results; give it no path separators, dots or control characters but "
            "for an ending such as .yaml"
        )
    return name


def renew(scenario, document, marks):
    """Put new words into a document where it has old ones; gives a note on each, with its place."""
    notes = []
    for path, old, new in renewals(scenario, document):
        *above, name = map(str, path)
        entry_at(document, ".".join(above))[name] = new
        said = f"'{old}' is now called '{new}'; the old word works for one more release"
        notes.append(located(path, said, marks))
    return notes


def told(fault, marks):
    """One fault, with where it stands."""
    return located([word for word in fault["loc"] if word != "[key]"], fault["msg"], marks)


def located(path, message, marks):
    """A message on what stands at a path, with its file and line."""
    words = tuple(map(str, path))
    where = next(marks[words[:n]] for n in range(len(words), -1, -1) if words[:n] in marks)
    return line(f"{where}: {'.'.join(words) + ': ' if words else ''}{message}", most=1_000)


def shortest(paths, taken=()):
    """Dotted paths by their last words, as many as tell them apart and from names `taken`."""
    for n in range(1, 20):
        names = [".".join(path.split(".")[-n:]) for path in paths]
        if len({*names, *taken}) == len(names) + len(taken):
            return names
    return paths
