// The page: its controls, its legend and its chart, put together.

const KINDS = {
  tumbling: ["tumbling", (rows) => `Each step is of ${rows} rows, one window after the other.`],
  sliding: ["sliding", (rows) => `Each point is of the ${rows} rows up to it.`],
  cumulative: ["cumulative", () => "Each point is of all rows up to it."],
  faded: [
    "fading",
    (rows) =>
      "Each point is of all rows up to it, a row counting less the longer it is past: " +
      `as much as ${rows} in all.`,
  ],
};
const find = (id) => document.getElementById(id);

/** Fill a choice, of [value, text], and tell what is chosen; one choice is none. */
function choice(id, options, chosen, act) {
  const select = find(id);
  select.append(...options.map(([value, text]) => element("option", { value }, text)));
  select.value = chosen;
  select.addEventListener("change", () => act(select.value));
  select.closest("label").hidden = options.length < 2;
}

/** Let the controls change a view. */
function controls(about, view) {
  const numbered = (texts) => texts.map((text, i) => [i, text]);
  const number = (name) => (value) => view.set({ [name]: Number(value) });
  choice("setting", numbered(about.settings.map(({ title }) => title)), 0, number("setting"));
  choice("metric", numbered(about.metrics.map(({ name }) => titleOf(name))), 0, number("metric"));
  choice(
    "window",
    about.windows.map((rows) => [rows, `${grouped(rows)} rows`]),
    about.window,
    number("window"),
  );
  choice(
    "over",
    Object.entries(KINDS).map(([kind, [name]]) => [kind, name]),
    "tumbling",
    (over) => view.set({ over }),
  );
  find("bands").addEventListener("change", ({ target }) => view.set({ bands: target.checked }));
  const acts = {
    closer: () => view.scale(0.5),
    farther: () => view.scale(2),
    before: () => view.pan(-0.5),
    after: () => view.pan(0.5),
    whole: () => view.reset(),
    everybody: () => view.show(view.everybody),
    nobody: () => view.show([]),
  };
  for (const [id, act] of Object.entries(acts)) find(id).addEventListener("click", act);
}

/** What the controls show of a view. */
function told(view, shown) {
  const [metric, zoomed] = [shown.metric, view.rows !== null || view.values !== null];
  const picture = find("picture");
  ["aria-valuemin", "aria-valuemax"].forEach((name, i) =>
    picture.setAttribute(name, view.whole[i] - i),
  );
  find("window").disabled = view.over === "cumulative";
  find("bands").checked = shown.bands;
  find("bands").closest("label").hidden = shown.curves.every(({ seeds }) => seeds < 2);
  for (const id of ["before", "after"]) find(id).disabled = view.rows === null;
  find("farther").disabled = find("whole").disabled = !zoomed;
  const window = Math.ceil(view.window / shown.scene.grid.interval) * shown.scene.grid.interval;
  const windows = KINDS[view.over][1](grouped(window));
  find("meaning").textContent = `${titleOf(metric.name)}: ${metric.means} ${windows}`;
  const buttons = find("legend").querySelectorAll("button");
  view.everybody.forEach((one, i) => mark(buttons[i], one, view));
}

/** Let a button tell whether one is shown, or why that cannot be. */
function mark(button, one, { computed, hidden }) {
  const known = one.played && computed.curve(one.name).mean.some(Number.isFinite);
  const unknown = one.played && !known;
  const why = unknown ? `not known for ${titleOf(computed.metric.name)}` : lacking(one);
  button.disabled = !known;
  button.title = why ? `${one.label}: ${why}` : one.label;
  button.classList.toggle("unknown", unknown);
  button.querySelector("small").textContent = why;
  button.setAttribute("aria-pressed", known && !hidden.has(one.name));
}

/** What is missing of a contender, in words. */
function lacking({ failed, played }) {
  if (failed) return played ? "a run failed" : "failed";
  return played ? "" : "no run";
}

/** A button for each who could be shown, pressed for those who are. */
function legend(view, chart) {
  const buttons = view.everybody.map((one) => {
    const button = element("button", { type: "button" });
    button.dataset.name = one.name;
    button.append(sample(one), element("span", {}, one.label), element("small", {}));
    button.addEventListener("click", ({ shiftKey }) => {
      if (shiftKey) view.isolate(one.name);
      else view.toggle(one.name);
    });
    for (const event of ["pointerenter", "focus"])
      button.addEventListener(event, () => chart.light(one.name));
    for (const event of ["pointerleave", "blur"])
      button.addEventListener(event, () => chart.light(null));
    return button;
  });
  find("legend").replaceChildren(...buttons);
}

/** Bring the chart to life. */
async function begin() {
  const about = JSON.parse(find("about").textContent);
  const runs = await unpacked(about, find("tallies").textContent);
  const scenes = about.settings.map((setting, i) => new Scene(about, setting, runs[i]));
  const chart = new Chart(find("plot").querySelector("svg"));
  let named = null; // the setting whose contenders the legend names
  const view = new View(about, scenes, () => {
    if (named !== view.setting) legend(view, chart);
    named = view.setting;
    const [shown, row] = [view.shown, hand.row];
    chart.draw(shown);
    told(view, shown);
    hand.read(row === null ? null : windowAt(shown, row));
  });
  const hand = new Hand(chart, view, new Readout(find("readout")));
  controls(about, view);
  find("chart").hidden = false;
  view.changed();
  let width = chart.svg.parentElement.clientWidth;
  new ResizeObserver(() => {
    if (width === chart.svg.parentElement.clientWidth) return;
    width = chart.svg.parentElement.clientWidth;
    view.changed();
  }).observe(chart.svg.parentElement);
  return { about, view, chart, hand, drawn: performance.now() };
}

/** Show what is shown where there are no scripts. */
function plainly(error) {
  find("plain").innerHTML = find("still").textContent;
  find("chart").hidden = true;
  throw error;
}

document.querySelectorAll("main table").forEach(sortable);
globalThis.driftsim = begin().catch(plainly);
