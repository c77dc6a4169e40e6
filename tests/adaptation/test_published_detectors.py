"""Detectors that river lacks: as a slow equivalent of each, and as MOA's."""

import importlib.util
import re
from pathlib import Path

import numpy as np
import pytest
import slow_detectors
from pydantic import ValidationError
from scipy import stats

from driftsim.adaptation.detectors import Detector, KernelDetector, OfRiver
from driftsim.adaptation.detectors.detector import compiled_kinds
from driftsim.adaptation.detectors.windows import Optwin, splits
from driftsim.kernels import cache
from driftsim.kernels.detector_loop import ALARM, update
from driftsim.kernels.loop import reset

ROOT = Path(__file__).resolve().parents[2]


def errors_of(seed, rates, each):
    return (np.random.default_rng(seed).random(each * len(rates)) < np.repeat(rates, each)) * 1.0


STEPS = 5, (0.1, 0.3, 0.1, 0.5, 0.2)
MILD = 6, (0.2, 0.25, 0.3, 0.25, 0.4)
SPECS = [
    {"kind": "cusum"},
    {"kind": "cusum", "slack": 0.05, "threshold": 8.0},
    {"kind": "cusum", "slack": 0.11, "threshold": 6.03, "target": 0.2},
    {"kind": "geometric_moving_average", "fading": 0.95},
    {"kind": "ecdd"},
    {"kind": "ecdd", "rate": 0.05, "limit": 3.0, "warning": 0.8},
    {"kind": "rddm"},
    {"kind": "rddm", "grace": 30, "longest": 700, "kept": 300, "warned": 50, "alarm": 3.0},
    {"kind": "stepd"},
    {"kind": "stepd", "window": 75, "alarm": 0.0001, "warning": 0.001},
    {"kind": "fhddm"},
    {"kind": "fhddm", "window": 40, "confidence": 0.01},
    {"kind": "seed"},
    {"kind": "seed", "delta": 0.3, "block": 20, "tolerance": 0.2, "merged_every": 8},
    {"kind": "seq_drift2"},
    {"kind": "seq_drift2", "delta": 0.1, "block": 40, "sample": 300},
    {"kind": "optwin"},
    {"kind": "optwin", "confidence": 0.999, "robustness": 0.2, "most": 500},
    {"kind": "bayesian_change_points"},
    {"kind": "bayesian_change_points", "every": 500, "threshold": 0.7, "most": 60},
]


BY_KIND = {spec["kind"]: spec for spec in SPECS}
BY_KIND["seq_drift2"] = {"kind": "seq_drift2", "sample": 20_000}  # so large that it draws nothing
ONE_EACH = list(BY_KIND.values())


def name(spec):
    return " ".join(map(str, spec.values()))


def found(detector, errors, most=700):
    """Where it warns and fires, if it is given so many errors at once."""
    alarm, all_, start = detector.start(np.random.default_rng(0)), [], 0
    while start < len(errors):
        part = errors[start : start + most]
        one = alarm(part)
        start += len(part) if one is None else one[0] + 1
        if one is not None:
            all_.append((start - 1, one[1]))
    return all_


def side_by_side(s, errors, fired):
    """Give each member of a state errors (n, M) of its own, and note where it fires."""
    for i in range(errors.shape[0]):
        for m in range(errors.shape[1]):
            fired[i, m] = update(s, m, errors[i, m]) == ALARM
            if fired[i, m]:
                reset(s, m)


@pytest.mark.slow
@pytest.mark.parametrize("spec", [*ONE_EACH, {"kind": "rising", "detector": "stepd"}], ids=name)
def test_members_side_by_side_do_not_meet(spec):
    detector = Detector.model_validate(spec)
    errors = np.stack([errors_of(seed, STEPS[1], 800) for seed in range(3)], axis=1)
    fired = np.zeros(errors.shape, bool)
    state = detector.states(3, np.random.default_rng(0))
    cache.entry(side_by_side, state, errors, fired)(state, errors, fired)
    for m in range(3):
        alone = [i for i, level in found(detector, errors[:, m]) if level == "alarm"]
        assert np.flatnonzero(fired[:, m]).tolist() == alone and alone


@pytest.mark.parametrize("spec", SPECS, ids=name)
def test_it_fires_when_its_slow_equivalent_does(spec):
    settings = dict(spec)
    slow = getattr(slow_detectors, settings.pop("kind"))
    detector, n = Detector.model_validate(spec), 0
    if isinstance(detector, Optwin):
        tables = detector.most, detector.confidence, detector.robustness
        settings = {"tables": splits(*tables), "most": detector.most}
    for signal in (STEPS, MILD):
        errors = errors_of(*signal, 800)
        if spec["kind"] == "seq_drift2":  # whose generator goes on after an alarm
            drawn = np.random.default_rng(0).integers(2**31)
            settings["below"] = slow_detectors.below(int(drawn))
        expected = slow_detectors.points(lambda: slow(**settings), errors)
        assert found(detector, errors) == expected
        n += len(expected)
    assert n and detector.engine() == "compiled"


