"""Process state: settings and random generators that code shares with all of its process."""

import random
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import numpy as np


@contextmanager
def restored_state(seed: int) -> Iterator[None]:
    """Put back numpy's and scikit-learn's settings and the global random generators afterwards.

    Meanwhile these generators, numpy's and Python's, start from a seed.
    """
    state, numpy_state = random.getstate(), np.random.get_state()
    sklearn = sys.modules.get("sklearn")
    settings = sklearn and sklearn.get_config()
    random.seed(seed)
    np.random.seed(seed)
    try:
        with np.errstate():
            yield
    finally:
        random.setstate(state)
        np.random.set_state(numpy_state)
        if sklearn := sys.modules.get("sklearn"):
            sklearn.set_config(**(settings or defaults()))


def one_thread() -> AbstractContextManager:
    """BLAS and OpenMP of this process keep to one thread, as those of a worker do."""
    from threadpoolctl import threadpool_limits

    return threadpool_limits(1)


def defaults() -> dict[str, Any]:
    """The settings with which scikit-learn starts a thread."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(sys.modules["sklearn"].get_config).result()
