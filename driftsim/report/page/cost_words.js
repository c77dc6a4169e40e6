// Cost words: who is cheapest in a sentence, and the table of costs; as cost_section.py has them.

const MOST_APART = 3; // contenders whose differences from the cheapest are in a sentence

/** Who is cheapest, by `contestOf`, and what a simple predictor would have cost. */
function cheapestOf(rows, contest, { currency, uneven }) {
  const { first, alike, gap } = contest;
  if (!first) return "";
  const simple = simplerOf(rows, contest, { currency, uneven });
  const money = `${moneyText(first.cost)} ${currency}${bounded(first.cost, " at 95 %")}`;
  const [, second] = contest.rows;
  if (!second) return `${listed([first.name])} costs ${money}.${simple}`;
  const knowing = rows.find(({ standing }) => standing === "knows");
  const among = knowing?.cost.mean < first.cost.mean ? OF_THOSE : "";
  const lead = (verb) => `${listed([first.name])} ${verb}${among}: ${money}`;
  const least = lead("costs least");
  if (contest.unknown) return `${least}; whether others cost more is not known.${simple}`;
  if (alike.length) return `${least}. ${sameOf(contest)}${certainOf(contest)}${simple}`;
  const less = apartText(gap(second, first), `less than ${listed([second.name])}`);
  return `${lead("is cheapest")}, ${less}.${simple}`;
}

/** Which contenders do not cost significantly more than the cheapest, and how much more. */
function sameOf({ first, alike, gap, n }) {
  const gaps = alike.map((one) => gap(one, first));
  const certain = gaps.some(({ low }) => low > 0);
  const among = certain && n > 1 ? ` among ${n} comparisons` : "";
  const names = alike.map((one) => withCost(one));
  if (alike.length <= MOST_APART && gaps.every(({ p }) => !Number.isNaN(p))) {
    const verb = (i) => (i ? "" : "costs ");
    const texts = names.map((name, i) => `${name} ${verb(i)}${apartText(gaps[i], "more", n > 1)}`);
    return `${inSentence(texts)}, which is not significant${among}.`;
  }
  const verb = alike.length === 1 ? "does" : "do";
  return `${inSentence(names)} ${verb} not cost significantly more${among}.`;
}

/** Who certainly costs less than never retraining, where the cheapest may not. */
function certainOf({ rows, first, alike, p }) {
  const isStatic = ({ role }) => role === "static";
  if (new Set([first, ...alike].map(isStatic)).size < 2) return "";
  const never = rows.filter(isStatic);
  const worst = (one) => Math.max(...never.map((other) => p(one, other)));
  const able = alike.filter((one) => !isStatic(one) && one.role !== "blind");
  const clear = able.filter((one) => worst(one) < SIGNIFICANCE);
  if (!clear.length) return "";
  const one = clear.reduce((best, other) => (worst(other) < worst(best) ? other : best));
  const whose = one.otherLearner ? ", with another learner" : "";
  const than = `than never retraining (${listed([one.than])}${whose})`;
  return ` But ${withCost(one)} costs significantly less: ${apartText(one.over, "less")} ${than}.`;
}

/** That the cheapest reference would have cost less than every contender, where it would. */
function simplerOf(rows, { first, gap }, { currency, uneven }) {
  const one = rows.find(isReference);
  const cost = one?.cost.mean; // 0: without a price
  if (!(cost > 0 && cost < (1 - LEAST) * first.cost.mean)) return "";
  const found = gap(first, one);
  const only = found.p >= SIGNIFICANCE ? ", which is not significant" : "";
  const less = `${apartText(found, "less")} than ${listed([first.name])}, the cheapest contender`;
  const why = uneven ? UNEVEN : EVEN;
  const paid = `${moneyText(one.cost)} ${currency}`;
  return ` ${one.role} would have cost ${paid}, ${less}${only}: ${why}.`;
}

const LEAST = 1e-3; // a share of a cost: what is saved beyond that is not of CPU time alone
const UNEVEN =
  "the predictions of the models do not follow the prices of mistakes by class, as those of " +
  "cost_sensitive do";
const EVEN = "by these prices no model is worth it";

