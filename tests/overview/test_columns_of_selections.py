"""The overview of columns where concepts select rows of a record."""

import re

from driftsim.overview.columns import column_lines
from driftsim.scenario import load

SCENARIO = """
stream:
  length: 400
  concepts: {a: {kind: table, path: t.csv}, b: {kind: prior, of: a, shares: {"yes": 0.8}}}
  drift: {kind: sudden, at: [200]}
models: {m: {learner: naive_bayes, policy: online}}
evaluation: {warmup: 100}
"""


def test_shares_of_classes_are_said_to_be_of_the_whole_record(tmp_path):
    (tmp_path / "t.csv").write_text("x,label\n" + "0.5,no\n0.7,yes\n" * 2_000)
    (tmp_path / "s.yaml").write_text(SCENARIO)
    stream = load(tmp_path / "s.yaml").variants[0].scenario.stream
    lines = [*column_lines(stream, 100)]
    assert any("400 of these rows are in the stream" in line for line in lines)
    assert any("tenth of the rows above, in the stream or not, in %:" in line for line in lines)
    before, after = (line for line in lines if "is in force, share of each class" in line)
    assert before == "  while a is in force, share of each class in %: no 50.0, yes 50.0"
    assert re.fullmatch("  while b is in force, share of each class in %: no [12].*, yes .*", after)
    block = stream.rows(0, 200, 400)
    assert after.endswith(f"yes {100 * block.y.mean():.1f}") and 0.7 < block.y.mean() < 0.9
