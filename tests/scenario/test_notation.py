"""Notation: YAML is read without its traps, or refused with the line."""

import itertools
import math
import time

import pytest
from together import together

from driftsim.scenario.notation import NotationError, parsed, question, yaml_text


@together(
    ("text", "value"),
    [
        ("on", "on"),
        ("yes", "yes"),
        ("No", "No"),
        ("y", "y"),
        ("true", True),
        ("1e4", 10_000),
        ("2.5e3", 2_500),
        ("1e-9", 1e-9),
        ("010", 10),
        ("0o17", 15),
        ("0x1F", 31),
        ("0x_", "0x_"),
        ("20_000", 20_000),
        ("+7", 7),
        ("-1.5", -1.5),
        (".5", 0.5),
        ("1:30", "1:30"),
        ("2001-01-01", "2001-01-01"),
        ("~", None),
        ("", None),
        ("'1'", "1"),
        ("<<", "<<"),
        (".inf", math.inf),
        ("-.inf", -math.inf),
    ],
)
def test_a_plain_word_is_what_it_looks_like(text, value):
    read = parsed(f"a: {text}")[0]["a"]
    assert read == value
    assert type(read) is type(value)


def test_keys_are_texts():
    assert parsed("on: 1\nyes: 2\n3: 4\nnull: 5")[0] == {"on": 1, "yes": 2, "3": 4, "null": 5}


def test_aliases_are_copies():
    read = parsed("a: &x {k: [1]}\nb: *x\nc: {<<: *x, m: 2}")[0]
    read["a"]["k"].append(2)
    assert read == {"a": {"k": [1, 2]}, "b": {"k": [1]}, "c": {"k": [1], "m": 2}}


def test_own_keys_win_over_merged_ones():
    read = parsed("<<: [{a: 1}, {a: 2, b: 3}]\nb: 4")[0]
    assert read == {"a": 1, "b": 4}


def test_every_part_has_the_line_of_its_key():
    lines = parsed("# text\na:\n  b: [1,\n      2]\nc: 3")[1]
    assert lines["a",] == 2
    assert lines["a", "b"] == 3
    assert lines["a", "b", "1"] == 4
    assert lines["c",] == 5


BOMB = "\n".join(f"{c}: &{c} [{', '.join([f'*{b}'] * 9)}]" for b, c in zip("abcdefgh", "bcdefghi"))


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: 1\nb: [1, 2\n", 3, r"the '\[' of line 2 is still open here"),
        ("a: 1\n\tb: 2", 2, "not YAML"),
        ("a: 1\n---\nb: 2", 2, "another document"),
        ("a: *b", 1, "no anchor is called 'b' above this alias; write &b before"),
        ("a: &model 1\nb: *modle", 2, "did you mean 'model'?"),
        ("a: 1\n  b: 2", 2, "deeper than line 1, which has a value already; give it the same"),
        ("a:\n  b: c: d", 2, "a second colon in one line"),
        ("a:\n    b: 1\n  # c\n  d: 2", 4, r"by 2 blanks, .*\(line 2 has 4, line 1 has 0\)"),
        (" a:\n  b: 1\nc: 2", 3, r"by 0 blanks, .*\(line 1 has 1\); indent siblings alike"),
        ("a:\n  b: {c: 1\nd: 2", 3, "the '{' of line 2 is still open here; close it"),
        ('a: 1\nb: "c\nd: 2', 2, "a text opens with a quote here that never closes"),
        ("a: 1\nb\nc: 2", 2, "write a colon and a value behind it"),
        ("a:\n  b #3:\n    c: 1", 2, "a comment begins at ' #', within a key; quote it: 'b #3'"),
        ("a: 1\nb #3: 2\nc: 1", 2, "quote it: 'b #3'"),
        ("a: 'b' c", 1, "not YAML"),
        ("a: @b", 1, "not YAML"),
        ("a: \x00", 1, "bytes that no text has"),
        ('a: "\\U00110000"', 1, "bytes that no text has"),
        ("a: 1\nb: 2\na: 3", 3, "'a' stands twice"),
        ("? [a]\n: 1", 1, "plain word"),
        ("a: 1\nb: &b [*b]", 2, "holds itself"),
        ("a: &a\n  <<: *a", 1, "holds itself"),
        ("<<: 5", 1, "<<"),
        ("x: &a [1, 1, 1, 1]\n" + BOMB, 5, "more than 30,000"),
        ("a: 1\nb: " + "[" * 100_000, 2, "levels"),
        ("\n".join(" " * i + "a:" for i in range(2_000)), 50, "levels"),
        ("a: " + "9" * 400, 1, "a number of 400 digits"),
        ("a: -0." + "9" * 400, 1, "digits"),
        ("a: 1e400", 1, "this large"),
        ("a: 9223372036854775808", 1, "a number of 19 digits"),
        ("b: 1\na: !!python/object/apply:os.system [ls]", 2, "the tag"),
        ("a: !!int x", 1, "the tag"),
        ("a: !!seq x", 1, "the tag"),
        ("!!set {a, b}", 1, "the tag"),
        ("a: !own b", 1, "the tag"),
    ],
)
def test_what_is_no_plain_yaml_is_refused_with_its_line(text, line, words):
    with pytest.raises(NotationError, match=words) as caught:
        parsed(text)
    assert caught.value.line == line
    assert len(str(caught.value)) < 200


def test_an_alias_bomb_is_refused_fast():
    start = time.perf_counter()
    with pytest.raises(NotationError, match="more than"):
        parsed("x: &a [1, 1, 1, 1]\n" + BOMB)
    assert time.perf_counter() - start < 3  # in full it would be four hundred million values


def test_what_is_written_reads_the_same_and_has_no_anchors():
    shared = [1, "on", None, 0.1]
    document = {"a": shared, "b": shared, "é": {"1e4": "010"}}
    assert "&" not in yaml_text(document)
    assert parsed(yaml_text(document))[0] == document


ABOVE = [
    "",
    "   ",
    "---",
    "%YAML 1.2\n---",
    "# yaml-language-server: $schema=https://example.org/s.json",
    "# -*- mode: yaml; coding: utf-8 -*-",
    "# vim: set ft=yaml ts=2:",
    "#!/usr/bin/env -S driftsim run",
    "# SPDX-License-Identifier: MIT",
    "# driftsim run s.yaml --with my_parts.py",
    "#",
    "# =====",
]


@together("above", [*ABOVE, *map("\n".join, itertools.permutations(ABOVE, 2))])
def test_the_question_stands_below_blank_lines_modelines_and_the_start(above):
    assert question(f"{above}\n# Does it\n#   work?\na: 1\n# no\n") == "Does it work?"
    assert question(f"{above}\na: 1\n# no\n") == ""


@together(
    ("text", "asked"),
    [
        ("# Q?", "Q?"),
        ("--- # Q?\na: 1", "Q?"),
        ("# Q?\n# vim: ft=yaml\n\n# no", "Q?"),
        ("# Q?\n#\n# More.\n---\n# no", "Q? More."),
        ("  # Is it C#\r\n# or 50 %?\r\na: 1", "Is it C# or 50 %?"),
        ("# example: what?", "example: what?"),
        ("a: 1 # no", ""),
        ("--- {a: 1}\n# no", ""),
        ("", ""),
    ],
)
def test_the_question_is_the_comment_a_text_opens_with(text, asked):
    assert question(text) == asked
