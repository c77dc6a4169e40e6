"""Builds the documentation site with a gallery of real reports: scenarios that ship are run.

    .venv/bin/python docs/gallery.py [--to FOLDER] [NAME ...]

The site is written to FOLDER, by default site/. All scenarios are run, which takes minutes, or
those of the given names; the others are shown as without this script, by a picture and the first
sentences of the verdict. What has been played is kept in reports/, so that a second call takes as
long as the pages. The sentences are written to reports/pictures/verdicts.yaml.
"""

import argparse
import os
import re
import subprocess
import sys
from itertools import takewhile
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
REPORTS = ROOT / "reports"
VERDICTS = REPORTS / "pictures" / "verdicts.yaml"
SCENARIOS = {
    path.stem: path
    for folder in (ROOT / "scenarios", ROOT / "scenarios" / "suites")
    for path in sorted(folder.glob("*.yaml"))
}


def main():
    """Run scenarios, and build the site with their reports."""
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*", metavar="NAME", help="scenarios; else all of them")
    parser.add_argument("--to", default="site", help="the folder of the site")
    given = parser.parse_args()
    if unknown := {*given.names} - {*SCENARIOS}:
        parser.error(
            f"no scenario is called {', '.join(unknown)}; there are {', '.join(SCENARIOS)}"
        )
    paths = [SCENARIOS[name] for name in given.names or SCENARIOS]
    command = [sys.executable, "-m", "driftsim", "run", *map(str, paths), "--out", str(REPORTS)]
    subprocess.run(command, check=True)
    write_verdicts()
    environment = os.environ | {"DRIFTSIM_REPORTS": str(REPORTS)}
    build = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir"]
    subprocess.run([*build, str(Path(given.to).resolve())], cwd=ROOT, env=environment, check=True)


def write_verdicts(reports=REPORTS):
    """Write the first sentences of the verdict of each scenario, new ones where it was run."""
    known = yaml.safe_load(VERDICTS.read_text(encoding="utf-8"))
    found = {}
    for name in SCENARIOS:
        summary = reports / name / "summary.md"
        if summary.exists():
            found[name] = headline(summary.read_text(encoding="utf-8"))
        elif name in known:
            found[name] = known[name]
    text = yaml.safe_dump(found, allow_unicode=True, width=100)
    VERDICTS.write_text(f"# Written by docs/gallery.py\n{text}", encoding="utf-8")


def headline(summary):
    """The first paragraph of the answer; of a sweep that of each setting."""
    _, *paragraphs = summary.split("\n\n")
    swept = re.match(r"\w+ = ", paragraphs[0])
    alike = takewhile(lambda one: swept and one.startswith(swept[0]), paragraphs)
    return ("\n\n".join(alike) or paragraphs[0]).strip()


if __name__ == "__main__":
    main()
