// The page: its controls, its legend and its chart.

const KINDS = {
  tumbling: ["tumbling", (size) => `Each step covers ${size}, one window after the other.`],
  sliding: ["sliding", (size) => `Each point covers the last ${size}.`],
  cumulative: ["cumulative", () => "Each point covers all rows so far."],
  faded: [
    "fading",
    (size) => `Each point covers all rows so far; older ones count less, ${size} in all.`,
  ],
};
const find = (id) => document.getElementById(id);

/** Fill a selection of [value, text], which calls `act`; it is hidden if there is no choice. */
function selection(id, options, selected, act) {
  const select = find(id);
  select.append(...options.map(([value, text]) => element("option", { value }, text)));
  select.value = selected;
  select.addEventListener("change", () => act(select.value));
  select.closest("label").hidden = options.length < 2;
}

/** Connect the controls to a view. */
function controls(about, view) {
  const numbered = (texts) => texts.map((text, i) => [i, text]);
  const number = (name) => (value) => view.set({ [name]: Number(value) });
  const windows = about.windows.map((rows) => [rows, `${grouped(rows)} rows`]);
  windows.push(...(about.durations ?? []).map(({ key, text }) => [key, text]));
  const kinds = Object.entries(KINDS).map(([kind, [name]]) => [kind, name]);
  const settings = about.settings.map(({ title }) => title);
  const metrics = about.metrics.map(({ name }) => titleOf(name));
  selection("setting", numbered(settings), 0, number("setting"));
  selection("metric", numbered(metrics), 0, number("metric"));
  const window = (value) => view.set({ window: Number(value) || value });
  selection("window", windows, about.window, window);
  selection("over", kinds, "tumbling", (over) => view.set({ over }));
  find("bands").addEventListener("change", ({ target }) => view.set({ bands: target.checked }));
  const acts = {
    closer: () => view.scale(0.5),
    farther: () => view.scale(2),
    before: () => view.pan(-0.5),
    after: () => view.pan(0.5),
    whole: () => view.reset(),
    everybody: () => view.show(view.all),
    nobody: () => view.show([]),
  };
  for (const [id, act] of Object.entries(acts)) find(id).addEventListener("click", act);
}

/** Update the controls and the legend from a view. */
function update(view, shown) {
  const [metric, zoomed] = [shown.metric, view.rows !== null || view.values !== null];
  const picture = find("picture");
  find("setting").value = view.setting;
  ["aria-valuemin", "aria-valuemax"].forEach((name, i) =>
    picture.setAttribute(name, view.whole[i] - i),
  );
  find("window").disabled = view.over === "cumulative";
  find("bands").checked = shown.bands;
  find("bands").closest("label").hidden = shown.curves.every(({ seeds }) => seeds < 2);
  for (const id of ["before", "after"]) find(id).disabled = view.rows === null;
  find("farther").disabled = find("whole").disabled = !zoomed;
  for (const option of find("window").options) option.disabled = !view.offers(option.value);
  find("window").value = view.window;
  const windows = KINDS[view.over][1](sizeOf(view, shown.scene.grid.interval));
  const aim = shown.scene.about.aims[metric.name];
  const dashed = aim === undefined ? "" : ` The dashed line is the level, ${aim}.`;
  find("meaning").textContent = `${titleOf(metric.name)}: ${metric.means}${dashed} ${windows}`;
  const buttons = find("legend").querySelectorAll("button");
  view.all.forEach((one, i) => mark(buttons[i], one, view));
}

/** The length of a window as text. */
function sizeOf({ duration, window }, interval) {
  const rounded = `rounded to whole intervals of ${grouped(interval)} rows`;
  if (duration) return `${duration.text} (${rounded})`;
  return `${grouped(Math.ceil(window / interval) * interval)} rows`;
}

/** Mark the button of a contender as shown or hidden, or say why it cannot be shown. */
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

/** Why a contender has no curve. */
function lacking({ failed, played }) {
  if (failed) return played ? "a run failed" : "failed";
  return played ? "" : "no run";
}

/** Fill the legend: a button for each contender and reference; a first tap highlights its curve. */
function legend(view, chart) {
  let held = null; // whose curve a tap has highlighted
  const buttons = view.all.map((one) => {
    const button = element("button", { type: "button" });
    button.dataset.name = one.name;
    button.append(lineSample(one), element("span", {}, one.label), element("small", {}));
    button.addEventListener("click", ({ shiftKey, pointerType }) => {
      const taps = pointerType === "touch" && button.getAttribute("aria-pressed") === "true";
      if (taps && held !== one.name) return chart.highlight((held = one.name));
      held = null;
      if (shiftKey) view.isolate(one.name);
      else view.toggle(one.name);
    });
    const highlights = { pointerenter: one.name, focus: one.name, pointerleave: null, blur: null };
    for (const [event, name] of Object.entries(highlights))
      button.addEventListener(event, ({ pointerType }) => {
        if (pointerType !== "touch") chart.highlight(name);
        if (event === "blur") held = null;
      });
    return button;
  });
  find("legend").replaceChildren(...buttons);
}

/** Read the data of the page, and show the chart. */
async function start() {
  const about = JSON.parse(find("about").textContent);
  const runs = await unpacked(about, find("tallies").textContent);
  const choose = (setting) => view.set({ setting });
  const pricing = about.costs ? new Pricing(about, await amountsOf(about), choose) : null;
  const scenes = about.settings.map((setting, i) => new Scene(about, setting, runs[i]));
  const chart = new Chart(find("plot").querySelector("svg"));
  let listed = null; // the setting whose contenders are in the legend
  const view = new View(about, scenes, () => {
    if (listed !== view.setting) legend(view, chart);
    listed = view.setting;
    pricing?.choose(view.setting);
    const [shown, row] = [view.shown, interaction.row];
    chart.plot(shown);
    update(view, shown);
    interaction.read(row === null ? null : windowAt(shown, row));
  });
  const interaction = new Interaction(chart, view, new Readout(find("readout")));
  controls(about, view);
  for (const link of document.querySelectorAll(".to-setting"))
    link.addEventListener("click", () => choose(Number(link.dataset.setting)));
  find("chart").hidden = false;
  view.changed();
  let width = chart.svg.parentElement.clientWidth;
  new ResizeObserver(() => {
    if (width === chart.svg.parentElement.clientWidth) return;
    width = chart.svg.parentElement.clientWidth;
    view.changed();
  }).observe(chart.svg.parentElement);
  return { about, view, chart, interaction, pricing, plotted: performance.now() };
}

/** Show the same as without scripts: a picture instead of the chart. */
function withoutChart(error) {
  find("plain").innerHTML = find("still").textContent;
  find("chart").hidden = true;
  throw error;
}

for (const head of document.querySelectorAll("main thead")) sortable(head.parentElement);
document.querySelectorAll(".hint + .wide").forEach(hinted);
for (const wide of document.querySelectorAll("figure > .wide")) new Tips(wide);
find("how-to-read")?.removeAttribute("hidden");
globalThis.driftsim = start().catch(withoutChart);
