"""Timelines: what happens in a study, in words and characters."""

from driftsim.parts import described

MARKS = "abcdefghijklmnopqrstuvwxyz"


def told(study, width=80):
    """A study in words, and a line of characters for the stream: a letter a concept."""
    lines = [f"  {study.question}"] if study.question else []
    settings = len(study.variants)
    for variant in study.variants[:1]:
        lines += told_scenario(variant.scenario, width)
    if settings > 1:
        lines.append(f"  {settings} settings: {', '.join(study.swept)}; the first is shown")
    return "\n".join(lines)


def told_scenario(scenario, width):
    stream, rules = scenario.stream, scenario.evaluation
    schema = stream.schema
    named = f" ({', '.join(schema.classes[:10])})" if schema.classes else ""
    known = "known" if stream.known else "not known, so there is no oracle and no excess error"
    yield f"  {stream.length:,} rows of {len(schema.names)} features and {schema.n_classes} classes{named}"
    yield f"  the probability of every label is {known}"
    yield f"  {rules.warmup:,} rows of warm-up, labels {rules.labels.kind()}, {rules.seeds} seed(s)"
    for name, contender in scenario.models.items():
        yield f"  {name}: {contender.learner.title}, {contender.policy.kind()}"
    names = list(stream.concepts)
    changes = stream.changes(0)
    room = max(width - 4, 20)
    yield "  " + "".join(letter(stream, i * stream.length // room) for i in range(room))
    for i, name in enumerate(names):
        yield f"  {MARKS[i % 26]} = {name}: {described(stream.concepts[name])}"
    for change in changes[:20]:
        if change.before == change.after:
            yield f"  row {change.centre:,}: marked"
        elif change.first == change.last:
            yield f"  row {change.centre:,}: {names[change.before]} → {names[change.after]}"
        else:
            yield (
                f"  rows {change.first:,} to {change.last:,}: "
                f"{names[change.before]} → {names[change.after]}"
            )
    if len(changes) > 20:
        yield f"  … and {len(changes) - 20:,} more changes"


def letter(stream, row):
    """The concept that rules a row, as a letter; ~ through a ramp."""
    import numpy as np

    weights = stream.drift.weights(np.array([row]), len(stream.concepts), 0)[0]
    return MARKS[int(weights.argmax()) % 26] if weights.max() > 0.99 else "~"
