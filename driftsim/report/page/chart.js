// The chart: curves over the stream, in the shades of the concepts that rule.

const MARGIN = { top: 20, right: 14, bottom: 40, left: 58 };
const GAP = 5; // pixels between curves and ticks
const ROW = 8; // pixels of a row of ticks
const [LEAST_STRIP, MOST_STRIP] = [18, 80]; // pixels of all of them

/** A picture of curves as wide as its place; what is under the pointer is drawn over it. */
class Chart {
  constructor(svg) {
    this.svg = svg;
    this.picture = svg.appendChild(drawn("g"));
    this.cursor = svg.appendChild(drawn("g", { class: "cursor" }));
    this.selection = svg.appendChild(drawn("rect", { class: "selection" }));
  }

  /**
   * Draw `shown`: {scene, windows, curves, metric, steps, bands, rows, values}, of which `rows` is
   * the range of the stream, and `values` that of the metric, or null for what fits.
   */
  draw(shown) {
    this.shown = shown;
    this.measure();
    this.svg.setAttribute("width", this.width);
    this.svg.setAttribute("height", this.height);
    this.picture.replaceChildren(
      this.clip(),
      ...this.grounds(),
      ...this.across(),
      ...this.along(),
      ...this.ticks(),
      drawn("g", { "clip-path": "url(#plot-clip)" }, ...this.changes(), ...this.lines()),
      this.frame(),
      ...this.names(),
      ...this.nothing(),
    );
    this.point(null);
    this.select(null);
  }

  /** Find the places of everything. */
  measure() {
    const { curves, rows } = this.shown;
    this.width = Math.max(this.svg.parentElement.clientWidth, 240);
    this.ticked = curves.filter(({ retrained }) => retrained.length);
    const strip = Math.min(Math.max(this.ticked.length * ROW, LEAST_STRIP), MOST_STRIP);
    this.strip = this.ticked.length ? GAP + strip : 0;
    const plot = Math.max(220, Math.min(420, this.width * 0.42));
    this.top = MARGIN.top;
    this.bottom = this.top + plot;
    this.height = this.bottom + this.strip + MARGIN.bottom;
    this.left = MARGIN.left;
    this.right = this.width - MARGIN.right;
    this.x = scaleOf(rows, [this.left, this.right]);
    this.visible = this.windowsIn(rows);
    this.y = scaleOf(this.shown.values ?? this.fitting(), [this.bottom, this.top]);
  }

  /** The windows that are in a range of rows, and one more at each end: the first and the last. */
  windowsIn([low, high]) {
    const { firsts, lasts } = this.shown.windows;
    const from = lasts.findIndex((last) => last + 1 >= low);
    const to = firsts.findLastIndex((first, i) => (this.shown.steps ? first : lasts[i]) <= high);
    return [Math.max(from - 1, 0), Math.min(Math.max(to, from) + 1, lasts.length - 1)];
  }

  /** The range of the values that are in sight. */
  fitting() {
    const { curves, bands, metric } = this.shown;
    const [from, to] = this.visible;
    let [low, high] = metric.zero ? [0, 0] : [Infinity, -Infinity];
    for (const curve of curves) {
      for (const values of bands ? [curve.low, curve.high] : [curve.mean]) {
        for (let i = from; i <= to; i++) {
          if (Number.isFinite(values[i])) {
            low = Math.min(low, values[i]);
            high = Math.max(high, values[i]);
          }
        }
      }
    }
    if (low > high) return [0, 1];
    const room = (high - low) * 0.04 || Math.abs(high) * 0.1 || 0.1;
    return [metric.zero && low === 0 ? 0 : low - room, high + room];
  }

  clip() {
    const { left, right, top, bottom } = this;
    const inside = { x: left, y: top, width: right - left, height: bottom - top };
    return drawn("clipPath", { id: "plot-clip" }, drawn("rect", inside));
  }

