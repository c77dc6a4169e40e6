"""Kinds: everything that can be named, with its parameters, defaults and a sentence."""

import textwrap

import pytest
import yaml
from pydantic import ValidationError
from together import together

from driftsim.adaptation.detectors import Detector
from driftsim.evaluation.metrics import METRICS
from driftsim.evaluation.protocols import Protocol
from driftsim.kinds import FAMILIES, example, listing
from driftsim.learners.learner import Learner
from driftsim.messages import ScenarioError
from driftsim.parts import Imported, keys_of
from driftsim.scenario import load

KINDS = [(family, name) for family, parts in FAMILIES.items() for name in parts.kinds]


@pytest.fixture(autouse=True)
def _wide(monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")


def test_all_families_and_kinds_are_listed():
    printed = listing()
    for family, name in KINDS:
        assert f"\n{family}: " in f"\n{printed}"
        assert f"\n  {name}" in printed
    assert max(map(len, printed.splitlines())) <= 100


def test_a_formula_is_below_what_a_kind_is():
    sentence, rule, parameter = listing("sea").splitlines()[1:4]
    assert sentence.startswith("    SEA (Street & Kim 2001)")
    assert rule.startswith("      class 1 where x1 + x2 > threshold")
    assert parameter.startswith("    threshold: ")


@pytest.mark.parametrize(("family", "name"), KINDS, ids=[name for _, name in KINDS])
def test_an_example_is_accepted_where_it_says_that_it_stands(family, name, tmp_path):
    table = "x,label\n" + "0.5,a\n0.7,b\n" * 2_000
    (tmp_path / "table.csv").write_text(table)
    text = textwrap.dedent(example(FAMILIES[family], name)).strip()
    if text.startswith("# in "):
        text = with_example(text.splitlines()[0], yaml.safe_load(text), name)
    (tmp_path / "pasted.yaml").write_text(text)
    assert load(tmp_path / "pasted.yaml").variants


def with_example(place, pasted, name):
    """A scenario with the example of a kind in its place, as text."""
    numbers = name in ("mean", "fimt_dd", "adaptive_random_forest_regressor", "least_squares")
    numbers |= "prediction_intervals" in pasted
    policy = {"kind": "periodic", "every": 100, "memory": 100}
    if "detector" in pasted or name == "since_alarm":
        policy = {"kind": "on_drift", "memory": 100, "enough": 100, "detector": "adwin"}
    if "test" in pasted:
        policy = {"kind": "on_shift", "memory": 100}
    model = {"learner": "mean" if numbers else "naive_bayes", "policy": policy}
    concepts = dict.fromkeys("ab", "friedman" if numbers else "sea")
    stream = {"length": 2_000, "concepts": concepts, "drift": {"kind": "sudden", "at": [1_000]}}
    rules, query = {"warmup": 50}, {"kind": "query", "budget": 0.1, "by": "at_random"}
    places = {
        "stream.concepts": concepts, "stream": stream, "evaluation": rules,
        "a contender of models": model, "a policy that retrains": policy,
        "a policy that retrains on alarms": policy, "a policy of the kind on_shift": policy,
        "labels of the kind query": query,
    }  # fmt: skip
    found = places[place.removeprefix("# in ").removesuffix(":")]
    found |= pasted
    rules |= {"labels": query} if found is query else {}
    if found is concepts or name == "none":
        stream |= {"drift": "none", "concepts": {"a": concepts["a"]}}
    stream |= {"length": 100} if found is concepts else {}
    stream |= {"arrivals": {"kind": "regular", "every": "1h"}} if name == "recent" else {}
    return yaml.safe_dump({"stream": stream, "models": {"m": model}, "evaluation": rules})


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_is_listed_with_parameters(family):
    printed = listing(family)
    for name in FAMILIES[family].kinds:
        assert f"  {name}" in printed
    assert max(map(len, printed.splitlines())) <= 100


@together(("family", "name"), KINDS, ids=[name for _, name in KINDS])
def test_a_kind_has_a_sentence_and_every_parameter(family, name):
    kind, printed = FAMILIES[family].kinds[name], listing(name)
    assert printed.startswith(f"  {name}")
    assert len(printed.splitlines()[1].strip()) > 10
    hidden = {"path"} if issubclass(kind, Imported) else set()
    for field in keys_of(kind).keys() - hidden:
        assert f"\n    {field}: " in printed


@together(
    ("name", "line"),
    [
        ("sea", "threshold: number at least 0, at most 20, default 8.0; of x1 + x2"),
        ("periodic", "every: whole number more than 0 or duration such as 7d, required"),
        ("gradual", "ramp: linear | sigmoid | moa, default 'linear'"),
        ("gaussians", "means: list of lists of numbers, optional; one a class"),
        ("relabelled", "of: a kind of concept, required; or the name of a concept of the stream"),
        ("covered", "with: number or text, default 'mean'; in their place; noise, missing or a"),
        ("on_drift", "gather: after | before | warning, default 'after'; which labels"),
        ("on_drift", "detector: a kind of detector, default adwin"),
        ("on_drift", "memory: a number of labels, a duration such as 7d, or a kind of memory"),
        ("votes", "detectors: list of kinds of detector, required"),
        ("knn", "n_neighbors: whole number more than 0, at most 2,000,000, default 10"),
        ("budgeted", "money: number more than 0, at most 10^11, optional"),
        ("cost_sensitive", "mistake: prices by class, required"),
        ("on_drift", "latency: {rows: …} or {per_row: …} or {time: …}, optional"),
        ("table", "path: text or list of texts, required; a file, files in order, a folder"),
        ("table", "time: text or list of texts or {column: …, format: …}, optional; the column"),
        ("table", "missing: refuse | drop | keep | whole_table or {fill: …, from: …}, default"),
        ("table", """quote: '"' | "'" | '', optional"""),
        ("sudden", "at: list of whole numbers more than 0 or dates or durations, required"),
        ("recurring", "width: whole number at least 0 or duration such as 7d, default 0"),
        ("regular", "start: date such as 2024-03-31, default 2024-01-01; of the stream, in UTC"),
        ("sklearn.svm.SVC", "and, by driftsim: validation, as_frame"),
        ("river.tree.HoeffdingTreeClassifier", "grace_period: default 200"),
        ("sklearn.tree.DecisionTreeClassifier", "max_depth: default null"),
        ("river.drift.ADWIN", "delta: default 0.002"),
    ],
)
def test_parameters_are_listed_with_type_default_and_unit(name, line):
    assert f"    {line}" in listing(name)


def test_required_parameters_come_first_then_those_of_the_kind_itself():
    keys = [
        line.split(":")[0].strip() for line in listing("on_error").splitlines()[2:] if ":" in line
    ]
    assert keys[:5] == ["window", "memory", "threshold", "rise", "gather"]


@pytest.mark.parametrize(
    ("name", "engine"),
    [
        ("adwin", "compiled"),
        ("river.drift.KSWIN", "compiled, as long as these have their defaults: window"),
        ("river.drift.binary.FHDDM", "river, not compiled: there is no kernel for FHDDM"),
        ("river.naive_bayes.GaussianNB", "compiled"),
        ("river.tree.SGTClassifier", "river, not compiled: there is no"),
    ],
)
def test_a_detector_and_a_class_of_river_say_what_they_run_on(name, engine):
    assert f"    runs on: {engine}" in listing(name)


def test_metrics_are_listed_with_what_they_need():
    printed = listing("metric")
    for name in METRICS:
        assert f"\n  {name} " in printed
    assert listing("roc_auc").endswith("set evaluation.scores: exact)")
    assert "asked" in listing("asked") and "(classification and regression)" in listing("asked")


def test_what_is_no_model_and_no_detector_does_not(name="river.tree.splitter.GaussianSplitter"):
    assert "runs on" not in listing(name) + listing("sea") + listing("river.datasets.Phishing")


@together(
    ("name", "words"),
    [
        ("suden", "no family or kind is called 'suden'; did you mean 'sudden'?"),
        (
            "os.system",
            "called 'os.system'; a scenario names classes of sklearn, river, ",
        ),
        ("changing", "'changing'; the nearest are no_change, "),
        ("fine_tuning", "write `from: model` in a policy that retrains"),
        ("offline", "'offline' is no kind of policy; write static"),
        ("on_alarm", "'on_alarm' is no kind of policy; write on_drift, or doubling"),
        ("ROSE", "'ROSE' is no kind of learner; write robust_online_self_adjusting"),
        ("moa.classifiers.meta.OzaBag", "is no kind of learner; write online_bagging"),
        ("EvaluatePrequentialCV", "is no kind of protocol; write cross_validation"),
        ("kswin", "'kswin' is no kind of detector; write river.drift.KSWIN"),
        ("bocpd", "'bocpd' is no kind of detector; write bayesian_change_points"),
        ("sklearn.os.system", "'sklearn.os.system' does not exist"),
        ("sklearn.tree.DecisionTreeClasifier", "did you mean 'DecisionTreeClassifier'?"),
        ("", "no family or kind is called ''"),
    ],
)
def test_a_name_that_is_no_kind(name, words):
    with pytest.raises(ScenarioError) as caught:
        listing(name)
    assert words in str(caught.value)


@pytest.mark.parametrize("family", [Learner, Detector, Protocol], ids=lambda family: family.kind())
def test_a_short_name_is_answered_by_one_that_a_scenario_can_write(family):
    for short, advice in family.sought.items():
        assert listing(advice.removeprefix("write "))
        with pytest.raises(ValidationError, match=advice):
            family.model_validate(short)
