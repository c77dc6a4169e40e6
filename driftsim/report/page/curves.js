// Curves: metrics along the stream, over the seeds of a contender and the repeats of each.

/** The columns of a contender, with counts of what was predicted, and predicted right. */
function answered({ missed, confused, ...columns }, { actual }) {
  if (!missed) return columns;
  const correct = actual.map((column, k) => column.map((n, i) => n - missed[k][i]));
  const wrong = confusedOf(missed, confused);
  const predicted = correct.map((column, k) =>
    Float64Array.from(column, (n, i) => n + wrong[k][i]),
  );
  return { ...columns, correct, predicted };
}

/** How many rows were predicted to be of each class and are not: in all, as many as were missed. */
function confusedOf(missed, told) {
  if (missed.length === 2) return [missed[1], missed[0]];
  const rest = Array.from(missed[0], (_, i) => total(missed, i) - total(told, i));
  return [...told, rest];
}

/** The columns that a reference would leave, as far as the truth tells. */
function columnsOf(reference, truth, rows) {
  if (reference === "oracle") return best(truth, rows);
  const columns = {};
  for (const name of Object.keys(truth)) {
    if (name.startsWith(`${reference}_`)) columns[name.slice(reference.length + 1)] = truth[name];
  }
  return columns;
}

/** What is expected of the best possible predictor. */
function best(truth, rows) {
  const nothing = [rows.map(() => 0)];
  if (truth.bayes_error) {
    const correct = rows.map((n, i) => n - truth.bayes_error[0][i]);
    return { correct: [correct], excess: nothing };
  }
  return { squared_error: truth.bayes_squared_error, excess_squared_error: nothing };
}

/** A setting that has been played, to be asked for curves. */
class Scene {
  constructor(about, setting, runs) {
    this.about = setting;
    this.grid = gridOf(setting);
    this.truths = new Map();
    this.runs = new Map();
    const names = about.contenders.map(({ name }) => name);
    for (const { contender, seed, columns } of runs) {
      if (contender === null) this.truths.set(seed, columns);
      else this.put(names[contender], seed, answered(columns, this.truths.get(seed)));
    }
    for (const name of setting.references) {
      for (const [seed, truth] of this.truths) {
        this.put(name, seed, columnsOf(name, truth, this.grid.rows));
      }
    }
  }

  put(name, seed, columns) {
    this.runs.set(name, [...(this.runs.get(name) ?? []), { seed, columns }]);
  }

  /** Windows of a kind, and a function that gives the curve of a contender over them. */
  over(kind, window) {
    const windows = WINDOWS[kind](this.grid, window);
    const truths = new Map();
    for (const [seed, columns] of this.truths) {
      truths.set(seed, new Tally(columns, windows, this.grid.rows));
    }
    const curve = (name, metric) => {
      const seeds = new Map();
      for (const { seed, columns } of this.runs.get(name)) {
        const tally = new Tally(columns, windows, null, truths.get(seed));
        seeds.set(seed, [...(seeds.get(seed) ?? []), valuesOf(tally, metric)]);
      }
      return spread([...seeds.values()].map((repeats) => spread(repeats).mean));
    };
    return { ...windows, curve };
  }

  /** The first rows of the intervals in which a contender was retrained, with the first seed. */
  retrained(name) {
    const fits = this.runs.get(name)?.find(({ columns }) => columns.fits)?.columns.fits[0];
    return fits ? this.grid.firsts.filter((_, i) => fits[i]) : [];
  }
}

/** The mean over seeds (or repeats), their least and their greatest, in each window. */
function spread(values) {
  const [mean, low, high] = [values[0].slice(), values[0].slice(), values[0].slice()];
  for (const one of values.slice(1)) {
    for (let i = 0; i < mean.length; i++) {
      mean[i] += one[i];
      low[i] = Math.min(low[i], one[i]);
      high[i] = Math.max(high[i], one[i]);
    }
  }
  return { mean: mean.map((sum) => sum / values.length), low, high, seeds: values.length };
}
