"""Alarm tables: what detectors found over streams, and reports that begin with it."""

import math

import pytest
from browser import Opened, written
from examples import played
from rich.console import Console

from driftsim import ScenarioError, load
from driftsim.report.alarm_tables import detector_rows
from driftsim.report.files import text_files
from driftsim.report.page.document import page
from driftsim.report.page.drawings import drawings
from driftsim.report.printed import print_results
from driftsim.report.verdict import alarms, where_of
from driftsim.report.verdict.alarms import alarm_blocks

NAN = math.nan


def row(name, changes, detected, after, extra, early):
    return {
        "contender": name, "alarms": detected + extra + early, "changes": changes,
        "detected": detected, "to_detection": after, "extra": extra, "early": early, "seeds": 2,
        "delays": [after] if detected else [], "waited": [], "rows": 5_000, "covering": 0.5,
        "dummy": name.startswith("dummy"), "tolerance": None,
    }  # fmt: skip


def test_over_streams_every_change_counts_once_and_false_alarms_are_of_a_stream():
    rows = [
        row("a", 3, 1.5, 100, 1, 0), row("a, periodic alarms", 3, 3, 400, 0, 0),
        row("a", 1, 0.5, 300, 0, 2), row("a, random alarms", 1, 1, 50, 1.5, 0),
        row("a", 0, 0, NAN, 0, 6), row("b", 0, 0, NAN, 0, 0),
    ]  # fmt: skip
    a, b = detector_rows(rows)
    assert (a["streams"], a["changes"], a["detected"], a["missed"]) == (3, 4, 2, 0.5)
    assert a["to_detection"] == (1.5 * 100 + 0.5 * 300) / 2
    assert (a["false_alarms"], a["false_unchanged"], a["alarms"]) == (3, 6, 11 / 3)
    assert (a["precision"], a["recall"], a["f1"]) == (2 / 11, 0.5, 2 * 2 / (11 + 4))
    assert (a["false_per_10_000"], a["between_false"]) == (6, 15_000 / 9)
    assert (a["detected_periodic"], a["to_detection_periodic"]) == (3, 400)
    assert (a["f1_periodic"], a["f1_random"]) == (1, 2 / 3.5)
    assert (a["detected_random"], a["to_detection_random"]) == (1, 50)
    assert (b["changes"], b["detected"], b["false_alarms"]) == (0, 0, 0)
    assert math.isnan(b["missed"]) and math.isnan(b["to_detection"])


def test_quartiles_of_delays_are_over_the_changes_of_all_streams():
    one, other = row("a", 2, 2, 20, 0, 0), row("a", 3, 2, 40, 0, 0)
    both = [one | {"delays": [10, 30]}, other | {"delays": [20, 60], "waited": [900]}]
    (a,) = detector_rows(both)
    assert (a["delay_q1"], a["delay"], a["delay_q3"]) == (20, 30, 60)
    table = alarm_blocks([a], "Here")[1].table
    assert table.values("median") == ["30"] and "quartiles" not in table
    (found,) = alarm_blocks([*detector_rows([both[0]])], "Here")[1].table.values("quartiles")
    assert found == "10\u201330"
    (b,) = detector_rows([one | {"delays": [10], "waited": [900]}])
    assert (b["delay_q1"], b["delay"]) == (10, 10) and math.isnan(b["delay_q3"])
    assert alarm_blocks([b], "Here")[1].table.values("quartiles") == ["\u2265 10"]


def test_where_no_change_is_known_nothing_is_true_or_false():
    (a,) = detector_rows([row("a", NAN, NAN, NAN, NAN, NAN) | {"alarms": 4}])
    assert (a["alarms"], a["streams"]) == (4, 1)
    names = "changes", "detected", "missed", "to_detection", "false_alarms", "detected_random"
    assert all(math.isnan(a[name]) for name in names)


