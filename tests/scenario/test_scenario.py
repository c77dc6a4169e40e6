"""Scenarios: what is read is what was written, and every mistake is reported with its place."""

import re
import time
from itertools import pairwise
from pathlib import Path
from typing import Literal

import pytest
from together import together
from typer.testing import CliRunner

import driftsim
from driftsim import Scenario, ScenarioError, load
from driftsim.adaptation.policies.policy import Static
from driftsim.cli import app
from driftsim.scenario.resolved import resolved
from driftsim.scenario.settings import shortest

TEXT = """\
# Does it work?
# It should.
stream:
  length: 3_000
  concepts:
    a: {kind: sea, threshold: 8}
    b: {kind: sea, threshold: 12}
  drift: {kind: sudden, at: [1_500]}
models:
  frozen:
    learner: majority
    policy: static
evaluation: {warmup: 500}
"""
ROOT = Path(__file__).resolve().parents[2]
NINES = "9" * 400
MIXED = (
    "{kind: pipeline, steps: [river.preprocessing.StandardScaler, sklearn.naive_bayes.GaussianNB]}"
)
LEARNER, POLICY = "models.frozen.learner", "models.frozen.policy"


def saved(folder, *changes, text=TEXT, name="s.yaml"):
    """A scenario file with parts of the text above, each unique in it, replaced by others."""
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def ran(path, *options):
    """The end of `driftsim run` on a file, into a folder beside it."""
    return CliRunner().invoke(app, ["run", str(path), "--out", f"{path}.out", *options])


def refused(path, *options):
    """The message on a refused file; nothing else is printed or written."""
    start = time.perf_counter()
    ended = ran(path, *options)
    assert time.perf_counter() - start < 10
    assert ended.exit_code == 2, ended.output
    assert isinstance(ended.exception, SystemExit)
    assert not ended.stdout
    assert not Path(f"{path}.out").exists()
    assert "Traceback" not in ended.stderr
    assert all(character.isprintable() or character == "\n" for character in ended.stderr)
    assert all(len(line) < 1_100 for line in ended.stderr.splitlines())
    return ended.stderr


def bad_place(folder, where, line, words, *changes):
    """Check that a scenario with some changes is refused at one place, for a reason."""
    path = saved(folder, *changes)
    message = refused(path)
    assert message.count("\n") == 1, message
    assert message.startswith(f"{path}:{line}: {where}: "), message
    for word in words if isinstance(words, tuple) else (words,):
        assert word in message


WHOLE = [
    ("empty", b"", 1, "the file is empty"),
    ("only a comment", b"# a\n", 1, "the file is empty"),
    ("a list", b"- a\n- b\n", 1, "a scenario is a mapping with the keys stream"),
    ("a word", b"hello\n", 1, "a scenario is a mapping"),
    ("no yaml", b"stream: [1, 2\nmodels: }\n", 2, "not YAML"),
    ("a tab", b"stream:\n\tlength: 3\n", 2, "not YAML"),
    ("bytes", b"stream: \x00\x01\n", 1, "bytes that no text has"),
    ("twice", b"stream: {}\nmodels: {}\nstream: {}\n", 3, "'stream' stands twice"),
    ("an alias of itself", b"stream: &a\n  x: *a\n", 1, "stream: an alias holds itself"),
    ("deep", b"stream: " + b"[" * 100_000, 1, "levels"),
    ("a tag", b"\nstream: !!python/object/apply:os.system [ls]\n", 2, "the tag"),
]


@pytest.mark.parametrize(
    ("text", "line", "words"), [t[1:] for t in WHOLE], ids=[t[0] for t in WHOLE]
)
def test_a_file_that_is_no_scenario(tmp_path, text, line, words):
    path = saved(tmp_path, text=text)
    message = refused(path)
    assert message.startswith(f"{path}:{line}: ")
    assert words in message
    assert message.count("\n") == 1


RENAMED = """\
stream: {length: 3_000, concepts: {a: sea}}
models:
  one:
    learner: majority
    policy:
      kind: votes
      vote: same
  two: {learner: majority, policy: {kind: votes, vote: equal}}
"""
SWEPT = (
    RENAMED
    + "sweep:\n  models.one.policy.vote: [same, best]\n"
    + "  models.two.policy: [static, {kind: votes, vote: best}]\n"
)


@pytest.fixture
def votes():
    """A policy whose votes were called otherwise before."""

    class Votes(Static):
        """Votes."""

        renamed_values = {"vote": {"same": "equal", "best": "weighted"}}
        vote: Literal["equal", "weighted"] = "equal"


