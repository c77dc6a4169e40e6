"""Safety: what a scenario of a stranger was made to try, and the line that refuses it."""

import csv
import inspect
import os
import re
import stat
import subprocess
import sys
import time
import warnings
from html.parser import HTMLParser
from importlib import import_module
from xml.etree import ElementTree

import pytest
from kept_kernels import Doubling, doubled, tripled

from driftsim import user_cache
from driftsim.kernels import cache
from driftsim.learners.sklearn import nameable
from driftsim.messages import ScenarioError
from driftsim.overview.study import overview
from driftsim.report.page import text_files
from driftsim.report.table import Table
from driftsim.safety import FUNCTIONS, OPEN, REFUSED, exported
from driftsim.scenario import load

BAYES = "sklearn.naive_bayes.GaussianNB"
TREE = "river.tree.HoeffdingTreeClassifier"
SEA = "{kind: sea, threshold: 8}"
SECONDS = 2  # until a refusal, however much is asked for


def scenario(folder, stream="", learner="majority", policy="static", evaluation="", more=""):
    """A scenario file of two concepts and one contender, with one part exchanged."""
    path = folder / "s.yaml"
    path.write_text(
        "stream:\n"
        f"  {stream or f'length: 3_000{NEWLINE}concepts: {{a: {SEA}}}'}\n"
        f"models:\n  m:\n    learner: {learner}\n    policy: {policy}\n"
        f"evaluation: {{{evaluation}}}\n{more}"
    )
    return path


NEWLINE = "\n  "


def refused(path):
    """The lines that refuse a scenario, within the time that a refusal may take."""
    start = time.process_time()
    with pytest.raises(ScenarioError) as caught:
        load(path)
    assert time.process_time() - start < SECONDS
    return str(caught.value)


def pipeline(*steps, more=""):
    written = ", ".join(f"[s{i}, {step}]" for i, step in enumerate(steps))
    return f"{{kind: sklearn.pipeline.Pipeline, steps: [{written}]{more}}}"


def function(name, parameter="func"):
    made = f"{{kind: sklearn.preprocessing.FunctionTransformer, {parameter}: {name}}}"
    return pipeline(made, BAYES)


def search(grid):
    return f"{{kind: sklearn.model_selection.GridSearchCV, estimator: {pipeline(BAYES)}, {grid}}}"


def support(parameters):
    return f"{{kind: sklearn.svm.SVC, {parameters}}}"


