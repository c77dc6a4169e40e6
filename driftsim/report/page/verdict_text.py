"""Verdict text: the sentences of a verdict as a piece of HTML, beside no other part of the page."""

from driftsim.report.page.document import templates
from driftsim.report.verdict import Verdict

TEXT = '{% import "parts.html" as parts %}{{ parts.verdict(verdict, false) }}'


def verdict_html(verdict: Verdict) -> str:
    """A verdict as HTML, in which names are escaped."""
    return templates().from_string(TEXT).render(verdict=verdict)
