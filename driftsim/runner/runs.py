"""Runs: what a study plays, and which of its runs the store does not hold."""

from collections.abc import Generator, Iterable, Iterator, Sequence
from itertools import chain, product
from typing import Any, ClassVar, NamedTuple, Protocol

from driftsim.evaluation.decision.plans import Plan, memory_of, memory_text
from driftsim.evaluation.prequential import Contender, Truth
from driftsim.evaluation.rules import Rules, TruthRules
from driftsim.evaluation.trace import Trace
from driftsim.files import EDITED, file_hash, reason
from driftsim.messages import ScenarioError, line
from driftsim.objects import content_key, is_own
from driftsim.own import loaded
from driftsim.parts import Strict, parts_in
from driftsim.rows import Edited
from driftsim.scenario import Scenario, Study, Variant
from driftsim.store import Listing, Store
from driftsim.store.inputs import fingerprint, inputs
from driftsim.streams.stream import Stream

MOST_CHANGES = 1_000_000  # of a stream that is run
MOST_NAMED = 10  # runs in a sentence


class Played(Protocol):
    """What a run plays: a contender, the truth, or some models of the floor."""

    group: ClassVar[str]  # which of these it is, in words

    def rounds(self, stream, rules, seed, repeat) -> Generator[int, None, Trace]:
        """Yields the row it has reached, and returns the trace."""
        ...

    def uncompiled(self) -> "Played":
        """The same on the objects of libraries, without kernels."""
        ...


THE_STREAM = "the stream itself"  # of which the truth is measured, as people read it


class Run(NamedTuple):
    """The unit of work: something that is played over one stream with one seed."""

    name: str  # of the contender; "truth" for what there is to know of the stream; or of a floor
    seed: int  # of the stream
    repeat: int  # of the learner on that stream
    repeats: int  # of how many
    stream: Stream
    played: Played
    contender: Contender | None  # whose learner and policy are played; None for the truth
    rows: int  # that it goes through: of the stream, or all that models of the floor predict
    rules: Rules | TruthRules
    parts: dict[str, str]  # the hashes of the files of people's own parts, by path
    files: dict[str, str]  # the hashes of the files that its concepts read, by path
    about: dict[str, Any]  # all that its trace follows from
    key: str  # the hash of that
    where: str = ""  # the stream of a suite that it is on, by its name

    @property
    def who(self) -> str:
        """The contender, or what else is played, in words."""
        return THE_STREAM if self.contender is None and self.name == "truth" else self.name

    @property
    def owner(self) -> str:
        """The contender, and of a suite the stream."""
        return f"{self.who} on {self.where}" if self.where else self.who

    @property
    def title(self) -> str:
        """The contender, the stream of a suite, the seed and, of several, the repeat."""
        repeat = f", repeat {self.repeat}" if self.repeats > 1 else ""
        return f"{self.owner}, seed {self.seed}{repeat}"

    def uncompiled(self) -> "Run":
        """The same run on the objects of libraries, without kernels."""
        contender = self.contender and self.contender.uncompiled()
        return self._replace(played=self.played.uncompiled(), contender=contender)

    def play(self) -> Generator[int, None, Trace]:
        """Yields the row it has reached, and returns the trace.

        Raises `ScenarioError` where a file is not the one that its hash is of.
        """
        try:
            self._check_files()
            of = self.stream, self.rules, self.seed, self.repeat
            trace = yield from self.played.rounds(*of)
            self._check_files()
            return trace
        except Edited as error:
            raise ScenarioError(line(str(error))) from None

    def _check_files(self):
        """Check that the files its concepts read still have the hashes in its key."""
        for path, found in files_of(self.stream).items():
            if found != self.files.get(path):
                raise Edited(f"{path}: {EDITED}")


class Task(NamedTuple):
    """What is played with every seed."""

    name: str
    played: Played
    contender: Contender | None
    rules: Rules | TruthRules
    rows: int
    about: dict[str, Any] = {}  # what its traces follow from, beside what all runs do


def runs_of(variant: Variant, parts: Iterable[str] = ()) -> Iterator[Run]:
    """Every run of a variant: the truth of each seed, and each contender as often as it repeats.

    Those of the floor are `floor_runs`.
    """
    scenario = variant.scenario
    rules, rows = scenario.rules, scenario.stream.length
    tasks = [Task("truth", Truth(), None, rules.of_truth(), rows)]
    models = scenario.models.items()
    tasks += [Task(name, one, one, one.under(rules), rows) for name, one in models]
    return each_run(scenario, tasks, parts)


