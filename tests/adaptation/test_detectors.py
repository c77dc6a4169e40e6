"""Detectors: no alarm on a steady error, one for one rise, and those of river's own objects."""

import numpy as np
import pytest
from pydantic import ValidationError
from river import base
from river import drift as river_drift

from driftsim.adaptation.detectors import Detector, OfRiver

STEADY = (np.random.default_rng(0).random(2000) < 0.1).astype(float)
HIGH = (np.random.default_rng(1).random(2000) < 0.5).astype(float)


def first(alarm, errors, level="alarm"):
    """The index of the first alarm of a level, or None."""
    offset = 0
    while (found := alarm(errors[offset:])) is not None:
        offset += found[0] + 1
        if found[1] == level:
            return offset - 1
    return None


def test_it_is_quiet_until_the_error_rises(detector):
    if detector.dummy:
        pytest.skip("sees no errors")
    fired, alarm = [], detector.start(np.random.default_rng(0))
    errors = np.append(STEADY, HIGH)
    while (index := first(alarm, errors[sum(fired) :])) is not None:
        fired.append(index + 1)
    moments = np.cumsum(fired)
    cure = "give its example in driftsim/examples.py parameters with which it"
    assert np.sum(moments < 2000) <= 3, f"false alarms: {cure} gives at most three"
    prompt = np.sum((moments > 2000) & (moments < 2600))
    assert prompt == 1, f"{prompt} alarms in 600 errors after the rise: {cure} gives one"


def test_one_of_river_warns_and_takes_numbers_as_rivers_own_does(detector):
    if not isinstance(detector, OfRiver):
        pytest.skip("river lacks it")
    own = detector._maker(np.random.default_rng(0))()
    warning = base.DriftAndWarningDetector, base.BinaryDriftAndWarningDetector
    warns, binary = isinstance(own, warning), isinstance(own, base.BinaryDriftDetector)
    assert detector.warns == warns, f"set `warns = {warns}` in its class"
    assert detector.binary == binary, f"set `binary = {binary}` in its class"


def test_after_an_alarm_it_starts_again(detector):
    alarm = detector.start(np.random.default_rng(0))
    first(alarm, np.append(STEADY, HIGH))
    assert first(alarm, np.zeros(25)) is None


def test_how_errors_are_cut_never_shows(detector):
    errors = np.append(STEADY[:500], HIGH[:500])
    whole = first(detector.start(np.random.default_rng(0)), errors)
    alarm, offset = detector.start(np.random.default_rng(0)), None
    for start in range(0, 1000, 7):
        index = first(alarm, errors[start : start + 7])
        if index is not None:
            offset = start + index
            break
    assert whole == offset


@pytest.mark.parametrize(
    ("written", "own"),
    [
        ({"kind": "adwin", "delta": 0.01}, lambda: river_drift.ADWIN(delta=0.01)),
        ("ddm", lambda: river_drift.binary.DDM()),
        ({"kind": "eddm", "grace": 40}, lambda: river_drift.binary.EDDM(warm_start=40)),
        ("page_hinkley", lambda: river_drift.PageHinkley(mode="up")),
    ],
)
def test_it_fires_when_rivers_own_does(written, own):
    errors, model = np.append(STEADY, HIGH), own()
    expected = next(i for i, error in enumerate(errors) if fires(model, error))
    assert first(Detector.model_validate(written).start(None), errors) == expected


def fires(model, error):
    model.update(error)
    return model.drift_detected


@pytest.mark.parametrize("written", ["ddm", {"kind": "eddm", "warning": 0.7, "alarm": 0.6}])
def test_it_warns_before_it_fires(written):
    errors = np.append(STEADY, HIGH)
    detector = Detector.model_validate(written)
    warned = first(detector.start(None), errors, "warning")
    assert warned < first(detector.start(None), errors)


def test_eddm_fires_when_wrong_predictions_have_come_closer_together():
    """The mean of their distances, and two deviations more, falls below a share of its highest."""
    distances = np.repeat([10, 2], [40, 200])
    seen = [distances[:n] for n in range(31, 241)]
    reach = [some.mean() + 2 * some.std(ddof=1) for some in seen]
    due = next(i for i, one in enumerate(reach) if one < 0.9 * max(reach[: i + 1]))
    errors = np.zeros(distances.sum())
    errors[distances.cumsum() - 1] = 1
    alarm = Detector.model_validate("eddm").start(None)
    assert due > 10 and first(alarm, errors) == seen[due].sum() - 1


@pytest.mark.parametrize("written", [{"alarm": 0.96}, {"warning": 0.8}])
def test_an_alarm_of_eddm_cannot_come_before_its_warning(written):
    with pytest.raises(ValidationError, match="of the distance comes before the warning at"):
        Detector.model_validate({"kind": "eddm"} | written)


def test_a_seed_of_0_is_a_seed():
    written = {"kind": "river.drift.KSWIN", "seed": 0}
    seeds = [
        Detector.model_validate(one)._maker(np.random.default_rng(7))().seed
        for one in (written, "river.drift.KSWIN")
    ]
    assert seeds == [0, np.random.default_rng(7).integers(2**31)]
