"""Messages: a plain sentence for each type of fault of pydantic, and values as YAML."""

from enum import Enum
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field, ValidationError, field_validator
from together import together

from driftsim.messages import (
    FAULTS,
    ScenarioError,
    brief,
    fault_message,
    flow,
    guess,
    line,
    names_in_words,
    plural,
    refusal,
    short,
)
from driftsim.parts import Name, Strict


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Inner(Strict):
    size: int = 1


class Every(Strict):
    """A field of each type that a part may have."""

    whole: int = 1
    number: Annotated[float, Field(allow_inf_nan=False)] = 1.0
    more: Annotated[int, Field(gt=0, le=100_000)] = 1
    between: Annotated[float, Field(ge=0, lt=0.5)] = 0.1
    even: Annotated[int, Field(multiple_of=2)] = 2
    text: Annotated[str, Field(min_length=2, max_length=4)] = "ab"
    pattern: Annotated[str, Field(pattern="^a")] = "a"
    name: Name = "a"
    flag: bool = True
    nothing: None = None
    some: Annotated[list[int], Field(min_length=1, max_length=2)] = [1]
    pair: tuple[int, int] = (1, 2)
    members: set[int] = set()
    frozen: frozenset[int] = frozenset()
    mapping: dict[str, int] = {}
    word: Literal["a", "b"] = "a"
    colour: Colour = Colour.RED
    inner: Inner = Inner()

    @field_validator("number")
    @classmethod
    def _is_small(cls, value):
        assert value != 7, "7 is bad luck"
        if value == 13:
            raise ValueError("13 is bad luck; take 12")
        return value


@together(
    ("given", "message"),
    [
        ({"whole": "8"}, "'8' is not valid; it should be a whole number"),
        ({"whole": 2.5}, "2.5 is not valid; it should be a whole number"),
        ({"number": True}, "true is not valid; it should be a number"),
        ({"number": float("nan")}, ".nan is not valid; it should be a finite number"),
        ({"more": 0}, "0 is not valid; it should be more than 0"),
        ({"more": 200_000}, "200000 is not valid; it should be at most 100,000"),
        ({"between": -1}, "-1 is not valid; it should be at least 0"),
        ({"between": 1}, "1 is not valid; it should be less than 0.5"),
        ({"even": 3}, "3 is not valid; it should be a multiple of 2"),
        ({"text": 5}, "5 is not valid; it should be a text"),
        ({"text": "a"}, "'a' is not valid; give at least 2 characters"),
        ({"text": "abcde"}, "'abcde' is not valid; give at most 4 characters"),
        ({"text": "\ud800a"}, "'\\ud800a' is not valid; it should be a text of whole characters"),
        ({"pattern": "b"}, "'b' is not valid; it should match the pattern ^a"),
        ({"name": "a/b"}, "'a/b' cannot be a name; give one without path separators"),
        ({"flag": 1}, "1 is not valid; it should be true or false"),
        ({"nothing": 1}, "1 is not valid; it should be null"),
        ({"some": 1}, "1 is not valid; it should be a list"),
        ({"some": []}, "[] is not valid; give at least 1"),
        ({"some": [1, 2, 3]}, "[1, 2, 3] is not valid; give at most 2"),
        ({"pair": 1}, "1 is not valid; it should be a list"),
        ({"members": 1}, "1 is not valid; it should be a list"),
        ({"frozen": 1}, "1 is not valid; it should be a list"),
        ({"mapping": [1]}, "[1] is not valid; it should be a mapping of names"),
        ({"word": "c"}, "'c' is not valid; it should be 'a' or 'b'"),
        ({"colour": "red"}, "'red' is not valid; it should be a Colour"),
        ({"inner": 1}, "1 is not valid; it should be a mapping with the keys size"),
        ({"inner": {"siz": 1}}, "there is no key 'siz' here; did you mean 'size'?"),
        ({"number": 13}, "13 is bad luck; take 12"),
        ({"number": 7}, "7 is bad luck"),
    ],
    ids=str,
)
def test_each_fault_of_pydantic_has_a_plain_sentence(given, message):
    with pytest.raises(ValidationError) as error:
        Every.model_validate(given)
    assert error.value.errors()[0]["msg"].startswith(message)
    assert "Input" not in str(error.value) and "nput should" not in str(error.value)


def test_a_fault_that_has_no_sentence_is_described_in_pydantics_words():
    fault: Any = {"type": "url_type", "msg": "URL input should be {a} string", "input": 5}
    assert fault_message(fault, {}) == "5 is not valid; uRL input should be {a} string"


def test_every_sentence_is_of_a_type_that_pydantic_has():
    from typing import get_args

    from pydantic_core.core_schema import ErrorType

    assert {*FAULTS} <= {*get_args(ErrorType)}


def test_a_refusal_names_its_place_and_nothing_else():
    fault = refusal("too long; cut it", "stream", "at", 0).errors()[0]
    assert (fault["loc"], fault["msg"]) == (("stream", "at", 0), "too long; cut it")
    assert issubclass(ScenarioError, Exception)


def test_an_unknown_word_is_answered_with_a_guess():
    assert guess("suden", ["sudden", "gradual"]) == "did you mean 'sudden'?"
    assert (
        guess("SeaGenerator", ["SineGenerator", "SEAGenerator"]) == "did you mean 'SEAGenerator'?"
    )
    assert guess("xyz", ["b", "a"], ["c.…"]) == "choose from a, b, c.…"
    assert guess("xyz", ["b, late", "a"]) == "choose from a, 'b, late'"
    assert guess("x", []) == "there is none"
    many = guess("xyz", [f"c{i:04}" for i in range(5_000)])
    assert many.startswith("choose from c0000, c0001, ") and many.endswith(
        "c0099, … (5,000 in all)"
    )
    assert guess("n_estimators", ["n_splits", "n_models"]) == "did you mean 'n_models'?"


@together(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (float("-inf"), "-.inf"),
        ({"kind": "sea"}, "sea"),
        ({"kind": "x", "steps": [{"kind": "river.a.B"}]}, "{kind: x, steps: [river.a.B]}"),
        (["a b", "a: b", "null", "5", ""], "[a b, 'a: b', 'null', '5', '']"),
        ({"x": None, "y": [1.5, False]}, "{x: null, y: [1.5, false]}"),
    ],
    ids=str,
)  # fmt: skip
def test_a_value_is_shown_as_a_scenario_writes_it(value, text):
    import yaml

    assert flow(value) == short(value) == text
    if not isinstance(value, dict) or value.keys() != {"kind"}:
        assert yaml.safe_load(text.replace("river.a.B", "{kind: river.a.B}")) == value


def test_words():
    assert short("x y") == "'x y'"
    assert short(r"$\alpha$") == r"'$\alpha$'"
    assert len(short("x" * 500)) < 100 and "502 characters" in short("x" * 500)
    assert brief({"kind": "adwin", "delta": 0.1}) == "adwin delta 0.1"
    assert brief({"kind": "x", "steps": [{"kind": "y", "of": 2}]}) == "x steps [{kind: y, of: 2}]"
    assert plural(1, "row") == "1 row" and plural(2_000, "row") == "2,000 rows"
    assert names_in_words(["a"]) == "a" and names_in_words(["a", "b", "c"]) == "a, b and c"
    assert line(" a\n b\x1b ") == "a b\\x1b" and len(line("x" * 999)) == 400
