// The view: which part of a study is shown, and the values at a window.

const SMALLEST = 3; // windows that stay visible
const titleOf = (name) => name.replaceAll("_", " ");

/** The part of a study that is shown; calls `changed` after each change. */
class View {
  constructor(about, scenes, changed) {
    Object.assign(this, { about, scenes, changed, setting: 0, metric: 0, over: "tumbling" });
    this.window = about.window;
    this.hidden = new Set(about.hidden);
    this.rows = this.values = this.bands = null;
    this.known = {};
  }

  get scene() {
    return this.scenes[this.setting];
  }

  /** Change what is shown; the zoom stays where the stream is the same. */
  set(changes) {
    if ("setting" in changes) this.rows = null;
    if ("setting" in changes || "metric" in changes) this.values = null;
    Object.assign(this, changes);
    if (!this.offers(this.window)) this.window = this.about.rows;
    this.changed();
  }

  /** Whether there are windows of some rows, or of a time by its key, of the kind shown. */
  offers(window) {
    const duration = this.about.durations?.find(({ key }) => key === window);
    return !duration || (this.over !== "faded" && (this.over !== "sliding" || duration.micros > 0));
  }

  /** The time that windows cover, {key, text, micros}; undefined where they count rows. */
  get duration() {
    return this.about.durations?.find(({ key }) => key === this.window);
  }

  /** All that can be shown: {name, label, colour, dashes, played}, contenders first. */
  get all() {
    const { about, scene } = this;
    const contenders = scene.about.contenders.map((i) => about.contenders[i]);
    const references = scene.about.references.map((name) => ({ name, ...about.references[name] }));
    return [...contenders, ...references].map((one) => ({
      ...one,
      label: one.label ?? one.name,
      played: scene.runs.has(one.name),
    }));
  }

  /** Hide a contender, or show it if it is hidden. */
  toggle(name) {
    if (!this.hidden.delete(name)) this.hidden.add(name);
    this.changed();
  }

  /** Show one contender alone; or all, if it is alone already. */
  isolate(name) {
    const others = this.all.filter((one) => one.name !== name);
    const alone = !this.hidden.has(name) && others.every((one) => this.hidden.has(one.name));
    this.show(this.all.filter((one) => alone || one.name === name));
  }

  /** Show some contenders, and no others. */
  show(some) {
    this.hidden = new Set(this.all.map(({ name }) => name));
    for (const { name } of some) this.hidden.delete(name);
    this.changed();
  }

  /** The input of `Chart.plot`. */
  get shown() {
    const { scene, about } = this;
    const visible = this.all.filter(({ name, played }) => played && !this.hidden.has(name));
    const { metric, windows, curve } = this.computed;
    const curves = visible.map((one) => ({ ...one, ...curve(one.name) }));
    const bands = this.bands ?? curves.length <= about.mostBands;
    const [rows, steps] = [this.rows ?? this.whole, this.over === "tumbling"];
    return { scene, windows, curves, metric, steps, bands, rows, values: this.values };
  }

  /** The metric, the windows, and a function that computes each curve once. */
  get computed() {
    const key = [this.setting, this.metric, this.over, this.window].join();
    if (key === this.known.key) return this.known;
    const { scene } = this;
    const metric = this.about.metrics[this.metric];
    const windows = scene.over(this.over, this.duration ?? this.window);
    const found = {};
    const curve = (name) =>
      (found[name] ??= { ...windows.curve(name, metric), retrained: scene.retrained(name) });
    return (this.known = { key, metric, windows, curve });
  }

  get whole() {
    return [this.scene.about.warmup, this.scene.about.length];
  }

  /** Show a range of rows, kept inside the stream, and of values, if given. */
  zoom([low, high], values = this.values) {
    const [first, last] = this.whole;
    const least = Math.min(SMALLEST * this.scene.grid.interval, last - first);
    const length = Math.min(Math.max(high - low, least), last - first);
    const start = Math.min(Math.max((low + high - length) / 2, first), last - length);
    const all = length >= last - first;
    this.set({ rows: all ? null : [start, start + length], values });
  }