DOWN_AND_UP = errors_of(7, (0.5, 0.1, 0.4), 1_000)


def test_a_rising_one_fires_where_errors_rise_alone():
    both, up = (
        [i for i, level in found(Detector.model_validate(spec), DOWN_AND_UP) if level == "alarm"]
        for spec in ("stepd", {"kind": "rising", "detector": "stepd"})
    )
    assert any(1_000 < i < 1_200 for i in both)
    assert not any(1_000 < i < 1_200 for i in up) and any(2_000 < i < 2_200 for i in up)


def test_a_rising_one_is_the_same_compiled_and_not():
    spec = {"kind": "hddm_w", "two_sided": True}
    rising = Detector.model_validate({"kind": "rising", "detector": spec, "compared": 300})
    assert rising.uncompiled().engine() == "river"
    for signal in (STEPS, MILD):
        errors = errors_of(*signal, 1_500)
        assert found(rising, errors, most=333) == found(rising.uncompiled(), errors)


def test_fhddm_fires_where_that_of_river_does_when_given_what_is_right():
    errors = errors_of(*STEPS, 1_500)
    own, rivers = map(Detector.model_validate, ("fhddm", "river.drift.binary.FHDDM"))
    assert found(own, errors) == found(rivers, 1 - errors) != []
    (note,) = rivers.notes
    assert "fires where errors fall" in note and not own.notes


def test_votes_fire_with_the_alarm_that_is_needed():
    """The second of two that fire within 300 errors; after it both start without errors."""
    written = ["ddm", {"kind": "cusum", "slack": 0.05, "threshold": 8.0}]
    spec = {"kind": "votes", "detectors": written, "within": 300}
    errors = errors_of(*STEPS, 1_500)
    votes, start = [i for i, _ in found(Detector.model_validate(spec), errors)], 0
    for index in votes:
        last = {}
        fired = (
            (i, which)
            for which, one in enumerate(written)
            for i, level in found(Detector.model_validate(one), errors[start:])
            if level == "alarm"
        )
        for i, which in sorted(fired):
            last[which] = i
            if len(last) == 2 and abs(last[0] - last[1]) < 300:
                break
        assert index == start + i
        start = index + 1
    assert len(votes) > 1 and Detector.model_validate(spec).engine() == "compiled"
    assert Detector.model_validate(spec).uncompiled().engine() == "river, compiled"


def test_all_that_river_lacks_are_tried():
    kinds = {name for name, kind in Detector.kinds.items() if issubclass(kind, KernelDetector)}
    kinds = {one for one in kinds if not issubclass(Detector.kinds[one], OfRiver)}
    assert {one for one in kinds if _is_ours(one)} == {"rising", *(spec["kind"] for spec in SPECS)}


def _is_ours(kind):
    return Detector.kinds[kind].__module__.startswith("driftsim.")


OF_MOA = [  # a detector, and where MOA's (23.04, made anew after each) fires on two signals
    ({"kind": "seq_drift2"}, "4199 8199 12199 16199", "6599 16199"),
    ({"kind": "cusum"}, "4201 12146", "4790 9429 16313"),
    (
        {"kind": "cusum", "slack": 0.05, "threshold": 10},
        "4063 12024 15814",
        "4919 6504 8270 9554 9928 16095 17606",
    ),
    (
        {"kind": "geometric_moving_average"},
        "4063 12065 15832",
        "4922 6536 8273 9578 9928 16105",
    ),
    (
        {"kind": "ecdd"},
        "312 473 541 670 1073 1165 1554 1682 1885 1952 2368 2505 2738 2866 3176 3736 3967 "
        "4012 5863 5942 7032 11704 12001",
        "301 374 1335 1642 1838 2640 2982 3045 3587 4121 4377 4501 4963 5340 5447 5746 "
        "5789 6420 7152 7348 7600 7827 8214 8468 8547 8621 8701 8814 9426 9671 9838 10496 "
        "10924 11584 11912 12136 12428 12623 12970 13705 13880 14237 14380 14844 14884 "
        "16006 16233 16313 17435 17563 18041 18223 18580 18632 19320 19805",
    ),
    ({"kind": "rddm"}, "4106 12126 13939 14354", "2179 5247 5445 6524 8229 9496 9718 9921 16286"),
    (
        {"kind": "rddm", "longest": 3000, "kept": 1000, "warned": 200},
        "3189 4038 12020 14078 14325 19326 19702",
        "2179 4986 6846 7085 8107 9547 9917 15014 15718 16010 16240 16410 16622 17640 "
        "18071 18229 18680 19704",
    ),
    (
        {"kind": "stepd"},
        "1090 3970 5965 8053 12006 16027 16968",
        "1855 4790 6673 8229 9442 10740 11927 16106",
    ),
    ({"kind": "seed", "block": 64}, "4095 8127 12031 16063", "4991 9535 13439 16127"),
    (
        {"kind": "seed", "delta": 0.1, "block": 64, "merged_every": 100},
        "4095 8063 12031 16063",
        "4991 9535 13183 16127",
    ),
    ({"kind": "seed", "block": 256}, "4351 8191 12287 16127", "5119 9727 13567 16383"),
    (
        {"kind": "stepd", "window": 100},
        "3209 4039 8048 12015 12419 15833 16061",
        "1919 4967 6504 8291 9928 12872 16079",
    ),
]