SUITE = """# Which detector?
streams:
  abrupt: {drift: {kind: recurring, every: 1_000}}
  calm: {concepts: {a: {kind: sea, threshold: 8}}, drift: none}
defaults:
  length: 3_000
  concepts: {a: {kind: sea, threshold: 8}, b: {kind: sea, threshold: 15}}
models:
  quick: {learner: naive_bayes, policy: {kind: on_drift, memory: 100, detector: {kind: adwin, delta: 0.3}}}
  silent: {learner: naive_bayes, policy: {kind: on_drift, memory: 100, detector: {kind: adwin, delta: 1.0e-200}}}
  clock: {learner: naive_bayes, policy: {kind: periodic, every: 500, memory: 100}}
evaluation: {warmup: 500, seeds: 2}
report: {lead: alarms}
"""  # noqa: E501
ALONE = """stream:
  length: 3_000
  concepts: {a: {kind: sea, threshold: 8}, b: {kind: sea, threshold: 15}}
  drift: {kind: recurring, every: 1_000}
""" + SUITE.partition("threshold: 15}}\n")[2]


@pytest.fixture(scope="module")
def suite(tmp_path_factory):
    return played(SUITE, "detecting", tmp_path_factory.mktemp("detecting"))


def test_a_report_of_detectors_begins_with_alarms_and_then_has_the_error(suite):
    quick, silent = suite.detectors().to_dict("records")
    assert (quick["contender"], silent["contender"]) == ("quick", "silent")
    assert quick["changes"] == 2 and quick["detected"] > 1.5 and quick["to_detection"] < 300
    assert silent["missed"] == 1 and silent["false_alarms"] == silent["detected_random"] == 0
    alarms, columns, ranks, _, *each = suite.verdict()
    assert alarms.text.startswith("Over 2 streams with 2 changes, quick found most: ")
    assert columns.table.values("contender") == ["quick", "silent"]
    assert ranks.text.startswith("Over 2 streams, too few for a test, ")
    starts = ["abrupt: With 2 changes", "abrupt: Over", "calm: Nothing changes.", "calm: Over"]
    assert [block.text.startswith(one) for block, one in zip(each, starts)] == [True] * 4


def test_streams_that_are_swept_are_settings(suite):
    (one, other) = suite.variants
    assert where_of([one, other]) == "Over 2 streams"
    assert where_of([one, other, one]) == "Over 3 settings"
    assert where_of([one]) == "On abrupt"


def test_the_figure_of_alarms_names_who_never_fired(suite):
    drawn = next(drawings(suite))
    assert drawn.name == "alarms" and "silent found 0 of 2 changes" in drawn.text
    assert drawn.svg.count(">silent</text>") == 3 and ">clock</text>" not in drawn.svg


def test_alarms_lead_page_terminal_and_files(suite):
    text = page(suite, suite.verdict(), [*drawings(suite)]).partition("<main>")[0]
    text = text.replace("\u00a0", " ")
    answer, _, ranks, _, *_ = (block.text for block in suite.verdict())
    places = [text.index(one) for one in (answer, '">silent</th>', "100 / ", ranks)]
    console = Console(width=80)
    with console.capture() as captured:
        print_results(suite, console)
    shown = captured.get()
    assert max(map(len, shown.splitlines())) <= 80
    files = text_files(suite, suite.verdict())
    written = files["benchmark.md"].decode()
    for found in (shown, written):
        assert found.index("changes found in % / false alarms") < found.index("error in %")
    assert written.index("| abrupt | 100 / ") < written.index(ranks)
    assert files["detectors.csv"].startswith(b"contender,streams,alarms,changes,detected,missed")
    assert places == sorted(places)


@pytest.mark.browser
@pytest.mark.slow
def test_the_page_works_with_tables_in_its_answers_and_says_what_can_be_scrolled(
    suite, chromium, tmp_path
):
    opened = Opened(chromium, written(suite, tmp_path), width=1280)
    assert opened.failure is None
    opened.find("#table-whole").click()
    hint = "document.querySelector(`.wide[aria-labelledby=${arguments[0]}]`).previousElementSibling"
    opened.until(f"return {hint}.style.display === 'block'", "table-whole")
    opened.until(f"return {hint}.style.display === 'none'", "benchmark-2")


