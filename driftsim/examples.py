"""Examples: every concept, before and after a drift."""

CONCEPTS = {
    "sea": ("threshold: 8", "threshold: 12"),
    "stagger": ("function: 1", "function: 2"),
    "sine": ("function: 1", "function: 3"),
    "mixed": ("function: 1", "function: 2"),
    "circles": ("centre: [0.2, 0.5], radius: 0.15", "centre: [0.6, 0.5], radius: 0.25"),
    "agrawal": ("function: 1, perturbation: 0.05", "function: 2, perturbation: 0.05"),
    "hyperplane": ("features: 2, weights: [1.0, 0.0]", "features: 2, weights: [1.0, 1.0]"),
    "gaussians": ("separation: 2.0, angle: 0.0", "separation: 2.0, angle: 90.0"),
    "rbf": ("features: 2, centroids: 6", "features: 2, centroids: 6"),
    "led": ("noise: 0.1", "noise: 0.1, swapped: 4"),
    "waveform": ("attributes: 21", "attributes: 21, swapped: 7"),
    "random_tree": ("nominal: 0, numeric: 2", "nominal: 0, numeric: 2"),
    "make_classification": (
        "n_features: 2, n_redundant: 0, class_sep: 1.5",
        "n_features: 2, n_redundant: 0, class_sep: 1.5",
    ),
    "text": ("words: 200, length: 30", "words: 200, length: 30"),
    "categorical": ("features: 2, values: 4", "features: 2, values: 4, real: 0.5"),
    "linear": ("features: 2, weights: [1.0, 0.0]", "features: 2, weights: [0.0, 1.0]"),
    "friedman": ("function: 1", "function: 2"),
    "hyperplane_regression": (
        "features: 2, weights: [1.0, 0.0], noise: 0.05",
        "features: 2, weights: [0.0, 1.0], noise: 0.05",
    ),
    "level": ("level: 0.0", "level: 3.0"),
}
REGRESSION = ("linear", "friedman", "hyperplane_regression", "level")  # of regression


def scenario(kind):
    """A scenario with one sudden drift of a kind of concept, as YAML."""
    before, after = CONCEPTS[kind]
    learner = "linear_model.LinearRegression" if kind in REGRESSION else "naive_bayes.GaussianNB"
    return f"""\
stream:
  length: 20_000
  concepts:
    before: {{kind: {kind}, {before}}}
    after: {{kind: {kind}, {after}}}
  drift: {{kind: sudden, at: [10_000]}}
models:
  frozen: {{learner: sklearn.{learner}, policy: static}}
  retrained:
    learner: sklearn.{learner}
    policy: {{kind: periodic, every: 1_000, memory: 1_000}}
"""
