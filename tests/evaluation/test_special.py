"""The distribution functions: those of scipy, imported by themselves."""

import subprocess
import sys
import threading

import pytest
import scipy.special

from driftsim.evaluation import special


@pytest.fixture
def not_yet_imported(monkeypatch):
    """As if nobody had imported the package, and what is imported is its name."""
    monkeypatch.delitem(sys.modules, special.PACKAGE)
    monkeypatch.setattr(threading, "active_count", lambda: 1)
    yield monkeypatch
    assert special.PACKAGE not in sys.modules


def test_the_functions_are_those_of_scipy():
    for name in special.NAMES:
        assert getattr(special, name) is getattr(scipy.special, name)
    assert special.ndtr(0) == 0.5 == special.stdtr(1, 0)
    assert special.compiled() is scipy.special


def test_they_are_imported_by_themselves(not_yet_imported):
    found = special.compiled()
    assert found is sys.modules[special.COMPILED] and found.stdtrit is scipy.special.stdtrit


def test_beside_other_threads_the_package_is_imported_whole(not_yet_imported):
    not_yet_imported.setattr(threading, "active_count", lambda: 2)
    not_yet_imported.setattr(special, "import_module", lambda name: name)
    assert special.compiled() == special.PACKAGE


def test_of_a_scipy_that_is_built_in_another_way_the_package_is_imported_whole(not_yet_imported):
    def imported(name):
        if name == special.COMPILED:
            raise ImportError(name)
        return name

    not_yet_imported.setattr(special, "import_module", imported)
    assert special.compiled() == special.PACKAGE


ALONE = """
import gc, importlib.util, sys, weakref
empty, made = [], importlib.util.module_from_spec
def module_from_spec(spec):
    module = made(spec)
    if spec.name == "scipy.special":
        empty.append(weakref.ref(module))
    return module
importlib.util.module_from_spec = module_from_spec
from driftsim.evaluation import special
assert "scipy.special" not in sys.modules and "scipy.special._ufuncs" in sys.modules
gc.collect()
assert [one() for one in empty] == [None]
import scipy, scipy.special, scipy.special.cython_special
assert scipy.special is sys.modules["scipy.special"] and scipy.special._ufuncs is special.found
assert all(hasattr(scipy.special, name) for name in scipy.special.__all__)
assert scipy.special.cython_special.stdtr(1.0, 0.0) == 0.5 == scipy.special.eval_legendre(1, 0.5)
from scipy.special import ndtri
assert ndtri is special.ndtri
"""


def test_nothing_keeps_the_empty_package_and_the_whole_one_is_imported_later():
    done = subprocess.run([sys.executable, "-c", ALONE], capture_output=True, text=True)
    assert done.stderr == ""
