"""Fixtures: an example of every kind, for the laws to be tried on."""

import gc
import sys
from collections import Counter
from functools import cache, lru_cache
from itertools import product, takewhile
from pathlib import Path
from zlib import crc32

import numpy as np
import pytest
import typer.testing
import yaml
from checked import each_state_once  # noqa: F401 (a fixture of all tests)
from examples import (
    EXAMPLES,
    FEW,
    LOGISTIC,
    OF_NUMBERS,
    ONE_EACH,
    REGRESSORS,
    SCALED_LINEAR,
    SGD,
    built,
    sea_stream,
)  # fmt: skip

from driftsim.adaptation.policies import Policy
from driftsim.adaptation.policies.online import Online
from driftsim.evaluation.labels import Labels
from driftsim.learners.learner import Learner
from driftsim.learners.online.kernel_learner import KernelLearner
from driftsim.own import PREFIX
from driftsim.parts import Part
from driftsim.rows import Schema
from driftsim.streams.drifts import Drift

NUMBERS = Schema(("x1",), n_classes=None)
SUDDEN = {"kind": "sudden", "at": [1200]}
FAMILIES = {family.kind(): family for family in EXAMPLES}
POLICIES = EXAMPLES[Policy]
BOTH = [SGD, SCALED_LINEAR]  # a regressor of each library
VALID, WEIGHS, ANOTHER = {}, {}, {}  # of examples, as they are written
OF_ANY_VERSION = (  # files of tests that no version of a dependency can change
    "adaptation/test_contest.py",
    "adaptation/test_error_monitor.py",
    "adaptation/test_excess.py",
    "closed_forms/",
    "evaluation/decision/",
    "evaluation/test_recovery.py",
    "evaluation/test_staleness.py",
    "test_architecture.py",
    "test_contributing.py",
    "test_design.py",
    "test_edited.py",
    "test_failures.py",
    "test_placement.py",
)
LONGEST = "test_no_kernel_reads_or_writes_out_of_bounds"
COMPILED_FOR_LONG = (
    "adaptive_random_forest",
    "hoeffding_adaptive_tree",
    "hoeffding_option_tree",
    "sam_knn",
    "streaming_random_patches",
    "loss_weighted_forest",
    "robust_online_self_adjusting",
    "adaptive_random_forest_regressor",
)
typer.testing._get_command = cache(typer.testing._get_command)  # of all commands, at each call
yaml.compose = lru_cache(512)(yaml.compose)  # of what many tests load, as nothing changes its nodes


@pytest.fixture(autouse=True)
def registry():
    """Kinds that a test defines, or loads from a file, are gone after it."""
    families = Part.__subclasses__()
    for family in families:
        family.kinds.load()
    held = [kinds for one in families for kinds in (one.kinds.registered, one.unfinished)]
    before, last = [dict(one) for one in held], next(reversed(sys.modules))
    yield
    for kinds, then in zip(held, before):
        kinds.clear()
        kinds.update(then)
    for name in [*takewhile(lambda name: name != last, reversed(sys.modules))]:
        if name.startswith(PREFIX):
            del sys.modules[name]


def pytest_generate_tests(metafunc):
    """A test that takes a `drift` (or a `learner`, …) is tried on each example of it.

    A test that is parametrized itself keeps to its own.
    """
    own = [mark.args[0] for mark in metafunc.definition.iter_markers("parametrize")]
    own = {name for names in own for name in ([names] if isinstance(names, str) else names)}
    wanted = [kind for kind in examples() if kind in metafunc.fixturenames and kind not in own]
    if wanted:
        slow = [*metafunc.definition.iter_markers("slow")]
        params = asked(metafunc.config, tried(*wanted), slow)
        metafunc.parametrize(wanted, params, indirect=True)


@cache
def tried(*wanted):
    """The examples of these kinds that are tried together, as parameters of a test."""
    every = [dict(zip(wanted, specs)) for specs in product(*(examples()[kind] for kind in wanted))]
    fitting = [one for one in every if fits(one)]
    return [param(one, id) for one, id in zip(fitting, numbered(fitting))]


def numbered(every):
    """The names of parameters, with numbers where they are the same: those of slow ones count."""
    names = ["-".join(map(name, specs.values())) for specs in every]
    many, seen = Counter(names), Counter()
    for one in names:
        yield one if many[one] == 1 else f"{one}{'_' * one[-1].isdigit()}{seen[one]}"
        seen[one] += 1


