// The chart: curves over the stream, on the shades of its concepts.

const MARGIN = { top: 20, right: 14, bottom: 40, left: 62 };
const [SPACE, NAMED_SPACE] = [5, 9]; // pixels between curves and retraining marks
const [ROW, NAMED_ROW] = [8, 11]; // pixels of a row of marks, and of one beside its name
const DATE_ROOM = 60; // pixels of a tick of a date
const [LEAST_STRIP, MOST_STRIP] = [18, 80]; // pixels of all rows of marks
const REST = 4; // times as many rows has a window as the last one, for that to be left out
const NOISE = 1e-12; // smaller values are errors of rounding
const [FEW_ROWS, SHORT_NAME] = [6, 11]; // rows, and letters, that have room for names

/** The curves, as wide as the page allows; the cursor and the selection lie above them. */
class Chart {
  constructor(svg) {
    this.svg = svg;
    this.picture = svg.appendChild(svgElement("g"));
    this.cursor = svg.appendChild(svgElement("g", { class: "cursor" }));
    this.selection = svg.appendChild(svgElement("rect", { class: "selection" }));
  }

  /**
   * Plot `shown`: {scene, windows, curves, metric, steps, bands, rows, values}. `rows` is the
   * visible range of the stream, `values` that of the metric; null fits it to the curves.
   */
  plot(shown) {
    this.shown = shown;
    this.measure();
    this.svg.setAttribute("width", this.width);
    this.svg.setAttribute("height", this.height);
    this.svg.setAttribute("viewBox", `0 0 ${this.width} ${this.height}`); // scaled in print
    this.picture.replaceChildren(
      this.clip(),
      ...this.grounds(),
      ...this.across(),
      ...this.along(),
      ...this.retrainings(),
      svgElement(
        "g",
        { "clip-path": "url(#plot-clip)" },
        ...this.changes(),
        ...this.aim(),
        ...this.lines(),
      ),
      ...this.holes(),
      this.frame(),
      ...this.names(),
      ...this.emptyNote(),
    );
    this.highlight(this.highlighted ?? null);
    this.point(null);
    this.select(null);
  }

  /** Compute sizes and scales. */
  measure() {
    const { curves, rows } = this.shown;
    this.width = Math.max(this.svg.parentElement.clientWidth, 240);
    const planned = Object.entries(this.shown.scene.about.schedules);
    this.retrained = [
      ...curves.filter(({ retrained }) => retrained.length),
      ...planned.map(([name, retrained]) => ({ name, retrained, colour: "#000000", named: true })),
    ];
    const own = this.retrained.length - planned.length;
    const latin = /^[ -\u024f]*$/; // other letters may be wider
    const short = ({ name }) => name.length <= SHORT_NAME && latin.test(name);
    this.each = own <= FEW_ROWS && this.retrained.slice(0, own).every(short); // has its own name
    const all = Math.min(Math.max(own * ROW, LEAST_STRIP), MOST_STRIP);
    this.ownStrip = this.each ? own * NAMED_ROW : all;
    const strip = this.ownStrip + planned.length * NAMED_ROW;
    this.space = own && this.each ? NAMED_SPACE : SPACE;
    this.strip = strip ? this.space + strip : 0;
    const plot = Math.max(220, Math.min(420, this.width * 0.42));
    this.top = MARGIN.top;
    this.bottom = this.top + plot;
    this.height = this.bottom + this.strip + MARGIN.bottom;
    const named = this.retrained.filter((one) => this.each || one.named);
    this.left = Math.max(MARGIN.left, ...named.map(({ name }) => 9 + (11 / 12) * widthOf(name)));
    this.right = this.width - MARGIN.right;
    this.axis = this.shown.scene.axis;
    this.x = rowScale(this.axis, rows, [this.left, this.right]);
    this.visible = this.windowsIn(rows);
    this.drawn = [this.visible[0], Math.min(this.visible[1], this.lastDrawn())];
    this.y = scaleOf(this.shown.values ?? this.valueRange(), [this.bottom, this.top]);
  }

  /** The first and last window in a range of rows, with one more at each end. */
  windowsIn([low, high]) {
    const { firsts, lasts } = this.shown.windows;
    const from = lasts.findIndex((last) => last + 1 >= low);
    const to = firsts.findLastIndex((first, i) => (this.shown.steps ? first : lasts[i]) <= high);
    return [Math.max(from - 1, 0), Math.min(Math.max(to, from) + 1, lasts.length - 1)];
  }

  /** The last window, or the one before it where that has so few rows that its values are noise. */
  lastDrawn() {
    const { windows, steps } = this.shown;
    const last = windows.lasts.length - 1;
    const rows = (i) => windows.lasts[i] + 1 - windows.firsts[i];
    return steps && last > 0 && REST * rows(last) < rows(last - 1) ? last - 1 : last;
  }

