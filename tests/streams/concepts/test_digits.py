"""Handwritten digits: the images of scikit-learn, turned as scipy turns them."""

import numpy as np
import pytest
from pydantic import ValidationError
from scipy.ndimage import rotate
from sklearn.datasets import load_digits

from driftsim.streams.concepts import Concept
from driftsim.streams.concepts.digits import turned
from driftsim.streams.stream import Stream

DATA = load_digits()


def drawn(n=3_000, **given):
    concept = Concept.model_validate({"kind": "digits", **given})
    return concept.draw(np.random.default_rng(0), np.arange(n))


def test_at_rest_the_rows_are_images_of_scikit_learn():
    X, y = drawn(wobble=0.0)
    images = {image.tobytes(): digit for image, digit in zip(DATA.data, DATA.target)}
    assert [images[row.tobytes()] for row in X] == y.tolist()
    assert abs(np.bincount(y) / 3_000 - np.bincount(DATA.target) / 1_797).max() < 0.03


@pytest.mark.parametrize("quarters", [-1, 0, 1, 2, 5])
def test_quarters_of_a_turn(quarters):
    images = turned(DATA.images, np.full(1_797, 90.0 * quarters)).reshape(-1, 8, 8)
    assert np.allclose(images, np.rot90(DATA.images, quarters, axes=(1, 2)), atol=1e-12)


@pytest.mark.parametrize("angle", [30.0, -100.0])
def test_other_angles_are_between_pixels(angle):
    framed = np.pad(DATA.images[:9], [(0, 0), (3, 3), (3, 3)])
    known = [rotate(image, angle, reshape=False, order=1)[3:-3, 3:-3] for image in framed]
    ours = turned(DATA.images[:9], np.full(9, angle)).reshape(-1, 8, 8)
    assert np.allclose(ours, known, atol=1e-9)


def test_digits_turn_through_an_incremental_drift_and_change_their_meaning():
    concepts = {"before": {"kind": "digits"}, "after": {"kind": "digits", "angle": 90.0}}
    drift = {"kind": "incremental", "at": [1_000], "width": 1_000}
    stream = Stream.model_validate({"length": 2_000, "concepts": concepts, "drift": drift})
    X = stream.rows(0, 0, 2_000).X
    assert len(np.unique(X, axis=0)) == 2_000 and X.min() >= 0 and X.max() <= 16
    concepts["after"] = {"kind": "relabelled", "of": "before", "to": {"9": "6", "6": "9"}}
    drift = {"kind": "sudden", "at": [1_000]}
    other = Stream.model_validate({"length": 2_000, "concepts": concepts, "drift": drift})
    centre = {  # a 6 is below where a 9 is
        (digit, half): other.rows(0, 1_000 * half, 1_000 + 1_000 * half)
        for half in (0, 1)
        for digit in (6, 9)
    }
    lower = {
        key: (block.X[block.y == key[0], 32:].sum() / block.X[block.y == key[0]].sum())
        for key, block in centre.items()
    }
    assert lower[6, 0] > 0.5 > lower[9, 0] and lower[6, 1] < 0.5 < lower[9, 1]


@pytest.mark.parametrize(
    ("written", "message"),
    [({"wobble": -1.0}, "at least 0"), ({"angel": 3.0}, "did you mean 'angle'")],
)
def test_what_cannot_be_is_refused(written, message):
    with pytest.raises(ValidationError, match=message):
        drawn(**written)
