"""What the command line prints fits its terminal: its width, its letters, its reader."""

import io
import sys

import pytest
from typer.testing import CliRunner

from driftsim.__main__ import print_anywhere
from driftsim.cli import app
from driftsim.cli.studies import print_message
from driftsim.kinds import listing


def test_help_has_words_and_no_types_of_python():
    runner = CliRunner()
    commands = [one.callback.__name__ for one in app.registered_commands]
    texts = [runner.invoke(app, [one, "--help"], terminal_width=80).output for one in commands]
    assert len(texts) == 11 and not any("<" in text or "x>=" in text for text in texts)
    listed = runner.invoke(app, ["--help"], terminal_width=80).output
    assert "LaTeX, Markdown, HTML or CSV." in listed and "..." not in listed.partition("Options")[2]


@pytest.mark.parametrize("width", [60, 100])
def test_kinds_break_lines_between_words_within_a_terminal(monkeypatch, width):
    monkeypatch.setenv("COLUMNS", str(width))
    lines = listing("memory").splitlines()  # of which none has a formula, whose lines stay
    assert width - 10 < max(map(len, lines)) <= width


def test_a_message_is_a_line_in_a_file_and_breaks_between_words_in_a_terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    texts = {}
    for terminal in (False, True):
        shown = io.StringIO()
        shown.isatty = lambda terminal=terminal: terminal
        monkeypatch.setattr(sys, "stderr", shown)
        print_message("s.yaml:4: stream.drift: no drift is called 'suden'; did you mean 'sudden'?")
        texts[terminal] = shown.getvalue()
    assert texts[False].count("\n") == 1 and texts[True].count("\n") == 2
    assert max(map(len, texts[True].splitlines())) <= 40 and "\n  " in texts[True]


def test_a_terminal_without_some_letters_shows_like_ones(monkeypatch):
    file = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(file, encoding="ascii"))
    print_anywhere()
    print("summer → winter: 3 ± 1 ●", flush=True)
    assert file.getvalue() == b"summer -> winter: 3 +- 1 ?\n"