FILES = [  # that would read or write
    (pipeline(BAYES, more=", memory: /tmp/stolen"), "memory names a folder of stored objects"),
    (search("param_grid: {memory: [/tmp/stolen]}"), "memory names a folder"),
    (search("param_grid: [{s0: [null]}, {memory: [null, x]}]"), "memory names a folder"),
    (search("param_grid: {s0__memory: [x]}"), "memory names a folder"),
    (search("param_grid: {s0: [null]}, pre_dispatch: 9**9**9"), "pre_dispatch is evaluated"),
    (
        pipeline("{kind: sklearn.cluster.FeatureAgglomeration, memory: x}", BAYES),
        "memory names a folder",
    ),
    (
        pipeline("{kind: sklearn.feature_extraction.text.CountVectorizer, input: file}", BAYES),
        "input takes texts as the names of files",
    ),
    (
        f"{{kind: river.model_selection.SuccessiveHalvingClassifier, models: [{TREE}], "
        "metric: river.metrics.Accuracy, budget: 9, print_kwargs: {file: x}}",
        "print_kwargs can name a file",
    ),
]
CALLS = [  # of functions
    (function("sklearn.datasets.dump_svmlight_file"), "func is 'sklearn.datasets.dump_svmlight_"),
    (function("sklearn.datasets.load_files"), "is not a function a scenario may name"),
    (function("sklearn.datasets.fetch_openml", "inverse_func"), "inverse_func is 'sklearn.data"),
    (function("sklearn.utils.discovery.all_estimators"), "is not a function a scenario may name"),
    (function("sklearn.show_versions"), "is not a function a scenario may name"),
    (function("sklearn.tree.export_graphviz"), "is not a function a scenario may name"),
    (function("os.system"), "'func' parameter"),
    (function("{kind: sklearn.datasets.load_files, container_path: /etc}"), "is not a function"),
    (support("kernel: sklearn.datasets.load_svmlight_file"), "kernel is 'sklearn.datasets.load_"),
    (search("param_grid: {s0: [sklearn.datasets.load_files]}"), "s0 is 'sklearn.datasets.load_f"),
    (
        pipeline("{kind: sklearn.feature_extraction.text.CountVectorizer, tokenizer: eval}", BAYES),
        "'tokenizer' parameter",
    ),
    (
        "{kind: pipeline, steps: [{kind: river.compose.FuncTransformer, func: eval}, "
        "river.naive_bayes.GaussianNB]}",
        "func takes a function",
    ),
    (
        f"{{kind: river.compose.TargetTransformRegressor, regressor: {TREE}, func: eval, "
        "inverse_func: exec}",
        "func takes a function",
    ),
]
CLASSES = [  # that are no parts of a model
    ("sklearn.conftest.pytest_runtest_setup", "is not open to scenarios"),
    ("sklearn.externals.joblib.Memory", "is not open to scenarios"),
    ("sklearn.utils.parallel.Parallel", "is not open to scenarios"),
    ("sklearn.utils._testing.TempMemmap", "is not open to scenarios"),
    ("sklearn.experimental.enable_halving_search_cv.X", "is not open to scenarios"),
    ("sklearn.model_selection.HalvingGridSearchCV", "does not exist"),
    ("sklearn.pipeline.FunctionTransformer", "does not exist"),
    ("river.api.stream", "is not open to scenarios"),
    ("river.stream.Cache", "is not open to scenarios"),
    ("river.stream.TwitchChatStream", "is not open to scenarios"),
    ("river.compat.SKL2RiverClassifier", "is not open to scenarios"),
    ("river.datasets.Insects", "is not open to scenarios"),
    ("{kind: river.time_series.SNARIMAX, p: 1, d: 1e9, q: 1}", "is not open to scenarios"),
    (f"{{kind: river.compose.Pipeline, steps: [river.stream.Cache, {TREE}]}}", "is not open"),
    (pipeline("sklearn.utils.Bunch", BAYES), "is not open"),
    (pipeline("sklearn.neighbors.KDTree", BAYES), "cannot be used here"),
]
AMOUNTS = [  # that would take the machine
    (f"{{kind: river.ensemble.BaggingClassifier, model: {TREE}, n_models: {10**18}}}", "n_models"),
    (f"{{kind: river.forest.ARFClassifier, n_models: {10**18}}}", "it should be at most 10,000"),
    (f"{{kind: sklearn.ensemble.RandomForestClassifier, n_estimators: {10**12}}}", "n_estimators"),
    (f"{{kind: sklearn.ensemble.RandomForestClassifier, max_features: {10**12}}}", "max_features"),
    ("{kind: sklearn.tree.DecisionTreeClassifier, max_leaf_nodes: 1e12}", "max_leaf_nodes"),
    ("{kind: sklearn.neural_network.MLPClassifier, hidden_layer_sizes: [9, 1e9]}", "hidden_layer"),
    (support("cache_size: 1e12"), "cache_size"),
    (support("degree: 1e6"), "degree"),
    (f"{{kind: river.ensemble.SRPClassifier, model: {TREE}, lam: 1e9}}", "lam is 1000000000"),
    ("{kind: sklearn.linear_model.LogisticRegression, n_jobs: 5_000}", "at most 64"),
    ("{kind: sklearn.linear_model.LogisticRegression, n_jobs: -5_000}", "at most 64"),
    (search("param_grid: {s0: [null], n_estimators: [1, 1e9]}"), "n_estimators"),
    (search(f"param_grid: {{a: {[*range(100)]}, b: {[*range(101)]}}}"), "more than 10,000 models"),
    (
        "{kind: sklearn.ensemble.BaggingClassifier, n_estimators: 1_000, estimator: "
        "{kind: sklearn.ensemble.RandomForestClassifier, n_estimators: 1_000}}",
        "more than 10,000 models and steps",
    ),
    (
        f"{{kind: river.ensemble.BaggingClassifier, n_models: 999, model: {{"
        f"kind: river.ensemble.BaggingClassifier, n_models: 999, model: {TREE}}}}}",
        "more than 10,000 models and steps",
    ),
    (
        f"{{kind: river.compose.Pipeline, steps: [{'river.preprocessing.StandardScaler, ' * 10_000}"
        f"{TREE}]}}",
        "more than 10,000 models and steps",
    ),
]