def test_an_old_word_works_with_a_note_of_its_place(tmp_path, votes):
    path = saved(tmp_path, text=RENAMED)
    study, new = load(path), load(saved(tmp_path, ("same", "equal"), text=RENAMED, name="n.yaml"))
    note = f"{path}:7: models.one.policy.vote: 'same' is now called 'equal'; "
    assert study.notes == (f"{note}the old word works for one more release",)
    assert not new.notes
    assert study.variants == new.variants
    assert resolved(study) == resolved(new)
    ended = CliRunner().invoke(app, ["check", str(path)])
    assert ended.exit_code == 0
    assert ended.stderr == f"{study.notes[0]}\n"
    assert "vote equal" in ended.stdout and "same" not in ended.stdout


def test_an_old_word_works_with_a_warning_in_python(tmp_path):
    ensemble = "{kind: ensemble, every: 500, size: 2, weight: mse}"
    text = (
        "stream: {length: 2_000, concepts: {a: sea}}\n"
        f"models: {{m: {{learner: majority, policy: {ensemble}}}}}\n"
    )
    path = saved(tmp_path, text=text)
    with pytest.warns(
        FutureWarning, match=re.escape(f"{path}:2: models.m.policy.weight: 'mse' is")
    ):
        driftsim.run(path, tmp_path / "out", jobs=1)


def test_an_old_word_in_a_sweep_is_renamed_in_all_that_follows_from_it(tmp_path, votes):
    study = load(saved(tmp_path, text=SWEPT))
    notes = [note.removeprefix(f"{tmp_path / 's.yaml'}:") for note in study.notes]
    assert [note.partition("; ")[0] for note in notes] == [
        "10: models.one.policy.vote: 'same' is now called 'equal'",
        "11: models.two.policy.vote: 'best' is now called 'weighted'",
        "10: models.one.policy.vote: 'best' is now called 'weighted'",
    ]
    assert [[*one.setting.values()] for one in study.variants] == [
        ["equal", "static"],
        ["equal", {"kind": "votes", "vote": "weighted"}],
        ["weighted", "static"],
        ["weighted", {"kind": "votes", "vote": "weighted"}],
    ]
    again = load(saved(tmp_path, text=resolved(study), name="again.yaml"))
    assert not again.notes
    message = refused(saved(tmp_path, ("[same, best]", "[equal, same]"), text=SWEPT))
    assert "10: models.one.policy.vote: 'same' is now called 'equal'" in message
    assert "s.yaml:9: sweep: an old and a new word for the same value" in message.splitlines()[-1]
    assert [one.scenario for one in again.variants] == [one.scenario for one in study.variants]


def test_a_file_that_cannot_be_read(tmp_path):
    assert "no such file" in refused(tmp_path / "missing.yaml")
    (tmp_path / "folder").mkdir()
    assert "is a directory" in refused(tmp_path / "folder")
    for content in (bytes(range(256)), TEXT.encode("utf-16"), b"# \xe9\n" + TEXT.encode()):
        assert "not text in UTF-8" in refused(saved(tmp_path, text=content))


def test_a_byte_order_mark_is_no_fault(tmp_path):
    assert load(saved(tmp_path, text=b"\xef\xbb\xbf" + TEXT.encode())).question.startswith("Does")


def test_an_alias_bomb_is_not_printed(tmp_path):
    levels = "abcdefghijkl"
    bomb = [f"{c}: &{c} [{', '.join([f'*{b}'] * 9)}]" for b, c in pairwise(levels)]
    message = refused(saved(tmp_path, text="\n".join(["a: &a [boom, boom]", *bomb])))
    assert "aliases and values come to more than 30,000" in message
    assert "boom" not in message


