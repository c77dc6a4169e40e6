// Curves: metrics along the stream, over the seeds of a contender and the repeats of each.

/** The columns of a reference, from those of the truth with its name. */
function columnsOf(reference, truth, rows) {
  if (reference === "oracle") return best(truth, rows);
  const prefix = `${reference}_`;
  const own = Object.entries(truth).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(own.map(([name, column]) => [name.slice(prefix.length), column]));
}

/** The expected columns of the best possible predictor. */
function best(truth, rows) {
  const nothing = [rows.map(() => 0)];
  if (truth.bayes_error) {
    const correct = rows.map((n, i) => n - truth.bayes_error[0][i]);
    return { correct: [correct], expected_error: truth.bayes_error };
  }
  return { squared_error: truth.bayes_squared_error, excess_squared_error: nothing };
}

/** The truth with each seed; where only some rows are scored, that about them, by one contender. */
function truthsOf(runs) {
  const truths = runs.filter(({ contender }) => contender === null);
  const partial = runs.find(({ columns }) => columns.scored);
  if (!partial) return truths;
  const names = ["scored", ...Object.keys(truths[0].columns)];
  const own = runs.filter(({ contender }) => contender === partial.contender);
  return own.map(({ seed, columns }) => {
    const known = names.filter((name) => name in columns).map((name) => [name, columns[name]]);
    return { seed, columns: Object.fromEntries(known) };
  });
}

/** A setting with its runs, which gives curves. */
class Scene {
  constructor(about, setting, runs) {
    this.about = setting;
    this.grid = gridOf(setting);
    this.truths = new Map();
    this.runs = new Map();
    this.axis = ROWS;
    const names = about.contenders.map(({ name }) => name);
    for (const { contender, seed, columns } of runs) {
      if (contender === null) this.truths.set(seed, columns);
      if (columns.passed) this.axis = new Dates(setting.dates, this.grid, columns.passed);
      if (contender !== null) this.put(names[contender], seed, columns);
    }
    for (const name of setting.references) {
      for (const { seed, columns } of truthsOf(runs)) {
        const { scored } = columns;
        const own = columnsOf(name, columns, scored ? Array.from(scored[0]) : this.grid.rows);
        this.put(name, seed, scored ? { ...columns, ...own } : own);
      }
    }
  }

  put(name, seed, columns) {
    this.runs.set(name, [...(this.runs.get(name) ?? []), { seed, columns }]);
  }

  /** The windows of a kind, and a function that gives the curve of a contender over them. */
  over(kind, window) {
    const inRows = typeof window === "number";
    const dated = this.axis !== ROWS; // which a setting without runs never is
    const own = inRows || !dated ? WINDOWS : windowsOfTime(this.axis);
    const windows = own[kind](this.grid, inRows || dated ? window : this.grid.interval);
    const truths = new Map();
    for (const [seed, columns] of this.truths) {
      truths.set(seed, new Tally(columns, windows, this.grid.rows));
    }
    const curve = (name, metric) => {
      const own = { ...metric, formula: this.about.formulas[metric.name] ?? metric.formula };
      const seeds = new Map();
      for (const { seed, columns } of this.runs.get(name)) {
        const scored = columns.scored?.[0] ?? null;
        const tally = new Tally(columns, windows, scored, truths.get(seed));
        seeds.set(seed, [...(seeds.get(seed) ?? []), valuesOf(tally, own)]);
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

/** The mean, the least and the greatest over seeds (or repeats), in each window. */
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
