"""Special functions: the distribution functions of scipy, without the rest of its package.

`scipy.special` rewrites its documentation when it is imported, which takes longer than all that a
report of a small study computes. These are the very functions that it gives.
"""

import sys
import threading
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from typing import Any

PACKAGE, COMPILED = "scipy.special", "scipy.special._ufuncs"
NAMES = "bdtr", "fdtrc", "ndtr", "ndtri", "stdtr", "stdtrit"


def compiled() -> Any:
    """The compiled functions of scipy, or the whole package where they are not by themselves.

    Another thread could meet the package while it stands empty: with several, it is imported whole.
    """
    if PACKAGE not in sys.modules and threading.active_count() == 1:
        sys.modules[PACKAGE] = module_from_spec(find_spec(PACKAGE))  # type: ignore[arg-type]
        try:
            found = import_module(COMPILED)
            if all(hasattr(found, name) for name in NAMES):
                return found
        except ImportError:  # of a scipy that is built in another way
            pass
        finally:
            del sys.modules[PACKAGE]
    return import_module(PACKAGE)


found = compiled()
bdtr, fdtrc, ndtr, ndtri, stdtr, stdtrit = (getattr(found, name) for name in NAMES)
