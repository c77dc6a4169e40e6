"""The reference: a page for each family of kinds, from their classes as `driftsim kinds` is."""

import html
import inspect
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

import command_line
import scenario_keys
import sources
from drift_pictures import picture
from parameter_tables import cell, parameter_table, table
from sections import about

from driftsim.adaptation.detectors import Detector
from driftsim.evaluation.metrics import CLASSIFICATION, METRICS, REGRESSION
from driftsim.kinds import (
    FAMILIES,
    FORMULA,
    PLACES,
    described,
    example,
    formula,
    required,
    title,
)
from driftsim.parts import Part

COLUMNS = re.compile(r"[^\s:] {4,}\S")
PICTURES = Path(__file__).resolve().parents[1] / "pictures"
TITLES = {
    "scenario": "Keys of a scenario",
    "command_line": "The command line",
    "concept": "Concepts",
    "drift": "Drifts",
    "arrivals": "Arrivals",
    "learner": "Learners",
    "policy": "Policies",
    "memory": "Memories",
    "detector": "Detectors",
    "shift_test": "Shift tests",
    "labels": "Labels",
    "protocol": "Protocols",
    "strategy": "Strategies of queries",
    "prediction_interval": "Prediction intervals",
    "metric": "Metrics",
}


def pages() -> dict[str, str]:
    """The pages of the reference, by their paths in the site."""
    of_families = {page(name): "\n\n".join(family_page(name)) for name in FAMILIES}
    return {
        "reference/index.md": contents(),
        page("scenario"): scenario_keys.page(),
        page("command_line"): command_line.page(),
        page("metric"): metric_page(),
        **of_families,
    }


def page(name: str) -> str:
    """The path of the page of a family."""
    return f"reference/{name}.md"


def contents() -> str:
    """The first page: every family, where a scenario names it, and its kinds."""
    lines = [
        "# Reference",
        "Whatever a scenario can name, by family. Each page is made from the classes themselves:"
        " what `driftsim kinds NAME` prints in a terminal is the same.",
    ]
    for name, family in FAMILIES.items():
        key, place = PLACES[name]
        names = ", ".join(f"[`{title(family, one)}`]({name}.md#{one})" for one in kinds(family))
        lines.append(f"## [{TITLES[name]}]({name}.md)\n\n{described(family)} {where(key, place)}")
        lines.append(names)
    lines.append(f"## [{TITLES['metric']}](metric.md)\n\nWhat a report says of a window of rows.")
    lines.append("## Besides")
    lines.append("[The keys of a scenario](scenario.md) and [the command line](command_line.md).")
    return "\n\n".join(lines)


def where(key: str, place: str) -> str:
    """Where in a scenario a part of a family stands."""
    return (
        f"In a scenario it stands in `{place}`."
        if key == "a"
        else f"Its key is `{key}`, in {place}."
    )


def kinds(family: type[Part]) -> list[str]:
    """The kinds of a family that ship, by name; those of a user's own are not in the reference."""
    return sorted(name for name in family.kinds if example(family, name))


def family_page(name: str) -> Iterator[str]:
    """The page of a family, in pieces: what it is, a table of its kinds, and each of them."""
    family = FAMILIES[name]
    yield f"# {TITLES[name]}"
    yield f"{cleaned(family)}\n\n{where(*PLACES[name])}"
    rows = [f"| [`{title(family, one)}`](#{one}) | {cell(described(family.kinds[one]))} |"
            for one in kinds(family)]  # fmt: skip
    yield table(("kind", "what it is"), rows)
    for one in kinds(family):
        yield from kind_section(name, family, one)


def kind_section(name: str, family: type[Part], one: str) -> Iterator[str]:
    """The section of a kind: what it is, its picture, parameters, an example, where to read on."""
    kind = family.kinds[one]
    yield f"## `{title(family, one)}` {{#{one}}}"
    yield cleaned(kind)
    if issubclass(kind, Detector) and not required(kind):
        yield f"Runs on: {kind().engine()}."
    if name == "concept" and (PICTURES / f"{one}.png").exists():
        yield f"![Two features of {one}, before and after a drift](../pictures/{one}.png)"
    if name == "drift":
        yield picture(one)
    yield parameter_table(kind) or "It has no parameters."
    if kind.model_config.get("extra") == "allow":
        yield "And the parameters of the class itself, which `driftsim kinds PATH` lists."
    yield f"```yaml\n{textwrap.dedent(example(family, one)).strip()}\n```"
    for paper in sources.of(kind):
        yield f"Source: {paper}"
    if found := about(name, one):
        links = (f"[{words}](../{page}.md#{anchor})" for page, anchor, words in found)
        yield f"More: {', '.join(links)}."


def metric_page() -> str:
    """All metrics: of what, and which way is better."""
    rows = []
    for one in METRICS.values():
        tasks = {"classification": CLASSIFICATION, "regression": REGRESSION}
        task = ", ".join(words for words, known in tasks.items() if one in known)
        better = ("lower" if one.lower_is_better else "higher") if one.ranks else ""
        rows.append(f"| `{one.name}` | {cell(one.meaning)} | {task} | {better} |")
    text = (
        f"# {TITLES['metric']}\n\nWhat a report says of a window of rows. `report: metrics` of a"
        " scenario names those that tables and figures show; [What the numbers"
        " mean](../measures.md#metrics) has their formulas.\n\n"
    )
    return text + table(("metric", "what it is", "of", "better"), rows)


def cleaned(kind: type) -> str:
    """A docstring as paragraphs of Markdown, its formula as a block of its own."""
    paragraphs = inspect.cleandoc(kind.__doc__ or "").split("\n\n")
    return "\n\n".join(
        shown(formula(kind)) if one.startswith(FORMULA) else html.escape(one, quote=False)
        for one in paragraphs
    )


def shown(lines: str) -> str:
    """A formula as a block, whose lines wrap where they are not columns."""
    name = "formula columns" if COLUMNS.search(lines) else "formula"
    return f'<pre class="{name}" markdown="0">{html.escape(lines, quote=False)}</pre>'