@pytest.mark.parametrize(
    ("spec", "steps", "mild"), OF_MOA, ids=lambda it: name(it) if isinstance(it, dict) else ""
)
def test_it_fires_when_moas_does(spec, steps, mild):
    detector = Detector.model_validate(spec)
    for signal, alarms in ((STEPS, steps), (MILD, mild)):
        fired = [i for i, level in found(detector, errors_of(*signal, 4000)) if level == "alarm"]
        assert fired == [*map(int, alarms.split())]


@pytest.mark.parametrize(
    ("slack", "threshold", "known"), [(0.5, 5.0, 10.34), (0.5, 4.0, 8.34), (0.25, 8.0, 11.33)]
)
def test_cusum_is_as_late_as_siegmund_says(slack, threshold, known):
    """The mean delay of a shift of one standard deviation (Siegmund 1985)."""
    spec = {"kind": "cusum", "grace": 1, "slack": slack, "threshold": threshold, "target": 0.0}
    errors = np.random.default_rng(0).normal(1.0, 1.0, 100_000)
    n = len(found(Detector.model_validate(spec), errors, most=100_000))
    assert len(errors) / n == pytest.approx(known, rel=0.02)


def test_windows_of_optwin_are_split_where_scipys_quantiles_say_so():
    """Tosi & Theobald 2023: the first place at which a rise of 0.5 deviations is surely found."""
    newer, t_limits, f_limits = splits(300, 0.99, 0.5)
    each = 0.99**0.25
    for n in (30, 47, 120, 299, 300):
        for m in range(2, n // 2 + 1):
            f = stats.f.ppf(each, m - 1, n - m - 1)
            old, new = 1 / (n - m), f / m
            free = (old + new) ** 2 / (old**2 / (n - m - 1) + new**2 / (m - 1))
            t = stats.t.ppf(each, free)
            if t * np.sqrt(old + new) <= 0.5:
                break
        assert (newer[n], t_limits[n], f_limits[n]) == pytest.approx((m, t, f))


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"kind": "ecdd", "rate": 0.1}, "is for a rate of 0.2, not of 0.1; give `limit`"),
        ({"kind": "rddm", "kept": 50_000}, "it cannot keep 50000 errors where there are 40000"),
        ({"kind": "stepd", "alarm": 0.1}, "a chance of 0.1 comes before the warning at 0.05"),
        (
            {"kind": "votes", "detectors": ["adwin", "ddm"], "needed": 3},
            "3 alarms of 2 detectors never come; give `needed` at most their number",
        ),
    ],
    ids=["ecdd", "rddm", "stepd", "votes"],
)
def test_what_cannot_be_together_is_refused(spec, message):
    with pytest.raises(ValidationError, match=message):
        Detector.model_validate(spec)


def test_the_docs_say_which_errors_a_detector_takes_and_where_it_fires():
    """Errors of one rate, which then fall to none, or rise to nothing else."""
    text = (ROOT / "docs/detectors.md").read_text(encoding="utf-8")
    steady = errors_of(0, [0.3], 2_400)
    ends = {end: np.append(steady, np.full(600, end)) for end in (0.0, 1.0)}
    lines = re.findall(r"^\| of 0 and 1(.*?) \|(.*?)\|(.*?);? ?(?:`hddm_a` and.*)?\|$", text, re.M)
    named = []
    for size, *cells in lines:
        for falls, cell in enumerate(cells):
            for kind in re.findall(r"`(\w+)`", cell):
                detector = Detector.model_validate(kind)
                fires = [any(i >= 2_400 for i, _ in alarms(detector, ends[e])) for e in ends]
                assert (kind, detector.binary, fires) == (kind, "alone" in size, [falls, True])
                named.append(kind)
    assert sorted(named) == compiled_kinds()
    (warning,) = re.findall(r"^(`ddm`, .*) warn before they fire", text, re.M)
    warn = {kind for kind in named if Detector.kinds[kind].warns}
    assert {*re.findall(r"`(\w+)`", warning)} == warn


def alarms(detector, errors):
    return [one for one in found(detector, errors) if one[1] == "alarm"]


def test_a_line_of_the_table_of_the_docs_is_what_its_benchmark_prints():
    spec = importlib.util.spec_from_file_location("detectors", ROOT / "benchmarks/detectors.py")
    page = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(page)
    text = (ROOT / "docs/detectors.md").read_text(encoding="utf-8")
    assert all(f"\n| `{kind}` | " in text for kind in page.kinds())
    assert f"\n{page.row('fhddm')}\n" in text
