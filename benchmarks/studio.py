"""The studio: how soon a page follows a slider, and what 1,000 random moves leave behind.

    python benchmarks/studio.py [MOVES]

Needs chromium, chromedriver, selenium and psutil. Milliseconds are from letting go of a slider to
the new picture, in a headless Chromium; CPU milliseconds are those of the server, beside them, as
other programs do not lengthen these.
"""

import atexit
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from browser import started

ONE = """\
stream:
  length: 20_000
  concepts: {before: {kind: sea, threshold: 8}, after: {kind: sea, threshold: 12}}
  drift: {kind: sudden, at: [10_000]}
  noise: 0.05
models:
  online: {learner: naive_bayes, policy: online}
"""
LETTING_GO = """
const [path, places, done] = arguments;
const slider = document.querySelector(`input[data-path="${path}"]`);
for (const place of places) {
  slider.value = place;
  slider.dispatchEvent(new Event("input", { bubbles: true }));
}
studio.times.length = 0; // of which it keeps a number
slider.dispatchEvent(new Event("change", { bubbles: true }));
const end = performance.now() + 15000;
const look = () => {
  if (studio.times.length) done(studio.times.at(-1));
  else if (!document.getElementById("refused").hidden || performance.now() > end) done(null);
  else setTimeout(look, 2);
};
look();
"""
PATHS = (
    'return [...document.querySelectorAll("#panel input[type=range]")].map((s) => s.dataset.path)'
)
HEAP = "return performance.memory.usedJSHeapSize"


class Studio:
    """A studio in a process of its own."""

    def __init__(self, *arguments):
        command = [sys.executable, "-m", "driftsim", "studio", "--no-browser", "--port", "0"]
        self.process = subprocess.Popen([*command, *arguments], stdout=subprocess.PIPE, text=True)
        atexit.register(self.process.kill)  # where this script is interrupted
        lines = iter(self.process.stdout.readline, "")
        self.address = next(found[0] for one in lines if (found := re.search(r"http\S+", one)))
        self.known = psutil.Process(self.process.pid)

    def cpu(self):
        """CPU seconds so far."""
        times = self.known.cpu_times()
        return times.user + times.system

    def memory(self):
        """Megabytes of it and of its processes."""
        return sum(one.memory_info().rss for one in self.family()) / 1e6

    def family(self):
        """It and the processes that it has started."""
        return [self.known, *self.known.children(recursive=True)]

    def end(self, number):
        """End it by a signal; gives how many of its processes are left after 5 seconds."""
        family = self.family()
        self.process.send_signal(number)
        _, left = psutil.wait_procs(family, timeout=5)
        for one in left:
            one.kill()
        self.process.wait()
        return len(left)


def moved(browser, path, place):
    """Milliseconds from letting go of a slider, after a short drag, to the new picture."""
    places = [max(place - 20, 0), max(place - 10, 0), place]
    return browser.execute_async_script(LETTING_GO, path, places)


def redraw(browser, folder):
    """How soon one compiled contender, and the first scenario's four, follow a slider."""
    (one := folder / "one.yaml").write_text(ONE)
    for title, arguments in (("one contender", [str(one)]), ("four contenders", [])):
        studio = Studio(*arguments)
        browser.get(studio.address)
        time.sleep(3)
        times, cpu = [], studio.cpu()
        for i in range(60):
            times.append(moved(browser, "stream.noise", 30 + 15 * i))
            time.sleep(0.15)
        cpu = (studio.cpu() - cpu) / 60
        times = sorted(one for one in times if one is not None)
        shown = (
            f"median {statistics.median(times):.0f} ms, 95 % {times[int(0.95 * len(times))]:.0f} ms"
        )
        print(f"{title}, 20,000 rows: {shown}; server {1e3 * cpu:.0f} CPU ms a drag of 3 moves")
        studio.end(signal.SIGTERM)


def heap_of(browser):
    """Megabytes of the page's heap without garbage."""
    browser.execute_cdp_cmd("HeapProfiler.collectGarbage", {})
    return browser.execute_script(HEAP) / 1e6


def drill(browser, moves):
    """Move random sliders; prints what memory does, and errors."""
    studio, rng = Studio(), random.Random(0)
    browser.get(studio.address)
    time.sleep(3)
    memory, refused, started_at = [], 0, time.monotonic()
    for i in range(moves):
        if i % (moves // 5 or 1) == 0:
            memory.append(f"{i}: {studio.memory():.0f} + {heap_of(browser):.0f}")
        paths = [one for one in browser.execute_script(PATHS) if one != "stream.length"]
        refused += moved(browser, rng.choice(paths), rng.randrange(1001)) is None
    memory.append(f"{moves}: {studio.memory():.0f} + {heap_of(browser):.0f}")
    errors = browser.execute_script("return studio.errors")
    seconds = time.monotonic() - started_at
    print(f"{moves:,} random moves in {seconds:.0f} s: {len(errors)} errors, {refused} refused")
    print(f"MB of the server + of the page's heap after moves: {', '.join(memory)}")
    for message in errors[:5]:
        print(message)
    print(f"processes left after Ctrl-C: {studio.end(signal.SIGINT)}")


def ends(browser):
    """Whether any process is left after each way in which the server can end, with workers busy."""
    forest = "sklearn.ensemble.RandomForestClassifier"
    add = f'studio.turn({{ do: "add", learner: "{forest}", policy: "periodic" }})'
    for name in ("SIGINT", "SIGTERM", "SIGKILL"):
        studio = Studio()
        browser.get(studio.address)
        time.sleep(2)
        browser.execute_script(add)
        time.sleep(3)
        n = len(studio.family())
        print(f"{name} with {n} processes: {studio.end(getattr(signal, name))} left")


def main(moves=1000):
    """Print all figures."""
    with tempfile.TemporaryDirectory() as folder:
        browser = started(Path(folder) / "profile")
        try:
            redraw(browser, Path(folder))
            ends(browser)
            drill(browser, moves)
        finally:
            browser.quit()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
