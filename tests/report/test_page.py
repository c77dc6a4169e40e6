"""The page: one file, whole, escaped, small, and the same each time."""

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from itertools import pairwise

import numpy as np
import pytest
from examples import played

from driftsim.evaluation.metrics import METRICS
from driftsim.report import write
from driftsim.report.page import document, packed
from driftsim.report.page.document import page, source, templates
from driftsim.report.page.drawings import drawings
from driftsim.report.page.html_tables import MOST_ROWS, html_table
from driftsim.report.page.packed import Packing
from driftsim.report.page.page_data import as_json
from driftsim.report.results import Results
from driftsim.report.table import Table
from driftsim.report.verdict import Block
from driftsim.runner.playing import Finished
from driftsim.scenario import load
from driftsim.store import Store

LISTS = """
stream:
  length: 600
  concepts: {a: {kind: sea, threshold: 8}, b: {kind: sea, threshold: 13}}
  drift: {kind: sudden, at: [300]}
models:
  bayes: {learner: river.naive_bayes.GaussianNB, policy: static}
evaluation: {warmup: 100, interval: 25}
report: {window: 50}
sweep: {stream.drift.at: [[300], [400]]}
"""
VOID = ("meta", "br", "input")
TABLES = [
    "summary.csv", "summary.md", "recovery.csv", "alarms.csv", "differences.csv", "costs.csv",
    "worth.csv", "breakeven.csv", "scenario.yaml",
]  # fmt: skip


class Outline(HTMLParser):
    """The tags of a page, every one closed; its headings; and what its scripts hold."""

    def __init__(self, text):
        super().__init__()
        self.open, self.headings, self.scripts, self.ids = [], [], [], []
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag, attributes):
        if tag not in VOID:
            self.open.append(tag)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "script":
            self.scripts.append((dict(attributes), ""))
        self.ids += [value for name, value in attributes if name == "id"]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] == "script":
            self.scripts[-1] = self.scripts[-1][0], self.scripts[-1][1] + data


def part(name, *arguments, **more):
    """A part of the page, by the name of its macro."""
    return getattr(templates().get_template("parts.html").module, name)(*arguments, **more)


def text_of(results, failures=(), figures=()):
    return page(results, results.verdict(), figures, failures)


@pytest.fixture(scope="module")
def folder(swept, tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    write(swept, folder)
    return folder


@pytest.fixture(scope="module")
def text(folder):
    return (folder / "report.html").read_text(encoding="utf-8")


def test_everything_is_written(folder):
    names = sorted(path.name for path in folder.iterdir())
    assert names == sorted(["curves.png", *TABLES, "ranks.csv", "pairs.csv", "report.html"])
    assert all(path.stat().st_size for path in folder.iterdir())


def test_the_page_is_self_contained_and_escaped(text):
    outline = Outline(text)
    assert "Does &lt;noise&gt; hurt?" in text and "bayes &amp; co" in text
    assert not re.search(r'(src|href)="(?!#)', text)
    assert "<title>swept" in text and 'lang="en"' in text
    assert len(set(outline.ids)) == len(outline.ids)
    for target in re.findall(r'(?:href="#|url\(#)([^")]+)', text):
        assert target in outline.ids or target == "plot-clip"  # which is drawn later


def test_nothing_runs_but_the_script_of_the_page_and_nothing_is_fetched(text):
    allowed = re.search(r'Content-Security-Policy"\s+content="([^"]+)"', text)[1]
    assert "default-src 'none'" in allowed
    (script,) = [content for about, content in Outline(text).scripts if "type" not in about]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}';" in allowed


HOSTILE = """# {{ 7*7 }} and {% raw %} and $name?
stream:
  length: 600
  concepts: {"{{ 7*7 }}": {kind: sea, threshold: 8}}
models:
  "{{ 7*7 }}": {learner: majority, policy: online}
  "{% raw %}<script>$tables": {learner: no_change, policy: online}
evaluation: {warmup: 100}
"""


def test_a_heading_breaks_at_one_place_only():
    assert document.in_two("false per 1 000") == "false per\u00a01\u00a0000"
    assert document.in_two("over static") == "over static" and document.in_two("p") == "p"


def test_a_column_without_a_value_is_left_out():
    made = html_table("pairs", Table({"better": ["a"], "p": [np.nan], "wins": [2]}), ["a"], {})
    assert made.columns == [("better", True), ("wins", False)]
    assert made.rows == [(False, [("a", "head c0"), ("2", "number")])]


