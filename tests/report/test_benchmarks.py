"""Benchmarks: streams by contenders are what each stream gives, and ranks are over streams."""

import re
import shutil

import numpy as np
import pytest
from browser import Opened, written
from examples import played
from rich.console import Console

import driftsim
from driftsim import load
from driftsim.evaluation.significance import over_seeds, ranked
from driftsim.figure_names import FIGURES
from driftsim.report import write
from driftsim.report.benchmark_text import markdown_table, parts_of, terminal_tables
from driftsim.report.benchmarks import Entry, Grid
from driftsim.report.figure_data import numbers
from driftsim.report.figure_data.view import View
from driftsim.report.files import text_files
from driftsim.report.page.document import page
from driftsim.report.page.drawings import DRAWN, drawings
from driftsim.report.printed import print_results
from driftsim.report.results import Results
from driftsim.report.table import Table
from driftsim.report.verdict.ranking import over_streams
from driftsim.runner.runs import all_runs
from driftsim.store import Store

BAYES = "learner: naive_bayes"
SUITE = f"""# Which of <these>?
streams:
  calm & quiet: {{concepts: {{a: {{kind: sea, threshold: 8}}}}, drift: none}}
  sudden: {{}}
  late: {{evaluation: {{labels: {{kind: delayed, rows: 300}}}}}}
  noisy: {{noise: 0.2}}
defaults:
  length: 1_500
  concepts: {{a: {{kind: sea, threshold: 8}}, b: {{kind: sea, threshold: 13}}}}
  drift: {{kind: sudden, at: [700]}}
models:
  frozen: {{{BAYES}, policy: static}}
  online: {{{BAYES}, policy: online}}
  often: {{{BAYES}, policy: {{kind: periodic, every: 200, memory: 200}}}}
  knowing: {{{BAYES}, policy: {{kind: at_drift, memory: 100}}}}
evaluation: {{warmup: 300, seeds: 3}}
report: {{equivalence: 2}}
"""
RIVALS = ["frozen", "online", "often"]


@pytest.fixture(scope="module")
def suite(tmp_path_factory):
    return played(SUITE, "suite", tmp_path_factory.mktemp("suite"))


def errors(results, stream, name):
    return np.array(
        [
            float(results.metrics["error"](run.over())[0])
            for run in results.traces()
            if run.setting == {"stream": stream} and run.contender == name
        ]
    )


def test_the_best_of_a_stream_are_those_that_do_not_differ_from_it(suite):
    frame = suite.benchmark().set_index(["stream", "contender"])
    for stream in ("calm & quiet", "sudden", "late", "noisy"):
        own = {name: errors(suite, stream, name) for name in RIVALS}
        best = min(own, key=lambda name: own[name].mean())
        for name, values in own.items():
            row = frame.loc[stream, name]
            assert row.value == pytest.approx(values.mean())
            apart = over_seeds(values - own[best])
            assert row.best == (name == best or (apart.known and not apart.distinguishable))
        assert not frame.loc[stream, "knowing"].best
        assert np.isnan(frame.loc[stream, "knowing"]["rank"])
        assert sorted(frame.loc[stream].loc[RIVALS, "rank"]) == [1, 2, 3]


def test_ranks_are_over_streams_and_without_what_knows_the_truth(suite):
    frame = suite.benchmark()
    values = frame[frame.contender != "knowing"].pivot(
        index="stream", columns="contender", values="value"
    )[RIVALS]
    expected = ranked(values.to_numpy())
    ranks = suite.ranks().set_index("contender")
    assert ranks["rank"].to_dict() == pytest.approx(dict(zip(RIVALS, expected.mean)))
    assert (ranks.settings == 4).all() and (ranks.streams == 3).all()  # late has sudden's rows
    means = frame.dropna().groupby("contender")["rank"].mean()
    assert means[RIVALS].to_dict() == pytest.approx(ranks["rank"].to_dict())


def test_the_verdict_begins_with_the_answer_over_all_streams(suite):
    answer, certainty, *each = suite.verdict()
    first = suite.ranks().contender[0]
    begins = f"Over 4 streams, too few for a test, {first} has the best mean rank by error: "
    assert answer.text.startswith(begins)
    assert certainty.text.startswith("Fewer than 6 different streams are too few for a test.")
    assert "knowing: not ranked, knowing what nobody does." in certainty.text
    assert "Some of the streams have the same rows" in certainty.text
    assert "(Bayesian signed-rank test)" in certainty.text
    assert [one.text.split(":")[0] for one in each] == ["calm & quiet", "sudden", "late", "noisy"]


def test_contenders_of_equal_mean_ranks_share_the_first_place(suite):
    ranks = suite.tables.ranks
    tied = Table(ranks.columns | {"rank": [1.5, 1.5, 3.0]})
    a, b, c = ranks.values("contender")
    (answer, _), words = (
        over_streams(suite.variants, tied, suite.tables.pairs),
        "share the best mean",
    )
    over = "Over 4 streams, too few for a test,"
    assert answer == f"{over} {a} and {b} {words} rank by error: 1.50, before {c} (3.00)."
    tied = Table(ranks.columns | {"rank": [2.0, 2.0, 2.0]})
    answer, _ = over_streams(suite.variants, tied, suite.tables.pairs)
    assert answer == f"{over} {a}, {b} and {c} {words} rank by error: 2.00."


