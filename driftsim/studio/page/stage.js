// Stage: the chart of the curves, with old ones in grey where new ones are still played.

const TALLEST = 0.34; // of the window
const [NARROW, LOW] = [600, 0.26]; // pixels of a chart that is lower
const OLD = { colour: "#a8a8a8", dashes: [3, 3] };

/** A view whose curves may be those of an older scene. */
class StageView extends View {
  /** Show a new scene; what is chosen stays. */
  renew(about, scenes, pending) {
    const names = this.about.metrics;
    const chosen = names[this.metric]?.name;
    const length = this.scene?.about.length;
    Object.assign(this, { about, scenes, known: {}, pending });
    const found = about.metrics.findIndex(({ name }) => name === chosen);
    this.metric = Math.max(found, 0);
    if (!this.chosen || !this.offers(this.window)) this.window = about.window;
    if (length !== this.scene.about.length) this.rows = this.values = null;
    for (const { name } of this.all) if (this.scene.runs.has(name) && !pending.includes(name))
      this.lasting.set(name, this.scene);
  }

  get shown() {
    const shown = super.shown;
    const curves = shown.curves.filter(({ name }) => !this.pending.includes(name) || this.scene.runs.has(name));
    const old = this.pending
      .filter((name) => !this.scene.runs.has(name) && !this.hidden.has(name))
      .flatMap((name) => this.before(name, shown.metric));
    return { ...shown, curves: [...old, ...curves] };
  }

  /** All that can be shown, and whether it is no contender. */
  get curves() {
    const contenders = new Set(this.about.contenders.map(({ name }) => name));
    return this.all.map((one) => ({ ...one, reference: !contenders.has(one.name) }));
  }

  /** The curve that a contender had before, where it is of the same rows. */
  before(name, metric) {
    const scene = this.lasting.get(name);
    const [one, other] = [scene?.about, this.scene.about];
    if (!scene || ["warmup", "length", "interval"].some((key) => one[key] !== other[key])) return [];
    const curve = scene.over(this.over, this.duration ?? this.window).curve(name, metric);
    return [{ ...curve, ...OLD, name, label: `${name}, before`, retrained: [], seeds: 1 }];
  }
}

/** A chart whose scale does not shrink during a drag, and which shows the position of the world. */
class StageChart extends Chart {
  valueRange() {
    const [low, high] = super.valueRange();
    const [least, most] = (this.steady && this.kept) || [low, high];
    return (this.kept = [Math.min(low, least), Math.max(high, most)]);
  }

  /** Lower than on the page of a report, so that more than the chart is on the screen. */
  measure() {
    super.measure();
    const share = this.width < NARROW ? LOW : TALLEST;
    const plot = Math.max(190, Math.min(this.bottom - this.top, innerHeight * share));
    this.bottom = this.top + plot;
    this.height = this.bottom + this.strip + MARGIN.bottom;
    this.y = scaleOf(this.y.range, [this.bottom, this.top]);
  }

  plot(shown) {
    super.plot(shown);
    this.here(this.row ?? null);
  }

  /** Mark the position of the world. */
  here(row) {
    this.row = row;
    this.mark?.remove();
    if (row === null || !this.x) return;
    const [low, high] = this.x.range;
    if (row < low || row > high) return;
    const x = this.x(row).toFixed(1);
    this.mark = svgElement("g", { class: "here" },
      svgElement("line", { x1: x, x2: x, y1: this.top, y2: this.bottom }),
      svgElement("path", { d: `M${x} ${this.top}l-5 -7h10z` }));
    this.svg.append(this.mark);
  }
}