@together(
    ("where", "line", "words", "change"),
    [
        ("strem", 14, "did you mean 'stream'?", ("warmup: 500}\n", "warmup: 500}\nstrem: 1\n")),
        ("stream.lenght", 4, "did you mean 'length'?", ("length", "lenght")),
        ("stream.concepts.a.treshold", 6, "'threshold'?", ("threshold: 8", "treshold: 8")),
        ("stream.drift.width", 8, "choose from at", ("kind: sudden", "kind: sudden, width: 5")),
        (
            "models.frozen.polcy",
            13,
            "did you mean 'policy'?",
            ("policy:", "policy: static\n    polcy:"),
        ),
        ("evaluation.sedes", 13, "did you mean 'seeds'?", ("warmup: 500", "sedes: 5")),
        (
            "report.metrics.0",
            13,
            "no metric is called 'eror'; did you mean 'error'?",
            ("evaluation: {warmup: 500}", "report: {metrics: [eror]}"),
        ),
        (
            "stream.concepts.a",
            6,
            "did you mean 'sea'?",
            ("sea, threshold: 8", "seaa, threshold: 8"),
        ),
        (
            "stream.drift",
            8,
            "no drift is called 'suden'; did you mean 'sudden'?",
            ("sudden", "suden"),
        ),
        (LEARNER, 11, "did you mean 'majority'?", ("majority", "majorty")),
        (POLICY, 12, "did you mean 'static'?", ("static", "statik")),
        ("stream.drift", 8, "write its kind", ("kind: sudden, ", "")),
        ("stream.drift", 8, "write its kind", ("kind: sudden", "kind: [sudden]")),
        ("stream.drift", 8, "write kind in the place of 'knd'", ("kind: sudden", "knd: sudden")),
        ("modles", 9, "did you mean 'models'?", ("models:", "modles:")),
        ("models", 9, "mapping", ("  frozen:\n    learner: majority\n    policy: static\n", "")),
        (
            "models.frozen",
            10,
            "learner, policy",
            ("\n    learner: majority\n    policy: static", ""),
        ),
        (
            f"{LEARNER}.path",
            11,
            "the kind sets it",
            ("majority", "{kind: sklearn.tree.DecisionTreeClassifier, path: os}"),
        ),
        (
            LEARNER,
            11,
            "did you mean 'max_depth'?",
            ("majority", "{kind: sklearn.tree.DecisionTreeClassifier, max_dept: 5}"),
        ),
        (
            LEARNER,
            11,
            "did you mean 'grace_period'?",
            ("majority", "{kind: river.tree.HoeffdingTreeClassifier, grac_period: 5}"),
        ),
        (
            LEARNER,
            11,
            "needs the parameter 'estimators'",
            ("majority", "sklearn.ensemble.VotingClassifier"),
        ),
        (LEARNER, 11, "name a classifier", ("majority", "sklearn.linear_model.LinearRegression")),
        (
            LEARNER,
            11,
            "did you mean 'LogisticRegression'?",
            ("majority", "river.linear_model.LogisticRegresion"),
        ),
        (LEARNER, 11, "all be of sklearn, or all of river", ("majority", MIXED)),
        (f"{LEARNER}.steps", 11, "at least 1", ("majority", "{kind: pipeline, steps: []}")),
    ],
)
def test_unknown_keys_and_kinds(tmp_path, where, line, words, change):
    bad_place(tmp_path, where, line, words, change)


PLACES = {
    "stream.concepts.a": (6, "{kind: sea, threshold: 8}", "{}"),
    "stream.drift": (8, "{kind: sudden, at: [1_500]}", "{}"),
    LEARNER: (11, "majority", "{}"),
    POLICY: (12, "static", "{}"),
    f"{POLICY}.detector": (12, "static", "{{kind: on_drift, memory: 9, detector: {}}}"),
    "evaluation.labels": (13, "{warmup: 500}", "{{labels: {}}}"),
}


@pytest.mark.parametrize("where", PLACES)
@pytest.mark.parametrize(
    "kind",
    [
        "os.system",
        "builtins.eval",
        "sklearn.os.system",
        "sklearn.utils.os.system",
        "sklearn.datasets.os.system",
        "river.os.system",
        "river.drift.os.system",
        "river.datasets.os.system",
        "sklearn.utils.sys.exit",
        "sklearn..tree",
        "sklearn.__loader__",
        "river.",
    ],
)
def test_nothing_outside_the_named_packages_is_a_kind(tmp_path, where, kind):
    line, old, new = PLACES[where]
    for written in (kind, f"{{kind: {kind}, command: touch {tmp_path}/called}}"):
        path = saved(tmp_path, (old, new.format(written)))
        message = refused(path)
        assert message.startswith(f"{path}:{line}: {where}")
        assert f"'{kind}'" in message
        assert "choose from" in message or "did you mean" in message
    assert not (tmp_path / "called").exists()


@pytest.mark.parametrize("kind", ["sklearn.os.system", "os.system", "sklearn.utils.os.system"])
def test_nor_is_it_one_where_a_parameter_names_it(tmp_path, kind):
    new = f"{{kind: sklearn.ensemble.AdaBoostClassifier, estimator: {{kind: {kind}}}}}"
    bad_place(tmp_path, LEARNER, 11, f"'{kind}'", ("majority", new))


def with_threshold(value):
    return "stream.concepts.a.threshold", 6, ("threshold: 8", f"threshold: {value}")


def with_length(value):
    return "stream.length", 4, ("3_000", value)


def with_memory(value):
    new = f"{{kind: periodic, every: 100, memory: {value}}}"
    return f"{POLICY}.memory", 12, ("static", new)


def with_delta(value):
    new = f"{{kind: on_drift, memory: 9, detector: {{kind: adwin, delta: {value}}}}}"
    return f"{POLICY}.detector.delta", 12, ("static", new)


