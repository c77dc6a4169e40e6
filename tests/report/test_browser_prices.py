"""The prices of the page in a browser: other ones typed, and held against the Python API."""

import re
import shlex

import numpy as np
import pytest
from browser import Opened, written
from examples import played
from priced_studies import study_of, uncertain
from scipy.special import stdtr, stdtrit

from driftsim.report.figure_data.total_costs import cost_words
from driftsim.report.page.cost_section import cheapest
from driftsim.report.page.document import source
from driftsim.report.page.drawings import drawings
from driftsim.report.results import Results
from driftsim.scenario import load

pytestmark = pytest.mark.browser
PRICED = """# Which is cheapest?
stream:
  length: 2_000
  concepts: {a: {kind: sea, threshold: 8}, b: {kind: sea, threshold: 13}}
  drift: {kind: recurring, every: 600}
  noise: 0.1
models:
  never & never: {learner: &bayes sklearn.naive_bayes.GaussianNB, policy: static}
  clock: {learner: *bayes, policy: {kind: periodic, every: 200, memory: 200}}
  alarms: {learner: *bayes, policy: {kind: on_drift, memory: 100}}
  a name that is so long that no narrow page has room:
    learner: *bayes
    policy: {kind: at_drift, memory: 200}
  online: {learner: river.naive_bayes.GaussianNB, policy: online}
evaluation: {warmup: 200, seeds: 3, interval: 25}
prices: {currency: EUR, mistake: 0.5, label: 0.02, training: 15}
"""
NUMBERS = """# Which number is cheapest?
stream: {length: 2_000, concepts: {a: {kind: linear, features: 2, walk: 0.1, noise: 0.5}}}
models:
  steps: {learner: least_squares, policy: {kind: periodic, every: 200, memory: 100}}
  never: {learner: least_squares, policy: static}
evaluation: {warmup: 100, seeds: 2, interval: 50}
prices: {absolute_error: 2, training: {each: 3, per_row: 0.01}}
"""
OTHERS = [
    {"a training": "40", "a label": "0"},
    {"a mistake": "0.125", "a row trained on": "0.01", "a CPU hour": "1000"},
    {"a stale row": "0.001", "a training": "2.5e-1", "currency": "NZ$ 'new'"},
    {"mistakes priced": "by class", "a mistake on 0": "3", "a mistake on 1": "0.25"},
]
TYPE = """
const labels = [...prices.querySelectorAll("label")];
for (const [name, text] of Object.entries(arguments[0])) {
  const field = labels.find((one) => one.firstChild.textContent === name).lastChild;
  const option = [...(field.options ?? [])].find((one) => one.text === text);
  field.value = option ? option.value : text;
}
prices.dispatchEvent(new Event("input"));
"""
GO_BACK = "document.querySelector('#own-prices').click()"
ROWS = """
return driftsim.then(({ pricing }) => pricing.rows.map((one) => {
  const parts = Object.entries(one.parts).map(([name, values]) =>
    [name, values.reduce((sum, value) => sum + value, 0) / values.length]);
  const { first, alike } = pricing.contest;
  return { contender: one.name, cost: one.cost.mean, low: one.cost.low, high: one.cost.high,
    over_static: one.over?.mean, over_static_low: one.over?.low, over_static_high: one.over?.high,
    roi: one.roi, best: one.name === first?.name, tied: alike.some(({ name }) => name === one.name),
    ...Object.fromEntries(parts) };
}));
"""
COLUMNS = [
    "cost", "low", "high", "mistakes", "labels", "training", "compute", "staleness", "over_static",
    "over_static_low", "over_static_high", "roi",
]  # fmt: skip
NO_NUMBER = "A price is a number from 0 to 10¹¹, with a point before decimals, such as 0.5."
REFUSED = [
    ("a training", "-1", NO_NUMBER),
    ("a label", "", NO_NUMBER),
    ("a mistake", "1e12", NO_NUMBER),
    ("currency", " ", "The currency needs a name."),
]
BARS = """
return [...document.querySelectorAll("#cost-bars [data-name]")].map((one) => [
  one.dataset.name,
  [...one.querySelectorAll("rect")].reduce((sum, { width }) => sum + width.baseVal.value, 0),
  one.querySelectorAll("text")[1].textContent,
]);
"""
MARKED = """
const marked = [...prices.querySelectorAll("[aria-invalid=true]")];
const labels = marked.map((one) => one.parentElement.firstChild.textContent);
return [prices.querySelector(".refused").textContent, ...labels];
"""
SHOWN = """
return ["cheapest", "cost-bars", "cost-table"].map((id) => document.getElementById(id).innerHTML);
"""
CUT = """
const [frame, ...texts] = [document.querySelector("#cost-bars svg"),
  ...document.querySelectorAll("#cost-bars svg text")].map((one) => one.getBoundingClientRect());
return texts.some(({ left, right }) => left < frame.left - 1 || right > frame.right + 1);
"""
BESIDE = """
return [...document.querySelectorAll("#cost-bars text")].map((text) => {
  const { left, top, right, bottom } = text.getBoundingClientRect();
  return [text.textContent, left, top, right, bottom];
});
"""
DRAWN_ANEW = """
const [bars, chart] = ["#cost-bars svg", "#picture"].map((one) => document.querySelector(one));
const wide = [bars, chart].map((one) => one.parentElement.clientWidth);
return innerWidth === arguments[0] && Number(bars.getAttribute("width")) === Math.min(wide[0], 860)
  && Number(chart.getAttribute("width")) === wide[1]
  && matchMedia("(prefers-color-scheme: dark)").matches === arguments[1];
"""
TABLE = """
return [...document.querySelectorAll("#cost-table tr")].map((row) =>
  [...row.cells].map(({ textContent }) => textContent));
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("priced")


@pytest.fixture(scope="module")
def priced(place):
    return played(PRICED, "priced", place)


@pytest.fixture(scope="module")
def shared(priced, chromium, folder):
    figures = [one for one in drawings(priced) if one.name == "total_cost"]
    return Opened(chromium, written(priced, folder, figures))


@pytest.fixture
def opened(shared, chromium):
    """The page with the prices of its scenario, the same one in all tests that can share it."""
    if chromium.current_url != shared.path.as_uri():
        return Opened(chromium, shared.path)
    shared.ask(GO_BACK)
    return shared


@pytest.fixture(scope="module")
def alone(place):
    return played(PRICED.replace("seeds: 3", "seeds: 1"), "alone", place)


def typed(opened, prices):
    opened.ask(TYPE, prices)


def rows(opened):
    """What the page has computed, by contender."""
    return {row["contender"]: row for row in opened.ask(ROWS)}


def options(opened):
    """The options of `--set` that the page names for the prices typed."""
    words = shlex.split(opened.find("#priced-how code").text)
    assert words[:3] == ["driftsim", "run", "priced.yaml"] or "priced" not in words[2]
    return [words[i + 1] for i, word in enumerate(words) if word == "--set"]


def again(results, place, settings):
    """The results of the same runs with the prices that options set."""
    return Results(load(place / f"{results.study.name}.yaml", settings), results.store)


def rewritten(results, place, name, text):
    """The results of the same runs by another scenario."""
    path = place / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return Results(load(path), results.store)


def alike(found, table, precision=1e-9):
    """Hold what the page has computed against a table of costs, to all digits but the last."""
    assert [*found] == [
        row.contender for row in table.sort_values("cost", kind="stable").itertuples()
    ]
    for row in table.to_dict("records"):
        own = found[row["contender"]]
        assert (own["best"], own["tied"]) == (row["best"], row["tied"]), own["contender"]
        for name in COLUMNS:
            value = np.nan if own[name] is None else own[name]
            np.testing.assert_allclose(value, row[name], precision, 1e-9, err_msg=name)


def test_students_t_is_that_of_scipy(chromium):
    script = source("significance.js")
    asked = "return arguments[0].map((df) => [quantile(0.95, df), 1 - within(2.3, df)])"
    degrees = [*range(1, 31), 99, 199]
    found = np.array(chromium.execute_script(f"{script}\n{asked}", degrees))
    wanted = [[stdtrit(df, 0.975), 2 * stdtr(df, -2.3)] for df in degrees]
    np.testing.assert_allclose(found, wanted, 1e-12)
    degrees = [0.5, 1.7, 4.23, 31.4, 1112.5, 20_000]
    found = np.array(chromium.execute_script(f"{script}\n{asked}", degrees))
    wanted = [[stdtrit(df, 0.975), 2 * stdtr(df, -2.3)] for df in degrees]
    np.testing.assert_allclose(found, wanted, 1e-9)
    holm = "return holm([0.01, NaN, 0.04, 0.03, 0.6]).map((p) => (Number.isNaN(p) ? null : p))"
    assert chromium.execute_script(f"{script}\n{holm}") == pytest.approx(
        [0.04, None, 0.09, 0.09, 0.6]
    )


@pytest.mark.parametrize(
    "prices", [{}, *OTHERS[:2], *(pytest.param(one, marks=pytest.mark.slow) for one in OTHERS[2:])]
)
def test_costs_by_other_prices_are_those_of_python(prices, priced, place, chromium, opened):
    typed(opened, prices)
    other = again(priced, place, options(opened) if prices else [])
    table = other.costs()
    alike(rows(opened), table)
    assert opened.find("#cheapest").text == cheapest(other.variants[0])
    (heads, *lines), named = opened.ask(TABLE), table.set_index("contender")
    heads = [head.replace(" ", "_") for head in heads]
    for name in ("cost", "low", "high", "over_static", "roi"):
        shown = [line[heads.index(name)].replace(",", "") for line in lines]
        wanted = named.loc[[line[0] for line in lines], name]
        numbers = [float(text) if text else np.nan for text in shown]
        np.testing.assert_allclose(numbers, wanted, 6e-4)
    assert chromium.get_log("browser") == []


def test_prices_of_regression_are_those_of_python(place, chromium, folder):
    results = played(NUMBERS, "numbers", place)
    opened = Opened(chromium, written(results, folder))
    alike(rows(opened), results.costs())
    typed(opened, {"errors priced": "squared", "a squared error": "5"})
    settings = options(opened)
    assert settings == ["prices.absolute_error=null", "prices.squared_error=5"]
    alike(rows(opened), again(results, place, settings).costs())


def test_contenders_that_lack_runs_have_costs_and_are_not_compared(priced, chromium, folder):
    lost = [run for run in priced.traces() if (run.contender, run.seed) != ("online", 1)]
    results = Results(priced.study._replace(name="lost"), runs=[lost])
    opened = Opened(chromium, written(results, folder))
    alike(rows(opened), results.costs())
    assert not rows(opened)["online"]["best"] and not rows(opened)["online"]["tied"]


def test_of_one_stream_intervals_and_tests_are_those_of_python(alone, place, chromium, folder):
    opened = Opened(chromium, written(alone, folder))
    alike(rows(opened), alone.costs())
    assert opened.find("#cheapest").text == cheapest(alone.variants[0])
    for prices in ({"a training": "40"}, OTHERS[3]):
        typed(opened, prices)
        other = again(alone, place, options(opened))
        alike(rows(opened), other.costs(), 1e-4)
        assert not other.costs().low.isna().any()
        assert opened.find("#cheapest").text == cheapest(other.variants[0])
    opened.find("#own-prices").click()
    alike(rows(opened), alone.costs())
    assert opened.find("#priced-how").text == ""


def test_who_certainly_costs_less_than_never_retraining_is_named(chromium, folder):
    results = study_of(uncertain())
    opened = Opened(chromium, written(results, folder))
    sentence = opened.find("#cheapest").text
    assert sentence == cheapest(results.variants[0]) and "But clock" in sentence
    typed(opened, {"a mistake": "0.01"})
    assert "But clock (32.2) costs significantly less: 5.83 less" in opened.find("#cheapest").text


def test_bars_are_drawn_at_once_and_go_back(priced, opened):
    own = bars(opened)
    costs = priced.costs()
    costs = costs[costs.contender.isin([*priced.study.contenders])]
    scale = max(costs for costs, _ in own.values()) / costs.cost.max()
    for row in costs.itertuples():
        assert own[row.contender][0] / scale == pytest.approx(row.cost, rel=0.001)
        assert own[row.contender][1] == cost_words(row.cost, row.low, row.high)
    typed(opened, {"a training": "400"})
    assert bars(opened)["clock"][1] != own["clock"][1]
    caption = opened.find("#figure-total_cost .words").get_attribute("textContent")
    assert caption.startswith("Cost in EUR, the cheapest first: ")
    opened.find("#own-prices").click()
    assert bars(opened) == own


def bars(opened):
    """How long each bar is, in pixels, and its cost in words, by contender."""
    return {name: (length, cost) for name, length, cost in opened.ask(BARS)}


def test_what_is_no_price_is_marked_and_nothing_is_redrawn(opened):
    before = opened.ask(SHOWN)
    for label, value, words in REFUSED:
        typed(opened, {label: value})
        assert opened.ask(MARKED) == [words, label]
        assert opened.ask(SHOWN) == before
        opened.ask(GO_BACK)
        assert opened.ask(MARKED) == [""]
    typed(opened, dict.fromkeys(("a mistake", "a label", "a training"), "0"))
    assert opened.find(".refused").text == "Something needs a price above 0."


def test_the_keyboard_reaches_the_fields(priced, opened):
    opened.ask("prices.querySelector('input[inputmode=decimal]').focus()")
    opened.press("TAB")
    opened.press("0", ",", "5")
    assert opened.find(".refused").text == NO_NUMBER  # and not that of 05
    opened.press("BACKSPACE", "BACKSPACE", "BACKSPACE", "5", "ENTER")
    assert options(opened) == ["prices.label=5"]
    labels = priced.costs().set_index("contender").labels["clock"]
    assert rows(opened)["clock"]["labels"] == pytest.approx(5 / 0.02 * labels)


def test_the_setting_is_that_of_the_curves(priced, place, chromium, folder):
    text = f"{PRICED}sweep: {{prices.training: [15, 600]}}\n"
    results = rewritten(priced, place, "swept_prices", text)
    opened, costs = Opened(chromium, written(results, folder)), results.costs()

    def shows(i):
        alike(rows(opened), costs[costs["prices.training"] == (15, 600)[i]])
        chosen = [
            opened.find(f"#{one}").get_attribute("value") for one in ("setting", "priced-setting")
        ]
        assert chosen == [str(i)] * 2

    shows(0)
    opened.choose("setting", "training = 600")
    shows(1)
    opened.choose("priced-setting", "training = 15")
    shows(0)


def test_without_prices_they_can_be_put_on(priced, place, chromium, folder):
    results = rewritten(priced, place, "without", re.sub("\nprices.*", "", PRICED))
    opened = Opened(chromium, written(results, folder))
    assert not opened.find("#prices").is_displayed()
    opened.find("#pricing summary").click()
    alike(rows(opened), results.costs())
    typed(opened, {"currency": "EUR", "a mistake": "0.5", "a label": "0.02", "a training": "15"})
    assert {*options(opened)} == {
        "prices.currency=EUR", "prices.mistake=0.5", "prices.label=0.02", "prices.training=15"
    }  # fmt: skip
    alike(rows(opened), again(results, place, options(opened)).costs())
    typed(opened, {"a mistake": "1"})
    assert "prices.mistake=1" in options(opened)  # which a currency asks for


def test_it_fits_wide_and_narrow_and_requests_nothing(priced, chromium, shared):
    path = shared.path
    opened = Opened(chromium, path, 1280, True)
    opened.ask("for (const one of document.querySelectorAll('details')) one.open = true")
    typed(opened, {"currency": "a currency of a long name, of forty let", "a training": "2000"})
    for width, dark in ((1280, True), (360, False)):
        opened.resize(width, dark)
        opened.until(DRAWN_ANEW, width, dark)
        whole, seen = opened.ask("return [document.documentElement.scrollWidth, innerWidth]")
        assert whole <= seen == width and opened.failure is None
        texts = opened.ask(BESIDE)
        for text, left, top, right, bottom in texts:
            assert left >= -1 and right <= width + 1, text
            over = [
                own
                for own, a, b, c, d in texts
                if a < right and left < c and b < bottom - 4 and top < d - 4
            ]
            assert over == [text]
        filtered = "return getComputedStyle(document.querySelector('#cost-bars svg')).filter"
        assert (opened.ask(filtered) != "none") == dark
    typed(opened, {"a training": "36751"})  # by which the last tick is near the right end
    assert not opened.ask(CUT)
    assert chromium.get_log("browser") == [] and opened.requests() == [path.as_uri()]
