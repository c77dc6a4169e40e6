// Dates: when rows were, round dates for the ticks of an axis, and dates as text.

const SECOND = 1e6; // microseconds
const DAY = 86_400 * SECOND;
const LENGTHS = { ms: 1e3, s: SECOND, min: 60 * SECOND, h: 3600 * SECOND, day: DAY };
Object.assign(LENGTHS, { month: 30.44 * DAY, year: 365.25 * DAY });
const TICKS = {
  ms: [1, 2, 5, 10, 20, 50, 100, 200, 500],
  s: [1, 2, 5, 10, 15, 30],
  min: [1, 2, 5, 10, 15, 30],
  h: [1, 2, 3, 6, 12],
  day: [1, 2, 7, 14],
  month: [1, 2, 3, 6],
  year: [1, 2, 5, 10, 20, 50, 100, 200, 500],
};
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const WRITTEN = { days: 10, minutes: 16, seconds: 19, milliseconds: 23 }; // characters of a date

/** Rows without dates: their places on an axis are they themselves. */
const ROWS = { at: (row) => row, row: (row) => row, holes: [] };

/** When rows were; moments are in microseconds since the first row after the warm-up. */
class Dates {
  /** `passed`: how long after the row before it each interval begins, and how long it is. */
  constructor({ start, zone, precision, origin, holes, exact, starts }, grid, passed) {
    Object.assign(this, { start, zone, precision, origin, holes, starts });
    let moment = 0;
    const known = new Map(exact);
    grid.firsts.forEach((first, i) => {
      known.set(first, (moment += passed[0][i]));
      known.set(grid.lasts[i], (moment += passed[1][i]));
    });
    known.set(grid.lasts.at(-1) + 1, moment); // where the axis ends
    this.rows = [...known.keys()].sort((a, b) => a - b);
    this.moments = this.rows.map((row) => known.get(row));
    this.edges = [...grid.firsts, grid.lasts.at(-1)].map((row) => known.get(row));
    this.clock = clockOf(zone);
  }

  /** Those of rows (ascending) whose moments are known: microseconds since a start. */
  static of({ start, zone, precision }, rows, moments) {
    const about = { start, zone, precision, rows, moments, clock: clockOf(zone) };
    return Object.assign(Object.create(Dates.prototype), about);
  }

  at(row) {
    return between(this.rows, this.moments, row);
  }

  row(moment) {
    return between(this.moments, this.rows, moment);
  }

  /** A moment as the date on the wall, in milliseconds. */
  wall(moment) {
    const utc = Math.floor((this.start + moment) / 1000);
    return utc + this.clock(utc);
  }

  /** The moment of a date on the wall. */
  moment(wall) {
    const guess = wall - this.clock(wall);
    return (wall - this.clock(guess)) * 1000 - this.start;
  }

  /** The date of a row as text. */
  text(row) {
    const written = new Date(this.wall(this.at(row))).toISOString();
    return written.slice(0, WRITTEN[this.precision]).replace("T", " ");
  }

  /** The dates of two rows: one date where they are the same. */
  between(first, last) {
    return [...new Set([this.text(first), this.text(last)])].join(" to ");
  }

  /** About `n` round moments between two, each with its text; and what all have in common. */
  ticks([low, high], n) {
    const [unit, step] = tickStep((high - low) / Math.max(n, 1));
    const [first, last] = [this.wall(low), this.wall(high)];
    const ticks = [];
    for (let wall = floored(first, unit, step); wall <= last; wall = following(wall, unit, step)) {
      const moment = this.moment(wall);
      if (low <= moment && moment <= high) ticks.push({ moment, text: tickText(wall, unit) });
    }
    return { ticks, common: inCommon(new Date(first), new Date(last), unit) };
  }
}

/** A function that gives how many milliseconds the clocks of a zone are before UTC at a moment. */
function clockOf(zone) {
  if (!zone) return () => 0;
  const names = ["year", "month", "day", "hour", "minute", "second"];
  const numbers = Object.fromEntries(names.map((name) => [name, "numeric"]));
  const style = { ...numbers, timeZone: zone, hourCycle: "h23", calendar: "iso8601" };
  const written = new Intl.DateTimeFormat("en", style);
  return (utc) => {
    const parts = Object.fromEntries(written.formatToParts(utc).map((p) => [p.type, p.value]));
    const [year, month, ...rest] = names.map((name) => Number(parts[name]));
    return Date.UTC(year, month - 1, ...rest) - Math.floor(utc / 1000) * 1000;
  };
}

/** The value at a place between known ones, in proportion; places are in ascending order. */
function between(places, values, place) {
  let [low, high] = [0, places.length - 1];
  if (place <= places[low]) return values[low];
  if (place >= places[high]) return values[high];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (places[middle] <= place) low = middle;
    else high = middle;
  }
  const share = (place - places[low]) / (places[high] - places[low]);
  return values[low] + share * (values[high] - values[low]);
}

/** The unit and the number of units of ticks that are at least so far apart. */
function tickStep(least) {
  for (const [unit, steps] of Object.entries(TICKS)) {
    const step = steps.find((one) => one * LENGTHS[unit] >= least);
    if (step) return [unit, step];
  }
  return ["year", 1000];
}

/** The last round date on the wall at or before one. */
function floored(wall, unit, step) {
  const date = new Date(wall);
  const year = date.getUTCFullYear();
  if (unit === "year") return yearOf(Math.floor(year / step) * step);
  if (unit === "month") return Date.UTC(year, Math.floor(date.getUTCMonth() / step) * step);
  const length = (step * LENGTHS[unit]) / 1000;
  const monday = unit === "day" && step % 7 === 0 ? (4 * DAY) / 1000 : 0;
  return Math.floor((wall - monday) / length) * length + monday;
}

/** The round date on the wall after one. */
function following(wall, unit, step) {
  const date = new Date(wall);
  const year = date.getUTCFullYear();
  if (unit === "year") return yearOf(year + step);
  if (unit === "month") return Date.UTC(year, date.getUTCMonth() + step);
  return wall + (step * LENGTHS[unit]) / 1000;
}

/** The start of a year; Date.UTC takes the years 0 to 99 for those of 1900. */
const yearOf = (year) => new Date(Date.UTC(2000, 0)).setUTCFullYear(year);

/** The text of a tick: what the next larger unit does not say. */
function tickText(wall, unit) {
  const date = new Date(wall);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  if (unit === "year" || (unit === "month" && !month)) return String(year);
  if (unit === "month") return MONTHS[month];
  if (unit === "day" || wall % (DAY / 1000) === 0) return `${date.getUTCDate()} ${MONTHS[month]}`;
  const [from, to] = { ms: [17, 23], s: [11, 19] }[unit] ?? [11, 16];
  return date.toISOString().slice(from, to);
}

/** What the ticks of an axis have in common: a year, or a day. */
function inCommon(first, last, unit) {
  if (unit === "year") return "";
  const [day, other] = [first, last].map((date) => date.toISOString().slice(0, 10));
  if (unit !== "month" && unit !== "day" && day === other) {
    return `${first.getUTCDate()} ${MONTHS[first.getUTCMonth()]} ${first.getUTCFullYear()}`;
  }
  return [...new Set([first.getUTCFullYear(), last.getUTCFullYear()])].join("–");
}
