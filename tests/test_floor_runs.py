"""Runs of the floor: keyed by what they follow from, resumed, and the same on any machine."""

import pytest
from test_runner import failing

from driftsim import ScenarioError, load
from driftsim.evaluation.decision.loss_shards import losses_of
from driftsim.evaluation.decision.plans import Plan
from driftsim.own import load_parts
from driftsim.progress import counted, position
from driftsim.report.pictures import shown_results
from driftsim.report.results import Results
from driftsim.report.stored_losses import lacking
from driftsim.report.summary_text import remarks
from driftsim.runner.placement import played_here
from driftsim.runner.playing import Finished, play
from driftsim.runner.runs import floor_runs, lost_traces, missing
from driftsim.store import Store

TEXT = """\
stream:
  length: 2_000
  concepts: {a: {kind: sea, threshold: 8}, b: {kind: sea, threshold: 12}}
  drift: {kind: sudden, at: [1_000]}
models:
  frozen: {learner: &last majority, policy: static}
  again: {learner: *last, policy: {kind: periodic, every: 500, memory: 300}}
  alarmed: {learner: *last, policy: {kind: on_drift, memory: 200}}
  online: {learner: no_change, policy: online}
evaluation: {warmup: 500, seeds: 2}
decision: {floor: true, grid: 250}
"""


def study(folder, *settings, text=TEXT, **asked):
    (folder / "s.yaml").write_text(text)
    return load(folder / "s.yaml", settings, **asked)


def keys(folder, *settings, **asked):
    return [run.key for run in floor_runs(study(folder, *settings, **asked).variants[0])]


def played(study, store, **how):
    ended = [one for one in play(missing(study, store), store, **how) if isinstance(one, Finished)]
    assert not [one.failure for one in ended if one.failure]
    return ended


def test_models_of_the_floor_follow_from_no_policy_and_no_price(tmp_path):
    before = keys(tmp_path)
    assert len(before) == len({*before}) == 4  # of two memories and two seeds
    for same in (
        ["prices={training: 30}"],
        ["models.again.policy.every=100"],
        ["models.online.learner=oracle"],
        ["report.metrics=[kappa]"],
        ["evaluation.probe=20"],
        ["decision.memories=[300, 200]"],
    ):
        assert keys(tmp_path, *same) == before
    assert keys(tmp_path, seeds=1) == before[::2]
    assert keys(tmp_path, only=["again", "online"]) == before[:2]
    for other in (
        ["decision.grid=300"],
        ["decision.memories=[301, 201]"],
        ["decision.latency={rows: 5}"],
        ["evaluation.labels={kind: delayed, rows: 5}"],
        ["evaluation.warmup=501"],
        ["evaluation.truth=false"],
        ["evaluation.confusion=true"],
        ["stream.noise=0.1"],
    ):
        assert not {*keys(tmp_path, *other)} & {*before}
    other = keys(tmp_path, "models.alarmed.learner=no_change")
    assert other[:2] == before[:2] and not {*other[2:]} & {*before}
    assert keys(tmp_path, "decision.floor=false") == []


def test_shards_hold_every_model_once_and_cost_about_the_same(tmp_path, monkeypatch):
    (plan,) = study(tmp_path, "decision.grid=10").variants[0].scenario.plans
    whole = plan.shards(plan.periodic[0])
    assert [(one.first, one.stop) for one in whole] == [(0, 150)]
    monkeypatch.setattr("driftsim.evaluation.decision.plans.SHARD", 50_000)
    shards = plan.shards(plan.periodic[0])
    assert [i for one in shards for i in range(one.first, one.stop)] == [*range(150)]
    costs = [(plan.predictions[one.first : one.stop] + 4 * 300).sum() for one in shards]
    assert len(shards) == 6 and max(costs) < 1.2 * min(costs)


@pytest.fixture
def many_shards(monkeypatch):
    monkeypatch.setattr("driftsim.evaluation.decision.plans.SHARD", 4_000)


