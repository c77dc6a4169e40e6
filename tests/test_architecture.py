"""The architecture: imports point one way, and each package keeps to its homes."""

import ast
import re
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import driftsim.scenario.loading  # noqa: F401  with it every piece of a scenario
from driftsim.kinds import FAMILIES
from driftsim.parts import Strict

PACKAGE = Path(__file__).resolve().parents[1] / "driftsim"
LAYERS = [
    {
        *("messages", "parts", "durations", "clocks", "roles", "libraries", "safety", "rows"),
        *("files", "objects", "user_cache", "figure_names", "registry", "kernels", "distinct"),
        "notebook_html",
        *("forms", "mistake_prices", "process_state"),
    },
    {"streams", "learners", "adaptation"},
    {"evaluation"},
    {"scenario"},
    {"atomic", "store", "own", "runner", "workers"},
    {"report"},
    {
        *("cli", "progress", "overview", "kinds", "examples", "proposal", "one_line"),
        *("json_schema", "studio"),
    },
]
HOMES = {
    "pydantic": {
        "messages",
        "mistake_prices",
        "parts",
        "durations",
        "clocks",
        "streams",
        "learners",
        "adaptation",
        "evaluation",
        "scenario",
        "kinds",
        "one_line",
        "json_schema",
    },
    "pydantic_core": {"messages"},
    "yaml": {"scenario.notation"},
    "sklearn": {
        *("learners", "streams.shipped_data", "streams.tables.text.libsvm"),
        "streams.severity_estimates",
    },
    "river": {
        *("learners.river", "learners.objects", "learners.tree_bytes"),
        *("adaptation.detectors", "streams.shipped_data"),
    },
    "numba": {"kernels"},
    "llvmlite": {"kernels.compiler", "kernels.machine_code"},
    "filelock": {
        "kernels.cache",
        "streams.tables.large.converted",
        "streams.tables.large.regrouped",
    },
    "platformdirs": {"user_cache"},
    "pandas": {
        *("report.table", "report.frames"),
        *("streams.tables.missing", "learners.as_given", "learners.frames"),
        *("streams.stream", "streams.world", "streams.drawn_frames"),
    },
    "pyarrow": {"store", "streams.tables", "streams.shipped_data"},
    "matplotlib": {"report"},
    "jinja2": {"report.page"},
    "typer": {"cli"},
    "rich": {"cli", "progress", "report"},
    "cloudpickle": {"objects"},
    "joblib": {"objects"},
    "threadpoolctl": {"streams.severity_estimates", "process_state"},
    "distributed": {"runner.dask", "runner.clusters"},
    "starlette": {"studio.access", "studio.server"},
    "uvicorn": {"studio.running"},
    "scipy": {"streams", "learners", "adaptation", "evaluation", "report"},
}
SHARED = {  # by who imports it: of the folder beside its own, what both need
    "learners.online.": "driftsim.adaptation.detectors",  # learners that watch their own errors
    "adaptation.policies.": "driftsim.learners.learner",  # policies with a learner of their own
}
FILES = [path for path in PACKAGE.rglob("*.py") if path.name != "__main__.py"]


def module(path):
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")


@cache
def syntax(path):
    """The syntax of a file, read once, as each test looks through all files."""
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def nodes(path):
    """All parts of the syntax of a file: to walk it takes longest."""
    return [*ast.walk(syntax(path))]


@cache
def imports(path):
    return [*_imports(path)]


def _imports(path):
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: imports are absolute"
            yield node.module


def layer(name):
    return next(i for i, names in enumerate(LAYERS) if name in names)


def imported():
    """Every module of the package with what it imports, name by name."""
    return [(module(path), name) for path in FILES for name in imports(path)]


def points_up(own, name):
    """Whether a module imports one of a layer above its own, or beside it."""
    if any(own.startswith(one) and name.startswith(shared) for one, shared in SHARED.items()):
        return False
    (own, *_), (head, *rest) = own.split("."), name.split(".")
    if own == "__init__" or head != "driftsim" or not rest or rest[0] == own:
        return False
    return layer(rest[0]) > layer(own) or layer(own) == layer(rest[0]) == 1


def strays(own, name):
    """Whether a module imports a package that has its home elsewhere."""
    homes = HOMES.get(name.split(".")[0], {own})
    return not any(own == home or own.startswith(f"{home}.") for home in homes)


def test_imports_point_one_way():
    assert not [(own, name) for own, name in imported() if points_up(own, name)]
    assert points_up("rows", "driftsim.streams.stream") and points_up(
        "learners.a", "driftsim.streams"
    )


def test_each_package_keeps_to_its_homes():
    assert not [(own, name) for own, name in imported() if strays(own, name)]
    assert strays("report.results", "numba") and not strays("kernels.loop", "numba.core")


def test_every_package_that_is_imported_is_declared():
    import tomllib

    text = (PACKAGE.parent / "pyproject.toml").read_text(encoding="utf-8")
    project = tomllib.loads(text)["project"]
    extras = project["optional-dependencies"]
    declared = [*project["dependencies"], *extras["dask"], *extras["studio"]]
    names = {line.split(">")[0].replace("scikit-learn", "sklearn").lower() for line in declared}
    used = {name.split(".")[0] for path in FILES for name in imports(path)} & set(HOMES)
    assert used - {"pydantic_core"} == (names | {"yaml"}) - {"numpy", "pyyaml"}
    assert all(re.match(r"[\w-]+>=\d", line) for line in declared)  # the lowest are tested, too


