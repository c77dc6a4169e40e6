// Windows: stretches of the stream, and what tallies come to over them.

/** The intervals of a setting: their first and last rows, and how many they have. */
function gridOf({ warmup, length, interval }) {
  const offset = Math.floor(warmup / interval);
  const places = Array.from(
    { length: Math.ceil(length / interval) - offset },
    (_, i) => offset + i,
  );
  const firsts = places.map((place) => Math.max(place * interval, warmup));
  const lasts = places.map((place) => Math.min((place + 1) * interval, length) - 1);
  return { interval, firsts, lasts, rows: lasts.map((last, i) => last - firsts[i] + 1) };
}

/** How the windows of each kind lie on a grid: their rows, and the sum of a column over each. */
const WINDOWS = {
  /** One after the other, begun at multiples of their length. */
  tumbling(grid, window) {
    const length = Math.ceil(window / grid.interval) * grid.interval;
    const places = grid.firsts.map((first) => Math.floor(first / length));
    const starts = [...places.keys()].filter((i) => !i || places[i] !== places[i - 1]);
    const stops = [...starts.slice(1), places.length];
    const summed = (column, start, stop) => {
      let sum = 0;
      for (let i = start; i < stop; i++) sum += column[i];
      return sum;
    };
    return {
      firsts: starts.map((start) => grid.firsts[start]),
      lasts: stops.map((stop) => grid.lasts[stop - 1]),
      sum: (column) => Float64Array.from(starts, (start, i) => summed(column, start, stops[i])),
    };
  },

  /** Ending with each interval; the first ones are shorter. */
  sliding(grid, window) {
    const n = Math.min(Math.ceil(window / grid.interval), grid.rows.length);
    return {
      firsts: grid.firsts.map((_, i) => grid.firsts[Math.max(i - n + 1, 0)]),
      lasts: grid.lasts,
      sum(column) {
        const sums = running(column);
        return sums.map((sum, i) => (i < n ? sum : sum - sums[i - n]));
      },
    };
  },

  /** All rows up to the end of each interval. */
  cumulative(grid) {
    const firsts = grid.firsts.map(() => grid.firsts[0]);
    return { firsts, lasts: grid.lasts, sum: running };
  },

  /** The same, a row counting less the longer it is past: as if there were `window` rows. */
  faded(grid, window) {
    const kept = grid.rows.map((rows) => ((window - 1) / (window + 1)) ** rows);
    let last;
    const faded = (entry, i) => (last = i ? entry + kept[i] * last : entry);
    const sum = (column) => Float64Array.from(column, faded);
    return { firsts: grid.firsts, lasts: grid.lasts, sum };
  },
};

/** The sums of all entries so far. */
function running(column) {
  let sum = 0;
  return Float64Array.from(column, (entry) => (sum += entry));
}
