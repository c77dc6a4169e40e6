"""Kernels of detectors: they warn and fire when river's own objects do."""

import os
import subprocess
import sys

import numpy as np
import pytest
from river import drift
from scipy.stats import ks_2samp

from driftsim.adaptation.detectors import Detector, OfRiver, alarm_of_object
from driftsim.kernels import adwin as windows
from driftsim.kernels import cache
from driftsim.kernels.detector_loop import detect
from driftsim.kernels.equivalents import EQUIVALENTS
from driftsim.kernels.kswin import critical_distance
from driftsim.kernels.registry import equivalent
from driftsim.kernels.values import title_of

ROWS = int(os.environ.get("DRIFTSIM_TEST_ROWS", 8_000))
MANY = int(os.environ.get("DRIFTSIM_TEST_ROWS", 20_000))
FEW = min(ROWS, 1_200)  # for KSWIN: river's own takes half a millisecond an error
LENGTHS = pytest.mark.parametrize(
    ("rows", "seeds"), [(ROWS, 2), pytest.param(MANY, 3, marks=pytest.mark.slow)]
)
ADWIN, KSWIN, PAGE_HINKLEY = "river.drift.ADWIN", "river.drift.KSWIN", "river.drift.PageHinkley"
EDDM, HDDMA, HDDMW = (f"river.drift.binary.{name}" for name in ("EDDM", "HDDMA", "HDDMW"))
OF_NUMBERS = [  # for errors that are any numbers
    "adwin",
    {"kind": "adwin", "delta": 0.2},
    {"kind": ADWIN, "clock": 1, "max_buckets": 2, "min_window_length": 1, "grace_period": 0},
    {"kind": ADWIN, "clock": 7, "max_buckets": 8, "min_window_length": 20, "grace_period": 200},
    "page_hinkley",
    {"kind": "page_hinkley", "grace": 5, "slack": 0.05, "threshold": 8.0, "fading": 0.999},
    {"kind": PAGE_HINKLEY, "threshold": 20},
    {"kind": PAGE_HINKLEY, "mode": "down", "threshold": 10, "alpha": 0.999},
    {"kind": KSWIN, "alpha": 0.01},
    {"kind": KSWIN, "alpha": 0.05, "window_size": 60, "stat_size": 30, "seed": 5},
    {"kind": KSWIN, "alpha": 0.05, "window_size": 400, "stat_size": 20, "seed": 0},
    {"kind": KSWIN, "alpha": 0.3, "window_size": 12, "stat_size": 4, "seed": 1},
]
OF_CLASSES = [  # for errors of 0 and 1
    "ddm",
    {"kind": "ddm", "grace": 5, "warning": 1.0, "alarm": 1.7},
    "eddm",
    {"kind": "eddm", "grace": 5, "warning": 0.9, "alarm": 0.7},
    EDDM,
    {"kind": EDDM, "alpha": 0.8, "beta": 0.75},
    {"kind": EDDM, "warm_start": 3, "alpha": 0.99, "beta": 0.5},
    "hddm_a",
    {"kind": "hddm_a", "alarm": 0.01, "warning": 0.05, "two_sided": True},
    HDDMA,
    {"kind": HDDMA, "two_sided_test": True},
    {"kind": HDDMA, "drift_confidence": 1e-5, "warning_confidence": 0.1, "two_sided_test": True},
    "hddm_w",
    {"kind": "hddm_w", "alarm": 0.01, "warning": 0.05, "rate": 0.1, "two_sided": True},
    HDDMW,
    {"kind": HDDMW, "two_sided_test": True},
    {"kind": HDDMW, "lambda_val": 0.01, "drift_confidence": 1e-5, "warning_confidence": 0.1},
]


def name(spec):
    kind, *settings = [spec] if isinstance(spec, str) else spec.values()
    return " ".join([kind.rpartition(".")[2], *map(str, settings)])


