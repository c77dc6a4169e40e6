"""The reference of a scenario: its keys, and those of its sections, from their classes."""

from collections.abc import Iterator

from parameter_tables import parameter_table

from driftsim.evaluation.decision.prices import Prices
from driftsim.evaluation.decision.settings import Decision
from driftsim.evaluation.prequential import Contender
from driftsim.kinds import described
from driftsim.scenario.evaluation import Evaluation
from driftsim.scenario.report import Report
from driftsim.streams.stream import Stream

SECTIONS = {
    "stream": Stream,
    "models": Contender,
    "evaluation": Evaluation,
    "report": Report,
    "prices": Prices,
    "decision": Decision,
}
HEAD = """# Keys of a scenario

A scenario has the sections below; `stream` and `models` must be there.
[Write a scenario](../scenarios.md) explains them one after another. Besides, `sweep` plays the
study once for [each setting](../scenarios.md#sweep), and `streams` with `defaults` take the place
of `stream` where a study has [several streams](../scenarios.md#streams)."""


def page() -> str:
    """The page of a scenario's keys."""
    return "\n\n".join([HEAD, *(text for key in SECTIONS for text in section(key))])


def section(key: str) -> Iterator[str]:
    """The section of a key: what it is, and its own keys."""
    yield f"## `{key}` {{#{key}}}"
    each = " Each has a name." if key == "models" else ""
    yield f"{described(SECTIONS[key])}{each} [More](../scenarios.md#{key})."
    yield parameter_table(SECTIONS[key])
