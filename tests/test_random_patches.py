"""Random patches: their columns are those that river draws."""

from functools import partial

import pytest
from river import ensemble

from driftsim.kernels.linear import logistic_regression
from driftsim.kernels.random_patches import random_patches


@pytest.mark.parametrize("d", [1, 2, 3, 7, 20, 21, 40])
def test_models_are_given_the_columns_that_river_draws(d):
    names = [f"x{j}" for j in range(d)]
    model = partial(logistic_regression, d=d, k=2)
    for size in (0.01, 0.6, 1.0, 3, 15, "sqrt", "rmsqrt"):
        for method in ("patches", "subspaces", "resampling"):
            asked = {"subspace_size": size, "training_method": method, "n_models": 25, "seed": d}
            river, state = ensemble.SRPClassifier(**asked), random_patches(1, d, 2, model, **asked)
            river.predict_one(dict.fromkeys(names, 0.0))
            drawn = [names if one.features is None else one.features for one in river]
            assert [[names[j] for j in one] for one in state.columns[::2]] == drawn
            assert (state.columns[::2] == state.columns[1::2]).all()
            assert (*state.random_state,) == river._rng.getstate()[1]
            assert (state.rate == 0.0) == (river.training_method == "subspaces")