def test_a_study_of_one_stream_may_begin_with_alarms_too(tmp_path):
    results = played(ALONE, "alone", tmp_path)
    first, columns, third, *_ = results.verdict()
    assert first.text.startswith("On this stream with 2 changes, quick found most: ")
    assert columns.table.values("found")[1] == "0 %" and "quartiles" in columns.table
    assert third.text.startswith("Over 2 seeds, ")
    assert results.tables.alarm_grid is None
    console = Console(width=80)
    with console.capture() as captured:
        print_results(results, console)
    order = ["On this stream with", "contender   error", "Over 2 seeds, "]
    places = [captured.get().index(one) for one in order]
    assert places == sorted(places)
    assert captured.get().count("On this stream with") == 1


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        (NAN, "On it, no change is known: no alarm can be called true or false."),
        (0, "On it, nothing changes. a has 2.0 false alarms in a stream."),
        (2, "On it with 2 changes, a found 50 %, after 10 rows in the mean, with 2.0 false"),
    ],
)
def test_one_detector_alone_is_compared_with_none(changes, text):
    known = not math.isnan(changes)
    found = changes / 2 if known else NAN
    rows = [row("a", changes, found, 10 if found else NAN, 1 if known else NAN, 1)]
    answer, table = alarm_blocks([*detector_rows(rows)], "On it")
    assert answer.text.startswith(text)
    assert (
        ("False: " in table.text) == known
        and ("Delay: " in table.text) == (changes == 2)
        and ("found" in table.table) == (changes == 2)
    )


def test_all_that_have_the_fewest_false_alarms_are_named():
    rows = [row(name, 0, 0, NAN, false, 0) for name, false in (("a", 1), ("b", 2), ("c", 1))]
    answer, _ = alarm_blocks([*detector_rows(rows)], "Here")
    assert answer.text.endswith("a and c have the fewest false alarms: 1.0 in a stream.")


def test_who_found_all_and_was_the_quickest_is_named_with_its_false_alarms():
    few = [("a", 300, 0), ("b", 100, 0), ("c", 90, 20)]
    rows = [row(name, 2, 2, delay, false, 0) for name, delay, false in few]
    answer, found = alarm_blocks([*detector_rows(rows)], "Here")
    assert found.table.values("median") == ["300", "100", "90"] and "Median: " in found.text
    assert answer.text == (
        "Here with 2 changes, all 3 contenders found 100 %. c was the quickest, after 90 rows in "
        "the mean, with 20.0 false alarms in a stream. a and b had the fewest false alarms, 0.0; "
        "b, the quickest of them, found 100 %, after 100 rows in the mean."
    )
    answer, _ = alarm_blocks([*detector_rows(rows[:2])], "Here")
    assert answer.text.endswith(
        "b was the quickest, after 100 rows in the mean, with 0.0 false "
        "alarms in a stream, the fewest."
    )


def test_with_a_tolerance_it_is_said_who_does_not_beat_alarms_that_see_no_errors():
    found = [("a", 2, 0), ("b", 1, 9), ("c", 2, 2), ("dummy", 2, 3), ("b, random alarms", 1.5, 8.5)]
    rows = [row(name, 2, hits, 100, false, 0) | {"tolerance": 300} for name, hits, false in found]
    answer, shown = alarm_blocks([*detector_rows(rows)], "Here")
    assert answer.text.startswith(
        "Here, by F1 within 300 rows, a is the best (1.00); b does not beat alarms that see no "
        "errors. With 2 changes, a and c found 100 %. a was"
    )
    within = alarms.in_setting([*detector_rows(rows)], "noise = 0").text
    assert within.startswith("noise = 0: By F1 within 300 rows, a is")
    assert shown.table.values("contender") == ["a", "b", "c", "dummy"]
    assert shown.table.values("F1")[:2] == ["1.00", "0.17"]
    assert shown.table.values("randomly") == ["–", "0.25", "–", "–"]
    answer, _ = alarm_blocks([*detector_rows(rows[:1])], "Here")
    assert answer.text.startswith("Here, by F1 within 300 rows, a is the best (1.00). With 2")
    only, _ = alarm_blocks([*detector_rows(rows[3:4])], "Here")
    assert "dummy found 100 %" in only.text and "F1" not in only.text


def test_a_report_cannot_begin_with_alarms_that_nothing_raises(tmp_path):
    path = tmp_path / "s.yaml"
    path.write_text(ALONE, encoding="utf-8")
    message = "report.lead: no contender raises alarms; give one a detector, or leave this out"
    with pytest.raises(ScenarioError, match=message):
        load(path, only=["clock"])
