"""A browser: pages opened from disk and worked by hand, for the tests of pages."""

import importlib.util
import json
import shutil
import time

from driftsim.report.page.document import page

FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
CURVES = """
const [setting, metric, over, window, done] = arguments;
driftsim.then(({ about, view }) => {
  const scene = view.scenes[setting];
  const windows = scene.over(over, about.durations?.find(({ key }) => key === window) ?? window);
  const curves = [...scene.runs.keys()].map((name) => {
    const { mean, low, high } = windows.curve(name, about.metrics[metric]);
    return [name, ...[mean, low, high].map((values) => Array.from(values))];
  });
  done([Array.from(windows.firsts), Array.from(windows.lasts), curves]);
});
"""


def missing():
    """Why there is no browser to be had, or None."""
    if importlib.util.find_spec("selenium") is None:
        return "no browser: selenium is not installed"
    for program in ("chromium", "chromedriver"):
        if shutil.which(program) is None:
            return f"no browser: there is no {program}; apt-get install chromium chromium-driver"


def started(profile):
    """A browser with a profile of its own."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options, webdriver.ChromeService(shutil.which("chromedriver")))
    driver.set_script_timeout(20)
    return driver


class Opened:
    """A page opened from disk."""

    def __init__(self, chromium, path, width=1280, dark=False):
        self.chromium, self.path = chromium, path
        self.resize(width, dark)
        for kind in ("browser", "performance"):
            chromium.get_log(kind)  # of the page before
        chromium.get(path.as_uri())
        self.failure = chromium.execute_async_script(
            "const done = arguments[0]; driftsim.then(() => done(null), (e) => done(String(e)))"
        )

    def resize(self, width=1280, dark=False):
        """Give the page a width, and light or dark colours."""
        about = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.chromium.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", about)
        self.chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})

    def ask(self, script, *given):
        return self.chromium.execute_script(script, *given)

    def until(self, script, *given, seconds=20):
        """Ask until the answer is true: the page draws anew some time after it is resized."""
        end = time.monotonic() + seconds
        while not self.ask(script, *given):
            assert time.monotonic() < end, f"this is not so after {seconds} s: {script}"

    def curves(self, *given):
        """The windows and the curves of a setting, a metric, a kind of window and its rows."""
        return self.chromium.execute_async_script(CURVES, *given)

    def find(self, selector):
        return self.chromium.find_element("css selector", selector)

    def choose(self, name, text):
        from selenium.webdriver.support.select import Select

        Select(self.find(f"#{name}")).select_by_visible_text(text)

    def press(self, *keys):
        """Press keys, by their names."""
        from selenium.webdriver.common.action_chains import ActionChains
        from selenium.webdriver.common.keys import Keys

        ActionChains(self.chromium).send_keys(*(getattr(Keys, k, k) for k in keys)).perform()

    def lines(self):
        """Whose lines are drawn."""
        return self.ask(
            "return [...document.querySelectorAll('#picture .line')].map((p) => p.dataset.name)"
        )

    def reading(self):
        return self.find("#picture").get_attribute("aria-valuetext")

    def requests(self):
        """Every address that the browser requested."""
        messages = [
            json.loads(one["message"])["message"] for one in self.chromium.get_log("performance")
        ]
        return [
            one["params"]["request"]["url"]
            for one in messages
            if one["method"] == "Network.requestWillBeSent"
        ]


def written(results, folder, figures=(), failures=()):
    path = folder / f"{results.study.name}.html"
    text = page(results, results.verdict(), figures, failures)
    path.write_text(text, encoding="utf-8")
    return path
