"""make_classification: clusters at the corners of a cube, as scikit-learn's function draws them."""

from dataclasses import dataclass
from typing import Annotated, NamedTuple

import numpy as np
from pydantic import Field, model_validator

from driftsim.parts import Number, Share
from driftsim.rows import Schema, one_hot
from driftsim.streams.concepts.alias_table import AliasTable
from driftsim.streams.concepts.concept import Instantiated, Seeded, numbered

Features = Annotated[int, Field(ge=0, le=10_000)]
ROUNDING = 1e-9  # of values, relative
MOST = 600.0  # of the logarithm of a density, so that no sum of densities overflows


class Clusters(NamedTuple):
    """Normal clusters in the informative columns, and the columns that follow from those."""

    corners: np.ndarray  # (k, n_informative) their centres
    spread: np.ndarray  # (k, n_informative, m) from normal numbers to the columns that inform
    copies: np.ndarray  # (n_informative, m) from a centre to these columns
    informs: np.ndarray  # (m,) where these columns are; the others are noise
    table: AliasTable  # of clusters, by their weights

    def draw(self, rng, n, d):
        """Rows (n, d) and the cluster of each (n,)."""
        cluster = self.table.outcomes(rng.random(n))
        X = rng.standard_normal((n, d))
        columns = X[:, self.informs]
        normal, centres = columns[:, : self.corners.shape[1]], self.corners @ self.copies
        for i, centre in enumerate(centres):
            rows = np.flatnonzero(cluster == i)
            columns[rows] = normal[rows] @ self.spread[i] + centre
        X[:, self.informs] = columns
        return X, cluster

    def log_densities(self, X, shift):
        """log p(x) in each cluster (n, k), and which rows (n,) have columns that follow.

        A column that follows from others counts as uniform within a rounding of its value.
        """
        columns, noise = X[:, self.informs], np.delete(X, self.informs, axis=1)
        d, m = self.copies.shape
        beside = abs(columns - columns[:, :d] @ self.copies).max(axis=1)
        possible = beside <= ROUNDING * (1 + shift + abs(columns).max(axis=1))
        log = np.empty((len(X), len(self.corners)))
        for i, corner in enumerate(self.corners):
            mixing = self.spread[i, :, :d]
            normal = np.linalg.solve(mixing.T, (columns[:, :d] - corner).T)
            log[:, i] = -0.5 * (normal**2).sum(axis=0) - np.linalg.slogdet(mixing)[1]
        log -= 0.5 * (noise**2).sum(axis=1, keepdims=True)
        log -= (X.shape[1] - m + d) / 2 * np.log(2 * np.pi)
        return log - (m - d) * np.log(2 * ROUNDING), possible


