// Board: the contenders with their scores and costs, as bars.

const SIZES = { trainings: ["training", "trainings"], labels: ["label", "labels"] };

/** The contenders in their order, each with a score, a bar, and what it costs. */
class Board {
  constructor(list, { toggle, highlight, retry }) {
    Object.assign(this, { list, toggle, highlight, retry, items: new Map() });
  }

  show({ names, scores, pending, failed, costs, tones, lookOf, hidden, about }) {
    for (const [name, item] of this.items) {
      if (names.includes(name)) continue;
      item.remove();
      this.items.delete(name);
    }
    const values = names.map((name) => scores[name]?.value).filter(Number.isFinite);
    const most = Math.max(...values.map(Math.abs), 1e-12);
    const best = this.bestOf(names, scores, pending, about);
    const cost = new Map(costs.map((row) => [row.contender, row]));
    const paid = Object.entries(tones).filter(([share]) => costs.some((row) => row[share] > 0));
    const least = costs.length > 1 ? Math.min(...costs.map((row) => row.cost ?? Infinity)) : null;
    const dearest = Math.max(...costs.map((row) => row.cost ?? 0), 1e-12);
    names.forEach((name, i) => {
      const item = this.items.get(name) ?? this.made(name);
      const waits = pending.includes(name);
      const score = scores[name];
      item.classList.toggle("waits", waits);
      item.classList.toggle("best", name === best);
      item.style.setProperty("--colour", lookOf(name).colour);
      const find = (part) => item.querySelector(`.${part}`);
      find("show").setAttribute("aria-pressed", !hidden.has(name));
      const failure = failed[name];
      find("value").textContent = failure ? "failed" : (score?.text ?? "…");
      find("value").classList.toggle("bad", Boolean(failure));
      const share = score && Number.isFinite(score.value) ? Math.abs(score.value) / most : 0;
      find("fill").style.width = `${100 * share}%`;
      find("words").textContent = failure ?? aboutOf(score, about.details[name]);
      find("again").hidden = !failure;
      this.costs(find("cost"), cost.get(name), dearest, paid);
      find("cost").classList.toggle("cheapest", paid.length > 1 && cost.get(name)?.cost === least);
      if (this.list.children[i] !== item) this.list.insertBefore(item, this.list.children[i] ?? null);
    });
    this.legend(document.getElementById("shares"), paid);
  }

  /** What the tones of costs mean, [[share, tone], …] of those that any contender has. */
  legend(box, paid) {
    const shown = paid.length > 1 ? paid : [];
    box.replaceChildren(
      ...shown.map(([share, tone]) => {
        const sample = element("i");
        sample.style.background = tone;
        return element("span", {}, sample, share);
      }),
    );
  }

  bestOf(names, scores, pending, { lower }) {
    const known = names.filter((n) => Number.isFinite(scores[n]?.value) && !pending.includes(n));
    if (known.length < 2 || pending.length) return null;
    const sign = lower ? 1 : -1;
    const [best, next] = known.sort((a, b) => sign * (scores[a].value - scores[b].value));
    return scores[best].value === scores[next].value ? null : best;
  }

  made(name) {
    const show = element("button", { type: "button", className: "show", title: "Show or hide its curve" });
    show.append(element("i", { className: "swatch" }), element("b", {}, name));
    show.addEventListener("click", () => this.toggle(name));
    const part = (className) => element("span", { className });
    const again = element("button", { type: "button", className: "again", hidden: true }, "try again");
    again.addEventListener("click", () => this.retry());
    const about = element("span", { className: "about" }, part("words"), again);
    const track = element("span", { className: "track" }, part("fill"));
    const item = element("li", {}, show, part("value"), track, about, part("cost"));
    item.addEventListener("pointerenter", () => this.highlight(name));
    item.addEventListener("pointerleave", () => this.highlight(null));
    show.addEventListener("focus", () => this.highlight(name));
    show.addEventListener("blur", () => this.highlight(null));
    this.items.set(name, item);
    return item;
  }

  /** What a contender costs; bars of one share alone would be those of its errors again. */
  costs(box, row, dearest, paid) {
    if (!row || row.cost === null) return box.replaceChildren();
    const parts = paid
      .filter(([share]) => row[share] > 0)
      .map(([share, tone]) => {
        const bar = element("i", { title: `${share}: ${moneyShort(row[share])}` });
        bar.style.width = `${(100 * row[share]) / dearest}%`;
        bar.style.background = tone;
        return bar;
      });
    const unit = row.currency ?? "";
    const bars = paid.length > 1 ? [element("span", { className: "bars" }, ...parts)] : [];
    box.replaceChildren(...bars, element("small", {}, `${moneyShort(row.cost)} ${unit}`));
  }
}

const moneyShort = (value) => fixed(value, Math.abs(value) < 10 ? 2 : 0);

/** What a contender is made of, and what it used. */
function aboutOf(score, details) {
  const used = Object.entries(SIZES)
    .filter(([key]) => Number.isFinite(score?.[key]))
    .map(([key, [one, many]]) => `${grouped(score[key])} ${Math.round(score[key]) === 1 ? one : many}`);
  return [details, ...used, score?.alarms].filter(Boolean).join(" · ");
}