def asked(config, params, slow):
    """The parameters that are not slow where no others are run; one, where a test has no others.

    Thousands of tests that are not run take as long to collect as others.
    """
    if "not slow" not in config.option.markexpr.split(" and "):
        return params
    fast = [] if slow else [one for one in params if all(m.name != "slow" for m in one.marks)]
    return fast or params[:1]


@cache
def examples():
    """The examples of each kind of fixture."""
    found = {kind: EXAMPLES[family] for kind, family in FAMILIES.items()}
    found["learner"] = [one for one in found["learner"] if one not in OF_NUMBERS]
    return found | {"regressor": REGRESSORS}


def pytest_collection_modifyitems(items):
    """Mark tests by their place; begin with the longest, so that no worker waits for it at last."""
    items.sort(key=lambda item: not item.name.startswith(LONGEST))
    for item in items:
        if of_any_version(item.path):
            item.add_marker(pytest.mark.any_version)


@cache
def of_any_version(path):
    return path.relative_to(Path(__file__).parent).as_posix().startswith(OF_ANY_VERSION)


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """What is collected stays to the end: no search for garbage need look at it, now or again.

    Others are rare, as what tests share, figures above all, is much to look at.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(50_000)
        gc.enable()


def fits(specs):
    """Whether examples are tried together.

    Where policies meet learners, others than one of each library meet few ways in which labels
    come in and one drift, and those that are run as an earlier one is an eighth of them, by turns.
    In each of the other ways, and at each drift, every policy meets one library or the other; at
    schedules an eighth of the policies do.
    """
    policy = specs.get("policy")
    if "regressor" in specs:
        parts = [(Policy, policy, 1000), (Labels, specs.get("labels"))]
        if any(valid(kind, one).incompatibility(NUMBERS, *n) for kind, one, *n in parts if one):
            return False
    learner = specs.get("learner", specs.get("regressor"))
    if policy is None or learner is None:
        return True
    if not takes(learner, policy) or (run_as_another(learner) and sum(turns(specs).values()) % 8):
        return False
    if specs.get("drift", SUDDEN) != SUDDEN:
        often = name(specs["drift"]) in ("none", "gradual", "incremental", "recurring")
        return (
            learner in ONE_EACH
            and by_turns(specs)
            and (often or not sum(turns(specs).values()) % 8)
        )
    if specs.get("labels", FEW[0]) in FEW:
        return True
    sampled = by_turns(specs) or is_quick(specs) or sum(turns(specs).values()) % 3 == 0
    return learner in ONE_EACH and sampled


def param(specs, id):
    """Examples as a parameter of a test: a slow one, where policies meet many learners.

    Or where a further example of a kind of policy meets many ways in which labels come in, or
    where a sample in pairs has the same power, or a kernel takes ten seconds to compile.
    """
    policy = specs.get("policy")
    further = policy is not None and name(policy) in map(name, POLICIES[: POLICIES.index(policy)])
    slow = policy is not None and (
        specs.get("learner", LOGISTIC) not in ONE_EACH
        or specs.get("regressor", SGD) not in BOTH
        or specs.get("drift", SUDDEN) != SUDDEN
        or (further and specs.get("labels", FEW[0]) not in FEW)
    )
    slow = slow or name(specs.get("learner", specs.get("regressor"))) in COMPILED_FOR_LONG
    marks = [pytest.mark.slow] if slow or not paired(specs) else []
    if policy is not None and specs.get("labels", FEW[0]) not in FEW:
        marks.append(pytest.mark.any_version)
    return pytest.param(*specs.values(), id=id, marks=marks)


def paired(specs):
    """Whether examples are tried together in a sample in which all that may meet do so in pairs.

    Policies meet the one library and the other by turns, and each way in which labels come in with
    the quicker of the two. So do policies that have each row learned by itself, but for the first:
    scikit-learn takes a millisecond for a row. A concept meets two kinds of drift, by turns, and
    the one that blends it. Learners by themselves meet labels at once, in bursts, and in each
    fourth of the other ways.
    """
    turn = turns(specs)
    if specs.keys() == {"concept", "drift"}:
        blends = valid(Drift, specs["drift"]).blends
        return blends or (turn["concept"] + turn["drift"]) % 4 == 0
    if specs.keys() == {"learner", "labels"}:
        return specs["labels"] in FEW or (turn["learner"] + turn["labels"]) % 4 == 0
    learner = specs.get("learner", specs.get("regressor"))
    if "policy" not in specs or learner is None:
        return True
    quick = specs.get("labels", FEW[0]) not in FEW or learns_as_another(specs["policy"])
    return is_quick(specs) if quick else by_turns(specs)


def learns_as_another(policy):
    """Whether a policy has each row learned by itself, as an earlier example has."""
    each_row = [one for one in POLICIES if isinstance(valid(Policy, one), Online)]
    return policy in each_row[1:]


def turns(specs):
    """Which example of its kind each one is."""
    examples = {kind: EXAMPLES[family] for kind, family in FAMILIES.items()}
    examples["regressor"] = REGRESSORS
    return {kind: examples[kind].index(spec) for kind, spec in specs.items()}


def by_turns(specs):
    """Whether it is the turn of this library's learner to meet the policy and the others."""
    learner = specs.get("learner", specs.get("regressor"))
    able = of_each_library(learner, specs["policy"])
    others = {kind: one for kind, one in specs.items() if one is not learner}
    return able[sum(turns(others).values()) % len(able)] == learner


