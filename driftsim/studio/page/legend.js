// Legend: whose curve is which, with the scores, right above the chart.

/** A button for each curve, which shows or hides it. */
class Legend {
  constructor(box, { toggle, highlight }) {
    Object.assign(this, { box, toggle, highlight, key: "" });
  }

  /** Show curves {name, label, colour, dashes, reference} with their scores; not unknown references. */
  show(curves, scores, { hidden, pending, failed }) {
    const all = curves.filter(({ name, reference }) => !reference || (scores[name]?.value ?? null) !== null);
    const key = JSON.stringify(all.map(({ name, label, colour, dashes }) => [name, label, colour, dashes]));
    if (key !== this.key) this.build(all);
    this.key = key;
    for (const button of this.box.children) {
      const { name } = button.dataset;
      button.setAttribute("aria-pressed", !hidden.has(name));
      button.classList.toggle("waits", pending.includes(name));
      button.lastChild.textContent = failed[name] ? "failed" : (scores[name]?.text ?? "…");
    }
  }

  build(all) {
    const focus = this.box.contains(document.activeElement) && document.activeElement.dataset.name;
    this.box.replaceChildren(...all.map((one) => this.made(one)));
    if (focus) this.box.querySelector(`[data-name="${CSS.escape(focus)}"]`)?.focus();
  }

  made(one) {
    const button = element("button", { type: "button", title: "Show or hide its curve" });
    button.dataset.name = one.name;
    button.classList.toggle("reference", one.reference);
    button.append(lineSample(one), element("span", {}, one.label), " ", element("small", {}));
    button.addEventListener("click", () => this.toggle(one.name));
    for (const [event, name] of Object.entries(HIGHLIGHTS(one.name)))
      button.addEventListener(event, () => this.highlight(name));
    return button;
  }
}

/** What is highlighted at an event of the button of a contender. */
const HIGHLIGHTS = (name) => ({ pointerenter: name, focus: name, pointerleave: null, blur: null });
