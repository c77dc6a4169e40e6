"""Stream pages: each stream of a suite has the page of a study of that stream alone."""

import pytest
from examples import played

import driftsim
from driftsim import load
from driftsim.report import stream_pages, write
from driftsim.report.page.document import page
from driftsim.report.page.drawings import drawings
from driftsim.report.results import Results
from driftsim.report.stream_pages import alone, file_name

SUITE = """# Which?
streams:
  Süd/west & <b>: {drift: none, concepts: {a: {kind: sea, threshold: 8}}}
  late: {evaluation: {labels: {kind: delayed, rows: 100}}}
defaults:
  length: 900
  concepts: {a: {kind: sea, threshold: 8}, b: {kind: sea, threshold: 13}}
  drift: {kind: sudden, at: [500]}
models:
  frozen: {learner: naive_bayes, policy: static}
  knowing: {learner: naive_bayes, policy: {kind: at_drift, memory: 100}}
evaluation: {warmup: 200, seeds: 2, probe: 50}
report: {figures: []}
""".replace("/", " ")


@pytest.fixture(scope="module")
def suite(tmp_path_factory):
    return played(SUITE, "suite", tmp_path_factory.mktemp("suite"))


def text_of(results):
    return page(results, results.verdict(), [*drawings(results)])


def same_alone(results, name, folder):
    """The results of the scenario on the page of a stream, from the traces of the suite."""
    file = folder / f"{name}.yaml"
    file.write_text(alone(results, name).scenario_text, encoding="utf-8")
    return Results(load(file), results.store)


def test_the_page_of_a_stream_is_that_of_a_study_of_it_alone(suite, tmp_path):
    assert text_of(alone(suite, "late")) == text_of(same_alone(suite, "late", tmp_path))


def test_a_sweep_beside_the_streams_is_the_sweep_of_the_page(tmp_path):
    sweep = "sweep: {stream.noise: [0.0, 0.1]}\n"
    results = played(SUITE + sweep, "swept", tmp_path)
    own = alone(results, "late")
    assert [one.title for one in own.study.variants] == ["noise = 0.0", "noise = 0.1"]
    assert text_of(own) == text_of(same_alone(results, "late", tmp_path))


def test_pages_link_each_other_and_those_of_other_streams_are_removed(suite, tmp_path):
    folder = tmp_path / "streams"
    folder.mkdir()
    for name in ("3-gone.html", "mine.html"):
        (folder / name).write_text("", encoding="utf-8")
    *_, main = write(suite, tmp_path)
    assert {one.name for one in folder.iterdir()} == {
        "1-s-d-west-b.html", "2-late.html", "mine.html",
    }  # fmt: skip
    text = main.read_text(encoding="utf-8")
    for file in ("1-s-d-west-b", "2-late"):
        assert text.count(f'<a href="streams/{file}.html">Its own page</a>') == 1
    own = (folder / "1-s-d-west-b.html").read_text(encoding="utf-8")
    assert (
        '<a href="../report.html">suite</a>' in own and "<h1>Süd west &amp; &lt;b&gt;</h1>" in own
    )
    write(alone(suite, "late"), tmp_path)
    assert [one.name for one in folder.iterdir()] == ["mine.html"]


def test_a_suite_of_very_many_streams_has_one_page_alone(suite, tmp_path, monkeypatch):
    monkeypatch.setattr(stream_pages, "MOST_PAGES", 1)
    *_, main = write(suite, tmp_path)
    assert not (tmp_path / "streams").exists()
    assert "Its own page" not in main.read_text(encoding="utf-8")


def test_files_have_plain_and_different_names():
    assert file_name(1, "a/b") == "1-a-b.html" and file_name(2, "模型") == "2.html"
    assert len(file_name(12, "word " * 40)) <= 66
    assert all(map(stream_pages.OURS.fullmatch, (file_name(3, "x" * 90), file_name(2, "模型"))))


def test_a_stream_without_a_finished_run_has_a_page_that_says_so(tmp_path):
    study = load(write_text(tmp_path, SUITE))
    results = driftsim.run(study, out=tmp_path / "out", jobs=1)
    for path in results.store.folder.glob("*.parquet"):
        path.unlink()
    empty = Results(study, results.store)
    write(empty, tmp_path / "report")
    assert (tmp_path / "report" / "streams" / "2-late.html").is_file()


def write_text(folder, text):
    path = folder / "s.yaml"
    path.write_text(text, encoding="utf-8")
    return path
