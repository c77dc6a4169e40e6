"""The page in a browser: opened from disk, worked by hand, and held against the Python API."""

import importlib.util
import re
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from browser import Opened, written
from examples import played

from driftsim.clocks import RecordedClock
from driftsim.durations import FIXED, micros_of
from driftsim.report import write
from driftsim.report.page.drawings import drawings
from driftsim.report.results import Results
from driftsim.runner.playing import Finished
from driftsim.streams.stream import Stream

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parents[2]
SCORED = """# Which of two?
stream:
  length: 2_030
  concepts:
    '<b> & "calm"': {kind: sea, threshold: 8}
    storm ☂: {kind: sea, threshold: 13}
  drift: {kind: gradual, at: [1_200], width: 300}
  noise: 0.1
models:
  '<img src=x onerror=alert(1)>': {learner: sklearn.naive_bayes.GaussianNB, policy: static}
  'it''s $5 & "more"':
    learner: sklearn.naive_bayes.GaussianNB
    policy: {kind: periodic, every: 300, memory: 200}
evaluation: {warmup: 130, seeds: 2, interval: 20, scores: 8}
report: {metrics: [error, auc, recall of 1, f1_micro], window: 110}
"""
MANY = """# Which of three? </script><script>alert(1)</script> <!-- $name
stream:
  length: 1_500
  concepts: {a: {kind: gaussians, means: [[0.0, 0.0], [2.0, 0.0], [0.0, 2.0]]}}
models:
  majority: {learner: majority, policy: online}
  bayes: {learner: river.naive_bayes.GaussianNB, policy: online}
  broken: {learner: sklearn.naive_bayes.GaussianNB, policy: static}
evaluation: {warmup: 100, interval: 25, scores: exact}
report: {metrics: [error, roc_auc, average_precision of 2], window: 75}
"""
NUMBERS = """# How far?
stream: {length: 2_000, concepts: {a: {kind: linear, features: 2, walk: 0.1, noise: 0.5}}}
models:
  steps: {learner: least_squares, policy: {kind: periodic, every: 200, memory: 100}}
  online: {learner: least_squares, policy: online}
evaluation:
  warmup: 100
  seeds: 3
  interval: 50
  prediction_intervals: {kind: adaptive_conformal, level: 0.8, memory: 40, gamma: 0.1}
report: {metrics: [mae, r2, coverage], window: 200}
"""
FAR = """# How far from zero?
stream:
  length: 2_000
  concepts: {low: {kind: level, level: 1.0e+9, walk: 0.5}, high: {kind: level, level: 1.1e+9}}
  drift: {kind: sudden, at: [900]}
models:
  mean: {learner: mean, policy: online}
  last: {learner: no_change, policy: online}
evaluation: {warmup: 100, interval: 50, prediction_intervals: normal}
report: {metrics: [r2, mae], window: 200}
"""
DATED = """# Which keeps up?
stream: {length: 2_000, concepts: {a: {kind: linear, features: 2, walk: 0.1, noise: 0.5}}}
models:
  steps: {learner: least_squares, policy: {kind: periodic, every: 200, memory: 100}}
evaluation: {warmup: 110, interval: 20}
report: {metrics: [mae, r2], window: 1mo}
"""
HELD_OUT = """# Which on some of the rows?
stream:
  length: 2_000
  concepts: {a: {kind: sea, threshold: 8}, b: {kind: sea, threshold: 13}}
  drift: {kind: sudden, at: [1_050]}
models:
  online: {learner: naive_bayes, policy: online}
  static: {learner: naive_bayes, policy: static}
evaluation: {warmup: 110, seeds: 2, interval: 20, scores: exact}
report: {metrics: [error, kappa_m, roc_auc], window: 60}
sweep:
  evaluation.protocol:
    sets: {kind: holdout, every: 130, rows: 50}
    folds: {kind: cross_validation, folds: 3, tested: held_out}
"""
SETS = "protocol: {kind: holdout, every: 130, rows: 40}, prediction_intervals: normal,"
NUMBERS_HELD_OUT = NUMBERS.replace("seeds: 3,", SETS)
UNPACKED = """
const [done] = arguments;
const plain = (columns) =>
  Object.entries(columns).filter(([name]) => name !== "scores") // which the curves show
    .map(([name, arrays]) => [name, arrays.map((one) => Array.from(one))]);
driftsim.then(({ view }) => {
  const runs = (own) => own.map(({ seed, columns }) => [seed, plain(columns)]);
  done(view.scenes.map((scene) => [
    [...scene.truths].map(([seed, columns]) => [seed, plain(columns)]),
    [...scene.runs].map(([name, own]) => [name, runs(own)]),
  ]));
});
"""
BESIDE = """
return [...document.querySelectorAll("#picture text")].map((text) => {
  const { left, top, right, bottom } = text.getBoundingClientRect();
  return [text.textContent, left, top, right, bottom];
});
"""


