"""Explanation: what `explain` prints of a study: what happens, who competes, what is measured."""

import textwrap
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from driftsim.durations import Duration
from driftsim.evaluation.metrics import metric_of
from driftsim.messages import plural, setting_text
from driftsim.overview.notices import left_out
from driftsim.overview.part_meanings import Meanings
from driftsim.overview.study import change_lines, price_line, stream_lines
from driftsim.report.dates import dates_of
from driftsim.scenario import Scenario, Study

MOST_VALUES = 12  # of a sweep that are named
REFERENCES = {
    False: "majority, which predicts the most frequent class so far, and no_change, the last label",
    True: "mean, which predicts the mean of the labels so far, and no_change, the last label",
}
KNOWN = (
    "The probability of each label is known, so the report shows the best possible predictor, the "
    "oracle, and how far each contender is above it."
)


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
    """What the rows of each stream are, how they change and when, and when labels come in."""
    for name, scenario in firsts(study).items():
        if study.suite:
            yield Line(f"{name}:")
        yield from stream_in_words(scenario, meanings, 2 if study.suite else 1)
    scenario = study.variants[0].scenario
    yield Line(warm_up(scenario))
    yield from placed(meanings.of("labels", scenario.evaluation.labels))


def stream_in_words(scenario: Scenario, meanings: Meanings, depth: int) -> Iterator[Line]:
    """A stream: its rows, its concepts, and the changes between them."""
    stream = scenario.stream
    yield from (Line(sentence(line), depth) for line in stream_lines(stream))
    for name, concept in stream.concepts.items():
        yield from placed(meanings.of(f"concept {name}", concept), depth)
    if stream.arrivals:
        yield from placed(meanings.of("arrivals", stream.arrivals), depth)
    yield from placed(meanings.of("drift", stream.drift), depth)
    clock = stream.clock(0) if stream.timed else None
    yield from (Line(one, depth + 1) for one in change_lines(scenario, dates_of(scenario, clock)))


def sentence(text: str) -> str:
    """A line that begins with a capital letter and ends with a full stop."""
    return f"{text[:1].upper()}{text[1:]}."


def placed(lines: Iterable[tuple[int, str]], depth: int = 1) -> Iterator[Line]:
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
        yield from placed(meanings.of("learner", one.learner, name), 2)
        yield from placed(meanings.of("policy", one.policy, name), 2)
        if one.labels is not None:
            yield from placed(meanings.of("labels of its own", one.labels, name), 2)
    yield from map(Line, left_out(study))
    regression = study.variants[0].scenario.stream.schema.regression
    yield Line(f"The report adds references: {REFERENCES[regression]}.")


def measured(study: Study) -> Iterator[Line]:
    """How contenders are evaluated, by which metrics, how often, and in which settings."""
    scenario = study.variants[0].scenario
    stream, window = scenario.stream, scenario.window
    yield from placed(Meanings().of("protocol", scenario.evaluation.protocol))
    yield Line("Each row is predicted before its label is seen, and scored where it stands.")
    for i, name in enumerate(scenario.metrics):
        ranks = " The report ranks by it." if i == 0 and scenario.report.lead == "metric" else ""
        yield Line(f"{name}: {metric_of(name, stream.schema).meaning}{ranks}")
    length = str(window) if isinstance(window, Duration) else plural(window, "row")
    yield Line(f"A point of a curve is {length}.")
    if stream.known and scenario.evaluation.truth:
        yield Line(KNOWN)
    if any(one.policy.raises_alarms for one in study.contenders.values()) and stream.dated:
        yield Line("Alarms are compared with the true changes: which were found, and how late.")
    yield Line(repeated(scenario))
    if scenario.prices:
        prices = sentence(price_line(scenario.priced, stream.schema))
        yield Line(f"{prices} The report says what to do.")
    yield from map(Line, settings(study))


def repeated(scenario: Scenario) -> str:
    """How often all is played, and what follows from that."""
    rules = scenario.evaluation
    runs = rules.seeds * rules.repeats_in_all
    again = "" if scenario.stream.recorded else ", each time with other rows"
    if runs == 1:
        return "Every contender runs once, so intervals come from along the stream alone."
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
