"""The document: the page as text, with all it needs inside."""

import base64
import hashlib
import html
import re
import shlex
import textwrap
from importlib.resources import files
from pathlib import Path
from string import Template

from driftsim.report.page.html_tables import tables
from driftsim.report.page.packed import packed
from driftsim.report.page.page_data import as_json, page_data
from driftsim.report.summary_text import remarks
from driftsim.resolved import resolved
from driftsim.runs import runs_of

SCRIPTS = (
    "unpack", "windows", "metrics", "curves", "svg", "chart", "view", "reading", "sorting",
    "page",
)  # fmt: skip
WHOLE = '\n"use strict";\n(() => {{\n{}}})();\n'
TAG = re.compile("<[^>]+>")
NAME = re.compile(r'\s+id="([^"]*)"')  # of a part of a picture
REFERRED = re.compile(r'(?:url\(#|href="#)([^)"]+)')
LONG = 600  # characters of a sentence that are shown at once
MOST = 12  # sentences that are


def page(results, told, verdict, figures, failures=()):
    """The page: `told` are the tables, `figures` pairs of what was drawn and its SVG."""
    return Template(source("page.html")).substitute(
        **head(results, verdict, failures),
        **curves(results, figures, failures),
        **code(),
        contents=contents(figures),
        figures=pictures(figures),
        tables=tables(results, told),
        remarks=paragraphs(remarks(results)),
        **again(results),
    )


def head(results, verdict, failures):
    """What was asked, and what has come of it."""
    study, question = results.study, results.study.question
    return {
        "name": html.escape(study.name),
        "question": f'<p class="question">{html.escape(question)}</p>' if question else "",
        "verdict": told_first(verdict, swept=bool(study.swept)),
        "failed": failed(failures),
    }


def curves(results, figures, failures):
    """What the curves are drawn from, and what is shown where they cannot be."""
    variants, broken = results.study.variants, {one.run.name for one in failures}
    models = list(dict.fromkeys(name for one in variants for name in one.scenario.models))
    tallies = packed(results, models)
    return {
        "about": as_json(page_data(results, tallies, models, broken)),
        "tallies": tallies.text,
        "caption": html.escape(caption(results, tallies)),
        "still": "".join(picture(one, svg) for one, svg in figures if one.name == "curves"),
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
        "hash": base64.b64encode(digest).decode(),
    }


def source(name):
    """A file of this package as text."""
    return files("driftsim.report.page").joinpath(name).read_text(encoding="utf-8")


def contents(figures):
    """Links to the parts of the page."""
    parts = {"curves": "Along the stream", "tables": "Tables", "again": "To repeat it"}
    if any(one.name != "curves" for one, _ in figures):
        parts = {"curves": parts["curves"], "figures": "Figures", **parts}
    return " ".join(f'<a href="#{name}">{title}</a>' for name, title in parts.items())


def paragraphs(sentences):
    """Sentences, each a paragraph."""
    return "\n".join(f"<p>{html.escape(said)}</p>" for said in sentences)


def told_first(verdict, swept):
    """The verdict, what is long folded up; its first sentence leads, but where others are alike."""
    parts = [block_of(one) for one in verdict]
    if len(parts) > MOST:  # a sweep: the last one is of all settings
        rest = f"<details><summary>{len(parts) - MOST:,} more</summary>\n"
        parts[MOST - 1 : -1] = [rest + "\n".join(parts[MOST - 1 : -1]) + "</details>"]
    lead = "" if swept else " lead"
    return f'<div class="verdict{lead}">\n' + "\n".join(parts) + "\n</div>"


def block_of(block):
    """A part of the verdict: its sentences, and the list or the table below them."""
    made = [long(block.text)]
    if block.items:
        made.append(
            "<ul>" + "".join(f"<li>{html.escape(one)}</li>" for one in block.items) + "</ul>"
        )
    if block.table is not None:
        rows = [block.table.columns, *block.table.itertuples(index=False)]
        made.append(f'<div class="wide">{small(rows)}</div>')
    return "\n".join(made)


def small(rows):
    """A small table: a row of headings, and rows of words of which the first heads each."""
    head, *body = ([html.escape(cell) for cell in row] for row in rows)
    lines = ["".join(f'<th scope="col">{cell}</th>' for cell in head)]
    lines += [
        f'<th scope="row">{first}</th>' + "".join(f"<td>{cell}</td>" for cell in cells)
        for first, *cells in body
    ]
    return f"<table>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"