@pytest.fixture(scope="module")
def scored(tmp_path_factory):
    return played(SCORED, "scored", tmp_path_factory.mktemp("scored"))


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    return played(MANY, "many", tmp_path_factory.mktemp("many"))


@pytest.fixture(scope="module")
def numbers(tmp_path_factory):
    return played(NUMBERS, "numbers", tmp_path_factory.mktemp("numbers"))


@pytest.fixture(scope="module")
def far(tmp_path_factory):
    return played(FAR, "far", tmp_path_factory.mktemp("far"))


@pytest.fixture(scope="module")
def held_out(tmp_path_factory):
    return played(HELD_OUT, "held_out", tmp_path_factory.mktemp("held_out"))


@pytest.fixture(scope="module")
def numbers_held_out(tmp_path_factory):
    return played(NUMBERS_HELD_OUT, "numbers", tmp_path_factory.mktemp("numbers_held_out"))


@pytest.fixture
def results(request):
    return request.getfixturevalue(request.param)


STUDIES = ["swept", "plain", "scored", "many", "numbers", "crossed", "far"]
LONG = ("swept", "many", "crossed", "far", "held_out", "numbers_held_out")
CURVES = [
    "plain",
    "scored",
    "numbers",
    *(pytest.param(one, marks=pytest.mark.slow) for one in LONG),
]
WIDTHS = [*enumerate((1280, 360))]
every_study = pytest.mark.parametrize("results", STUDIES, indirect=True)


@pytest.mark.parametrize("results", CURVES, indirect=True)
def test_the_curves_are_those_of_python(results, chromium, folder):
    opened = Opened(chromium, written(results, folder))
    metrics = [one["name"] for one in opened.ask("return JSON.parse(about.textContent).metrics")]
    assert {*results.study.variants[0].scenario.metrics, *known(results)} == {*metrics}
    windows = (results.window, 3 * results.study.variants[0].scenario.interval + 1)
    for j, over in enumerate(("tumbling", "sliding", "cumulative", "faded")):
        for i, metric in enumerate(metrics):
            window = windows[(i + j) % 2]  # by turns
            frame = results.curves(metric, window, over)
            for setting, variant in enumerate(results.study.variants):
                values = opened.curves(setting, i, over, window)
                alike(of(frame, results, variant), *values, (metric, over, window))


@pytest.mark.parametrize(
    "results", ["swept", "scored", "many", "numbers", "crossed"], indirect=True
)
def test_the_page_unpacks_what_python_has_packed(results, chromium, folder):
    Opened(chromium, written(results, folder))
    scenes = chromium.execute_async_script(UNPACKED)
    for (truths, contenders), variant in zip(scenes, results.variants, strict=True):
        all_runs = variant.runs
        worlds = {one.seed: one.truth for one in all_runs}
        for seed, columns in truths:
            unpacked_as(worlds[seed], columns)
        for name, runs in contenders:
            own = [one for one in all_runs if one.contender == name]
            assert [seed for seed, _ in runs] == [one.seed for one in own]
            for one, (_, columns) in zip(own, runs):
                assert {"correct", "absolute_error", "squared_error"} & dict(columns).keys()
                unpacked_as(one.trace, columns)


