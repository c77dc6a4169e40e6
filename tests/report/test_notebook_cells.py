"""What notebooks show: results, streams, worlds and scenarios, on light and dark ground."""

import re
from html import unescape

import numpy as np
import pytest

import driftsim
from driftsim.examples import CONCEPTS, written
from driftsim.report.figure_data.sketches import best_columns, course, sketch
from driftsim.report.page.notebook import shown_page
from driftsim.report.page.notebook.any_ground import mixture, style
from driftsim.rows import Schema
from driftsim.scenario.notation import parsed

RECURRING = {
    "length": 20_000,
    "concepts": {"a": "sea", "b": {"kind": "sea", "threshold": 12}},
    "drift": {"kind": "recurring", "every": 5_000},
    "noise": 0.1,
}
TRAINED = {"learner": "majority", "policy": {"kind": "periodic", "every": 20, "memory": 20}}


@pytest.fixture(scope="module")
def nine(tmp_path_factory):
    learners = {f"<{i}>": TRAINED | {"labels": {"kind": "delayed", "rows": i}} for i in range(9)}
    out = tmp_path_factory.mktemp("nine")
    return driftsim.evaluate(RECURRING, learners, out=out, jobs=1, name="a & b", interval=20)


@pytest.mark.slow
def test_nine_contenders_fit_into_a_cell(nine):
    shown = nine._repr_html_()
    assert len(shown.encode()) < 200_000
    assert shown.count('class="line"') >= 9 and shown.count('class="retrained"') == 9
    assert "&lt;8&gt;" in shown and "<8>" not in shown
    assert "<script" not in shown and not re.search(r"\bid=", shown)
    assert repr(nine).startswith("<results of 'a & b': '<0>', ")


def test_a_small_cell_has_a_layout_for_telephones(plain):
    shown = plain._repr_html_()
    assert shown.count('class="plot for-wide"') == shown.count('class="plot for-narrow"') == 1


def test_a_cell_has_no_colour_for_one_ground_alone(nine):
    for shown in (nine._repr_html_(), driftsim.stream(RECURRING)._repr_html_()):
        drawn = shown.replace(style(), "")
        colours = re.findall(r'(?:fill|stroke)="([^"]*)"', drawn)
        assert colours and {one.partition("(")[0] for one in colours} <= {"color-mix", "none"}


def test_the_style_of_a_cell_reaches_nothing_else():
    rules = re.findall(r"([^{}]+)\{[^{}]*\}", re.sub(r"/\*.*?\*/", "", style()))
    selectors = [one.strip() for rule in rules for one in rule.split(",")]
    assert len(selectors) > 40 and all(one.startswith(".driftsim-cell") for one in selectors)


@pytest.mark.parametrize(
    ("colour", "mixed"),
    [
        ("#333333", "color-mix(in srgb,currentColor 80%,transparent)"),
        ("#ffffff", "color-mix(in srgb,currentColor 0%,transparent)"),
        ("#0072B2", "color-mix(in oklab,#0072B2 92%,currentColor)"),
        ("#C93300", "color-mix(in oklab,#C93300 92%,currentColor)"),
        ("#544400", "color-mix(in oklab,#544400 75%,currentColor)"),
        ("#dcebf7", "color-mix(in srgb,#006dc5 14%,transparent)"),  # the same on white
    ],
)
def test_colours_are_mixed_with_ink_or_with_the_ground(colour, mixed):
    assert mixture(colour) == mixed


def test_the_page_is_shown_in_a_frame_or_in_a_browser(nine, monkeypatch, tmp_path, capsys):
    opened = []
    monkeypatch.setattr(shown_page.webbrowser, "open", opened.append)
    monkeypatch.setattr(shown_page.tempfile, "mkdtemp", lambda **_: str(tmp_path))
    nine.show()
    path = tmp_path / "a & b.html"
    assert opened == [path.as_uri()] and capsys.readouterr().out == f"{path}\n"
    page = path.read_text(encoding="utf-8")
    frame = shown_page.InlinePage(page, "a & b", 400)._repr_html_()
    [inside] = re.findall(r'srcdoc="([^"]*)"', frame)
    shown = unescape(inside)
    assert 'title="a &amp; b"' in frame and "height: 400px" in frame
    assert '<head><base href="about:srcdoc">' in shown and "base-uri" not in shown
    assert shown.partition("<body>")[2] == page.partition("<body>")[2]


