// Panel: what can be turned, as sliders, fields, menus and switches.

const DATE = /^\d{4}-\d\d/;
const ARROWS = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 };

/** The controls of a scenario; calls `turn(step, draft)` for each change. */
class Panel {
  constructor(box, turn, refuse) {
    Object.assign(this, { box, turn, refuse, rows: new Map(), shape: "" });
    this.held = null; // the path that is being dragged
  }

  /** Show groups of controls; what is the same stays, so that a drag goes on. */
  show(groups, lookOf) {
    const shape = JSON.stringify(
      groups.map(({ title, place, controls }) => [
        title, place, controls.map(({ path, form, options, main }) => [path, form, options, main]),
      ]),
    );
    if (shape !== this.shape) this.build(groups);
    this.shape = shape;
    for (const { controls } of groups) for (const one of controls) this.rows.get(one.path)?.(one);
    this.colour(lookOf);
  }

  /** Give the contenders their colours. */
  colour(lookOf) {
    for (const swatch of this.box.querySelectorAll("[data-contender]"))
      swatch.style.background = lookOf(swatch.dataset.contender)?.colour ?? "";
  }

  build(groups) {
    const open = new Set([...this.box.querySelectorAll("details[open]")].map((d) => d.dataset.key));
    const focus = document.activeElement?.dataset?.path;
    this.rows.clear();
    const first = groups.find(({ place }) => place === "contender");
    const blocks = groups.map((group) => this.group(group, open, group === first));
    this.box.replaceChildren(...blocks);
    if (focus) this.box.querySelector(`[data-path="${CSS.escape(focus)}"]`)?.focus();
  }

  group({ title, place, controls }, open) {
    const rows = controls.map((one) => [one, this.row(one, place)]);
    const main = rows.filter(([one]) => one.main).map(([, row]) => row);
    const more = rows.filter(([one]) => !one.main).map(([, row]) => row);
    const key = `${place} ${title}`;
    const foldable = (name, summary, inside, startsOpen = false) => {
      const details = element("details", { open: open.has(name) || startsOpen }, summary, ...inside);
      details.dataset.key = name;
      return details;
    };
    const rest = more.length
      ? [foldable(`${key} more`, element("summary", { className: "quiet" }, `${more.length} more`), more)]
      : [];
    const block = element("section", { className: `group of-${place}`, role: "group", ariaLabel: title });
    if (place !== "contender") {
      block.append(element("h2", {}, title), ...main, ...rest);
      return block;
    }
    const swatch = element("i", { className: "swatch" });
    swatch.dataset.contender = title;
    const remove = element("button", { type: "button", title: `Remove ${title}` }, "×");
    remove.setAttribute("aria-label", `Remove ${title}`);
    remove.className = "remove";
    remove.addEventListener("click", () => this.turn({ do: "remove", name: title }));
    const summary = element("summary", {}, swatch, element("b", {}, title));
    const fresh = this.known && !this.known.has(title);
    block.append(foldable(key, summary, [...main, ...rest], fresh), remove);
    return block;
  }

  /** A row with a control; keeps how its value is shown. */
  row(control) {
    const makers = { choice: "menu", kind: "menu", switch: "toggle" };
    return this[makers[control.form] ?? "slider"](control);
  }

  named(control, ...inside) {
    const label = element("label", { className: "row", title: control.note });
    label.append(element("span", {}, control.label), ...inside);
    return label;
  }

  menu(control) {
    const select = element("select", {});
    select.dataset.path = control.path;
    select.append(
      ...control.options.map((o) => element("option", { value: o }, o.replaceAll("_", " "))),
    );
    select.addEventListener("change", () => {
      const act = control.form === "kind" ? "kind" : "set";
      this.turn({ do: act, path: control.path, value: select.value });
    });
    this.rows.set(control.path, ({ value }) => (select.value = value));
    return this.named(control, select);
  }

  toggle(control) {
    const box = element("input", { type: "checkbox" });
    box.dataset.path = control.path;
    box.addEventListener("change", () =>
      this.turn({ do: "set", path: control.path, value: box.checked }),
    );
    this.rows.set(control.path, ({ value }) => (box.checked = value));
    return this.named(control, box);
  }

  slider(control) {
    let now = control;
    let current = control.value;
    let date = control.date; // of the row that the server knows of
    let typing = false;
    const field = element("input", { type: "text", inputMode: "decimal", spellcheck: false });
    const slider = element("input", { type: "range", min: 0, max: NOTCHES, step: 1 });
    slider.setAttribute("aria-label", control.label);
    slider.ariaDescription = control.note;
    slider.dataset.path = control.path;
    const more = element("small", {}); // the date of a row, or the row of a date
    const dated = control.form === "date";
    field.setAttribute("aria-label", `${control.label}, as a ${dated ? "date" : "number"}`);
    if (dated) field.inputMode = "text";
    const show = (value) => {
      current = value;
      field.value = dated ? date : written(value);
      more.textContent = dated ? `row ${grouped(value)}` : date;
      slider.setAttribute("aria-valuetext", date ? `${fixedShort(value)}, ${date}` : fixedShort(value));
      slider.style.setProperty("--share", `${placeOf(now, value) / (NOTCHES / 100)}%`);
    };
    const set = (value, draft) => {
      show(value);
      this.turn({ do: "set", path: control.path, value }, draft);
    };
    slider.addEventListener("input", () => {
      this.held = control.path;
      set(valueAt(now, Number(slider.value)), true);
    });
    slider.addEventListener("change", () => {
      this.held = null;
      set(valueAt(now, Number(slider.value)), false);
    });
    slider.addEventListener("keydown", (event) => {
      const sign = ARROWS[event.key];
      if (!sign || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault(); // as a notch may be less than what numbers are rounded to
      this.held = control.path;
      set(nextValue(now, current, sign), true);
      slider.value = placeOf(now, current);
    });
    const letGo = () => {
      if (this.held !== control.path) return;
      this.held = null;
      set(current, false);
    };
    slider.addEventListener("keyup", letGo);
    slider.addEventListener("blur", letGo);
    field.addEventListener("input", () => (typing = true));
    field.addEventListener("change", () => {
      typing = false;
      const number = typedNumber(field.value);
      const words = dated && DATE.test(field.value.trim());
      const good = words || (Number.isFinite(number) && (now.form === "number" || Number.isInteger(number)));
      field.setAttribute("aria-invalid", !good);
      const kind = dated ? "date, such as 2024-03-31" : now.form === "whole" ? "whole number" : "number";
      if (words) this.turn({ do: "set", path: control.path, value: field.value.trim() });
      else if (good) set(number, false);
      else this.refuse(`${control.label}: ${field.value.slice(0, 40) || "nothing"} is not valid; give a ${kind}`);
    });
    this.rows.set(control.path, (one) => {
      date = one.date;
      if (this.held === one.path) return show(current); // its ends stay, too
      const within = now.low <= one.value && one.value <= now.high;
      now = one.guessed && now.guessed && within ? { ...one, low: now.low, high: now.high, log: now.log } : one;
      if (document.activeElement === field && typing) return;
      slider.value = placeOf(now, one.value);
      field.removeAttribute("aria-invalid");
      show(one.value);
    });
    const row = element("div", { className: "row turned", title: control.note });
    row.append(element("span", {}, control.label, more), field, slider);
    return row;
  }
}

const fixedShort = (value) => fixed(value, Number.isInteger(value) ? 0 : 3);
