"""Study overview: what `check` prints of a study, in words and a line of characters."""

import textwrap

import numpy as np

from driftsim.column_overview import column_lines
from driftsim.messages import parameters, plural
from driftsim.parts import dumped

MARKS = "abcdefghijklmnopqrstuvwxyz"
MOST_CHANGES = 20  # that are told one by one


def overview(study, width=80):
    """A study in words, and a line of characters for the stream: a letter a concept."""
    scenario = study.variants[0].scenario
    lines = [study.question] if study.question else []
    lines += [*told_stream(scenario.stream), *told_rules(scenario.evaluation)]
    schema = scenario.stream.schema
    for name, one in scenario.models.items():
        lines += [told_contender(name, one, schema), *(f"{name}: {n}" for n in one.learner.notes)]
    lines += [*told_concepts(scenario.stream, max(width - 2, 20)), *told_changes(scenario.stream)]
    if len(study.variants) > 1:
        swept = " and ".join(study.swept)
        lines.append(f"{len(study.variants)} settings of {swept}; this is the first")
    columns = [f"  {line}" for line in column_lines(scenario.stream, max(width - 2, 20))]
    return "\n".join([*(wrapped(line, width) for line in lines), *columns])


def told_stream(stream):
    """How many rows of what a stream has."""
    schema = stream.schema
    named = f" ({', '.join(schema.classes[:10])})" if schema.classes else ""
    yield (
        f"{plural(stream.length, 'row')} of {plural(len(schema.names), 'feature')} "
        f"and {'numbers as labels' if schema.regression else f'{schema.n_classes} classes{named}'}"
    )
    if stream.noise:
        yield f"the share {stream.noise:g} of the labels is replaced by a wrong one"
    if not stream.known:
        yield "nobody knows the probability of a label here: no oracle, and no excess error"


def told_rules(rules):
    """What every contender plays by."""
    repeats = f", {plural(rules.repeats, 'repeat')} of each" if rules.repeats > 1 else ""
    yield (
        f"{plural(rules.warmup, 'row')} of warm-up; labels: {written(rules.labels)}; "
        f"{plural(rules.seeds, 'seed')}{repeats}"
    )


def told_contender(name, contender, schema):
    """What a contender is, and what it runs on."""
    engine = contender.engine(schema)
    detectors = [f"its detector: {one.engine()}" for one in contender.at_work[1].detectors]
    what = f"{contender.learner.title} ({engine})", written(contender.policy), *detectors
    return f"{name}: {'; '.join(what)}"


def told_concepts(stream, width):
    """A line of letters for the concepts that rule, ~ through a ramp, and what they are."""
    rows = np.arange(width) * stream.length // width
    weights = stream.drift.weights(rows, len(stream.concepts), 0)
    yield "".join(letter(one) for one in weights)
    for i, (name, concept) in enumerate(stream.concepts.items()):
        yield f"{MARKS[i % len(MARKS)]} = {name}: {written(concept)}"


def told_changes(stream):
    """When which concept follows which: the first changes, how many more, and the last."""
    names, changes = list(stream.concepts), stream.changes(0)
    between = len(changes) - MOST_CHANGES - 1
    yield from (told_change(one, names) for one in changes[:MOST_CHANGES])
    if between > 0:
        yield f"… and {plural(between, 'more change')}, until"
    if between >= 0:
        yield told_change(changes[-1], names)


def told_change(change, names):
    """When one concept follows another, in words."""
    first, centre, last, before, after = change
    if before == after:
        return f"row {centre:,}: marked"
    ramp = f"rows {first:,} to {last:,}" if first < last else f"row {centre:,}"
    return f"{ramp}: {names[before]} → {names[after]}"


def letter(weights):
    """The concept that rules a row, as a letter; ~ through a ramp."""
    return MARKS[int(weights.argmax()) % len(MARKS)] if weights.max() > 0.99 else "~"


def written(part):
    """A part in a line: its kind, and the parameters that were given."""
    given = dumped(part, exclude_unset=True)
    return ", ".join([given["kind"], *parameters(given)])


def wrapped(line, width):
    """A line below the name of its file, over several where it is long."""
    return textwrap.fill(line, max(width, 20), initial_indent="  ", subsequent_indent="    ")
