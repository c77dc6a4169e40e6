"""Draws the picture of docs/studio.md: the studio as a browser shows it.

    python docs/studio.py

Needs chromium, chromedriver and selenium.
"""

import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from browser import started

HERE = Path(__file__).parent
SIZE = {"width": 1280, "height": 1000, "deviceScaleFactor": 1, "mobile": False}
COMMAND = [sys.executable, "-m", "driftsim", "studio", "--no-browser", "--port", "0"]


def main():
    """Open the first scenario, and save what is seen."""
    studio = subprocess.Popen(COMMAND, stdout=subprocess.PIPE, text=True)
    address = next(found[0] for one in studio.stdout if (found := re.search(r"http\S+", one)))
    with tempfile.TemporaryDirectory() as profile:
        browser = started(profile)
        try:
            browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", SIZE)
            browser.get(address)
            time.sleep(4)
            browser.execute_script("studio.world.go(11_000)")
            time.sleep(0.5)
            (HERE / "pictures").mkdir(exist_ok=True)
            browser.save_screenshot(str(HERE / "pictures" / "studio.png"))
        finally:
            browser.quit()
            studio.terminate()
            studio.wait()


if __name__ == "__main__":
    main()
