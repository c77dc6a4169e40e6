"""Safety of boosters and samplers: what a scenario of a stranger tries with their parameters."""

from importlib import import_module

import pytest
from pydantic import ValidationError

from driftsim.learners.conventions import BOOSTERS
from driftsim.learners.learner import Learner
from driftsim.learners.sklearn import nameable
from driftsim.libraries import parameters
from driftsim.safety import ESTIMATORS, REFUSED, exported

LIGHTGBM, XGBOOST = "lightgbm.LGBMClassifier", "xgboost.XGBClassifier"
CATBOOST, BAYES = "catboost.CatBoostClassifier", "sklearn.naive_bayes.GaussianNB"
OVER = "imblearn.over_sampling.RandomOverSampler"


def part(kind, **params):
    return {"kind": kind, **params}


def pipeline(*steps):
    named = [[f"s{i}", step] for i, step in enumerate(steps)]
    return part("sklearn.pipeline.Pipeline", steps=named)


def search(estimator, grid):
    return part("sklearn.model_selection.GridSearchCV", estimator=estimator, param_grid=grid)


FILE = "binary input_model=/x"  # LightGBM would read this file
FILES = [
    part(LIGHTGBM, objective=FILE),
    part("sklearn.ensemble.BaggingClassifier", estimator=part(LIGHTGBM, objective=FILE)),
    part("pipeline", steps=["sklearn.preprocessing.MaxAbsScaler", part(LIGHTGBM, metric=[FILE])]),
    search(LIGHTGBM, {"objective": [FILE]}),
    search(pipeline(BAYES), {"s0": [LIGHTGBM], "s0__objective": [FILE]}),
    part(LIGHTGBM, **{"metric__ input_model=/x verbosity": 1}),
    search(LIGHTGBM, {"metric__ input_model=/x verbosity": [1]}),
    *(part(LIGHTGBM, **{name: "x"}) for name in ("input_model", "model_input", "data", "config")),
    *(part(LIGHTGBM, **{name: 1}) for name in ("save_period", "snapshot_freq", "pre_partition")),
    part(LIGHTGBM, kwargs={"forcedsplits_filename": "x"}),
    search(LIGHTGBM, {"forcedbins_filename": ["x"]}),
    search(pipeline(LIGHTGBM), {"s0__forcedsplits_filename": ["x"]}),
    search(pipeline(BAYES), {"s0": [LIGHTGBM], "s0__output_model": ["x"]}),
    search(search(LIGHTGBM, {"num_leaves": [3]}), {"param_grid": [{"input_model": ["x"]}]}),
    search(search(LIGHTGBM, {"num_leaves": [3]}), {"estimator__input_model": ["x"]}),
    part(XGBOOST, model_file="x"),
    search(XGBOOST, {"model_file": ["x"]}),
    part(CATBOOST, train_dir="x"),
    part(CATBOOST, params={"train_dir": "x"}),
    part(CATBOOST, allow_writing_files=True),
    part(CATBOOST, allow_writing_files=None),  # for its own default, which is true
    search(CATBOOST, {"allow_writing_files": [None]}),
    part(CATBOOST, save_snapshot=True, snapshot_file="x"),
    part(CATBOOST, input_borders="x"),
    part("imblearn.pipeline.Pipeline", steps=[["s", BAYES]], memory="x"),
]
CODE = [
    part("imblearn.FunctionSampler", func="os.system"),
    part("pipeline", steps=["imblearn.keras.BalancedBatchGenerator", BAYES]),
    part(XGBOOST, callbacks=["x"]),
    part(CATBOOST, callback="x"),
    part("skorch.NeuralNetClassifier", module="os.system", callbacks=["x"]),
    *map(part, ("lightgbm.Booster", "xgboost.Booster", "catboost.Pool", "lightgbm.train")),
]
NETWORK = [
    part(LIGHTGBM, machines="10.0.0.1:80", num_machines=2),
    search(LIGHTGBM, {"machines": ["10.0.0.1:80"], "num_machines": [2]}),
    *map(part, ("lightgbm.DaskLGBMClassifier", "xgboost.dask.DaskXGBClassifier")),
    part("xgboost.spark.SparkXGBClassifier"),
    part("xgboost.RabitTracker", n_workers=1),
]
AMOUNTS = [
    part(LIGHTGBM, max_iter=10**9),  # a name that LightGBM takes for n_estimators
    part(LIGHTGBM, num_leaves=131_072),
    part(LIGHTGBM, num_trees=10**9),
    part(XGBOOST, num_class=2_000_000, objective="multi:softprob"),
    part(XGBOOST, interaction_constraints="[" * 200_000),  # which its parser crashes at
    part(CATBOOST, classes_count=2 * 10**9, loss_function="MultiClass"),
    part(CATBOOST, leaf_estimation_iterations=10**9),
    part("pipeline", steps=[part(OVER, sampling_strategy={"0": 10**9}), BAYES]),
    search(pipeline(part(OVER), BAYES), {"s0__sampling_strategy": [{"1": 10**9}]}),
    part("skorch.NeuralNetClassifier", module="x.Y", iterator_train__num_workers=1_000),
    pipeline(
        part(
            "sklearn.compose.ColumnTransformer",
            transformers=[
                ["c", "passthrough", part("sklearn.compose.make_column_selector", pattern="(a+)+$")]
            ],
        ),
        BAYES,
    ),
]