def long(said):
    """A sentence as a paragraph, folded up behind its first words if it is long."""
    text = html.escape(said).replace(" %", "&nbsp;%")
    if len(said) <= LONG:
        return f"<p>{text}</p>"
    first = html.escape(textwrap.shorten(said, LONG // 4, placeholder=" …"))
    return f"<details><summary>{first}</summary>\n<p>{text}</p></details>"


def failed(failures):
    """The contenders of which runs have failed, each with what went wrong first."""
    groups: dict[str, list] = {}
    for one in failures:
        groups.setdefault(one.run.name, []).append(one)
    return "\n".join(broken(name, runs) for name, runs in groups.items())


def broken(name, runs):
    """A contender that has failed, and how."""
    seeds = ", ".join(str(seed) for seed in sorted({one.run.seed for one in runs}))
    return (
        f'<div class="failed"><h2>{html.escape(name)} failed</h2>\n'
        f"<p>Seed {seeds}: {html.escape(runs[0].failure)}</p></div>"
    )


def caption(results, tallies):
    """What is seen in the curves."""
    scenario = results.study.variants[0].scenario
    said = []
    if scenario.evaluation.seeds > 1:
        seeds = f"{scenario.evaluation.seeds:,} seeds"
        said.append(f"Lines are means over {seeds}; bands, where shown, their range.")
    if scenario.evaluation.repeats > 1:
        said.append(f"With each seed, learners are trained {scenario.evaluation.repeats:,} times.")
    if len(scenario.stream.concepts) > 1:
        said.append("The ground is shaded by the concept that rules, through ramps in between.")
    if scenario.stream.changes(0):
        said.append("Upright lines are true changes.")
    if any("fits" in dict(kind) for kind in tallies.kinds):
        said.append("Marks under the curves are retrainings, with the first seed.")
    return " ".join([*said, *unknown(scenario), *spared(results, tallies)])


def unknown(scenario):
    """Why there is no oracle, where there is none."""
    names = [name for name, c in scenario.stream.concepts.items() if not c.known]
    if names:
        yield (
            f"Nobody knows the probability of the labels of {' and '.join(names)}: "
            "there is no best possible predictor to draw, and no excess over it."
        )
    elif not scenario.evaluation.truth:
        yield "The truth was not asked for."


def spared(results, tallies):
    """What was left out so that the page stays small."""
    if tallies.merged > 1:
        rows = results.study.variants[0].scenario.interval
        yield (
            f"So that this page stays small, intervals of {rows:,} rows are merged here into ones "
            f"of {tallies.merged * rows:,}."
        )
    if tallies.spared:
        yield f"For the same reason, {', '.join(tallies.spared)} can be had from Python only."


def pictures(figures):
    """All figures but the curves, each with its title and what it shows in words."""
    parts = [picture(one, svg) for one, svg in figures if one.name != "curves"]
    if not parts:
        return ""
    made = "\n".join(parts)
    return f'<section aria-labelledby="figures">\n<h2 id="figures">Figures</h2>\n{made}\n</section>'


def picture(one, svg):
    """A figure with its title and what it shows in words."""
    title, text, own = html.escape(one.title), html.escape(one.text), f"figure-{one.name}"
    return (
        f'<figure id="{own}">\n<h3 id="{own}-title">{title}</h3>\n'
        f'<div class="wide" tabindex="0" role="group" aria-labelledby="{own}-title">'
        f'{inside(svg, own)}</div>\n<figcaption id="{own}-text">{text}</figcaption>\n</figure>'
    )


def inside(svg, own):
    """A picture to stand inside the page, its names and its style its own."""
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg[svg.index("<svg") :], flags=re.S)
    svg = svg.replace("*{", f"#{own} *{{", 1)
    meant = set(REFERRED.findall(svg))
    svg = TAG.sub(lambda tag: renamed(tag[0], own, meant), svg)
    about = f'role="img" aria-labelledby="{own}-title" aria-describedby="{own}-text"'
    return svg.replace("<svg", f"<svg {about}", 1)


def renamed(tag, own, meant):
    """A tag whose names begin with that of its figure; without its own, if nothing refers to it."""
    tag = NAME.sub(lambda name: f' id="{own}-{name[1]}"' if name[1] in meant else "", tag)
    return REFERRED.sub(lambda found: found[0].replace("#", f"#{own}-", 1), tag)


def again(results):
    """What it takes to have the same once more."""
    study = results.study
    parts = next(run.parts for _, run in results.runs())
    runs = [run for variant in study.variants for run in firsts(variant, parts)]
    numbers = {name: n for run in runs for name, n in run.about["versions"].items()}
    command = ["driftsim", "run", f"{study.name}.yaml"]
    command += [word for part in parts for word in ("--with", Path(part).name)]
    told = ", ".join(f"{name} {number}" for name, number in sorted(numbers.items()))
    seeds = study.variants[0].scenario.evaluation.seeds
    return {
        "repeat": f"Keep the scenario below as {html.escape(study.name)}.yaml, and play it again:",
        "command": html.escape(shlex.join(command)),
        "scenario": html.escape(resolved(study)),
        "versions": html.escape(
            f"{f'Seeds 0 to {seeds - 1}' if seeds > 1 else 'Seed 0'}. Versions: {told}."
        ),
    }


def firsts(variant, parts):
    """The runs of a variant with its first seed."""
    rules = variant.scenario.evaluation.model_copy(update={"seeds": 1, "repeats": 1})
    scenario = variant.scenario.model_copy(update={"evaluation": rules})
    return runs_of(variant._replace(scenario=scenario), parts)
