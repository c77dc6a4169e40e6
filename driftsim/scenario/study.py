"""Studies: scenarios that are played together, one for each setting or stream."""

from typing import Any, NamedTuple

from driftsim.evaluation.prequential import Contender
from driftsim.messages import setting_text
from driftsim.notebook_html import html_of
from driftsim.scenario.files import checked_name
from driftsim.scenario.scenario import Scenario
from driftsim.scenario.settings import Named, shortest


class Variant(NamedTuple):
    """A scenario with one setting of its file's sweep, or with one stream of its suite."""

    setting: dict[str, Any]  # dotted path: value, or its name where it has one
    scenario: Scenario
    left_out: dict[str, str] = {}  # why contenders of a suite cannot play this stream, by name

    @property
    def title(self) -> str:
        """The setting in words, empty without a sweep; a stream of a suite is its name."""
        return title_of(self.setting)


def title_of(setting: dict[str, Any]) -> str:
    """A setting in words; a value that has a name is that, and a stream of a suite its name."""
    values = [one.name if isinstance(one, Named) else one for one in setting.values()]
    return ", ".join(
        value if (name, type(value)) == ("stream", str) else f"{name} = {setting_text(value)}"
        for name, value in zip(shortest(list(setting)), values)
    )


class Study(NamedTuple):
    """The question of a scenario file: a scenario, or one for each setting of its sweep."""

    name: str
    question: str  # the comment the file opens with
    variants: list[Variant]
    notes: tuple[str, ...] = ()  # on what its file writes in old words, a line each
    named: frozenset[str] = frozenset()  # of the dotted paths that differ, those of named values

    def _repr_html_(self) -> str:
        return html_of(self)

    @property
    def swept(self) -> list[str]:
        """The dotted paths that differ between the variants."""
        return list(self.variants[0].setting)

    @property
    def suite(self) -> bool:
        """Whether it is of streams that have names."""
        return "stream" in self.named

    @property
    def contenders(self) -> dict[str, Contender]:
        """All contenders in order, each as it is in the first variant that it plays in."""
        found, order = dict[str, Contender](), list[str]()
        for models in (one.scenario.models for one in self.variants):
            place = 0
            for name, contender in models.items():
                if name not in found:
                    found[name] = contender
                    order.insert(place, name)
                place = order.index(name) + 1
        return {name: found[name] for name in order}


def study_of(scenario: Scenario, name: str = "scenario") -> Study:
    """A study of a scenario that was built in Python."""
    return Study(checked_name(name), "", [Variant({}, scenario)])
