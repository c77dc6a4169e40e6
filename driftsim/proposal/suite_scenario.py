"""Suite scenarios: ten learners over eight streams, with comments, as `new --suite` writes it."""

from pathlib import Path

from driftsim.proposal.writing import write_named

SUITE = """\
# Which of ten learners is the best over eight streams with drifts?
streams:  # each by a name of your own: two concepts, a and b, and a drift from one to the other
  sea: {concepts: {a: {kind: sea, threshold: 8}, b: {kind: sea, threshold: 12}}}
  stagger: {concepts: {a: {kind: stagger, function: 1}, b: {kind: stagger, function: 2}}}
  sine: {concepts: {a: {kind: sine, function: 1}, b: {kind: sine, function: 3}}}
  mixed: {concepts: {a: {kind: mixed, function: 1}, b: {kind: mixed, function: 2}}}
  agrawal: {concepts: {a: {kind: agrawal, function: 1}, b: {kind: agrawal, function: 2}}}
  led: {concepts: {a: {kind: led, noise: 0.1}, b: {kind: led, noise: 0.1, swapped: 4}}}
  hyperplane: {concepts: {a: {kind: hyperplane, speed: 0.05}}, drift: none}  # it turns by itself
  tree:
    concepts:
      a: {kind: random_tree, nominal: 0, numeric: 4}
      b: {kind: random_tree, nominal: 0, numeric: 4}
defaults:  # of every stream, unless it has a key of its own
  length: 10_000  # rows
  noise: 0.05  # the share of labels that is replaced by a wrong one
  drift: {kind: gradual, at: [5_000], width: 1_000}
models:  # the contenders: each a learner, and a policy that keeps it up to date
  majority: {learner: majority, policy: online}
  naive Bayes: {learner: naive_bayes, policy: online}
  naive Bayes, restarted: {learner: naive_bayes, policy: {kind: online, restart: adwin}}
  neighbours: {learner: {kind: knn, n_neighbors: 10, window_size: 1_000}, policy: online}
  Hoeffding tree: {learner: hoeffding_tree, policy: online}
  adaptive tree: {learner: hoeffding_adaptive_tree, policy: online}
  bagging: {learner: {kind: online_bagging, learner: hoeffding_tree}, policy: online}
  leveraging bagging: {learner: leveraging_bagging, policy: online}
  random forest: {learner: adaptive_random_forest, policy: online}
  retrained tree:
    learner: hoeffding_tree
    policy: {kind: periodic, every: 1_000, memory: 1_000}
evaluation:
  seeds: 10  # each stream is drawn so often, with other rows; intervals are over these
  warmup: 500  # rows that all are first trained on, and that are not scored
"""


def write_suite(name: str, to: Path | None = None) -> Path:
    """Write a study of several streams, and return its path.

    By default it is called after its name, and is written into the current folder. Raises
    `ScenarioError` for what cannot be a name, and for a file that is there already.
    """
    return write_named(name, SUITE, to)
