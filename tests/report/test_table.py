"""Tables: columns as arrays, and the files and frames that are made of them."""

from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from together import together

from driftsim.report.page.text_files import csv
from driftsim.report.table import MOMENTS, Table, missing

COLUMNS = {
    "whole": [3, -1],
    "numbers": [1, 2.5],
    "gaps": [None, 2],
    "truths": [True, False],
    "maybe": [True, None],
    "texts": ["a", None],
    "lists": [[300], [400]],
    "mixed": [100, "all"],
    "large": [2**70, 1],
}


@together("name", COLUMNS)
def test_a_column_is_to_pandas_what_its_values_are(name):
    table = Table(COLUMNS)
    frame = table.frame()
    assert frame[[name]].equals(pd.DataFrame([{name: one} for one in COLUMNS[name]]))
    assert missing(table[name]).tolist() == frame[name].isna().tolist()
    assert csv(table.only([name])).decode() == frame[[name]].to_csv(index=False)


def test_numbers_are_written_as_pandas_writes_them():
    rng = np.random.default_rng(0)
    powers = 10.0 ** rng.integers(-320, 308, 500)
    numbers = np.concatenate([rng.standard_normal(500) * powers, [0, -0.0, np.inf, 1e16, 1e-5]])
    assert csv(Table({"x": numbers})).decode() == pd.DataFrame({"x": numbers}).to_csv(index=False)


def test_moments_are_dates_of_a_zone():
    moments = np.array([1_711_846_800_000_000, np.iinfo(np.int64).min]).astype(MOMENTS)
    dated = Table({"at": moments}, "Europe/Berlin")
    zone = ZoneInfo("Europe/Berlin")
    assert dated.values("at") == [datetime(2024, 3, 31, 3, tzinfo=zone), None]
    assert csv(dated) == b'at\n2024-03-31T03:00:00+02:00\n""\n'
    assert str(dated.frame()["at"].dt.tz) == str(zone) and dated.frame()["at"].isna().tolist() == [
        False,
        True,
    ]
    assert Table({"at": moments}).values("at") == [datetime(2024, 3, 31, 1), None]


def test_rows_are_picked_and_grouped_in_their_order():
    table = Table.of_rows([{"a": "y", "b": 2}, {"a": "x", "b": 3}, {"a": "y"}], ["a", "b"])
    assert table["b"].tolist()[:2] == [2.0, 3.0] and missing(table["b"])[2]
    assert [[*one.values("a")] for one in table.by("a").values()] == [["y", "y"], ["x"]]
    assert [*table.among("a", ["x"]).rows()] == [{"a": "x", "b": 3.0}]
    assert [*table.but("a")] == ["b"] and len(table.where(table["b"] > 2)) == 1
    assert [*Table.of_rows([], ["a"])] == ["a"] and len(Table.of_rows([], ["a"])) == 0
