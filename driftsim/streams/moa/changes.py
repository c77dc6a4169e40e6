"""Changes: when a stream of MOA drifts by itself."""

from driftsim.streams.moa.options import Command


def moves(command: Command) -> bool:
    """Whether a stream changes by itself from row to row."""
    options = command.options
    if command.name == "HyperplaneGenerator":
        return options["k"] > 0 and options["t"] > 0
    if command.name == "RandomRBFGeneratorDrift":
        return options["k"] > 0 and options["s"] > 0
    return command.composed


def changes(command: Command) -> list[int]:
    """The rows at which a drift is half done, counted from 0, in order.

    Only the stream that a row comes from goes on, so that a drift within the second stream is
    counted from the drift to it, whose rows before and after its middle are as many.
    """
    if not command.composed:
        return []
    options, first = command.options, command.options["p"] - 1
    if command.name == "RecurrentConceptDriftStream":
        found, at = set[int](), first
        for _ in range(options["z"]):
            found |= {at, at + options["x"]}
            at += options["x"] + options["y"]
        return sorted(row for row in found if row >= 0)
    before = [row for row in changes(options["s"]) if row < first]
    after = [max(first, 0) + row for row in changes(options["d"])]
    return sorted({row for row in [*before, first, *after] if row >= 0})
