"""Surroundings: the folder and the environment that a job shares with all of its process."""

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def restored_surroundings() -> Iterator[list[str | None]]:
    """Put back the folder and the environment that a job changes in its process.

    Yields a list of one entry: at the end, the folder in which the job left the process, or None.
    """
    folder, variables = working_directory(), dict(os.environ)
    moved: list[str | None] = [None]
    try:
        yield moved
    finally:
        if working_directory() != folder and folder is not None:
            moved[0] = working_directory() or "a folder that is gone"
            os.chdir(folder)
        if dict(os.environ) != variables:
            os.environ.clear()
            os.environ.update(variables)


def working_directory() -> str | None:
    """The working directory, or None where it is gone."""
    try:
        return os.getcwd()
    except OSError:
        return None
