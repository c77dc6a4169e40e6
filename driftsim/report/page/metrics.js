// Metrics: formulas, as evaluation/metrics.py declares them, over the tallies of windows.

const NEGLIGIBLE = 1e-24; // a weight of rows that have faded
const LABELS = { y_mean: 1, y_spread: 2 }; // columns of moments, by their places
const EXTREMES = { // and how others than sums are joined; NaN where no row is scored
  y_least: (a, b) => (a <= b || Number.isNaN(b) ? a : b),
  y_greatest: (a, b) => (a >= b || Number.isNaN(b) ? a : b),
};

/** The columns of a run over windows; each is summed when it is first asked for. */
class Tally {
  /**
   * `lengths`: how many rows of each interval are scored, null for those of `truth`: the tally of
   * the truth with the same seed, which has the columns not here.
   */
  constructor(columns, windows, lengths, truth = null) {
    Object.assign(this, { columns, windows, lengths, truth, summed: {} });
    this.rows = lengths ? this.sum(lengths) : truth.rows;
  }

  has(name) {
    return name === "rows" || name in this.columns || Boolean(this.truth?.has(name));
  }

  /** A column over the windows: a typed array, or a list of them with one for each class. */
  column(name) {
    if (name === "rows") return this.rows;
    if (!(name in this.columns)) return this.truth.column(name);
    if (name === "scores") return { ...this.columns.scores, stretches: this.stretches };
    if (name in LABELS) return Float64Array.from(this.moments, (one) => one[LABELS[name]]);
    const join = EXTREMES[name];
    this.summed[name] ??= this.columns[name].map((column) => this.sum(column, join));
    return this.summed[name].length > 1 ? this.summed[name] : this.summed[name][0];
  }

  /** A column over the windows, joined by a function in the place of a sum where there is one. */
  sum(column, join) {
    const [at, plus, fade] = [(i) => column[i], (a, b) => a + b, (sum, kept) => sum * kept];
    return Float64Array.from(this.windows.gather(at, join ?? plus, join ? (one) => one : fade));
  }

  /** The intervals of each window, from the `first` on, and the weight of each. */
  get stretches() {
    const at = (i) => ({ first: i, weights: Float64Array.of(1) });
    const plus = (one, next) => {
      const weights = new Float64Array(one.weights.length + next.weights.length);
      weights.set(one.weights);
      weights.set(next.weights, one.weights.length);
      return { first: one.first, weights };
    };
    const fade = ({ first, weights }, share) => {
      const faded = weights.map((weight) => weight * share);
      const kept = Math.max(faded.findIndex((weight) => weight > NEGLIGIBLE), 0);
      return { first: first + kept, weights: faded.subarray(kept) };
    };
    return (this.windows.stretches ??= this.windows.gather(at, plus, fade));
  }

  /** Of labels of regression, over each window: how many, mean, and spread about the mean. */
  get moments() {
    const [[means], [spreads]] = [this.columns.y_mean, this.columns.y_spread];
    const at = (i) => [this.lengths[i], means[i], spreads[i]];
    const fade = ([n, mean, spread], kept) => [n * kept, mean, spread * kept];
    return (this.joined ??= this.windows.gather(at, joined, fade));
  }
}

/** Moments of two stretches together (Chan et al. 1983): no difference of large sums. */
function joined([n, mean, spread], [m, other, more]) {
  const apart = other - mean;
  const share = n + m > 0 ? m / (n + m) : 0;
  const between = apart ** 2 * n * share;
  return [n + m, n > 0 ? mean + apart * share : other, spread + more + between];
}

/** An operation on numbers, applied to one or two arrays (window by window) or lists of them. */
function lifted(operation) {
  const apply = (one, other) => {
    const classes = [one, other].find(Array.isArray);
    if (classes) {
      const of = (values, k) => (Array.isArray(values) ? values[k] : values);
      return classes.map((_, k) => apply(of(one, k), of(other, k)));
    }
    if (typeof one === "number") return other.map((value) => operation(one, value));
    if (typeof other !== "object") return one.map((value) => operation(value, other));
    return one.map((value, i) => operation(value, other[i]));
  };
  return apply;
}

const OPERATIONS = {
  "+": lifted((a, b) => a + b),
  "-": lifted((a, b) => a - b),
  "*": lifted((a, b) => a * b),
  "/": lifted((a, b) => (b === 0 ? NaN : a / b)),
  ">": lifted((a, b) => Number(a > b)),
  max: lifted((a, b) => Math.max(a, b)),
  where: lifted((value, condition) => (condition ? value : 0)),
  sqrt: lifted((value) => Math.sqrt(value)),
  log: lifted((value) => Math.log(value)),
  exp: lifted((value) => Math.exp(value)),
  abs: lifted((value) => Math.abs(value)),
  sum: (values) => [values].flat().reduce((sum, one) => OPERATIONS["+"](sum, one)),
  cumsum(values) {
    let sum = 0;
    return [values].flat().map((one) => (sum = OPERATIONS["+"](sum, one)));
  },
  class: (values, k) => [values].flat()[k],
  // of each class and each other one, class by class
  wins: winsOf,
  precisions: precisionsOf,
  one: (values) => values.flatMap((own) => values.slice(1).map(() => own)),
  other: (values) => values.flatMap((own) => values.filter((one) => one !== own)),
  sum_of_one(values) {
    const others = Math.round(Math.sqrt(values.length + 0.25) - 0.5);
    const ofEach = Array.from({ length: others + 1 }, (_, c) => c * others);
    return ofEach.map((first) => OPERATIONS.sum(values.slice(first, first + others)));
  },
};

/** The values of a metric, {formula, needs}, in each window; NaN where a column is missing. */
function valuesOf(tally, { formula, needs }) {
  const value = (part) => {
    if (!Array.isArray(part)) return part;
    const [operation, ...operands] = part;
    if (operation === "column") return tally.column(operands[0]);
    return OPERATIONS[operation](...operands.map(value));
  };
  return needs.every((name) => tally.has(name)) ? value(formula) : tally.rows.map(() => NaN);
}
