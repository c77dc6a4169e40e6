"""Cost captions: what the figures of costs show in words, also for readers who do not see them."""

from math import isinf

from driftsim.report.amounts import listed
from driftsim.report.decision.cost_measurement import ESTIMATED
from driftsim.report.figure_data.captions import by_setting, changes, some
from driftsim.report.figure_data.cost_courses import floor_of
from driftsim.report.figure_data.looks import rounded
from driftsim.report.figure_data.memory_courses import unit_of
from driftsim.report.figure_data.price_lines import price_lines
from driftsim.report.figure_data.total_costs import bars_of

INTERVALS = "Bands are the intervals of these prices at 95 %, where they are known."
OF_FLOOR = (
    "The dotted line is the cheapest schedule on the grid at each price, chosen in hindsight."
)
BELOW = (
    "A contender can be below the dotted line, the cheapest schedule on the grid, if it learns "
    "online, trains at other times or on other memories, or has another learner."
)
SOONER = "That schedule costs least at the end: before that, a contender may have cost less."
FREE = "The first training is free, as all contenders have it."


def total_cost(view):
    """What each contender costs, with its interval, and of what."""
    shown = "A thin bar with caps is the interval at 95 %, where it is known."
    return f"{by_setting(view, total_of)} {shown} {to_know(view)}"


def to_know(view):
    """What to know of the costs in a figure."""
    partial = any(one.variant.scenario.evaluation.protocol.partial for one in view.scenes)
    return f"{FREE} {ESTIMATED}" if partial else FREE


def total_of(view, scene):
    """The costs of a setting in words, the cheapest first."""
    bars = bars_of(view, scene)
    costs = some(f"{name} {words}" for name, words in zip(bars.names, bars.words))
    return f"Cost in {bars.currency}, the cheapest first: {costs}."


def cost_so_far(view):
    """What contenders have cost at the end, and how the figure is read."""
    seeds = any(len({one.seed for one in scene.played}) > 1 for scene in view.scenes)
    range_of = "; bands, where shown, their range" if seeds else ""
    means = f"Lines are means over the seeds{range_of}. " if seeds else ""
    floored = any(scene.variant.matrices for scene in view.scenes)
    named = "; rows with a name are the cheapest schedules on the grid" if floored else ""
    ticks = f"Ticks are trainings, with the first seed{named}."
    read = f"{ticks} {SOONER} {to_know(view)}" if floored else f"{ticks} {to_know(view)}"
    return f"{by_setting(view, course_of)} {means}{read}"


def course_of(view, scene):
    """The costs of a setting at the end in words, and the least on the grid."""
    tables = view.table(scene.results, "costs_along").by("contender")
    ends = {name: tables[name]["cost"][-1] for name in view.names if name in tables}
    costs = some(f"{name} {rounded(cost)}" for name, cost in ends.items())
    currency = scene.variant.scenario.priced.currency
    floor = floor_of(view, scene)
    least = f" {floor.name}: {rounded(floor.mean[-1])}." if floor else ""
    return f"Cost in {currency} up to the last row: {costs}.{least}{changes(scene)}"


def price(view):
    """Who is the cheapest from which price of a training to which, and who never is."""
    texts = []
    for one in price_lines(view):
        shown = [name for name, *_ in one.cheapest]
        never = [name for name in one.lines if name not in (*shown, *one.knowing)]
        start = f"{one.title}: " if one.title else ""
        rest = f" Never the cheapest: {listed(never)}." if never else ""
        if one.knowing:
            rest += f" {listed(one.knowing)}, with knowledge of the changes, is left out of this."
        texts.append(f"{start}The cheapest by the price of a training, in {one.unit}: "
                     f"{some(cheapest(one))}.{rest}")  # fmt: skip
    floored = any(one.floor is not None for one in price_lines(view))
    return " ".join([*texts, INTERVALS, *[OF_FLOOR] * floored] if texts else [])


def below_floor(view):
    """Why a contender can cost less than the cheapest schedule on the grid, where one does."""
    floors = [one for one in price_lines(view) if one.floor is not None]
    below = any((line < one.floor).any() for one in floors for line in one.lines.values())
    return BELOW if below else ""


def cheapest(one):
    """Who is the cheapest from which price to which, in the order of prices."""
    starts, ends = [None, *one.crossings], [*one.crossings, None]
    for (name, *_), *sides in zip(one.cheapest, starts, ends):
        words = ("from", "to" if sides[0] else "up to")
        pairs = [(side, at) for side, at in zip(words, sides) if at]
        yield f"{name} {' '.join(f'{side} {rounded(at.price)}{between(at)}' for side, at in pairs)}"


def between(at):
    """The interval of the price at which the cheapest changes, in brackets, where it is known."""
    if not at.known:
        return ""
    high = "or more" if isinf(at.high) else f"to {rounded(at.high)}"
    return f" ({rounded(at.low)} {high})"


def memory(view):
    """How large models were at most, and what they took in all."""
    seeds = any(len({one.seed for one in scene.played}) > 1 for scene in view.scenes)
    means = "Lines are means over the seeds. " if seeds else ""
    read = "Sizes are of all models that a contender holds, at up to 20 rows of the stream."
    return f"{by_setting(view, sizes_of)} {means}{read} Ticks are trainings, with the first seed."


def sizes_of(view, scene):
    """The largest size of each contender in a setting, and its RAM-hours."""
    table = view.table(scene.results, "memory").among("contender", view.names)
    found = []
    for name, own in table.by("contender").items():
        size, unit = unit_of(most := max(own["model_bytes"]))
        found.append(f"{name} {rounded(most / size)} {unit} ({own['ram_hours'][-1]:.2g})")
    if not found:
        return "The size of no model is known."
    return f"Largest size, and RAM-hours in all: {some(found)}.{changes(scene)}"
