// Amounts: numbers as people read them; as amounts.py writes them.

const NARROW_BOUNDS = 1e-9; // of an amount: bounds so narrow are none

/** A number as precise as half of its interval allows, or to three digits. */
function precise(value, half = NaN) {
  if (!Number.isFinite(value)) return "unknown";
  const power = (size) => Math.floor(Math.log10(size));
  let places = value ? 2 - power(Math.abs(value)) : 2;
  if (half > 0 && Number.isFinite(half)) {
    places = (half / 10 ** power(half) < 3 ? 1 : 0) - power(half);
    if (places < 0 && value) {
      places = Math.min(Math.max(places, 1 - power(Math.abs(value))), 0); // two digits are left
    }
  }
  places = Math.min(Math.max(places, -12), 12);
  const unit = 10 ** -places;
  const text = places < 0 ? fixed(Math.round(value / unit) * unit, 0) : fixed(value, places);
  return Number(text.replaceAll(",", "")) ? text.replace("-", "−") : text.replace("-", "");
}

/** Bounds as people write them, in brackets, where they are known: (2.7 to 2.9). */
function bounded({ low, high }, more = "") {
  const half = (high - low) / 2;
  const known = high - low > NARROW_BOUNDS * Math.abs(high);
  return known ? ` (${precise(low, half)} to ${precise(high, half)}${more})` : "";
}

/** An amount of money: in whole units, or if it is small as precise as its interval allows. */
const moneyText = ({ mean, low, high }) =>
  Math.abs(mean) >= 100 ? fixed(mean, 0).replace("-", "−") : precise(mean, (high - low) / 2);

/** A cost with its interval, where that is known: 11,518 (11,380 to 11,650). */
const costText = (cost) => moneyText(cost) + bounded(cost);

/** Names in a sentence, not more than a few: a, b and 3 others. */
function listed(names, most = 6) {
  return inSentence(names.map((name) => (name.includes(" ") ? `'${name}'` : name)), most);
}

/** Texts in a sentence, not more than a few. */
function inSentence([...texts], most = 6) {
  if (texts.length > most) texts.splice(most - 1, Infinity, `${texts.length - most + 1} others`);
  const last = texts.pop();
  return texts.length ? `${texts.join(", ")} and ${last}` : last;
}
