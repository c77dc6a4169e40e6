"""The verdict: the worked examples of the docs, word for word, and what figures cannot carry."""

import re
from pathlib import Path

import numpy as np
import pytest

from driftsim.evaluation.trace import Trace
from driftsim.report.results import Played, Results
from driftsim.scenario import Scenario, Study, Variant

PAGE = Path(__file__).resolve().parents[2] / "docs" / "measures.md"
EXAMPLES = re.findall(r"```text\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
ROWS, INTERVALS = 100, 20


def results_of(question, wrong, known=True):
    """Results of 2,000 rows, a change in the middle, from the wrong rows of each interval.

    `wrong` maps contenders to numbers (seeds, 20) of them in intervals of 100 rows.
    """
    models = {name: {"learner": "majority", "policy": "online"} for name in wrong}
    concepts = {"summer": {"kind": "sea", "threshold": 8.0}, "winter": {"kind": "sea"}}
    stream = {"length": 2000, "concepts": concepts, "drift": {"kind": "sudden", "at": [1000]}}
    rules = {"warmup": 0, "seeds": len(next(iter(wrong.values()))), "interval": ROWS}
    told = {"stream": stream, "models": models, "evaluation": rules}
    scenario = Scenario.model_validate(told)
    results = Results(Study("example", question, [Variant({}, scenario)]), store=None)
    results._traces = [
        Played({}, name, seed, trace(errors, known), truth(known))
        for name, told in {**wrong, "no_change": np.full((1, INTERVALS), 45)}.items()
        for seed, errors in enumerate(told)
    ]
    return results


def truth(known):
    first = np.arange(INTERVALS) * ROWS
    rows = {"first_row": first, "last_row": first + ROWS - 1, "rows": np.full(INTERVALS, ROWS)}
    return Trace(rows | ({"bayes_error": np.full(INTERVALS, 5.0)} if known else {}), ROWS)


def trace(wrong, known):
    wrong, none = np.asarray(wrong), np.zeros(INTERVALS)
    seconds = ("fit_seconds", "predict_seconds", "learn_seconds", "online_seconds")
    own = {"correct": (ROWS - wrong)[:, None], "labels": none + ROWS, "fits": none}
    own |= {name: none + 0.01 for name in seconds}
    return Trace(own | ({"expected_error": wrong * 1.0} if known else {}), ROWS)


def seeded(rate, after, seeds=5, spread=1):
    """Wrong rows of each interval before and after the change, with a spread between seeds."""
    base = np.repeat([rate, after], INTERVALS // 2)
    return np.array([base + spread * (seed - seeds // 2) for seed in range(seeds)])


def test_the_worked_example_of_a_win():
    online, retrained = seeded(8, 9), seeded(7, 14)
    retrained[::2] += 1
    told = results_of("Is it better to learn online?", {"retrained": retrained, "online": online})
    assert "\n".join(told.verdict()) + "\n" == EXAMPLES[0]


def test_the_worked_example_of_a_tie():
    wave = np.array([4, 6, 7, 5, 4, 6, 8, 5, 3, 6] * 2)
    wrong = {"tree": (wave + 3)[None], "forest": (wave[::-1] + 3)[None]}
    told = results_of("Does a forest pay?", wrong, known=False)
    assert "\n".join(told.verdict()) + "\n" == EXAMPLES[1]


def test_nobody_is_said_to_win_what_chance_may_have_decided():
    rng = np.random.default_rng(0)
    wins = 0
    for _ in range(60):
        pair = {name: rng.binomial(ROWS, 0.2, (4, INTERVALS)) for name in ("a", "b")}
        wins += "errs least" in results_of("", pair).verdict()[0]
    assert wins <= 9  # one of twenty, on average


def test_who_does_not_beat_the_last_label_is_told_so():
    told = results_of("", {"a": seeded(50, 50), "b": seeded(60, 60)}).verdict()
    said = "Nobody beats no_change, which errs in 45.00 % of the rows, with every label at once."
    assert said in told


def test_many_phases_are_counted(swept):
    from driftsim.report.verdict import by_phase

    runs = {"a": seeded(5, 5), "b": seeded(9, 9)}
    results = results_of("", runs)
    played = {name: [one for one in results.traces() if one.contender == name] for name in runs}
    phases = [(f"phase {i}", slice(2 * i, 2 * i + 2)) for i in range(10)]
    told = by_phase(played, phases, numbers=False)
    assert told == "Of the 10 phases between changes, least erred: a in 10."
    assert swept.verdict()[0] == "Does <noise> hurt?"
    assert swept.verdict()[1].startswith("noise = 0.0: 'bayes & co' errs least")


@pytest.mark.parametrize("text", ["nan", "inf", "  "])
def test_no_gap_is_told(swept, plain, text):
    for results in (swept, plain):
        assert not any(text in said for said in results.verdict())


def test_who_has_not_ended_with_every_seed_is_left_out():
    results = results_of("", {"a": seeded(5, 5), "b": seeded(9, 9)})
    results._traces = [one for one in results._traces if (one.contender, one.seed) != ("b", 2)]
    told = results.verdict()
    assert told[0].startswith("a errs in") and told[-1].endswith("have ended: b.")
    assert len(results.compare()) == 1
