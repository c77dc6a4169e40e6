"""Pictures: which are drawn beside the page, when they are drawn again, and which go."""

import pytest

from driftsim.atomic import StoreError
from driftsim.evaluation.trace import Trace
from driftsim.figure_names import FIGURES
from driftsim.messages import ScenarioError
from driftsim.report import pictures
from driftsim.report.figures import KINDS
from driftsim.report.pictures import (
    END,
    SIGNATURE,
    mark_in,
    not_drawn,
    shown_results,
    write_pictures,
)
from driftsim.report.plot import plot
from driftsim.report.results import Results
from driftsim.scenario import load
from driftsim.scenario.resolved import resolved
from driftsim.store import Store

FILE = """stream: {length: 600, concepts: {a: sea}}
models: {online: {learner: majority, policy: online}}
evaluation: {warmup: 100}
"""


def asking(results, *names, **more):
    """The same results, whose report asks for some pictures."""
    variants = [
        one._replace(
            scenario=one.scenario.model_copy(
                update={
                    "report": one.scenario.report.model_copy(update={"figures": [*names], **more})
                }
            )
        )
        for one in results.study.variants
    ]
    return Results(results.study._replace(variants=variants), results.store)


def pictured(results, folder):
    """Write the pictures of results that have no alarms."""
    return write_pictures(results, folder, {*FIGURES} - {"alarms"})


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def drawings(monkeypatch):
    """The names of the figures that are drawn, as pictures that hold no more than their mark."""
    names = []

    def noted(results, missing, mark):
        names.extend(missing)
        text = b"tEXtdriftsim\0" + mark.encode()
        chunk = (len(text) - 4).to_bytes(4, "big") + text + bytes(4)
        content = SIGNATURE + bytes(4) + b"IHDR" + bytes(4) + chunk + bytes(4) + END
        return [(name, content) for name in missing]

    monkeypatch.setattr(pictures, "drawn", noted)
    return names


def test_names_are_those_of_the_kinds_of_figures():
    assert [*FIGURES] == [*KINDS]


def test_a_scenario_asks_for_figures_by_their_names(tmp_path):
    path = tmp_path / "s.yaml"

    def asked(text, figures=None):
        path.write_text(f"{FILE}report: {{{text}}}\n")
        return load(path, figures=figures).variants[0].scenario.report.figures

    assert asked("") == ["curves"] and asked("figures: []") == []
    assert asked("figures: all") == asked("", "all") == [*FIGURES]
    assert asked("figures: [cost, alarms]") == asked("figures: all", "cost, alarms")
    assert asked("figures: all", "none") == []
    for text, place, words in (
        ("figures: [curve]", "s.yaml:4: report.figures: ", "did you mean 'curves'?"),
        ("figures: some", "s.yaml:4: report.figures: ", "no figure is called 'some'; choose from"),
        ("figures: [cost, cost]", "s.yaml:4: report.figures: ", "'cost' stands twice"),
        ("figures: none", "s.yaml:4: report.figures: ", "for no pictures give []"),
    ):
        with pytest.raises(ScenarioError) as error:
            asked(text)
        assert place in str(error.value) and words in str(error.value)
    with pytest.raises(ScenarioError, match=r"--figures: no figure is called 'x'"):
        asked("", "curves,x")


def test_runs_do_not_depend_on_the_pictures(swept):
    keys = [run.key for _, run in asking(swept, "curves").runs()]
    assert keys == [run.key for _, run in asking(swept).runs()]


def test_a_picture_is_drawn_once_for_its_results_and_rules(swept, tmp_path, drawings):
    few = asking(swept, "cost", "alarms")  # there was no alarm
    for _ in range(2):
        assert pictured(few, tmp_path) == [tmp_path / "cost.png"]
    assert drawings == ["cost"]
    first = (tmp_path / "cost.png").read_bytes()
    pictured(asking(swept, "cost", metrics=["kappa"]), tmp_path)
    assert drawings[1:] == ["cost"] and (tmp_path / "cost.png").read_bytes() != first
    (tmp_path / "cost.png").write_bytes(first[:-1])  # whose mark is whole
    pictured(few, tmp_path)
    assert (tmp_path / "cost.png").read_bytes() == first


def test_pictures_of_other_results_go_and_those_of_these_stay(swept, plain, tmp_path, drawings):
    for results in (plain, swept):
        pictured(asking(results, "cost"), tmp_path)
        (tmp_path / "stream.png").write_bytes(b"of another time")
        (tmp_path / "own.png").write_bytes(b"of another name")
        (tmp_path / "curves.svg").write_bytes(b"<svg></svg>")
        if results is plain:
            pictured(asking(results), tmp_path)
            assert names_in(tmp_path) == ["cost.png", "own.png"]
    pictured(asking(plain), tmp_path)
    assert names_in(tmp_path) == ["own.png"]


def test_a_folder_named_like_a_picture_stays(plain, tmp_path):
    (tmp_path / "curves.png").mkdir()
    pictured(asking(plain), tmp_path)
    assert names_in(tmp_path) == ["curves.png"]
    with pytest.raises(StoreError, match=r"curves\.png: this shows .* remove it, or choose"):
        pictures.remove(tmp_path / "curves.png")  # as an old picture in a folder to be read only


def test_a_plot_among_the_files_of_a_report_stays_while_it_shows_these_results(swept, tmp_path):
    path = tmp_path / "swept.yaml"
    store = Store(tmp_path / "swept" / "runs")
    for _, run in swept.runs():
        store.save(run, swept.store.load(run))
    path.write_text(resolved(swept.study))
    folder = tmp_path / "swept"
    for suffix in ("svg", "png"):
        plot([path], folder / f"ranks.{suffix}", "ranks", tmp_path)
        assert mark_in(folder / f"ranks.{suffix}") == shown_results(swept)
    pictured(asking(swept), folder)
    assert names_in(folder) == ["ranks.png", "ranks.svg", "runs"]


def test_what_is_asked_for_by_name_and_cannot_be_drawn_is_noted(swept, tmp_path, drawings):
    few, every = asking(swept, "alarms", "cost", "sweep"), asking(swept, *FIGURES)
    notes = [*not_drawn(few, pictured(few, tmp_path))]
    assert notes == ["no picture of alarms: there was no alarm"]
    assert [*not_drawn(every, [])] == []


def test_what_is_shown_is_known_by_every_column(swept):
    runs = [one.runs for one in swept.variants]
    assert shown_results(Results(swept.study, runs=runs)) == shown_results(swept)
    (first, *others), *more = runs
    columns = dict(first.trace.columns)
    columns["labels"] = columns["labels"] + 1
    changed = first._replace(trace=Trace(columns, first.trace.interval))
    other = Results(swept.study, runs=[[changed, *others], *more])
    assert shown_results(other) != shown_results(swept)


def test_what_is_no_picture_has_no_mark(tmp_path):
    for name, content in (
        ("a.png", b""), ("b.png", SIGNATURE + b"\xff\xff\xff\xff" + END), ("c.png", SIGNATURE),
        ("d.svg", b"<svg>"), ("e.png", SIGNATURE + b"\0\0\0\x09tEXtdriftsim\0x"),
    ):  # fmt: skip
        (tmp_path / name).write_bytes(content)
        assert mark_in(tmp_path / name) == ""
    assert mark_in(tmp_path / "none.png") == ""
