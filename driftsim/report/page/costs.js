// Costs: what contenders cost by some prices, and which is cheapest; as results.costs() has it.

const SIGNIFICANCE = 0.05;
const [LOSSES, SPENDING] = [["mistakes", "staleness"], ["labels", "training", "compute"]];

/** The contenders of each setting with the amounts that they use, a list over seeds of each. */
async function amountsOf(about) {
  const { quantities, seeds, settings, layout } = about.costs;
  const arrays = arraysOf(await inflated(bytesOf(find("amounts").textContent)), layout);
  let start = 0;
  const every = settings.map(({ contenders }) =>
    contenders.map(([contender, played, standing, trainedOnce, role, otherLearner]) => {
      const own = [start, (start += seeds[played].length)];
      const amounts = quantities.map((name) => [name, [...arrays[name].subarray(...own)]]);
      const name = about.contenders[contender]?.name ?? contender; // that of a reference
      const more = { name, standing, trainedOnce, role, otherLearner, seeds: seeds[played] };
      return { ...more, amounts: Object.fromEntries(amounts) };
    }),
  );
  if (arrays.forms) withForms(settings, every, arrays.forms);
  return every;
}

/** What a contender costs with each seed, by the prices of some quantities. */
function costsOf({ seeds, amounts }, prices, names = Object.keys(prices)) {
  return seeds.map((_, i) => names.reduce((sum, one) => sum + prices[one] * amounts[one][i], 0));
}

/** By how much values of one contender are above those of another, with each seed of both. */
function apart(one, other, valuesOf = ({ costs }) => costs) {
  const [ours, theirs] = [valuesOf(one), valuesOf(other)];
  if (one.seeds === other.seeds) return ours.map((value, i) => value - theirs[i]); // as of most
  const places = new Map(other.seeds.map((seed, i) => [seed, i]));
  return one.seeds.flatMap((seed, i) =>
    places.has(seed) ? [ours[i] - theirs[places.get(seed)]] : [],
  );
}

/**
 * What contenders cost by some prices, the cheapest first: `costs` with each seed, their `cost`
 * {mean, low, high}, the mean of each of `shares`, {share: quantities}, and what each saves `over`
 * the contender that is trained once, with what its spending returns.
 */
function pricedBy(prices, contenders, shares) {
  const rows = contenders.map((one) => {
    const parts = Object.entries(shares).map(([share, names]) => {
      return [share, costsOf(one, prices, names.filter((name) => name in prices))];
    });
    const costs = costsOf(one, prices);
    return { ...one, costs, cost: atLeastZero(overSeeds(costs)), parts: Object.fromEntries(parts) };
  });
  for (const one of rows) if (one.trainedOnce !== null) compare(one, rows[one.trainedOnce]);
  return withoutDearer(rows.sort((one, other) => one.cost.mean - other.cost.mean));
}

/** Contenders and those references whose costs are known, with the cheapest constant alone. */
function withoutDearer(rows) {
  const known = rows.filter(({ cost }) => !Number.isNaN(cost.mean));
  const cheapest = known.find(({ standing }) => standing === "constant");
  return known.filter((one) => one.standing !== "constant" || one === cheapest);
}

/** Whether one is a reference, such as a constant, and no contender. */
const isReference = ({ standing }) => standing === "reference" || standing === "constant";

/** A cost is at least 0, and so is the lower bound of its interval. */
const atLeastZero = (found) => ({ ...found, low: found.low < 0 ? 0 : found.low });

/** How much more one costs than another; certain where it is the same with every seed. */
function gapOf(one, other) {
  const values = apart(one, other);
  const found = overSeeds(values);
  const { mean, p } = found;
  const same = Number.isNaN(p) && values.length > 1;
  const certain = same && Math.abs(mean) > ROUNDING * meanOf(one.costs);
  return certain ? { mean, low: mean, high: mean, p: 0 } : found;
}

/** Add what a contender saves against one that is trained once, and what its spending returns. */
function compare(one, other) {
  const saved = apart(other, one);
  if (!saved.length) return;
  const more = (names) => {
    const summed = ({ costs, parts }) => costs.map((_, i) => sumOf(names.map((n) => parts[n][i])));
    return meanOf(apart(one, other, summed));
  };
  const [benefit, spent] = [-more(LOSSES), more(SPENDING)];
  const roi = spent > 0 ? (benefit - spent) / spent : NaN;
  Object.assign(one, { over: gapOf(other, one), than: other.name, roi });
}

/**
 * The contenders that are compared, the cheapest first, by Holm's correction for all pairs: `alike`
 * are those that do not differ significantly from the cheapest, `p` is that of two of them, and
 * `unknown` whether nothing is known of how certain any difference is.
 */
function contestOf(rows, gap = gapOf) {
  const pairs = rows.flatMap((one, i) => rows.slice(i + 1).map((other) => [one, other]));
  const gaps = pairs.map(([one, other]) => gap(other, one));
  const adjusted = holm(gaps.map(({ p }) => p));
  const place = (one, other) => pairs.findIndex(([a, b]) => a === one && b === other);
  const pOf = (one, other) => adjusted[place(one, other)] ?? 1;
  const [first, ...others] = rows;
  const unknown = gaps.every(({ p }) => Number.isNaN(p)) && gaps.some(({ mean }) => mean !== 0);
  const alike = others.filter((other) => !unknown && !(pOf(first, other) < SIGNIFICANCE));
  return { rows, first, alike, gap, p: pOf, n: pairs.length, unknown };
}