  /** The range of the visible values. */
  valueRange() {
    const { curves, bands, metric } = this.shown;
    const [from, to] = this.drawn;
    let [low, high] = metric.zero ? [0, 0] : [Infinity, -Infinity];
    if (this.aimed !== undefined) low = high = this.aimed; // of no metric that starts at zero
    for (const values of curves.flatMap((c) => (bands ? [c.low, c.high] : [c.mean]))) {
      for (const value of values.slice(from, to + 1).filter(Number.isFinite)) {
        [low, high] = [Math.min(low, value), Math.max(high, value)];
      }
    }
    if (low > high) return [0, 1];
    if (Math.max(-low, high) < NOISE) low = high = 0;
    const room = (high - low) * 0.04 || Math.abs(high) * 0.1 || 0.1;
    return [metric.zero && low === 0 ? 0 : low - room, high + room];
  }

  clip() {
    const { left, right, top, bottom } = this;
    const inside = { x: left, y: top, width: right - left, height: bottom - top };
    return svgElement("clipPath", { id: "plot-clip" }, svgElement("rect", inside));
  }

  /** Visible stretches of the stream: from, to, and shade and shares of `setting.grounds`. */
  stretches() {
    const { about } = this.shown.scene;
    const stops = [...about.grounds.slice(1).map(([start]) => start), about.length];
    const [low, high] = this.x.range;
    return about.grounds
      .map(([start, shade, shares], i) => ({
        from: this.x(Math.max(start, low)),
        to: this.x(Math.min(stops[i], high)),
        shade,
        shares,
      }))
      .filter(({ from, to }) => to > from);
  }

  grounds() {
    const height = this.bottom + this.strip - this.top;
    return this.stretches().map(({ from, to, shade }) => {
      const width = (to - from + 0.3).toFixed(1);
      return svgElement("rect", { x: from.toFixed(1), y: this.top, width, height, fill: shade });
    });
  }

  /** The names of concepts, above the stretches where one rules alone, if there is room. */
  names() {
    const { concepts } = this.shown.scene.about;
    const alone = this.stretches().filter(({ shares }) => Math.max(...shares) === 1);
    if (concepts.length < 2) return [];
    return alone.flatMap(({ from, to, shares }) => {
      const name = concepts[shares.indexOf(1)];
      const style = { class: "name", x: (from + to) / 2, y: this.top - 6, "text-anchor": "middle" };
      return name.length * 6.6 + 6 < to - from ? [svgElement("text", style, name)] : [];
    });
  }

  /** Grid lines with their values, and the name of the metric. */
  across() {
    const { values, step } = roundValues(this.y.range, (this.bottom - this.top) / 52);
    const lines = values.flatMap((value) => {
      const y = this.y(value).toFixed(1);
      const place = { x: this.left - 7, y, dy: "0.32em", "text-anchor": "end" };
      return [
        svgElement("line", { class: "grid", x1: this.left, x2: this.right, y1: y, y2: y }),
        svgElement("text", place, tickLabel(value, step)),
      ];
    });
    const middle = `translate(12 ${(this.top + this.bottom) / 2}) rotate(-90)`;
    const style = { class: "title", transform: middle, "text-anchor": "middle" };
    return [...lines, svgElement("text", style, titleOf(this.shown.metric.name))];
  }

  /** The axis of rows or of their dates, below the curves. */
  along() {
    const foot = this.bottom + this.strip;
    const { ticks, title } = this.axis === ROWS ? this.rowTicks() : this.dateTicks();
    const marks = ticks.flatMap(({ row, text }) => {
      const x = this.x(row);
      const at = Math.min(x, this.width - text.length * 3.5);
      return [
        svgElement("line", { x1: x, x2: x, y1: foot, y2: foot + 4 }),
        svgElement("text", { x: at, y: foot + 17, "text-anchor": "middle" }, text),
      ];
    });
    const place = { x: (this.left + this.right) / 2, y: foot + 34, "text-anchor": "middle" };
    return [...marks, svgElement("text", { class: "title", ...place }, title)];
  }

  rowTicks() {
    const room = grouped(this.x.range[1]).length * 6.7 + 18;
    const { values, step } = roundValues(this.x.range, (this.right - this.left) / room);
    const ticks = values
      .filter((value) => value === Math.round(value))
      .map((row) => ({ row, text: tickLabel(row, step) }));
    return { ticks, title: "row of the stream" };
  }

  dateTicks() {
    const { axis } = this;
    const ends = this.x.range.map((row) => axis.at(row));
    const { ticks, common } = axis.ticks(ends, (this.right - this.left) / DATE_ROOM);
    const title = `date${common && `, ${common}`}${axis.zone ? ` (${axis.zone})` : ""}`;
    return { ticks: ticks.map(({ moment, text }) => ({ row: axis.row(moment), text })), title };
  }

  /** What covers the curves where there are no rows for long. */
  holes() {
    const height = this.bottom + this.strip - this.top;
    const [low, high] = this.x.range;
    return this.axis.holes
      .filter(([before, after]) => after > low && before < high)
      .map(([before, after]) => {
        const [from, to] = [this.x(Math.max(before, low)), this.x(Math.min(after, high))];
        const box = { x: from.toFixed(1), y: this.top, width: (to - from).toFixed(1), height };
        return svgElement("rect", { class: "hole", ...box });
      });
  }