def unpacked_as(trace, columns):
    """Hold unpacked columns against those of a trace."""
    for name, arrays in columns:
        if name in trace.columns and name != "fits":
            own = trace.columns[name].reshape(len(trace.columns[name]), -1).T
            exact = own.dtype.kind == "i" or name.startswith("y_")
            np.testing.assert_allclose(arrays, own, 0 if exact else 2e-7, 1e-12, err_msg=name)


def known(results):
    """The metrics of which anything is known of a contender."""
    frames = {name: results.curves(name) for name in results.metrics}
    models = results.study.variants[0].scenario.models
    return {
        name
        for name, frame in frames.items()
        if frame[frame["contender"].isin([*models])]["mean"].notna().any()
    }


def of(frame, results, variant):
    """The rows of a frame that are of a setting."""
    for name, value in zip(results.swept, variant.setting.values()):
        frame = frame[frame[name] == value]
    return frame


def alike(frame, firsts, lasts, curves, about):
    """Hold the curves of a page against a frame, value by value."""
    assert [name for name, *_ in curves] == list(dict.fromkeys(frame["contender"])), about
    for name, *found in curves:
        own = frame[frame["contender"] == name]
        assert own["first_row"].tolist() == firsts and own["last_row"].tolist() == lasts, about
        for column, values in zip(("mean", "low", "high"), found):
            values = np.array([np.nan if one is None else one for one in values])
            np.testing.assert_allclose(values, own[column], 2e-6, 2e-7, err_msg=str((name, about)))


def test_the_level_of_intervals_is_a_line_across_the_chart(numbers, chromium, folder):
    opened = Opened(chromium, written(numbers, folder))
    assert not opened.ask("return document.querySelector('line.aim')")
    opened.choose("metric", "coverage")
    assert "The dashed line is the level, 0.8." in opened.find("#meaning").text
    line = "const one = document.querySelector('line.aim'); return one.y1.baseVal.value"
    top = "const box = document.querySelector('path.frame').getBBox(); return [box.y, box.height]"
    y, (least, height) = opened.ask(line), opened.ask(top)
    assert least < y < least + height


@pytest.fixture
def dated(tmp_path_factory, monkeypatch):
    """Results whose rows come every 90 minutes or so, in Berlin, with five weeks without rows."""
    rng, hour = np.random.default_rng(0), FIXED["h"]
    gaps = rng.exponential(1.5 * hour, 2_000) + (np.arange(2_000) == 1_203) * 35 * 24 * hour
    start = micros_of(datetime(2023, 11, 20, 8, tzinfo=UTC))
    clock = RecordedClock(start + np.cumsum(gaps).astype(np.int64), "Europe/Berlin")
    monkeypatch.setattr(Stream, "clock", lambda stream, seed: clock)
    monkeypatch.setattr(Stream, "undated", None)
    return played(DATED, "dated", tmp_path_factory.mktemp("dated"))


def test_windows_of_time_are_those_of_python(dated, chromium, folder):
    opened = Opened(chromium, written(dated, folder))
    assert opened.failure is None and chromium.get_log("browser") == []
    keys = opened.ask("return JSON.parse(about.textContent).durations.map(({ key }) => key)")
    assert keys == ["1w", "1mo"]  # a window of a day holds less than an interval
    for over, window in (("tumbling", "1w"), ("tumbling", "1mo"), ("sliding", "1w")):
        for i, metric in enumerate(("mae", "r2")):
            frame = dated.curves(metric, window, over)
            alike(frame, *opened.curves(0, i, over, window), (metric, over, window))


