"""Study overview: what `check` prints of a study, in words and a line of characters."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

import numpy as np

from driftsim.clocks import Clock
from driftsim.evaluation.decision.prices import PriceList, other_prices
from driftsim.evaluation.prequential import Contender, notes_of
from driftsim.messages import parameter_texts, plural
from driftsim.mistake_prices import price_text
from driftsim.overview.floors import floor_lines
from driftsim.overview.notices import left_out
from driftsim.overview.severities import estimate_lines, severity_lines
from driftsim.overview.times import time_lines
from driftsim.parts import Part, dumped
from driftsim.report.dates import Dates, dates_of, row_text, stretch_text
from driftsim.rows import Change, Schema
from driftsim.scenario import Scenario, Study
from driftsim.scenario.evaluation import Evaluation
from driftsim.streams.operators.operator import leaves
from driftsim.streams.stream import Stream

MARKS = "abcdefghijklmnopqrstuvwxyz"
MOST_CHANGES = 20  # that have a line each
LONG = 10  # seconds of CPU before the last row


def overview(study: Study, width: int = 80, learners: bool = False) -> str:
    """A study in words, and its streams as lines of characters: a letter for each concept.

    With what `learners` say of how severe changes are, if asked for.
    """
    if study.suite:
        return "\n".join(suite_lines(study, width, learners))
    scenario = study.variants[0].scenario
    clock = scenario.stream.clock(0) if scenario.stream.timed else None
    lines = [study.question] if study.question else []
    lines += [*stream_lines(scenario.stream), evaluation_line(scenario.evaluation)]
    lines += contender_lines(study)
    lines += floor_lines(scenario)
    lines += time_lines(scenario, clock)
    lines += course_lines(scenario, clock, width, learners)
    if len(study.variants) > 1:
        swept = " and ".join(study.swept)
        lines.append(f"{len(study.variants)} settings of {swept}; this is the first")
    columns = recorded_lines(scenario, max(width - 2, 20)) if scenario.stream.recorded else []
    return "\n".join([*(wrapped(line, width) for line in lines), *columns])


def suite_lines(study: Study, width: int, learners: bool = False) -> Iterator[str]:
    """A suite in words: what its streams share, then each of them below its name."""
    firsts: dict[str, Scenario] = {}
    for one in study.variants:
        firsts.setdefault(one.setting["stream"], one.scenario)
    rules = [evaluation_line(one.evaluation) for one in firsts.values()]
    lines = [study.question] if study.question else []
    lines += [f"{plural(len(firsts), 'stream')}, {plural(len(study.contenders), 'contender')}"]
    lines += rules[:1] if len({*rules}) == 1 else []
    lines += [*contender_lines(study), *left_out(study)]
    if others := [path for path in study.swept if path != "stream"]:
        n = len(study.variants) // len(firsts)
        lines.append(f"{plural(n, 'setting')} of {' and '.join(others)}; below is the first")
    yield from (wrapped(line, width) for line in lines)
    for (name, scenario), rule in zip(firsts.items(), rules):
        clock = scenario.stream.clock(0) if scenario.stream.timed else None
        own = [*stream_lines(scenario.stream), *([rule] if len({*rules}) > 1 else [])]
        own += [*floor_lines(scenario), *time_lines(scenario, clock)]
        own += course_lines(scenario, clock, width - 2, learners)
        yield from [wrapped(f"{name}:", width), *(wrapped(line, width, 4) for line in own)]
        if scenario.stream.recorded:
            yield from (f"  {line}" for line in recorded_lines(scenario, max(width - 4, 20)))


def contender_lines(study: Study) -> Iterator[str]:
    """What mistakes cost and contenders are, and what to know of them."""
    scenario, schema = study.variants[0].scenario, study.variants[0].scenario.stream.schema
    if scenario.prices:
        yield price_line(scenario.priced, schema)
    for name, one in study.contenders.items():
        played = next(v.scenario for v in study.variants if name in v.scenario.models)
        yield contender_line(name, one, played.stream.schema)
    yield from notes_of(study.contenders)
    yield from other_prices(one.scenario for one in study.variants)


def course_lines(
    scenario: Scenario, clock: Clock | None, width: int, learners: bool = False
) -> Iterator[str]:
    """The concepts of a stream along its rows, and its changes."""
    yield from concept_lines(scenario.stream, max(width - 2, 20))
    yield from change_lines(scenario, dates_of(scenario, clock))
    yield from severity_lines(scenario.stream, scenario.evaluation.warmup)
    if learners:
        yield from estimate_lines(scenario.stream, scenario.evaluation.warmup)


def recorded_lines(scenario: Scenario, width: int) -> list[str]:
    """The columns of recorded concepts."""
    from driftsim.overview.columns import column_lines

    lines = column_lines(scenario.stream, width, scenario.evaluation.warmup)
    return [f"  {line}" for line in lines]


def stream_lines(stream: Stream) -> Iterator[str]:
    """What the rows of a stream are, and what is known of them."""
    schema = stream.schema
    more = ", …" if schema.classes and len(schema.classes) > 10 else ""
    named = f" ({', '.join(schema.classes[:10])}{more})" if schema.classes else ""
    yield (
        f"{plural(stream.length, 'row')} of {plural(len(schema.names), 'feature')} "
        f"and {'numbers as labels' if schema.regression else f'{schema.n_classes} classes{named}'}"
    )
    if stream.irrelevant:
        yield f"of the features, {stream.irrelevant:,} without information (uniform noise)"
    if stream.balance:
        shares = ", ".join(f"{share:g}" for share in stream.balance)
        yield f"rows are drawn until the shares of the classes are {shares}"
    if stream.noise:
        yield f"the share {stream.noise:g} of the labels is replaced by a wrong one"
    each = sum(getattr(p, "nanoseconds", 0) for c in stream.concepts.values() for p in leaves(c))
    if (seconds := each * stream.length / 1e9) > LONG:
        yield (
            "each row follows from those before it: to come to the last one takes some "
            f"{seconds:,.0f} s of CPU, once in each process"
        )
    if not stream.known:
        yield "the probabilities of the labels are unknown: no oracle, and no excess error"


def evaluation_line(evaluation: Evaluation) -> str:
    """The rules that hold for every contender, and how often each runs."""
    many = evaluation.repeats > 1
    repeats = f", {plural(evaluation.repeats, 'repeat')} of each" if many else ""
    protocol = evaluation.protocol
    late = ", also of the warm-up" if evaluation.warmup_labels == "late" else ""
    asked = protocol.n_folds > 1 or protocol.partial
    folds = f"protocol: {part_text(protocol)}; " if asked else ""
    kind = evaluation.prediction_intervals
    intervals = f"prediction intervals: {part_text(kind)}; " if kind else ""
    return (
        f"{plural(evaluation.warmup, 'row')} of warm-up; labels: {part_text(evaluation.labels)}"
        f"{late}; {folds}{intervals}{plural(evaluation.seeds, 'seed')}{repeats}"
    )


def price_line(priced: PriceList, schema: Schema) -> str:
    """What costs something, in the words of the scenario."""
    written = dumped(priced.prices, exclude={"currency", "training"})
    paid = {name: price for name, price in written.items() if price}
    if all(price is None for price in priced.prices.losses.values()):
        paid = {"absolute_error" if schema.regression else "mistake": 1.0} | paid
    training = priced.prices.training
    paid |= {"training": training.each} if training.each else {}
    paid |= {"row of a training": training.per_row} if training.per_row else {}
    prices = ", ".join(f"{name} {price_text(price)}" for name, price in paid.items())
    return f"prices in {priced.currency}: {prices}"


def contender_line(name: str, contender: Contender, schema: Schema) -> str:
    """What a contender is, and what it runs on."""
    engine = contender.engine(schema)
    detectors = [f"its detector: {one.engine()}" for one in contender.at_work[1].detectors]
    student = contender.student and contender.at_work[1].student_of(contender.at_work[0])
    helpers = [f"its student: {student.engine(schema)}"] if student else []
    own = [] if contender.labels is None else [f"labels: {part_text(contender.labels)}"]
    what = (
        f"{contender.learner.title} ({engine})",
        part_text(contender.policy),
        *helpers,
        *detectors,
        *own,
    )
    return f"{name}: {'; '.join(what)}"


def concept_lines(stream: Stream, width: int) -> Iterator[str]:
    """A line of letters for the concepts in force, ~ during a ramp, then what each letter is."""
    rows = np.arange(width) * stream.length // width
    weights = stream.drift.weights(rows, len(stream.concepts), 0)
    yield "".join(letter(one) for one in weights)
    for i, (name, concept) in enumerate(stream.concepts.items()):
        yield f"{MARKS[i % len(MARKS)]} = {name}: {part_text(concept)}"


def change_lines(scenario: Scenario, dates: Dates | None = None) -> Iterator[str]:
    """When which concept follows which: the first changes, how many more, and the last.

    With the first seed, where they come at other rows with each.
    """
    stream = scenario.stream
    if stream.drift.varies:
        yield "changes come at other rows with each seed; with the first one:"
    names, changes = list(stream.concepts), stream.changes(0)
    own = {one.change: f"{one.before} → {one.after}" for one in stream.own_changes(0)}
    between = len(changes) - MOST_CHANGES - 1
    yield from (change_line(one, names, dates, own) for one in changes[:MOST_CHANGES])
    if between > 0:
        yield f"… and {plural(between, 'more change')}, until"
    if between >= 0:
        yield change_line(changes[-1], names, dates, own)
    yield from outlier_lines(stream, dates)


def outlier_lines(stream: Stream, dates: Dates | None = None) -> Iterator[str]:
    """Where another concept rules for a while, which is no change: the first few."""
    names, found = list(stream.concepts), stream.outliers(0)
    for first, stop, concept in found[:MOST_CHANGES]:
        rows = stretch_text(first, stop - 1, dates)
        yield f"rows {rows}: {names[concept]}, an outlier and no change"
    if len(found) > MOST_CHANGES:
        yield f"… and {plural(len(found) - MOST_CHANGES, 'more outlier')}"


def change_line(
    change: Change,
    names: Sequence[str],
    dates: Dates | None = None,
    own: Mapping[Change, str] = MappingProxyType({}),
) -> str:
    """When one concept follows another; of changes within a concept, what `own` says of them."""
    first, centre, last, before, after = change
    row = f"row {row_text(centre, dates)}"
    ramp = f"rows {stretch_text(first, last, dates)}" if first < last else row
    if change in own:
        return f"{ramp}: within {names[before]}, {own[change]}"
    if before == after:
        return f"{row}: marked"
    return f"{ramp}: {names[before]} → {names[after]}"


def letter(weights: np.ndarray) -> str:
    """The concept in force at a row, as a letter, by the weights (k,) of all; ~ during a ramp."""
    return MARKS[int(weights.argmax()) % len(MARKS)] if weights.max() > 0.99 else "~"


def part_text(part: Part) -> str:
    """A part in a line: its kind, and the parameters that were given."""
    given = dumped(part, exclude_unset=True)
    return ", ".join([given["kind"], *parameter_texts(given)])


def wrapped(line: str, width: int, indent: int = 2) -> str:
    """A line indented below the name of its file, continued on others where it is long."""
    begin, others = " " * indent, " " * (indent + 2)
    return textwrap.fill(line, max(width, 20), initial_indent=begin, subsequent_indent=others)