def test_files_stay_small_and_tell_what_they_and_their_classes_are():
    for path in FILES:
        text, own = path.read_text(encoding="utf-8"), module(path)
        assert text.count("\n") <= 400, own
        tree = syntax(path)
        assert ast.get_docstring(tree), f"{own} does not open with what it is"
        for node in nodes(path):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                assert ast.get_docstring(node), f"{own}.{node.name}"


def test_each_file_of_tests_has_a_name_of_its_own():
    """Else pytest cannot collect both."""
    names = [path.name for path in (PACKAGE.parent / "tests").rglob("test_*.py")]
    assert len(names) == len({*names})


def test_functions_stay_short():
    """Those of kernels set out arrays, and may be longer."""
    for path in FILES:
        for node in nodes(path):
            if isinstance(node, ast.FunctionDef) and not module(path).startswith("kernels"):
                first = node.body[0]
                described = first.end_lineno - first.lineno + 1 if ast.get_docstring(node) else 0
                lines = node.end_lineno - node.lineno + 1 - described
                assert lines <= 30, f"{module(path)}.{node.name} has {lines} lines"


def test_parts_are_written_out_in_one_way():
    """A plain `model_dump` leaves out what a kind has beyond its family: learners look alike."""
    using = [module(path) for path in FILES if "model_dump" in path.read_text(encoding="utf-8")]
    assert using == ["parts"]


HOOKS = {"__init__", "model_post_init", "model_validator", "field_validator"}
AROUND = re.compile(
    r"(object\.__setattr__|setattr|[\w.]+\.__dict__\.(update|setdefault|pop|clear))\("
)


def written_attributes(tree):
    """The attributes of parts that code sets, but for those of `cls`, and of `self` in hooks.

    Objects of libraries are not parts; what is set of them has no underscore.
    """
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            names = {
                getattr(one.func, "id", "")
                for one in function.decorator_list
                if isinstance(one, ast.Call)
            }
            own = {"cls", "self"} if HOOKS & {function.name, *names} else {"cls"}
            for node in ast.walk(function):
                if not isinstance(node, ast.Attribute) or isinstance(node.ctx, ast.Load):
                    continue
                name = getattr(node.value, "id", "")
                if name not in own and (name == "self" or node.attr.startswith("_")):
                    yield ast.unparse(node)


def parts_of(kind=Strict):
    """Every class of the package whose objects never change."""
    for family in FAMILIES.values():
        family.kinds.load()
    for one in kind.__subclasses__():
        if one.__module__.startswith("driftsim."):
            yield one
        yield from parts_of(one)


def test_parts_never_change():
    """What is derived of a part is computed when it is made, or asked for: nothing is set later."""
    written = {
        (f"driftsim.{module(path)}", node.name): node
        for path in FILES
        for node in nodes(path)
        if isinstance(node, ast.ClassDef)
    }
    found = {
        f"{one.__module__}.{one.__name__}: {place}"
        for one in parts_of()
        for place in written_attributes(written[one.__module__, one.__name__])
    }
    assert not sorted(found)
    code = """
class A:
    def a(self):
        self.x = copy._y = copy.z = 1

    @model_validator(mode="after")
    def b(self):
        self.y = 1
"""
    assert [*written_attributes(ast.parse(code))] == ["self.x", "copy._y"]


def written_dicts(nodes):
    """Where code goes around what keeps an object as it is."""
    for node in nodes:
        stored = isinstance(getattr(node, "ctx", None), ast.Store | ast.Del)
        if isinstance(node, ast.Call):
            text = f"{ast.unparse(node.func)}("
        else:
            text = ast.unparse(node) if stored and not isinstance(node, ast.Name) else ""
        if AROUND.match(text) or (stored and ".__dict__" in text):
            yield text


def test_nothing_goes_around_what_keeps_a_part_as_it_is():
    assert not [(module(path), text) for path in FILES for text in written_dicts(nodes(path))]
    code = "a.__dict__['x'] = 1; object.__setattr__(a, 'x', 1); b = a.__dict__; a.__dict__ |= b"
    assert len([*written_dicts(ast.walk(ast.parse(code)))]) == 3


def test_modules_import_in_no_circle():
    """Neither at the top of a file, nor in a function, nor for types alone."""
    graph = module_imports()
    [*TopologicalSorter(graph).static_order()]  # raises CycleError
    assert "report.results" in graph["report.files"] and "store" in graph["runner.runs"]
    graph["store.store"].add("runner.runs")
    with pytest.raises(CycleError):
        [*TopologicalSorter(graph).static_order()]


def module_imports():
    """The modules of the package that each of them imports, wherever in its file."""
    files = {module(path): path for path in FILES}
    return {own: files.keys() & {*modules(path, files)} for own, path in files.items()}


def modules(path, known):
    """What a module imports: of `from a import b` a.b where that is a known module, else a."""
    for node in nodes(path):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                inner = f"{node.module}.{alias.name}".removeprefix("driftsim.")
                yield inner if inner in known else node.module.removeprefix("driftsim.")
        elif isinstance(node, ast.Import):
            yield from (alias.name.removeprefix("driftsim.") for alias in node.names)
