"""Stream cells: streams, worlds and scenarios as a notebook shows them, with a small picture."""

from collections.abc import Callable
from functools import singledispatch
from typing import Any

from driftsim.messages import plural, setting_text
from driftsim.parts import dumped
from driftsim.report.figure_data.looks import short
from driftsim.report.figure_data.sketches import course, sketch
from driftsim.report.page.document import templates
from driftsim.report.page.notebook.any_ground import on_any_ground, style
from driftsim.report.page.notebook.stream_drawings import (
    columns_in_words,
    concept_key,
    course_drawing,
    keys,
    panel_drawing,
)
from driftsim.rows import Edited, Schema
from driftsim.scenario import Scenario, Study
from driftsim.streams.stream import Stream
from driftsim.streams.world import World

MOST_CONCEPTS, MOST_CONTENDERS, MOST_TITLES = 12, 30, 8  # that are listed
LONGEST = 100  # characters of a part


@singledispatch
def cell(thing: Any) -> str:
    """What a notebook shows of a stream, a world, a scenario or a study."""
    raise TypeError(f"no picture is known of {type(thing).__name__}")


@cell.register
def _(thing: Stream) -> str:
    return rendered([words_of(thing)], stream_parts(thing))


@cell.register
def _(thing: World) -> str:
    words = [words_of(thing.stream), f"The world of seed {thing.seed}."]
    return rendered(words, drawn_or_why(thing.stream, lambda: thing))


@cell.register
def _(thing: Scenario) -> str:
    return rendered([words_of(thing.stream)], scenario_parts(thing))


@cell.register
def _(thing: Study) -> str:
    first, n = thing.variants[0], len(thing.variants)
    words = [words_of(first.scenario.stream)]
    if n > 1:
        titles = [short(one.title) for one in thing.variants[:MOST_TITLES]]
        titles += ["…"] if n > MOST_TITLES else []
        words.append(f"The first of {n:,} settings: {'; '.join(titles)}")
    return rendered(words, scenario_parts(first.scenario) | {"question": thing.question})


def rendered(words: list[str], parts: dict[str, Any]) -> str:
    """The cell, of its first lines and its pictures."""
    about = {"question": "", "contenders": [], "rules": ""} | parts
    template = templates().get_template("stream_cell.html")
    return template.render(style=style(), words=words, **about)


def words_of(stream: Stream) -> str:
    """What a stream is, in a sentence."""
    schema = stream.schema
    n = len(schema.names)
    nominal = f" ({len(schema.nominal):,} nominal)" if schema.nominal else ""
    task = "a number as label" if schema.regression else f"{schema.n_classes} classes"
    return f"Stream of {stream.length:,} rows, {plural(n, 'feature')}{nominal}, {task}"


def scenario_parts(scenario: Scenario) -> dict[str, Any]:
    """What is shown of a scenario: its stream, its contenders, and how they are evaluated."""
    rules, models = scenario.evaluation, scenario.models
    listed = [(name, one.learner.title, written(one.policy)) for name, one in models.items()]
    more = len(listed) - MOST_CONTENDERS
    listed = listed[:MOST_CONTENDERS] + ([(f"… and {more:,} more", "", "")] if more > 0 else [])
    warmup = f"a warm-up of {rules.warmup:,} rows"
    evaluated = f"{plural(rules.seeds, 'seed')}, {warmup}, labels: {written(rules.labels)}"
    parts = stream_parts(scenario.stream, int(rules.warmup))
    return parts | {"contenders": listed, "rules": f"Evaluated with {evaluated}."}


def stream_parts(stream: Stream, warmup: int = 0) -> dict[str, Any]:
    """What is shown of a stream, by its first seed."""
    return drawn_or_why(stream, lambda: stream.instantiated(0, warmup))


def drawn_or_why(stream: Stream, world: Callable[[], World]) -> dict[str, Any]:
    """What is shown of a stream, with pictures of a world, or why it has no rows to draw."""
    try:
        return world_parts(world())
    except (ValueError, OSError, Edited) as error:
        return about(stream) | {"course": "", "panels": [], "keys": [], "notes": [f"{error}."]}


def about(stream: Stream) -> dict[str, Any]:
    """What a stream says of itself in words."""
    names = [*stream.concepts][:MOST_CONCEPTS]
    texts = [(concept_key(i), name, written(stream.concepts[name])) for i, name in enumerate(names)]
    facts = [f"drift {written(stream.drift)}"] if len(stream.concepts) > 1 else []
    facts += [f"noise {stream.noise:g}"] if stream.noise else []
    known = "P(y | x) is known" if stream.known else "P(y | x) is not known of all its rows"
    return {
        "concepts": [(on_any_ground(key), name, text) for key, name, text in texts],
        "others": len(stream.concepts) - len(names),
        "facts": "; ".join([*facts, known]),
        "columns": columns_in_words(stream.schema),
        "length": stream.length,
    }


def world_parts(world: World) -> dict[str, Any]:
    """What is shown of a world: the course of its concepts, and rows of them."""
    stream, schema, found = world.stream, world.schema, sketch(world)
    names, notes = [*stream.concepts], []
    panels, marks = [], []
    if found:
        panels = [panel_of(one, names, found, schema) for one in found.panels]
        marks = [(on_any_ground(one.svg), one.name) for one in keys(found, schema)]
        notes = [f"{plural(found.more, 'more concept')} not drawn."] if found.more else []
    drawn = course_drawing(course(world)) if len(names) > 1 else ""
    parts = {"course": on_any_ground(drawn), "panels": panels, "keys": marks, "notes": notes}
    return about(stream) | parts


def panel_of(one, names: list[str], found, schema: Schema) -> tuple[str, str]:
    """The picture of rows, and its title."""
    title = names[one.concept] if len(names) > 1 else f"from row {one.first:,}"
    return on_any_ground(panel_drawing(one, found, schema)), title


def written(part: Any) -> str:
    """A part as a scenario writes it, without what it does not say."""
    given = dumped(part, exclude_unset=True).items()
    kept = {name: one for name, one in given if name != "content" and one is not None}
    return short(setting_text(kept), LONGEST)