class MakeClassification(Seeded):
    """scikit-learn's make_classification (after Guyon 2003): clusters at the corners of a cube.

    The parameters have scikit-learn's names. Noise in the labels is the stream's. The density is
    that of the informative columns and of the noise; the others follow from these, so that their
    values count as certain to within a rounding.
    """

    truth_revision = 1  # since when its density is known

    n_features: Annotated[int, Field(gt=0, le=10_000)] = 20  # columns in all
    n_informative: Annotated[int, Field(gt=0, le=10_000)] = 2  # columns that clusters differ in
    n_redundant: Features = 2  # combinations of the informative ones
    n_repeated: Features = 0  # copies of these
    n_classes: Annotated[int, Field(ge=2, le=1000)] = 2  # of labels
    n_clusters_per_class: Annotated[int, Field(gt=0, le=1000)] = 2  # clusters of each class
    weights: list[Share] | None = None  # of the classes; equal where not given
    class_sep: Annotated[Number, Field(ge=0)] = 1.0  # half a side of the cube
    hypercube: bool = True  # clusters lie at its corners; else at those of a polytope
    shift: Number = 0.0  # of all columns
    scale: Number = 1.0  # of all columns, after the shift
    shuffle: bool = True  # the columns; else the informative ones come first

    @property
    def schema(self):
        return Schema(numbered(self.n_features), n_classes=self.n_classes)

    @property
    def known(self):  # type: ignore[override]  # but where all columns are zeros
        return self.scale != 0

    def instantiated(self, rng):
        k, n = self._k, self.n_informative
        corners = self.class_sep * (2.0 * distinct_corners(rng, k, n) - 1)
        if not self.hypercube:
            corners *= rng.random((k, 1))
            corners *= rng.random((1, n))
        mixing = 2 * rng.random((k, n, n)) - 1
        copies = np.hstack([np.eye(n), 2 * rng.random((n, self.n_redundant)) - 1])
        repeated = rng.integers(0, n + self.n_redundant, self.n_repeated)
        copies = np.hstack([copies, copies[:, repeated]])
        places = rng.permutation(self.n_features) if self.shuffle else np.arange(self.n_features)
        clusters = Clusters(
            corners, mixing @ copies, copies, places[: copies.shape[1]], AliasTable.of(self.shares)
        )
        return InstantiatedClusters(self, clusters)

    @property
    def shares(self) -> np.ndarray:
        """How often rows are of each cluster (k,), not normalised; cluster i has class i mod n."""
        return np.resize(self.weights or np.ones(self.n_classes), self._k)

    @property
    def _k(self):
        return self.n_classes * self.n_clusters_per_class

    @model_validator(mode="after")
    def _fits(self):
        given = self.n_informative + self.n_redundant + self.n_repeated
        if given > self.n_features:
            raise ValueError(
                f"{given} informative, redundant and repeated features are more than n_features; "
                f"give at least n_features: {given}"
            )
        if self._k > 2 ** min(self.n_informative, 60):
            raise ValueError(
                f"{self._k} clusters need as many corners, and a cube of {self.n_informative} "
                f"dimensions has {2**self.n_informative}; "
                f"give at least n_informative: {(self._k - 1).bit_length()}"
            )
        if self.weights is not None and len(self.weights) != self.n_classes:
            raise ValueError(
                f"{len(self.weights)} weights for {self.n_classes} classes; give one a class"
            )
        if self.weights is not None and abs(sum(self.weights) - 1) > 1e-9:
            raise ValueError(f"the weights sum to {sum(self.weights):g}; they should sum to 1")
        return self


@dataclass(frozen=True, eq=False)
class InstantiatedClusters(Instantiated):
    """A make_classification whose clusters and columns have been drawn."""

    description: MakeClassification
    clusters: Clusters

    def draw(self, rng, t):
        parameters = self.description
        X, cluster = self.clusters.draw(rng, len(t), parameters.n_features)
        if parameters.shift:
            X += parameters.shift
        if parameters.scale != 1:
            X *= parameters.scale
        return X, cluster % parameters.n_classes

    def density(self, X, t):
        parameters, clusters = self.description, self.clusters
        if not parameters.known:
            return super().density(X, t)
        X = X / parameters.scale - parameters.shift
        log, possible = clusters.log_densities(X, abs(parameters.shift))
        log += np.log(parameters.shares / parameters.shares.sum())
        log -= X.shape[1] * np.log(abs(parameters.scale))
        peak = log.max(axis=1, keepdims=True)
        log -= peak - np.clip(peak, -MOST, MOST)
        member = one_hot(np.arange(log.shape[1]) % parameters.n_classes, parameters.n_classes)
        return np.exp(log) @ member * possible[:, None]


def distinct_corners(rng, k, n):
    """`k` distinct corners (k, n) of a cube of `n` dimensions."""
    numbered = min(n, 60)  # dimensions: a corner's coordinates there are the bits of one number
    numbers = rng.choice(2**numbered, k, replace=False)
    bits = numbers[:, None] >> np.arange(numbered) & 1
    return np.hstack([bits, rng.integers(0, 2, (k, n - numbered))])
