"""Controls: the numbers, choices and kinds of a scenario that can be turned, from its parts."""

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from driftsim.durations import WRITTEN, Duration
from driftsim.evaluation.decision.prices import Prices
from driftsim.kinds import comment
from driftsim.parts import MOST_ROWS, Part, Strict, keys_of
from driftsim.scenario import Scenario
from driftsim.streams.operators.operator import Reference
from driftsim.studio.admitted import bounds_of, types_in, whole, words_of
from driftsim.studio.kind_choices import kinds_of
from driftsim.studio.known_dates import known_dates, step_of

LABELS = {  # of paths or of keys, as people say them
    "stream.length": "length of the stream",
    "stream.noise": "wrong labels",
    "stream.irrelevant": "irrelevant columns",
    "stream.drift": "kind of drift",
    "stream.drift.width": "width of a change",
    "stream.drift.every": "rows between changes",
    "stream.arrivals.every": "a row every",
    "evaluation.labels": "labels come",
    "evaluation.warmup": "warm-up",
    "evaluation.seeds": "seeds",
    "evaluation.warmup_labels": "labels of the warm-up",
    "prices.mistake": "a mistake",
    "prices.absolute_error": "an error of 1",
    "prices.squared_error": "a squared error of 1",
    "prices.label": "a label",
    "prices.training.each": "a training",
    "prices.training.per_row": "a row trained on",
    "prices.hour": "a CPU hour",
    "prices.staleness": "a stale row",
    "evaluation.labels.of": "which labels",
    "policy": "kept up to date",
    "from": "training starts from",
    "every": "rows between trainings",
    "gather": "labels that are gathered",
    "cooldown": "rows without alarms after one",
    "falls": "alarms of falling errors, too",
    "background": "trained from the warning on",
}
ALWAYS = {  # shown at once, though the scenario does not give them
    *("stream.length", "stream.noise", "stream.drift", "evaluation.labels", "evaluation.seeds"),
    *("prices.mistake", "prices.absolute_error", "prices.label", "prices.training.each"),
}
SELDOM = ("task", "missing")  # of tables: not shown at once, though the scenario gives them
LEFT_OUT = {"compiled", "path", "classes"}  # fields that are no business of a slider
OF_EVALUATION = ("labels", "seeds", "warmup", "warmup_labels")
OF_PRICES = (
    *("mistake", "absolute_error", "squared_error"),
    *("label", "training", "hour", "staleness"),
)
ENDS = ((min, "low"), (max, "high"))  # of sliders
MOST_ENTRIES = 6  # of a list, each with a control
LONGEST = 1_000_000  # rows that a slider of the length goes to
RANGES = {  # of sliders, by paths or keys, where types say little
    "stream.noise": (0, 0.5),
    "stream.irrelevant": (0, 30),
    "angle": (-180, 180),
    "prices.training.each": (0, 100),
    "n_models": (1, 30),
    "features": (1, 30),
}
UNBOUNDED = 1e6  # a greatest value beyond it says nothing of what is usual
ALONE = {"labels": (int,), "each": (int, float), "time": (str,)}  # what stands for parts of them
FEWEST = 100  # rows of a warm-up
SMALL = 0.02  # of the greatest value; a slider is logarithmic for those that are not more
UNITS = {
    **{"ms": "milliseconds", "s": "seconds", "min": "minutes", "h": "hours", "d": "days"},
    **{"w": "weeks", "mo": "months", "y": "years"},
}


class Control(NamedTuple):
    """One thing that can be turned."""

    path: str  # in the scenario, as `--set` writes it
    label: str
    note: str  # its unit
    form: str  # number, whole, date, choice, switch or kind
    value: Any
    low: float = 0.0  # of a slider; other numbers can be typed
    high: float = 0.0
    log: bool = False  # whether the slider is logarithmic
    options: tuple[str, ...] = ()
    main: bool = True  # shown at once
    unit: str = ""  # of a duration, which is written with it
    guessed: bool = False  # whether the ends of its slider follow from its value alone
    date: str = ""  # of the row that it is, where rows have dates
    step: int = 0  # rows of a step of its slider, where it is not as fine as that

    def data(self) -> dict[str, Any]:
        """As plain data."""
        return self._asdict()


class Group(NamedTuple):
    """Controls that belong together."""

    title: str
    place: str  # world, labels, contender or prices
    controls: list[Control]

    def data(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "title": self.title,
            "place": self.place,
            "controls": [one.data() for one in self.controls],
        }


def groups_of(scenario: Scenario, document: dict[str, Any]) -> list[Group]:
    """The controls of a scenario; what its document gives is shown at once."""
    return Panel(scenario, document).groups()


def is_row(path: str) -> bool:
    """Whether what is at a path is a row of the stream at which it changes."""
    return path.startswith("stream.drift.at") or ".marks." in path


