"""Classes of streams: what is of one class is of that class on every stream, in whichever order."""

import json
import re

import numpy as np
import pytest
from browser import Opened, written
from examples import played

from driftsim import load
from driftsim.messages import ScenarioError
from driftsim.report.page.document import page
from driftsim.report.page.price_data import price_data

OTHERS = {"first": "ham", "second": "zoo"}  # before and after spam in the order of classes
SCENARIO = """# How much spam is found?
STREAMS
models:
  bayes: {learner: naive_bayes, policy: online}
evaluation: {warmup: 100, interval: 50}
report: {metrics: [recall of spam, error]}
prices: {mistake: 3}
"""


def table(path, other, wanted="spam"):
    """A table of which a third of the rows is spam, the others of another class."""
    rng = np.random.default_rng(3)
    spam = rng.random(500) < 1 / 3
    rows = zip(rng.normal(spam, 1.0), np.where(spam, wanted, other))
    lines = "\n".join(f"{x:.3f},{y}" for x, y in rows)
    path.write_text(f"x,y\n{lines}\n", encoding="utf-8")
    return f"concepts: {{t: {{kind: table, path: {path}}}}}"


@pytest.fixture(scope="module")
def streams(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tables")
    return {name: table(folder / f"{name}.csv", other) for name, other in OTHERS.items()}


@pytest.fixture(scope="module")
def suite(streams, tmp_path_factory):
    listed = "".join(f"\n  {name}: {{{one}}}" for name, one in streams.items())
    text = SCENARIO.replace("STREAMS", f"streams:{listed}")
    return played(text, "suite", tmp_path_factory.mktemp("suite"))


@pytest.fixture(scope="module")
def alone(streams, tmp_path_factory):
    text = SCENARIO.replace("STREAMS", f"stream: {{{streams['second']}}}")
    return played(text, "alone", tmp_path_factory.mktemp("alone"))


def test_every_table_has_the_metric_of_the_class_of_its_stream(suite, alone):
    classes = [one.scenario.stream.schema.classes for one in suite.study.variants]
    assert classes == [("ham", "spam"), ("spam", "zoo")]
    names = ["contender", *suite.metrics]
    for frame, own in (
        (suite.summary(), alone.summary()[names]),
        (suite.curves(), alone.curves()),
        (suite.tables.whole("recall of spam").frame(), alone.curves(window=500)),
    ):
        second = frame[frame.stream == "second"][own.columns].reset_index(drop=True)
        assert second.equals(own)
    frame = suite.summary().set_index(["stream", "contender"])["recall of spam"]
    assert frame["first", "bayes"] == frame["second", "bayes"] > 0  # the same rows
    assert (suite.benchmark().value == frame["first", "bayes"]).all()


def test_the_page_has_the_formulas_and_the_prices_of_each_stream(suite, alone):
    text = page(suite, suite.verdict(), [])
    about = json.loads(re.search(r'id="about">([^<]*)<', text)[1])
    first, second = (one["formulas"] for one in about["settings"])
    of_spam = about["metrics"][0]["formula"]
    assert (of_spam[0], of_spam[2], first) == ("class", 1, {})
    assert second == {"recall of spam": [*of_spam[:2], 0]}
    assert [one["text"] for one in about["costs"]["losses"]] == ["alike"]
    assert not any(name.startswith("mistake_") for name in about["costs"]["quantities"])
    assert price_data(alone, ["bayes"], [""]).about["losses"][1]["by"] == ["spam", "zoo"]


@pytest.mark.browser
def test_the_page_computes_the_curve_of_each_stream(suite, chromium, folder):
    opened, curves = Opened(chromium, written(suite, folder)), suite.curves(window=100)
    for i, stream in enumerate(OTHERS):
        own = curves[(curves.stream == stream) & (curves.contender == "bayes")]
        found = {name: mean for name, mean, *_ in opened.curves(i, 0, "tumbling", 100)[2]}
        assert found["bayes"] == pytest.approx(own["mean"].to_numpy(), rel=1e-12)


def test_a_stream_without_the_class_is_refused_by_its_name(streams, tmp_path):
    other, path = table(tmp_path / "other.csv", "ham", "bacon"), tmp_path / "s.yaml"
    listed = f"\n  first: {{{streams['first']}}}\n  other: {{{other}}}"
    text = SCENARIO.replace("STREAMS", f"streams:{listed}").split("prices")[0]
    for metric, fault in (
        ("recall of spam", "other: no class is called 'spam'; choose from bacon, ham"),
        ("recall of eggs", "first: no class is called 'eggs'"),
        ("recal", "no metric is called 'recal'; did you mean"),
    ):
        path.write_text(text.replace("recall of spam", metric), encoding="utf-8")
        with pytest.raises(ScenarioError, match=rf"s.yaml:8: report.metrics.0: {fault}"):
            load(path)
