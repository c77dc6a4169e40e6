"""Multiple comparisons: by hand, and eight contenders that are all the same."""

import numpy as np
import pytest

from driftsim.evaluation.significance import holm


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.4, 0.6, 0.001, 0.9]) == pytest.approx([1, 1, 0.004, 1])
    assert holm([0.02]) == pytest.approx([0.02]) and len(holm([])) == 0


def test_what_is_not_known_is_no_comparison():
    assert holm([np.nan, 0.01, np.nan, 0.04]) == pytest.approx(
        [np.nan, 0.02, np.nan, 0.04], nan_ok=True
    )
    assert np.isnan(holm([np.nan])).all()