/** A contender with what it costs in brackets. */
const withCost = ({ name, cost }) => `${listed([name])} (${moneyText({ mean: cost.mean })})`;

/**
 * How far two amounts are apart, as precise as the interval allows: 300 more (200 to 400);
 * `several` where it is not significant among several, so that an interval without zero says so.
 */
function apartText({ mean, low, high }, words, several = false) {
  const [word] = words.split(" ");
  const half = (high - low) / 2;
  const alone = several && low > 0 ? " taken alone" : "";
  return `${precise(mean, half)} ${words}${boundedApart({ low, high }, word, alone)}`;
}

/** The interval of how much `more` or `less` there is; one about zero says so of each end. */
function boundedApart({ low, high }, word, alone) {
  if (!(low < 0 && high > 0)) return bounded({ low, high }, alone);
  const [half, opposite] = [(high - low) / 2, word === "more" ? "less" : "more"];
  return ` (${precise(-low, half)} ${opposite} to ${precise(high, half)} ${word})`;
}

/** The table of costs of all that `pricedBy` gives, `first` and `alike` ones marked. */
function costTable(rows, { first, alike }, shares) {
  const used = Object.keys(shares).filter((share) => rows.some((one) => meanOf(one.parts[share])));
  const columns = {
    cost: ({ cost }) => cost.mean,
    low: ({ cost }) => cost.low,
    high: ({ cost }) => cost.high,
    ...Object.fromEntries(used.map((share) => [share, ({ parts }) => meanOf(parts[share])])),
    ...(rows.some(({ over }) => over) ? OVER_STATIC : {}),
    best: ({ name }) => name === first?.name,
    tied: ({ name }) => alike.some((one) => one.name === name),
    seeds: ({ seeds }) => seeds.length,
  };
  const heads = ["contender", ...Object.keys(columns)].map((text, i) =>
    element("th", { scope: "col", className: i ? "" : "word" }, inTwo(text)),
  );
  const lines = rows.map((row) => {
    const cells = Object.values(columns).map((of) => element("td", {}, cellText(of(row))));
    const className = isReference(row) ? "reference" : "";
    return element("tr", { className }, element("th", { scope: "row" }, row.name), ...cells);
  });
  const parts = [element("thead", {}, element("tr", {}, ...heads)), element("tbody", {}, ...lines)];
  const table = element("table", {}, ...parts);
  table.setAttribute("aria-labelledby", "table-costs");
  return table;
}

/** A heading that may break at one place only; as document.py has it. */
const inTwo = (text) => text.replace(/^(\S+) (\S+) (?=\S)/, "$1\u00a0$2 ");

const OVER_STATIC = {
  "over static": ({ over }) => over?.mean ?? NaN,
  "over static low": ({ over }) => over?.low ?? NaN,
  "over static high": ({ over }) => over?.high ?? NaN,
  roi: ({ roi }) => roi ?? NaN,
};

/** A value of the table as people read it. */
function cellText(value) {
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (value === null || Number.isNaN(value)) return "";
  if (Math.abs(value) >= 1000) return fixed(value, 0);
  if (value === 0 || Math.abs(value) >= 1e-4) return String(Number(value.toPrecision(4)));
  const [digits, power] = value.toExponential(3).split("e");
  return `${Number(digits)}e-${power.slice(1).padStart(2, "0")}`;
}

const OF_THOSE = " of those that do not know the changes beforehand";
const MOST_NAMED = 12; // of a caption
const HOW_TO_READ =
  "A thin bar with caps is the interval at 95 %, where it is known. " +
  "The first training is free, as all contenders have it.";

/** What the bars show, for those who do not see them. */
function captionOf(rows, currency, estimated = "") {
  const costs = rows.map(({ name, cost }) => `${name} ${costText(cost)}`);
  if (costs.length > MOST_NAMED) {
    costs.splice(MOST_NAMED, Infinity, `and ${rows.length - MOST_NAMED} more`);
  }
  const shown = `Cost in ${currency}, the cheapest first: ${costs.join("; ")}.`;
  return `${shown} ${HOW_TO_READ} ${estimated}`.trim();
}
