"""Headers: the columns and classes of MOA's streams, by the names that MOA gives them."""

from driftsim.rows import Schema
from driftsim.streams.moa.options import Command

ROUNDS = ("veryLow", "low", "normal", "high", "veryHigh")
LEVELS = (*ROUNDS, "quiteHigh", "enormous")
COLORS = ("black", "blue", "cyan", "brown", "red", "green", "yellow", "magenta")
BITS = ("0", "1")
NEGOTIATION: dict[str, tuple[str, ...]] = {
    "color": COLORS,
    "price": (*LEVELS, "non_salable"),
    "payment": tuple(str(days) for days in range(0, 241, 30)),
    "amount": (*LEVELS, "non_ensured"),
    "deliveryDelay": ROUNDS,
}
FORMS: dict[str, tuple[str, ...]] = {
    "size": ("small", "medium", "large"),
    "color": ("red", "blue", "green"),
    "shape": ("circle", "square", "triangle"),
}
LOANS: dict[str, tuple[str, ...]] = {
    "salary": (),
    "commission": (),
    "age": (),
    "elevel": tuple(f"level{i}" for i in range(5)),
    "car": tuple(f"car{i + 1}" for i in range(20)),
    "zipcode": tuple(f"zipcode{i + 1}" for i in range(9)),
    "hvalue": (),
    "hyears": (),
    "loan": (),
}


def header(command: Command) -> Schema:
    """The columns and classes of a stream."""
    options = command.options
    match command.name:
        case "SEAGenerator":
            return schema(numbered("attrib", 3), ("groupA", "groupB"))
        case "STAGGERGenerator":
            return schema(FORMS, ("false", "true"))
        case "SineGenerator":
            return schema(numbered("att", 2 if options["s"] else 4), ("positive", "negative"))
        case "MixedGenerator":
            return schema({"v": BITS, "w": BITS, "x": (), "y": ()}, ("positive", "negative"))
        case "LEDGenerator" | "LEDGeneratorDrift":
            columns = numbered("att", 7 if options["s"] else 24, BITS)
            return schema(columns, tuple(map(str, range(10))))
        case "WaveformGenerator" | "WaveformGeneratorDrift":
            return schema(numbered("att", 40 if options["n"] else 21), classes(3))
        case "RandomTreeGenerator":
            values = tuple(f"value{i + 1}" for i in range(options["v"]))
            columns = numbered("nominal", options["o"], values) | numbered("numeric", options["u"])
            return schema(columns, classes(options["c"]))
        case "AssetNegotiationGenerator":
            return schema(NEGOTIATION, ("interested", "notInterested"))
        case "AgrawalGenerator":
            return schema(LOANS, ("groupA", "groupB"))
        case "ConceptDriftStream" | "RecurrentConceptDriftStream":
            return header(options["s"])
        case _:  # hyperplanes and radial basis functions
            return schema(numbered("att", options["a"]), classes(options["c"]))


def numbered(word: str, n: int, values: tuple[str, ...] = ()) -> dict[str, tuple[str, ...]]:
    """Columns named by a word and a number, with their values; none for numeric ones."""
    return {f"{word}{j + 1}": values for j in range(n)}


def classes(n: int) -> tuple[str, ...]:
    """The names of so many classes."""
    return tuple(f"class{i + 1}" for i in range(n))


def schema(columns: dict[str, tuple[str, ...]], classes: tuple[str, ...]) -> Schema:
    """That of columns by their names, and of classes."""
    values = {j: one for j, one in enumerate(columns.values()) if one}
    sizes = {j: len(one) for j, one in values.items()}
    return Schema((*columns,), sizes, len(classes), classes, values)
