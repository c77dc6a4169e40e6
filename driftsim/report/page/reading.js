// Reading: values at a position, by pointer or arrow keys, and what else hands do to a chart.

const CLICK = 6; // pixels, within which a drag is a click
const MANY = 12; // values, beyond which a reading takes two columns

/** The words of a reading, beside the place that is read. */
class Readout {
  constructor(box) {
    this.box = box;
  }

  /** Show a reading beside a place, or nothing. */
  show(reading, x, width) {
    this.box.hidden = !reading;
    if (!reading) return;
    const { rows, rules, lines } = reading;
    const list = element("ol", { className: lines.length > MANY ? "many" : "" });
    list.append(
      ...lines.map(({ curve, value, range }) => {
        const told = element("span", { className: "value" }, value);
        if (range) told.append(element("small", {}, ` ${range}`));
        return element(
          "li",
          {},
          sample(curve),
          element("span", { className: "name" }, curve.label),
          told,
        );
      }),
    );
    this.box.replaceChildren(
      element("p", {}, `${rows} `, rules ? element("em", {}, rules) : ""),
      list,
    );
    this.box.style.left = x > width / 2 ? "auto" : `${Math.round(x + 14)}px`;
    this.box.style.right = x > width / 2 ? `${Math.round(width - x + 14)}px` : "auto";
  }
}

/** Reads values and zooms, as pointer and keys say. */
class Hand {
  constructor(chart, view, readout) {
    Object.assign(this, { chart, view, readout, begun: null, index: null });
    const heard = [
      "pointerdown",
      "pointermove",
      "pointerup",
      "pointercancel",
      "pointerleave",
      "dblclick",
      "keydown",
      "blur",
    ];
    for (const name of heard) chart.svg.addEventListener(name, (event) => this[name](event));
    chart.svg.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
  }

  /** Read the values of a window, or of none. */
  read(index) {
    const { chart, view, readout } = this;
    this.index = index;
    const x = chart.point(index);
    const reading = index === null ? null : readingAt(chart.shown, view.over, index);
    readout.show(reading, x, chart.width);
    const now = reading ? chart.shown.windows.lasts[index] : view.whole[0];
    chart.svg.setAttribute("aria-valuenow", now);
    chart.svg.setAttribute("aria-valuetext", reading ? inWords(reading) : "nothing is read yet");
  }

  /** Where an event is: within the picture, and within the plot. */
  place(event) {
    const { left: x0, top: y0 } = this.chart.svg.getBoundingClientRect();
    const { left, right, top, bottom } = this.chart;
    const within = (place, low, high) => Math.min(Math.max(place, low), high);
    return [within(event.clientX - x0, left, right), within(event.clientY - y0, top, bottom)];
  }

  pointerdown(event) {
    if (event.button === 0) this.begun = this.place(event);
  }

  pointermove(event) {
    const [x, y] = this.place(event);
    this.read(windowAt(this.chart.shown, this.chart.x.back(x)));
    if (!this.begun) return;
    this.chart.svg.setPointerCapture(event.pointerId);
    this.chart.select(this.corners([x, y]));
  }

  pointerup(event) {
    const corners = this.begun && this.corners(this.place(event));
    this.pointercancel();
    if (corners) this.zoom(corners);
    else this.read(windowAt(this.chart.shown, this.chart.x.back(this.place(event)[0])));
  }

  pointercancel() {
    this.begun = null;
    this.chart.select(null);
  }

  pointerleave({ pointerType }) {
    const stays = pointerType === "touch" || document.activeElement === this.chart.svg;
    if (!this.begun && !stays) this.read(null);
  }

  blur() {
    this.read(null);
  }

  dblclick() {
    this.view.reset();
  }

  /** The rectangle of a drag: as high as the plot if it is flat, as wide if it is narrow. */
  corners([x, y]) {
    const [x0, y0] = this.begun;
    const { left, right, top, bottom } = this.chart;
    const [wide, high] = [Math.abs(x - x0) > CLICK, Math.abs(y - y0) > 4 * CLICK];
    if (!wide && !high) return null;
    const [a, b] = wide ? [Math.min(x, x0), Math.max(x, x0)] : [left, right];
    const [c, d] = high ? [Math.min(y, y0), Math.max(y, y0)] : [top, bottom];
    return [a, c, b, d];
  }

  zoom([left, top, right, bottom]) {
    const { x, y } = this.chart;
    const whole = top === this.chart.top && bottom === this.chart.bottom;
    this.view.zoom(
      [x.back(left), x.back(right)],
      whole ? undefined : [y.back(bottom), y.back(top)],
    );
  }

  /** Zoom with Ctrl, as pinching does too; without it the page scrolls. */
  wheel(event) {
    if (!event.ctrlKey) return;
    event.preventDefault();
    this.view.scale(1.002 ** event.deltaY, this.chart.x.back(this.place(event)[0]));
  }

  keydown(event) {
    const last = this.chart.shown.windows.lasts.length - 1;
    const [from, to] = this.chart.visible;
    const stride = event.shiftKey ? 10 : 1;
    const step = (by) => this.go(this.index === null ? (by > 0 ? from : to) : this.index + by);
    const acts = {
      ArrowLeft: () => step(-stride),
      ArrowRight: () => step(stride),
      PageDown: () => step(-10),
      PageUp: () => step(10),
      Home: () => this.go(0),
      End: () => this.go(last),
      "+": () => this.view.scale(0.5, this.row),
      "=": () => this.view.scale(0.5, this.row),
      "-": () => this.view.scale(2, this.row),
      Escape: () => this.view.reset(),
    };
    if (!acts[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    acts[event.key]();
  }

  /** The row that is read, or null. */
  get row() {
    if (this.index === null) return null;
    const { windows, steps } = this.chart.shown;
    const last = windows.lasts[this.index];
    return steps ? (windows.firsts[this.index] + last) / 2 : last;
  }

  /** Read a window by its number, and bring it into sight. */
  go(index) {
    const { windows } = this.chart.shown;
    const wanted = Math.min(Math.max(index, 0), windows.lasts.length - 1);
    const [low, high] = this.view.rows ?? this.view.whole;
    const row = windows.lasts[wanted] + 1;
    if (row > high) this.view.pan((row - high) / (high - low));
    if (windows.firsts[wanted] < low) this.view.pan((windows.firsts[wanted] - low) / (high - low));
    this.read(wanted);
  }
}