def with_river_delta(value):
    new = f"{{kind: on_drift, memory: 9, detector: {{kind: river.drift.ADWIN, delta: {value}}}}}"
    return f"{POLICY}.detector", 12, ("static", new)


def with_depth(value):
    new = f"{{kind: sklearn.tree.DecisionTreeClassifier, max_depth: {value}}}"
    return LEARNER, 11, ("majority", new)


def with_smoothing(value):
    new = f"{{kind: sklearn.naive_bayes.GaussianNB, var_smoothing: {value}}}"
    return LEARNER, 11, ("majority", new)


def with_grace(value):
    new = f"{{kind: river.tree.HoeffdingTreeClassifier, grace_period: {value}}}"
    return LEARNER, 11, ("majority", new)


def with_l2(value):
    return (
        LEARNER,
        11,
        ("majority", f"{{kind: river.linear_model.LogisticRegression, l2: {value}}}"),
    )


def with_rate(value):
    optimizer = f"{{kind: river.optim.SGD, lr: {value}}}"
    new = f"{{kind: river.linear_model.LogisticRegression, optimizer: {optimizer}}}"
    return LEARNER, 11, ("majority", new)


@pytest.mark.parametrize(
    "place",
    [
        with_threshold, with_length, with_memory, with_delta, with_river_delta,
        with_depth, with_smoothing, with_grace, with_l2, with_rate,
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "value", ["abc", "[1]", ".nan", "-.inf", NINES, f"1.{NINES}", f"-{NINES}.5"]
)
def test_numbers_that_are_none(tmp_path, place, value):
    where, line, change = place(value)
    path = saved(tmp_path, change)
    message = refused(path)
    assert message.startswith(f"{path}:{line}: {where}")
    assert message.count("\n") == 1
    assert NINES not in message
    if NINES in value:
        assert "digits" in message


@pytest.mark.parametrize(
    ("where", "words", "change"),
    [
        ("stream.concepts.a.threshold", "at least 0", ("threshold: 8", "threshold: -1")),
        ("stream.concepts.a.threshold", "at most 20", ("threshold: 8", "threshold: 25")),
        ("stream.concepts.a.threshold", "a number", ("threshold: 8", "threshold: '8'")),
        ("stream.concepts.a.threshold", "true is not valid", ("threshold: 8", "threshold: true")),
        ("stream.concepts.a.threshold", "null is not valid", ("threshold: 8", "threshold: null")),
        ("stream.length", "more than 0", ("3_000", "0")),
        ("stream.length", "whole number", ("3_000", "2.5")),
        ("stream.length", "at most", ("3_000", "9223372036854775807")),
        ("stream.noise", "at most 1", ("3_000", "3_000\n  noise: 1.5")),
        (f"{POLICY}.memory", "more than 0", ("static", "{kind: periodic, every: 9, memory: 0}")),
        (f"{POLICY}.every", "more than 0", ("static", "{kind: periodic, every: 0, memory: 9}")),
        (f"{POLICY}.memory", "more than 0", ("static", "{kind: on_drift, memory: 0}")),
        (f"{POLICY}.size", "more than 0", ("static", "{kind: mini_batch, size: 0}")),
        (f"{POLICY}.detector.delta", "less than 1", with_delta("1")[2]),
        (f"{POLICY}.detector", "0 or more", with_river_delta("-0.1")[2]),
        (LEARNER, "an int in the range [1, inf)", with_depth("0")[2]),
        (LEARNER, "must be a float in the range", with_smoothing("-1")[2]),
        (LEARNER, "0 or more", with_grace("-1")[2]),
        (LEARNER, "it should be a whole number", with_grace("2.5")[2]),
        (LEARNER, "it should be a whole number", with_grace("true")[2]),
        (LEARNER, "it should be a number", with_l2("true")[2]),
        ("report.window", "more than 0", ("evaluation: {warmup: 500}", "report: {window: 0}")),
        ("evaluation.seeds", "more than 0", ("warmup: 500", "seeds: 0")),
        ("evaluation.seeds", "at most 100,000", ("warmup: 500", "seeds: 1_000_000")),
        ("evaluation.interval", "more than 0", ("warmup: 500", "interval: 0")),
        ("evaluation.warmup", "at least 0", ("warmup: 500", "warmup: -1")),
        (
            "evaluation.labels.rows",
            "at least 0",
            ("warmup: 500", "labels: {kind: delayed, rows: -1}"),
        ),
        ("evaluation.labels.rows", "missing", ("warmup: 500", "labels: delayed")),
    ],
)
def test_parameters_out_of_range(tmp_path, where, words, change):
    line = next(i for i, row in enumerate(TEXT.splitlines(), 1) if change[0] in row)
    line += change[1].count("\n")
    bad_place(tmp_path, where, line, words, change)


DRIFT = "{kind: sudden, at: [1_500]}"
CONCEPTS = "    a: {kind: sea, threshold: 8}\n    b: {kind: sea, threshold: 12}\n"


@together(
    ("where", "words", "path"),
    [
        ("stream.drift.at", "1,500 is repeated", "{kind: sudden, at: [1_500, 1_500]}"),
        ("stream.drift.at", "in order", "{kind: sudden, at: [1_500, 1_000]}"),
        ("stream.drift.at", "at least 1", "{kind: sudden, at: []}"),
        ("stream.drift.at", "a list", "{kind: sudden, at: 1_500}"),
        ("stream.drift.at.0", "more than 0", "{kind: sudden, at: [0]}"),
        ("stream.drift.at.0", "more than 0", "{kind: sudden, at: [-5]}"),
        ("stream.drift.at.0", "whole number", "{kind: sudden, at: [.nan]}"),
        ("stream.drift", "outside the stream", "{kind: sudden, at: [3_000]}"),
        ("stream.drift", "visits 3 concepts, but there are 2", "{kind: sudden, at: [500, 900]}"),
        ("stream.drift", "only one of 2 concepts", "none"),
        ("stream.drift", "visits only 1 of 2", "{kind: recurring, every: 4_000}"),
        ("stream.drift", "a width of 600", "{kind: recurring, every: 500, width: 600}"),
        ("stream.drift.ramp", "'linear', 'sigmoid' or 'moa'", "{kind: gradual, at: [9], ramp: x}"),
    ],
)
def test_drifts_that_lead_nowhere(tmp_path, where, words, path):
    bad_place(tmp_path, where, 8, words, (DRIFT, path))


def test_a_drift_that_visits_fewer_concepts_than_it_would(tmp_path):
    words = "visits 2 concepts, but there is 1"
    bad_place(tmp_path, "stream.drift", 7, words, ("    b: {kind: sea, threshold: 12}\n", ""))


@pytest.mark.parametrize(
    ("where", "line", "words", "a", "b", "way"),
    [
        ("concepts", 5, "agree on columns, but 'a' has 3 and 'b' 2", "sea", "sine", "sudden"),
        ("concepts", 5, "agree on nominal columns", "sea", "stagger", "sudden"),
        (
            "concepts",
            5,
            "agree on classes",
            "{kind: gaussians, means: [[0], [1]]}",
            "{kind: gaussians, means: [[0], [1], [2]]}",
            "sudden",
        ),
        (
            "drift",
            8,
            "cannot blend hyperplane with sine",
            "{kind: hyperplane, features: 2}",
            "sine",
            "incremental",
        ),
        (
            "drift",
            8,
            "cannot move 'function' from 1 to 2",
            "stagger",
            "{kind: stagger, function: 2}",
            "incremental",
        ),
    ],
)
def test_concepts_that_do_not_go_together(tmp_path, where, line, words, a, b, way):
    change = (CONCEPTS, f"    a: {a}\n    b: {b}\n")
    bad_place(tmp_path, f"stream.{where}", line, words, change, ("sudden", way))


@pytest.mark.parametrize(
    ("where", "line", "words", "changes"),
    [
        (
            "models.frozen",
            10,
            ("'online' needs a learner that learns on", "DecisionTreeClassifier does not"),
            [("majority", "sklearn.tree.DecisionTreeClassifier"), ("static", "online")],
        ),
        (POLICY, 12, "'static' needs a warm-up", [("warmup: 500", "warmup: 0")]),
        (
            "evaluation.warmup",
            13,
            "leaves none of the 3,000 rows",
            [("warmup: 500", "warmup: 3_000")],
        ),
        ("evaluation.warmup", 13, "leaves none", [("warmup: 500", "warmup: 1e9")]),
        (
            LEARNER,
            8,
            "unknown for the rows of 'a'",
            [
                (CONCEPTS, "    a: river.datasets.Phishing\n"),
                (f"  drift: {DRIFT}\n", ""),
                ("  length: 3_000\n", ""),
                ("majority", "oracle"),
            ],
        ),
    ],
)
def test_contenders_that_cannot_play(tmp_path, where, line, words, changes):
    bad_place(tmp_path, where, line, words, *changes)


@pytest.mark.parametrize(
    ("table", "params", "words"),
    [
        (None, "", "no such file"),
        (b"", "", "no rows"),
        (b"a,b,c\n", "", "no rows"),
        (b"a,b,c\n1,2,x\n1,2\n3,4,y\n", "", "row 1 (line 3) has 2 cells in 3 columns"),
        (b"a,b,c\n" + b"1,2,x\n3,4,y\n" * 9, ", target: d", "no column 'd'"),
        (bytes(range(256)), "", "t.csv"),
    ],
)
def test_tables_that_will_not_do(tmp_path, table, params, words):
    if table is not None:
        (tmp_path / "t.csv").write_bytes(table)
    new = f"    a: {{kind: table, path: t.csv{params}}}\n"
    changes = (CONCEPTS, new), (f"  drift: {DRIFT}\n", ""), ("  length: 3_000\n", "")
    bad_place(tmp_path, "stream.concepts.a", 5, words, *changes)


def test_a_table_shorter_than_the_stream(tmp_path):
    (tmp_path / "t.csv").write_text("a,b,c\n" + "1,2,x\n3,4,y\n" * 100)
    changes = (CONCEPTS, "    a: {kind: table, path: t.csv}\n"), (f"  drift: {DRIFT}\n", "")
    bad_place(tmp_path, "stream.length", 4, "'a' has only 200", *changes)


def test_a_table_is_found_beside_its_scenario_and_tells_the_length(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    (tmp_path / "t.csv").write_text("a,b,c\n" + "1,2,x\n3,4,y\n" * 100)
    new = (CONCEPTS, "    a: {kind: table, path: t.csv}\n"), (f"  drift: {DRIFT}\n", "")
    path = saved(tmp_path, *new, ("  length: 3_000\n", ""), ("warmup: 500", "warmup: 50"))
    assert load(path).variants[0].scenario.stream.length == 200


NAMES = ["a/b", "..", "a.b", '"a\\tb"', '"a\\u200bb"', '"a\\u202eb"', '""', '" a"', '"a\\\\b"']
NAMES += ['"a\\nb"', '"\\ud800"', '"\\e[31m"']


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("old", "line"), [("frozen", 10), ("    a", 6)])
def test_names_of_contenders_and_concepts(tmp_path, name, old, line):
    path = saved(tmp_path, (f"{old}:", f"{'    ' * (line == 6)}{name}:"))
    message = refused(path)
    assert message.count("\n") == 1
    assert message.startswith(f"{path}:{line}: ")
    assert re.search("path separators, dots|half a character|moves the cursor", message)


@pytest.mark.parametrize(
    "name", ["a.b.yaml", ".yaml", "a\tb.yaml", "a\nb.yaml", "a\\b.yaml", "\u202ea"]
)
def test_names_of_files(tmp_path, name):
    message = refused(saved(tmp_path, name=name))
    assert message.count("\n") == 1
    assert "no path separators, dots or control characters" in message


@together(
    ("sweep", "words"),
    [
        ("[a]", "sweep: [a] is not valid; map dotted paths to lists"),
        ("{stream.length: 5}", "sweep.stream.length: 5 is not valid; give a list"),
        ("{stream.length: []}", "give a list of the values to try"),
        ("{stream.noise: [0.1, 0.2, 0.1]}", "0.1 stands twice"),
        ("{stream.lenght: [1]}", "did you mean 'length'?"),
        ("{models.frozn.policy: [static]}", "nothing is called 'frozn' there; did you mean"),
        ("{stream.concepts.c.threshold: [1]}", "nothing is called 'c' there; choose from a, b"),
        ("{stream.length: [5_000, -1]}", "stream.length: -1 is not valid"),
        ("{stream.length.x: [5_000]}", "stream.length is 3000, which has no parts"),
        ("{stream.drift.at.7: [5]}", "stream.drift.at has no entry '7'; its entries are 0 to 0"),
        ('{"": [5]}', "a word of this path is missing"),
        ("{stream..noise: [0.1]}", "a word of this path is missing"),
        ("{sweep.stream.noise: [0.1]}", "a sweep is not swept itself"),
        ("{stream.drift.kind: [suden]}", "stream.drift: no drift is called 'suden'"),
        ("{evaluation.warmup: [500, 4_000]}", "leaves none"),
        (
            f"{{stream.length: {[*range(2_000, 2_200)]}, evaluation.seeds: {[*range(1, 99)]}}}",
            "more than 10,000 settings",
        ),
    ],
)
def test_sweeps_that_lead_nowhere(tmp_path, sweep, words):
    path = saved(tmp_path, text=f"{TEXT}sweep: {sweep}\n")
    message = refused(path)
    assert message.startswith(f"{path}:14: ")
    assert message.count("\n") == 1
    assert words in message


def test_every_mistake_is_reported_but_no_more_than_twenty(tmp_path):
    message = refused(saved(tmp_path, ("length", "lenght"), ("majority", "majorty")))
    assert "did you mean 'length'?" in message
    assert "did you mean 'majority'?" in message
    more = "".join(
        f"    {name}: {{kind: sea, threshold: -1}}\n" for name in "cdefghijklmnopqrstuvwxyz"
    )
    message = refused(saved(tmp_path, (CONCEPTS, CONCEPTS + more)))
    assert message.count("\n") == 21
    assert message.endswith("… and more mistakes\n")


def test_a_sweep_of_bad_values_is_validated_until_there_are_enough_mistakes(tmp_path, monkeypatch):
    validate, tried = Scenario.model_validate, []
    monkeypatch.setattr(
        Scenario,
        "model_validate",
        lambda variant, **more: tried.append(variant) or validate(variant, **more),
    )
    message = refused(saved(tmp_path, text=f"{TEXT}sweep: {{stream.noise: {[*range(2, 102)]}}}\n"))
    assert len(tried) == 21
    assert message.count("\n") == 21 and message.endswith("… and more mistakes\n")


def test_a_kind_that_is_not_known_is_reported_where_it_stands(tmp_path):
    text = TEXT.replace("  drift: {kind: sudden, ", "  drift:\n    {\n    kind: suden,\n    ")
    assert text != TEXT
    line = text[: text.index("suden")].count("\n") + 1
    assert refused(saved(tmp_path, text=text)).startswith(
        f"{tmp_path}/s.yaml:{line}: stream.drift: no"
    )


@together(
    ("options", "words"),
    [
        (["--set", "stream.length"], "write it as path=value"),
        (["--set", "=5"], "write it as path=value"),
        (["--set", "stream.lenght=5"], "--set stream.lenght: there is no key"),
        (["--set", "stream.length=abc"], "--set stream.length: 'abc' is not valid"),
        (["--set", f"stream.length={NINES}"], "a number of 400 digits"),
        (["--set", "stream.length=[1"], "--set stream.length: this is not YAML"),
        (["--set", "models.frozn.policy=static"], "did you mean 'frozen'?"),
        (["--set", "models.frozen.learner=os.system"], "no learner is called 'os.system'"),
        (["--set", "stream.length.x=5"], "which has no parts"),
        (["--set", "stream.drift.at.9=5"], "has no entry '9'"),
        (["--set", "sweep.stream.noise=[0]"], "a sweep belongs in the file"),
        (["--only", "frozn"], "--only frozn: no contender has this name; did you mean 'frozen'?"),
        (["--seeds", "0"], "--seeds: 0 is not valid; it should be more than 0"),
        (["--with", "nowhere.py"], "--with nowhere.py: there is no such Python file"),
    ],
)
def test_mistakes_on_the_command_line(tmp_path, options, words):
    message = refused(saved(tmp_path), *options)
    assert words in message
    assert message.count("\n") == 1


def test_the_shipped_scenarios_are_valid_and_ask_a_question():
    paths = sorted((ROOT / "scenarios").glob("*.yaml"))
    assert len(paths) >= 4
    for path in paths:
        assert "?" in load(path).question


def test_a_study_has_the_name_of_its_file_and_the_question_it_opens_with(tmp_path):
    study = load(saved(tmp_path))
    assert (study.name, study.question) == ("s", "Does it work? It should.")
    assert [variant.title for variant in study.variants] == [""]


def test_the_question_is_kept_below_a_modeline_and_when_written_again(tmp_path):
    text = f"\n# yaml-language-server: $schema=x\n---\n{TEXT}".encode()
    study = load(saved(tmp_path, text=text))
    assert study.question == "Does it work? It should."
    again = resolved(study)
    assert again.startswith("# Does it work? It should.\n")
    assert load(saved(tmp_path, text=again.encode())).question == study.question


def test_defaults_are_those_of_the_design(tmp_path):
    scenario = load(saved(tmp_path, ("evaluation: {warmup: 500}\n", ""))).variants[0].scenario
    rules = scenario.evaluation
    assert (rules.warmup, rules.labels.kind(), rules.seeds, rules.truth) == (
        1_000,
        "at_once",
        1,
        True,
    )
    assert scenario.metrics == ["error"]
    assert scenario.window == 10 * scenario.interval


@pytest.mark.parametrize("path", sorted((ROOT / "scenarios").glob("*.yaml")), ids=lambda p: p.stem)
def test_a_scenario_as_resolved_is_the_same_scenario(path, tmp_path):
    study = load(path)
    again = tmp_path / path.name
    again.write_text(resolved(study), encoding="utf-8")
    found = load(again)
    assert found == study and resolved(found) == resolved(study)


def test_set_replaces_what_a_file_says(tmp_path):
    path = saved(tmp_path)
    settings = [
        "stream.drift.at.0=2_000",
        "models.frozen.learner.kind=no_change",
        "report.window=1e3",
    ]
    scenario = load(path, settings, seeds=3).variants[0].scenario
    assert scenario.stream.drift.at == [2_000]
    assert scenario.models["frozen"].learner.kind() == "no_change"
    assert (scenario.report.window, scenario.evaluation.seeds) == (1_000, 3)


def test_set_gives_a_bare_kind_parameters(tmp_path):
    path = saved(tmp_path, ("majority", "sklearn.naive_bayes.GaussianNB"))
    scenario = load(path, ["models.frozen.learner.var_smoothing=1e-3"]).variants[0].scenario
    assert scenario.models["frozen"].learner.model_extra == {"var_smoothing": 1e-3}


ALIASED = (
    "    learner: majority\n    policy: static\n",
    "    learner: &tree {kind: sklearn.tree.DecisionTreeClassifier, max_depth: 3}\n"
    "    policy: static\n"
    "  other: {learner: *tree, policy: static}\n",
)


def depths(variant):
    return [one.learner.model_extra["max_depth"] for one in variant.scenario.models.values()]


def test_set_on_one_of_an_aliased_pair_leaves_the_other(tmp_path):
    path = saved(tmp_path, ALIASED)
    assert depths(load(path, ["models.other.learner.max_depth=5"]).variants[0]) == [3, 5]


def test_swept_values_land_in_their_place_and_nowhere_else(tmp_path):
    sweep = "sweep:\n  models.other.learner.max_depth: [1, 2]\n  stream.noise: [0.0, 0.1, 0.2]\n"
    study = load(saved(tmp_path, ALIASED, text=TEXT + sweep))
    assert study.swept == ["models.other.learner.max_depth", "stream.noise"]
    found = [(*depths(variant), variant.scenario.stream.noise) for variant in study.variants]
    assert found == [(3, depth, noise) for depth in (1, 2) for noise in (0.0, 0.1, 0.2)]
    assert study.variants[1].title == "max_depth = 1, noise = 0.1"


def test_a_swept_part_is_a_copy_in_every_setting(tmp_path):
    sweep = "sweep:\n  stream.drift: [{kind: sudden, at: [9]}]\n  stream.drift.at.0: [700, 800]\n"
    study = load(saved(tmp_path, text=TEXT + sweep))
    assert [variant.scenario.stream.drift.at for variant in study.variants] == [[700], [800]]
    assert study.variants[0].setting["stream.drift"] == {"kind": "sudden", "at": [9]}


def test_set_ends_the_sweep_of_what_it_sets(tmp_path):
    path = saved(tmp_path, text=TEXT + "sweep: {stream.noise: [0.1, 0.2]}\n")
    study = load(path, ["stream.noise=0.3"])
    assert [variant.scenario.stream.noise for variant in study.variants] == [0.3]


def test_only_keeps_contenders_and_drops_what_is_swept_of_others(tmp_path):
    sweep = "sweep:\n  models.other.learner.max_depth: [1, 2]\n"
    study = load(saved(tmp_path, ALIASED, text=TEXT + sweep), only=["frozen"])
    assert [list(variant.scenario.models) for variant in study.variants] == [["frozen"]]
    with pytest.raises(ScenarioError, match="write --only frozen --only other"):
        load(saved(tmp_path, ALIASED, text=TEXT + sweep), only=["frozen,other"])


def test_words_of_yaml_1_1_are_words(tmp_path):
    path = saved(tmp_path, ("frozen:", "on:"), ("    a:", "    yes:"), ("3_000", "3e3"))
    scenario = load(path).variants[0].scenario
    assert list(scenario.models) == ["on"]
    assert list(scenario.stream.concepts) == ["yes", "b"]
    assert scenario.stream.length == 3_000


def test_an_octal_looking_number_is_decimal(tmp_path):
    path = saved(tmp_path, ("threshold: 8", "threshold: 010"))
    assert load(path).variants[0].scenario.stream.concepts["a"].threshold == 10


def test_load_raises_one_error_for_python(tmp_path):
    with pytest.raises(ScenarioError, match="did you mean 'length'"):
        load(saved(tmp_path, ("length", "lenght")))


def test_shortest_names_tell_paths_apart():
    assert shortest(["stream.noise", "a.memory"]) == ["noise", "memory"]
    assert shortest(["a.policy.memory", "b.policy.memory"]) == [
        "a.policy.memory",
        "b.policy.memory",
    ]
    assert shortest(["evaluation.labels"], taken=["labels"]) == ["evaluation.labels"]
    assert shortest([]) == []
