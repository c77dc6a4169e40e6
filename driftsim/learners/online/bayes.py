"""Naive Bayes over numbers and nominal values: `{kind: naive_bayes}`."""

from typing import ClassVar, Literal

from driftsim.learners.online.kernel_learner import KernelLearner


class NaiveBayes(KernelLearner):
    """Naive Bayes: within a class, columns are independent of each other.

    A class scores its share of the weight, times the density of each number (normal, with the
    variance over the weight less 1), times the share of each nominal value, of which each of the
    column's values has been seen once more (Laplace). Where a class has no spread in a column,
    the factor is 1 if x equals the mean and 0 otherwise; a class that is new, or has had no value
    in the column, scores 0. Missing cells are left out, of rows to learn and to predict.

    Follows MOA's `bayes.NaiveBayes`. It departs in two ways: MOA adds one for the values up to the
    highest code that the class has had, as `smoothing: seen` does, this for all values of the
    column; and products of factors that a float cannot hold are 0 in MOA, and class 0 wins; here
    they are still compared.
    """

    takes_missing = True
    omitted: ClassVar = ("smoothing",)  # so that names of runs are those from before there was one

    smoothing: Literal["all", "seen"] = "all"  # which nominal values are counted once more

    def states(self, members, schema, seed):
        from driftsim.kernels.online.bayes import naive_bayes

        return naive_bayes(
            members,
            len(schema.names),
            schema.n_classes,
            schema.nominal,
            bool(schema.missing),
            self.smoothing == "seen",
        )
