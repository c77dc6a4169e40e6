"""Suites: each stream is that of a scenario of its own, and every mistake is reported."""

import pytest
from typer.testing import CliRunner

import driftsim
from driftsim import ScenarioError, load
from driftsim.cli import app
from driftsim.overview.notices import left_out
from driftsim.overview.study import overview
from driftsim.runner.runs import all_runs
from driftsim.scenario.resolved import resolved

pytestmark = pytest.mark.any_version
SHARED = """\
  concepts: {a: {kind: sea, threshold: 8}, b: {kind: sea, threshold: 12}}
  drift: {kind: gradual, at: [700], width: 100}
models:
  static: {learner: majority, policy: static}
  best: {learner: oracle, policy: online}
  online: {learner: majority, policy: online}
"""
SUITE = (
    """\
# Which is best?
streams:
  abrupt:
    drift: {kind: sudden, at: [700]}
  late: {length: 1_500, evaluation: {warmup: 200, labels: {kind: delayed, rows: 50}}}
  rows: {concepts: {t: {kind: table, path: t.csv}}, length: 400, drift: none}
defaults:
  length: 1_000
"""
    + SHARED
    + "evaluation: {warmup: 100, seeds: 2}\n"
)
RULES = "evaluation: {warmup: 200, seeds: 2, labels: {kind: delayed, rows: 50}}\n"
ALONE = f"stream:\n  length: 1_500\n{SHARED}{RULES}"
REGRESSION = "\n  number: {concepts: {f: friedman}, drift: none}\ndefaults:"


@pytest.fixture
def path(tmp_path):
    rows = "\n".join(f"{i % 7},{i % 3 % 2}" for i in range(400))
    (tmp_path / "t.csv").write_text(f"x,y\n{rows}\n", encoding="utf-8")
    return saved(tmp_path)


def saved(folder, *changes, text=SUITE):
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    found = folder / "s.yaml"
    found.write_text(text, encoding="utf-8")
    return found


def test_a_stream_of_a_suite_is_that_of_a_scenario_of_its_own(path, tmp_path):
    suite = load(path)
    assert [variant.title for variant in suite.variants] == ["abrupt", "late", "rows"]
    assert (suite.swept, suite.suite) == (["stream"], True)
    alone = load(saved(tmp_path, text=ALONE))
    assert suite.variants[1].scenario == alone.variants[0].scenario
    keys = {run.key for run in all_runs(alone)}
    mine = [run for run in all_runs(suite) if run.where == "late"]
    assert {run.key for run in mine} == keys
    assert mine[2].title == "static on late, seed 0"


def test_a_key_of_a_stream_replaces_that_of_the_defaults(path):
    streams = [variant.scenario.stream for variant in load(path).variants]
    assert [one.length for one in streams] == [1_000, 1_500, 400]
    assert [one.drift.kind() for one in streams] == ["sudden", "gradual", "none"]


def test_what_cannot_play_a_stream_is_left_out_of_it_with_the_reason(path):
    study = load(path)
    assert list(study.contenders) == ["static", "best", "online"]
    assert list(study.variants[2].scenario.models) == ["static", "online"]
    reason = "best is left out of rows: 'oracle' needs the probability of every label, which"
    assert [line.startswith(reason) for line in left_out(study)] == [True]
    assert reason[:40] in overview(study)


def test_a_suite_as_resolved_is_the_same_suite(path, tmp_path):
    study = load(path)
    again = tmp_path / "again.yaml"
    again.write_text(resolved(study), encoding="utf-8")
    assert load(again)._replace(name="s") == study
    assert resolved(load(again)) == resolved(study)


def test_sweeps_multiply_and_their_values_may_have_names_too(path, tmp_path):
    sweep = (
        "sweep:\n  stream.noise: [0.0, 0.1]\n  models.static.policy: {never: static, on: online}"
    )
    study = load(saved(tmp_path, text=f"{SUITE}{sweep}\n"))
    assert study.swept == ["stream", "stream.noise", "models.static.policy"]
    assert study.named == {"stream", "models.static.policy"}
    assert len(study.variants) == 3 * 2 * 2
    assert study.variants[-1].title == "rows, noise = 0.1, policy = on"
    assert study.variants[-1].scenario.models["static"].policy.kind() == "online"
    again = tmp_path / "again.yaml"
    again.write_text(resolved(study), encoding="utf-8")
    assert load(again).variants == study.variants


def test_named_values_of_the_stream_in_a_sweep_are_a_suite(tmp_path):
    one = "{length: 1_000, concepts: {a: sea}}"
    two = "{length: 1_000, concepts: {b: sea}}"
    text = f"{SUITE[SUITE.index('models') :]}sweep: {{stream: {{one: {one}, two: {two}}}}}\n"
    study = load(saved(tmp_path, text=text))
    assert study.suite and [one.title for one in study.variants] == ["one", "two"]


def test_settings_of_the_command_line_hold_for_all_streams_or_for_one(path):
    changed = ["stream.noise=0.1", "streams.late.length=1_200", "evaluation.warmup=150"]
    scenarios = [one.scenario for one in load(path, changed, seeds=3).variants]
    assert [one.stream.noise for one in scenarios] == [0.1] * 3
    assert [one.stream.length for one in scenarios] == [1_000, 1_200, 400]
    assert [one.evaluation.warmup for one in scenarios] == [150] * 3
    assert [one.evaluation.seeds for one in scenarios] == [3] * 3
    assert [one.evaluation.labels.kind() for one in scenarios] == ["at_once", "delayed", "at_once"]
    kept = load(path, only_streams=["late"])
    assert [variant.title for variant in kept.variants] == ["late"]


