// World: rows near a position as points of two features, which move along the stream.

const CLASSES = ["#2f6fd0", "#e0752d", "#2f9e6e", "#b0509f", "#9b8600", "#5a5f73", "#c2413b", "#0f8b9d"];
const DARK_CLASSES = ["#78a9ff", "#ff9e57", "#5fd3a0", "#e590d8", "#d8c24a", "#b3b9cc", "#ff8a80", "#5ed0e0"];
const NEAR = 320; // points at a time
const PERIOD = 14_000; // milliseconds from one end of the stream to the other
const dark = matchMedia("(prefers-color-scheme: dark)");
const still = matchMedia("(prefers-reduced-motion: reduce)");

class World {
  constructor(canvas, { position, play, row, classes, moved, columns }) {
    Object.assign(this, { canvas, position, play, row, classes, moved });
    this.data = null;
    this.at = 0; // a row
    this.playing = false;
    position.addEventListener("input", () => {
      this.stop();
      this.go((this.data?.length ?? 1) * (Number(position.value) / 1000));
    });
    play.addEventListener("click", () => (this.playing ? this.stop() : this.start()));
    const [across, up] = columns;
    this.menus = [across, up];
    for (const menu of this.menus)
      menu.addEventListener("change", () => this.choose?.(this.menus.map((m) => Number(m.value))));
    dark.addEventListener("change", () => this.draw());
    new ResizeObserver(() => this.draw()).observe(canvas);
  }

  /** Show another world. */
  show(world) {
    const read = (text) => bytesOf(text);
    const t = new Uint32Array(read(world.t).buffer);
    const [x, y] = [read(world.x.values), read(world.y.values)];
    const first = !this.data;
    const share = first ? 0 : this.at / this.data.length;
    this.data = { ...world, t, xs: x, ys: y, label: read(world.label) };
    this.dates = world.dates && datesOf(world.dates, t);
    this.data.shade = world.shade && { ...world.shade, values: read(world.shade.values) };
    for (const [menu, axis] of [[this.menus[0], world.x], [this.menus[1], world.y]]) {
      menu.replaceChildren(...world.columns.map(([i, name]) => element("option", { value: i }, name)));
      menu.value = axis.column;
      menu.closest("label").hidden = world.columns.length < 3;
    }
    this.classes.replaceChildren(
      ...world.names.slice(0, 12).map((name, k) => {
        const sample = element("canvas", { width: 28, height: 28 });
        sample.dataset.k = k;
        sample.ariaHidden = true;
        return element("span", {}, sample, name);
      }),
    );
    this.go(first ? 0 : share * this.data.length);
  }

  go(row) {
    if (!this.data) return;
    this.at = Math.min(Math.max(row, 0), this.data.length - 1);
    const place = Math.round((this.at / (this.data.length - 1 || 1)) * 1000);
    this.position.value = place;
    this.position.style.setProperty("--share", `${place / 10}%`);
    const date = this.dates?.text(this.at);
    const words = `row ${grouped(this.at)}`;
    this.row.replaceChildren(words, ...(date ? [element("small", {}, date)] : []));
    this.position.setAttribute("aria-valuetext", date ? `${words}, ${date}` : words);
    this.draw();
    this.moved(this.at);
  }

