"""Builds the documentation site with a gallery of real reports: every scenario that ships is run.

    .venv/bin/python docs/gallery.py [FOLDER]

The site is written to FOLDER, by default site/. What has been played is kept in reports/, so that
a second call takes as long as the pages. Without this script `mkdocs build` shows pictures, and the
first sentences of each verdict, which it writes to reports/pictures/verdicts.yaml.
"""

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
SCENARIOS = [
    *sorted((ROOT / "scenarios").glob("*.yaml")),
    *(ROOT / "scenarios/suites").glob("*.yaml"),
]


def main(folder="site"):
    """Run all scenarios, and build the site with their reports."""
    command = [sys.executable, "-m", "driftsim", "run", *map(str, SCENARIOS), "--out", str(REPORTS)]
    subprocess.run(command, check=True)
    write_verdicts()
    environment = os.environ | {"DRIFTSIM_REPORTS": str(REPORTS)}
    build = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir"]
    subprocess.run([*build, str(Path(folder).resolve())], cwd=ROOT, env=environment, check=True)


def write_verdicts(reports=REPORTS):
    """Write the first sentences of the verdict of each scenario that a folder has a report of."""
    summaries = {path.stem: reports / path.stem / "summary.md" for path in SCENARIOS}
    found = {
        name: headline(path.read_text(encoding="utf-8"))
        for name, path in summaries.items()
        if path.exists()
    }
    text = yaml.safe_dump(found, allow_unicode=True, width=100)
    VERDICTS.write_text(f"# Written by docs/gallery.py\n{text}", encoding="utf-8")


def headline(summary):
    """The first paragraph of the answer; of a sweep that of each setting."""
    _, *paragraphs = summary.split("\n\n")
    swept = re.match(r"\w+ = ", paragraphs[0])
    alike = takewhile(lambda one: swept and one.startswith(swept[0]), paragraphs)
    return ("\n\n".join(alike) or paragraphs[0]).strip()


if __name__ == "__main__":
    main(*sys.argv[1:])
