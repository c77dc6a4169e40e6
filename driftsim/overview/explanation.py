"""Explanation: what `explain` prints of a study: what happens, who competes, what is measured."""

import textwrap
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

import numpy as np

from driftsim.durations import Duration
from driftsim.evaluation.metrics import metric_of
from driftsim.messages import plural, setting_text, short
from driftsim.overview.notices import left_out
from driftsim.overview.part_meanings import Lines, Meanings
from driftsim.overview.study import change_lines, price_line, stream_lines
from driftsim.parts import identity
from driftsim.report.dates import dates_of
from driftsim.scenario import Scenario, Study
from driftsim.streams.concepts.concept import Concept
from driftsim.streams.stream import Stream

MOST_VALUES = 12  # of a sweep that are named
REFERENCES = {
    False: "majority, which predicts the most frequent class so far, and no_change, the last label",
    True: "mean, which predicts the mean of the labels so far, and no_change, the last label",
}
KNOWN = (
    "{known} known{where}, so the report shows the best possible predictor, the oracle, and how "
    "far each contender is above it."
)
MARKED_DRIFT = "drift: known where it is marked; of other rows that were recorded nobody knows."
UNKNOWN_DRIFT = "drift: unknown. The rows were recorded: nobody knows when they drift, or whether."


class Line(NamedTuple):
    """A line of an explanation, and how deep it stands."""

    text: str
    depth: int = 1


def explanation(study: Study, width: int = 80) -> str:
    """A study in plain words: what happens, what is compared, and what is measured.

    Each part is explained where it is first met, by its docstring.
    """
    meanings = Meanings()
    sections = {
        "What happens": [*happening(study, meanings)],
        "What is compared": [*compared(study, meanings)],
        "What is measured": [*measured(study)],
    }
    blocks = [wrapped(Line(study.question, 0), width)] if study.question else []
    for title, lines in sections.items():
        blocks.append("\n".join([title, *(wrapped(line, width) for line in lines)]))
    return "\n\n".join(blocks)


def wrapped(line: Line, width: int) -> str:
    """A line at its depth, continued on others where it is long."""
    begin = "  " * line.depth
    rest = begin + "  " * (line.depth > 0)
    return textwrap.fill(
        line.text, max(width, 20), initial_indent=begin, subsequent_indent=rest,
        break_on_hyphens=False,
    )  # fmt: skip


def firsts(study: Study) -> dict[str, Scenario]:
    """The first scenario of each stream, by its name; without a suite there is one without."""
    found: dict[str, Scenario] = {}
    for one in study.variants:
        found.setdefault(one.setting["stream"] if study.suite else "", one.scenario)
    return found


def happening(study: Study, meanings: Meanings) -> Iterator[Line]:
    """What the rows of each stream are, how they change and when, and when labels come in.

    Rules that are the same for all streams come once, after them.
    """
    scenarios = firsts(study)
    warm_ups = {warm_up(one) for one in scenarios.values()}
    labels = {identity(one.evaluation.labels) for one in scenarios.values()}
    shared = {"warm-up": len(warm_ups) == 1, "labels": len(labels) == 1}
    own = [rule for rule, same in shared.items() if not same]
    for name, scenario in scenarios.items():
        if study.suite:
            yield Line(f"{name}:")
        yield from stream_in_words(scenario, meanings, 1 + study.suite)
        yield from rules_in_words(scenario, meanings, own, 2)
    yield from rules_in_words(study.variants[0].scenario, meanings, {*shared} - {*own}, 1)


def rules_in_words(
    scenario: Scenario, meanings: Meanings, rules: Collection[str], depth: int
) -> Iterator[Line]:
    """What the first rows are for, and when labels come in, as far as it is among the rules."""
    if "warm-up" in rules:
        yield Line(warm_up(scenario), depth)
    if "labels" in rules:
        yield from indented(meanings.of("labels", scenario.evaluation.labels), depth)


def stream_in_words(scenario: Scenario, meanings: Meanings, depth: int) -> Iterator[Line]:
    """A stream: its rows, its concepts, and the changes between them."""
    stream = scenario.stream
    yield from (Line(sentence(line), depth) for line in stream_lines(stream))
    for name, concept in stream.concepts.items():
        yield from indented(meanings.of(f"concept {name}", concept), depth)
        if like := likeness(name, concept, stream):
            yield Line(like, depth + 1)
    if stream.arrivals:
        yield from indented(meanings.of("arrivals", stream.arrivals), depth)
    yield from indented(drift_in_words(stream, meanings), depth)
    clock = stream.clock(0) if stream.timed else None
    yield from (Line(one, depth + 1) for one in change_lines(scenario, dates_of(scenario, clock)))


def likeness(name: str, concept: Concept, stream: Stream) -> str:
    """Which concept before it is written the same, and whether it is the same."""
    first = next(key for key, one in stream.concepts.items() if identity(one) == identity(concept))
    if first == name or concept.bases or concept.recorded or concept.sequential:
        return ""
    if concept.instantiated(np.random.default_rng(0)) == concept:
        return f"the same as {short(first)}"
    return f"with other random numbers than {short(first)}"


