"""Sections: where the pages of docs/ write about a kind."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from pymdownx.slugs import slugify

DOCS = Path(__file__).resolve().parents[1]
PAGES = {  # those that explain the kinds of a family, or the one section of a page that does
    "concept": (
        "generators",
        "operators",
        "moa_streams",
        "tutorials/your_table",
        "scenarios#stream",
    ),
    "drift": ("scenarios#drifts",),
    "arrivals": ("time", "scenarios#stream"),
    "learner": ("learners", "models", "scenarios#models"),
    "policy": ("scenarios#policies", "policies"),
    "memory": ("scenarios#memories", "policies", "time"),
    "detector": ("detectors", "detectors_alone"),
    "shift_test": ("detectors",),
    "labels": ("protocols", "scenarios#labels"),
    "protocol": ("protocols",),
    "strategy": ("protocols",),
    "prediction_interval": ("intervals",),
}
HEADING = re.compile(r"^#{1,4} (.*)$", re.M)
FENCED = re.compile(r"^ *```.*?^ *```", re.M | re.S)


def about(family: str, kind: str, most: int = 2) -> list[tuple[str, str, str]]:
    """Where the pages of a family explain a kind: page, anchor and title of a section of each."""
    found = []
    for page, _, only in (place.partition("#") for place in PAGES[family]):
        ranked = [
            (explained(kind, title, text), title, anchor)
            for title, anchor, text in sections(page)
            if only in ("", anchor)
        ]
        named, title, anchor = max(ranked, key=lambda one: one[0])
        whole = sections(page)[0][0].partition(": ")[0]
        words = whole if title.startswith(whole) else f"{whole} › {title}"
        if named:
            found.append((page, anchor, words.replace("`", "")))
    return found[:most]


def explained(kind: str, title: str, text: str) -> int:
    """How much a section says of a kind: by its title, a paragraph or row about it, how often."""
    name = re.escape(kind)
    if title.strip("`") == kind:
        return 1_000
    begins = re.search(rf"(?:^\| |\n\n|^- (?:\*\*)?)`(?:\{{kind: )?{name}\b", text, re.M)
    return (100 if begins else 0) + len(re.findall(rf"`{name}`|\bkind: {name}\b", text))


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
