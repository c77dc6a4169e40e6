"""One line: streams and studies made of what Python holds, without a scenario."""

from collections.abc import Collection, Mapping
from inspect import Parameter, signature
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError, model_validator

from driftsim.learners.learner import Learner
from driftsim.messages import ScenarioError, guess, line, short
from driftsim.parts import Part, Strict, keys_of
from driftsim.scenario import Scenario, Study, Variant, load
from driftsim.scenario.evaluation import Evaluation
from driftsim.scenario.files import IN_PYTHON, from_source
from driftsim.scenario.places import Places, located
from driftsim.scenario.severity import with_requested
from driftsim.streams.concepts import Concept
from driftsim.streams.stream import Stream
from driftsim.streams.table import Table
from driftsim.streams.tables.files import is_table
from driftsim.streams.tables.frames import is_frame

if TYPE_CHECKING:
    from driftsim.report.study_results import StudyResults

LENGTH = 10_000  # rows of a concept alone, unless it says how many
SCENARIOS = (".yaml", ".yml")  # of files that hold a scenario
ROWS = "{'kind': 'periodic', 'every': 1_000, 'memory': 1_000}"


class Only(Strict):
    """A stream, without contenders."""

    stream: Stream

    @model_validator(mode="before")
    @classmethod
    def _severities_are_found(cls, document: Any) -> Any:
        return {"stream": with_requested(document)["stream"]}


def stream(source: Any, length: int | None = None) -> Stream:
    """A stream to look at and to evaluate on: `stream("sea").frame(0, 100)`.

    `source` is a stream as a dict with the keys of a scenario file, a concept (a generator by its
    name, a dict with its `kind`, a `Table`, a `Function` or a part), a DataFrame whose last column
    holds the labels, the path of a scenario or of a table, a `Scenario`, or what `load` returns,
    where that has one stream. `length` is that of a concept alone: by default 10,000 rows, or all
    of a record. Raises `ScenarioError`.
    """
    _, document, marks = from_source({"stream": stream_keys(source, length)}, ["stream"])
    try:
        return Only.model_validate(document, context={"folder": Path()}).stream
    except ValidationError as error:
        places = Places(dict.fromkeys(marks, "driftsim.stream"))
        faults = (located(one["loc"], one["msg"], places) for one in error.errors())
        raise ScenarioError("\n".join(dict.fromkeys(faults))) from None


def evaluate(
    stream: Any,
    learner: Any,
    policy: Any = None,
    *,
    length: int | None = None,
    metrics: str | Collection[str] = (),
    name: str = "evaluate",
    out: str | Path = "reports",
    jobs: int | None = None,
    progress: bool | None = None,
    allow: Collection[str] = (),
    **evaluation: Any,
) -> "StudyResults":
    """Play a learner, or several, over a stream, and return the results.

    `stream` and `length` are as for `driftsim.stream`. `learner` is a learner by its kind, a dict
    with its parameters, or an object of river or scikit-learn; a dict of names to such for several.
    `policy` keeps each of them up to date: by its kind, or a dict. Without one they learn `online`,
    where they are made to learn row by row, as those of river and driftsim's own are. Where
    learners differ in policy, each is a dict with `learner` and `policy`, as in a scenario.
    `metrics` are those of the report. Further keywords are keys of `evaluation` in a scenario, such
    as `seeds`, `warmup` and `labels`; `name`, `out`, `jobs`, `progress` and `allow` those of `run`.
    The traces are those of `driftsim.run` with the same scenario. Raises `ScenarioError`.
    """
    from driftsim import run

    check_keywords(evaluation)
    names = [metrics] if isinstance(metrics, str) else list(metrics)
    document: dict[str, Any] = {
        "stream": stream_keys(stream, length),
        "models": models_of(learner, policy, allow),
        "evaluation": evaluation,
        "report": {"metrics": names} if names else {},
    }
    study = loaded("evaluate", document, name=name, allow=allow)
    return run(study, out=out, jobs=jobs, progress=progress)


def check_keywords(given: Collection[str]) -> None:
    """Refuse keywords that are neither of `evaluate` nor keys of `evaluation`."""
    own = [
        name
        for name, one in signature(evaluate).parameters.items()
        if one.kind != Parameter.VAR_KEYWORD
    ]
    known = [*own, *keys_of(Evaluation)]
    for name in given:
        if name not in known:
            message = f"there is no keyword {short(name)}; {guess(name, known)}"
            raise ScenarioError(f"driftsim.evaluate: {message}")


