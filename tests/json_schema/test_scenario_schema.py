"""The schema of scenarios, against an independent validator, and against what `load` refuses."""

import json
from copy import deepcopy
from pathlib import Path

import pytest
from jsonschema import Draft7Validator
from typer.testing import CliRunner

from driftsim.cli import app
from driftsim.examples import CONCEPTS, PARTS, scenario, written
from driftsim.json_schema import SHIPPED
from driftsim.json_schema.files import modeline, schema_text, write_beside
from driftsim.kinds import FAMILIES
from driftsim.messages import ScenarioError
from driftsim.parts import Imported
from driftsim.scenario import load
from driftsim.scenario.notation import parsed, question
from driftsim.scenario.resolved import resolved
from driftsim.scenario.settings import assign

ROOT = Path(__file__).parents[2]
TEXT = SHIPPED.read_text(encoding="utf-8")
SCHEMA = json.loads(TEXT)
VALIDATOR = Draft7Validator(SCHEMA)
SCENARIOS = sorted((ROOT / "scenarios").rglob("*.yaml"))
AGAIN = "`driftsim schema --to driftsim/json_schema/scenario.schema.json` writes it again"
BASE = """\
stream:
  length: 10_000
  concepts:
    a: {kind: sea, threshold: 8}
    b: {kind: sea, threshold: 4}
  drift: {kind: gradual, at: [5_000], width: 1_000}
models:
  m:
    learner: {kind: hoeffding_tree, grace_period: 100}
    policy: {kind: on_drift, detector: adwin, memory: 1_000}
evaluation: {warmup: 500, labels: {kind: delayed, rows: 10}, seeds: 2}
report: {metrics: [error], figures: [curves]}
prices: {mistake: 1, training: {each: 10}}
sweep: {models.m.policy.cooldown: [0, 10]}
"""
MINE = """
from driftsim.parts import Rows
from driftsim.streams.concepts.rules import Sea


class Lagoon(Sea):
    \"\"\"SEA with a tide.\"\"\"

    tide: Rows = 10  # of high water
"""
THRESHOLD = "stream.concepts.b.threshold"
# What is written where, and where the mistake is found unless there; `-` leaves a key out.
FAULTS = [
    ("-models", "", ""),
    ("-stream", "", ""),
    ("models", "{}", "models"),
    ("models.m", "hoeffding_tree", "models.m"),
    ("strem", "{}", ""),
    ("streams", "{a: {length: 900, concepts: {a: sea}}}", "stream"),
    ("sweep.models.m.policy.cooldown", "0.1"),
    ("sweep.models.m.policy.cooldown", "[]"),
    ("stream.length", "0"),
    ("stream.length", "ten"),
    ("stream.length", "10.5"),
    ("stream.lenght", "10", "stream"),
    ("-stream.concepts", "", "stream"),
    ("stream.concepts", "[sea, sea]"),
    ("stream.noise", "1.5"),
    ("stream.noise", "true"),
    ("stream.irrelevant", "-1"),
    ("stream.concepts.a", "see"),
    ("stream.concepts.a", "3"),
    ("stream.concepts.a", "river.tree.SGTClassifier"),
    ("stream.concepts.a.kind", "see"),
    ("-stream.concepts.a.kind", "", "stream.concepts.a"),
    ("stream.concepts.a.treshold", "8", "stream.concepts.a"),
    ("stream.concepts.a.threshold", "21"),
    ("stream.concepts.a.threshold", "high"),
    (THRESHOLD, "{disagreement: 0, from: a}", f"{THRESHOLD}.disagreement"),
    (THRESHOLD, "{disagreement: 0.1, from: a, direction: left}", f"{THRESHOLD}.direction"),
    (THRESHOLD, "{disagreement: 0.1}"),
    ("stream.drift", "suden"),
    ("stream.drift", "sudden"),
    ("stream.drift", "null"),
    ("stream.drift.kind", "graduel"),
    ("stream.drift.at", "5_000"),
    ("stream.drift.at", "[]"),
    ("stream.drift.at", "[half]", "stream.drift.at.0"),
    ("-stream.drift.at", "", "stream.drift"),
    ("stream.drift.width", "-1"),
    ("stream.drift.width", "wide"),
    ("stream.drift.ramp", "steep"),
    ("stream.drift.every", "100", "stream.drift"),
    ("models.m.learner", "hoefding_tree"),
    ("-models.m.learner", "", "models.m"),
    ("models.m.polic", "online", "models.m"),
    ("models.m.compiled", "maybe"),
    ("models.m.learner.kind", "numpy.save"),
    ("models.m.learner.grace_period", "0"),
    ("models.m.policy", "weekly"),
    ("models.m.policy", "[online]"),
    ("models.m.policy.detector", "adwinn"),
    ("models.m.policy.detector", "{kind: adwin, delta: 2}", "models.m.policy.detector.delta"),
    ("models.m.policy.memory", "-5"),
    ("models.m.policy.memory", "some"),
    ("models.m.policy.memory", "{kind: faded, half_life: 0}", "models.m.policy.memory.half_life"),
    ("evaluation.warmup", "-1"),
    ("evaluation.warmup", "short"),
    ("evaluation.seeds", "0"),
    ("evaluation.labels.rows", "late"),
    ("evaluation.labels.kind", "late"),
    ("evaluation.protocol", "holdin"),
    ("evaluation.scores", "some"),
    ("report.metrics", "error"),
    ("report.metrics", "[eror]", "report.metrics.0"),
    ("report.figures", "[curvs]", "report.figures.0"),
    ("report.lead", "money"),
    ("prices.mistake", "-1"),
    ("prices.training.each", "dear"),
]


