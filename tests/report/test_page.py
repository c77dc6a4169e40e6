"""The page: one file, whole, escaped."""

import re
from html.parser import HTMLParser

from driftsim.runner import Played
from driftsim.scenario import load


class Closed(HTMLParser):
    """Counts tags that are opened and not closed."""

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attributes):
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_everything_is_written(swept, tmp_path):
    paths = swept.write(tmp_path / "report")
    names = [path.name for path in paths]
    assert names == [
        "curves.png", "curves.svg", "summary.csv", "summary.md", "recovery.csv", "alarms.csv",
        "differences.csv", "scenario.yaml", "report.html",
    ]  # fmt: skip
    assert all(path.stat().st_size for path in paths)
    assert sorted(path.name for path in (tmp_path / "report").iterdir()) == sorted(names)


def test_the_page_is_self_contained_and_escaped(swept, tmp_path):
    text = swept.write(tmp_path)[-1].read_text(encoding="utf-8")
    parser = Closed()
    parser.feed(text)
    assert not parser.open
    assert "Does &lt;noise&gt; hurt?" in text and "bayes &amp; co" in text
    assert not re.search(r'(src|href)="(?!#)', text)
    assert "<title>swept" in text and 'lang="en"' in text


def test_the_page_tells_why_there_is_no_oracle(plain, swept, tmp_path):
    told = plain.write(tmp_path / "plain")[-1].read_text(encoding="utf-8")
    assert "Nobody knows the probability of the labels of pages" in told
    known = swept.write(tmp_path / "swept")[-1].read_text(encoding="utf-8")
    assert "Nobody knows" not in known


def test_a_failed_contender_is_told_with_its_traceback(plain, tmp_path):
    run = next(run for _, run in plain.runs() if run.name == "bayes")
    failure = Played(run, "Traceback: <it broke>", ())
    text = plain.write(tmp_path, [failure])[-1].read_text(encoding="utf-8")
    assert "bayes, seed 0 failed" in text and "&lt;it broke&gt;" in text


def test_the_resolved_scenario_loads_to_the_same(plain, tmp_path):
    plain.write(tmp_path)
    again = load(tmp_path / "scenario.yaml")
    assert again.variants[0].scenario == plain.study.variants[0].scenario


def test_a_resolved_sweep_loads_to_the_same(swept, tmp_path):
    swept.write(tmp_path)
    assert load(tmp_path / "scenario.yaml")[1:] == swept.study[1:]