def test_names_are_no_templates_and_no_markup(tmp_path):
    results = played(HOSTILE, "hostile", tmp_path)
    made = text_of(results, figures=[*drawings(results)])
    assert len(Outline(made).scripts) == 4
    assert '<p class="question">{{ 7*7 }} and {% raw %} and $name?</p>' in made
    assert '<th scope="row" class="c0">{{ 7*7 }}</th>' in made
    assert '<th scope="row" class="c1">{% raw %}&lt;script&gt;$tables</th>' in made


def test_every_column_is_explained_that_is_no_name_of_a_row(crossed, swept):
    for results in (crossed, swept):
        own = {"contender", "seed", "repeat", *results.swept}
        for one in document.tables(results):
            explained = {heading for heading, _ in one.meanings}
            columns = {heading for heading, _ in one.columns}
            assert columns - explained <= own, one.name


def test_what_to_do_is_folded_up_later_than_other_sentences():
    long = Block("word " * 150)
    assert part("verdict", [long, long], False).count("<details>") == 1
    assert part("verdict", [long, long], True).count("<details>") == 2


def test_headings_go_down_a_step_at_a_time(text):
    levels = Outline(text).headings
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(lower - upper <= 1 for upper, lower in pairwise(levels))


def test_every_figure_has_a_title_and_a_text_alternative(folder, text):
    for name in ("curves", "excess", "recovery", "stream", "cost", "sweep", "ranks"):
        assert re.search(rf'<h3 id="figure-{name}-title">\w', text)
        assert re.search(rf'<p class="words" id="figure-{name}-text"[^>]*>\w', text)
        about = f'role="img" aria-labelledby="figure-{name}-title"'
        assert f'{about} aria-describedby="figure-{name}-text"' in text
    assert text.index("<noscript") < text.index("figure-curves-title") < text.index("</noscript")


def test_the_same_results_give_the_same_bytes(plain):
    one, other = (Results(plain.study, plain.store) for _ in range(2))
    assert text_of(one, (), [*drawings(one)]) == text_of(other, (), [*drawings(other)])


def test_data_may_hold_whatever_would_end_their_element():
    harmful = {"</script><!--": ["\u2028&amp;", "<script>"]}
    made = as_json(harmful)
    assert not re.search("[<>&\u2028]", made) and json.loads(made) == harmful


def test_the_page_says_why_there_is_no_oracle(plain, text):
    assert "The probability of the labels of pages is unknown" in text_of(plain)
    assert "is unknown" not in text


def test_a_failed_contender_is_named_with_its_failure(plain):
    run = next(run for _, run in plain.runs() if run.name == "bayes")
    failures = [Finished(run._replace(seed=seed), "failed: <it broke>", ()) for seed in (0, 3)]
    made = text_of(plain, failures)
    assert "<h2>bayes failed</h2>\n<p>Seed 0, 3: failed: &lt;it broke&gt;</p>" in made


def test_a_study_of_which_every_run_failed_has_a_page(plain, tmp_path):
    nothing = Results(plain.study, Store(tmp_path))
    made = text_of(nothing)
    Outline(made)
    assert "<table" not in made and "driftsim run plain.yaml" in made


def test_the_end_says_how_to_run_it_again(text, swept):
    assert "driftsim run swept.yaml" in text and "Seeds 0 to 1. Versions: driftsim" in text
    assert "scikit-learn" in text[text.index("Versions: ") :]


def test_the_resolved_scenario_loads_to_the_same(plain, tmp_path):
    write(plain, tmp_path)
    again = load(tmp_path / "scenario.yaml")
    assert again.variants[0].scenario == plain.study.variants[0].scenario


def test_a_resolved_sweep_loads_to_the_same(swept, folder):
    assert load(folder / "scenario.yaml")[1:] == swept.study[1:]


def test_the_first_sentence_leads_but_where_others_are_alike():
    two = [Block("One."), Block("Two.")]
    assert '<div class="verdict lead">\n<p>One.</p>' in part("verdict", two, swept=False)
    assert "lead" not in part("verdict", two, swept=True)


def test_a_verdict_shows_its_lists_and_tables():
    table = Table({"contender": ["a<b"], "labels": ["1,000"]})
    blocks = [Block("By phase:", ("x: a<b",)), Block("Costs:", table=table)]
    made = part("verdict", blocks, swept=False)
    assert "<ul><li>x: a&lt;b</li></ul>" in made
    assert '<th scope="row">a&lt;b</th><td>1,000</td>' in made


def test_a_long_verdict_is_folded_up():
    many = [*(Block(f"Setting {i}.") for i in range(100)), Block("All in all.")]
    made = part("verdict", many, swept=True)
    assert made.count("<p>") == 101 and made.count("<details>") == 1
    assert "<summary>89 more</summary>" in made
    assert re.search(r"</details>\s*<p>All in all.</p>\s*</div>\s*$", made)
    assert "<summary>word word" in part("verdict", [Block("word " * 200)], swept=False)