@pytest.mark.parametrize(("learner", "words"), FILES + CALLS + CLASSES + AMOUNTS)
def test_a_learner_reads_nothing_calls_nothing_and_takes_no_machine(
    tmp_path, monkeypatch, learner, words
):
    monkeypatch.chdir(tmp_path)
    path = scenario(tmp_path, learner=learner)
    message = refused(path)
    assert message.startswith(f"{path}:6: models.m.learner: ") and words in message
    assert [one.name for one in tmp_path.iterdir()] == ["s.yaml"]


def test_what_only_computes_may_still_be_named(tmp_path):
    kernel = "{kind: sklearn.gaussian_process.kernels.RBF, length_scale: 2.0}"
    for learner in (
        support("kernel: sklearn.metrics.pairwise.laplacian_kernel"),
        function("sklearn.preprocessing.scale"),
        f"{{kind: sklearn.gaussian_process.GaussianProcessClassifier, kernel: {kernel}}}",
        search("param_grid: {s0__var_smoothing: [1e-9, 1e-6]}, cv: sklearn.model_selection.KFold"),
        pipeline(BAYES, more=", memory: null"),
        f"{{kind: {TREE}, grace_period: 1_000_000_000_000}}",
        "{kind: sklearn.tree.DecisionTreeClassifier, random_state: 4_000_000_000}",
        "{kind: river.linear_model.LogisticRegression, optimizer: river.optim.Adam, "
        "loss: {kind: river.optim.losses.Log, weight_pos: 2.0}}",
    ):
        assert load(scenario(tmp_path, learner=learner)).name == "s"


PLACE = re.compile("(^|_)(path|file|dir|folder|home|memory|cache|url|input|print|dispatch)")
NO_PLACE = {  # parameters whose names sound like one
    "cache_size", "direction", "dirichlet", "fit_path", "input_type", "memory_estimate_period",
    "path_method", "transform_input",
}  # fmt: skip


def open_classes(library):
    for name in OPEN[library].split():
        module = import_module(f"{library}.{name}")
        for found in (vars(module).get(name) for name in exported(module)):
            if isinstance(found, type) and (library == "river" or nameable(found)):
                yield found


@pytest.mark.parametrize("library", OPEN)
def test_no_class_that_can_be_named_has_a_parameter_for_a_place_on_the_disk(library):
    classes = list(open_classes(library))
    names = {name for one in classes for name in inspect.signature(one).parameters}
    assert len(classes) > 150 and len(names) > 200
    assert {name for name in names if PLACE.search(name)} <= {*REFUSED, *NO_PLACE}


def test_texts_that_scikit_learn_takes_freely_are_known():
    """Of a text without a list of choices, somebody has to know what is done with it."""
    free = {
        name
        for one in open_classes("sklearn")
        for name, rules in getattr(one, "_parameter_constraints", {}).items()
        if isinstance(rules, list) and str in rules
    }
    assert free <= {*REFUSED, "metric", "verbose_feature_names_out", "encoding", "token_pattern",
        "separator", "constant", "pos_label", "refit", "scoring", "importance_getter",
        "outlier_label", "threshold"}  # fmt: skip


def test_functions_that_may_be_named_are_functions():
    for path in FUNCTIONS:
        module, _, name = path.rpartition(".")
        assert inspect.isfunction(getattr(import_module(module), name))


@pytest.mark.parametrize(
    "kind",
    [
        "sklearn.datasets.fetch_openml",
        "sklearn.datasets.fetch_california_housing",
        "sklearn.datasets.load_files",
        "sklearn.datasets.load_svmlight_file",
        "sklearn.datasets.load_svmlight_files",
        "sklearn.datasets.dump_svmlight_file",
        "sklearn.datasets.clear_data_home",
        "river.datasets.Insects",
        "river.datasets.Elec2",
        "river.datasets.base.FileDataset",
        "river.datasets.synth.SEA",
        "river.stream.Cache",
    ],
)
def test_data_is_neither_fetched_nor_read_by_a_path(tmp_path, monkeypatch, kind):
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(tmp_path / "home"))
    monkeypatch.setenv("RIVER_DATA", str(tmp_path / "home"))
    for written in (kind, f"{{kind: {kind}, path: /etc/passwd}}", f"{{kind: {kind}, filename: x}}"):
        message = refused(scenario(tmp_path, stream=f"concepts: {{a: {written}}}"))
        assert f"'{kind}'" in message or "no key" in message
    assert [one.name for one in tmp_path.iterdir()] == ["s.yaml"]