def test_the_axis_and_the_readings_have_dates(dated, chromium, folder):
    opened = Opened(chromium, written(dated, folder))
    words = [text for text, *_ in opened.ask(BESIDE)]
    assert {"11 Dec", "8 Jan", "1 Apr", "date, 2023–2024 (Europe/Berlin)"} <= {*words}  # Mondays
    assert "row of the stream" not in words
    curve = dated.curves()
    dates = dated.variants[0].dates
    opened.ask("picture.focus()")
    opened.press("HOME", "ARROW_RIGHT")
    first, last = curve.loc[1, ["first_row", "last_row"]]
    assert opened.reading().startswith(f"rows {first} to {last}, {dates.between(first, last)}: ")
    (left, width), whole = opened.ask(
        "const box = (one) => [Number(one.getAttribute('x')), Number(one.getAttribute('width'))];"
        "return driftsim.then(({ chart }) => [box(document.querySelector('#picture .hole')),"
        " [chart.left, chart.right]])"
    )
    at = dates.at([110, 1_202, 1_203, 1_999])
    places = np.interp(at, [at[0], at[-1]], whole)
    np.testing.assert_allclose([left, left + width], places[1:3], atol=0.2)
    opened.choose("over", "fading")
    assert opened.find("#window").get_attribute("value") == "200"  # rows, as time has no fading
    opened.press("ESCAPE")
    opened.find("#closer").click()
    low, high = opened.ask("return driftsim.then(({ chart }) => chart.x.range)")
    quarters = at[0] + (at[-1] - at[0]) * np.array([0.25, 0.75])
    np.testing.assert_allclose([low, high], dates.rows(quarters), atol=20)


@every_study
def test_it_opens_from_disk_without_errors_or_requests(results, chromium, folder):
    path = written(results, folder)
    opened = Opened(chromium, path)
    assert opened.failure is None
    assert chromium.get_log("browser") == []
    assert opened.requests() == [path.as_uri()]
    assert opened.lines() and opened.find("#picture").size["height"] > 200


@pytest.mark.parametrize(
    ("results", "width", "dark"),  # each study in both widths, and in both colours by turns
    [(name, width, (i + j) % 2 > 0) for i, name in enumerate(STUDIES) for j, width in WIDTHS],
    indirect=["results"],
)
def test_it_fits_wide_and_narrow_light_and_dark(results, width, dark, chromium, folder):
    opened = Opened(chromium, written(results, folder), width, dark)
    opened.ask("for (const one of document.querySelectorAll('details')) one.open = true")
    opened.ask("driftsim.then(({ interaction }) => interaction.go(3))")
    whole, seen = opened.ask("return [document.documentElement.scrollWidth, innerWidth]")
    assert whole <= seen == width
    ground = opened.ask("return getComputedStyle(document.body).backgroundColor")
    assert ground == ("rgb(20, 20, 20)" if dark else "rgb(255, 255, 255)")
    for drawing in ("#picture", ".sample"):
        script = f"return getComputedStyle(document.querySelector('{drawing}')).filter"
        assert (opened.ask(script) != "none") == dark, drawing


def test_the_words_beside_the_axes_do_not_overlap(numbers, chromium, folder):
    opened = Opened(chromium, written(numbers, folder))
    boxes = opened.ask(BESIDE)
    (ticks,) = [box for text, *box in boxes if text == "steps"]
    others = [(text, box) for text, *box in boxes if text != "steps"]
    assert len(others) > 4 and any(box[1] < ticks[1] for _, box in others)
    for text, (left, top, right, bottom) in others:
        beside = right <= ticks[0] or ticks[2] <= left
        assert beside or bottom <= ticks[1] or ticks[3] <= top, text


def test_the_page_says_whose_metric_is_not_known(numbers, chromium, folder):
    opened = Opened(chromium, written(numbers, folder))
    button = opened.find('#legend [data-name="oracle"]')
    assert not button.is_enabled() and button.get_attribute("aria-pressed") == "false"
    assert button.text.endswith("not known for mae")
    assert button.get_attribute("title").endswith(": not known for mae")
    opened.choose("metric", "r2")
    assert button.is_enabled() and button.get_attribute("aria-pressed") == "true"
    assert "not known" not in button.text + button.get_attribute("title")


def test_a_click_or_a_key_hides_a_contender_and_shows_it_again(swept, chromium, folder):
    opened = Opened(chromium, written(swept, folder))
    everybody = ["bayes & co", "frozen", "oracle"]
    assert opened.lines() == everybody
    button = opened.find('#legend [data-name="frozen"]')
    button.click()
    assert opened.lines() == ["bayes & co", "oracle"]
    assert button.get_attribute("aria-pressed") == "false"
    opened.press("SPACE")
    assert opened.lines() == everybody and button.get_attribute("aria-pressed") == "true"
    opened.press("ENTER")
    assert opened.lines() == ["bayes & co", "oracle"]
    opened.find("#nobody").click()
    assert opened.lines() == [] and "no contender is shown" in opened.find("#picture").text
    opened.find("#everybody").click()
    assert opened.lines() == [*everybody, "majority", "no_change"]


