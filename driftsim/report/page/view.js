// The view: what of a study is shown, and what is read from it.

const SMALLEST = 3; // windows that are seen at least
const titleOf = (name) => name.replaceAll("_", " ");

/** What is shown of a study; to be told of changes, pass `changed`. */
class View {
  constructor(about, scenes, changed) {
    Object.assign(this, { about, scenes, changed, setting: 0, metric: 0, over: "tumbling" });
    this.window = about.window;
    this.hidden = new Set(about.hidden);
    this.rows = this.values = this.bands = this.asked = null;
  }

  get scene() {
    return this.scenes[this.setting];
  }

  /** Change what is shown; what was zoomed stays so where the stream is the same. */
  set(changes) {
    if ("setting" in changes) this.rows = null;
    if ("setting" in changes || "metric" in changes) this.values = null;
    Object.assign(this, changes);
    this.changed();
  }

  /** Everybody who could be shown: {name, label, colour, dashes}, contenders first. */
  get everybody() {
    const { about, scene } = this;
    const contenders = scene.about.contenders.map((i) => about.contenders[i]);
    const references = scene.about.references.map((name) => ({ name, ...about.references[name] }));
    return [...contenders, ...references].map((one) => ({
      ...one,
      label: one.label ?? one.name,
      played: scene.runs.has(one.name),
    }));
  }

  /** Hide one that is shown, or show one that is hidden. */
  toggle(name) {
    if (!this.hidden.delete(name)) this.hidden.add(name);
    this.changed();
  }

  /** Show one alone; or everybody, if it is alone already. */
  isolate(name) {
    const others = this.everybody.filter((one) => one.name !== name);
    const alone = !this.hidden.has(name) && others.every((one) => this.hidden.has(one.name));
    this.show(this.everybody.filter((one) => alone || one.name === name));
  }

  /** Show some, and nobody else. */
  show(some) {
    const shown = new Set(some.map(({ name }) => name));
    this.hidden = new Set(
      this.everybody.map(({ name }) => name).filter((name) => !shown.has(name)),
    );
    this.changed();
  }

  /** What a chart is to draw. */
  get shown() {
    const { scene, about } = this;
    const there = this.everybody.filter(({ name, played }) => played && !this.hidden.has(name));
    const { metric, windows, curve } = this.computed;
    const curves = there.map((one) => ({ ...one, ...curve(one.name) }));
    const bands = this.bands ?? curves.length <= about.mostBands;
    const rows = this.rows ?? this.whole;
    return {
      scene,
      windows,
      curves,
      metric,
      steps: this.over === "tumbling",
      bands,
      rows,
      values: this.values,
    };
  }

  /** The metric and the windows, and a function that gives curves, each computed once. */
  get computed() {
    const asked = [this.setting, this.metric, this.over, this.window].join();
    if (asked === this.asked) return this.known;
    const { scene, about, metric } = this;
    const windows = scene.over(this.over, this.window);
    const found = new Map();
    const curve = (name) => {
      const retrained = scene.retrained(name);
      if (!found.has(name)) {
        found.set(name, { ...windows.curve(name, about.metrics[metric]), retrained });
      }
      return found.get(name);
    };
    this.asked = asked;
    this.known = { metric: about.metrics[metric], windows, curve };
    return this.known;
  }

  get whole() {
    return [this.scene.about.warmup, this.scene.about.length];
  }

  /** Show a range of rows, as far as there are such; and of values, if given. */
  zoom([low, high], values = this.values) {
    const [first, last] = this.whole;
    const least = Math.min(SMALLEST * this.scene.grid.interval, last - first);
    const length = Math.min(Math.max(high - low, least), last - first);
    const start = Math.min(Math.max((low + high - length) / 2, first), last - length);
    const all = length >= last - first;
    this.set({ rows: all ? null : [start, start + length], values });
  }

  /** Show more or less of the stream, about a row. */
  scale(factor, about = null) {
    const [low, high] = this.rows ?? this.whole;
    const centre = about ?? (low + high) / 2;
    this.zoom([centre - (centre - low) * factor, centre + (high - centre) * factor]);
  }

  /** Show what is before or after, by a share of what is seen. */
  pan(share) {
    const [low, high] = this.rows ?? this.whole;
    const [first, last] = this.whole;
    const by = Math.min(Math.max(share * (high - low), first - low), last - high);
    this.zoom([low + by, high + by]);
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

/** What is read at a window: its rows, what rules there, and a line for each who is shown. */
function readingAt({ scene, windows, curves, steps }, over, index) {
  const [first, last] = [windows.firsts[index], windows.lasts[index]];
  const rows =
    over === "faded" ? `up to row ${grouped(last)}` : `rows ${grouped(first)} to ${grouped(last)}`;
  const lines = curves.map((curve) => {
    const [mean, low, high] = [curve.mean, curve.low, curve.high].map((values) => values[index]);
    const range = curve.seeds > 1 ? `${asRead(low)} to ${asRead(high)}` : "";
    return { curve, mean, value: asRead(mean), range: Number.isNaN(mean) ? "" : range };
  });
  lines.sort((one, other) =>
    Number.isNaN(one.mean) ? 1 : Number.isNaN(other.mean) ? -1 : other.mean - one.mean,
  );
  const near = steps || over === "sliding" ? first : last;
  return { rows, rules: rulesOver(scene.about, near, last), lines };
}

/** The concepts that rule over some rows, with their shares where there are several. */
function rulesOver({ grounds, concepts, length }, first, last) {
  if (!grounds.length || concepts.length < 2) return "";
  const shares = concepts.map(() => 0);
  grounds.forEach(([start, , told], i) => {
    const stop = grounds[i + 1]?.[0] ?? length;
    const rows = Math.max(0, Math.min(stop, last + 1) - Math.max(start, first));
    told.forEach((share, k) => (shares[k] += (share * rows) / (last + 1 - first)));
  });
  const ruling = shares.flatMap((share, k) => (share > 0.005 ? [[concepts[k], share]] : []));
  if (ruling.length === 1) return ruling[0][0];
  return ruling.map(([name, share]) => `${name} ${Math.round(100 * share)} %`).join(", ");
}

/** A reading in one line of words. */
function inWords({ rows, rules, lines }) {
  const told = lines.map(
    ({ curve, value, range }) => `${curve.label} ${value}${range && ` (${range})`}`,
  );
  return `${rows}${rules && `, ${rules}`}: ${told.join("; ")}`;
}
