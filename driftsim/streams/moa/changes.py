"""Changes: when a stream of MOA drifts by itself."""

from driftsim.streams.moa.options import Command

START = -1  # before the first row


def moves(command: Command) -> bool:
    """Whether a stream changes by itself from row to row."""
    options = command.options
    if command.name == "HyperplaneGenerator":
        return options["k"] > 0 and options["t"] > 0
    if command.name == "RandomRBFGeneratorDrift":
        return options["k"] > 0 and options["s"] > 0
    return command.composed


def changes(command: Command) -> list[int]:
    """The rows at which a drift is half done, counted from 0, in order."""
    return sorted({row for row, _ in course(command) if row != START})


def single_at(command: Command, row: int) -> Command | None:
    """The stream of one kernel that most rows around a row are of; None where it is not known."""
    found = None
    for first, single in course(command):
        if first <= row:
            found = single
    return found


def course(command: Command) -> list[tuple[int, Command | None]]:
    """The streams of one kernel that follow each other, each with the row at which it takes over.

    Only the stream that a row comes from goes on, so that a drift within the second stream is
    counted from the drift to it, whose rows before and after its middle are as many. Where a
    stream with drifts of its own comes back, it is not known which (None).
    """
    if not command.composed:
        return [(START, command)]
    options, first = command.options, command.options["p"] - 1
    if command.name == "RecurrentConceptDriftStream":
        pair = [None if options[one].composed else options[one] for one in "sd"]
        found, at = [(START, pair[0])], first
        for _ in range(options["z"]):
            found += [(at, pair[1]), (at + options["x"], pair[0])]
            at += options["x"] + options["y"]
        return from_start(found)
    before = [(row, single) for row, single in course(options["s"]) if row < first]
    taken = max(first, 0)
    after = [(first if row == START else taken + row, one) for row, one in course(options["d"])]
    return from_start([*before, *after])


def from_start(found: list[tuple[int, Command | None]]) -> list[tuple[int, Command | None]]:
    """The same without those that another replaces before row 0."""
    early = [single for row, single in found if row < 0]
    return [(START, early[-1]), *((row, single) for row, single in found if row >= 0)]