  /** A row of marks for each contender that was retrained, and each floor, under the curves. */
  retrainings() {
    const own = this.retrained.filter(({ named }) => !named).length;
    const [low, high] = this.x.range;
    const style = { class: "title tiny", x: this.left - 7, dy: "0.3em", "text-anchor": "end" };
    const label = (text, y) => svgElement("text", { ...style, y: y.toFixed(1) }, text);
    let top = this.bottom + this.space;
    const labels = own && !this.each ? [label("trainings", top + this.ownStrip / 2)] : [];
    const rows = this.retrained.map(({ colour, name, retrained, named }) => {
      const [y, size] = [top, named ? NAMED_ROW : this.ownStrip / own];
      top += size;
      if (named || this.each) labels.push(label(name, y + 0.4 * size));
      const marks = retrained
        .filter((row) => low <= row && row <= high)
        .map((row) => `M${this.x(row).toFixed(1)} ${y.toFixed(1)}v${(0.8 * size).toFixed(1)}`);
      const look = { class: "retrained", stroke: colour, "data-name": name };
      return svgElement("path", { ...look, d: marks.join("") });
    });
    return [...labels, ...rows];
  }

  changes() {
    return this.shown.scene.about.changes.map((row) => {
      const x = this.x(row).toFixed(1);
      return svgElement("line", { class: "change", x1: x, x2: x, y1: this.top, y2: this.bottom });
    });
  }

  /** What the metric should be, where it should be neither more nor less. */
  get aimed() {
    return this.shown.scene.about.aims[this.shown.metric.name];
  }

  aim() {
    if (this.aimed === undefined) return [];
    const y = this.y(this.aimed).toFixed(1);
    return [svgElement("line", { class: "aim", x1: this.left, x2: this.right, y1: y, y2: y })];
  }

  /** The bands, and the lines above them. */
  lines() {
    const { windows, curves, steps, bands } = this.shown;
    const place = [this.drawn, steps, this.x, this.y];
    const banded = bands ? curves.filter(({ seeds }) => seeds > 1) : [];
    const name = (curve) => ({ "data-name": curve.name });
    return [
      ...banded.map((curve) => {
        const d = bandPath(windows, curve, ...place);
        return svgElement("path", { class: "band", d, fill: curve.colour, ...name(curve) });
      }),
      ...curves.map((curve) => {
        const d = linePath(windows, curve.mean, ...place);
        const style = { stroke: curve.colour, "stroke-dasharray": curve.dashes.join(" ") };
        return svgElement("path", { class: "line", d, ...style, ...name(curve) });
      }),
    ];
  }

  frame() {
    const { left, right, top, bottom, strip } = this;
    const foot = strip ? `M${left} ${bottom + strip}H${right}` : "";
    return svgElement("path", { class: "frame", d: `M${left} ${top}V${bottom}H${right}${foot}` });
  }

  /** Why no curve is visible, if none is. */
  emptyNote() {
    const { curves, scene } = this.shown;
    if (curves.some(({ mean }) => mean.some(Number.isFinite))) return [];
    const hidden = scene.runs.size ? "no contender is shown" : "every run failed";
    const why = curves.length ? "the metric is undefined for the contenders shown" : hidden;
    const place = { x: (this.left + this.right) / 2, y: (this.top + this.bottom) / 2 };
    return [svgElement("text", { class: "nothing", ...place, "text-anchor": "middle" }, why)];
  }

  /** Mark a window, or none; gives its place. */
  point(index) {
    if (index === null) return this.cursor.replaceChildren();
    const { windows, curves, steps } = this.shown;
    const [from, to] = [this.x(windows.firsts[index]), this.x(windows.lasts[index] + 1)];
    const [start, stop] = [Math.max(from, this.left), Math.min(to, this.right)];
    const x = steps ? (start + stop) / 2 : stop;
    const [y, height] = [this.top, this.bottom - this.top];
    const width = Math.max(stop - start, 0);
    const dots = curves
      .filter(({ mean }) => index <= this.drawn[1] && Number.isFinite(mean[index]))
      .map((curve) =>
        svgElement("circle", { cx: x, cy: this.y(curve.mean[index]), r: 3.5, fill: curve.colour }),
      );
    this.cursor.replaceChildren(
      svgElement("rect", { x: start, y, width, height, class: "window" }),
      svgElement("line", { x1: x, x2: x, y1: y, y2: y + height }),
      ...dots,
    );
    return x;
  }

  /** Highlight one contender that is shown, the others in grey; or none. */
  highlight(wanted) {
    this.highlighted = wanted;
    const shown = this.shown?.curves.some((curve) => curve.name === wanted);
    const name = shown ? wanted : null;
    for (const path of this.picture.querySelectorAll("[data-name]")) {
      path.classList.toggle("dim", name !== null && path.dataset.name !== name);
      path.classList.toggle("lit", path.dataset.name === name);
    }
  }

  /** Show the selected rectangle [left, top, right, bottom], or none. */
  select(corners) {
    const [left, top, right, bottom] = corners ?? [0, 0, 0, 0];
    const place = { x: left, y: top, width: right - left, height: bottom - top };
    for (const [name, value] of Object.entries(place)) this.selection.setAttribute(name, value);
  }
}
