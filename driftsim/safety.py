"""Ground floor: what a scenario may name of a library, and which values it may give.

A scenario can come from a stranger. It makes objects of libraries, so it can name only what is
listed here: classes that public modules export, and functions that only compute.
"""

import math
import re
from collections.abc import Collection, Iterator
from types import ModuleType
from typing import Any

from driftsim.forms import listed
from driftsim.messages import guess, short

OPEN = {  # modules of each library whose classes a scenario may name
    "sklearn": """
        calibration cluster compose covariance cross_decomposition decomposition
        discriminant_analysis dummy ensemble feature_extraction feature_extraction.text
        feature_selection frozen gaussian_process gaussian_process.kernels impute isotonic
        kernel_approximation kernel_ridge linear_model manifold metrics.pairwise mixture
        model_selection multiclass multioutput naive_bayes neighbors neural_network pipeline
        preprocessing random_projection semi_supervised svm tree
    """,
    "river": """
        active anomaly bandit cluster compose conf covariance drift drift.binary dummy
        ensemble facto feature_extraction feature_selection forest imblearn linear_model metrics
        metrics.multioutput misc model_selection multiclass multioutput naive_bayes neighbors
        optim optim.initializers optim.losses optim.schedulers preprocessing proba rules sketch
        stats tree tree.splitter utils
    """,
}
ESTIMATORS = {  # libraries with scikit-learn's interface, and their modules; `.` is the package
    "lightgbm": ".",
    "xgboost": ".",
    "catboost": ".",
    "skorch": ".",
    "imblearn": "combine ensemble over_sampling pipeline under_sampling",
}
FUNCTIONS = [  # of scikit-learn, which only compute: a parameter may be one of them
    f"sklearn.{module}.{name}"
    for module, names in {
        "feature_selection": "chi2 f_classif f_regression mutual_info_classif "
        "mutual_info_regression r_regression",
        "metrics.pairwise": "additive_chi2_kernel chi2_kernel cosine_distances cosine_similarity "
        "euclidean_distances haversine_distances laplacian_kernel linear_kernel "
        "manhattan_distances nan_euclidean_distances polynomial_kernel rbf_kernel sigmoid_kernel",
        "preprocessing": "add_dummy_feature binarize maxabs_scale minmax_scale normalize "
        "power_transform quantile_transform robust_scale scale",
    }.items()
    for name in names.split()
]
EXPERIMENTAL = ("HalvingGridSearchCV", "HalvingRandomSearchCV", "IterativeImputer")
CLASSES = ("make_column_selector",)  # a class in lower case, like a function
PLACES = (
    *("cache", "cache_dir", "data_home", "directory", "filename", "temp_folder", "train_dir"),
    *("snapshot_file", "input_borders", "output_borders"),
)
WRITES = ("allow_writing_files", "save_snapshot")  # also where they are null
REFUSED = {  # parameters, and what they do
    "memory": "names a folder of stored objects; reading them can run code",
    "input": "takes texts as the names of files to read",
    "pre_dispatch": "is evaluated as code",
    "print_kwargs": "can name a file to print to",
    **dict.fromkeys(PLACES, "names a place on the disk"),
    **dict.fromkeys(WRITES, "writes files beside the results"),
    **dict.fromkeys(("callback", "callbacks"), "takes code that runs while a model trains"),
}
HARMLESS = (None, False, "content")  # values of these parameters that read and write nothing
PLAIN_TEXT = re.compile(r"[\w.,:@+()\[\]-]*")  # LightGBM joins parameters to one text: `a=1 b=2`
MOST_LETTERS = 1_000  # of a text that a booster parses, by recursion
REPEATS = re.compile(r".*[*+{].*[*+{].*", re.DOTALL)  # patterns that can take for ever
CALLED = ("func", "inverse_func", "agg_func", "dist_func", "tokenizer", "preprocessor")
MEMBERS = (  # each is a model of its own
    "n_estimators",
    "n_models",
    "n_trees",
    "iterations",
    "num_boost_round",
    "num_iterations",
    "num_parallel_tree",
    "num_trees",
)
GRIDS = ("param_grid", "param_distributions")  # a model for each combination
MOST_MEMBERS = 10_000  # models and steps of one learner, each as often as it is made
MOST: dict[str, int | None] = {  # the largest number by its parameter: the first pattern that fits
    r"seed\w*|random_state|max_(depth|iter|fun)": None,
    r"n_(estimators|models|trees|init|restarts_optimizer)|iterations|max_epochs": MOST_MEMBERS,
    r"num_(iterations|boost_round|trees|parallel_tree)|leaf_estimation_iterations": MOST_MEMBERS,
    r"num_class|classes_count": 1_000,
    r"(num|max)_leaves": 10_000,  # each with a histogram
    r"sampling_strategy": 1_000_000,  # rows of a class
    r"lam|lambda_value|w|iterated_power|number_of_\w+": 10_000,  # times a row is learned, …
    r"n_(components|clusters|factors|bins|knots|splits|quantiles|random_cuts|thresholds)": 10_000,
    r"hidden_layer_sizes|code_size|max_bins|max_buckets|branching_factor|min_categories": 10_000,
    r"height": 20,  # of a tree that is built whole
    r"degree": 20,
    r"n_jobs|num_workers": 64,
    r"alphas|Cs|thresholds|lag|window|capacity|maxlen|convergence_iter|\w+_sizes?": 2_000_000,
    r"(n|max|num|maximum)_\w+": 2_000_000,
}
MOST_HELD = 5 * 10**8  # numbers that a run keeps in memory at once


