// Price options: how the command line sets the prices that are typed.

const PLAIN = /^[A-Za-z]{2,}( [A-Za-z]+)*$/; // texts that stand in YAML as they are, but for some
const NOT_TEXTS = ["true", "false", "null"];

/** The options that set prices typed, {currency, loss, prices}, that are not a scenario's own. */
function optionsOf(typed, own, about) {
  const differs = (...names) => names.some((name) => typed.prices[name] !== own.prices[name]);
  const [found, newCurrency] = [{}, typed.currency !== own.currency];
  if (newCurrency) found.currency = yamlText(typed.currency);
  const { fields, setting } = about.losses[typed.loss];
  const newLoss = typed.loss !== own.loss || differs(...fields.map(({ quantity }) => quantity));
  if (setting && (newLoss || (newCurrency && !about.given))) {
    if (own.replaces && own.replaces !== setting) found[own.replaces] = "null";
    found[setting] = lossText(typed, about.losses[typed.loss]);
  }
  for (const name of ["label", "hour", "staleness"]) {
    if (differs(name)) found[name] = typed.prices[name];
  }
  const { training: each, training_row: row } = typed.prices;
  if (differs("training", "training_row")) {
    found.training = row ? `{each: ${each}, per_row: ${row}}` : each;
  }
  const settings = Object.entries(found).map(([name, value]) => `prices.${name}=${value}`);
  return settings.map((one) => `--set ${shellWord(one)}`);
}

/** The price of a mistake, or those by class, as YAML writes them. */
function lossText({ prices }, { fields, by }) {
  const values = fields.map(({ quantity }) => prices[quantity]);
  return by ? `{${by.map((name, i) => `${yamlText(name)}: ${values[i]}`).join(", ")}}` : values[0];
}

/** A text as YAML writes it. */
const yamlText = (text) =>
  PLAIN.test(text) && !NOT_TEXTS.includes(text.toLowerCase()) ? text : JSON.stringify(text);

/** A word of a command line, quoted where a shell would take it for something else. */
const shellWord = (word) =>
  /^[\w.=/:+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
