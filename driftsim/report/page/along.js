// Along: errors along one stream at any prices, from quadratic forms; as forms.py has them.

/** Give the contenders of each setting of one stream the forms that their errors follow from. */
function withForms(settings, contenders, forms) {
  let start = 0;
  for (const [i, { along }] of settings.entries()) {
    if (!along) continue;
    const size = (along.quantities.length * (along.quantities.length + 1)) / 2;
    const own = new Map();
    for (const [one, other] of along.pairs) {
      const values = forms.subarray(start, (start += size * along.forms));
      const form = (_, f) => values.subarray(f * size, (f + 1) * size);
      own.set(`${one} ${other}`, Array.from({ length: along.forms }, form));
    }
    for (const [place, one] of contenders[i].entries()) Object.assign(one, { place, own, along });
  }
}

/** What a contender costs along one stream, {mean, low, high, p}, by some prices. */
function costAlong(one, prices) {
  return withErrors(one.cost.mean, one, one.own?.get(`${one.place} -1`), prices);
}

/** How much more one costs than another along one stream, by some prices. */
function gapAlong(one, other, prices) {
  const [first, last] = [one.place, other.place].sort((a, b) => a - b);
  const forms = one.own?.get(`${first} ${last}`);
  return withErrors(one.cost.mean - other.cost.mean, one, forms, prices);
}

/** A mean with its bounds and p, by the widest of its errors; these are NaN where none is known. */
function withErrors(mean, { along }, forms, prices) {
  if (!forms) return unsure(mean);
  const weights = along.quantities.map((name) => prices[name] ?? 0);
  const values = forms.map((form) => quadratic(form, weights));
  const errors = errorsOf(values, along).filter(({ error }) => error > 0);
  if (!errors.length) return unsure(mean);
  const half = Math.max(...errors.map(({ error, df }) => quantile(CONFIDENCE, df) * error));
  const p = Math.max(...errors.map(({ error, df }) => 1 - within(Math.abs(mean) / error, df)));
  return { mean, low: mean - half, high: mean + half, p };
}

/** The value of a form at some weights. */
function quadratic(form, weights) {
  let [sum, at] = [0, 0];
  for (let i = 0; i < weights.length; i++) {
    for (let j = i; j < weights.length; j++, at++) {
      if (weights[i] && weights[j]) sum += form[at] * weights[i] * weights[j];
    }
  }
  return sum;
}

/** The standard errors of a mean, with their degrees of freedom; as along_stream has them. */
function errorsOf(values, { n, runs, waves, df, grid, biased, caution, wider }) {
  const slow = values.slice(0, waves.length);
  const [later, earlier, both, steps, spread] = values.slice(waves.length);
  const total = sumOf(slow);
  const squares = sumOf(slow.map((share, i) => share ** 2 / (waves[i] + 2)));
  const slowDf = squares > 0 ? Math.max(total ** 2 / squares - 2, 1) : Infinity;
  let found = earlier > 0 ? both / earlier : 0;
  found += caution * Math.sqrt(Math.max(1 - found ** 2, 0) / n);
  const r = between(biased, grid, found);
  const variance = (later - 2 * r * both + r ** 2 * earlier) / df / (1 - r ** 2);
  const inflated = (1 + r) / (1 - r) - (2 * r * (1 - r ** n)) / (n * (1 - r) ** 2);
  const errors = [
    { error: wider * Math.sqrt(total / n), df: slowDf },
    { error: Math.sqrt((Math.max(variance, 0) / n) * inflated), df },
    { error: Math.sqrt(steps), df: Infinity },
  ];
  if (runs < 2) return errors;
  return errors.map((one) => (one.error > 0 ? added(one, spreadOf(spread, runs)) : one));
}

/** The error of a mean over runs, of its variance. */
const spreadOf = (variance, runs) => ({ error: Math.sqrt(variance), df: runs - 1 });

/** The error of a sum of independent parts, its degrees of freedom by Satterthwaite (1946). */
function added(one, other) {
  const variance = one.error ** 2 + other.error ** 2;
  const lost = one.error ** 4 / one.df + other.error ** 4 / other.df;
  return { error: Math.sqrt(variance), df: lost ? variance ** 2 / lost : Infinity };
}