def is_quick(specs):
    """Whether this learner is the compiled one of those that by turns meet the policy."""
    learner = specs.get("learner", specs.get("regressor"))
    return of_each_library(learner, specs["policy"])[-1] == learner


def of_each_library(learner, policy):
    """A learner of each library that answers as this one does, and takes the policy's weights."""
    return [one for one in (*ONE_EACH, *BOTH) if alike(one, learner) and takes(one, policy)]


def run_as_another(spec):
    """Whether an earlier example is of the same library, or runs on a kernel of ours, too.

    Looked up once, as thousands of tests ask.
    """
    if str(spec) not in ANOTHER:
        examples = (*BOTH, *REGRESSORS) if spec in REGRESSORS else (*ONE_EACH, *EXAMPLES[Learner])
        earlier = takewhile(lambda one: one != spec, examples)
        ANOTHER[str(spec)] = way(spec) in map(way, earlier)
    return ANOTHER[str(spec)]


def way(spec):
    """How a learner is run: its class, that of its steps, or what all on kernels of ours have."""
    learner = valid(Learner, spec)
    learner = getattr(learner, "whole", learner)
    return KernelLearner if isinstance(learner, KernelLearner) else type(learner)


def alike(one, learner):
    """Whether both are for classes, or both for numbers."""
    return (one in BOTH) == (learner in REGRESSORS)


def takes(learner, policy):
    """Whether a learner takes the weights that a policy gives."""
    return weighs(Learner, learner) or not weighs(Policy, policy)


def weighs(family, spec):
    """Whether an example takes, or gives, weights; looked up once, as thousands of tests ask."""
    key = family, str(spec)
    if key not in WEIGHS:
        WEIGHS[key] = valid(family, spec).weighs
    return WEIGHS[key]


def valid(family, spec):
    """A part of an example, validated once, as thousands of tests ask."""
    key = family, str(spec)
    if key not in VALID:
        VALID[key] = family.model_validate(spec)
    return VALID[key]


def name(spec):
    return spec["kind"] if isinstance(spec, dict) else str(spec)


def _fixture(family):
    @pytest.fixture(name=family.kind())
    def part(request):
        return built(family, request.param, lambda: request.getfixturevalue("tmp_path"))

    return part


concept, drift, learner, labels, memory, detector, policy, strategy, protocol = map(
    _fixture, EXAMPLES
)


@pytest.fixture
def undrawn(monkeypatch):
    """Reports have no figures, which take longest, in tests of what else a study leaves."""
    monkeypatch.setattr("driftsim.report.files.drawings", lambda results: [])


@pytest.fixture
def size(request):
    """How many rows arrive at once: from 1 to 400, another number in each test."""
    rng = np.random.default_rng(crc32(request.node.name.encode()))
    return int(400 ** rng.random())


@pytest.fixture
def regressor(request):
    return Learner.model_validate(request.param)


@pytest.fixture
def stream():
    """A stream with one sudden drift, and no noise."""
    return sea_stream()