  start() {
    if (!this.data) return;
    this.playing = true;
    this.play.textContent = "❚❚";
    this.play.setAttribute("aria-label", "Stop");
    if (this.at >= this.data.length - 2) this.at = 0;
    let before = performance.now();
    const every = still.matches ? 700 : 0; // milliseconds between two pictures
    const step = (now) => {
      if (!this.playing) return;
      if (now - before >= every) {
        this.go(this.at + ((now - before) / PERIOD) * this.data.length);
        before = now;
      }
      if (this.at >= this.data.length - 1) this.stop();
      else requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }

  stop() {
    this.playing = false;
    this.play.textContent = "▶";
    this.play.setAttribute("aria-label", "Move along the stream");
  }

  /** The first and the last of the points near the position. */
  near() {
    const { t } = this.data;
    let [low, high] = [0, t.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (t[middle] < this.at) low = middle + 1;
      else high = middle;
    }
    const first = Math.max(0, Math.min(low - NEAR / 2, t.length - NEAR));
    return [first, Math.min(first + NEAR, t.length)];
  }

  draw() {
    if (!this.data) return;
    const { canvas, data } = this;
    const ratio = devicePixelRatio || 1;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    if (!width || !height) return;
    const size = [Math.round(width * ratio), Math.round(height * ratio)];
    if (canvas.width !== size[0] || canvas.height !== size[1])
      [canvas.width, canvas.height] = size;
    const pen = canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    const room = { left: 46, right: width - 8, top: 8, bottom: height - 34 };
    const colours = dark.matches ? DARK_CLASSES : CLASSES;
    this.ground(pen, room, colours);
    this.axes(pen, room);
    const [first, last] = this.near();
    const middle = (first + last) / 2;
    for (let i = first; i < last; i++) {
      const x = room.left + (data.xs[i] / 255) * (room.right - room.left);
      const y = room.bottom - (data.ys[i] / 255) * (room.bottom - room.top);
      const away = Math.abs(i - middle) / (NEAR / 2);
      pen.globalAlpha = 0.92 - 0.62 * Math.min(away, 1);
      point(pen, data.label[i], x, y, 3.6, colours);
    }
    pen.globalAlpha = 1;
    for (const sample of this.classes.querySelectorAll("canvas")) {
      const own = sample.getContext("2d");
      own.clearRect(0, 0, 28, 28);
      point(own, Number(sample.dataset.k), 14, 14, 8, colours);
    }
    canvas.setAttribute(
      "aria-label",
      `${last - first} rows near row ${grouped(this.at)}, by ${data.x.name} and ${data.y.name}`,
    );
  }

  /** Where which class is likelier, as the world knows. */
  ground(pen, room, colours) {
    pen.fillStyle = dark.matches ? "#191b1f" : "#fbfbfc";
    pen.fillRect(room.left, room.top, room.right - room.left, room.bottom - room.top);
    const { shade } = this.data;
    if (!shade) return;
    const { cells, steps, values } = shade;
    const share = (this.at / (this.data.length - 1 || 1)) * (steps - 1);
    const from = Math.floor(share);
    const [one, other] = [from, Math.min(from + 1, steps - 1)];
    const turn = share - from;
    const image = (this.image ??= new OffscreenCanvas(cells, cells));
    if (image.width !== cells) [image.width, image.height] = [cells, cells];
    const inside = image.getContext("2d");
    const pixels = inside.createImageData(cells, cells);
    const tones = colours.map((c) => [1, 3, 5].map((i) => parseInt(c.slice(i, i + 2), 16)));
    for (let j = 0; j < cells * cells; j++) {
      const a = values[one * cells * cells + j];
      const b = values[other * cells * cells + j];
      const value = a + (b - a) * turn; // class 1 at 255, class 0 at 0
      const k = value > 127.5 ? 1 : 0;
      const [red, green, blue] = tones[k];
      pixels.data.set([red, green, blue, Math.abs(value - 127.5) * (dark.matches ? 0.34 : 0.26)], 4 * j);
    }
    inside.putImageData(pixels, 0, 0);
    pen.imageSmoothingEnabled = true;
    pen.drawImage(image, room.left, room.top, room.right - room.left, room.bottom - room.top);
  }

  axes(pen, { left, right, top, bottom }) {
    const quiet = dark.matches ? "#a6a6a6" : "#5c5c5c";
    pen.strokeStyle = dark.matches ? "#3a3d44" : "#d9dbe0";
    pen.strokeRect(left + 0.5, top + 0.5, right - left - 1, bottom - top - 1);
    pen.fillStyle = quiet;
    pen.font = "12px system-ui, sans-serif";
    const { x, y } = this.data;
    pen.textAlign = "center";
    pen.textBaseline = "top";
    if (!x.nominal) {
      const { values, step } = roundValues([x.low, x.high], (right - left) / 70);
      for (const value of values) {
        const at = left + ((value - x.low) / (x.high - x.low)) * (right - left);
        pen.fillText(tickLabel(value, step), Math.min(at, right - 10), bottom + 5);
      }
    }
    pen.fillText(x.name, (left + right) / 2, bottom + 19);
    pen.textAlign = "right";
    pen.textBaseline = "middle";
    if (!y.nominal) {
      const { values, step } = roundValues([y.low, y.high], (bottom - top) / 50);
      for (const value of values) {
        const at = bottom - ((value - y.low) / (y.high - y.low)) * (bottom - top);
        pen.fillText(tickLabel(value, step), left - 5, at);
      }
    }
    pen.save();
    pen.translate(9, (top + bottom) / 2);
    pen.rotate(-Math.PI / 2);
    pen.textAlign = "center";
    pen.fillText(y.name, 0, 0);
    pen.restore();
  }
}

/** The dates of rows, by those of the points. */
function datesOf(dates, t) {
  const after = new Float64Array(bytesOf(dates.after).buffer); // milliseconds
  return Dates.of(dates, t, after.map((one) => 1000 * one));
}

/** A point of a class: classes differ in colour and in shape. */
function point(pen, k, x, y, r, colours) {
  pen.fillStyle = colours[k % colours.length];
  pen.beginPath();
  if (k % 4 === 0) pen.arc(x, y, r, 0, 2 * Math.PI);
  else if (k % 4 === 1) pen.rect(x - r * 0.88, y - r * 0.88, r * 1.76, r * 1.76);
  else {
    const sign = k % 4 === 2 ? 1 : -1;
    pen.moveTo(x, y - sign * r * 1.2);
    pen.lineTo(x + r * 1.1, y + sign * r * 0.8);
    pen.lineTo(x - r * 1.1, y + sign * r * 0.8);
  }
  pen.fill();
}
