"""Conversions: a text file too large for memory gives the rows and messages of a small one."""

import bz2
import threading

import numpy as np
import pytest

from driftsim import user_cache
from driftsim.streams.table import Table
from driftsim.streams.tables.large import converted, stored


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A folder for files, with a cache of its own, where text is converted in small chunks."""
    monkeypatch.setenv(user_cache.HOME, str(tmp_path / "cache"))
    monkeypatch.setattr(converted, "CHUNK", 200)
    monkeypatch.setattr(stored, "FEW", 10)
    return tmp_path


def outcome(path, **params):
    """The rows of a table and their schema, or why it is refused."""
    try:
        found = Table(path=path, **params).instantiated(np.random.default_rng(0)).prepared(50)
    except ValueError as error:
        return str(error)
    X, y = found.draw(None, np.arange(found.rows))
    return found.rows, found.schema, X.tolist(), y.tolist()


def both(monkeypatch, path, **params):
    """What comes of a text that is read as a whole, after what comes of a converted one is it."""
    monkeypatch.setattr(converted, "LARGE", 10**9)
    monkeypatch.setattr(converted, "LARGE_PACKED", 10**9)
    whole = outcome(path, **params)
    for name in ("LARGE", "LARGE_PACKED"):
        monkeypatch.setattr(converted, name, 1)
    assert outcome(path, **params) == whole
    return whole


def lines(n, row):
    return "".join(f"{row(i)}\n" for i in range(n))


TEXTS = {
    "plain": "a,w,y\n" + lines(90, lambda i: f"{i},{'pqr'[i % 3]},{i % 2}"),
    "fractions later": "a,y\n" + lines(90, lambda i: f"{i if i < 70 else i + 0.1},{i % 2}"),
    "empty at first": "a,b,y\n" + lines(90, lambda i: f"{'' if i < 60 else i},{i},{i % 2}"),
    "words after nothing": "w,y\n" + lines(300, lambda i: f"{'pq'[i % 2] * (i > 250)},{i % 2}"),
    "quoted ends of lines": "a,w,y\n" + lines(60, lambda i: f'{i},"p\n{"q" * (i % 3)}",{i % 2}'),
    "stray cell": "a,y\n" + lines(99, lambda i: f"{'x' if i == 77 else i},{i % 2}"),
    "words later": "a,y\n" + lines(99, lambda i: f"{i % 3 if i < 50 else 'pq'[i % 2]},{i % 2}"),
    "words at first": "a,y\n" + lines(99, lambda i: f"{i % 3 if i > 50 else 'pq'[i % 2]},{i % 2}"),
    "ragged": "a,y\n" + lines(99, lambda i: f"{i},{i % 2}{',1' * (i == 80)}"),
    "hole": "a,y\n" + lines(99, lambda i: f"{'' if i == 81 else i},{i % 2}"),
    "decimal commas": "a;w;y\n" + lines(90, lambda i: f"{i},5;{'p'};{i % 2}"),
    "commas and a point": "a;y\n" + lines(90, lambda i: f"{i}{'.' if i == 66 else ','}5;{i % 2}"),
    "no header": lines(90, lambda i: f"{i}.5\t{i % 7}\t{i % 2}"),
    "row labels": ",a,y\n" + lines(90, lambda i: f"{i},{i / 3},{i % 2}"),
    "empty rows at the end": "a,y\n" + lines(90, lambda i: f"{i},{i % 2}") + ",\n,\n",
    "Windows": "a,w,y\r\n" + lines(90, lambda i: f"{i},é{i % 3},{i % 2}\r"),
    "hexadecimal": "a,y\n" + lines(90, lambda i: f"{hex(i % 4) if i > 60 else i % 4},{i % 2}"),
    "long numbers": "a,y\n" + lines(90, lambda i: f"{2**53 + i}{'.0' * (i > 60)},{i % 2}"),
}

REFUSED = {
    "stray cell": 79,
    "ragged": 82,
    "hole": 83,
    "empty at first": 2,
    "words after nothing": 2,
    "commas and a point": 68,
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_converted_text_is_as_one_that_is_read_as_a_whole(home, monkeypatch, name, capfd):
    encoding = "cp1252" if name == "Windows" else "utf-8"
    (home / "t.csv").write_bytes(TEXTS[name].encode(encoding))
    decimal = {"decimal": ","} if name == "commas and a point" else {}  # beyond the first chunk
    found = both(monkeypatch, str(home / "t.csv"), **decimal)
    line = REFUSED.get(name)
    assert isinstance(found, str) == bool(line) and (not line or f"(line {line})" in found)
    nominal = ["y"] * (name != "no header")
    both(monkeypatch, str(home / "t.csv"), missing="drop", nominal=nominal, **decimal)
    assert "is too large for memory: converting it to Parquet once, 0 %" in capfd.readouterr().err


def test_packed_and_several_files(home, monkeypatch):
    text = TEXTS["fractions later"]
    (home / "1.csv.bz2").write_bytes(bz2.compress(text.encode()))
    (home / "2.csv").write_text(text.replace("42,", "x,"))
    both(monkeypatch, str(home / "1.csv.bz2"))
    assert "2.csv" in both(monkeypatch, [str(home / "1.csv.bz2"), str(home / "2.csv")])
    (home / "2.csv").write_text(text)
    assert both(monkeypatch, [str(home / "1.csv.bz2"), str(home / "2.csv")])[0] == 180


def test_a_text_is_converted_once(home, monkeypatch, capfd):
    (home / "t.csv").write_text(TEXTS["plain"])
    monkeypatch.setattr(converted, "LARGE", 1)
    found: list = []
    threads = [
        threading.Thread(target=lambda: found.append(outcome(str(home / "t.csv"))))
        for _ in range(3)
    ]
    [*map(threading.Thread.start, threads)]
    [*map(threading.Thread.join, threads)]
    assert found[0] == found[1] == found[2] and found[0][0] == 90
    assert capfd.readouterr().err.count("converted; ") == 1
    kept = [path.suffix for path in (home / "cache" / "converted").iterdir()]
    assert sorted(kept) == [".json", ".lock", ".parquet"]
    (home / "t.csv").write_text(TEXTS["plain"].replace("p", "P"))
    assert outcome(str(home / "t.csv"))[1].values == {1: ("P", "q", "r")}


def test_a_conversion_that_is_interrupted_leaves_nothing(home, monkeypatch):
    (home / "t.csv").write_text(TEXTS["ragged"])
    monkeypatch.setattr(converted, "LARGE", 1)
    assert "has 3 cells in 2 columns" in outcome(str(home / "t.csv"))
    assert [path.suffix for path in (home / "cache" / "converted").iterdir()] == [".lock"]
