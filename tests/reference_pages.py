"""Reference pages: eight kinds of study whose pages are kept as small pictures, and compared.

Run `python tests/reference_pages.py` after a change of how pages look, and look at the pictures.
"""

import base64
import io
import sys
import tempfile
from pathlib import Path

import matplotlib
import numpy as np
from browser import Opened, started, written
from examples import played
from invented_studies import NOISES, made
from PIL import Image, ImageFilter
from priced_studies import ALARMS, CLOCK, PRICES, every, study_of

from driftsim.evaluation.compute import CPU_SECONDS
from driftsim.report.page.drawings import drawings
from driftsim.report.results import Results

KEPT = Path(__file__).parent / "report" / "reference"
WIDTHS, SCALE, COLOURS = (1280, 400), 0.25, 48
BELOW = 400  # pixels of the tables that are shown
BLUR, VISIBLE = 2, 24  # pixels; a difference of a colour, of 255
MOST_HIGHER = 0.02  # a share of the height
FONTS = {"normal": "DejaVuSans.ttf", "bold": "DejaVuSans-Bold.ttf"}  # that come with matplotlib
TWO = "concepts: {a: {kind: sea, threshold: 5}, b: {kind: sea, threshold: 13}}"
MODELS = """models:
  frozen: {learner: majority, policy: static}
  every 250 rows: {learner: majority, policy: {kind: periodic, every: 250, memory: 250}}
  online: {learner: no_change, policy: online}
"""
SUITE = f"""# Which way of keeping up is best?
streams:
  sudden: {{{TWO}, drift: {{kind: sudden, at: [1_000]}}}}
  gradual: {{{TWO}, drift: {{kind: gradual, at: [1_000], width: 400}}}}
  steady: {{concepts: {{a: {{kind: sea, threshold: 5}}}}}}
defaults: {{length: 2_000, drift: none}}
{MODELS}evaluation: {{warmup: 250, seeds: 2, interval: 50}}
"""
REGRESSION = """# What does a model lose that is trained once?
stream:
  length: 2_000
  concepts: {a: {kind: friedman}, b: {kind: friedman, function: 2}}
  drift: {kind: sudden, at: [1_000]}
models:
  frozen: {learner: mean, policy: static}
  online: {learner: mean, policy: online}
evaluation: {warmup: 250, seeds: 2, interval: 50}
"""
ALARMING = """# Which detector is silent where nothing changes?
stream:
  length: 3_000
  concepts: {low: {kind: coin, share: 0.1}, high: {kind: coin, share: 0.4}}
  drift: {kind: sudden, at: [1_700]}
models:
  clock: {learner: majority, policy: {kind: monitor, detector: {kind: fixed_alarms, every: 500}}}
  chance: {learner: majority, policy: {kind: monitor, detector: {kind: random_alarms, every: 500}}}
  never: {learner: majority, policy: {kind: monitor, detector: no_alarms}}
evaluation: {warmup: 250, seeds: 2, interval: 50}
report: {lead: alarms, tolerance: 500}
"""
DATED = f"""# Is it enough to retrain every month?
stream:
  length: 3_000
  arrivals: {{kind: regular, every: 3h, start: 2024-01-01}}
  {TWO}
  drift: {{kind: gradual, at: [2024-08-01], width: 4w}}
{MODELS}evaluation: {{warmup: 60d, labels: {{kind: delayed, time: 7d}}, interval: 50}}
report: {{window: 1w}}
"""
SPENT = dict.fromkeys(CPU_SECONDS, 1e-5)  # with each interval
PRICED = {
    "never": ("static", [SPENT | {"wrong": 31 + i} for i in range(3)]),
    "clock": (
        CLOCK,
        [SPENT | {"wrong": 12 + i, "fits": every(10), "labels": 90} for i in range(3)],
    ),
    "alarms": (
        ALARMS,
        [SPENT | {"wrong": 20, "fits": every(20), "labels": 95 + i} for i in range(3)],
    ),
}