def test_the_course_of_a_stream_is_what_its_drift_says():
    stream = driftsim.stream(RECURRING)
    along = course(stream.instantiated(0))
    assert along.changes == [5_000, 10_000, 15_000]
    middles = (along.edges[:-1] + along.edges[1:]) / 2
    np.testing.assert_array_equal(along.shares[:, 1], (middles // 5_000) % 2)


def test_a_sketch_shows_rows_of_each_concept_in_the_features_that_matter():
    found = sketch(driftsim.stream(RECURRING).instantiated(0))
    assert found.columns == (0, 1) and found.groups == ["0", "1"]  # the third matters not
    assert [one.concept for one in found.panels] == [0, 1] and found.more == 0
    assert all(one.places.min() >= 0 and one.places.max() <= 1 for one in found.panels)
    assert [len(one.places) for one in found.panels] == [250, 250]


def test_features_that_matter_only_together_are_found():
    X = np.random.default_rng(0).random((1_000, 6))
    X[::7, 2] = np.nan
    y = ((X[:, 1] > 0.5) ^ (X[:, 4] > 0.5)).astype(np.int64)
    assert best_columns(X, y, Schema(tuple("abcdef"))) == (1, 4)
    numbers = Schema(tuple("abcdef"), n_classes=None)
    assert best_columns(X, np.abs(X[:, 0] - 0.5) * X[:, 5], numbers) == (0, 5)
    assert best_columns(X[:, :1], y, Schema(("a",))) == (0, None)


def test_streams_worlds_and_scenarios_show_what_they_are():
    stream = driftsim.stream(RECURRING)
    shown = stream._repr_html_()
    assert "Stream of 20,000 rows, 3 features, 2 classes" in shown
    assert "drift recurring every 5,000; noise 0.1; P(y | x) is known" in shown
    assert shown.count("<figure>") == 2 and "x1: numeric; x2: numeric" in shown
    assert "The world of seed 3." in stream.instantiated(3)._repr_html_()
    given = {"stream": RECURRING, "models": {"<c>": TRAINED}, "sweep": {"stream.noise": [0, 0.1]}}
    study = driftsim.load(given)
    assert "periodic memory 20 every 20" in study._repr_html_()
    assert "The first of 2 settings: noise = 0; noise = 0.1" in study._repr_html_()
    one = study.variants[1].scenario._repr_html_()
    assert "&lt;c&gt;" in one and "Evaluated with 1 seed, a warm-up of 1,000 rows" in one


def test_a_stream_whose_rows_cannot_be_drawn_says_why(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a,y\n" + "1,0\n,1\n" * 50)
    filled = {"path": str(path), "missing": {"fill": "mean"}}
    stream = driftsim.stream({"concepts": {"t": {"kind": "table", **filled}}})
    shown = stream._repr_html_()
    assert "Stream of 100 rows, 1 feature, 2 classes" in shown and "<figure>" not in shown
    assert stream.instantiated(0, 20)._repr_html_().count("<figure>") == 1


@pytest.mark.slow
@pytest.mark.parametrize("kind", CONCEPTS)
def test_every_concept_has_a_picture(kind):
    before, after = (parsed(written(kind, one))[0] for one in CONCEPTS[kind])
    drift = {"kind": "sudden", "at": [1_000]}
    stream = {"length": 2_000, "concepts": {"before": before, "after": after}, "drift": drift}
    assert driftsim.stream(stream)._repr_html_().count("<figure>") == 2