def test_detectors_are_held_to_the_same(tmp_path):
    for detector, words in (
        ("{kind: river.drift.ADWIN, max_buckets: 1e12}", "max_buckets"),
        ("{kind: river.drift.KSWIN, window_size: 1e15}", "window_size"),
        ("river.drift.datasets.AirlinePassengers", "is not open to scenarios"),
    ):
        policy = f"{{kind: on_drift, memory: 9, detector: {detector}}}"
        message = refused(scenario(tmp_path, policy=policy))
        assert message.startswith(f"{tmp_path}/s.yaml:7: models.m.policy.detector: ")
        assert words in message


ROWS = 10**15
MANY = (
    f"length: 100_000_000\n  concepts: {{{', '.join(f'c{i}: {SEA}' for i in range(400))}}}\n"
    "  drift: {kind: recurring, every: 10_000}"
)
HUGE = [  # parts of our own: what is asked for, and the key that refuses it
    (
        {"stream": f"length: 5_000\n  irrelevant: 1e9\n  concepts: {{a: {SEA}}}"},
        "stream.irrelevant",
    ),
    (
        {"stream": "length: 5_000\n  concepts: {a: {kind: hyperplane, features: 1e9}}"},
        "stream.concepts.a.features",
    ),
    (
        {
            "stream": "length: 5_000\n  concepts: {"
            + ", ".join(f"c{i}: {SEA}" for i in range(2_000))
            + f"}}\n  drift: {{kind: sudden, at: {[*range(1, 2_000)]}}}"
        },
        "stream.concepts",
    ),
    (
        {"stream": f"length: {ROWS}\n  concepts: {{a: {SEA}}}", "evaluation": "interval: 1"},
        "evaluation.interval",
    ),
    (
        {"stream": f"length: {ROWS}\n  concepts: {{a: {SEA}}}", "evaluation": "warmup: 1e12"},
        "evaluation.warmup",
    ),
    (
        {"stream": MANY, "evaluation": "interval: 1_000, probe: 1_000_000"},
        "evaluation.probe",
    ),
    ({"stream": MANY, "evaluation": "interval: 60"}, "evaluation.interval"),
    ({"policy": f"{{kind: pretrained_online, epochs: {ROWS}}}"}, "models.m.policy.epochs"),
    ({"more": f"sweep: {{stream.noise: {[i / 40_000 for i in range(20_000)]}}}"}, "sweep"),
    ({"more": f"sweep: {{stream.noise: {[[i] for i in range(12_000)]}}}"}, "sweep"),
    ({"more": f"sweep: {{stream.noise: {[i / 20_000 for i in range(9_999)] + [0]}}}"}, "sweep"),
    ({"more": f"sweep: {{stream.noise: {[*range(2, 2_000)]}}}"}, "stream.noise"),
    (
        {
            "evaluation": "seeds: 100_000",
            "more": f"sweep: {{stream.length: {[*range(2000, 2050)]}}}",
        },
        "5,000,000 runs",
    ),
    ({"evaluation": "seeds: 20_000, repeats: 1_000"}, "20,000,000 runs"),
]


@pytest.mark.parametrize(("parts", "place"), HUGE, ids=[place for _, place in HUGE])
def test_great_numbers_are_refused_at_once(tmp_path, parts, place):
    assert f": {place}" in refused(scenario(tmp_path, **parts))


def test_a_stream_may_be_as_long_as_it_likes(tmp_path):
    written = (
        f"length: {ROWS}\n  concepts: {{a: {SEA}, b: {SEA}}}\n  drift: {{kind: sudden, at: [9]}}"
    )
    start = time.process_time()
    study = load(scenario(tmp_path, stream=written))
    assert "1,000,000,000,000,000 rows" in overview(study) and time.process_time() - start < SECONDS