def floor_runs(variant: Variant, parts: Iterable[str] = ()) -> Iterator[Run]:
    """The runs of the models that the floor is made of, memory by memory; none where not asked for.

    They follow from the stream, its labels, the learner, and when it is trained on what.
    """
    scenario = variant.scenario
    for plan in scenario.plans:
        for contender in plan.periodic:
            yield from memory_runs(scenario, plan, contender, parts)


def memory_runs(
    scenario: Scenario, plan: Plan, contender: Contender, parts: Iterable[str] = ()
) -> Iterator[Run]:
    """The runs of the models of one memory of a plan: each range in order, with every seed."""
    return each_run(scenario, shard_tasks(scenario, plan, contender), parts)


def shard_tasks(scenario: Scenario, plan: Plan, contender: Contender) -> list[Task]:
    """The models of one memory of a plan, range by range."""
    rules = scenario.rules.of_floor()
    name = f"floor: {plan.learner}, memory {memory_text(memory_of(contender))}"
    return [
        Task(
            name, shard, contender, rules,
            rules.warmup + int(plan.predictions[shard.first : shard.stop].sum()),
            {"models": [shard.first, shard.stop]},
        )
        for shard in plan.shards(contender)
    ]  # fmt: skip


def each_run(scenario: Scenario, tasks: Iterable[Task], parts: Iterable[str]) -> Iterator[Run]:
    """The runs of tasks with every seed and repeat."""
    stream, evaluation = scenario.stream, scenario.evaluation
    hashes = {path: loaded(path) or file_hash(path) for path in parts}
    files, codes = files_of(stream), code_of(stream)
    for name, played, contender, rules, rows, more in tasks:
        own = codes if contender is None else codes | code_of(contender)
        repeats = evaluation.repeats_in_all if contender else 1
        same = inputs(stream, contender, rules, 0, 0, hashes | files | own) | more
        for seed, repeat in product(range(evaluation.seeds), range(repeats)):
            about = same | {"seed": seed} | ({"repeat": repeat} if contender else {})
            yield Run(
                name, seed, repeat, repeats, stream, played, contender, rows, rules,
                hashes, files, about, fingerprint(about),
            )  # fmt: skip


def code_of(part: Strict) -> dict[str, str]:
    """The hashes of the code of the classes of people's own in a part, by their names.

    Those in files of own parts have the hash of their file.
    """
    kinds = {type(one) for one in parts_in(part)}
    return {f"class {kind.__qualname__}": content_key(kind) for kind in kinds if is_own(kind)}


def files_of(stream: Stream) -> dict[str, str]:
    """The hashes of the files that the concepts of a stream read, by path.

    Raises `ScenarioError` for a file that cannot be read.
    """
    try:
        return stream.hashes()
    except OSError as error:
        message = f"{error.filename}: cannot be read: {reason(error)}"
        raise ScenarioError(line(message)) from None


def all_runs(study: Study, parts: Iterable[str] = ()) -> Iterator[Run]:
    """The runs of a study, each once.

    Raises `ScenarioError` for a stream that changes more often than a report can show.
    """
    found = set()
    for variant in study.variants:
        if message := too_many_changes(variant.scenario.stream):
            raise ScenarioError(f"{study.name}: {message}")
        for run in chain(runs_of(variant, parts), floor_runs(variant, parts)):
            if run.key not in found:
                found.add(run.key)
                yield run._replace(where=variant.setting["stream"] if study.suite else "")


def missing(
    study: Study, store: Store, parts: Iterable[str] = (), fresh: bool = False
) -> list[Run]:
    """The runs of a study that the store does not hold; all of them where `fresh`.

    Raises `ScenarioError` as `all_runs` does.
    """
    held = Listing(store)
    return [run for run in all_runs(study, parts) if fresh or run not in held]


def too_many_changes(stream: Stream) -> str | None:
    """Why a stream cannot be run that changes more often than a report can show, or None."""
    if (changes := len(stream.changes(0))) <= MOST_CHANGES:
        return None
    return (
        f"the stream changes {changes:,} times, and at most {MOST_CHANGES:,} changes can be "
        "run; shorten the stream or let it change less often"
    )


def lost_traces(
    study: Study, store: Store, parts: Iterable[str] = (), failed: Sequence[Run] = ()
) -> str | None:
    """A message about runs that have ended without a failure and left no trace, or None."""
    keys = {run.key for run in failed}
    runs = [run for run in missing(study, store, parts) if run.key not in keys]
    lost = [*dict.fromkeys(run.title for run in runs)]
    if not lost:
        return None
    more = f" and {len(lost) - MOST_NAMED:,} more" if len(lost) > MOST_NAMED else ""
    names = f"{'; '.join(lost[:MOST_NAMED])}{more}"
    cause = "are no longer there, as if removed while the study ran; run the study again"
    return line(f"{store.folder}: the traces of these runs {cause}: {names}", most=2_000)
