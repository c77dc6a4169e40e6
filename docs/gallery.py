"""Builds the documentation site with a gallery of real reports: every scenario that ships is run.

    .venv/bin/python docs/gallery.py [FOLDER]

The site is written to FOLDER, by default site/. What has been played is kept in reports/, so that
a second call takes as long as the pages. Without this script `mkdocs build` shows pictures.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
REPORTS = ROOT / "reports"
SCENARIOS = [
    *sorted((ROOT / "scenarios").glob("*.yaml")),
    *(ROOT / "scenarios/suites").glob("*.yaml"),
]


def main(folder="site"):
    """Run all scenarios, and build the site with their reports."""
    command = [sys.executable, "-m", "driftsim", "run", *map(str, SCENARIOS), "--out", str(REPORTS)]
    subprocess.run(command, check=True)
    environment = os.environ | {"DRIFTSIM_REPORTS": str(REPORTS)}
    build = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir"]
    subprocess.run([*build, str(Path(folder).resolve())], cwd=ROOT, env=environment, check=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