def is_open(path: str, packages: Collection[str]) -> bool:
    """Whether a scenario may name the classes of the module in an import path.

    `packages` are those in which they are looked for. Of one that is not listed here, which the
    user has allowed, these are all modules without an underscore.
    """
    holder = path.rpartition(".")[0]
    library, _, module = holder.partition(".")
    if holder in packages and module == "datasets":
        return True
    if not within(path, packages):
        return False
    if library in OPEN or library in ESTIMATORS:
        return (module or ".") in (OPEN | ESTIMATORS)[library].split()
    return all(word.isidentifier() and word[0] != "_" for word in holder.split("."))


def within(path: str, packages: Collection[str]) -> bool:
    """Whether an import path leads below one of some packages."""
    return path.startswith(tuple(f"{package}." for package in packages))


def exported(module: ModuleType) -> list[str]:
    """The public names of a module, without those that it imports for itself.

    Nor experimental ones, which are there only after some other library has switched them on.
    """
    if hasattr(module, "__all__"):
        return [name for name in module.__all__ if name not in EXPERIMENTAL]
    owner = module.__name__ if module.__name__.partition(".")[0] in OPEN else None
    return [
        name
        for name, found in vars(module).items()
        if name[0] != "_" and _made_in(found, owner or module.__name__.partition(".")[0], owner)
    ]


def _made_in(found: Any, package: str, module: str | None) -> bool:
    """Whether a thing was defined in a module, or anywhere in a package if none is given."""
    home = getattr(found, "__module__", None) or ""
    return home == module if module else f"{home}.".startswith(f"{package}.")


def guard(path: str, params: dict[str, Any]) -> None:
    """Refuse parameters of a library's class that a scenario may not give.

    Raises `ValueError`, which names the parameter, if it would read or write files, call a
    function that is not known to be harmless, or need more than a machine has.
    """
    for name, value, library in values_of(params, library=path.partition(".")[0]):
        if message := _refused(name, value, library):
            raise ValueError(f"{path}: {name} {message}")
    if members({"kind": path, **params}) > MOST_MEMBERS:
        raise ValueError(
            f"{path} has more than {MOST_MEMBERS:,} models and steps, those within an ensemble "
            "counted for each of its members; give fewer"
        )


def values_of(value: Any, name: str = "", library: str = "") -> Iterator[tuple[str, Any, str]]:
    """Every value within parameters, at any depth, its parameter, and the library that gets it.

    In a grid to search, `step__name` is the parameter `name` of a step, which may be a booster's.
    """
    match value:
        case dict():
            library = str(value.get("kind", library)).partition(".")[0]
            for key, one in value.items():
                inside = name if key == "kind" or key.isdecimal() else key.rpartition("__")[2]
                found = "lightgbm" if key in GRIDS and "lightgbm." in str(value) else library
                yield inside, one, found
                yield from values_of(one, inside, found)
        case list():
            for one in value:
                yield name, one, library
                yield from values_of(one, name, library)


