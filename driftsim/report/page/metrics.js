// Metrics: what tallies are worth, window by window; NaN where one is undefined.

/** What is told of a run over windows: each column summed over them, once it is asked for. */
class Tally {
  /** `truth`: the tally of the truth with the same seed, which is asked for what is not here. */
  constructor(columns, windows, rows, truth = null) {
    Object.assign(this, { columns, windows, truth, summed: {} });
    this.rows = truth ? truth.rows : windows.sum(rows);
  }

  has(name) {
    return name in this.columns || Boolean(this.truth?.has(name));
  }

  /** A column that has an array for each class. */
  each(name) {
    if (!(name in this.columns)) return this.truth.each(name);
    this.summed[name] ??= this.columns[name].map((column) => this.windows.sum(column));
    return this.summed[name];
  }

  /** A column that has one array. */
  of(name) {
    return this.each(name)[0];
  }

  /** Whether there are counts of each class. */
  get counted() {
    return this.has("predicted");
  }

  /** How many rows were predicted right. */
  get right() {
    const correct = this.each("correct");
    return correct[0].map((_, i) => total(correct, i));
  }
}

const total = (columns, i) => columns.reduce((sum, column) => sum + column[i], 0);
const quotient = (part, whole) => (whole === 0 ? NaN : part / whole);
const gap = () => NaN;

/** The mean over rows of a sum that is kept of them. */
function mean(tally, name) {
  if (!tally.has(name)) return gap;
  const sums = tally.of(name);
  return (i) => quotient(sums[i], tally.rows[i]);
}

/** How much of what a reference got wrong is right. */
function against(tally, reference) {
  if (!tally.has(reference)) return gap;
  const right = METRICS.accuracy(tally);
  const theirs = mean(tally, reference);
  return (i) => quotient(right(i) - theirs(i), 1 - theirs(i));
}

/** A sum of errors over that of the mean of all labels before each row. */
function relative(tally, name) {
  if (!tally.has(name) || !tally.has(`mean_${name}`)) return gap;
  const [ours, theirs] = [tally.of(name), tally.of(`mean_${name}`)];
  return (i) => quotient(ours[i], theirs[i]);
}

/** Metrics of each class: functions of a window and a class. */
const OF_A_CLASS = {
  precision(tally) {
    const [correct, predicted] = [tally.each("correct"), tally.each("predicted")];
    return (i, k) => quotient(correct[k][i], predicted[k][i]);
  },
  recall(tally) {
    const [correct, actual] = [tally.each("correct"), tally.each("actual")];
    return (i, k) => quotient(correct[k][i], actual[k][i]);
  },
  f1(tally) {
    const columns = ["correct", "actual", "predicted"].map((name) => tally.each(name));
    const [correct, actual, predicted] = columns;
    return (i, k) => quotient(2 * correct[k][i], actual[k][i] + predicted[k][i]);
  },
};

/** The mean of values over the classes that are there. */
function meanOver(classes, value) {
  let [sum, n] = [0, 0];
  for (const k of classes) [sum, n] = [sum + value(k), n + 1];
  return quotient(sum, n);
}

/** The classes that occur in a window, of columns that count them. */
const occurring = (i, ...columns) =>
  [...columns[0].keys()].filter((k) => columns.some((column) => column[k][i] > 0));

/** The mean of a metric of each class over those that occur or are predicted. */
function macro(tally, kind) {
  if (!tally.counted) return gap;
  const [actual, predicted] = [tally.each("actual"), tally.each("predicted")];
  const told = OF_A_CLASS[kind](tally);
  return (i) => meanOver(occurring(i, actual, predicted), (k) => told(i, k));
}

/** The same of recalls, of the classes that occur; a gap where only one does. */
function overRecalls(tally, before, after) {
  if (!tally.counted) return gap;
  const [told, actual] = [OF_A_CLASS.recall(tally), tally.each("actual")];
  return (i) => {
    const classes = occurring(i, actual);
    return classes.length > 1 ? after(meanOver(classes, (k) => before(told(i, k)))) : NaN;
  };
}

