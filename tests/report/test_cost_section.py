"""The page's part about costs, before a script has run, and what the script computes from."""

import base64
import json
import re
import zlib

import numpy as np
import pytest
from priced_studies import CLOCK, INTERVALS, PRICES, every, study_of

from driftsim.report.figure_data.view import View
from driftsim.report.page import price_data
from driftsim.report.page.cost_section import cheapest
from driftsim.report.page.document import page
from driftsim.report.page.drawings import DRAWN, KINDS, DrawnFigure, svg_of

THREE = {
    "never": ("static", [{"wrong": 31 + i} for i in range(3)]),
    "clock": (CLOCK, [{"wrong": 12 + i, "fits": every(10), "labels": 90} for i in range(3)]),
    "same": (CLOCK, [{"wrong": 13 - i % 2, "fits": every(10), "labels": 90} for i in range(3)]),
}


def text_of(results):
    view, name = View(results), "total_cost"
    kind = KINDS[name]
    figure = DrawnFigure(
        name, kind.title, kind.brief, kind.describe(view), svg_of(DRAWN[name](view), name)
    )
    return page(results, results.verdict(), [figure])


def about(text):
    return json.loads(re.search(r'id="about">([^<]*)<', text)[1])["costs"]


def amounts(text):
    """The amounts of the page, as its script unpacks them."""
    content = zlib.decompress(base64.b64decode(re.search(r'id="amounts">([^<]*)<', text)[1]))
    found, start = {}, 0
    for name, kind, length in about(text)["layout"]:
        size = length * np.dtype(kind).itemsize
        planes = np.frombuffer(content[start : start + size], np.uint8).reshape(-1, length)
        found[name] = planes.T.copy().view(f"<{kind}").ravel()
        start += size
    return found


def test_without_scripts_the_costs_stand_there_and_the_fields_are_hidden():
    results = study_of(THREE)
    text = text_of(results)
    start, end = text.index('<h2 id="costs">What it costs'), text.index('id="curves"')
    own = text[start:end]
    assert start < end and f'aria-live="polite">{cheapest(results.variants[0])}</p>' in own
    assert re.search(r'<form id="prices"[^>]* hidden>', own)
    assert own.count("<svg") == 1 and '<div class="wide" id="cost-table"' in own
    assert '<th scope="row" class="c1">clock</th>' in own and text.count('id="table-costs"') == 1
    assert '<a href="#costs">' in text and "figure-total_cost" not in text[end:]


def test_the_sentence_names_those_that_do_not_differ():
    variant = study_of(THREE).variants[0]
    same = "clock (608) costs 10 more (76 less to 96 more), which is not significant."
    assert cheapest(variant) == f"same costs least: 598 EUR (550 to 640 at 95 %). {same}"
    alone = study_of({"never": THREE["never"], "clock": THREE["clock"]}).variants[0]
    assert cheapest(alone) == (
        "clock is cheapest: 608 EUR (530 to 680 at 95 %), 372 less than never."
    )


def test_without_prices_it_is_folded_up_and_for_scripts_alone():
    text = page(results := study_of(THREE, None), results.verdict(), [])
    section = text[
        text.index('id="pricing"') - 60 : text.index('id="figures"')
        if 'id="figures"' in text
        else text.index('id="tables"')
    ]
    assert "hidden" in section and "Put prices on it" in section
    assert '<a href="#costs">' not in text and "<svg" not in section
    assert ">clock</th>" not in section


def test_amounts_are_those_of_the_runs():
    found = amounts(text_of(study_of(THREE)))
    wrong = [n + i for n in (31, 12) for i in range(3)]
    assert found["mistake"].tolist()[:6] == [INTERVALS * n for n in wrong]
    assert (
        found["mistake_0"].tolist()[0] == 16 * INTERVALS and found["mistake_1"][0] == 15 * INTERVALS
    )
    assert found["training"].tolist() == [0] * 3 + [6] * 6 + [0] * 9  # of references
    assert found["label"].tolist()[2:4] == [1_000, 1_000 + 90 * INTERVALS]


@pytest.mark.parametrize(
    ("mistake", "loss"), [(0.5, 0), ({"0": 1, "1": 3}, 1), ({"0": {"1": 2}, "1": 3}, 2)]
)
def test_fields_hold_the_prices_of_the_scenario(mistake, loss):
    data = about(text_of(study_of(THREE, PRICES | {"mistake": mistake})))
    own = data["settings"][0]["own"]
    assert own["loss"] == loss and own["currency"] == "EUR" and own["prices"]["training"] == 15
    assert len(data["losses"]) == 2 + (loss == 2)
    wanted = [{"mistake": 0.5}, {"mistake_0": 1, "mistake_1": 3}, {"priced": 1}][loss]
    assert own["prices"] | wanted == own["prices"]


def test_prices_of_very_many_classes_have_no_fields_and_stay_as_they_are(monkeypatch):
    monkeypatch.setattr(price_data, "MOST_CLASSES", 1)
    results = study_of(THREE, PRICES | {"mistake": {"0": 1, "1": 3}})
    text = text_of(results)
    own = about(text)["settings"][0]["own"]
    assert [one["text"] for one in about(text)["losses"]] == ["alike", "as given"]
    assert own["loss"] == 1 and own["prices"]["priced"] == 1
    mistakes = results.costs().set_index("contender").mistakes[[*THREE]]
    assert np.allclose(amounts(text)["priced"][:9].reshape(3, 3).mean(axis=1), mistakes)


def test_many_runs_take_little_room(monkeypatch):
    rng = np.random.default_rng(0)
    models = {
        f"contender {i}": (CLOCK, [{"wrong": rng.integers(5, 40, INTERVALS)} for _ in range(10)])
        for i in range(12)
    }
    results = study_of(models)
    data = price_data.price_data(results, [*models], [""])
    assert len(data.text) < 1_000 and len(json.dumps(data.about)) < 2_400
    monkeypatch.setattr(price_data, "MOST", len(data.text) - 1)
    text = text_of(results)
    assert 'id="prices"' not in text and text.count('id="table-costs"') == 1
    assert "Among so many runs other prices can be tried from Python only." in text
