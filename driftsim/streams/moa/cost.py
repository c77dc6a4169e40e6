"""Cost: about how long it takes to draw rows of a stream of MOA, each after those before it."""

from driftsim.streams.moa.options import Command

CHOICE = 12  # nanoseconds of CPU a row, to choose one of two streams
MOVED = 0.3  # of each coordinate of a centroid that moves
A_ROW = {  # measured, as docs/moa_streams.md has them
    "SEAGenerator": 8, "STAGGERGenerator": 4, "SineGenerator": 14, "MixedGenerator": 23,
    "LEDGenerator": 31, "LEDGeneratorDrift": 31, "WaveformGenerator": 334,
    "WaveformGeneratorDrift": 334, "RandomTreeGenerator": 36, "AssetNegotiationGenerator": 1_468,
    "AgrawalGenerator": 30,
}  # fmt: skip
A_COLUMN = {"HyperplaneGenerator": 4.6, "RandomRBFGenerator": 6.4, "RandomRBFGeneratorDrift": 6.4}


def nanoseconds(command: Command) -> float:
    """About how many nanoseconds of CPU a row takes."""
    options = command.options
    if command.composed:
        return CHOICE + max(nanoseconds(options[one]) for one in "sd")
    if command.name not in A_COLUMN:
        return A_ROW[command.name]
    moving = min(options["k"], options["n"]) if command.name == "RandomRBFGeneratorDrift" else 0
    return options["a"] * (A_COLUMN[command.name] + MOVED * moving)
