"""Test then train on MOA's streams gives the figures that MOA's own task prints."""

import math
import re
from pathlib import Path

import pytest

from driftsim.evaluation.prequential import Contender, evaluate
from driftsim.evaluation.rules import Rules
from driftsim.streams.moa.command_line import command
from driftsim.streams.moa.generators import generator
from driftsim.streams.moa.headers import header
from driftsim.streams.stream import Stream

PAGE = Path(__file__).resolve().parents[2] / "docs" / "moa_streams.md"
FIGURE = r"(\d+\.\d{3})"
ROW = re.compile(rf"^\| `([^`]*)` \| {FIGURE} \| {FIGURE} \| {FIGURE} \|$", re.M)
FIGURES = ROW.findall(PAGE.read_text(encoding="utf-8"))
N = 100_000
UNDERFLOW = "MixedGenerator -f 2 -b"  # where one score is too small for a float
pytestmark = pytest.mark.slow


def correct(stream, learner):
    contender = Contender.model_validate({"learner": learner, "policy": "online"})
    columns = evaluate(stream, contender, Rules(warmup=0, truth=False)).total().columns
    return int(columns["correct"].sum())


def thousandths(percent):
    return round(float(percent) * 1000)


@pytest.mark.parametrize("row", FIGURES, ids=lambda row: row[0])
def test_figures_are_those_of_the_docs(row):
    text, bayes, majority, no_change = row
    concepts = {"moa": {"kind": "moa", "stream": text}}
    stream = Stream.model_validate({"length": N, "concepts": concepts})
    as_moa = {"kind": "naive_bayes", "smoothing": "seen"}
    assert correct(stream, as_moa) == thousandths(bayes) - (text == UNDERFLOW)
    assert correct(stream, "majority") == thousandths(majority)
    assert correct(stream, "no_change") == thousandths(no_change)


def test_with_products_that_are_0_naive_bayes_has_the_figure_of_moa():
    stream = command(UNDERFLOW)
    model = Bayes(header(stream))
    X, y = (rows.tolist() for rows in generator(stream).drawn(N))
    right = sum(model.predicted_then_learned(*one) for one in zip(X, y))
    assert right == thousandths(next(row[1] for row in FIGURES if row[0] == UNDERFLOW))


class Bayes:
    """Naive Bayes that adds one for the nominal values up to the highest that a class has had."""

    def __init__(self, schema):
        self.nominal = [j in schema.nominal for j in range(len(schema.names))]
        self.n = [0] * schema.n_classes
        columns = [lambda: [], lambda: [0.0, 0.0]]
        self.held = [[columns[not one]() for one in self.nominal] for _ in self.n]

    def predicted_then_learned(self, x, label):
        """Whether the row was predicted rightly; it is learned in any case."""
        scores = [self.score(c, x) if n else 0.0 for c, n in enumerate(self.n)]
        right = scores.index(max(scores)) == label
        self.n[label] += 1
        for value, held, nominal in zip(x, self.held[label], self.nominal):
            if nominal:
                held += [0] * (int(value) + 1 - len(held))
                held[int(value)] += 1
            else:
                before = value - held[0]
                held[0] += before / self.n[label]
                held[1] += before * (value - held[0])
        return right

    def score(self, c, x):
        n = self.n[c]
        score = n / sum(self.n)
        for value, held, nominal in zip(x, self.held[c], self.nominal):
            if nominal:
                code = int(value)
                score *= ((held[code] if code < len(held) else 0) + 1) / (n + len(held))
            else:
                score *= density(value, *held, n)
        return score


def density(value, mean, scatter, n):
    """The normal density of a number; without any spread, whether it is the mean."""
    if n < 2 or scatter <= 0:
        return float(value == mean)
    variance = scatter / (n - 1)
    return math.exp(-((value - mean) ** 2) / (2 * variance)) / math.sqrt(2 * math.pi * variance)
