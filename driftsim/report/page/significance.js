// Significance: means over seeds with their intervals, and p-values that hold for all of them.

const CONFIDENCE = 0.95;
const CRITICAL = new Map(); // t by degrees of freedom
const ROUNDING = 1e-12; // of the greatest value: a smaller spread is none

/**
 * The probability that Student's t is between -t and t, for whole degrees of freedom: the finite
 * sums of Abramowitz & Stegun (1964), 26.7.3 and 26.7.4.
 */
function within(t, df) {
  if (!Number.isInteger(df) || df > MOST_TERMS) return withinAny(t, Math.min(df, MOST_DF));
  const angle = Math.atan(t / Math.sqrt(df));
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
  const odd = df % 2;
  let [term, sum] = df === 1 ? [0, 0] : odd ? [cosine, cosine] : [1, 1];
  for (let i = 2 + odd; i < df; i += 2) {
    term *= (cosine ** 2 * (i - 1)) / i;
    sum += term;
  }
  return odd ? (2 / Math.PI) * (angle + sine * sum) : sine * sum;
}

const [MOST_TERMS, MOST_DF] = [10_000, 1e6]; // of a sum, and of t, which is then normal

/** The same for any degrees of freedom, by the incomplete beta function. */
function withinAny(t, df) {
  const [a, x] = [df / 2, df / (df + t ** 2)];
  if (!(t > 0)) return 0;
  const front = Math.exp(logGamma(a + 0.5) - logGamma(a) - logGamma(0.5) + a * Math.log(x)) *
    Math.sqrt(1 - x);
  if (x < (a + 1) / (a + 2.5)) return 1 - (front * fraction(x, a, 0.5)) / a;
  return (front * fraction(1 - x, 0.5, a)) / 0.5;
}

/** The continued fraction of the incomplete beta function (Press et al. 2007, 6.4), by Lentz. */
function fraction(x, a, b) {
  const safe = (value) => (Math.abs(value) < 1e-300 ? 1e-300 : value);
  let [c, d] = [1, 1 / safe(1 - ((a + b) * x) / (a + 1))];
  let found = d;
  for (let m = 1; m < MOST_TERMS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    for (const term of [even, odd]) {
      d = 1 / safe(1 + term * d);
      c = safe(1 + term / c);
      found *= d * c;
    }
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return found;
}

/** The logarithm of the gamma function, by Stirling's series from 20 on. */
function logGamma(x) {
  if (x < 20) return logGamma(x + 1) - Math.log(x);
  const series = 1 / (12 * x) - 1 / (360 * x ** 3) + 1 / (1260 * x ** 5);
  return (x - 0.5) * Math.log(x) - x + Math.log(2 * Math.PI) / 2 + series;
}

/** The t within ± which Student's t is at 95 %, found once for each df. */
function criticalT(df) {
  if (!CRITICAL.has(df)) CRITICAL.set(df, quantile(CONFIDENCE, df));
  return CRITICAL.get(df);
}

/** The t within ± which Student's t is with a probability. */
function quantile(probability, df) {
  let [low, high] = [0, 1];
  while (within(high, df) < probability) [low, high] = [high, 2 * high];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (within(middle, df) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

const sumOf = (values) => values.reduce((sum, one) => sum + one, 0);
const meanOf = (values) => sumOf(values) / values.length;

/**
 * The mean of a value for each seed: {mean, low, high, p} by Student's t, the bounds at 95 % and p
 * against a mean of zero. Bounds and p are NaN with one seed, and where all values are the same.
 */
function overSeeds(values) {
  const [n, mean] = [values.length, meanOf(values)];
  const variance = sumOf(values.map((one) => (one - mean) ** 2)) / (n - 1);
  const least = ROUNDING * Math.max(...values.map(Math.abs));
  if (n < 2 || !(Math.sqrt(variance) > least)) return unsure(mean);
  const error = Math.sqrt(variance / n);
  const half = criticalT(n - 1) * error;
  const p = 1 - within(Math.abs(mean) / error, n - 1);
  return { mean, low: mean - half, high: mean + half, p };
}

/** A mean whose error is not known. */
const unsure = (mean) => ({ mean, low: NaN, high: NaN, p: NaN });

/** Adjusted p-values (Holm 1979); NaN stay NaN, and do not count as comparisons. */
function holm(ps) {
  const known = [...ps.keys()].filter((i) => !Number.isNaN(ps[i]));
  const order = known.sort((i, j) => ps[i] - ps[j]);
  const adjusted = ps.map(() => NaN);
  let most = 0;
  order.forEach((i, rank) => {
    most = Math.max(most, ps[i] * (order.length - rank));
    adjusted[i] = Math.min(most, 1);
  });
  return adjusted;
}
