// Windows: stretches of the stream, and how tallies are joined over them.

/** The intervals of a setting: their first and last rows, and their numbers of rows. */
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

/**
 * The windows of each kind on a grid: their first and last rows, and `gather`, which joins the
 * entries of intervals, `at(i)`, over each window; `fade` keeps a share of an entry.
 */
const WINDOWS = {
  /** One after the other, starting at multiples of their length. */
  tumbling(grid, window) {
    const length = Math.ceil(window / grid.interval) * grid.interval;
    const places = grid.firsts.map((first) => Math.floor(first / length));
    const starts = [...places.keys()].filter((i) => !i || places[i] !== places[i - 1]);
    return tumbling(grid, starts);
  },

  /** One that ends with each interval; the first ones are shorter. */
  sliding(grid, window) {
    const n = Math.min(Math.ceil(window / grid.interval), grid.rows.length);
    return {
      firsts: grid.firsts.map((_, i) => grid.firsts[Math.max(i - n + 1, 0)]),
      lasts: grid.lasts,
      gather(at, join) {
        // joins the end of a block and the head of the next: earlier entries leave no rounding
        const heads = running(grid.rows.length, at, join, (i) => i % n === 0);
        const ends = [];
        for (let i = grid.rows.length - 1; i >= 0; i--) {
          ends[i] = (i + 1) % n && i + 1 < grid.rows.length ? join(at(i), ends[i + 1]) : at(i);
        }
        const whole = (i) => i < n || (i + 1) % n === 0; // starts with a block
        return heads.map((head, i) => (whole(i) ? head : join(ends[i - n + 1], head)));
      },
    };
  },

  /** All rows up to the end of each interval. */
  cumulative(grid) {
    const firsts = grid.firsts.map(() => grid.firsts[0]);
    const gather = (at, join) => running(grid.rows.length, at, join, () => false);
    return { firsts, lasts: grid.lasts, gather };
  },

  /** The same with older rows weighing less: in all as much as `window` rows. */
  faded(grid, window) {
    const kept = grid.rows.map((rows) => ((window - 1) / (window + 1)) ** rows);
    const gather = (at, join, fade) => {
      let last;
      return kept.map((share, i) => (last = i ? join(fade(last, share), at(i)) : at(i)));
    };
    return { firsts: grid.firsts, lasts: grid.lasts, gather };
  },
};

/** Windows of time, {key, micros}, by kind; `micros` is missing where months or years count. */
const windowsOfTime = (dates) => ({
  /** Counted from the first row of the stream; an interval is of the window that it begins in. */
  tumbling(grid, { key, micros }) {
    const place = (i) => Math.floor((dates.edges[i] - dates.origin) / micros);
    const begins = [...grid.rows.keys()].filter((i) => !i || place(i) !== place(i - 1));
    return tumbling(grid, micros ? begins : dates.starts[key]);
  },

  /** One that ends with each interval; it starts with the first that begins in so much time. */
  sliding(grid, { micros }) {
    let first = 0;
    const firsts = grid.firsts.map((_, i) => {
      while (first < i && dates.edges[first] < dates.edges[i + 1] - micros) first++;
      return first;
    });
    return {
      firsts: firsts.map((i) => grid.firsts[i]),
      lasts: grid.lasts,
      gather: (at, join) => ending(at, join, firsts),
    };
  },

  cumulative: WINDOWS.cumulative,
});

/** Windows that start with some intervals, and end before the next of them. */
function tumbling(grid, starts) {
  const stops = [...starts.slice(1), grid.rows.length];
  return {
    firsts: starts.map((start) => grid.firsts[start]),
    lasts: stops.map((stop) => grid.lasts[stop - 1]),
    gather(at, join) {
      const begins = new Set(starts);
      const ends = running(grid.rows.length, at, join, (i) => begins.has(i));
      return stops.map((stop) => ends[stop - 1]);
    },
  };
}

/** The entries `firsts[i]` … i, joined, of each i: from stretches of 1, 2, 4, … entries. */
function ending(at, join, firsts) {
  const found = firsts.map((_, i) => at(i));
  let [stretches, last] = [found.slice(), firsts.map((_, i) => i - 1)];
  for (let size = 1; last.some((end, i) => end >= firsts[i]); size *= 2) {
    found.forEach((entry, i) => {
      if (!((last[i] + 1 - firsts[i]) & size)) return;
      found[i] = join(stretches[last[i]], entry);
      last[i] -= size;
    });
    stretches = stretches.map((one, i) => (i < size ? one : join(stretches[i - size], one)));
  }
  return found;
}

/** The entries so far, joined; a new run starts where `restarts(i)`. */
function running(n, at, join, restarts) {
  let last;
  const next = (i) => (last = i && !restarts(i) ? join(last, at(i)) : at(i));
  return Array.from({ length: n }, (_, i) => next(i));
}
