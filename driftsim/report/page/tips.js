// Tips: values of figures at the pointer, at a tap, and by arrow keys.

const REACH = [0, 4, 8]; // pixels around the pointer within which a mark or a line is pointed at
const WAYS = [[1, 0], [0, 1], [-1, 0], [0, -1], [0.7, 0.7], [-0.7, 0.7], [-0.7, -0.7], [0.7, -0.7]];

/** Show what a figure draws: `wide` holds its layouts, of which one is shown. */
class Tips {
  constructor(wide) {
    Object.assign(this, { wide, figure: wide.closest("figure"), index: null });
    this.box = element("div", { className: "tip", hidden: true });
    this.box.setAttribute("role", "status");
    this.figure.append(this.box);
    wide.addEventListener("pointermove", (event) => this.at(event));
    wide.addEventListener("click", (event) => this.at(event));
    wide.addEventListener("pointerleave", ({ pointerType }) => {
      if (pointerType !== "touch") this.hide();
    });
    wide.addEventListener("blur", () => this.hide());
    wide.addEventListener("keydown", (event) => this.key(event));
  }

  /** All that can be pointed at in the layout that is shown. */
  get marks() {
    const marks = [...this.wide.querySelectorAll("[data-tip]")];
    return marks.filter((one) => one.getClientRects().length);
  }

  /** Show the mark or the line nearest to a pointer, or nothing. */
  at({ clientX, clientY }) {
    for (const far of REACH) {
      for (const [across, down] of WAYS) {
        const [x, y] = [clientX + far * across, clientY + far * down];
        const found = document.elementFromPoint(x, y)?.closest("[data-tip]");
        if (found) return this.show(found, x);
      }
    }
    this.hide();
  }

  /** Go through marks and lines by arrow keys, where these do not scroll. */
  key(event) {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const { marks } = this;
    if (event.key === "Escape") this.hide();
    if (!by || !marks.length || this.wide.scrollWidth > this.wide.clientWidth + 1) return;
    event.preventDefault();
    const next = this.index === null ? (by > 0 ? 0 : -1) : this.index + by;
    const index = (next + marks.length) % marks.length;
    this.show(marks[index], Infinity);
    this.box.scrollIntoView({ block: "nearest" });
    this.index = index;
  }

  /** Show one element, a line with its value at a place across the page. */
  show(one, clientX) {
    const [at, place] = [this.figure.getBoundingClientRect(), one.getBoundingClientRect()];
    const point = one.dataset.y && pointOn(one, clientX);
    const [x, y] = point ? [point.x, point.y] : [place.x + place.width / 2, place.y];
    this.box.textContent = one.dataset.tip + (point ? `: ${point.text}` : "");
    this.box.hidden = false;
    const { offsetWidth: width, offsetHeight: height } = this.box;
    const left = Math.min(Math.max(x - at.x - width / 2, 0), at.width - width);
    Object.assign(this.box.style, { left: `${left}px`, top: `${y - at.y - height - 8}px` });
    this.highlight(one);
  }

  /** Draw one line boldly and the others of the layout in grey, or all as they are. */
  highlight(one) {
    const name = one?.dataset.y ? one.dataset.tip : null;
    for (const line of this.marks.filter(({ dataset }) => dataset.y)) {
      line.classList.toggle("dim", name !== null && line.dataset.tip !== name);
      line.classList.toggle("lit", line.dataset.tip === name);
    }
  }

  hide() {
    this.index = null;
    this.box.hidden = true;
    this.highlight(null);
  }
}

/** Where a line is at a place across the page, or at its end, and in words its value there. */
function pointOn(line, clientX) {
  const matrix = line.getScreenCTM();
  const x = (clientX - matrix.e) / matrix.a;
  let [from, to] = [0, line.getTotalLength()];
  for (let i = 0; i < 30; i++) {
    const middle = (from + to) / 2;
    if (line.getPointAtLength(middle).x < x) from = middle;
    else to = middle;
  }
  const point = line.getPointAtLength(to);
  const value = drawnAt(line.dataset.y, point.y);
  const price = line.dataset.x && 10 ** drawnAt(line.dataset.x, point.x); // on powers of ten
  const text = valueText(value) + (price ? ` at ${Number(price.toPrecision(2))}` : "");
  return { x: matrix.a * point.x + matrix.e, y: matrix.d * point.y + matrix.f, text };
}

/** The value at a place of an axis, as precise as it is drawn. */
function drawnAt(axis, place) {
  const [low, high, start, stop] = axis.split(" ").map(Number);
  const step = 10 ** Math.floor(Math.log10((high - low) / Math.abs(stop - start)));
  return Math.round(scaleOf([low, high], [start, stop]).back(place) / step) * step;
}
