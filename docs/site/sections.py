"""Sections: where the pages of docs/ write about a kind."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from pymdownx.slugs import slugify

DOCS = Path(__file__).resolve().parents[1]
PAGES = {  # those that explain the kinds of a family
    "concept": ("generators", "operators", "moa_streams", "tutorials/your_table", "scenarios"),
    "drift": ("scenarios",),
    "arrivals": ("time", "scenarios"),
    "learner": ("learners", "models", "scenarios"),
    "policy": ("policies", "decision", "scenarios"),
    "memory": ("scenarios", "policies", "time"),
    "detector": ("detectors",),
    "shift_test": ("detectors",),
    "labels": ("protocols", "scenarios", "time"),
    "protocol": ("protocols",),
    "strategy": ("protocols",),
    "prediction_interval": ("intervals",),
}
HEADING = re.compile(r"^#{1,3} (.*)$", re.M)
FENCED = re.compile(r"^ *```.*?^ *```", re.M | re.S)


def about(family: str, kind: str, most: int = 2) -> list[tuple[str, str, str]]:
    """The sections that name a kind most often: page, anchor and title of each."""
    code = re.compile(rf"`{re.escape(kind)}`|\bkind: {re.escape(kind)}\b")
    found = []
    for page in PAGES[family]:
        for title, anchor, text in sections(page):
            named = 1_000 if title.strip("`") == kind else len(code.findall(text))
            if named:
                found.append((named, page, anchor, title.replace("`", "")))
    found.sort(key=lambda one: -one[0])
    return [(page, anchor, title) for _, page, anchor, title in found[:most]]


@cache
def sections(page: str) -> list[tuple[str, str, str]]:
    """The title, the anchor and the text of each section of a page."""
    return [*_sections((DOCS / f"{page}.md").read_text(encoding="utf-8"))]


def _sections(text: str) -> Iterator[tuple[str, str, str]]:
    anchored, seen = slugify(case="lower"), Counter()
    prose = FENCED.sub(lambda fence: re.sub(r"^#", " ", fence[0], flags=re.M), text)
    _, *parts = HEADING.split(prose)
    for title, below in zip(parts[::2], parts[1::2]):
        anchor = anchored(re.sub(r"[`*]", "", title), "-")
        yield title, anchor + (f"_{seen[anchor]}" if seen[anchor] else ""), below
        seen[anchor] += 1
