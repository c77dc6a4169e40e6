"""Conventions: how libraries with scikit-learn's interface name seeds, threads and the like."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

LIGHTGBM = """
    alpha auc_mu_weights bagging bagging_by_query bagging_fraction bagging_freq bagging_seed
    bin_construct_sample_cnt boost_from_average boosting cat_l2 cat_smooth categorical_feature
    cegb_penalty_feature_coupled cegb_penalty_feature_lazy cegb_penalty_split cegb_tradeoff
    colsample_bynode data_random_seed data_sample_strategy data_seed deterministic drop_rate
    drop_seed early_stopping_min_delta early_stopping_round early_stopping_rounds enable_bundle eta
    extra_seed extra_trees fair_c feature_contri feature_fraction feature_fraction_bynode
    feature_fraction_seed feature_pre_filter first_metric_only force_col_wise force_row_wise
    histogram_pool_size interaction_constraints is_enable_sparse is_unbalance lambda lambda_l1
    lambda_l2 linear_lambda linear_tree max_bin max_bin_by_feature max_bins max_cat_threshold
    max_cat_to_onehot max_delta_step max_drop max_leaves metric metrics min_data
    min_data_in_bin min_data_in_leaf min_data_per_group min_gain_to_split min_hessian
    min_samples_leaf min_sum_hessian_in_leaf monotone_constraints monotone_constraints_method
    monotone_penalty multi_error_top_k neg_bagging_fraction nthread nthreads num_boost_round
    num_class num_grad_quant_bins num_iterations num_thread num_threads num_trees
    objective_seed other_rate path_smooth poisson_max_delta_step pos_bagging_fraction
    quant_train_renew_leaf random_seed reg_sqrt seed shrinkage_rate sigmoid skip_drop
    stochastic_rounding top_rate tweedie_variance_power uniform_drop use_missing
    use_quantized_grad verbose verbosity xgboost_dart_mode zero_as_missing
"""
XGBOOST = """
    aft_loss_distribution aft_loss_distribution_scale alpha disable_default_eval_metric
    eta expectile_alpha feature_selector huber_slope lambda max_cached_hist_node min_split_loss
    normalize_type nthread num_class one_drop process_type quantile_alpha rate_drop refresh_leaf
    sample_type seed seed_per_iteration sketch_ratio skip_drop top_k tweedie_variance_power updater
"""
SKORCH = """
    batch_size criterion dataset device iterator_train iterator_valid lr max_epochs module optimizer
    predict_nonlinearity train_split verbose warm_start
"""


class Conventions(NamedTuple):
    """What is particular about the estimators of a library; the defaults are scikit-learn's."""

    seeds: tuple[str, ...] = ("random_state",)  # what the seed is called; the first is preferred
    threads: tuple[str, ...] = ("n_jobs",)  # what the number of threads is called, likewise
    output: tuple[str, ...] = ()  # what sets how much is printed
    quiet: Mapping[str, Any] = {}  # given where none of these is
    always: Mapping[str, Any] = {}  # given unless the scenario gives it
    more: tuple[str, ...] | None = ()  # parameters beyond those of the class; None: any
    nested: bool = False  # whether `name__of` is a parameter of what `name` makes
    categorical: str | None = None  # what names nominal columns
    stopping: tuple[str, ...] = ()  # what asks for early stopping
    validates: bool = False  # whether `fit` takes rows to stop early by, as `eval_set`
    consecutive: bool = False  # whether it takes only the classes 0, 1, … without a gap
    silent: Mapping[str, Any] = {}  # what `fit` is given besides, to print nothing
    letters: str = ""  # that a name of a column must not have

    def beyond(self, names: Iterable[str]) -> tuple[str, ...] | None:
        """The parameters beyond those of the class, with which of some names are nested; or any."""
        if self.more is None or not self.nested:
            return self.more
        return (*self.more, *(name for name in names if name.partition("__")[0] in self.more))

    def completed(self, params: dict[str, Any], seed: int) -> dict[str, Any]:
        """Parameters with those that a run sets: its seed, one thread, and no output."""
        open_ = {name for name in self.seeds if params.get(name) is None}
        given = {name: one for name, one in params.items() if name not in open_}
        ours = dict(self.always)
        if len(open_) == len(self.seeds):
            ours |= dict.fromkeys(self.seeds[:1], seed)
        if not given.keys() & {*self.output}:
            ours |= self.quiet
        if not given.keys() & {*self.threads}:
            ours |= dict.fromkeys(self.threads[:1], 1)
        return ours | given | {name: 1 for name in self.threads if name in given}


BOOSTERS = {
    "lightgbm": Conventions(
        seeds=("random_state", "seed", "random_seed"),
        threads=("n_jobs", "num_threads", "num_thread", "nthread", "nthreads"),
        output=("verbosity", "verbose"),
        quiet={"verbosity": -1},
        always={"deterministic": True, "force_col_wise": True},
        more=tuple(LIGHTGBM.split()),
        categorical="categorical_feature",
        stopping=("early_stopping_round", "early_stopping_rounds"),
        validates=True,
        letters='[]{}":,',
    ),
    "xgboost": Conventions(
        seeds=("random_state", "seed"),
        threads=("n_jobs", "nthread"),
        output=("verbosity",),
        quiet={"verbosity": 0},
        more=tuple(XGBOOST.split()),
        categorical="enable_categorical",
        stopping=("early_stopping_rounds",),
        validates=True,
        consecutive=True,
        silent={"verbose": False},
        letters="[]<",
    ),
    "catboost": Conventions(
        seeds=("random_seed", "random_state"),
        threads=("thread_count",),
        output=("verbose", "silent", "logging_level", "verbose_eval"),
        quiet={"verbose": False},
        always={"allow_writing_files": False},
        categorical="cat_features",
        stopping=("early_stopping_rounds", "od_wait", "od_pval"),
        validates=True,
    ),
}
SEEDS = tuple({name: 0 for one in BOOSTERS.values() for name in one.seeds})
THREADS = tuple({name: 0 for one in BOOSTERS.values() for name in one.threads})
FOREIGN = Conventions(seeds=(), threads=(), more=None)  # of a package that the user has allowed
LIBRARIES = {
    "sklearn": Conventions(seeds=(), threads=()),  # which are set on the estimator itself
    "imblearn": Conventions(seeds=(), threads=()),
    "skorch": Conventions(
        seeds=(),
        threads=(),
        output=("verbose",),
        quiet={"verbose": 0},
        more=tuple(SKORCH.split()),
        nested=True,
    ),
    **BOOSTERS,
}


def conventions(path: str) -> Conventions:
    """Those of the library that an import path leads into."""
    return LIBRARIES.get(path.partition(".")[0], FOREIGN)
