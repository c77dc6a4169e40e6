"""The kinds of a family: each imported when it is looked up, also where there are no sources."""

import compileall
import shutil
import sys

import pytest

HOME = "from driftsim.registry import Kinds\n\nkinds = Kinds(('kinds_home',))\n"
MODULE = "from kinds_home import kinds\n\n\nclass {name}:\n    pass\n\n\nkinds['{kind}'] = {name}\n"
MADE = "from kinds_home import kinds\n\nkinds['made'] = type('Made', (), {})\n"


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A package with a kind in each of its modules."""
    folder = tmp_path / "kinds_home"
    folder.mkdir()
    (folder / "__init__.py").write_text(HOME)
    (folder / "one.py").write_text(MODULE.format(name="OnDrift", kind="on_drift"))
    (folder / "two.py").write_text(MODULE.format(name="None_", kind="none"))
    (folder / "three.py").write_text(MADE)
    monkeypatch.syspath_prepend(tmp_path)
    yield folder
    for name in [name for name in sys.modules if name.partition(".")[0] == "kinds_home"]:
        del sys.modules[name]


def imported():
    return sorted(name for name in sys.modules if name.startswith("kinds_home."))


def test_the_module_of_a_kind_alone_is_imported(home):
    from kinds_home import kinds

    assert kinds["on_drift"].__name__ == "OnDrift" and imported() == ["kinds_home.one"]
    assert kinds["none"].__name__ == "None_" and len(imported()) == 2
    assert kinds["made"].__name__ == "Made"  # of no class that a source shows
    assert sorted(kinds) == ["made", "none", "on_drift"]


@pytest.mark.parametrize("way", ["compiled", "archive"])
def test_a_kind_is_found_where_its_module_is_no_file_of_python(home, monkeypatch, way):
    if way == "compiled":
        compileall.compile_dir(home, legacy=True, quiet=2)
        for path in home.glob("*.py"):
            path.unlink()
    else:
        archive = shutil.make_archive(home.with_name("archive"), "zip", home.parent, home.name)
        shutil.rmtree(home)
        monkeypatch.syspath_prepend(archive)
    from kinds_home import kinds

    assert kinds["none"].__name__ == "None_" and "other" not in kinds
    assert len(kinds) == 3
