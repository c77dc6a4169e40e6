"""Numbers of concepts that are found from how severe a change should be."""

from math import sqrt

import pytest

from driftsim import ScenarioError, load
from driftsim.overview.study import overview
from driftsim.runner.runs import runs_of
from driftsim.scenario.resolved import resolved
from driftsim.scenario.severity import without_change
from driftsim.streams.operators.columns import Scaled
from driftsim.streams.operators.selections import Tilted

TEXT = """# How severe?
stream:
  length: 4_000
  concepts:
    before: {kind: sea, threshold: 8}
    after: AFTER
  drift: {kind: sudden, at: [2_000]}
  noise: 0.1
models: {m: {learner: naive_bayes, policy: online}}
"""
SEA = "{kind: sea, threshold: {from: before, ASKED}}"


def loaded(folder, after, more=""):
    path = folder / "s.yaml"
    path.write_text(TEXT.replace("AFTER", after) + more, encoding="utf-8")
    return load(path)


def found(folder, asked, field="threshold", after=SEA):
    study = loaded(folder, after.replace("ASKED", asked))
    return getattr(study.variants[0].scenario.stream.concepts["after"], field)


@pytest.mark.parametrize(
    ("asked", "threshold"),
    [
        ("disagreement: 0.2", 20 - sqrt(96)),  # P(sum > t) = (20 - t)**2 / 200 from 10 on
        ("total_variation: 0.16", 20 - sqrt(96)),  # which noise of .1 makes .8 of it
        ("stale_loss: 0.16", 20 - sqrt(96)),
        ("disagreement: 0.2, direction: down", sqrt(24)),
    ],
)
def test_a_threshold_by_its_severity(tmp_path, asked, threshold):
    """Four standard errors of .2 from 80,000 rows are .0057; the density is .1, or .05 down."""
    assert abs(found(tmp_path, asked) - threshold) < 0.12 * (0.5 if "down" not in asked else 1)


def test_a_share_of_an_operator_is_found_exactly(tmp_path):
    after = "{kind: relabelled, of: before, where: x1 > 5, to: next, share: {from: before, ASKED}}"
    share = found(tmp_path, "total_variation: 0.2", "share", after)
    assert abs(share - 0.5) < 0.01  # half of the rows, of whose labels noise of .1 leaves .8


def test_an_amount_is_searched_from_none_on(tmp_path):
    after = "{kind: shifted, of: before, columns: [x1], by: {from: before, ASKED}}"
    amount = found(tmp_path, "total_variation_x: 0.2", "by", after)
    assert abs(amount - 2) < 0.06  # x1 is uniform from 0 to 10
    assert without_change(Tilted.model_fields["by"]) == 0
    assert without_change(Scaled.model_fields["factor"]) is None


def test_severities_that_are_asked_for_from_one_another_and_swept(tmp_path):
    more = "sweep: {stream.concepts.after.threshold.disagreement: [0.1, 0.3]}\n"
    study = loaded(tmp_path, SEA.replace("ASKED", "disagreement: 0.2"), more)
    numbers = [one.scenario.stream.concepts["after"].threshold for one in study.variants]
    assert 8 < numbers[0] < 20 - sqrt(96) < numbers[1]
    (tmp_path / "again.yaml").write_text(resolved(study), encoding="utf-8")
    again = load(tmp_path / "again.yaml")
    assert [one.scenario for one in again.variants] == [one.scenario for one in study.variants]
    assert again.variants[0].title == f"threshold = {numbers[0]:g}"


def test_the_number_is_in_check_and_a_run_of_the_resolved_scenario_is_the_same(tmp_path):
    study = loaded(tmp_path, SEA.replace("ASKED", "disagreement: 0.2"))
    number = study.variants[0].scenario.stream.concepts["after"].threshold
    assert f"b = after: sea, threshold {number:g}\n" in overview(study, 100)
    text = resolved(study)
    assert f"threshold: {number:g}\n" in text and "from: before" not in text
    (tmp_path / "again.yaml").write_text(text, encoding="utf-8")
    again = load(tmp_path / "again.yaml")
    one, other = ([run.key for run in runs_of(each.variants[0])] for each in (study, again))
    assert one == other


@pytest.mark.parametrize(
    ("after", "message"),
    [
        (
            SEA.replace("ASKED", "disagreement: 0.9"),
            "a disagreement of 0.9 is out of reach: from 8 up it is between 0 and 0.679, at 20",
        ),
        (
            "{kind: relabelled, of: before, where: x1 > 5, share: {from: before, ASKED}}".replace(
                "ASKED", "disagreement: 0.2"
            ),
            "no number gives a disagreement of 0.2: it jumps at 0.5",
        ),
        (SEA.replace("ASKED", "disagrement: 0.2"), "did you mean 'disagreement'?"),
        (SEA.replace("ASKED", "direction: up"), "give one of total_variation, hellinger"),
        (SEA.replace("ASKED", "disagreement: -1"), "-1 is not valid; give a number above 0"),
        (SEA.replace("ASKED", "disagreement: 0.2, direction: on"), "write up or down"),
        ("{kind: sea, threshold: {from: befor, disagreement: 0.2}}", "did you mean 'before'?"),
        ("{kind: rbf, centroids: {from: before, disagreement: 0.2}}", "has no number 'centroids'"),
        (
            "{kind: prior, of: before, shares: {from: before, disagreement: 0.2}}",
            "'prior' has no number 'shares'",
        ),
        (
            "{kind: make_classification, n_features: 3, n_informative: 3, n_redundant: 0, "
            "scale: 0.0, shift: {from: before, disagreement: 0.2}}",
            "the disagreement of 'after' and 'before' is not known; give the number",
        ),
        (
            "{kind: gaussians, features: 3, separation: {from: before, disagreement: 0.2}}",
            "no 'separation' to start from",
        ),
    ],
)
def test_what_cannot_be_found(tmp_path, after, message):
    with pytest.raises(ScenarioError) as error:
        loaded(tmp_path, after)
    assert message in str(error.value) and str(error.value).startswith(f"{tmp_path}")


def test_concepts_that_are_asked_for_from_each_other(tmp_path):
    text = TEXT.replace("threshold: 8", "threshold: {from: after, disagreement: 0.1}")
    path = tmp_path / "s.yaml"
    path.write_text(text.replace("AFTER", SEA.replace("ASKED", "disagreement: 0.2")))
    with pytest.raises(ScenarioError, match=r"s.yaml:5: .*asked for from each other"):
        load(path)