  /** Stretches of the stream in sight: from, to, and what `setting.grounds` tells of them. */
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
      const place = {
        x: from.toFixed(1),
        y: this.top,
        width: (to - from + 0.3).toFixed(1),
        height,
      };
      return drawn("rect", { ...place, fill: shade });
    });
  }

  /** The names of concepts, above where each rules alone, if there is room. */
  names() {
    const { concepts } = this.shown.scene.about;
    const alone = this.stretches().filter(({ shares }) => Math.max(...shares) === 1);
    if (concepts.length < 2) return [];
    return alone.flatMap(({ from, to, shares }) => {
      const name = concepts[shares.indexOf(1)];
      const style = { class: "name", x: (from + to) / 2, y: this.top - 6, "text-anchor": "middle" };
      return name.length * 6.6 + 6 < to - from ? [drawn("text", style, name)] : [];
    });
  }

  /** Lines across and what they stand for, and the name of the metric. */
  across() {
    const { values, step } = roundValues(this.y.range, (this.bottom - this.top) / 52);
    const lines = values.flatMap((value) => {
      const y = this.y(value).toFixed(1);
      const told = { x: this.left - 7, y, dy: "0.32em", "text-anchor": "end" };
      return [
        drawn("line", { class: "grid", x1: this.left, x2: this.right, y1: y, y2: y }),
        drawn("text", told, besideAxis(value, step)),
      ];
    });
    const middle = `translate(12 ${(this.top + this.bottom) / 2}) rotate(-90)`;
    const style = { class: "title", transform: middle, "text-anchor": "middle" };
    return [...lines, drawn("text", style, titleOf(this.shown.metric.name))];
  }

  /** Rows of the stream along the foot. */
  along() {
    const foot = this.bottom + this.strip;
    const room = grouped(this.x.range[1]).length * 6.7 + 18;
    const { values, step } = roundValues(this.x.range, (this.right - this.left) / room);
    const told = values
      .filter((value) => value === Math.round(value))
      .flatMap((value) => {
        const x = this.x(value);
        const text = besideAxis(value, step);
        const at = Math.min(x, this.width - text.length * 3.5);
        return [
          drawn("line", { x1: x, x2: x, y1: foot, y2: foot + 4 }),
          drawn("text", { x: at, y: foot + 17, "text-anchor": "middle" }, text),
        ];
      });
    const style = { class: "title", x: (this.left + this.right) / 2, y: foot + 34 };
    return [...told, drawn("text", { ...style, "text-anchor": "middle" }, "row of the stream")];
  }

  /** A row of ticks for each contender that was retrained, under the curves. */
  ticks() {
    if (!this.ticked.length) return [];
    const top = this.bottom + GAP;
    const size = (this.strip - GAP) / this.ticked.length;
    const [low, high] = this.x.range;
    const style = { class: "title small", x: this.left - 7, y: top + (this.strip - GAP) / 2 };
    const rows = this.ticked.map(({ colour, name, retrained }, i) => {
      const y = (top + i * size).toFixed(1);
      const seen = retrained.filter((row) => low <= row && row <= high);
      const d = seen.map((row) => `M${this.x(row).toFixed(1)} ${y}v${(0.8 * size).toFixed(1)}`);
      return drawn("path", {
        class: "retrained",
        d: d.join(""),
        stroke: colour,
        "data-name": name,
      });
    });
    const told = drawn("text", { ...style, dy: "0.3em", "text-anchor": "end" }, "retrained");
    return [told, ...rows];
  }

  changes() {
    return this.shown.scene.about.changes.map((row) => {
      const x = this.x(row).toFixed(1);
      return drawn("line", { class: "change", x1: x, x2: x, y1: this.top, y2: this.bottom });
    });
  }

  /** The bands, and over all of them the lines. */
  lines() {
    const { windows, curves, steps, bands } = this.shown;
    const place = [this.visible, steps, this.x, this.y];
    const banded = bands ? curves.filter(({ seeds }) => seeds > 1) : [];
    const name = (curve) => ({ "data-name": curve.name });
    return [
      ...banded.map((curve) => {
        const d = bandPath(windows, curve, ...place);
        return drawn("path", { class: "band", d, fill: curve.colour, ...name(curve) });
      }),
      ...curves.map((curve) => {
        const d = linePath(windows, curve.mean, ...place);
        const style = { stroke: curve.colour, "stroke-dasharray": curve.dashes.join(" ") };
        return drawn("path", { class: "line", d, ...style, ...name(curve) });
      }),
    ];
  }

  frame() {
    const { left, right, top, bottom, strip } = this;
    const foot = strip ? `M${left} ${bottom + strip}H${right}` : "";
    return drawn("path", { class: "frame", d: `M${left} ${top}V${bottom}H${right}${foot}` });
  }

  /** Why there is nothing to see, where there is nothing. */
  nothing() {
    const { curves, scene } = this.shown;
    const seen = curves.some(({ mean }) => mean.some(Number.isFinite));
    if (seen) return [];
    const why = curves.length
      ? "not defined for those shown"
      : scene.runs.size
        ? "nobody is shown"
        : "every run failed";
    const place = { x: (this.left + this.right) / 2, y: (this.top + this.bottom) / 2 };
    return [drawn("text", { class: "nothing", ...place, "text-anchor": "middle" }, why)];
  }

  /** Point at a window, or at none. */
  point(index) {
    if (index === null) return this.cursor.replaceChildren();
    const { windows, curves, steps } = this.shown;
    const [from, to] = [this.x(windows.firsts[index]), this.x(windows.lasts[index] + 1)];
    const [start, stop] = [Math.max(from, this.left), Math.min(to, this.right)];
    const x = steps ? (start + stop) / 2 : stop;
    const [y, height] = [this.top, this.bottom - this.top];
    const dots = curves
      .filter(({ mean }) => Number.isFinite(mean[index]))
      .map((curve) =>
        drawn("circle", { cx: x, cy: this.y(curve.mean[index]), r: 3.5, fill: curve.colour }),
      );
    this.cursor.replaceChildren(
      drawn("rect", { x: start, y, width: Math.max(stop - start, 0), height, class: "window" }),
      drawn("line", { x1: x, x2: x, y1: y, y2: y + height }),
      ...dots,
    );
    return x;
  }

  /** Let one contender stand out, or none. */
  light(name) {
    for (const path of this.picture.querySelectorAll("[data-name]")) {
      path.classList.toggle("dim", name !== null && path.dataset.name !== name);
    }
  }

  /** Show what is being selected: a rectangle [left, top, right, bottom], or nothing. */
  select(corners) {
    const [left, top, right, bottom] = corners ?? [0, 0, 0, 0];
    const place = { x: left, y: top, width: right - left, height: bottom - top };
    for (const [name, value] of Object.entries(place)) this.selection.setAttribute(name, value);
  }
}
