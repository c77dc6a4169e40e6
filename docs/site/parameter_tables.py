"""Tables of parameters: one for the keys of a class, in the words of `driftsim kinds`."""

import html
from collections.abc import Iterator

from driftsim.kinds import FAMILIES, comment, ordered_keys, presence, typed
from driftsim.parts import Part, Strict

HEAD = ("| parameter | type | default | |", "| --- | --- | --- | --- |")


def parameter_rows(kind: type[Strict]) -> Iterator[str]:
    """A table of the parameters of a class; nothing if it has none."""
    keys = ordered_keys(kind)
    if keys:
        yield from HEAD
    for key, field in keys.items():
        info = kind.model_fields[field]
        nested = isinstance(info.default, Strict) and not isinstance(info.default, Part)
        given = "optional" if nested else presence(info).removeprefix("default ").strip("'")
        words = typed(info)
        linked = f"[{words.replace('_', ' ')}]({words}.md)" if words in FAMILIES else cell(words)
        yield f"| `{key}` | {linked} | {cell(given)} | {cell(comment(kind, field))} |"


def cell(text: str) -> str:
    """A text in a cell of a table."""
    escaped = html.escape(text, quote=False).replace("|", "\\|")
    return escaped.replace("{", "&#123;")  # which may begin attributes of the cell
