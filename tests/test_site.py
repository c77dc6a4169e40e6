"""The documentation site: it builds strictly, its links lead somewhere, and it asks for nothing.

Two pages of the gallery have their live reports: of a stream and of a suite, of few runs each.
"""

import os
import subprocess
import sys
import time
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from browser import missing, started

ROOT = Path(__file__).resolve().parents[1]
LOADED = {("script", "src"), ("link", "href"), ("img", "src"), ("iframe", "src")}
REQUIRED = os.environ.get("DRIFTSIM_BROWSER") == "required"  # fail where it would be skipped
pytestmark = pytest.mark.slow


class Page(HTMLParser):
    """What a page loads, where its links lead, and the anchors it has."""

    def __init__(self, path):
        super().__init__()
        self.loads, self.leads, self.anchors = [], [], {""}
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if (tag, name) in LOADED and dict(attrs).get("rel") != "canonical":
                self.loads.append(value)
            elif (tag, name) == ("a", "href"):
                self.leads.append(value)
            elif name in ("id", "name"):
                self.anchors.add(value)


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """A folder of the reports of two scenarios."""
    folder, signals = tmp_path_factory.mktemp("reports"), ["adwin", "ddm", "steps", "slopes"]
    run = [sys.executable, "-m", "driftsim", "run", "--seeds", "2", "--jobs", "1"]
    run += ["--figures", "none", "--out", str(folder)]
    few = [word for pair in zip(["--only"] * 2 + ["--only-stream"] * 2, signals) for word in pair]
    for words in (["scenarios/quickstart.yaml"], ["scenarios/suites/signals.yaml", *few]):
        subprocess.run([*run, *words], cwd=ROOT, check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def site(tmp_path_factory, reports):
    """The folder of the site, built without a warning."""
    if not REQUIRED:
        pytest.importorskip("mkdocstrings", reason="pip install '.[docs]'")
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-d", str(folder)]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1", "DRIFTSIM_REPORTS": str(reports)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def pages(site):
    return {path: Page(path) for path in site.rglob("*.html") if path.name != "404.html"}


def test_every_link_leads_to_a_file_and_a_place_in_it(pages):
    dead = []
    for path, page in pages.items():
        for target in [*page.leads, *page.loads]:
            parts = urlsplit(target)
            if parts.scheme in ("http", "https", "mailto", "data"):
                continue
            found = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not found.is_file() or (
                found in pages and unquote(parts.fragment) not in pages[found].anchors
            ):
                dead.append(f"{path.name}: {target}")
    assert not dead


def test_no_page_loads_anything_from_the_net(pages):
    assert not {one for page in pages.values() for one in page.loads if urlsplit(one).netloc}


def test_links_are_named_by_titles_not_by_files(pages):
    assert not [path.name for path in pages if ".md</a>" in path.read_text(encoding="utf-8")]


def test_there_is_a_page_for_each_family_scenario_and_kind(site, pages):
    from driftsim.kinds import FAMILIES

    for family in FAMILIES:
        anchors = pages[site / "reference" / f"{family}.html"].anchors
        own = {
            name for name, kind in FAMILIES[family].kinds.items() if "driftsim." in kind.__module__
        }
        assert own <= anchors, family
    for path in (ROOT / "scenarios").rglob("*.yaml"):
        assert site / "gallery" / f"{path.stem}.html" in pages


def test_the_page_of_the_notebook_has_what_its_cells_show(site):
    page = (site / "tutorials" / "teaching_notebook.html").read_text(encoding="utf-8")
    assert page.count('class="driftsim-cell"') == 2  # the world, and the contest
    assert page.count('<input type="range"') == 3 and "data:image/png" in page
    assert "srcdoc=" in page and 'href="teaching.ipynb" download' in page
    assert (site / "tutorials" / "teaching.ipynb").exists()


@pytest.fixture(scope="module")
def narrow(tmp_path_factory):
    """A browser of the width of a telephone."""
    if missing() and not REQUIRED:
        pytest.skip(missing())
    driver = started(tmp_path_factory.mktemp("profile"))
    about = {"width": 400, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", about)
    yield driver
    driver.quit()


def opened(driver, page):
    """Open a page from disk, which is no wider than the screen and has no errors."""
    driver.get(page.as_uri())
    width = driver.execute_script("return document.documentElement.scrollWidth")
    assert (width <= 400, driver.get_log("browser")) == (True, []), page


@pytest.mark.browser
def test_it_is_read_and_searched_from_disk_on_a_narrow_screen(site, narrow):
    for name in ("coming_from", "reference/learner", "gallery/index", "api", "index"):
        opened(narrow, site / f"{name}.html")
    narrow.execute_script("document.querySelector('[for=__search]').click()")
    narrow.find_element("css selector", ".md-search__input").send_keys("page_hinkley")
    found = "return document.querySelector('.md-search-result__item a')?.getAttribute('href')"
    end = time.monotonic() + 20
    while not (link := narrow.execute_script(found)) and time.monotonic() < end:
        time.sleep(0.1)
    assert "page_hinkley" in str(link)


@pytest.mark.browser
@pytest.mark.parametrize("name", ["quickstart", "signals"])
def test_a_report_within_a_page_of_the_gallery_is_drawn_from_disk(site, narrow, name):
    opened(narrow, site / "gallery" / f"{name}.html")
    narrow.switch_to.frame(narrow.find_element("css selector", "iframe.report"))
    drawn = "const done = arguments[0]; driftsim.then(() => done(null), (e) => done(String(e)))"
    assert narrow.execute_async_script(drawn) is None
    assert narrow.execute_script("return document.querySelectorAll('svg .line').length") > 0
    assert narrow.execute_script("return document.documentElement.scrollWidth <= innerWidth")
    assert not narrow.get_log("browser")