class Panel:
    """Finds the controls of a scenario."""

    def __init__(self, scenario: Scenario, document: dict[str, Any]):
        self.scenario, self.document = scenario, document

    def groups(self) -> list[Group]:
        """All controls, in groups."""
        scenario = self.scenario
        world = [*self._of("stream", scenario.stream, ("length", "drift", "noise"))]
        world += self._of("stream", scenario.stream, ("concepts",))
        world += self._of("stream", scenario.stream, ("irrelevant", "arrivals"))
        rules = [*self._of("evaluation", scenario.evaluation, OF_EVALUATION)]
        found = [Group("World", "world", world), Group("Labels", "labels", rules)]
        for name, one in scenario.models.items():
            inside = [*self._of(f"models.{name}", one, ("policy", "learner"))]
            found.append(Group(name, "contender", inside))
        prices = with_mistakes(scenario.priced.prices, scenario.stream.schema.regression)
        found.append(Group("Prices", "prices", [*self._of("prices", prices, OF_PRICES)]))
        return found

    def _of(self, path: str, part: Any, names: Any = None) -> Iterator[Control]:
        """The controls of the fields of a part, and of what is in them."""
        kind: Any = type(part)
        for key, name in keys_of(kind).items():
            if (names is None or name in names) and name not in LEFT_OUT:
                info = kind.model_fields[name]
                note = unit(kind, name)
                rules = (info.annotation, *info.metadata)
                yield from self._at(f"{path}.{key}", getattr(part, name), rules, note)
        for key, value in (getattr(part, "model_extra", None) or {}).items():
            yield from self._at(f"{path}.{key}", value, (), "")

    def _at(self, path: str, value: Any, rules: Any, note: str) -> Iterator[Control]:
        """The controls of a value at a path."""
        match value:
            case Reference():
                pass
            case _ if self._is_fixed(path):
                pass
            case bool():
                yield self._control(path, note, "switch", value)
            case Duration():
                yield self._duration(path, value, note)
            case int() | float():
                yield self._number(path, value, rules, note)
            case str() if len(options := words_of(rules)) > 1:
                yield self._control(path, note, "choice", value, options=options)
            case Part():
                yield from self._kind(path, value)
                yield from self._of(path, value)
            case Strict():
                yield from self._of(path, value)
            case [int() | float() as alone]:
                for one in self._at(f"{path}.0", alone, rules, note):
                    yield one._replace(label=label_of(path))
            case list() if len(value) <= MOST_ENTRIES:
                each = (self._at(f"{path}.{i}", one, rules, note) for i, one in enumerate(value))
                yield from on_one_scale([one for found in each for one in found])
            case dict():
                for key, each in value.items():
                    if isinstance(key, str) and isinstance(each, Strict | int | float):
                        yield from self._at(f"{path}.{key}", each, rules, note)

    def _kind(self, path: str, part: Part) -> Iterator[Control]:
        """The choice of another kind in the place of a part, where there is one."""
        options = kinds_of(part, self.scenario)
        if len(options) > 1:
            yield self._control(path, "", "kind", part.kind(), options=options)

    def _is_fixed(self, path: str) -> bool:
        """Whether a number has to stay: wrong labels of numbers, the columns of one concept."""
        if path.endswith(".features"):
            return len(self.scenario.stream.concepts) > 1
        return path == "stream.noise" and self.scenario.stream.schema.regression

    def _duration(self, path: str, value: Duration, note: str) -> Control:
        """A whole number of a unit of time."""
        more = {"low": 1, "high": max(3 * value.amount, 10), "unit": value.unit}
        more["guessed"] = True
        found = self._control(path, note, "whole", value.amount, **more)
        label = found.label.removeprefix("rows ")
        return found._replace(label=f"{label}, {UNITS[value.unit]}")

    def _number(self, path: str, value: float, rules: Any, note: str) -> Control:
        words = self._entry(path)  # where rows are written as a time, or as a date
        if isinstance(words, str) and WRITTEN.fullmatch(words):
            return self._duration(path, Duration.of(words), note)
        form = "whole" if isinstance(value, int) and float not in types_in(rules) else "number"
        bounds = bounds_of(rules)
        if bounds[0] is None and value > 0 and (form == "whole" or not rules):
            bounds = (1 if form == "whole" else 0.0), bounds[1]
        known = self._range(path, value, bounds, form)
        low, high, log = known or guessed_range(value, bounds, form)
        more: dict[str, Any] = {"low": low, "high": high, "log": log, "guessed": known is None}
        if is_row(path) and (dates := known_dates(self.scenario)):
            more["date"] = dates.text(int(value))
            if isinstance(words, str):
                form, more["date"], more["step"] = "date", words, step_of(dates)
        return self._control(path, note, form, value, **more)

    def _range(self, path, value, bounds, form) -> tuple[float, float, bool] | None:
        """From where to where a slider goes, and whether it is logarithmic, where that is known."""
        length, visits = self.scenario.stream.length, max(len(self.scenario.stream.concepts) - 1, 1)
        drift = vars(self.scenario.stream.drift)
        match path:
            case "stream.length":
                return min(self._shortest, value), max(LONGEST, value), True
            case "evaluation.seeds":
                return 1, max(30, value), False
            case "evaluation.warmup":
                return min(value, FEWEST), max(length // 2, value), False
            case "stream.drift.width" if every := whole(drift.get("every")):
                return bounds[0] or 0, max(*every, value), False
            case "stream.drift.every":
                least = max([1, *whole(drift.get("width"))])
                return least, max((length - 1) // visits, value), True
        if usual := RANGES.get(path) or RANGES.get(path.rpartition(".")[2]):
            return min(usual[0], value), max(usual[1], value), False
        low, high = bounds
        if form == "whole" and high is not None and high >= MOST_ROWS:
            if is_row(path):
                return 1, length - 1, False
            return low or 0, max(value, length if low else length // 2), bool(low)
        return None

    @property
    def _shortest(self) -> int:
        """The rows from which on a stream has its warm-up and all its changes."""
        drift = vars(self.scenario.stream.drift)
        visits = len(self.scenario.stream.concepts) - 1
        rows = [*whole(drift.get("at")), *(visits * one for one in whole(drift.get("every")))]
        return max(2 * max(self.scenario.evaluation.warmup, 500), *(one + 1 for one in rows), 0)

    def _control(self, path: str, note: str, form: str, value: Any, **more: Any) -> Control:
        given = self._given(path) and path.rpartition(".")[2] not in SELDOM
        main = path in ALWAYS or path.endswith(".policy") or given
        return Control(path, label_of(path), note, form, value, main=main, **more)

    def _given(self, path: str) -> bool:
        """Whether the document gives what is at a path, or what stands for the part it is of."""
        above, _, word = path.rpartition(".")
        alone = type(self._entry(above)) in ALONE.get(word, ())
        return alone or self._entry(path) is not None

    def _entry(self, path: str) -> Any:
        """What the document has at a path, or None."""
        node: Any = self.document
        for word in path.split("."):
            match node:
                case dict():
                    node = node.get(word)
                case list():
                    node = dict(enumerate(node)).get(int(word))
                case _:
                    return None
        return node


def with_mistakes(prices: Prices, regression: bool) -> Prices:
    """Prices with that of a mistake, or of an error, as it is where none is given."""
    if any(one is not None for one in prices.losses.values()):
        return prices
    return prices.model_copy(update={"absolute_error" if regression else "mistake": 1.0})


def guessed_range(value, bounds, form) -> tuple[float, float, bool]:
    """From where to where a slider goes of which no more is known than its value and bounds."""
    low, high = bounds
    if high is None or high > UNBOUNDED:
        room = 4 * abs(value) or 1.0
        least = value - room if low is None else low
        most = value + room / (2 if value else 1)
        return least, max(most, least + 1), False
    if form == "number" and low is not None and 0 < value - low <= SMALL * (high - low):
        return min(value, 0.01) / 1_000, high, low >= 0
    return (value - 4 * abs(value) or -1.0 if low is None else low), high, False


def on_one_scale(controls: list[Control]) -> list[Control]:
    """Numbers of a list, whose sliders go as far as that of the greatest, to be compared."""
    if not controls or any(one.form != "number" or not one.guessed or one.log for one in controls):
        return controls
    low, high = (f(getattr(one, end) for one in controls) for f, end in ENDS)
    return [one._replace(low=low, high=high) for one in controls]


def label_of(path: str) -> str:
    """What people call what is at a path."""
    if path in LABELS:
        return LABELS[path]
    *above, word = path.split(".")
    if path.startswith("stream.drift.at."):
        return f"change {int(word) + 1} at"
    if "mistake" in above:  # by the actual class, and perhaps the predicted one
        return f"a mistake on {path.partition('.mistake.')[2].replace('.', ', answered ')}"
    if word.isdecimal():
        head, comma, tail = label_of(".".join(above)).partition(", ")
        return f"{head} {int(word) + 1}{comma}{tail}"
    if word == "time":  # a duration
        return label_of(".".join(above))
    if path.startswith("stream.drift.at"):
        return "change at"
    if path.startswith("stream.concepts.") and len(above) > 2:
        word = "known change" if word == "marks" else word
        return f"{word.replace('_', ' ')}, {above[2]}"
    if above[-1:] in (["memory"], ["detector"], ["labels"]) and word != "labels":
        return f"{word.replace('_', ' ')} of the {above[-1]}"
    if above[-1:] == ["memory"]:
        return "labels in memory"
    return LABELS.get(word, word.replace("_", " "))


@cache
def unit(kind: type, field: str) -> str:
    """The unit of a field, as the comment behind it says."""
    return comment(kind, field)