@pytest.mark.usefixtures("many_shards")
def test_shards_join_resume_and_are_played_again_where_all_is(tmp_path):
    asked, store = study(tmp_path), Store(tmp_path / "runs")
    runs = missing(asked, store)
    assert counted(runs) == "8 of contenders, 2 of the stream, 14 of the floor"
    assert played_here(runs)
    floor = [run for run in runs if run.name.startswith("floor")]
    assert floor[0].title == "floor: majority, memory 300, seed 0"
    assert position(floor[0], 900) == f"prediction 900 of {floor[0].rows:,}"
    assert sum(run.rows - 500 for run in floor) == 4 * sum(range(250, 1_501, 250))
    played(asked, store, here=True)
    for run in floor[:3]:
        store.path(run).unlink()
    assert [run.key for run in missing(asked, store)] == [run.key for run in floor[:3]]
    assert lost_traces(asked, store).count("floor: majority, memory 300, seed 0") == 1
    (matrix,) = Results(asked, store).variants[0].matrices
    assert matrix.missing == 2 and not matrix.runs
    partly = shown_results(Results(asked, store))
    played(asked, store, jobs=2)  # on workers
    (matrix,) = Results(asked, store).variants[0].matrices
    assert matrix.learner == "majority" and matrix.contenders == ("frozen", "again", "alarmed")
    assert matrix.missing == 0 and [*matrix.runs] == [(0, 0), (1, 0)]
    assert shown_results(Results(asked, store)) != partly
    scenario = asked.variants[0].scenario
    (plan,) = scenario.plans
    for (seed, repeat), found in matrix.runs.items():
        for one, contender in zip(found, plan.periodic, strict=True):
            whole = losses_of(scenario.stream, contender, scenario.rules, seed, repeat)
            assert one.memory == contender.policy.memory
            assert one.new_labels.tolist() == whole.new_labels.tolist()
            for name in ("rows", "age", "expected_error", "correct"):
                assert one.columns[name].tolist() == whole.columns[name].tolist()
    assert len(missing(asked, store, fresh=True)) == len(runs)


def test_a_learner_that_fails_fails_its_floor_and_the_others_are_played(tmp_path):
    failing(tmp_path, "raise")
    load_parts([str(tmp_path / "parts.py")])
    asked = study(tmp_path, "models.frozen.learner=failing", "decision.memories=[100]")
    store = Store(tmp_path / "runs")
    events = play(missing(asked, store), store, here=True)
    failures = {one.run.title: one.failure for one in events if isinstance(one, Finished)}
    failed = failures["floor: failing, memory 100, seed 0"]
    assert failed.startswith("failed at row 500: ZeroDivisionError: on purpose; the traceback")
    assert failures["floor: majority, memory 100, seed 0"] is None
    broken, other = Results(asked, store).variants[0].matrices
    assert broken.missing == 2 and not broken.runs and len(other.runs) == 2
    cause = "runs of its models are missing or have failed"
    assert [*lacking([broken, other])] == [f"The floor of failing is not known: {cause}."]
    part = other._replace(missing=1)
    assert [*lacking([part])] == [f"The floor of majority is of 2 of 3 seeds: {cause}."]
    assert f"The floor of failing is not known: {cause}." in remarks(Results(asked, store))


def test_variants_share_the_models_that_they_have_in_common(tmp_path):
    text = f"{TEXT}sweep: {{models.again.policy.memory: [300, 400]}}\n"
    asked = study(tmp_path, text=text)
    runs = [run for run in missing(asked, Store(tmp_path / "runs")) if "floor" in run.name]
    memories = [run.name.rpartition(" ")[2] for run in runs]
    assert sorted(memories) == ["200"] * 2 + ["300"] * 2 + ["400"] * 2
    store = Store(tmp_path / "runs")
    played(asked, store, here=True)
    one, other = (variant.matrices[0].runs[0, 0] for variant in Results(asked, store).variants)
    assert one[1] is other[1] and one[0].memory.holds == 300 and other[0].memory.holds == 400