def test_the_switches_change_the_curves_to_those_of_python(swept, chromium, folder):
    opened = Opened(chromium, written(swept, folder))
    opened.choose("setting", "noise = 0.2")
    opened.choose("metric", "kappa")
    opened.choose("over", "sliding")
    opened.choose("window", "500 rows")
    opened.find("#picture").click()
    opened.press("HOME", "ARROW_RIGHT", "ARROW_RIGHT", "END")
    frame = swept.curves("kappa", 500, "sliding")
    frame = frame[(frame["noise"] == 0.2) & (frame["last_row"] == 2_999)].set_index("contender")
    for name in ("bayes & co", "frozen"):
        mean, low, high = frame.loc[name, ["mean", "low", "high"]]
        assert f"{name} {mean:.4f} ({low:.4f} to {high:.4f})" in opened.reading()
    assert opened.reading().startswith("rows 2,500 to 2,999, b: ")
    assert "kappa: Cohen's kappa" in opened.find("#meaning").text
    opened.choose("over", "cumulative")
    opened.ask("picture.focus()")
    opened.press("END")
    assert opened.reading().startswith("rows 1,000 to 2,999")
    assert not opened.find("#window").is_enabled()


def test_values_are_read_under_the_pointer(swept, chromium, folder):
    from selenium.webdriver.common.action_chains import ActionChains

    opened = Opened(chromium, written(swept, folder))
    assert not opened.find("#readout").is_displayed()
    ActionChains(chromium, duration=40).move_to_element(opened.find("#picture")).perform()
    readout = opened.find("#readout").text
    frame = swept.curves("error")
    row = int(readout.split()[1].replace(",", ""))
    own = frame[(frame["noise"] == 0.0) & (frame["first_row"] == row)].set_index("contender")
    for name in ("bayes & co", "frozen"):
        assert re.search(rf"{name}\n{own.loc[name, 'mean']:.4f}", readout)
    assert readout.splitlines()[0].endswith(" b")


def test_the_keyboard_reads_zooms_and_comes_back(swept, chromium, folder):
    opened = Opened(chromium, written(swept, folder))
    opened.ask("picture.focus()")
    opened.press("ARROW_RIGHT")
    first = opened.reading()
    assert first.startswith("rows 1,000 to 1,199")
    opened.press("ARROW_RIGHT")
    assert opened.reading().startswith("rows 1,200 to 1,399")
    opened.press("PAGE_UP")
    assert opened.find("#picture").get_attribute("aria-valuenow") == "2999"
    opened.press("+", "+")
    low, high = opened.ask("return driftsim.then(({ chart }) => chart.x.range)")
    assert high - low == 500 and low <= 2_900 <= high
    opened.press("HOME")
    low, high = opened.ask("return driftsim.then(({ chart }) => chart.x.range)")
    assert low == 1_000 and high == 1_500 and opened.reading() == first
    opened.press("ESCAPE")
    assert opened.ask("return driftsim.then(({ chart }) => chart.x.range)") == [1_000, 3_000]


@pytest.mark.slow
def test_a_drag_zooms_and_a_double_click_shows_all(swept, chromium, folder):
    from selenium.webdriver.common.action_chains import ActionChains

    opened = Opened(chromium, written(swept, folder))
    picture, act = opened.find("#picture"), ActionChains(chromium, duration=40)
    act.move_to_element(picture).click_and_hold().move_by_offset(200, 3).release().perform()
    low, high = opened.ask("return driftsim.then(({ chart }) => chart.x.range)")
    assert 1_900 < low < 2_100 and 300 < high - low < 450
    assert not opened.ask("return whole.disabled")
    act.move_to_element(picture).double_click().perform()
    assert opened.ask("return driftsim.then(({ chart }) => chart.x.range)") == [1_000, 3_000]
    for name, (low, high) in {"closer": (1_500, 2_500), "before": (1_000, 2_000)}.items():
        opened.find(f"#{name}").click()
        assert opened.ask("return driftsim.then(({ chart }) => chart.x.range)") == [low, high]


