"""Takes the picture of a report's page that the README shows: docs/pictures/page.png.

Run it from anywhere, where chromium is installed. It plays the quickstart, keeps its runs in
reports/, and writes the same picture each time, except for the CPU seconds.
"""

import subprocess
import tempfile
from pathlib import Path

import driftsim

FOLDER = Path(__file__).resolve().parent
SCENARIO = FOLDER.parent / "scenarios" / "quickstart.yaml"
WIDTH, HEIGHT = 1000, 1270  # pixels: down to the rows of the curves
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars")
WAIT = "--virtual-time-budget=4000"  # milliseconds of the page's clock, until it has drawn


def main():
    """Play the quickstart, write its page, and take a picture of the top of it."""
    results = driftsim.run(SCENARIO, out=FOLDER.parent / "reports")
    with tempfile.TemporaryDirectory() as folder:
        driftsim.report.write(results, folder)
        shot = FOLDER / "pictures" / "page.png"
        asked = (f"--user-data-dir={folder}/profile", f"--window-size={WIDTH},{HEIGHT}", WAIT)
        page = (Path(folder) / "report.html").as_uri()
        command = ["chromium", *FLAGS, *asked, f"--screenshot={shot}", page]
        subprocess.run(command, check=True, capture_output=True)


if __name__ == "__main__":
    main()