def mistakes(document):
    """The places of the deepest mistakes that the validator finds, and its messages."""
    found = [
        (".".join(map(str, one.absolute_path)), one) for one in VALIDATOR.iter_errors(document)
    ]
    deepest = max((len(one.absolute_path) for _, one in found), default=0)
    return {place: one.message for place, one in found if len(one.absolute_path) == deepest}


def examples(schema, family):
    """The paths of classes that editors offer for a family."""
    return schema["definitions"].get(f"{family}.paths", {"examples": []})["examples"]


def faulty(target, value):
    """The base with another value at a place, or without one."""
    document = deepcopy(parsed(BASE)[0])
    if target.startswith("sweep."):
        document["sweep"][target.removeprefix("sweep.")] = parsed(value)[0]
    elif target.startswith("-"):
        *above, last = target[1:].split(".")
        inner = document
        for word in above:
            inner = inner[word]
        del inner[last]
    else:
        assign(document, {}, target, parsed(value)[0], "here")
    return document


def test_the_shipped_file_is_what_is_generated():
    """But for the examples of paths, which follow the versions of libraries that are installed."""
    paths = {}
    for family, parts in FAMILIES.items():
        own = [kind for kind in parts.kinds.values() if issubclass(kind, Imported)]
        for name in examples(SCHEMA, family):
            if found := [kind for kind in own if name.startswith(f"{kind.package}.")]:
                paths.setdefault(found[0], []).append(name)
    assert schema_text(paths) == TEXT, f"the schema is not that of the parts: {AGAIN}"
    assert len(TEXT) < 400_000


def test_it_is_a_schema_and_says_what_each_kind_is():
    Draft7Validator.check_schema(SCHEMA)
    definitions = SCHEMA["definitions"]
    for family, parts in FAMILIES.items():
        for name in parts.kinds:
            assert definitions[f"{family}.{name}"]["properties"]["kind"]["description"], name
    width = definitions["drift.gradual"]["properties"]["width"]
    width = definitions[width["$ref"].rpartition("/")[2]] if "$ref" in width else width
    form = "whole number at least 0 or duration such as 7d, default 1000"
    assert (width["description"], width["default"]) == (f"rows of a ramp\n\n{form}", 1_000)


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_shipped_scenarios_are_valid(path):
    assert not mistakes(parsed(path.read_text(encoding="utf-8"))[0])


def test_examples_of_all_kinds_are_valid():
    for kind in CONCEPTS:
        assert not mistakes(parsed(scenario(kind))[0]), kind
    for family, examples in PARTS.items():
        for kind, given in examples.items():
            part = parsed(written(kind, given))[0]
            of_family = {"$ref": f"#/definitions/{family}", "definitions": SCHEMA["definitions"]}
            own = Draft7Validator(of_family)
            assert not [*own.iter_errors(part)], (family, kind)