def test_figures_show_values_by_keys_and_at_the_pointer(swept, chromium, folder):
    figures = [one for one in drawings(swept) if one.name in ("excess", "cost")]
    opened = Opened(chromium, written(swept, folder, figures))
    tip = "return document.querySelector('#figure-excess .tip').textContent"
    from selenium.webdriver.common.action_chains import ActionChains

    opened.ask("document.querySelector('#figure-excess > .wide').focus()")
    opened.press("ARROW_RIGHT")
    line = opened.find("#figure-excess .for-wide [data-tip]")
    name, lit = line.get_attribute("data-tip"), "return arguments[0].classList.contains('lit')"
    assert opened.ask(tip).startswith(f"{name}: ") and opened.ask(lit, line)
    opened.press("ESCAPE")
    assert opened.ask("return document.querySelector('.tip').hidden") and not opened.ask(lit, line)
    ActionChains(chromium).move_to_element(
        opened.find("#figure-cost .for-wide [data-tip]")
    ).perform()
    shown = opened.ask("return document.querySelector('#figure-cost .tip').textContent")
    assert re.fullmatch(r".+: error [\d.]+, CPU seconds [\d.e-]+", shown)


def test_values_of_lines_over_prices_say_at_which_price(swept, chromium, folder):
    figures = [one for one in drawings(swept) if one.name == "price"]
    opened = Opened(chromium, written(swept, folder, figures))
    opened.ask("document.querySelector('#figure-price > .wide').focus()")
    opened.press("ARROW_LEFT")
    shown = opened.ask("return document.querySelector('#figure-price .tip').textContent")
    assert re.fullmatch(r".+: [\d.,]+ at \d+", shown)


def test_a_printed_page_is_light_and_its_curves_fit(swept, chromium, folder):
    opened = Opened(chromium, written(swept, folder), dark=True)
    media = {"media": "print", "features": [{"name": "prefers-color-scheme", "value": "dark"}]}
    chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    picture = "const style = getComputedStyle(document.querySelector('#picture'));"
    try:
        assert opened.ask(f"{picture} return style.filter") == "none"
        assert opened.ask(f"{picture} return style.maxWidth") == "100%"
    finally:
        chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_a_table_sorts_by_click_and_by_key(swept, chromium, folder):
    opened = Opened(chromium, written(swept, folder))
    path = 'table[aria-labelledby="table-summary"]'
    column = (
        "return [...document.querySelectorAll(`${arguments[0]} tbody tr`)]"
        ".map((row) => row.cells[2].textContent)"
    )
    values = [float(value) for value in opened.ask(column, path)]
    head = opened.find(f"{path} th:nth-child(3)")
    assert head.text.startswith("error") and head.get_attribute("aria-sort") is None
    head.find_element("css selector", "button").click()
    assert [float(value) for value in opened.ask(column, path)] == sorted(values)
    assert head.get_attribute("aria-sort") == "ascending"
    opened.press("ENTER")
    assert [float(value) for value in opened.ask(column, path)] == sorted(values, reverse=True)
    assert head.get_attribute("aria-sort") == "descending"
    opened.find(f"{path} th:nth-child(2) button").click()
    assert head.get_attribute("aria-sort") is None


def test_names_stay_names(scored, chromium, folder):
    opened = Opened(chromium, written(scored, folder))
    answer = opened.ask(
        "return [...document.querySelectorAll('#legend span')].map((one) => one.textContent)"
    )
    assert answer[:2] == list(scored.study.variants[0].scenario.models)
    assert '<b> & "calm"' in opened.find("#picture").text
    assert not opened.ask("return document.querySelectorAll('img, main b').length")


def test_failed_contenders_are_named_and_cannot_be_shown(many, chromium, folder):
    failures = [
        Finished(run, "ValueError: <no>", ()) for _, run in many.runs() if run.name == "broken"
    ]
    results = Results(many.study, Without(many.store, "broken"))
    opened = Opened(chromium, written(results, folder, failures=failures))
    assert "broken" not in opened.lines()
    button = opened.find('#legend [data-name="broken"]')
    assert not button.is_enabled() and button.text.endswith("failed")
    assert "ValueError: <no>" in opened.find(".failed").text