@pytest.mark.slow
def test_settings_of_a_sweep_are_no_further_streams(tmp_path):
    sweep = "sweep: {stream.irrelevant: [0, 2]}\n"
    results = played(SUITE + sweep, "swept suite", tmp_path)
    assert (results.ranks().settings == 4).all() and (results.ranks().streams == 3).all()
    assert len(results.benchmark()) == 4 * 2 * 4
    frame = results.benchmark()
    means = frame[frame.contender != "knowing"].groupby(["stream", "contender"]).value.mean()
    mean_ranks = means.unstack().rank(axis=1).mean()
    expected = results.ranks().set_index("contender")["rank"].to_dict()
    assert mean_ranks.to_dict() == pytest.approx(expected)


def test_what_cannot_play_a_stream_is_not_ranked_and_neither_last(tmp_path):
    rows = "\n".join(f"{i % 7},{i % 5},{i % 3}" for i in range(1_000))
    (tmp_path / "t.csv").write_text(f"x,w,y\n{rows}\n", encoding="utf-8")
    three = f"three: {{concepts: {{t: {{kind: table, path: {tmp_path / 't.csv'}}}}}, drift: none"
    text = SUITE.replace("  noisy: {", f"  {three}, length: 1_000}}\n  noisy: {{")
    only = "  binary: {learner: river.linear_model.ALMAClassifier, policy: online}\nevaluation"
    results = played(text.replace("evaluation: {warmup", f"{only}: {{warmup", 1), "t", tmp_path)
    assert results.study.variants[3].left_out.keys() == {"binary", "knowing"}
    assert {*results.ranks().contender} == {*RIVALS}
    assert (results.ranks().settings == 5).all()
    assert "binary: not ranked, for want of some streams." in results.verdict()[1].text
    cells = dict(zip(results.tables.grid.across, results.tables.grid.rows["three"]))
    assert cells["binary"].value == "–" and cells["online"].value != "–"


def test_the_terminal_has_the_table_in_80_columns(suite):
    console = Console(width=80, record=True, file=None, quiet=False)
    with console.capture() as captured:
        print_results(suite, console)
    lines = captured.get().splitlines()
    assert max(map(len, lines)) <= 80
    (head,) = [line for line in lines if line.split() == ["frozen", "online", "often", "knowing"]]
    after = lines.index(head) + 1
    assert lines[after].startswith("calm & quiet")
    assert lines[2] == "" and lines[3].startswith("Over 4 streams")  # the answer comes first
    assert any(line.startswith("mean rank") for line in lines)


@pytest.mark.parametrize("width", [40, 80, 200])
def test_columns_without_room_go_into_further_tables(width):
    rows = {f"contender {i}": [Entry("12.34", "0.12", i == 3)] * 12 for i in range(20)}
    heads = [f"stream_{i}" for i in range(12)]
    console = Console(width=width)
    with console.capture() as captured:
        for table in terminal_tables(Grid(heads, rows, True, "error", "%"), width):
            console.print(table)
    lines = captured.get().splitlines()
    assert max(map(len, lines)) <= width
    assert sum(line.count("12.34*") for line in lines) == (12 if width < 200 else 0)
    assert sum(line.count("12.34 ± 0.12*") for line in lines) == (0 if width < 200 else 12)
    assert all(head in captured.get() for head in heads)


def test_names_that_would_be_alike_take_the_room_of_the_intervals():
    names = [f"stream, protocol = {one}, detector = adwin" for one in ("sets", "folds")]
    rows = {name: [Entry("12.34", "0.12")] * 4 for name in names}
    console = Console(width=80)
    with console.capture() as captured:
        for table in terminal_tables(Grid([*"abcd"], rows, True, "error", "%"), 80):
            console.print(table)
    assert all(name in captured.get() for name in names) and "±" not in captured.get()


def test_numbers_of_figures_name_the_streams(suite):
    assert {*numbers.cost(View(suite))["stream"]} <= {*suite.benchmark().stream}


@pytest.mark.any_version
def test_stars_stand_after_numbers_that_end_in_one_column():
    rows = {"one": [Entry("12.34", "0.12", True)], "other": [Entry("2.34", "0.12")]}
    console = Console(width=80)
    with console.capture() as captured:
        console.print(*terminal_tables(Grid(["a"], rows, True, "error", "%"), 80))
    ends = [line.rstrip(" *") for line in captured.get().splitlines()[1:]]
    assert len({*map(len, ends)}) == 1 and "12.34 ± 0.12*" in captured.get()


def test_parts_have_a_column_each_at_least():
    assert [*parts_of([5, 5, 50, 5], 10)] == [slice(0, 2), slice(2, 3), slice(3, 4)]