def drift_in_words(stream: Stream, meanings: Meanings) -> Lines:
    """The drift of a stream; where it has none, what may change all the same."""
    if stream.drift.kind() != "none" or stream.dated:
        yield from meanings.of("drift", stream.drift)
    elif stream.recorded:
        yield 0, MARKED_DRIFT if stream.changes(0) else UNKNOWN_DRIFT
    else:
        yield 0, "drift: none from concept to concept, but this one moves by itself along the rows."


def sentence(text: str) -> str:
    """A line that begins with a capital letter and ends with a full stop."""
    return f"{text[:1].upper()}{text[1:]}."


def indented(lines: Iterable[tuple[int, str]], depth: int = 1) -> Iterator[Line]:
    """Lines on a part and on what is in it, below a depth."""
    yield from (Line(text, depth + below) for below, text in lines)


def warm_up(scenario: Scenario) -> str:
    """What the first rows are for."""
    rows = scenario.evaluation.warmup
    if not rows:
        return "There is no warm-up: models start without having seen a row."
    late = scenario.evaluation.warmup_labels == "late"
    when = "whose labels come in as those of later rows do" if late else "labels and all"
    return (
        f"The first {plural(rows, 'row')} are the warm-up: every model is first trained on them, "
        f"{when}, and they are not scored."
    )


def compared(study: Study, meanings: Meanings) -> Iterator[Line]:
    """Each contender: its learner, its policy with all that is in that, and labels of its own."""
    yield Line(
        f"{plural(len(study.contenders), 'contender')} on the same rows. Each is a learner, and a "
        "policy that keeps it up to date."
    )
    for name, one in study.contenders.items():
        yield Line(name)
        yield from indented(meanings.of("learner", one.learner, name), 2)
        yield from indented(meanings.of("policy", one.policy, name), 2)
        if one.labels is not None:
            yield from indented(meanings.of("labels of its own", one.labels, name), 2)
    yield from map(Line, left_out(study))
    regression = study.variants[0].scenario.stream.schema.regression
    yield Line(f"The report adds references: {REFERENCES[regression]}.")


def measured(study: Study) -> Iterator[Line]:
    """How contenders are evaluated, by which metrics, how often, and in which settings."""
    scenario = study.variants[0].scenario
    stream, window, rules = scenario.stream, scenario.window, scenario.evaluation
    yield from indented(Meanings().of("protocol", rules.protocol))
    yield Line("Each row is predicted before its label is seen, and scored where it stands.")
    if rules.prediction_intervals:
        yield from indented(Meanings().of("prediction intervals", rules.prediction_intervals))
    ranks = scenario.report.lead == "metric"
    for i, name in enumerate(scenario.metrics):
        more = " The report ranks by it." if i == 0 and ranks else ""
        yield Line(f"{name}: {metric_of(name, stream.schema).meaning}{more}")
    length = str(window) if isinstance(window, Duration) else plural(window, "row")
    yield Line(f"Each point of a curve covers {length}.")
    yield from truths(study)
    yield Line(repeated(scenario))
    if scenario.prices:
        prices = sentence(price_line(scenario.priced, stream.schema))
        yield Line(f"{prices} The report says what to do.")
    yield from map(Line, settings(study))


def truths(study: Study) -> Iterator[Line]:
    """What is known of the streams that contenders and their alarms are compared with."""
    scenario = study.variants[0].scenario
    streams = [one.stream for one in firsts(study).values()]
    if scenario.evaluation.truth and any(one.known for one in streams):
        mean = streams[0].schema.regression
        known = "The mean of each label is" if mean else "The probability of each label is"
        where = "" if all(one.known for one in streams) else " on some of the streams"
        yield Line(KNOWN.format(known=known, where=where))
    alarms = any(one.policy.raises_alarms for one in study.contenders.values())
    if alarms and any(one.dated for one in streams):
        first = " The report begins with this." if scenario.report.lead == "alarms" else ""
        text = "Alarms are compared with the true changes: which were found, and how late."
        yield Line(f"{text}{first}")


def repeated(scenario: Scenario) -> str:
    """How often all is played, and what follows from that."""
    rules = scenario.evaluation
    runs = rules.seeds * rules.repeats_in_all
    again = "" if scenario.stream.recorded else ", each time with other rows"
    if runs == 1:
        return "Every contender runs once, so intervals only show how much varies along the stream."
    if rules.repeats_in_all > 1:
        return (
            f"Every contender runs {runs:,} times: {plural(rules.seeds, 'seed')} of the stream, "
            f"{rules.repeats_in_all:,} times each. Intervals at 95 % are over the runs."
        )
    seeds = plural(rules.seeds, "seed")
    return f"All is repeated with {seeds}{again}; intervals at 95 % are over them."


def settings(study: Study) -> Iterator[str]:
    """What is swept, with the values that are tried."""
    for path in (path for path in study.swept if not (study.suite and path == "stream")):
        values = [*dict.fromkeys(setting_text(one.setting[path]) for one in study.variants)]
        more = f", … {values[-1]}" if len(values) > MOST_VALUES else ""
        named = ", ".join(values[: MOST_VALUES - 1 if more else MOST_VALUES])
        yield f"All of this is played for {path} = {named}{more}; above is the first setting."