class Without:
    """A store that has lost the runs of a contender."""

    def __init__(self, store, name):
        self._store, self._name = store, name

    def listed(self):
        return self

    def __contains__(self, run):
        return run.name != self._name and run in self._store

    def load(self, run):
        return self._store.load(run)


def test_a_tap_highlights_a_curve_and_a_second_one_hides_it(swept, chromium, tmp_path):
    opened = Opened(chromium, written(swept, tmp_path))
    tap = """const click = new PointerEvent("click", { pointerType: "touch", bubbles: true });
document.querySelector("#legend button").dispatchEvent(click);"""
    _, *others = opened.lines()
    opened.ask(tap)
    look = "return [...document.querySelectorAll('#picture .line')].map((p) => p.classList.value)"
    assert opened.ask(look) == ["line lit", *["line dim"] * len(others)]
    opened.ask(tap)
    assert opened.lines() == others and "dim" not in opened.ask(look)[0]


def test_without_scripts_the_page_shows_a_picture_and_the_tables(swept, chromium, tmp_path):
    path = written(swept, tmp_path, [next(drawings(swept))])
    chromium.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        chromium.get(path.as_uri())
        text = chromium.find_element("css selector", "body").text
        shown = chromium.find_elements("css selector", "noscript figure svg")
        assert [one.is_displayed() for one in shown].count(True) == 1  # in one of its layouts
        assert not chromium.find_element("css selector", "#chart").is_displayed()
        assert "has the lowest error" in text and "Summary" in text
    finally:
        chromium.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_where_the_script_fails_the_page_shows_the_same(swept, chromium, tmp_path):
    path = written(swept, tmp_path, [next(drawings(swept))])
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('id="tallies">', 'id="tallies">?', 1), encoding="utf-8")
    opened = Opened(chromium, path)
    assert "InvalidCharacterError" in opened.failure
    assert opened.find("#plain figure .for-wide").is_displayed()
    opened.resize(400)
    assert opened.find("#plain figure .for-narrow").is_displayed()
    assert not opened.find("#plain figure .for-wide").is_displayed()
    assert not opened.find("#chart").is_displayed()
    chromium.get_log("browser")  # which has the error


@pytest.mark.slow
def test_a_large_study_stays_small_and_is_drawn_soon(chromium, folder):
    path = written(large(), folder)
    assert path.stat().st_size < 5e6  # which leaves 3 MB to the figures
    opened = Opened(chromium, path)
    answer = opened.ask(
        "return driftsim.then(({ about, plotted }) => [about.settings[0].interval, plotted])"
    )
    interval, milliseconds = answer  # of which none is merged; since the page was opened
    assert interval == 50 and milliseconds < 2_000
    assert len(opened.lines()) == 11 and chromium.get_log("browser") == []


@pytest.mark.slow
def test_a_large_report_with_its_figures_stays_small_and_is_drawn_soon(chromium, tmp_path):
    path = write(large(), tmp_path)[-1]
    assert path.stat().st_size < 8e6
    opened = Opened(chromium, path)
    assert opened.ask("return driftsim.then(({ plotted }) => plotted)") < 2_000
    assert chromium.get_log("browser") == [] and opened.requests() == [path.as_uri()]


def large():
    """Ten contenders, thirty seeds and two thousand intervals, which nobody has played."""
    spec = importlib.util.spec_from_file_location("figures", ROOT / "benchmarks" / "figures.py")
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    study = made.study(seeds=30)
    scenario = study.variants[0].scenario

    class Invented:
        """A store of all runs, that are made up as they are asked for."""

        def listed(self):
            return self

        def __contains__(self, run):
            return True

        def load(self, run):
            world = made.truth(scenario, run.seed)
            if run.contender is None:
                return world
            i = int(run.name.removeprefix("m"))
            return made.contender(scenario, world, i, np.random.default_rng([run.seed, i]))

    return Results(study, Invented())