def _refused(name: str, value: Any, library: str) -> str | None:
    """What is wrong with a value of a parameter, and what would be right, or None."""
    if name in REFUSED and (value not in HARMLESS or (name in WRITES and value is None)):
        return f"{REFUSED[name]}; leave it out"
    if isinstance(value, str) and (wrong := _refused_text(name, value, library)):
        return f"is {short(value)}{wrong}"
    if name in CALLED and library == "river" and value is not None:
        return "takes a function, which a scenario cannot name; leave it out"
    return _too_large(name, value)


def _refused_text(name: str, text: str, library: str) -> str | None:
    """What is wrong with a text, and what would be right, or None."""
    if library != "river" and text.startswith("sklearn."):
        word = text.rpartition(".")[2]
        if word.islower() and word not in CLASSES and text not in FUNCTIONS:
            return f", which is not a function a scenario may name; {guess(text, FUNCTIONS)}"
    if library == "lightgbm" and not PLAIN_TEXT.fullmatch(text):
        return ", which could name other parameters; give a word or numbers"
    if library in ESTIMATORS and len(text) > MOST_LETTERS:
        return f"; it should have at most {MOST_LETTERS:,} characters"
    if name == "pattern" and REPEATS.fullmatch(text):
        return ", which can take for ever; use one of * + { at most"
    return None


def _too_large(name: str, value: Any) -> str | None:
    if not isinstance(value, int | float) or not abs(value) > min(filter(None, MOST.values())):
        return None  # as most are, before patterns are compiled
    most = next((most for words, most in MOST.items() if re.fullmatch(words, name)), None)
    return (
        f"is {short(value)}; it should be at most {most:,}" if most and abs(value) > most else None
    )


def members(value: Any) -> int:
    """How many models and steps a part has; those within another are counted for each of it."""
    match value:
        case str():
            return int(within(value, [*OPEN, *ESTIMATORS]))
        case list():
            return sum(map(members, value))
        case {"kind": _}:
            own = [value[name] for name in MEMBERS if type(value.get(name)) is int]
            own += [combinations(value[name]) for name in GRIDS if name in value]
            inside = sum(members(one) for key, one in value.items() if key != "kind")
            return math.prod(own) * (1 + inside)
        case dict():
            return sum(map(members, value.values()))
    return 0


def combinations(grid: Any) -> int:
    """How many settings a grid to search has."""
    match grid:
        case list():
            return sum(map(combinations, grid))
        case dict():
            return math.prod(len(listed(values)) for values in grid.values())
    return 1


def beyond_memory(rules: Any, stream: Any, interval: int) -> Iterator[tuple[str, str, str]]:
    """The rules of a scenario by which a run would need more memory than a machine has, and why."""
    schema, length, k = stream.schema, stream.length, len(stream.concepts)
    classes = schema.n_classes or 0
    rows = MOST_HELD // (len(schema.names) + classes + k)  # numbers of a row, with its weights
    if rules.warmup > rows:
        message = f"{rules.warmup:,} rows are kept in memory at once; give at most {rows:,}"
        yield "evaluation", "warmup", message
    if rules.probe and rules.probe > rows // k:
        message = f"{rules.probe:,} fresh rows of each concept are kept in memory at once"
        yield "evaluation", "probe", f"{message}; give at most {rows // k:,}"
    scores = max(classes, 2) - (classes == 2)  # of a row
    if rules.scores == "exact" and length > MOST_HELD // scores:
        message = f"the scores of {length:,} rows are kept in memory at once"
        yield "evaluation", "scores", f"{message}; give a number of bins, or leave them out"
    entries = -(-length // interval)
    if rules.confusion and classes**2 * entries > MOST_HELD:
        message = (
            f"{classes**2:,} counts in each of {entries:,} intervals are kept in memory at once"
        )
        yield "evaluation", "confusion", f"{message}; leave it out, or give longer intervals"
        return
    confused = classes**2 if rules.confusion else 0
    numbers = 30 + 3 * classes + confused + 2 * rules.bins + k  # of an entry, about
    least = -(-length * numbers // MOST_HELD)
    if interval < least:
        made = f"intervals of {interval:,} rows make {entries:,} entries of a trace"
        message = f"{made}, which is kept in memory at once; give at least {least:,} rows"
        yield "evaluation", "interval", message
