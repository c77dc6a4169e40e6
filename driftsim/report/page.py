"""The page: everything a study has shown, in files that open anywhere."""

import html
import io
from pathlib import Path
from string import Template

from driftsim.evaluation.metrics import meaning
from driftsim.report.figures import STYLE, curves
from driftsim.report.tables import readable, remarks, worthwhile
from driftsim.scenario import resolved
from driftsim.store import placed

PAGE = Template("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$name – driftsim</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem;
       color: #1a1a1a; background: #fff; }
h1 { font-size: 1.5rem; margin-bottom: .2rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
.question { font-size: 1.1rem; color: #444; }
figure { margin: 1.5rem 0; } figure svg { width: 100%; height: auto; }
figcaption, .note { color: #555; font-size: .9rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .7rem; text-align: right; white-space: nowrap;
         border-bottom: 1px solid #ddd; }
th:first-child, td.word { text-align: left; } thead th { border-bottom: 2px solid #888; }
tr.reference { color: #777; }
pre { background: #f5f5f5; padding: 1rem; overflow-x: auto; font-size: .85rem; }
.failed { border-left: 4px solid #b00; padding-left: 1rem; }
</style>
</head>
<body>
<h1>$name</h1>
<p class="question">$question</p>
$verdict
$failed
<figure>$picture<figcaption>$caption</figcaption></figure>
<h2>Summary</h2>
<div class="wide">$summary</div>
$remarks
<p class="note">$note</p>
<h2>Scenario</h2>
<details><summary>As it was resolved, every default written out</summary>
<pre>$scenario</pre></details>
<p class="note">$versions</p>
</body>
</html>
""")


def write(results, folder, failures=()):
    """Write figures, tables and the page into a folder; gives their paths, the page last."""
    folder = Path(folder)
    picture = pictures(curves(results))
    summary = results.summary()
    files = {
        "curves.png": picture["png"],
        "curves.svg": picture["svg"],
        "summary.csv": csv(summary),
        "summary.md": ("\n\n".join(results.verdict()) + "\n").encode(),
        "recovery.csv": csv(results.recovery()),
        "alarms.csv": csv(results.alarms()),
        "differences.csv": csv(results.compare()),
        **(probes(results) if asked(results) else {}),
        "scenario.yaml": resolved(results.study).encode(),
        "report.html": page(results, summary, picture["svg"].decode(), failures).encode(),
    }
    return [placed(folder / name, content) for name, content in files.items()]


def probes(results):
    """The files that tell what contenders forget."""
    return {"probed.csv": csv(results.probed()), "forgetting.csv": csv(results.forgetting())}


def asked(results):
    """Whether contenders were probed."""
    return results.study.variants[0].scenario.evaluation.probe is not None


def csv(frame):
    """A frame as the bytes of a file."""
    return frame.to_csv(index=False, lineterminator="\n").encode()


def pictures(figure):
    """A figure as the bytes of a PNG and an SVG, the same each time."""
    from matplotlib import rc_context

    made = {}
    for suffix, about in (("png", {"Software": None}), ("svg", {"Date": None, "Creator": None})):
        with rc_context(STYLE), io.BytesIO() as file:
            figure.savefig(file, format=suffix, dpi=150, metadata=about)
            made[suffix] = file.getvalue()
    return made


def page(results, summary, svg, failures):
    """The page as text."""
    study = results.study
    scenario = study.variants[0].scenario
    versions = next(run.about["versions"] for _, run in results.runs())
    about = [f"{name}: {meaning(name)}" for name in scenario.metrics]
    seeds = scenario.evaluation.seeds
    return PAGE.substitute(
        name=html.escape(study.name),
        question=html.escape(study.question),
        verdict=paragraphs(results.verdict()[1 if study.question else 0 :]),
        failed="".join(map(failed, failures)),
        picture=svg[svg.index("<svg") :],
        caption=html.escape(
            " ".join(about)
            + f" Each step is the mean over {results.window:,} rows"
            + (f" and {seeds} seeds, the band their range" if seeds > 1 else "")
            + ". The ground is shaded by the concept that rules; ticks at the foot are retrainings."
            + unknown(scenario)
        ),
        summary=table(worthwhile(summary), set(scenario.models)),
        remarks=paragraphs(remarks(results)),
        note=html.escape(
            "Means over the seeds; …_low and …_high bound the mean error at 95 %. Grey rows are "
            "references: oracle knows the world, the others have seen every label before the row. "
            "An empty cell cannot be known."
        ),
        scenario=html.escape(resolved(study)),
        versions=html.escape(
            f"Seeds 0 to {seeds - 1}. Versions: "
            + ", ".join(f"{name} {number}" for name, number in versions.items())
        ),
    )


def paragraphs(sentences):
    """Sentences, each a paragraph."""
    return "\n".join(f"<p>{html.escape(said)}</p>" for said in sentences)


def unknown(scenario):
    """Why there is no oracle, where there is none."""
    names = [name for name, c in scenario.stream.concepts.items() if not c.known]
    if names:
        return (
            f" Nobody knows the probability of the labels of {' and '.join(names)}: "
            "there is no best possible predictor to draw, and no excess over it."
        )
    return "" if scenario.evaluation.truth else " The truth was not asked for."


def failed(played):
    """A contender that raised, with its traceback."""
    name = html.escape(f"{played.run.name}, seed {played.run.seed}")
    return (
        f'<div class="failed"><h2>{name} failed</h2><pre>{html.escape(played.failure)}</pre></div>'
    )


def table(frame, contenders):
    """A frame as a table; rows that are not of a contender are references."""
    head = "".join(f"<th>{html.escape(name)}</th>" for name in frame.columns)
    body = ""
    for row in frame.to_dict("records"):
        kind = "" if row["contender"] in contenders else ' class="reference"'
        cells = (cell(name, value) for name, value in row.items())
        body += f"<tr{kind}>{''.join(cells)}</tr>\n"
    return f"<table><thead><tr>{head}</tr></thead><tbody>\n{body}</tbody></table>"


def cell(name, value):
    word = isinstance(value, str)
    return f"<td{' class=word' if word else ''}>{html.escape(readable(name, value))}</td>"
