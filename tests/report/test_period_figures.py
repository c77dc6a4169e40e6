"""The figure of periods: what it shows, for the page and for documents."""

import numpy as np
import pytest
from invented_losses import ageing, losses_of, with_matrix
from priced_studies import CLOCK, every, study_of

from driftsim.durations import Duration
from driftsim.evaluation.decision.losses import Matrix
from driftsim.report.figure_data.captions import of_periods
from driftsim.report.figure_data.kinds import KINDS
from driftsim.report.figure_data.periods import period_blocks
from driftsim.report.figure_data.view import View
from driftsim.report.figures import image, plot_figure
from driftsim.report.page.drawings import DRAWN

GRID, TIMES = 500, 12
RUN = {"wrong": 25, "fits": every(5, 4)}


def results_of(prices, grid=GRID, learners=("Tree",)):
    results = study_of({"clock": (CLOCK, [RUN] * 3)}, prices)
    errors = [np.clip(ageing(TIMES, 0.03) + 0.01 * seed, 0, 1) for seed in range(3)]
    runs = {
        (seed, 0): [losses_of(own, m, first=1_000, grid=GRID) for m in (500, 1_000)]
        for seed, own in enumerate(errors)
    }
    with_matrix(results, runs)
    results.variants[0].matrices = [Matrix(name, ("clock",), grid, runs) for name in learners]
    return results


PRICES = {"currency": "EUR", "mistake": 1, "training": 30}


def test_error_cost_and_spending_stand_beside_one_another_with_the_best_marked():
    view = View(results_of(PRICES))
    (block,) = period_blocks(view)
    assert [one.name for one in block.panels] == ["error", "cost in EUR", "spent on training"]
    assert block.foot == "rows between trainings" and block.ticks[0] == (500, "500")
    error, cost, spent = block.panels
    assert [*cost.lines] == ["the last 500 labels", "the last 1,000 labels"]
    (best,) = [line for line in cost.best.values()]
    lines = cost.lines.values()
    assert best.x.tolist() == [1_000] and best.mean[0] == min(one.mean.min() for one in lines)
    assert (np.diff(next(iter(error.lines.values())).mean) > 0).all()
    assert (np.diff(next(iter(spent.lines.values())).mean) < 0).all() and spent.never == 0
    assert error.never == pytest.approx(np.mean([0.1 + 0.03 * 5.5 + 0.01 * s for s in range(3)]))


def test_the_page_and_matplotlib_draw_three_panels_for_each_learner():
    one, two = (
        View(results_of(PRICES, learners=names)) for names in (["Tree"], ["Tree", "Linear"])
    )
    drawing = "".join(DRAWN["periods"](two).parts)
    assert drawing.count('class="frame"') == 6 and "Linear" in drawing
    assert "no significant difference from it" in drawing and drawing.count('class="band"') == 4
    assert len(plot_figure("periods", two).axes) == 6
    first, second = (image(plot_figure("periods", one), "svg") for _ in range(2))
    assert first == second


def test_without_a_price_of_training_the_trainings_are_counted():
    (block,) = period_blocks(View(results_of(None)))
    assert block.panels[1].name == "cost in mistakes" and block.panels[2].name == "trainings"
    assert next(iter(block.panels[2].lines.values())).mean[0] == TIMES - 1


def test_periods_of_a_time_are_in_their_unit():
    view = View(results_of(PRICES, grid=Duration.of("2d")))
    (block,) = period_blocks(view)
    assert [words for _, words in block.ticks] == ["2d", "4d", "10d", "20d"]
    assert block.foot == "time between trainings"
    words = KINDS["periods"].describe(view)
    assert "Every 4d on the last 500 labels costs least" in words
    alike = "No significant difference: every 4d on the last 1,000 labels. "
    assert alike in words  # those of other periods are the same with every seed
    assert "Never training again costs" in words


def test_there_is_no_figure_where_no_models_were_trained():
    view = View(study_of({"clock": (CLOCK, [RUN] * 3)}, PRICES))
    assert DRAWN["periods"](view) is None and plot_figure("periods", view) is None


def test_periods_in_a_row_that_do_not_differ_are_named_together():
    rows = [
        {"period": 500 * k, "memory": 1_000, "best": k == 3, "tied": k in (2, 4, 5), "cost": 900.0}
        for k in range(1, 8)
    ]
    never = {"period": np.inf, "memory": "", "best": False, "tied": True, "cost": 950, "error": 0.2}
    first, ties, _ = of_periods("Tree", [*rows, never], "EUR")
    assert "Every 1,500 rows on the last 1,000 labels costs least, 900 EUR." in first
    named = "every 1,000 to 2,500 rows on the last 1,000 labels; never training again."
    assert ties == f"No significant difference: {named}"


def test_where_no_period_is_known_to_differ_none_is_called_alike():
    rows = [
        {"period": 500 * k, "memory": 1_000, "best": k == 3, "tied": k != 3, "cost": 900.0,
         "low": np.nan, "error": 0.1}
        for k in range(1, 5)
    ]  # fmt: skip
    first, unknown, _ = of_periods("Tree", rows, "EUR")
    assert "interval" not in first and unknown == "Whether other periods cost more is not known."
