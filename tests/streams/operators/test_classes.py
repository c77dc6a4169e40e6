"""Classes that emerge, vanish, merge and split, and the kinds of drift that ship as scenarios."""

from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError
from together import together

from driftsim.scenario import load
from driftsim.scenario.notation import parsed
from driftsim.streams.severity import MEASURES, severity
from driftsim.streams.stream import Stream

SHIPPED = Path(__file__).parents[3] / "scenarios"
BEFORE_AND_AFTER = {
    "emerges": ({0, 1}, {0, 1, 2}),
    "vanishes": ({0, 1, 2}, {0, 1}),
    "merge": ({0, 1, 2}, {0, 1}),
    "splits where x1 is large": ({0, 1, 2}, {0, 1, 2, 3}),
    "splits by chance": ({0, 1, 2}, {0, 1, 2, 3}),
}


def test_classes_are_those_that_are_there():
    variants = load(SHIPPED / "suites" / "classes.yaml").variants
    assert [one.title for one in variants] == [*BEFORE_AND_AFTER]
    for one in variants:
        stream = one.scenario.stream
        world = stream.instantiated(0)
        block = world.rows(8_000, 12_000)
        before, after = BEFORE_AND_AFTER[one.title]
        assert ({*block.y[:2_000]}, {*block.y[2_000:]}) == (before, after)
        posterior = world.posterior(block.t, block.X)
        gap = (block.y[:, None] == np.arange(stream.schema.n_classes)) - posterior
        assert (abs(gap.mean(axis=0)) <= 4 * gap.std(axis=0) / np.sqrt(len(gap)) + 1e-9).all()


def made(split, more=""):
    base = "{kind: gaussians, means: [[-1.0], [0.0], [1.0]]}"
    text = f"length: 9_000\nconcepts: {{a: {{kind: split, of: {base}, {split}}}{more}}}"
    return Stream.model_validate(parsed(text)[0])


def test_a_class_splits_where_it_is_told_to_and_can_be_merged_again():
    split = 'to: {"1": rare, "2": odd}, where: x1 > 0.5, share: 0.25'
    one = made(split)
    assert one.schema.classes == ("0", "1", "2", "rare", "odd") and one.schema.n_classes == 5
    block = one.rows(0, 0, 9_000)
    whole = Stream.model_validate(
        parsed("length: 9_000\nconcepts: {a: {kind: gaussians, means: [[-1.0], [0.0], [1.0]]}}")[0]
    ).rows(0, 0, 9_000)
    assert np.array_equal(np.choose(block.y, [0, 1, 2, 1, 2]), whole.y)
    inside = (block.X[:, 0] > 0.5) & (whole.y == 1)
    assert abs((block.y[inside] == 3).mean() - 0.25) < 4 * np.sqrt(0.19 / inside.sum())
    assert not (block.y[block.X[:, 0] <= 0.5] > 2).any() and not (block.y[whole.y == 0] > 0).any()


@together(
    ("split", "message"),
    [
        ('to: {"1": "2"}, share: 0.5', "'2' is a class already"),
        ('to: {"1": new, "2": new}, share: 0.5', "'new' is a class already"),
        ("to: {spam: new}, share: 0.5", "no class is called 'spam'"),
        ('to: {"1": new}', "all of a class would become another"),
    ],
)
def test_splits_that_make_no_new_class_are_refused(split, message):
    with pytest.raises(ValidationError, match=message):
        made(split)


@pytest.mark.parametrize(
    ("name", "same", "other"),
    [
        ("prior_drift", [], ["total_variation_y"]),
        ("covariate_drift", ["total_variation_y_given_x", "disagreement"], ["total_variation_x"]),
        ("local_drift", ["total_variation_x"], ["disagreement"]),
        ("class_drift", ["total_variation_y"], ["total_variation_x", "disagreement"]),
        ("noise_burst", ["total_variation_x", "disagreement"], ["total_variation_y_given_x"]),
        ("feature_drift", [], []),
    ],
)
def test_shipped_scenarios_have_the_kind_of_drift_that_they_are_named_after(name, same, other):
    stream = load(SHIPPED / f"{name}.yaml").variants[0].scenario.stream
    found = severity(stream.instantiated(0), 0, 1, stream.length - 1, 2_000)
    assert all(abs(found[one].value) < 4 * found[one].se + 1e-9 for one in same)
    assert all(found[one].value > 0.05 + 4 * found[one].se for one in other)
    if name == "prior_drift":
        assert abs(found["total_variation_y"].value - 0.35) < 4 * found["total_variation_y"].se
    unknown = [one for one in MEASURES if np.isnan(found[one].value)]
    assert unknown == ([*MEASURES] if name == "feature_drift" else [])