@pytest.fixture(autouse=True)
def boosters():
    for head in (*BOOSTERS, "imblearn"):
        pytest.importorskip(head)


@pytest.mark.parametrize("written", FILES + CODE + NETWORK + AMOUNTS, ids=lambda one: one["kind"])
def test_no_parameter_reads_writes_runs_calls_or_takes_the_machine(written):
    with pytest.raises(ValidationError) as caught:
        Learner.model_validate(written)
    assert "cannot be imported" not in str(caught.value)  # for which it would be refused anyway


@pytest.mark.parametrize(
    "written",
    [
        search(LIGHTGBM, {"num_leaves": [3, 7], "min_data_in_leaf": [5]}),
        search(pipeline(BAYES), [{"s0__var_smoothing": [1e-9]}, {"s0": [LIGHTGBM, XGBOOST]}]),
        search(pipeline(BAYES), {"s0": [LIGHTGBM, XGBOOST], "s0__learning_rate": [0.1]}),
        search(pipeline("sklearn.preprocessing.MaxAbsScaler", BAYES), {"s0": ["passthrough"]}),
        part(LIGHTGBM, metric="auc,binary_logloss", interaction_constraints=[[0], [1, 2]]),
        part("pipeline", steps=[part(OVER, sampling_strategy={"0": 300}), BAYES]),
    ],
    ids=lambda one: one["kind"],
)
def test_what_only_computes_is_taken(written):
    assert Learner.model_validate(written)


KNOWN = {  # parameters whose names sound like a place, a call or a machine
    "device", "devices", "device_config",  # a processor
    "snapshot_interval",  # of snapshots, which are refused
    "model_shrink_mode", "model_shrink_rate", "model_size_reg", "best_model_min_trees",
    "use_best_model", "data_partition", "gpu_cat_features_storage", "used_ram_limit",
    "pinned_memory_size", "data_random_seed", "data_sample_strategy", "data_seed", "dataset",
    "min_data", "min_data_in_bin", "min_data_in_leaf", "min_data_per_group", "metadata",
    "max_cached_hist_node", "transform_input", "process_type", "gpu_ram_part",
    "histogram_pool_size", "loss_function", "score_function", "path_smooth", "text_processing",
}  # fmt: skip
SUSPECT = (
    *("path", "file", "dir", "folder", "cache", "memory", "input", "output", "snapshot", "call"),
    *("func", "model_", "_model", "data", "machine", "_port", "device", "config", "process"),
    *("url", "host", "ram_", "storage"),
)


def test_every_parameter_that_sounds_like_a_place_is_known():
    """A new version of a library that brings one makes this fail: somebody has to look at it."""
    names = {name for rules in BOOSTERS.values() for name in rules.more or ()}
    for head, modules in ESTIMATORS.items():
        for module in modules.split() if head != "skorch" else ():
            found = vars(import_module(head if module == "." else f"{head}.{module}"))
            public = [found.get(name) for name in exported(import_module(found["__name__"]))]
            names |= {name for kind in public if nameable(kind) for name in parameters(kind)}
    sounding = {name for name in names if any(word in name for word in SUSPECT)}
    assert len(names) > 200 and sounding <= {*REFUSED, *KNOWN}


def test_a_file_makes_no_objects_and_allows_nothing():
    for written in (
        part(BAYES, snapshot="x", fitted=True),
        part(BAYES, object="x", fitted=True),
        part(BAYES, allow=["os"]),
        *map(part, ("EstimatorObject", "estimator_object", "RiverObject", "river_object")),
    ):
        with pytest.raises(ValidationError, match=r"has no parameter|no learner is called"):
            Learner.model_validate(written)