def studies(folder):
    """Eight kinds of study, made up or played, with the same numbers wherever they are made."""
    yield "first", made(folder / "first", 3, {})
    yield "nine", made(folder / "nine", 9, {})
    yield "sweep", made(folder / "sweep", 4, *NOISES)
    yield "prices", study_of(PRICED, PRICES)
    texts = {"suite": SUITE, "regression": REGRESSION, "alarms": ALARMING, "dates": DATED}
    for name, text in texts.items():
        (folder / name).mkdir()
        yield name, timeless(played(text, name, folder / name))


def timeless(results):
    """Results of a study as if each run had taken a microsecond for each row."""
    for _, run in [*results.runs()]:
        trace = results.store.load(run)
        known = {
            name: trace.columns["rows"] * 1e-6 for name in CPU_SECONDS if name in trace.columns
        }
        results.store.save(run, trace._replace(columns=trace.columns | known))
    return Results(results.study, results.store)


def page_of(name, results, folder):
    """The page of a study, in a font that is the same everywhere."""
    path = written(results, folder, [*drawings(results)])
    text = path.read_text(encoding="utf-8")
    text = text.replace("<style>", f"<style>{fonts()}", 1).replace("system-ui", "Kept")
    path = folder / f"{name}.html"
    path.write_text(text, encoding="utf-8")
    return path


def fonts():
    """The rules of a font that is within the page."""
    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    return "".join(
        f"@font-face {{ font-family: Kept; font-weight: {weight}; src: url(data:font/ttf;base64,"
        f"{base64.b64encode((folder / name).read_bytes()).decode()}); }}"
        for weight, name in FONTS.items()
    )


def shot(opened, width, dark):
    """A small picture of the page that is open, down to the first table."""
    opened.resize(width, dark)
    opened.ask("return document.fonts.ready.then(() => true)")
    opened.until("return document.querySelector('#picture .line') !== null")
    edge = opened.ask(
        "return document.querySelector('#tables').getBoundingClientRect().top + scrollY"
    )
    clip = {"x": 0, "y": 0, "width": width, "height": int(edge) + BELOW, "scale": SCALE}
    about = {"captureBeyondViewport": True, "clip": clip}
    taken = opened.chromium.execute_cdp_cmd("Page.captureScreenshot", about)
    return Image.open(io.BytesIO(base64.b64decode(taken["data"]))).convert("RGB")


def shots(chromium, path):
    """The pictures of a page by width and mode, with the page as it is then open."""
    chromium.execute_cdp_cmd("Page.setBypassCSP", {"enabled": True})  # for the font, in it
    for width in WIDTHS:
        opened = Opened(chromium, path, width)
        assert opened.failure is None
        for dark in (False, True):
            yield f"{width}-{'dark' if dark else 'light'}", opened, shot(opened, width, dark)


def difference(one, other):
    """The share of pixels that differ visibly, once blurred; 1 where one is much higher."""
    heights = one.height, other.height
    if one.width != other.width or max(heights) > (1 + MOST_HIGHER) * min(heights):
        return 1.0
    box = (0, 0, one.width, min(heights))
    blurred = [each.crop(box).filter(ImageFilter.GaussianBlur(BLUR)) for each in (one, other)]
    first, second = (np.asarray(each, int) for each in blurred)
    return float((np.abs(first - second).max(axis=2) > VISIBLE).mean())


def kept(name):
    """A picture that is kept."""
    return Image.open(KEPT / f"{name}.png").convert("RGB")


def main():
    KEPT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        chromium = started(folder / "profile")
        try:
            for name, results in studies(folder):
                for view, _, picture in shots(chromium, page_of(name, results, folder)):
                    small = picture.quantize(COLOURS, dither=Image.Dither.NONE)
                    small.save(KEPT / f"{name}-{view}.png", optimize=True)
        finally:
            chromium.quit()


if __name__ == "__main__":
    sys.exit(main())
