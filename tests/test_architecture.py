"""The architecture: imports point one way, and each package keeps to its homes."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "driftsim"
LAYERS = [
    {"parts", "roles", "libraries", "safety", "rows", "theory", "kernels"},
    {"streams", "learners", "adaptation"},
    {"evaluation"},
    {"notation", "scenario"},
    {"store", "runner"},
    {"report"},
    {"cli", "timeline", "columns", "catalogue", "gallery"},
]
HOMES = {
    "pydantic": {"parts", "streams", "learners", "adaptation", "evaluation", "scenario"},
    "pydantic_core": {"parts"},
    "yaml": {"notation"},
    "sklearn": {"learners.sklearn", "streams.recorded"},
    "river": {"learners.river", "adaptation.detectors", "streams.recorded"},
    "numba": {"kernels"},
    "filelock": {"kernels.cache"},
    "platformdirs": {"kernels.cache"},
    "pandas": {"report"},
    "pyarrow": {"store", "streams.tables", "streams.recorded"},
    "matplotlib": {"report"},
    "typer": {"cli"},
    "rich": {"cli", "report"},
    "scipy": {"streams", "learners", "adaptation", "evaluation", "report"},
}
FILES = [path for path in PACKAGE.rglob("*.py") if path.name != "__main__.py"]


def module(path):
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")


def imports(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: imports are absolute"
            yield node.module


def layer(name):
    return next(i for i, names in enumerate(LAYERS) if name in names)


@pytest.mark.parametrize("path", FILES, ids=module)
def test_imports_point_one_way(path):
    own = module(path).split(".")[0]
    if own == "__init__":
        return
    for name in imports(path):
        head, *rest = name.split(".")
        if head == "driftsim" and rest and rest[0] != own:
            assert layer(rest[0]) <= layer(own), f"{module(path)} imports {name}"
            assert layer(own) != 1 or layer(rest[0]) != 1, f"{module(path)} imports {name}"


@pytest.mark.parametrize("path", FILES, ids=module)
def test_each_package_keeps_to_its_homes(path):
    for name in imports(path):
        homes = HOMES.get(name.split(".")[0])
        if homes is not None:
            own = module(path)
            assert any(own == home or own.startswith(f"{home}.") for home in homes), name


def test_every_package_that_is_imported_is_declared():
    import tomllib

    text = (PACKAGE.parent / "pyproject.toml").read_text(encoding="utf-8")
    declared = tomllib.loads(text)["project"]["dependencies"]
    names = {line.split(">")[0].replace("scikit-learn", "sklearn").lower() for line in declared}
    used = {name.split(".")[0] for path in FILES for name in imports(path)} & set(HOMES)
    assert used - {"pydantic_core"} == (names | {"yaml"}) - {"numpy", "pyyaml"}


@pytest.mark.parametrize("path", FILES, ids=module)
def test_files_and_functions_stay_small_and_told(path):
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 400
    tree = ast.parse(text)
    assert ast.get_docstring(tree), "a file opens with what it is"
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), node.name