LAUGHS = "a0: &a0 [lol, lol]\n" + "".join(
    f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 20)
)
MERGED = "a0: &a0 {k: 1}\n" + "".join(
    f"a{i}: &a{i} {{<<: [{', '.join([f'*a{i - 1}'] * 9)}], k{i}: 1}}\n" for i in range(1, 20)
)
FORMS = {
    "a billion laughs": LAUGHS,
    "a billion merged": MERGED,
    "lists in lists": "a: " + "[" * 10_000,
    "maps in maps": "a: " + "{a: " * 10_000,
    "lists by dashes": "- " * 10_000,
    "maps by indents": "\n".join(" " * i + "a:" for i in range(900)),
    "50 MB": "#" * 50_000_000,
    "50 MB of list": "a: [" + "1, " * 17_000_000,
    "half a MB of values": "a: [" + "1," * 240_000 + "]",
    "half a MB of keys": "".join(f"k{i}: 1\n" for i in range(50_000)),
    "a long key": "? " + "k" * 490_000 + "\n: 1",
    "a long name": "models: {? " + "k" * 490_000 + "\n: {learner: majority}}",
    "a long value": "stream: " + "v" * 490_000,
    "a long number": "stream: " + "1" * 490_000,
    "a long quote": "stream: '" + "v " * 240_000,
    "blank lines": "\n" * 499_000 + "a",
    "a tag": "stream: !!python/object/apply:os.system [touch called]",
    "no characters": "stream: \x00",
    "escapes": 'stream: {length: 9, concepts: {"\\x1b[2J": sea}}',
    "escapes in a value": pipeline('"\\e]0;x\\a"', BAYES, more=", verbose: true"),
    "letters from right to left": 'stream: "\\u202Egnp"',
}


@pytest.mark.parametrize("form", FORMS)
def test_no_form_of_a_file_takes_the_machine(tmp_path, form):
    path = tmp_path / "s.yaml"
    path.write_text(FORMS[form])
    message = refused(path)
    assert message.startswith(f"{path}:") and len(message) < 5_000
    assert [one.name for one in tmp_path.iterdir()] == ["s.yaml"]


TAG, ESCAPE = "</script><img src=x onerror=alert(1)>", "\x1b[31mred\x07"
NAMES = {  # of contenders, and how a table writes each
    "=1+1": "'=1+1",
    "+cmd": "'+cmd",
    "-0": "'-0",
    "@SUM(A1)": "'@SUM(A1)",
    "a;=2": "a;'=2",
    "＝3": "'＝3",
    "[bold]x[": "[bold]x[",
    "$x^$": "$x^$",
    "<b onclick=alert(2)>": "<b onclick=alert(2)>",
    "`x` ![a](b)": "`x` ![a](b)",
}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """The folder of a report, and what was printed, of names that would be more than names."""
    folder = tmp_path_factory.mktemp("hostile")
    rows = [f"{i % 7},{i % 3},{['=a', TAG, ESCAPE][i % 3]}\n" for i in range(300)]
    (folder / "t.csv").write_text("".join(["<i>,=z,label\n", *rows]))
    models = "".join(f"  '{name}': {{learner: no_change, policy: online}}\n" for name in NAMES)
    (folder / "s.yaml").write_text(
        f"# {TAG} [bold] ![a](http://b)\n"
        "stream: {concepts: {'=c<svg onload=alert(3)>': {kind: table, path: t.csv}}}\n"
        f"models:\n{models}evaluation: {{warmup: 100}}\n"
        f"report: {{metrics: [error, 'recall of =a', 'recall of {TAG}']}}\n"
    )
    run = [sys.executable, "-m", "driftsim"]
    report = [*run, "run", "s.yaml", "--jobs", "1"], [*run, "check", "s.yaml"]
    ended = [subprocess.run(one, cwd=folder, capture_output=True, text=True) for one in report]
    assert [one.returncode for one in ended] == [0, 0], ended
    return folder, "".join(one.stdout + one.stderr for one in ended)


@pytest.mark.slow
def test_no_spreadsheet_runs_a_name(hostile):
    for path in (hostile[0] / "reports" / "s").glob("*.csv"):
        for row in csv.reader(path.open(newline="")):
            for cell in row:
                number = re.fullmatch(r"-?[\d.]+(e[-+]?\d+)?|-?inf", cell)
                assert number or not re.match(r"\s*[=+\-@＝]", cell), (path, cell)
    table = csv.DictReader((hostile[0] / "reports/s/summary.csv").open(newline=""))
    rows = {row["contender"]: row for row in table}
    assert {*NAMES.values()} <= {*rows} and float(rows["'=1+1"]["kappa"]) < 0


def test_numbers_stay_numbers_in_a_table():
    table = Table({"=x": [-0.5, 1e-9], "s": ["-0.5", "\t=1"], "o": [-1, "+1"], "n": [-3, 3]})
    assert text_files.csv(table).decode() == "'=x,s,o,n\n-0.5,'-0.5,-1,-3\n1e-09,'\t'=1,'+1,3\n"


class Elements(HTMLParser):
    """The names of elements, and their attributes that run something."""

    def __init__(self, text):
        super().__init__()
        self.names, self.active = set(), []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.names.add(tag)
        self.active += [one for one in attributes if one[0].startswith("on")]


