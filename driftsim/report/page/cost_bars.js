// Cost bars: what each contender costs, stacked from its shares; as total_costs.py draws them.

const BARS = { row: 26, height: 15, cap: 4, beside: 12, foot: 42, tick: 90, legend: 20, above: 17 };
const DOT = 14; // pixels of the dot in the colour of a contender, beside its name
const NARROW = 640; // pixels, below which names stand above their bars
const MOST_BARS = 40; // those of the cheapest
const LONGEST = 44; // characters of a name that are written

/** A name as figures write it: whole, or without its middle where it is long. */
function shortened(name, longest = LONGEST) {
  const half = Math.floor(longest / 2);
  return name.length <= longest ? name : `${name.slice(0, half)}…${name.slice(1 - half)}`;
}

/** A name as long as some pixels allow. */
function fitted(name, room) {
  let longest = LONGEST;
  while (longest > 8 && widthOf(shortened(name, longest)) > room) longest -= 2;
  return shortened(name, longest);
}

/** A text of a drawing on its baseline. */
const words = (text, x, y, anchor = "start", more = {}) =>
  svgElement("text", { x, y, "text-anchor": anchor, ...more }, text);

/** The bars of contenders that `pricedBy` gives, in a picture of some width. */
function costBars(every, { tones, currency, colourOf }, width) {
  const rows = every.slice(0, MOST_BARS);
  const most = rows.length < every.length ? ` (the ${MOST_BARS} cheapest of ${every.length})` : "";
  const paid = (share) => rows.some(({ parts }) => meanOf(parts[share]) > 0);
  const shares = Object.keys(tones).filter(paid);
  const wide = width >= NARROW;
  const widest = (texts) => Math.max(...texts.map(widthOf));
  const named = widest(rows.map(({ name }) => shortened(name)));
  const left = wide ? BARS.beside + DOT + named : 1;
  const right = width - (wide ? BARS.beside + widest(rows.map((one) => costText(one.cost))) : 10);
  const ends = rows.flatMap(({ cost }) => [cost.mean, cost.high]).filter(Number.isFinite);
  const x = scaleOf([0, 1.02 * Math.max(...ends) || 1], [left, right]);
  const [key, top] = legendOfShares(shares, tones, width);
  const row = wide ? BARS.row : BARS.row + BARS.above;
  const bottom = top + row * rows.length;
  const bars = rows.map((one, i) => {
    const end = top + row * (i + 1) - (BARS.row - BARS.height) / 2;
    const [colour, y] = [colourOf(one.name), end - BARS.height / 2];
    return barOf(one, { colour, shares, tones, x, y, wide, left, right, width });
  });
  const drawn = [...key, ...axisOf(x, `cost, ${currency}${most}`, [top, bottom], width), ...bars];
  const frame = svgElement("path", { class: "frame", d: `M${left} ${top}V${bottom}H${right}` });
  return pictureOf([...drawn, frame], width, bottom + BARS.foot);
}

/** A picture of some elements. */
function pictureOf(parts, width, height) {
  const size = { width, height, viewBox: `0 0 ${width} ${height}`, role: "img" };
  return svgElement("svg", { class: "plot", ...size }, ...parts);
}

/** What the tones of shares mean, where there are several, and how high that is. */
function legendOfShares(shares, tones, width) {
  if (shares.length < 2) return [[], BARS.beside];
  let [x, y] = [0, BARS.legend / 2];
  const parts = shares.flatMap((share) => {
    const needed = 35 + widthOf(share);
    if (x && x + needed > width) [x, y] = [0, y + BARS.legend];
    const at = { x, y: y - BARS.height / 2, width: 20, height: BARS.height };
    const sample = svgElement("rect", { class: "part", fill: tones[share], ...at });
    const name = words(share, x + 27, y, "start", { dy: "0.35em" });
    x += needed + 12;
    return [sample, name];
  });
  return [parts, y + BARS.legend / 2 + BARS.beside];
}

/** Round values below the bars, within the width of the picture, and lines up from them. */
function axisOf(x, label, [top, bottom], width) {
  const [left, right] = [x(x.range[0]), x(x.range[1])];
  const { values, step } = roundValues(x.range, (right - left) / BARS.tick);
  const marks = values.flatMap((value) => {
    const half = widthOf(tickLabel(value, step)) / 2;
    const middle = Math.min(Math.max(x(value), half), width - half);
    return [
      svgElement("path", { class: "grid", d: `M${x(value)} ${top}V${bottom}` }),
      svgElement("path", { class: "tick", d: `M${x(value)} ${bottom}v4` }),
      words(tickLabel(value, step), middle, bottom + 17, "middle"),
    ];
  });
  const place = [(left + right) / 2, bottom + 34];
  return [...marks, words(label, ...place, "middle", { class: "title" })];
}

/** The bar of a contender, its name, its interval and its cost. */
function barOf({ name, cost, parts }, { colour, shares, tones, x, y, wide, left, right, width }) {
  const [place, above] = [{ dy: "0.35em" }, y - BARS.height / 2 - 5];
  const text = costText(cost);
  const room = right - left - DOT - BARS.beside - widthOf(text);
  const label = wide ? shortened(name) : fitted(name, room);
  const named = wide
    ? [words(label, left - DOT - 8, y, "end", place), words(text, width, y, "end", place)]
    : [words(label, left + DOT + 3, above), words(text, right, above, "end")];
  const [cx, cy] = wide ? [left - DOT, y] : [left + DOT / 2, above - 4];
  named.push(svgElement("circle", { cx, cy, r: 4, fill: colour }));
  let start = 0;
  const bars = shares.flatMap((share) => {
    const part = meanOf(parts[share]);
    if (!(part > 0)) return [];
    const [from, to] = [x(start), x((start += part))];
    const size = { x: from, y: y - BARS.height / 2, width: to - from, height: BARS.height };
    return [svgElement("rect", { class: "part", fill: tones[share], ...size })];
  });
  if (!Number.isNaN(cost.low)) {
    const [low, high] = [x(Math.max(cost.low, 0)), x(cost.high)];
    const caps = [low, high].map((end) => `M${end} ${y - BARS.cap}v${2 * BARS.cap}`).join("");
    bars.push(svgElement("path", { class: "range whisker", d: `M${low} ${y}H${high}${caps}` }));
  }
  const group = svgElement("g", {}, ...named, ...bars);
  group.dataset.name = name;
  return group;
}
