"""Floor overview: what `check` prints of the models that the floor is made of."""

from collections.abc import Iterator

from driftsim.evaluation.decision.plans import Plan, grid_text, memory_text
from driftsim.messages import names_in_words, plural
from driftsim.scenario import Scenario


def floor_lines(scenario: Scenario) -> Iterator[str]:
    """Which models are trained for the floor, and how many predictions they make."""
    for plan in scenario.plans:
        yield floor_line(plan, scenario)


def floor_line(plan: Plan, scenario: Scenario) -> str:
    """The models of one learner: when they are trained, on what, and how much they predict."""
    evaluation = scenario.evaluation
    runs = evaluation.seeds * evaluation.repeats_in_all
    memories = names_in_words([memory_text(one) for one in plan.memories])
    n, several = len(plan.trained_at), len(plan.periodic)
    models = plural(runs * several * n, "model")
    predictions = runs * several * int(plan.predictions.sum())
    word = "memories" if several > 1 else "memory"
    return (
        f"floor of {plan.learner} ({names_in_words(plan.contenders)}): {plural(n, 'time')} of "
        f"training, one every {grid_text(plan.grid)}; {word} {memories}; with all seeds "
        f"{models} and {predictions:,} predictions"
    )
