// Ranking: how often a row of one class has a higher score of it than a row of another.

/**
 * The rows of a run, in the order in which they came: `labels`, one of k or, without a score,
 * k + 1; `ranks` by each score; `starts`, the first row of each interval, and how many there are.
 */
function rowsOf(label, rank, k) {
  const [places, intervals] = [label.length, label[0].length];
  const at = [];
  const starts = [];
  for (let i = 0; i < intervals; i++) {
    starts.push(at.length);
    for (let j = 0; j < places && label[j][i] !== k; j++) at.push([i, j]);
  }
  starts.push(at.length);
  const labels = Uint16Array.from(at, ([i, j]) => label[j][i]);
  const ranks = Array.from({ length: rank.length / places }, (_, c) =>
    Float64Array.from(at, ([i, j]) => rank[c * places + j][i]),
  );
  return { labels, ranks, starts, k };
}

/** Rows in the order of a score: their labels, and where the rows of equal score end. */
function inOrder(order, ranks, labels) {
  const ends = new Uint32Array(order.length);
  for (let i = order.length - 1; i >= 0; i--) {
    const equal = i + 1 < order.length && ranks[order[i]] === ranks[order[i + 1]];
    ends[i] = equal ? ends[i + 1] : i + 1;
  }
  return { order, ends, labels: Uint16Array.from(order, (row) => labels[row]) };
}

/** All rows in the order of a score, from the lowest on, and the place of each row in it. */
function orderOf(ranks, labels) {
  const n = ranks.length;
  const keys = ranks.map((rank, i) => rank * n + i).sort();
  const order = Uint32Array.from(keys, (key) => key % n);
  const places = new Uint32Array(n);
  order.forEach((row, place) => (places[row] = place));
  return { ...inOrder(order, ranks, labels), places };
}

const FEW = 1 / 16; // a window with a smaller share of all rows is sorted by itself

/** The rows from one to another in the order of a score; where they are many, all rows. */
function ordered(whole, ranks, labels, start, stop) {
  if (stop - start > FEW * labels.length) return whole;
  const rows = whole.places.slice(start, stop).sort().map((place) => whole.order[place]);
  return inOrder(rows, ranks, labels);
}

/** The weight of the pairs that class c wins against each of k classes, by rows in order. */
function wonBy(c, k, { order, ends, labels }, weight) {
  const [won, below] = [new Float64Array(k), new Float64Array(k)];
  const win = (own) => {
    for (let other = 0; other < k; other++) won[other] += own * below[other];
  };
  for (let i = 0; i < order.length; ) {
    const end = ends[i];
    let own = 0;
    for (let j = i; j < end; j++) if (labels[j] === c) own += weight[order[j]];
    if (own) win(own / 2);
    for (; i < end; i++) {
      const more = weight[order[i]];
      if (labels[i] > k && more) return won.fill(NaN);
      below[labels[i]] += more;
    }
    if (own) win(own / 2);
  }
  return won;
}

/**
 * The average precision of class c: the mean precision at its rows, with all rows predicted to be
 * of it that score no lower; or, where `lowest` come first, no higher.
 */
function precisionOf(c, k, { order, ends, labels }, weight, lowest = false) {
  const [own, all] = [new Float64Array(order.length), new Float64Array(order.length)];
  let n = 0; // groups of rows with equal scores
  for (let i = 0; i < order.length; n++) {
    for (const end = ends[i]; i < end; i++) {
      const more = weight[order[i]];
      if (labels[i] > k && more) return NaN;
      all[n] += more;
      if (labels[i] === c) own[n] += more;
    }
  }
  let [precision, found, every] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const group = lowest ? i : n - 1 - i;
    found += own[group];
    every += all[group];
    if (own[group]) precision += (own[group] * found) / every;
  }
  return found ? precision / found : NaN;
}

/** In each window what `of` makes of the orders of its rows by each score and of their weights. */
function inWindows({ rows, stretches }, of) {
  const { labels, ranks, starts } = rows;
  const weight = new Float64Array(labels.length);
  rows.orders ??= ranks.map((own) => orderOf(own, labels));
  const found = stretches.map(({ first, weights }) => {
    const [start, stop] = [starts[first], starts[first + weights.length]];
    weights.forEach((own, i) => weight.fill(own, starts[first + i], starts[first + i + 1]));
    const orders = ranks.map((own, i) => ordered(rows.orders[i], own, labels, start, stop));
    const values = of(orders, weight);
    weight.fill(0, start, stop);
    return values;
  });
  return found[0].map((_, i) => Float64Array.from(found, (one) => one[i]));
}

/**
 * The weight of the pairs of rows that each class wins against each other one, class by class, in
 * each window: those in which its row has the higher score of it, and half of those with equal
 * ones. Of two classes by the score of class 1 alone.
 */
function winsOf(scores) {
  const { k } = scores.rows;
  return inWindows(scores, (orders, weight) => {
    if (k === 2) return Array(2).fill(wonBy(1, k, orders[0], weight)[0]);
    const won = orders.map((order, c) => wonBy(c, k, order, weight));
    return won.flatMap((one, c) => [...one].filter((_, other) => other !== c));
  });
}

/** The average precision of each class against all others in each window. */
function precisionsOf(scores) {
  const { k } = scores.rows;
  return inWindows(scores, (orders, weight) =>
    k === 2
      ? [true, false].map((lowest, c) => precisionOf(c, k, orders[0], weight, lowest))
      : orders.map((order, c) => precisionOf(c, k, order, weight)),
  );
}
