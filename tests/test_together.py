"""Cases in one test: each is tried, and each that fails is named."""

import pytest
from together import together


def test_every_case_is_tried_and_each_that_fails_is_named():
    tried = []

    @together("a, b", [(1, 1), (1, 2), (2, 2), (2, 3)], ids=["one", "two", "three", "four"])
    def check(a, b):
        tried.append(b)
        assert a == b

    with pytest.raises(BaseExceptionGroup, match="2 of 4 cases: two, four") as caught:
        check()
    assert tried == [1, 2, 2, 3]
    assert [one.__notes__ for one in caught.value.exceptions] == [
        ["in the case two"],
        ["in the case four"],
    ]


def test_what_is_missing_is_said_in_a_line_each():
    @together("name", ["a", "b"])
    def check(name):
        pytest.fail(f"{name} is missing", pytrace=False)

    with pytest.raises(pytest.fail.Exception, match=r"^a is missing\nb is missing$"):
        check()


def test_no_case_is_skipped():
    @together("name", ["a", "b"])
    def check(name):
        if name == "a":
            pytest.skip("not this one")

    with pytest.raises(BaseExceptionGroup, match="1 of 2 cases: 'a'"):
        check()
