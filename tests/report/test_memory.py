"""Memory: RAM-hours by hand and in the summary, and sizes along the stream."""

import numpy as np
import pytest
from examples import played

import driftsim
from driftsim.evaluation.compute import CPU_SECONDS
from driftsim.report import figures, write
from driftsim.report.figure_data.memory_courses import power_of, unit_of
from driftsim.report.memory import GIGABYTE, HOUR, interpolated, of_columns
from driftsim.report.page.drawings import DRAWN, drawings
from driftsim.report.results import Results


def traced(sizes, seconds):
    """Columns of a trace whose models took so many seconds, all in one of the kinds of work."""
    idle = np.zeros(len(seconds))
    return dict.fromkeys(CPU_SECONDS, idle) | {
        "online_cpu_seconds": np.array(seconds, float),
        "model_bytes": GIGABYTE * np.array(sizes, float),
    }


def test_each_stretch_is_held_at_the_size_that_it_ends_with():
    # 2 GB for 10 and 20 s, then 4 GB for 30 s, and 4 GB until the end: 60 + 120 + 160 GB s
    found = of_columns(traced([np.nan, 2, np.nan, 4, np.nan], [10, 20, 0, 30, 40]))
    assert found == pytest.approx((2 * 30 + 4 * 30 + 4 * 40) / HOUR)


def test_without_a_size_there_are_none():
    assert np.isnan(of_columns(traced([np.nan, np.nan], [1, 2])))
    assert np.isnan(of_columns({"correct": np.zeros(2)}))


def test_the_summary_has_them(tmp_path):
    stream = {"length": 3_000, "concepts": {"a": "sea"}}
    models = {"a": {"learner": "naive_bayes", "policy": "online"}}
    study = {"stream": stream, "models": models, "evaluation": {"seeds": 2}}
    results = driftsim.run(study, out=tmp_path, jobs=1)
    summary = results.summary().set_index("contender")
    seconds = summary[[*CPU_SECONDS]].sum(axis=1)["a"]
    bytes_held = summary["model_bytes"]["a"]  # naive Bayes does not grow
    assert summary["ram_hours"]["a"] == pytest.approx(bytes_held * seconds / GIGABYTE / HOUR)
    assert np.isnan(summary["ram_hours"]["majority"])


SCENARIO = """# What do models take?
stream: {length: 9_000, concepts: {a: sea}}
models:
  storing: {learner: &nearest {kind: sklearn.neighbors.KNeighborsClassifier, algorithm: brute}, policy: {kind: periodic, every: 400, memory: all}}
  static: {learner: *nearest, policy: static}
  pool: {learner: naive_bayes, policy: {kind: ensemble, every: 500, size: 4}}
evaluation: {warmup: 1_000}
report: {figures: [memory]}
"""  # noqa: E501


@pytest.fixture(scope="module")
def sized(tmp_path_factory):
    return played(SCENARIO, "sized", tmp_path_factory.mktemp("sized"))


def test_a_model_that_stores_every_row_grows_linearly_and_a_static_one_stays_flat(sized):
    frame = sized.memory().set_index("contender")
    storing = frame.loc["storing"]
    assert len(storing) > 15
    slope, start = np.polyfit(storing.last_row, storing.model_bytes, 1)
    assert slope == pytest.approx(4 * 8, rel=0.02)  # three features and a label of eight bytes
    expected = start + slope * storing.last_row
    assert np.allclose(storing.model_bytes, expected, rtol=0.02)
    static = frame.loc["static"].model_bytes
    assert len(static) > 1 and (static == static.iloc[0]).all()


def test_all_models_that_a_policy_holds_count(sized):
    pool = sized.memory().set_index("contender").loc["pool"].model_bytes
    assert pool.iloc[-1] == pool.max() == pytest.approx(4 * pool.iloc[0])


def test_ram_hours_so_far_end_with_those_of_the_summary(sized):
    last = sized.memory().groupby("contender").ram_hours.last()
    summary = sized.summary().set_index("contender").ram_hours
    assert last.to_dict() == pytest.approx(summary[last.index].to_dict())


def test_the_figure_is_in_a_report_that_asks_for_it_alone(sized, tmp_path):
    assert "memory" in {one.name for one in drawings(sized)}
    assert (tmp_path / "memory.png") in write(sized, tmp_path)
    words = next(one.text for one in figures.plot_all(sized) if one.name == "memory")
    assert words.startswith("Largest size, and RAM-hours in all: storing ")
    report = sized.study.variants[0].scenario.report.model_copy(update={"figures": ["curves"]})
    (variant,) = sized.study.variants
    scenario = variant.scenario.model_copy(update={"report": report})
    study = sized.study._replace(variants=[variant._replace(scenario=scenario)])
    others = Results(study, sized.store)
    assert "memory" not in {one.name for one in drawings(others)}
    assert DRAWN["memory"](figures.View(others)) is not None


def test_units_and_gaps():
    assert [unit_of(n)[1] for n in (999, 1e3, 2.5e6, 1e9)] == ["bytes", "kB", "MB", "GB"]
    assert [power_of(n) for n in (0, 2e-8, 1e-6, 0.5, 3)] == [0, -9, -6, -3, 0]
    sizes = np.array([np.nan, 2, np.nan, 4, np.nan])
    assert interpolated(sizes, np.arange(5)).tolist() == [2, 2, 3, 4, 4]


def test_each_stream_of_a_suite_has_a_scale_of_its_own(tmp_path):
    text = """streams: {few: {concepts: {a: sea}}, many: {concepts: {a: led}}}
defaults: {length: 9_000}
models: {a: {learner: naive_bayes, policy: online}}
report: {figures: [memory]}
"""
    view = figures.View(played(text, "scales", tmp_path))
    few, many, *_ = figures.plot_figure("memory", view).axes
    assert many.get_ylim()[1] > 3 * few.get_ylim()[1]
    assert "memory" in {one.name for one in drawings(view.reports[""])}
