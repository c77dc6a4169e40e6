"""MOA: its synthetic streams by their command lines, the same rows bit for bit."""

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

from pydantic import AfterValidator

from driftsim.streams.concepts.concept import Instantiated, Seeded
from driftsim.streams.moa.changes import changes, moves, single_at
from driftsim.streams.moa.command_line import OPTION, command, text_of
from driftsim.streams.moa.cost import nanoseconds
from driftsim.streams.moa.headers import header
from driftsim.streams.moa.replay import replay
from driftsim.streams.moa.truth import density_of, is_known
from driftsim.streams.seeds import seed_of


def _readable(text):
    text = OPTION.sub("", text)
    command(text)
    return " ".join(text.split())


CommandLine = Annotated[str, AfterValidator(_readable)]


class Moa(Seeded):
    """A synthetic stream of MOA (Bifet et al. 2010), by its command line: the same rows.

    Row t is the stream's row t, bit for bit, with the seed 0 of the scenario; another seed is
    added to all seeds of the stream. Drifts that it has itself are changes of the scenario.
    """

    sequential = True

    stream: CommandLine  # as MOA's tasks write it after -s, or with it

    @property
    def schema(self):
        return header(command(self.stream))

    @property
    def known(self):  # type: ignore[override]  # of some streams
        return is_known(command(self.stream))

    @property
    def moves(self):
        return moves(command(self.stream))

    @property
    def marks(self) -> list[int]:
        """The rows at which a drift of its own is half done."""
        return changes(command(self.stream))

    def around(self, row):
        if not command(self.stream).composed:
            return self
        single = single_at(command(self.stream), row)
        return None if single is None else Moa(stream=text_of(single))

    @property
    def nanoseconds(self) -> float:
        """Of CPU that each row before a row takes about, once in a process."""
        return nanoseconds(command(self.stream))

    def instantiated(self, rng):
        seed = seed_of(rng)
        replay(self.stream, seed)  # which refuses a tree that is too large
        return InstantiatedMoa(self, seed)


@dataclass(frozen=True, eq=False)
class InstantiatedMoa(Instantiated):
    """A stream of MOA with a seed."""

    description: Moa
    seed: int

    def draw(self, rng, t):
        return replay(self.description.stream, self.seed).rows(t)

    def density(self, X, t):
        return self._density(X, t) if self.known else super().density(X, t)

    @cached_property
    def _density(self):
        return density_of(self.description.stream, self.seed)