def rows_for(spec, rows):
    """So many rows, or few for KSWIN."""
    return FEW if KSWIN in (spec, *(spec.values() if isinstance(spec, dict) else ())) else rows


def levels(n, rng):
    """Some number that changes suddenly eight times, then slowly (n,)."""
    sudden = np.repeat(rng.random(8), -(-n // 10))[: n - n // 5]
    return np.append(sudden, np.linspace(0.1, 0.6, n - len(sudden)))


def wrong(n, seed):
    rng = np.random.default_rng(seed)
    return (rng.random(n) < levels(n, rng)).astype(float)


def distances(n, seed):
    """Distances from a number, some of them alike."""
    rng = np.random.default_rng(seed)
    return np.round(np.abs(rng.normal(3 * levels(n, rng), 0.5)), 2)


def fired(alarm, errors, most=None):
    """Where an alarm fires, and at which level, if it is given at most so many errors at once."""
    found, start = [], 0
    while start < len(errors):
        part = errors[start : start + (most or len(errors))]
        one = alarm(part)
        start += len(part) if one is None else one[0] + 1
        if one is not None:
            found.append((start - 1, one[1]))
    return found


def alarms(spec):
    """One that is compiled, and one of river's own."""
    detector = Detector.model_validate(spec)
    assert detector.engine() == "compiled"
    return [one.start(np.random.default_rng(0)) for one in (detector, detector.uncompiled())]


@LENGTHS
@pytest.mark.parametrize("spec", OF_NUMBERS + OF_CLASSES, ids=name)
def test_it_fires_at_the_same_errors_of_classes(spec, rows, seeds):
    n = 0
    for seed in range(seeds):
        errors, (own, rivers) = wrong(rows_for(spec, rows), seed), alarms(spec)
        expected = fired(rivers, errors)
        assert fired(own, errors) == expected
        n += len(expected)
    assert n or rows < 8_000


@LENGTHS
@pytest.mark.parametrize("spec", OF_NUMBERS, ids=name)
def test_it_fires_at_the_same_errors_of_numbers(spec, rows, seeds):
    for seed in range(seeds):
        errors, (own, rivers) = distances(rows_for(spec, rows), seed), alarms(spec)
        assert fired(own, errors) == fired(rivers, errors)


@pytest.mark.parametrize("spec", OF_NUMBERS + OF_CLASSES, ids=name)
def test_how_errors_are_cut_never_shows(spec):
    errors, whole = wrong(ROWS, 3), fired(alarms(spec)[0], wrong(ROWS, 3))
    assert fired(alarms(spec)[0], errors, most=7) == whole


def test_errors_may_be_read_only_or_of_another_type():
    own, rivers = alarms("ddm")
    errors = wrong(ROWS, 0)
    expected = fired(rivers, errors)
    errors.flags.writeable = False
    assert fired(own, errors) == expected == fired(alarms("ddm")[0], errors.astype(int))


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        ("river.drift.binary.FHDDM", "there is no kernel for FHDDM"),
        ({"kind": ADWIN, "max_buckets": 1}, "its max_buckets of 1"),
        ({"kind": ADWIN, "delta": 1.5}, "its delta of 1.5"),
        ({"kind": KSWIN, "seed": 1, "window": [0.0, 1.0]}, "its window"),
        ({"kind": KSWIN, "seed": 1, "alpha": 1.0}, "its alpha of 1.0"),
    ],
)
def test_what_no_kernel_covers_stays_with_river(spec, reason):
    detector, rng = Detector.model_validate(spec), np.random.default_rng(0)
    make = detector._maker(rng)
    assert reason in detector.engine() and not detector.needs_compiling
    assert fired(detector.start(rng), wrong(FEW, 0)) == fired(alarm_of_object(make), wrong(FEW, 0))