def test_tables_show_references_and_engines(plain, text):
    summary = text[text.index('<table aria-labelledby="table-summary"') :]
    head = re.findall(r"<th [^>]*>([^<]*)</th>", summary[: summary.index("</thead>")])
    assert head[:3] == ["noise", "contender", "error"] and head[-1] == "engine"
    body = summary[: summary.index("</tbody>")]
    assert body.count("<tr class=reference>") == 6 and body.count("bayes &amp; co</th>") == 2
    assert 'id="table-alarms"' not in text and 'id="table-forgetting"' not in text
    assert 'id="table-ranks"' in text and 'id="table-ranks"' not in text_of(plain)
    assert "iman davenport" not in text  # of two contenders


def test_a_table_of_very_many_rows_is_cut_and_says_so():
    rows = range(MOST_ROWS + 1)
    long = Table({"contender": ["a" for _ in rows], "rows": rows})
    made = part("section", html_table("recovery", long, {"a"}, {}))
    assert made.count("<tr") == 1 + MOST_ROWS and "1,000 of 1,001 rows" in made


def test_where_there_is_no_room_metrics_and_intervals_are_spared(swept, monkeypatch):
    results = asking(swept, "mcc")
    models = list(results.study.variants[0].scenario.models)
    whole = packed.packed(results, models)
    assert whole.merged == 1 and not whole.spared and "excess_error" in whole.metrics
    monkeypatch.setattr(packed, "MOST", len(whole.text) - 1)
    fewer = packed.packed(results, models)
    assert fewer.merged == 1 and fewer.spared == ["excess_error"]
    assert {*fewer.metrics} == {*whole.metrics} - {"excess_error"}  # the others take no room
    monkeypatch.setattr(packed, "MOST", len(whole.text) // 4)
    small = packed.packed(results, models)
    assert small.merged > 1 and len(small.text) <= packed.MOST
    assert small.metrics == fewer.metrics and small.spared == fewer.spared
    made = text_of(results)
    assert f"intervals of 50 rows are merged here into intervals of {50 * small.merged}" in made
    assert "excess_error has no curve here; Python has it" in made
    assert packed.packed(swept, models).spared == []  # for it asks for the excess


def asking(results, metric):
    """The same results, of a study that asks for one metric."""
    report = results.study.variants[0].scenario.report.model_copy(update={"metrics": [metric]})
    variants = [
        one._replace(scenario=one.scenario.model_copy(update={"report": report}))
        for one in results.study.variants
    ]
    return Results(results.study._replace(variants=variants), results.store)


def test_where_lists_are_swept_recovery_is_known(tmp_path):
    frame = played(LISTS, "lists", tmp_path).recovered()
    own = frame[frame["contender"] == "bayes"]
    assert own["at"].tolist() == [[300], [400]] and own["changes"].tolist() == [1, 1]


def test_counts_are_packed_as_they_are(swept):
    models = list(swept.study.variants[0].scenario.models)
    made = Packing(swept.variants, models, {"error": METRICS["error"]}, 1).packed(1e9)
    names = [name for name, _, _ in made.columns]
    assert "excess" not in names and "confused" not in names  # not needed, and known from `missed`
    assert dict((name, kind) for name, kind, _ in made.columns)["missed"] == "u1"


def test_colours_of_words_stand_out_from_their_grounds():
    light, dark = re.findall(r":root \{([^}]*)\}", source("page.css"))
    for block in (light, dark):
        tones = dict(re.findall(r"--(\w+): (#\w{6})", block))
        for ink in ("ink", "quiet", "accent", "bad"):
            assert min(contrast(tones[ink], tones[on]) for on in ("paper", "raised")) >= 4.5, ink


def contrast(one, other):
    """The contrast of two colours, as WCAG computes it."""
    lighter, darker = sorted(map(luminance, (one, other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear))


def test_every_script_is_part_of_the_page(text):
    for name in document.SCRIPTS:
        assert source(f"{name}.js").splitlines()[0] in text
        assert max(map(len, source(f"{name}.js").splitlines())) <= 100, name
        assert source(f"{name}.js").count("\n") <= 400


def test_no_two_scripts_declare_one_name():
    declared = r"^(?:async )?(?:function|const|let|class) (\w+)"
    names = [
        name
        for script in document.SCRIPTS
        for name in re.findall(declared, source(f"{script}.js"), re.M)
    ]
    assert len(names) > 100 and [name for name in {*names} if names.count(name) > 1] == []
