"""The gallery: a page for each scenario that ships: its question, its picture or its report."""

from collections.abc import Iterator
from pathlib import Path

import yaml

from driftsim.scenario.notation import question

ROOT = Path(__file__).resolve().parents[2]
SCENARIOS = ROOT / "scenarios"
PICTURES = ROOT / "reports" / "pictures"
VERDICTS = yaml.safe_load((PICTURES / "verdicts.yaml").read_text(encoding="utf-8"))
NOTE = (
    "This site was built without running the scenarios: `python docs/gallery.py` runs them all, and"
    " puts the interactive report of each on its page; `python docs/gallery.py quickstart` takes"
    " seconds."
)
WIDE = "---\nhide: [toc]\n---\n\n"  # room for a report


def scenarios() -> list[Path]:
    """The scenarios that ship: single streams first, then suites."""
    first = ["quickstart"]
    single = sorted(SCENARIOS.glob("*.yaml"), key=lambda path: (path.stem not in first, path.stem))
    return [*single, *sorted((SCENARIOS / "suites").glob("*.yaml"))]


def name(path: Path) -> str:
    """The title of a scenario."""
    words = path.stem.replace("_", " ").capitalize()
    return (
        f"Suite: {words.lower().replace('moa', 'MOA')}" if path.parent.name == "suites" else words
    )


def pages(reports: Path | None) -> dict[str, str]:
    """The pages of the gallery, by their paths in the site, with the reports that a folder has."""
    found = {"gallery/index.md": "\n\n".join(contents(reports))}
    for path in scenarios():
        found[f"gallery/{path.stem}.md"] = "\n\n".join(scenario_page(path, reports))
    return found


def contents(reports: Path | None) -> Iterator[str]:
    """The first page: the question of each scenario, with its picture."""
    yield "# Gallery"
    yield (
        "Scenarios that ship with driftsim, each a question. `driftsim run scenarios/NAME.yaml`"
        " answers it: run one, change a number, and run it again."
    )
    if reports is None:
        yield NOTE
    for path in scenarios():
        live = " *Interactive report.*" if has_report(path, reports) else ""
        yield f"## [{name(path)}]({path.stem}.md)\n\n{asked(path)}{live}"
        if (PICTURES / f"{path.stem}.png").exists():
            yield f"[![Picture of the results](pictures/{path.stem}.png)]({path.stem}.md)"
        yield answered(path)


def scenario_page(path: Path, reports: Path | None) -> Iterator[str]:
    """The page of a scenario."""
    live = has_report(path, reports)
    yield f"{WIDE if live else ''}# {name(path)}"
    yield asked(path)
    command = f"driftsim run {path.relative_to(ROOT)}"
    if live:
        address = f"../reports/{path.stem}/report.html"
        yield f"[Open the report by itself]({address}){{target=_blank}}"
        yield f'<iframe class="report" src="{address}" title="Report of {name(path)}"></iframe>'
    else:
        if (PICTURES / f"{path.stem}.png").exists():
            yield f"![Error of the contenders along the stream](pictures/{path.stem}.png)"
        yield answered(path)
    yield "## Run it"
    yield f"```sh\n{command}\n```"
    yield "## The scenario"
    yield f"```yaml\n{path.read_text(encoding='utf-8').strip()}\n```"


def has_report(path: Path, reports: Path | None) -> bool:
    """Whether a folder has the report of a scenario."""
    return reports is not None and (reports / path.stem / "report.html").exists()


def asked(path: Path) -> str:
    """The question of a scenario."""
    return question(path.read_text(encoding="utf-8"))


def answered(path: Path) -> str:
    """The first sentences of the answer, as docs/gallery.py has found them."""
    return "\n".join(f"> {one}" for one in VERDICTS.get(path.stem, "").splitlines())
