// Cost words: who is cheapest in a sentence, and the table of costs; as cost_section.py has them.

/** Who is cheapest; `alike` are those that do not cost more, null where nothing is known. */
function cheapestOf(rows, alike, currency) {
  const [first, second] = rows.filter(isCompared);
  if (!first) return "";
  const { cost } = first;
  const money = `${moneyText(cost)} ${currency}${bounded(cost, " at 95 %")}`;
  if (!second) return `${listed([first.name])} costs ${money}.`;
  const knowing = rows.find(({ standing }) => standing === "knows");
  const among = knowing?.cost.mean < cost.mean ? OF_THOSE : "";
  const lead = (verb) => `${listed([first.name])} ${verb}${among}: ${money}`;
  if (alike?.length) {
    const same = rows.filter(({ name }) => alike.includes(name));
    const texts = same.map((one) => `${listed([one.name])} (${moneyText(one.cost)})`);
    const verb = alike.length === 1 ? "does" : "do";
    const more = `not cost significantly more${amongPairs(rows, first, alike)}`;
    const only = certainOf(clearestOf(rows.filter(isCompared), same));
    return `${lead("costs least")}. ${inSentence(texts)} ${verb} ${more}.${only}`;
  }
  const gap = alike ? gapOf(second, first) : unsure(second.cost.mean - cost.mean);
  const less = `${precise(gap.mean, (gap.high - gap.low) / 2)} less than ${listed([second.name])}`;
  return `${lead("is cheapest")}, ${less}${bounded(gap)}.`;
}

const isCompared = ({ standing }) => standing === "compared";

/** That one costs significantly less than never retraining, where one does. */
function certainOf(one) {
  if (!one) return "";
  const lead = ` But ${listed([one.name])} (${moneyText({ ...one.cost, low: NaN, high: NaN })})`;
  const { mean, low, high } = one.over;
  const less = `${precise(mean, (high - low) / 2)} less${bounded(one.over)}`;
  const whose = one.otherLearner ? ", with another learner" : "";
  const than = `than never retraining (${listed([one.than])}${whose})`;
  return `${lead} costs significantly less: ${less} ${than}.`;
}

/** Among how many comparisons, where the saving against one alone would be significant. */
function amongPairs(rows, { over, than }, alike) {
  if (!(over?.low > 0 && alike.includes(than))) return "";
  const n = rows.filter(isCompared).length;
  return ` among ${(n * (n - 1)) / 2} comparisons`;
}

/** The table of costs of contenders that `pricedBy` gives, `first` and `alike` ones marked. */
function costTable(rows, { first, alike }, shares) {
  const used = Object.keys(shares).filter((share) => rows.some((one) => meanOf(one.parts[share])));
  const columns = {
    cost: ({ cost }) => cost.mean,
    low: ({ cost }) => cost.low,
    high: ({ cost }) => cost.high,
    ...Object.fromEntries(used.map((share) => [share, ({ parts }) => meanOf(parts[share])])),
    ...(rows.some(({ over }) => over) ? OVER_STATIC : {}),
    best: ({ name }) => name === first,
    tied: ({ name }) => alike && alike.includes(name),
    seeds: ({ seeds }) => seeds.length,
  };
  const heads = ["contender", ...Object.keys(columns)].map((text, i) =>
    element("th", { scope: "col", className: i ? "" : "word" }, inTwo(text)),
  );
  const lines = rows.map((row) => {
    const cells = Object.values(columns).map((of) => element("td", {}, cellText(of(row))));
    return element("tr", {}, element("th", { scope: "row" }, row.name), ...cells);
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