/** Functions of a tally, that give functions of a window. */
const METRICS = {
  accuracy({ right, rows }) {
    return (i) => quotient(right[i], rows[i]);
  },
  error(tally) {
    const right = METRICS.accuracy(tally);
    return (i) => 1 - right(i);
  },
  excess_error: (tally) => mean(tally, "excess"),
  kappa(tally) {
    if (!tally.counted) return gap;
    const right = METRICS.accuracy(tally);
    const both = products(tally, "actual", "predicted");
    return (i) => {
      const chance = quotient(both(i), tally.rows[i] ** 2);
      return quotient(right(i) - chance, 1 - chance);
    };
  },
  kappa_temporal: (tally) => against(tally, "no_change_correct"),
  kappa_m: (tally) => against(tally, "majority_correct"),
  mcc(tally) {
    if (!tally.counted) return gap;
    const { rows, right } = tally;
    const [both, actual, predicted] = [
      products(tally, "actual", "predicted"),
      products(tally, "actual", "actual"),
      products(tally, "predicted", "predicted"),
    ];
    return (i) => {
      const spread = (rows[i] ** 2 - actual(i)) * (rows[i] ** 2 - predicted(i));
      return quotient(right[i] * rows[i] - both(i), Math.sqrt(spread));
    };
  },
  precision: (tally) => macro(tally, "precision"),
  recall: (tally) => macro(tally, "recall"),
  f1: (tally) => macro(tally, "f1"),
  balanced_accuracy: (tally) =>
    overRecalls(
      tally,
      (x) => x,
      (x) => x,
    ),
  g_mean: (tally) => overRecalls(tally, Math.log, Math.exp),
  log_loss: (tally) => mean(tally, "log_loss"),
  brier: (tally) => mean(tally, "brier"),
  auc(tally) {
    if (!tally.has("score_1")) return gap;
    const [zeros, ones] = [tally.each("score_0"), tally.each("score_1")];
    return (i) => {
      let [below, pairs] = [0, 0];
      for (const bin of zeros.keys()) {
        pairs += ones[bin][i] * (below + zeros[bin][i] / 2);
        below += zeros[bin][i];
      }
      return quotient(pairs, below * total(ones, i));
    };
  },
  calibration_error(tally) {
    if (!tally.has("score_1")) return gap;
    const [sums, ones] = [tally.each("score_sum"), tally.each("score_1")];
    const apart = (i) => sums.reduce((sum, one, bin) => sum + Math.abs(one[i] - ones[bin][i]), 0);
    return (i) => quotient(apart(i), tally.rows[i]);
  },
  mae: (tally) => mean(tally, "absolute_error"),
  rmse(tally) {
    const squared = mean(tally, "squared_error");
    return (i) => Math.sqrt(squared(i));
  },
  r2(tally) {
    if (!tally.has("squared_error")) return gap;
    const [y, squares, errors] = ["y", "y_squared", "squared_error"].map((name) => tally.of(name));
    return (i) => 1 - quotient(errors[i], squares[i] - y[i] ** 2 / tally.rows[i]);
  },
  relative_absolute_error: (tally) => relative(tally, "absolute_error"),
  relative_squared_error: (tally) => relative(tally, "squared_error"),
  excess_mse: (tally) => mean(tally, "excess_squared_error"),
};

/** The sum over classes of the product of two counts. */
function products(tally, one, other) {
  const pairs = tally.each(one).map((column, k) => [column, tally.each(other)[k]]);
  return (i) => pairs.reduce((sum, [a, b]) => sum + a[i] * b[i], 0);
}

/** The values of a metric, {kind, of}, in each window. */
function valuesOf(tally, { kind, of }) {
  if (of !== undefined) {
    if (!tally.counted) return tally.rows.map(gap);
    const told = OF_A_CLASS[kind](tally);
    return tally.rows.map((_, i) => told(i, of));
  }
  const told = METRICS[kind](tally);
  return tally.rows.map((_, i) => told(i));
}
