"""What is kept of estimators: of scikit-learn alone, and what has been found without an error."""

import pytest

from driftsim.learners import seen as module
from driftsim.learners.seen import seen

SKLEARN = ["scikit-learn"]


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("DRIFTSIM_CACHE", str(tmp_path))
    module._facts.cache_clear()
    yield tmp_path / "estimators"
    module._facts.cache_clear()


class Looks:
    """Counts how often it is looked, and finds the number of that."""

    def __init__(self):
        self.n = 0

    def __call__(self):
        self.n += 1
        return self.n


def test_what_is_seen_of_an_estimator_is_kept_by_its_parameters_and_a_name(cache):
    look = Looks()
    assert [seen(["a", {"depth": 3}], SKLEARN, "one", look) for _ in range(2)] == [1, 1]
    module._facts.cache_clear()  # as in a later command
    assert seen(["a", {"depth": 3}], SKLEARN, "one", look) == 1
    assert seen(["a", {"depth": 3}], SKLEARN, "another", look) == 2
    assert seen(["a", {"depth": 4}], SKLEARN, "one", look) == 3


def test_nothing_is_kept_of_other_libraries_nor_of_objects_nor_of_another_version(
    cache, monkeypatch
):
    look = Looks()
    for about, of in [("a", ["lightgbm"]), ("a", [*SKLEARN, "own"]), (object(), SKLEARN)]:
        assert seen(about, of, "one", look) < seen(about, of, "one", look)
    assert not cache.exists() or not [*cache.iterdir()]
    kept = seen("a", SKLEARN, "one", look)
    monkeypatch.setattr(module, "_code", lambda: ("another", "version"))
    assert seen("a", SKLEARN, "one", look) > kept


def test_an_error_is_raised_each_time():
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            seen("a", SKLEARN, "one", lambda: 1 / 0)
