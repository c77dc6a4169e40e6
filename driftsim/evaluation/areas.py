"""Areas: exact areas under curves of the scores of rows, as formulas over a tally."""

from driftsim.evaluation.formulas import (
    ROUNDING,
    average_precisions,
    column,
    of_one,
    of_other,
    total,
    total_of_one,
    where,
    wins,
)

rows, actual, scores = column("rows"), column("actual"), column("scores")
others = rows - actual  # for each class the rows that are not of it
present = where(actual, actual > rows * ROUNDING)  # rows of each class that does occur
opposed = where(present * others, others > rows * ROUNDING)  # pairs of each class with all others

# Under ROC curves, of pairs of classes: of each class and each other one.
won = wins(scores)  # pairs of their rows
met = of_one(present) * of_other(present)  # how many pairs there are
members = of_one(present) + of_other(present)  # rows of both classes
of_each_pair = where(won / met, met > 0)
of_pairs = total(of_each_pair) / total(met > 0)
of_pairs_by_rows = total(members * of_each_pair) / total(where(members, met > 0))

# Under ROC curves, of each class against all others.
of_each_class = total_of_one(won) / opposed
of_classes = total(where(of_each_class, opposed > 0)) / total(opposed > 0)
of_classes_by_rows = total(where(present * of_each_class, opposed > 0)) / total(
    where(present, opposed > 0)
)

# Under curves of precision over recall, of each class against all others.
precision_of_each_class = where(average_precisions(scores), opposed > 0) / (opposed > 0)
precision = total(where(precision_of_each_class, opposed > 0)) / total(opposed > 0)