def test_markdown_has_the_best_in_bold_and_no_markup_of_names():
    grid = Grid(
        ["<b>|"], {"a": [Entry("1.00", "", True)], "b": [Entry("2.00")]}, True, "error", "%"
    )
    table = "|  | \\<b>\\| |\n| --- | ---: |\n| a | **1.00** |\n| b | 2.00 |"
    assert markdown_table(grid) == table


def test_the_files_of_a_suite_have_its_table(suite):
    files = text_files(suite, suite.verdict())
    written = files["benchmark.md"].decode()
    assert markdown_table(suite.tables.grid) in written
    assert suite.verdict()[0].text in written and "\\<these>" in written
    assert files["benchmark.csv"].decode().startswith("stream,contender,metric,value,low,high,best")


def test_the_page_leads_with_the_table_and_links_each_stream_once(suite):
    text = page(suite, suite.verdict(), [*drawings(suite)])
    head, main = text.split("<main>")
    assert head.index(suite.verdict()[0].text) < head.index('<table class="benchmark"')
    table = head[head.index('<table class="benchmark"') :]
    coloured = re.findall(r'<th scope="(?:col|row)" class="(c\d)">', table)
    assert coloured == [f"c{i}" for i, _ in enumerate(suite.study.contenders)]
    for i, variant in enumerate(suite.study.variants):
        assert head.count(f'<a href="#stream-{i}">') == 1
        assert f'<h3 id="stream-{i}">{variant.title.replace("&", "&amp;")}</h3>' in main
        assert f'data-setting="{i}"' in main
    assert main.count('id="figure-ranks"') == 1
    assert "sudden: Over 3 seeds" not in main


def test_no_line_joins_streams_that_have_names(suite):
    assert "sweep" in FIGURES and DRAWN["sweep"](View(suite)) is None


def test_one_stream_alone_has_a_table_without_ranks(tmp_path):
    study = load({**document(), "streams": {"one": {}}})
    results = driftsim.run(study, out=tmp_path, jobs=1)
    assert results.tables.grid.across == ["one"] and not len(results.ranks())
    text_files(results, results.verdict())
    page(results, results.verdict(), [*drawings(results)])


def document():
    concepts = {"a": {"kind": "sea", "threshold": 8}}
    models = {name: {"learner": name, "policy": "online"} for name in ("majority", "no_change")}
    defaults = {"length": 1_000, "concepts": concepts}
    return {"defaults": defaults, "models": models, "evaluation": {"warmup": 100, "seeds": 2}}


def without(suite, folder, streams, seeds):
    """The results of a suite whose contender `often` lacks some runs."""
    shutil.copytree(suite.store.folder, folder / "runs")
    store = Store(folder / "runs")
    for run in all_runs(suite.study):
        if run.name == "often" and run.where in streams and run.seed in seeds:
            store.path(run).unlink()
    return Results(suite.study, store)


def test_a_contender_that_lacks_runs_everywhere_is_not_ranked_and_the_others_are(suite, tmp_path):
    results = without(suite, tmp_path, {one.title for one in suite.study.variants}, [1])
    assert {*results.ranks().contender} == {*RIVALS} - {"often"}
    assert (results.ranks().settings == 4).all()
    assert "often: not ranked, for want of some streams." in results.verdict()[1].text


@pytest.mark.parametrize("seeds", [range(9), [1]])
def test_a_stream_without_all_runs_is_left_out_of_the_ranks_with_a_note(suite, tmp_path, seeds):
    results = without(suite, tmp_path, {"noisy"}, seeds)
    assert (results.ranks().settings == 3).all()
    note = "noisy: left out of the ranks, since not all contenders have ended there."
    assert note in results.verdict()[1].text
    grid = results.tables.grid
    assert (grid.rows["noisy"][grid.across.index("often")].value == "–") == (len(seeds) > 1)


@pytest.mark.browser
@pytest.mark.slow
def test_the_link_of_a_stream_leads_to_its_curves(suite, chromium, tmp_path):
    opened = Opened(chromium, write(suite, tmp_path)[-1], width=400)
    assert opened.ask("return document.documentElement.scrollWidth") <= 400
    opened.find('[data-setting="2"]').click()
    assert opened.ask("return document.querySelector('#setting').selectedOptions[0].text") == "late"
    assert opened.failure is None


@pytest.mark.browser
def test_the_link_of_a_stream_opens_the_fold_that_it_is_in(chromium, tmp_path):
    study = load({**document(), "streams": {f"s{i}": {"length": 200 + i} for i in range(13)}})
    results = driftsim.run(study, out=tmp_path, jobs=1)
    opened = Opened(chromium, written(results, tmp_path))
    fold = opened.find("#stream-12").find_element("xpath", "ancestor::details")
    assert not fold.get_attribute("open") and not opened.find("#stream-12").is_displayed()
    opened.find('a[href="#stream-12"]').click()
    assert fold.get_attribute("open") and opened.find("#stream-12").is_displayed()
    edges = opened.ask(
        "const { top, bottom } = document.querySelector('#stream-12').getBoundingClientRect();"
        "return [top, innerHeight - bottom]"
    )
    assert min(edges) > -1  # pixels: it is in sight
