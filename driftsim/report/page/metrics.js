// Metrics: what tallies are worth, window by window; NaN where one is undefined.

/** What is told of a run over windows: each column summed over them, once it is asked for. */
class Tally {
  /** `truth`: the tally of the truth with the same seed, which is asked for what is not here. */
  constructor(columns, windows, rows, truth = null) {
    Object.assign(this, { columns, windows, truth, lengths: rows, summed: {} });
    this.rows = truth ? truth.rows : this.sum(rows);
  }

  /** A column summed over each window. */
  sum(column) {
    const [at, plus, fade] = [(i) => column[i], (a, b) => a + b, (sum, kept) => sum * kept];
    return Float64Array.from(this.windows.gather(at, plus, fade));
  }

  has(name) {
    return name in this.columns || Boolean(this.truth?.has(name));
  }

  /** A column that has an array for each class. */
  each(name) {
    if (!(name in this.columns)) return this.truth.each(name);
    this.summed[name] ??= this.columns[name].map((column) => this.sum(column));
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

  /** Of labels that are numbers, over each window: how many, mean, and spread about the mean. */
  get labels() {
    return this.truth ? this.truth.labels : (this.moments ??= this.joined());
  }

  joined() {
    const [[means], [spreads]] = [this.columns.y_mean, this.columns.y_spread];
    const at = (i) => [this.lengths[i], means[i], spreads[i]];
    return this.windows.gather(at, joined, ([n, mean, spread], kept) => [
      n * kept,
      mean,
      spread * kept,
    ]);
  }
}

/** Moments of two stretches together (Chan et al. 1983): no difference of large sums. */
function joined([n, mean, spread], [m, other, more]) {
  const apart = other - mean;
  const share = n + m > 0 ? m / (n + m) : 0;
  const between = apart ** 2 * n * share;
  return [n + m, n > 0 ? mean + apart * share : other, spread + more + between];
}

const total = (columns, i) => columns.reduce((sum, column) => sum + column[i], 0);
const quotient = (part, whole) => (whole === 0 ? NaN : part / whole);
const gap = () => NaN;

const ROUNDING = 1e-12; // a share of a whole that is less is nothing but rounding
const ULPS = 10 * Number.EPSILON; // numbers that differ by less, by their mean, are all equal
const certain = (rest) => (rest > ROUNDING ? rest : 0);
const beyond = (share, theirs) => quotient(share - theirs, certain(1 - theirs));

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
  return (i) => beyond(right(i), theirs(i));
}

/** How far labels lie apart, summed by rows to a power; 0 where they do by rounding alone. */
function uneven(tally, power) {
  return (i, apart) => {
    const [rows, mean] = tally.labels[i];
    return apart > rows * (ULPS * Math.abs(mean)) ** power ? apart : 0;
  };
}

/** A sum of errors over that of the mean of all labels before each row. */
function relative(tally, name) {
  if (!tally.has(name) || !tally.has(`mean_${name}`)) return gap;
  const [ours, theirs] = [tally.of(name), tally.of(`mean_${name}`)];
  const apart = uneven(tally, name === "squared_error" ? 2 : 1);
  return (i) => quotient(ours[i], apart(i, theirs[i]));
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
    const chance = byChance(tally, "actual", "predicted");
    return (i) => beyond(right(i), chance(i));
  },
  kappa_temporal: (tally) => against(tally, "no_change_correct"),
  kappa_m: (tally) => against(tally, "majority_correct"),
  mcc(tally) {
    if (!tally.counted) return gap;
    const right = METRICS.accuracy(tally);
    const [both, actual, predicted] = [
      byChance(tally, "actual", "predicted"),
      byChance(tally, "actual", "actual"),
      byChance(tally, "predicted", "predicted"),
    ];
    return (i) => {
      const spread = certain(1 - actual(i)) * certain(1 - predicted(i));
      return quotient(right(i) - both(i), Math.sqrt(spread));
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
    const [errors, apart] = [tally.of("squared_error"), uneven(tally, 2)];
    return (i) => 1 - quotient(errors[i], apart(i, tally.labels[i][2]));
  },
  relative_absolute_error: (tally) => relative(tally, "absolute_error"),
  relative_squared_error: (tally) => relative(tally, "squared_error"),
  excess_mse: (tally) => mean(tally, "excess_squared_error"),
};

/** How often two counts of classes would agree if they had nothing to do with another. */
function byChance(tally, one, other) {
  const pairs = tally.each(one).map((column, k) => [column, tally.each(other)[k]]);
  const shares = (n, i) => quotient(n, tally.rows[i]);
  return (i) => pairs.reduce((sum, [a, b]) => sum + shares(a[i], i) * shares(b[i], i), 0);
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