def test_every_equivalent_is_tried():
    rng, specs = np.random.default_rng(0), OF_NUMBERS + OF_CLASSES
    tried = {title_of(type(Detector.model_validate(spec)._maker(rng)())) for spec in specs}
    detectors = {name for name in EQUIVALENTS if name.startswith("drift.")}
    assert tried == detectors - {"drift.DriftRetrainingClassifier"}  # a model, of test_kernels.py


def test_every_kind_that_river_has_is_tried():
    tried = {Detector.model_validate(spec).kind() for spec in OF_NUMBERS + OF_CLASSES}
    kinds = {name for name, kind in Detector.kinds.items() if issubclass(kind, OfRiver)}
    assert kinds <= tried, f"add to OF_NUMBERS or to OF_CLASSES: {kinds - tried}"


def test_loading_leaves_nothing_to_compile(monkeypatch, tmp_path):
    monkeypatch.setenv(cache.HOME, str(tmp_path))
    monkeypatch.setattr(cache, "entries", {})
    detector = Detector.model_validate("ddm")
    assert detector.needs_compiling
    detector.compile()
    assert not detector.needs_compiling
    assert not detector.uncompiled().needs_compiling


@pytest.mark.slow
def test_numba_is_imported_no_sooner_than_a_detector_starts():
    code = (
        "import sys; from driftsim.adaptation.detectors import Detector\n"
        "detector = Detector.model_validate('river.drift.KSWIN')\n"
        "assert 'numba' not in sys.modules\n"
        "assert not detector.uncompiled().needs_compiling\n"
        "detector.uncompiled().compile()\n"
        "assert 'numba' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.filterwarnings("ignore:ks_2samp")  # has no exact chance where it is nearly 1
@pytest.mark.parametrize("alpha", [0.5, 0.05, 0.005, 1e-4, 1e-9])
def test_samples_differ_from_where_scipys_test_says_so(alpha):
    for n in (1, 5, 10, 30, 77):
        tests = [ks_2samp([0] * apart + [1] * (n - apart), [1] * n) for apart in range(n + 1)]
        differ = [one.pvalue <= alpha and one.statistic > 0.1 for one in tests]
        assert critical_distance(alpha, n) == n + 1 - sum(differ)


@pytest.mark.parametrize("errors", [wrong, distances])
def test_the_window_of_adwin_is_rivers(errors):
    errors, own = errors(ROWS, 4), equivalent(drift.ADWIN())(1)
    alarm, model = drift.ADWIN(), own.windows[0]
    level = np.zeros(1, np.int64)
    kernel = cache.entry(detect, own, level, np.empty(0))
    for i, error in enumerate(errors):
        alarm.update(float(error))
        assert (kernel(own, level, errors[i : i + 1])[0] == 0) == alarm.drift_detected
        if not alarm.drift_detected:
            held = alarm.width, alarm.total, alarm.variance
            assert (model["width"], model["total"], model["scatter"]) == held


def members(s, values, found):
    """Give three windows each third value, and note whether they cut, and their means."""
    for i in range(values.size):
        found[i, 0] = windows.adwin_update(s, i % 3, values[i])
        found[i, 1] = windows.adwin_mean(s, i % 3)
    windows.adwin_reset(s, 1)


def test_windows_side_by_side_do_not_meet():
    deltas = np.array([0.002, 0.1, 0.01])
    state, values = windows.adwin(3, delta=deltas), wrong(ROWS, 5)
    found = np.zeros((ROWS, 2))
    cache.entry(members, state, values, found)(state, values, found)
    rivers = [drift.ADWIN(delta) for delta in deltas]
    for i, value in enumerate(values):
        rivers[i % 3].update(value)
        one = rivers[i % 3]
        assert tuple(found[i]) == (one.drift_detected, one.estimation)
    assert [window["width"] for window in state.windows] == [rivers[0].width, 0, rivers[2].width]
    larger = windows.adwin_enlarged(state, 5)
    assert larger.windows["width"].tolist() == [*state.windows["width"], 0, 0]
    assert np.array_equal(larger.buckets[:3], state.buckets)