def loaded(function: str, document: dict[str, Any], **how: Any) -> Study:
    """The study of a document, with mistakes as those of a function's arguments."""
    try:
        return load({key: one for key, one in document.items() if one}, **how)
    except ScenarioError as error:
        text = str(error).replace(IN_PYTHON, f"driftsim.{function}")
        raise ScenarioError(text) from None


def stream_keys(source: Any, length: int | None) -> dict[str, Any]:
    """A stream by the keys that a scenario gives it."""
    whole = whole_stream(source)
    if whole is None:
        return of_concept(source, length)
    if length is not None:
        raise ScenarioError("driftsim.stream: length: this stream has its own; leave it out")
    return whole


def whole_stream(source: Any) -> dict[str, Any] | None:
    """The keys of a stream that is given as a whole; None of a concept alone."""
    if isinstance(source, str | Path) and Path(source).suffix.lower() in SCENARIOS:
        source = load(source)
    match source:
        case Study(variants=[one]) | (Variant() as one):
            return whole_stream(one.scenario)
        case Study(variants=several):
            titles = ", ".join(one.title for one in several[:3])
            message = f"this study has {len(several)} streams or settings ({titles}, …)"
            raise ScenarioError(line(f"driftsim.stream: {message}; give one of .variants"))
        case Scenario(stream=stream) | (Stream() as stream):
            return {name: getattr(stream, name) for name in sorted(stream.model_fields_set)}
        case {"stream": stream}:
            return stream_keys(stream, None)
        case {"concepts": _}:
            return source
    return None


def of_concept(source: Any, length: int | None) -> dict[str, Any]:
    """The keys of a stream of one concept."""
    if is_frame(source) or is_file(source):
        from driftsim.streams.frame import table

        source = table(source)
    if isinstance(source, dict) and "kind" not in source:
        message = f"{short(source)} is no stream; give one with 'concepts', or a concept's 'kind'"
        raise ScenarioError(line(f"driftsim.stream: {message}"))
    try:
        recorded = Concept.model_validate(source).recorded
    except ValidationError:
        recorded = False  # what is wrong with it shows where the scenario is loaded
    rows = LENGTH if length is None and not recorded else length
    return {"concepts": {name_of(source): source}} | ({} if rows is None else {"length": rows})


def is_file(source: Any) -> bool:
    """Whether it is the path of a table, not the name of a generator."""
    if not isinstance(source, str):
        return isinstance(source, Path)
    return is_table(source) or (Path(source).suffix != "" and Path(source).is_file())


def models_of(learner: Any, policy: Any, allow: Collection[str]) -> dict[str, Any]:
    """The contenders of a scenario: of a learner, or of a dict of several by their names."""
    match learner:
        case list() | tuple():
            message = "a list has no names for its learners; give a dict of names to learners"
            raise ScenarioError(f"driftsim.evaluate: learner: {message}")
        case {"kind": _}:  # also of one that has another learner in it
            several = {name_of(learner): learner}
        case {"learner": one}:
            several = {name_of(one): learner}
        case Mapping():
            several = {**learner}
        case _:
            several = {name_of(learner): learner}
    if not several:
        raise ScenarioError("driftsim.evaluate: learner: no learner is given; give one or more")
    return {name: contender(name, one, policy, allow) for name, one in several.items()}


def contender(name: str, given: Any, policy: Any, allow: Collection[str]) -> Any:
    """A contender as a scenario writes it, of a learner and the policy for all."""
    match given:
        case {"learner": _, **others} if "kind" not in others:
            whole = given
        case _:
            whole = {"learner": given}
    if "policy" in whole:
        return whole
    return whole | {"policy": online(name, whole["learner"], allow) if policy is None else policy}


def online(name: str, given: Any, allow: Collection[str]) -> str:
    """The policy of a learner that is made to learn row by row; refuses others without one."""
    try:
        learner = Learner.model_validate(given, context={"allow": tuple(allow)})
    except ValidationError:
        return "online"  # what is wrong with it shows where the scenario is loaded
    if learner.learns_on and learner.library in (None, "river"):
        return "online"
    able = "'online' (row by row, which is slow), " if learner.learns_on else ""
    kept = "'static' to keep it as it is, " if learner.trained else ""
    message = f"{learner.title} is trained on many rows at once; say when: {kept}{able}{ROWS}, …"
    raise ScenarioError(line(f"driftsim.evaluate: policy of {short(name)}: {message}"))


def name_of(thing: Any) -> str:
    """What a concept or a learner is called that was given without a name."""
    match thing:
        case Mapping():
            return name_of(thing.get("kind", "it"))
        case str():
            return thing.rpartition(".")[2] or "it"
        case Table():
            return "table"
        case Part():
            return thing.kind()
    return getattr(thing, "__name__", type(thing).__name__)
