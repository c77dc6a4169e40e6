// Reading: values at a row, and zooming, by pointer and keys.

const CLICK = 6; // pixels; a shorter drag is a click
const MANY = 12; // values; a reading of more takes two columns

/** The box with the values at a window, beside it. */
class Readout {
  constructor(box) {
    this.box = box;
  }

  /** Show a reading beside the place x, or hide the box. */
  show(reading, x, width) {
    this.box.hidden = !reading;
    if (!reading) return;
    const { rows, rules, lines } = reading;
    const list = element("ol", { className: lines.length > MANY ? "many" : "" });
    list.append(
      ...lines.map(({ curve, value, range }) => {
        const name = element("span", { className: "name" }, curve.label);
        const text = element("span", { className: "value" }, value);
        if (range) text.append(element("small", {}, ` ${range}`));
        return element("li", {}, lineSample(curve), name, text);
      }),
    );
    const title = element("p", {}, `${rows} `, rules ? element("em", {}, rules) : "");
    this.box.replaceChildren(title, list);
    this.box.style.left = x > width / 2 ? "auto" : `${Math.round(x + 14)}px`;
    this.box.style.right = x > width / 2 ? `${Math.round(width - x + 14)}px` : "auto";
  }
}

/** Reads values and zooms, by pointer and keys: a method for each event. */
class Interaction {
  constructor(chart, view, readout) {
    Object.assign(this, { chart, view, readout, start: null, index: null });
    const pointer = ["down", "move", "up", "cancel", "leave"].map((name) => `pointer${name}`);
    for (const name of [...pointer, "dblclick", "keydown", "blur", "wheel"]) {
      chart.svg.addEventListener(name, (event) => this[name](event), { passive: false });
    }
  }

  /** Show the values of a window, or of none. */
  read(index) {
    const { chart, view, readout } = this;
    this.index = index;
    const x = chart.point(index);
    const reading = index === null ? null : readingAt(chart.shown, view.over, index);
    readout.show(reading, x, chart.width);
    const now = reading ? chart.shown.windows.lasts[index] : view.whole[0];
    chart.svg.setAttribute("aria-valuenow", now);
    const text = reading ? sentenceOf(reading) : "no values are shown yet";
    chart.svg.setAttribute("aria-valuetext", text);
  }

  /** The place of an event, moved inside the plot. */
  place(event) {
    const { left: x0, top: y0 } = this.chart.svg.getBoundingClientRect();
    const { left, right, top, bottom } = this.chart;
    const within = (place, low, high) => Math.min(Math.max(place, low), high);
    return [within(event.clientX - x0, left, right), within(event.clientY - y0, top, bottom)];
  }

  pointerdown(event) {
    if (event.button === 0) this.start = this.place(event);
  }

  pointermove(event) {
    const [x, y] = this.place(event);
    this.read(windowAt(this.chart.shown, this.chart.x.back(x)));
    if (!this.start) return;
    this.chart.svg.setPointerCapture(event.pointerId);
    this.chart.select(this.corners([x, y]));
  }

  pointerup(event) {
    const corners = this.start && this.corners(this.place(event));
    this.pointercancel();
    if (corners) this.zoom(corners);
    else this.read(windowAt(this.chart.shown, this.chart.x.back(this.place(event)[0])));
  }

  pointercancel() {
    this.start = null;
    this.chart.select(null);
  }

  pointerleave({ pointerType }) {
    const stays = pointerType === "touch" || document.activeElement === this.chart.svg;
    if (!this.start && !stays) this.read(null);
  }

  blur() {
    this.read(null);
  }

  dblclick() {
    this.view.reset();
  }

  /** The rectangle of a drag; a flat one gets the height of the plot, a narrow one its width. */
  corners([x, y]) {
    const [x0, y0] = this.start;
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

  /** Zoom with Ctrl, which pinching sends too; without it the page scrolls. */
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

  /** The row whose values are shown, or null. */
  get row() {
    if (this.index === null) return null;
    const { windows, steps } = this.chart.shown;
    const last = windows.lasts[this.index];
    return steps ? (windows.firsts[this.index] + last) / 2 : last;
  }

  /** Show the values of a window by its number, and scroll to it. */
  go(index) {
    const { windows } = this.chart.shown;
    const wanted = Math.min(Math.max(index, 0), windows.lasts.length - 1);
    const [low, high] = this.view.rows ?? this.view.whole;
    const [from, to, start, stop] = [low, high, windows.firsts[wanted], windows.lasts[wanted] + 1]
      .map((row) => this.view.scene.axis.at(row));
    if (stop > to) this.view.pan((stop - to) / (to - from));
    if (start < from) this.view.pan((start - from) / (to - from));
    this.read(wanted);
  }
}
