// SVG: elements, scales and paths.

/** An element of an SVG picture. */
function svgElement(tag, attributes = {}, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/** An element of the page. */
function element(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

/** How wide a text is, in pixels of the font of drawings. */
function widthOf(text) {
  const context = document.createElement("canvas").getContext("2d");
  context.font = "12px system-ui, sans-serif";
  return context.measureText(text).width;
}

/** A scale: from a range of values to places, and back. */
function scaleOf([low, high], [start, stop]) {
  const scale = (value) => start + ((value - low) / (high - low)) * (stop - start);
  scale.back = (place) => low + ((place - start) / (stop - start)) * (high - low);
  scale.range = [low, high];
  return scale;
}

/** The scale of rows on an axis, which has their places. */
function rowScale(axis, [low, high], places) {
  const scale = scaleOf([axis.at(low), axis.at(high)], places);
  const x = (row) => scale(axis.at(row));
  x.back = (place) => axis.row(scale.back(place));
  x.range = [low, high];
  return x;
}

/** About `n` round values in a range, and the step between them. */
function roundValues([low, high], n) {
  const rough = (high - low) / Math.max(n, 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((one) => one * power >= rough * 0.999) * power;
  const values = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) {
    values.push(i * step);
  }
  return { values, step };
}

/** A number with thousands separators and so many decimals; ties are rounded as Python does. */
function fixed(value, decimals) {
  const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
  return value.toLocaleString("en", { ...digits, roundingMode: "halfEven" });
}
const grouped = (row) => fixed(Math.round(row), 0);

/** The label of an axis tick, with as many decimals as the step between ticks needs. */
function tickLabel(value, step) {
  if (Math.max(Math.abs(value), step) >= 1e7 || step < 1e-6) return value.toExponential(1);
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return fixed(Math.abs(value) < step / 2 ? 0 : value, decimals);
}

/** A value of a metric as text. */
function valueText(value) {
  if (Number.isNaN(value)) return "–";
  const size = Math.abs(value);
  if (size >= 1e6 || (size > 0 && size < 1e-4)) return value.toExponential(2);
  return fixed(value, size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : 4);
}

/** The runs of finite values: first and last indices among `from` … `to`. */
function finiteRuns(values, from, to) {
  const found = [];
  for (let i = from; i <= to; i++) {
    if (!Number.isFinite(values[i])) continue;
    if (found.length && found.at(-1)[1] === i - 1) found.at(-1)[1] = i;
    else found.push([i, i]);
  }
  return found;
}

/** The points of a curve over windows: a step over each window, or a point at its end. */
function pointsOf(windows, values, from, to, steps, x, y) {
  const points = [];
  for (let i = from; i <= to; i++) {
    const height = y(values[i]).toFixed(1);
    const end = x(windows.lasts[i] + 1).toFixed(1);
    if (steps) points.push(`${x(windows.firsts[i]).toFixed(1)} ${height}`);
    points.push(`${end} ${height}`);
  }
  return points;
}

/** The path of a line, broken where values are NaN. */
function linePath(windows, values, [from, to], steps, x, y) {
  const parts = finiteRuns(values, from, to).map(([a, b]) => {
    const points = pointsOf(windows, values, a, b, steps, x, y);
    return `M${points.join("L")}${points.length === 1 ? "m-1.5 0h3" : ""}`;
  });
  return parts.join("");
}

/** The path of a band between two lines. */
function bandPath(windows, { low, high }, [from, to], steps, x, y) {
  const parts = finiteRuns(low, from, to).map(([a, b]) => {
    const above = pointsOf(windows, high, a, b, steps, x, y);
    const below = pointsOf(windows, low, a, b, steps, x, y).reverse();
    return `M${above.join("L")}L${below.join("L")}Z`;
  });
  return parts.join("");
}

/** A sample of a line, for the legend. */
function lineSample({ colour, dashes }) {
  const style = { stroke: colour, "stroke-width": 2.5, "stroke-dasharray": dashes.join(" ") };
  const line = svgElement("line", { x1: 0, x2: 28, y1: 5, y2: 5, ...style });
  return svgElement("svg", { class: "sample", width: 28, height: 10, "aria-hidden": true }, line);
}
