"""Tables of parameters: one for the keys of a class, in the words of `driftsim kinds`."""

import html
from collections.abc import Iterator, Sequence

from driftsim.durations import Duration, Moment
from driftsim.kinds import FAMILIES, comment, ordered_keys, presence, typed
from driftsim.parts import Part, Strict

WRITTEN = (Part, Duration, Moment)  # defaults that are written as a scenario writes them
PARAMETERS = ("parameter", "type", "default", "meaning")


def parameter_table(kind: type[Strict]) -> str:
    """A table of the parameters of a class; nothing if it has none."""
    return table(PARAMETERS, [*parameter_rows(kind)])


def table(head: Sequence[str], rows: Sequence[str]) -> str:
    """Rows of Markdown below a head, which on a narrow screen are one below another."""
    if not rows:
        return ""
    lines = [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}", *rows]
    return "\n".join([f'<div class="stacked {head[0]}" markdown>', "", *lines, "", "</div>"])


def parameter_rows(kind: type[Strict]) -> Iterator[str]:
    """The rows of the parameters of a class."""
    for key, field in ordered_keys(kind).items():
        info = kind.model_fields[field]
        nested = isinstance(info.default, Strict) and not isinstance(info.default, WRITTEN)
        given = "optional" if nested else default(presence(info))
        words = typed(info)
        linked = f"[{words.replace('_', ' ')}]({words}.md)" if words in FAMILIES else cell(words)
        yield f"| `{key}` | {linked} | {given} | {cell(comment(kind, field))} |"


def default(words: str) -> str:
    """A cell that says whether a parameter has to be given, and what it is otherwise."""
    value = words.removeprefix("default ").strip("'")
    return words if value == words else f"<code>{cell(value)}</code>"


def cell(text: str) -> str:
    """A text in a cell of a table."""
    escaped = html.escape(text, quote=False).replace("|", "\\|")
    return escaped.replace("{", "&#123;")  # which may begin attributes of the cell
