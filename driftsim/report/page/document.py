"""The document: the page as text, with all it needs inside."""

import base64
import hashlib
import shlex
from functools import cache
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from driftsim.report.amounts import listed
from driftsim.report.decision.floors import first_schedules
from driftsim.report.page.cost_section import cost_section
from driftsim.report.page.html_tables import colours, tables
from driftsim.report.page.packed import packed
from driftsim.report.page.page_data import as_json, page_data
from driftsim.report.page.suite_section import suite_section
from driftsim.report.summary_text import remarks
from driftsim.report.variant_results import shared_changes
from driftsim.runner.runs import runs_of

SCRIPTS = (
    "unpack", "dates", "windows", "ranking", "metrics", "curves", "svg", "chart", "view", "reading",
    "sorting", "scrolling", "tips", "significance", "amounts", "along", "costs", "cost_bars",
    "cost_words", "prices", "price_options", "pricing", "page",
)  # fmt: skip
SPACE = "\u00a0"  # at which no line breaks
WHOLE = '\n"use strict";\n(() => {{\n{}}})();\n'


def page(results, verdict, figures, failures=(), home=None, pages=None) -> str:
    """The page, of results, their verdict and their drawn figures.

    `home` is where the page of the suite is that this is a stream of, and its name; `pages` where
    that of each stream of a suite is.
    """
    study, models, shown = results.study, names(results), tables(results)
    costs = cost_section(results, models, figures, shown)
    suite = suite_section(results, figures, pages or {})
    elsewhere = (
        "curves",
        "ranks" if suite else "",
        costs.figure.name if costs and costs.figure else "",
    )
    return (
        templates()
        .get_template("page.html")
        .render(
            name=study.name,
            home=home,
            question=study.question,
            verdict=verdict,
            swept=bool(study.swept) and not suite,
            suite=suite,
            failed=failed(failures),
            figures=[one for one in figures if one.name not in elsewhere],
            still=next((one for one in figures if one.name == "curves"), None),
            costs=costs,
            tables=[one for one in shown if not costs or one.name != "costs"],
            remarks=list(remarks(results)),
            **curves(results, models, costs, failures),
            **code(),
            **how_to_repeat(results),
        )
    )