def test_from_python_the_keys_are_the_same():
    concepts = {"a": {"kind": "sea", "threshold": 8}}
    study = load(
        {
            "streams": {"one": {"noise": 0.1}, "two": {}},
            "defaults": {"length": 1_000, "concepts": concepts},
            "models": {"last": {"learner": "no_change", "policy": "online"}},
            "evaluation": {"warmup": 100},
        }
    )
    assert [one.scenario.stream.noise for one in study.variants] == [0.1, 0.0]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ([("models:", "stream: {}\nmodels:")], "11: stream: 'streams' is there, too; give the one"),
        ([("streams:\n", "streams: {}\nx:\n")], "2: streams: {} is not valid; give each stream by"),
        ([("streams:\n", "streems:\n")], "7: defaults: these are for streams, and there is no key"),
        ([("rows: {c", "a/b: {c")], "6: streams.a/b: 'a/b' cannot be a name"),
        ([("rows: {c", "v1.0: {c")], "6: streams.v1.0: 'v1.0' cannot be a name"),
        ([("late: {length", "abrupt: {length")], "5: streams: the key 'abrupt'"),
        ([("rows: {", "rows: [{"), ("none}\n", "none}]\n")], "6: streams.rows: [{concepts"),
        ([("length: 1_500", "lenght: 1_500")], "5: streams.late.lenght: there is no key 'lenght'"),
        ([("length: 1_000", "length: -1")], "8: defaults.length: -1 is not valid"),
        ([("    drift: {kind: sudden", "    drift: {kind: suden")], "4: streams.abrupt.drift: no"),
        ([("warmup: 200", "warmup: -1")], "5: streams.late.evaluation.warmup: -1 is not valid"),
        ([("defaults:", "defaults:\n  evaluation: {}")], "8: defaults.evaluation: the"),
        ([("\ndefaults:", REGRESSION)], "2: streams: 'abrupt' and 'number' are of different tasks"),
        ([("models:", "sweep: {stream: [{}]}\nmodels:")], "2: streams: the sweep has streams, too"),
        ([("models:", "sweep: {streams.late.noise: [0]}\nmodels:")], "11: sweep.streams.late.n"),
        ([("models:", "sweep: {stream.noise: {}}\nmodels:")], "11: sweep.stream.noise: [] is not"),
    ],
)  # fmt: skip
def test_mistakes_are_reported_with_their_place(path, tmp_path, changes, message):
    with pytest.raises(ScenarioError) as refused:
        load(saved(tmp_path, *changes))
    assert str(refused.value).startswith(f"{path}:{message}")
    assert "\n" not in str(refused.value)


def test_what_no_stream_can_be_played_with_is_a_mistake(path, tmp_path):
    bad = "  bad: {learner: majority, policy: {kind: periodic, every: 1d, memory: 10}}\nevaluation:"
    with pytest.raises(ScenarioError, match="bad: no stream can be played; abrupt: ") as refused:
        load(saved(tmp_path, ("evaluation: {warmup: 100, s", bad + " {warmup: 100, s")))
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("defaults.length=5", "--set defaults.length: set what all streams share as stream.…"),
        ("stream={}", "and that of one as streams.NAME.…"),
        ("streams.late=5", "--set streams.late: streams.late: 5 is not valid; it should be a"),
        ("streams.late.evaluation=null", "streams.late.evaluation: null is not valid; give keys"),
        ("streams.lat.length=5", "nothing is called 'lat' there; did you mean 'late'?"),
        ("stream.lenght=5", "--set stream.lenght: streams.abrupt.lenght: there is no key"),
    ],
)
def test_settings_that_lead_nowhere(path, setting, words):
    with pytest.raises(ScenarioError) as refused:
        load(path, [setting])
    assert words in str(refused.value)


def test_a_scenario_of_one_stream_has_none_to_choose_from(tmp_path):
    one = saved(tmp_path, text=ALONE)
    with pytest.raises(ScenarioError, match="--only-stream late: no stream has this name"):
        load(one, only_streams=["late"])
    with pytest.raises(ScenarioError, match=r"the scenario has no streams; set stream\.noise"):
        load(one, ["streams.x.noise=0"])


def test_run_and_status_show_streams_by_their_names(path, tmp_path):
    out = str(tmp_path / "out")
    ended = CliRunner().invoke(app, ["run", str(path), "--out", out, "--figures", "none"])
    assert ended.exit_code == 0, ended.output
    assert "s: best is left out of rows: 'oracle' needs" in ended.stderr
    assert "\nlate " in ended.stdout and "\nmean rank " in ended.stdout
    asked = ["status", str(path), "--out", out, "--seeds", "3", "--only-stream", "rows"]
    status = CliRunner().invoke(app, asked).output
    assert "missing: 1 of static on rows" in status and "late" not in status
    study = load(f"{out}/s/scenario.yaml")
    assert not CliRunner().invoke(app, ["status", f"{out}/s"]).stdout.count("missing:")
    assert driftsim.check(study).count("late:") == 1
