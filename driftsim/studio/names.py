"""Names: learners and policies that can be added by their names, for completion."""

from functools import cache

from driftsim.examples import PARTS
from driftsim.kernels.declarations import DECLARED
from driftsim.learners.learner import Learner
from driftsim.learners.own_estimator import named_by_paths

POLICIES = ("online", "static", "periodic", "on_drift", "doubling", "mini_batch")
SKLEARN = (  # the usual ones; any other path can be typed
    *("naive_bayes.GaussianNB", "linear_model.LogisticRegression", "linear_model.SGDClassifier"),
    *("linear_model.LinearRegression", "linear_model.Ridge", "linear_model.SGDRegressor"),
    *("tree.DecisionTreeClassifier", "tree.DecisionTreeRegressor", "svm.LinearSVC"),
    *("ensemble.RandomForestClassifier", "ensemble.RandomForestRegressor"),
    *("ensemble.HistGradientBoostingClassifier", "ensemble.HistGradientBoostingRegressor"),
    *("neighbors.KNeighborsClassifier", "neighbors.KNeighborsRegressor"),
    *("neural_network.MLPClassifier", "neural_network.MLPRegressor"),
)
NO_MODELS = ("optim", "preprocessing", "drift", "compose", "splitter", "losses", "schedulers")


@cache
def learners() -> tuple[str, ...]:
    """The names of learners: ours, river's that run compiled, scikit-learn's usual ones."""
    ours = [name for name, kind in Learner.kinds.items() if not named_by_paths(kind)]
    ours = [name for name in ours if name != "pipeline"]
    rivers = [path for path in DECLARED if not {*path.split(".")} & {*NO_MODELS}]
    return (*sorted(ours), *sorted(rivers), *(f"sklearn.{path}" for path in SKLEARN))


def example_of(learner: str) -> str:
    """The parameters without which a learner cannot be added, as YAML; empty for most."""
    examples = PARTS["learner"]
    required = learner in Learner.kinds and any(
        info.is_required() for info in Learner.kinds[learner].model_fields.values()
    )
    return examples.get(learner, "") if required else ""
