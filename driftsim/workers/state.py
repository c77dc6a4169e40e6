"""State: what a job may change for all that its process does later, put back."""

import random
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import numpy as np


@contextmanager
def put_back(seed):
    """Put back what is changed of numpy's and scikit-learn's settings and of global generators.

    Meanwhile these generators, numpy's and Python's, begin from a seed.
    """
    drawn, drawn_by_numpy, settings = random.getstate(), np.random.get_state(), configuration()
    random.seed(seed)
    np.random.seed(seed)
    try:
        with np.errstate():
            yield
    finally:
        random.setstate(drawn)
        np.random.set_state(drawn_by_numpy)
        if sklearn := sys.modules.get("sklearn"):
            sklearn.set_config(**(settings or defaults()))


def configuration():
    """The settings of scikit-learn in this thread, or None where it has not been imported."""
    if sklearn := sys.modules.get("sklearn"):
        return sklearn.get_config()


def defaults():
    """The settings that scikit-learn begins a thread with."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(configuration).result()