def test_a_resolved_scenario_is_valid(tmp_path):
    (tmp_path / "s.yaml").write_text(BASE)
    study = load(tmp_path / "s.yaml")
    assert not mistakes(parsed(resolved(study))[0])


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault[0]}={fault[1]}")
def test_a_mistake_is_found_where_it_is(fault, tmp_path):
    target, value, place = (*fault, fault[0].removeprefix("-"))[:3]
    document = faulty(target, value)
    assert place in mistakes(document), mistakes(document)
    with pytest.raises(ScenarioError):
        load(document)


def test_editors_offer_an_example_of_a_kind_that_needs_parameters_and_explain_each_word():
    definitions = SCHEMA["definitions"]
    (sudden,) = [
        one for one in definitions["drift.alone"]["defaultSnippets"] if one["label"] == "sudden"
    ]
    assert sudden["body"] == {"kind": "sudden", "at": [1_200]}
    assert definitions["drift.alone"]["enum"] == ["none"]
    kind = definitions["drift.sudden"]["properties"]["kind"]["description"]
    assert kind.endswith("Keys: at (required)\n\nExample: {kind: sudden, at: [1_200]}")
    each = definitions["detector.name"]["then"]["allOf"]
    assert each[0]["then"] == {"$ref": "#/definitions/detector.adwin/properties/kind"}
    assert '"enum":[]' not in TEXT  # which yaml-language-server refuses


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        ("models.m", "hoeffding_tree", "write {learner: …, policy: …}"),
        ("stream.length", "ten", "write a whole number"),
        ("report.metrics", "error", "write a list"),
        (
            "stream.drift.at",
            "[half]",
            "write a whole number or a duration such as 7d or a date such as 2024-03-31",
        ),
    ],
)
def test_messages_say_what_to_write(place, value, message):
    (*_, found) = VALIDATOR.iter_errors(faulty(place, value))
    assert found.schema["errorMessage"] == message


def test_the_base_of_the_mistakes_has_none():
    assert not mistakes(parsed(BASE)[0]) and load(parsed(BASE)[0])
    assert len(FAULTS) >= 50


def test_numbers_with_underscores_are_valid_where_an_editor_reads_them_as_texts():
    document = parsed(BASE)[0]
    document["stream"]["length"] = "10_000"
    assert not mistakes(document)
    document["stream"]["length"] = "10_000 rows"
    assert [*mistakes(document)] == ["stream.length"]


@pytest.mark.slow
def test_the_command_knows_own_parts_and_allowed_packages(tmp_path, monkeypatch):
    (tmp_path / "mine.py").write_text(MINE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    command = ["schema", "--to", "driftsim.schema.json", "--with", "mine.py"]
    ended = CliRunner().invoke(app, [*command, "--allow", "jsonschema"])
    assert ended.exit_code == 0, ended.output
    schema = json.loads((tmp_path / "driftsim.schema.json").read_text(encoding="utf-8"))
    assert schema["definitions"]["concept.lagoon"]["properties"]["tide"] == {
        "type": ["integer", "string"], "exclusiveMinimum": 0, "default": 10,
        "pattern": r"^-?\d+(_\d+)+(\.\d+)?$", "errorMessage": "write a whole number",
        "description": "of high water\n\nwhole number more than 0, default 10",
    }  # fmt: skip
    document = parsed(BASE)[0]
    document["stream"]["concepts"]["a"] = "lagoon"
    document["models"]["m"]["learner"] = "jsonschema.Forest"
    assert not [*Draft7Validator(schema).iter_errors(document)]
    assert len(mistakes(document)) == 2
    assert "sklearn.svm.SVC" in examples(schema, "learner")


def test_the_modeline_names_a_schema_by_a_relative_path_which_is_written_once(tmp_path):
    path = tmp_path / "s.yaml"
    line = modeline(path)
    assert line == "# yaml-language-server: $schema=driftsim.schema.json\n"
    assert question(f"{line}# Which one?\nstream: {{}}\n") == "Which one?"
    assert write_beside(path) == tmp_path / "driftsim.schema.json"
    assert (tmp_path / "driftsim.schema.json").read_text(encoding="utf-8") == TEXT
    assert write_beside(path) is None and modeline(path) == line
    deeper = tmp_path / "a b" / "s.yaml"
    assert modeline(deeper) == line  # the folder above may be anybody's
    (tmp_path / ".git").mkdir()
    assert modeline(deeper) == "# yaml-language-server: $schema=../driftsim.schema.json\n"
    assert write_beside(deeper) is None
