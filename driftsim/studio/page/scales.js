// Slider scales: from a place on a slider to a value, and numbers as people type them.

const NOTCHES = 1000; // of a slider

/** The value at a place of a slider, 0 to NOTCHES, as round as the slider is fine. */
function valueAt({ low, high, log, form, step: days }, place) {
  const share = place / NOTCHES;
  const value = log
    ? Math.exp(Math.log(low) + share * Math.log(high / low))
    : low + share * (high - low);
  if (form === "whole" || form === "date") {
    const step = days || (log ? stepOf(value / 20) : Math.max(1, stepOf((high - low) / 400)));
    return Math.min(Math.max(Math.round(Math.round(value / step) * step), Math.ceil(low)), high);
  }
  if (log) return Number(value.toPrecision(2));
  const step = stepOf((high - low) / 400);
  const rounded = Number((Math.round(value / step) * step).toPrecision(12));
  return Math.min(Math.max(rounded, low), high);
}

/** The next other value on a slider, up or down; the value itself at its end. */
function nextValue(control, value, sign) {
  const end = sign > 0 ? NOTCHES : 0;
  for (let place = placeOf(control, value); place !== end; place += sign) {
    const next = valueAt(control, place + sign);
    if (sign * (next - value) > 0) return next;
  }
  return value;
}

/** The place of a value on a slider. */
function placeOf({ low, high, log }, value) {
  const share = log
    ? Math.log(Math.max(value, low) / low) / Math.log(high / low)
    : (value - low) / (high - low || 1);
  return Math.round(Math.min(Math.max(share, 0), 1) * NOTCHES);
}

/** The greatest of 1, 2, 5, 10, … that is not more than a size. */
function stepOf(size) {
  if (!(size > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(size));
  return [5, 2, 1].find((one) => one * power <= size * 1.0001) * power;
}

/** A number as a field shows it. */
const written = (value) => (Number.isInteger(value) ? grouped(value) : String(Number(value.toPrecision(6))));

/** The number that was typed, with underscores or commas between thousands; NaN if it is none. */
function typedNumber(text) {
  const plain = text.trim().replaceAll("_", "").replaceAll(",", "").replace("−", "-");
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(plain) ? Number(plain) : NaN;
}