  /** Show more or less of the stream, around a row. */
  scale(factor, row = null) {
    const { axis } = this.scene;
    const [low, high] = (this.rows ?? this.whole).map((end) => axis.at(end));
    const centre = row === null ? (low + high) / 2 : axis.at(row);
    this.move([centre - (centre - low) * factor, centre + (high - centre) * factor]);
  }

  /** Show what is between two places on the axis, moved inside the stream. */
  move([low, high]) {
    const { axis } = this.scene;
    const [first, last] = this.whole.map((end) => axis.at(end));
    const length = Math.min(high - low, last - first);
    const start = Math.min(Math.max((low + high - length) / 2, first), last - length);
    this.zoom([start, start + length].map((place) => axis.row(place)));
  }

  /** Move to earlier or later rows, by a share of the visible part of the axis. */
  pan(share) {
    const { axis } = this.scene;
    const [low, high] = (this.rows ?? this.whole).map((end) => axis.at(end));
    this.move([low, high].map((end) => end + share * (high - low)));
  }

  reset() {
    this.set({ rows: null, values: null });
  }
}

/** The window at a row. */
function windowAt({ windows, steps }, row) {
  const last = windows.lasts.length - 1;
  const found = windows.lasts.findIndex((end) => end + 1 > row);
  if (steps || found <= 0) return found < 0 ? last : found;
  const nearer = row - windows.lasts[found - 1] < windows.lasts[found] - row;
  return nearer ? found - 1 : found;
}

/** The reading of a window: its rows, its concepts, and a line for each curve, best value last. */
function readingAt({ scene, windows, curves, steps }, over, index) {
  const [first, last] = [windows.firsts[index], windows.lasts[index]];
  const { axis } = scene;
  const dates = axis === ROWS ? "" : axis.between(over === "faded" ? last : first, last);
  const rows =
    over === "faded" ? `up to row ${grouped(last)}` : `rows ${grouped(first)} to ${grouped(last)}`;
  const known = curves.filter(({ mean }) => mean.some(Number.isFinite));
  const lines = known.map((curve) => {
    const [mean, low, high] = [curve.mean, curve.low, curve.high].map((values) => values[index]);
    const range = curve.seeds > 1 ? `${valueText(low)} to ${valueText(high)}` : "";
    return { curve, mean, value: valueText(mean), range: Number.isNaN(mean) ? "" : range };
  });
  lines.sort((one, other) =>
    Number.isNaN(one.mean) ? 1 : Number.isNaN(other.mean) ? -1 : other.mean - one.mean,
  );
  const near = steps || over === "sliding" ? first : last;
  const rules = rulesOver(scene.about, near, last);
  return { rows: dates ? `${rows}, ${dates}` : rows, rules, lines };
}

/** The concepts of some rows, with their shares where there are several. */
function rulesOver({ grounds, concepts, length }, first, last) {
  if (!grounds.length || concepts.length < 2) return "";
  const shares = concepts.map(() => 0);
  grounds.forEach(([start, , own], i) => {
    const stop = grounds[i + 1]?.[0] ?? length;
    const rows = Math.max(0, Math.min(stop, last + 1) - Math.max(start, first));
    own.forEach((share, k) => (shares[k] += (share * rows) / (last + 1 - first)));
  });
  const ruling = shares.flatMap((share, k) => (share > 0.005 ? [[concepts[k], share]] : []));
  if (ruling.length === 1) return ruling[0][0];
  return ruling.map(([name, share]) => `${name} ${Math.round(100 * share)} %`).join(", ");
}

/** A reading as one line of text. */
function sentenceOf({ rows, rules, lines }) {
  const values = lines.map(
    ({ curve, value, range }) => `${curve.label} ${value}${range && ` (${range})`}`,
  );
  return `${rows}${rules && `, ${rules}`}: ${values.join("; ")}`;
}
