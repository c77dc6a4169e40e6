// Pricing: the sentence, the bars and the table of costs, redrawn by the prices in the fields.

/** What the page shows of costs, by the prices typed; `chosen` is called with a setting. */
class Pricing {
  constructor(about, contenders, chosen) {
    Object.assign(this, { data: about.costs, contenders, setting: 0, typed: null, rows: [] });
    this.order = about.contenders.map(({ name }) => name);
    this.colours = new Map(about.contenders.map(({ name, colour }) => [name, colour]));
    const titles = about.settings.map(({ title }, i) => [i, title]);
    selection("priced-setting", titles, 0, (value) => chosen(Number(value)));
    this.fields = new PriceFields(find("prices"), this.data, (typed) => this.show(typed));
    find("own-prices").addEventListener("click", () => this.fields.fill(this.own));
    for (const id of ["pricing", "prices"]) find(id)?.removeAttribute("hidden");
    this.fields.fill(this.own);
    onWidth(find("cost-bars"), () => this.draw());
  }

  /** The prices of the scenario in the setting that is shown. */
  get own() {
    return this.data.settings[this.setting].own;
  }

  /** Show another setting; the prices typed stay, unless settings have prices of their own. */
  choose(setting) {
    if (setting === this.setting) return;
    const before = JSON.stringify(this.own);
    this.setting = setting;
    find("priced-setting").value = setting;
    if (before !== JSON.stringify(this.own)) this.fields.fill(this.own);
    else this.show(this.typed);
  }

  /** Show what contenders cost by some prices: {currency, loss, prices}. */
  show(typed) {
    const { oneStream, bounds, tied, sentence, follows } = this.data.settings[this.setting];
    const options = optionsOf(typed, this.own, this.data);
    this.typed = typed;
    const priced = options.length || this.data.given; // else all is in mistakes
    const every = this.contenders[this.setting].filter((one) => priced || !isReference(one));
    this.rows = pricedBy(typed.prices, every, this.data.shares);
    const { prices } = typed;
    const gap = oneStream ? (one, other) => gapAlong(one, other, prices) : gapOf;
    if (oneStream) {
      const byName = new Map(this.rows.map((one) => [one.name, one]));
      for (const one of this.rows) {
        if (options.length) boundAlong(one, byName.get(one.than), prices);
        else bind(one, bounds[one.name]);
      }
    }
    const compared = this.rows.filter(({ standing }) => standing === "compared");
    this.contest = contestOf(compared, gap);
    if (oneStream && !options.length) {
      this.contest.alike = compared.filter(({ name }) => tied.includes(name));
    }
    const about = { currency: typed.currency, uneven: !follows && isUneven(typed, this.data) };
    const words = options.length || !sentence;
    find("cheapest").textContent = words ? cheapestOf(this.rows, this.contest, about) : sentence;
    find("priced-how").replaceChildren(...howToRun(options, this));
    this.draw();
    this.list();
  }

  /** Draw the bars as wide as the page allows. */
  draw() {
    const [box, currency] = [find("cost-bars"), this.typed?.currency];
    if (!this.rows.length || !box.clientWidth) return;
    const colourOf = (name) => this.colours.get(name);
    const about = { tones: this.data.tones, currency, colourOf };
    const rows = this.rows.filter((one) => !isReference(one));
    const caption = captionOf(rows, currency, this.data.estimated);
    const width = Math.min(box.clientWidth, MOST_WIDE);
    box.replaceChildren(costBars(rows, about, width));
    box.firstChild.setAttribute("aria-label", caption);
    const figure = box.closest("figure");
    figure.querySelector(".words").textContent = caption;
    figure.querySelector(".hint")?.remove(); // as the bars are never wider than the page
  }

  /** Fill the table. */
  list() {
    const table = costTable(this.rows, this.contest, this.data.shares);
    const places = this.rows.map(({ name }) => this.order.indexOf(name) % COLOURS);
    for (const [i, head] of table.querySelectorAll("tbody th").entries()) {
      const long = head.textContent.length > LONG_NAME ? " long" : "";
      const colour = places[i] >= 0 ? `c${places[i]}` : ""; // none of a reference
      head.className = `${colour}${long}`; // as html_tables.py has it
    }
    find("cost-table").replaceChildren(table);
    sortable(table);
  }
}

const MOST_WIDE = 860; // pixels
const COLOURS = 10; // of contenders
const LONG_NAME = 28; // characters

/** Give the costs of one stream the bounds that Python has found, or none. */
function bind(one, bounds) {
  const [low, high, overLow, overHigh] = bounds ?? [null, null, null, null];
  Object.assign(one.cost, { low: low ?? NaN, high: high ?? NaN });
  if (one.over) Object.assign(one.over, { low: overLow ?? NaN, high: overHigh ?? NaN });
}

/** Give the costs of one stream, and the saving against another, their bounds at some prices. */
function boundAlong(one, other, prices) {
  Object.assign(one.cost, atLeastZero(costAlong(one, prices)));
  if (one.over) Object.assign(one.over, gapAlong(other, one, prices));
}

/** Whether mistakes differ in their prices, so that predictions should follow these. */
function isUneven({ loss, prices }, { losses }) {
  const { fields, by, uneven } = losses[loss];
  return uneven || (by && new Set(fields.map(({ quantity }) => prices[quantity])).size > 1);
}

/** Call `act` whenever an element has another width. */
function onWidth(box, act) {
  let width = box.clientWidth;
  new ResizeObserver(() => {
    if (width === box.clientWidth) return;
    width = box.clientWidth;
    act();
  }).observe(box);
}

/** How to run the study with the prices typed, where they are not the scenario's. */
function howToRun(options, { contest: { unknown }, data: { command, settings }, setting }) {
  if (!options.length) return [];
  const text = "Sentence, bars and table are by these prices, all else by those of the scenario.";
  const interval = " How certain differences are, a run shows.";
  const code = element("code", {}, `${command} ${options.join(" ")}`);
  const others = options.some((one) => one.includes("prices.mistake="));
  const note = settings[setting].follows && others ? FOLLOWS : "";
  return [`${text}${unknown ? interval : ""} To run the study with them: `, code, note];
}

const FOLLOWS =
  ". A learner cost_sensitive goes on predicting by its own prices of mistakes (its key " +
  "mistake), here and in that run; change these, too.";
