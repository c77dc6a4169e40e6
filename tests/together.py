"""Many small cases as one test, as a test takes a millisecond by itself."""

import functools
import inspect

import pytest

FAILED = Exception, pytest.fail.Exception, pytest.skip.Exception


def short(case):
    return repr(case)[:80]


def together(names, cases, ids=None):
    """A test that goes through all cases: as `pytest.mark.parametrize`, for cases of no cost.

    A case that fails does not keep the others from being tried. All that failed are named, each
    with where and why. `ids` are the names of cases, or make them. All share the fixtures.
    """
    names = names.replace(",", " ").split() if isinstance(names, str) else names
    cases = [*cases]
    every = [one if len(names) > 1 else (one,) for one in cases]
    ids = [*map(ids or short, cases)] if ids is None or callable(ids) else [*ids]
    assert every and len(ids) == len(every)

    def of(test):
        def tried(**fixtures):
            errors = []
            for id, case in zip(ids, every):
                try:
                    test(**dict(zip(names, case)), **fixtures)
                except FAILED as error:
                    error.add_note(f"in the case {id}")
                    errors.append((id, error))
            if errors:
                raised(errors, len(every))

        functools.update_wrapper(tried, test)
        del tried.__wrapped__  # whose fixtures would be asked for
        given = inspect.signature(test).parameters.values()
        tried.__signature__ = inspect.Signature([one for one in given if one.name not in names])
        return tried

    return of


def raised(errors, n):
    """Fail for the cases that failed; in a line for each, where that is how they fail."""
    if all(getattr(error, "pytrace", True) is False for _, error in errors):
        pytest.fail("\n".join(str(error) for _, error in errors), pytrace=False)
    failed = ", ".join(id for id, _ in errors)
    raise BaseExceptionGroup(f"{len(errors)} of {n} cases: {failed}", [one for _, one in errors])