def test_the_losses_of_all_settings_fit_in_memory(tmp_path):
    text = f"{TEXT}sweep: {{stream.noise: [0.0, 0.1, 0.2, 0.3], prices.training: [1, 2]}}\n"
    asked = "stream.length=1_200_000", "decision.grid=1_000"
    with pytest.raises(ScenarioError, match=r"s\.yaml: the losses of all settings make 645,"):
        study(tmp_path, *asked, text=text)
    study(tmp_path, *asked, text=text.replace("0.2, 0.3", "0.2"))  # which prices do not add to


def planned(folder, *settings, **asked) -> list[Plan]:
    return study(folder, *settings, **asked).variants[0].scenario.plans


def test_defaults_come_from_the_contenders(tmp_path):
    (plan,) = planned(tmp_path)
    assert [one.holds for one in plan.memories] == [300, 200] and plan.grid == 250
    text = TEXT.replace(", grid: 250", "")
    (plan,) = planned(tmp_path, text=text)
    assert plan.grid == 10 and len(plan.trained_at) == 150
    late = "models.again.policy.latency={rows: 20}", "models.alarmed.policy.latency={rows: 20}"
    (plan,) = planned(tmp_path, *late)
    assert [one.policy.latency.rows for one in plan.periodic] == [20, 20]
    chunk = "models.alarmed.policy={kind: periodic, every: 100, memory: chunk}"
    assert [one.holds for one in planned(tmp_path, chunk)[0].memories] == [300]
    tuned = "models.again.policy={kind: periodic, every: 100, memory: 30, from: model}"
    assert [one.holds for one in planned(tmp_path, tuned)[0].memories] == [200]
    oracle = "models.frozen.learner=oracle", "decision.memories=[50]"
    assert [one.contenders for one in planned(tmp_path, *oracle)] == [("again", "alarmed")]
    other = "models.frozen.compiled=false"
    assert [one.contenders for one in planned(tmp_path, other)] == [("again", "alarmed")]
    both = planned(tmp_path, other, "decision.memories=[50]")
    assert [one.learner for one in both] == ["majority of frozen", "majority of again"]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (["decision.grid=1_500"], "decision.grid: a grid of 1,500 rows leaves no time to train"),
        (["decision.grid=0"], "decision.grid: 0 is not valid; it should be more than 0"),
        (["decision.grid=1d"], "decision.grid: durations and dates need times"),
        (
            ["decision.grid=1", "stream.length=9_000", "evaluation.seeds=50"],
            "decision.grid: the losses of 8,500 training times make 202,",
        ),
        (
            ["decision.grid=1", "stream.length=1_000_000_000_000"],
            "decision.grid: more than 10,000 training times cannot be compared; give a coarser one",
        ),
        (["decision.memories=[foo]"], "decision.memories.0: no memory is called 'foo'"),
        (["decision.memories=[9, 9]"], "decision.memories.1: this memory stands twice"),
        (["decision.memories=[chunk]"], "decision.memories.0: 'chunk' depends on when models are"),
        (
            ["decision.memories=[{kind: faded, half_life: 5}]", "models.again.learner=no_change"],
            "decision.memories: 'faded' memory needs a learner that takes weights; no_change does",
        ),
        (
            ["models.again.policy.latency={rows: 5}"],
            "decision.latency: contenders with majority have different latencies; give the one",
        ),
        (
            ["decision.latency={rows: 1_500}"],
            "decision.latency: a model deployed 1,500 rows after its training starts would never",
        ),
    ],
)
def test_what_no_floor_can_be_computed_of_is_refused(tmp_path, settings, message):
    with pytest.raises(ScenarioError) as error:
        study(tmp_path, *settings)
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("only", "message"),
    [
        ("online", "no contender is static or retrains from scratch, so that there is no schedule"),
        ("frozen", "no contender has a memory to compute it of; give decision.memories, such as"),
    ],
)
def test_floors_need_a_learner_that_is_refitted(tmp_path, only, message):
    with pytest.raises(ScenarioError, match=rf"s.yaml:11: decision.floor: {message}"):
        study(tmp_path, only=[only])
    study(tmp_path, "decision.floor=false", only=[only])