@cache
def templates() -> Environment:
    """The templates of the page."""
    found = Environment(
        loader=PackageLoader("driftsim.report.page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {"in_two": in_two, "kept": kept}
    return found


def in_two(words: str) -> str:
    """The words of a heading, which may break at one place only: near their middle."""
    breaks = [i for i, letter in enumerate(words) if letter == " "]
    place = min(breaks, key=lambda i: abs(2 * i + 1 - len(words)), default=0)
    return (
        words[:place].replace(" ", SPACE)
        + words[place : place + 1]
        + words[place + 1 :].replace(" ", SPACE)
    )


def kept(text: str) -> str:
    """A text whose numbers stay with their signs of percent."""
    return text.replace(" %", f"{SPACE}%")


def names(results) -> list[str]:
    """The names of all contenders."""
    return [*results.study.contenders]


def curves(results, models, costs, failures):
    """What the curves are plotted from, with all else that the script reads, and their caption."""
    variants, broken = results.study.variants, {one.run.name for one in failures}
    tallies = packed(results, models)
    data = page_data(results, tallies, models, broken)
    data |= {"costs": costs.about | {"command": command(results)}} if costs else {}
    return {
        "data": as_json(data),
        "colours": colours(models),
        "tallies": tallies.text,
        "reading": caption(results, tallies),
        "caption": " ".join([*missing(results, tallies), *no_prices(results, costs)]),
        "first": variants[0].scenario.evaluation.warmup,
        "last": variants[0].scenario.stream.length - 1,
    }


def code():
    """The style and the script of the page, and the hash by which a browser lets it run."""
    script = WHOLE.format("\n".join(source(f"{name}.js") for name in SCRIPTS))
    digest = hashlib.sha256(script.encode()).digest()
    return {
        "style": source("page.css"),
        "script": script,
        "script_hash": base64.b64encode(digest).decode(),
    }


def source(name):
    """A file of this package as text."""
    return files("driftsim.report.page").joinpath(name).read_text(encoding="utf-8")


def failed(failures):
    """The contenders with failed runs: name, seeds, and the first failure."""
    groups: dict[str, list] = {}
    for one in failures:
        groups.setdefault(one.run.owner, []).append(one)
    return [
        (name, ", ".join(map(str, sorted({one.run.seed for one in runs}))), runs[0].failure)
        for name, runs in groups.items()
    ]


def caption(results, tallies):
    """How to read the curves, in sentences."""
    scenario = results.study.variants[0].scenario
    texts = []
    if scenario.evaluation.seeds > 1:
        seeds = f"{scenario.evaluation.seeds:,} seeds"
        texts.append(f"Lines are means over {seeds}; bands, where shown, their range.")
    if (repeats := scenario.evaluation.repeats_in_all) > 1:
        texts.append(f"With each seed, learners are trained {repeats:,} times{on_folds(scenario)}.")
    if len(scenario.stream.concepts) > 1:
        texts.append("The background is shaded by the ruling concept; during a ramp, in between.")
    if scenario.stream.drift.varies and scenario.evaluation.seeds > 1:
        texts.append("Changes come at other rows with each seed: shades are means of the seeds.")
    if shared_changes(scenario):
        texts.append("Vertical lines are the middles of true changes.")
    if any(one.dates and one.dates.holes for one in results.variants):
        texts.append("Where all curves are interrupted, no rows came for long.")
    if any("fits" in dict(kind) for kind in tallies.kinds):
        texts.append("Ticks under the curves are retrainings, with the first seed.")
    if names := list(dict.fromkeys(name for one in results.variants for name in planned(one))):
        texts.append(f"Those beside {listed(names)} are of the cheapest schedules on the grid.")
    return " ".join(texts)


def missing(results, tallies):
    """What the curves do not show, in sentences."""
    scenario = results.study.variants[0].scenario
    return [*scored_rows(results), *unknown(scenario), *left_out(results, tallies)]


def on_folds(scenario):
    """On which labels learners are trained, where that differs."""
    protocol = scenario.evaluation.protocol
    title = protocol.kind().replace("_", " ")
    return f", on the {protocol.n_folds:,} folds of a {title}" if protocol.n_folds > 1 else ""


def scored_rows(results):
    """On which rows models are scored, where they are not all, and what follows from that."""
    settings: dict[str, list[str]] = {}  # by these rows
    for one in results.variants:
        settings.setdefault(one.scenario.evaluation.protocol.rows_scored, []).append(one.title)
    for words, titles in settings.items():
        if words:
            where = f"With {listed(titles)}, each" if len(settings) > 1 else "Each"
            yield f"{where} model is scored only on {words}."
    if {*settings} != {""}:
        yield (
            "Where a window has no scored row, a curve is interrupted. What mistakes cost on all "
            "rows is estimated."
        )


def planned(one):
    """The floors of a variant whose schedules are shown, in order."""
    return one.part("first_schedules", lambda one: first_schedules(one) if one.runs else {})


def unknown(scenario):
    """Why there is no oracle, where there is none."""
    names = [name for name, c in scenario.stream.concepts.items() if not c.known]
    if names:
        yield (
            f"The probability of the labels of {' and '.join(names)} is unknown: "
            "there is no best possible predictor to show, and no excess over it."
        )
    elif not scenario.evaluation.truth:
        yield "There is no best possible predictor to show, since evaluation.truth was false."


def left_out(results, tallies):
    """What was left out so that the page stays small."""
    if tallies.merged > 1:
        rows = results.study.variants[0].scenario.interval
        yield (
            f"So that this page stays small, intervals of {rows:,} rows are merged here into "
            f"intervals of {tallies.merged * rows:,}."
        )
    if tallies.spared:
        reason = "For the same reason" if tallies.merged > 1 else "So that this page stays small"
        names = ", ".join(tallies.spared)
        yield f"{reason}, {names} has no curve here; Python has it, and the tables if asked for."


def no_prices(results, costs):
    """Why there are no fields for prices, though contenders have ended."""
    if costs is None and any(one.contenders for one in results.variants):
        yield "Among so many runs other prices can be tried from Python only."


def how_to_repeat(results, file: str = "", out: str = ""):
    """The command, the scenario and the versions that give the same results again.

    The command is of a `file`, by default the scenario under the name of the study, and writes
    into `out`, by default the folder `reports`.
    """
    study = results.study
    parts = next(run.parts for _, run in results.runs())
    runs = [run for variant in study.variants for run in first_seed(variant, parts)]
    numbers = {name: n for run in runs for name, n in run.about["versions"].items()}
    versions = ", ".join(f"{name} {number}" for name, number in sorted(numbers.items()))
    seeds = study.variants[0].scenario.evaluation.seeds
    return {
        "command": command(results, file, out),
        "scenario": results.scenario_text,
        "versions": f"Seed{f's 0 to {seeds - 1}' if seeds > 1 else ' 0'}. Versions: {versions}.",
        "hash": f"Scenario with every default: {results.scenario_hash}.",
    }


def command(results, file: str = "", out: str = "") -> str:
    """The command that runs the study from a file, by default one of its name."""
    parts = next(run.parts for _, run in results.runs())
    words = ["driftsim", "run", file or f"{results.study.name}.yaml"]
    words += ["--out", out] if out else []
    return shlex.join([*words, *(word for one in parts for word in ("--with", Path(one).name))])


def first_seed(variant, parts):
    """The runs of a variant with its first seed."""
    rules = variant.scenario.evaluation.model_copy(update={"seeds": 1, "repeats": 1})
    scenario = variant.scenario.model_copy(update={"evaluation": rules})
    return runs_of(variant._replace(scenario=scenario), parts)