def test_no_name_is_an_element_of_the_page_or_of_a_picture(hostile):
    folder = hostile[0] / "reports" / "s"
    page = (folder / "report.html").read_text()
    found = Elements(page)
    assert not found.active and not found.names & {"img", "b", "i", "image", "iframe"}
    figures = re.findall(r"<svg xmlns.*?</svg>", page, re.DOTALL)
    assert len(figures) > 2 and [*map(ElementTree.fromstring, figures)]
    assert page.count("<script") == 4 and "\x1b" not in page  # the code, and three of data
    assert "script-src 'sha256-" in page and "default-src 'none'" in page


def test_no_name_is_markup_in_the_summary_or_moves_the_cursor_of_a_terminal(hostile):
    folder, printed = hostile
    summary = (folder / "reports" / "s" / "summary.md").read_text()
    assert not re.search(r"(?<!\\)[<`\[\]]", summary) and r"!\[a\](http://b)" in summary
    assert "[bold]x[" in printed and all(c.isprintable() or c == "\n" for c in printed)
    assert "\\x1b[31mred\\x07" in printed


@pytest.mark.parametrize("name", ["..", ".", "a/b", "/tmp/x", "a\\b", "../../x", "x.yaml"])
@pytest.mark.parametrize("where", ["contender", "concept"])
def test_no_name_leads_out_of_the_folder_of_results(tmp_path, name, where):
    path = scenario(tmp_path)
    text = path.read_text()
    old, new = ("{a: ", f"{{'{name}': ") if where == "concept" else ("  m:", f"  '{name}':")
    path.write_text(text.replace(old, new))
    assert "cannot be a name" in refused(path)


@pytest.mark.parametrize("name", ["..yaml", "a.b.yaml", ".yaml", "...", "x\x1b.yaml", "a\\b.yaml"])
def test_no_name_of_a_file_does(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(scenario(tmp_path).read_bytes())
    assert "cannot be the name of a scenario file" in refused(path)


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """A folder of compiled code, which somebody has put other code into."""
    monkeypatch.setenv(cache.HOME, str(home := tmp_path / "kept"))
    monkeypatch.setattr(cache, "entries", {})
    user_cache.temporary_folder.cache_clear()
    assert cache.entry(tripled, Doubling(2.0), 1.0)(Doubling(2.0), 3.0) == 9
    [planted] = home.rglob("compiled")
    assert cache.entry(doubled, Doubling(2.0), 1.0)(Doubling(2.0), 3.0) == 6
    for file in home.rglob("compiled"):
        file.write_bytes(planted.read_bytes())
    cache.entries.clear()
    return home


def compiled_again():
    """Whether the other code was loaded in place of the compiled function, and what was said."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = cache.entry(doubled, Doubling(2.0), 1.0)(Doubling(2.0), 3.0)
    assert found in (6, 9)
    return found == 9, [str(one.message) for one in caught]


posix = pytest.mark.skipif(os.name != "posix", reason="modes are those of POSIX")


@posix
def test_compiled_code_is_kept_in_a_folder_of_its_owner(kept):
    for folder in (kept, *kept.iterdir()):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert compiled_again()[0]  # so that the tests below could fail


@pytest.mark.parametrize("kept_bytes", [0, 40, -9])
def test_compiled_code_that_is_damaged_is_compiled_again(kept, kept_bytes):
    for file in kept.rglob("compiled"):
        file.write_bytes(file.read_bytes()[:kept_bytes])
    assert compiled_again() == (False, [])
    cache.entries.clear()
    assert compiled_again() == (False, [])


@posix
@pytest.mark.parametrize("mode", [0o777, 0o770, 0o702])
@pytest.mark.parametrize("inner", [False, True])
def test_no_compiled_code_is_loaded_that_others_may_write(kept, mode, inner):
    place = next(kept.iterdir()) if inner else kept
    place.chmod(mode)
    assert cache.needs_compiling(doubled, Doubling(2.0))
    loaded, notes = compiled_again()
    assert not loaded and notes == [
        f"others may write to {place}: compiled code is not kept there; "
        "delete it, or name another by DRIFTSIM_CACHE"
    ]


@posix
def test_no_compiled_code_is_loaded_that_another_user_owns(kept, monkeypatch):
    monkeypatch.setattr(os, "getuid", lambda: kept.stat().st_uid + 1)
    loaded, notes = compiled_again()
    assert not loaded and len(notes) == 1 and "belongs to another user" in notes[0]
