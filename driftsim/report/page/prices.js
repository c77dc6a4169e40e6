// Prices: the fields of prices, and what is typed into them.

const NO_NUMBER = "A price is a number from 0 to 10¹¹, with a point before decimals, such as 0.5.";
const NO_CURRENCY = "The currency needs a name.";
const ALL_ZERO = "Something needs a price above 0.";
// Fields are texts: those of numbers drop a comma as it is typed, and 0,5 would be 5.
const NUMBER = /^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** The fields of prices; `changed` is called with what is typed whenever all of it is valid. */
class PriceFields {
  constructor(form, about, changed) {
    Object.assign(this, { form, about, changed });
    this.currency = element("input", { type: "text", maxLength: 40, required: true });
    const losses = about.losses.map(({ text }, i) => element("option", { value: i }, text));
    this.loss = element("select", {}, ...losses);
    const chosen = labelled(about.priced, this.loss);
    chosen.hidden = losses.length < 2;
    const quantities = [...about.losses.flatMap(({ fields }) => fields), ...about.fields];
    this.inputs = new Map(quantities.map(({ quantity }) => [quantity, priceField()]));
    const each = quantities.map(({ quantity, label }) =>
      labelled(label, this.inputs.get(quantity)),
    );
    form.querySelector(".fields").append(labelled("currency", this.currency), chosen, ...each);
    form.addEventListener("input", () => this.read());
    form.addEventListener("submit", (event) => event.preventDefault());
  }

  /** Put prices into the fields: {currency, loss, prices}. */
  fill({ currency, loss, prices }) {
    this.currency.value = currency;
    this.loss.value = loss;
    for (const [quantity, input] of this.inputs) input.value = prices[quantity];
    this.read();
  }

  /** Read the fields, mark those that are not valid, and tell of the prices if all are. */
  read() {
    const { loss, used } = this;
    for (const { fields } of this.about.losses) {
      for (const { quantity } of fields) {
        this.inputs.get(quantity).closest("label").hidden = !used.includes(quantity);
      }
    }
    const typed = used.map((name) => [name, priceIn(this.inputs.get(name))]);
    const { fixed } = this.about.losses[loss.value];
    const prices = { ...Object.fromEntries(typed), ...fixed };
    const fault = this.fault || (sumOf(Object.values(prices)) > 0 ? "" : ALL_ZERO);
    this.form.querySelector(".refused").textContent = fault;
    const currency = this.currency.value.trim();
    if (!fault) this.changed({ currency, loss: Number(loss.value), prices });
  }

  /** The quantities whose prices are asked for. */
  get used() {
    const { fields } = this.about.losses[this.loss.value];
    return [...fields, ...this.about.fields].map(({ quantity }) => quantity);
  }

  /** What is wrong with the fields, which are marked; an empty text if nothing is. */
  get fault() {
    const asked = this.used.map((name) => this.inputs.get(name));
    const bad = asked.filter((one) => !(priceIn(one) <= this.about.most));
    const unnamed = !this.currency.value.trim();
    for (const one of this.inputs.values()) one.setAttribute("aria-invalid", bad.includes(one));
    this.currency.setAttribute("aria-invalid", unnamed);
    return bad.length ? NO_NUMBER : unnamed ? NO_CURRENCY : "";
  }
}

/** A field of a price. */
const priceField = () => element("input", { type: "text", inputMode: "decimal", required: true });

/** The number that is typed into a field; NaN if it is none. */
function priceIn({ value }) {
  const text = value.trim();
  return NUMBER.test(text) ? Number(text) : NaN;
}

/** A field below its label. */
const labelled = (text, input) => element("label", {}, element("span", {}, text), input);
