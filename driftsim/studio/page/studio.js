// Studio: what is turned, what follows from it, and what is shown of it.

const byId = (id) => document.getElementById(id);
const SENTENCES = 3; // of the verdict that are not folded up
const TOGETHER = 900; // milliseconds; changes of one control that follow so soon are undone together

class Studio {
  constructor() {
    this.state = this.frame = null;
    this.looks = [];
    this.given = new Map(); // the look of each contender, by its name
    this.gesture = { path: "", at: -Infinity, number: 0 };
    this.errors = [];
    this.times = []; // from letting go to the new picture
    this.panel = new Panel(byId("panel"), (step, draft) => this.turn(step, draft), (message) => this.refuse({ message }));
    this.chart = new StageChart(byId("picture"));
    const acts = {
      toggle: (name) => this.view?.toggle(name),
      highlight: (name) => this.chart.shown && this.chart.highlight(name),
      retry: () => this.connection.do({ do: "retry" }),
    };
    this.board = new Board(byId("board"), acts);
    this.legend = new Legend(byId("legend"), acts);
    this.world = new World(byId("points"), {
      position: byId("position"), play: byId("play"), row: byId("row"), classes: byId("classes"),
      columns: [byId("across"), byId("up")], moved: (row) => this.chart.here(row),
    });
    this.world.choose = (value) => this.connection.do({ do: "columns", value });
    this.connection = new Connection(
      {
        state: (state) => this.renewState(state),
        frame: (frame) => this.renewFrame(frame),
        verdict: ({ html }) => this.answer(html),
        world: (world) => this.world.show(world),
        busy: ({ compiling }) => (byId("progress").textContent = `compiling ${compiling} …`),
        refused: (refused) => this.connection.sent(refused.number) && this.refuse(refused),
      },
      { open: () => this.live(true), lost: () => this.live(false) },
    );
    this.connect();
  }

  connect() {
    const click = (id, act) => byId(id).addEventListener("click", act);
    click("undo", () => this.turn({ do: "undo" }));
    click("redo", () => this.turn({ do: "redo" }));
    byId("refused").querySelector("button").addEventListener("click", () => (byId("refused").hidden = true));
    click("whole", () => this.view?.reset());
    byId("stream").addEventListener("change", ({ target }) => this.show(target.value));
    click("previous", () => this.show(this.beside(-1)));
    click("next", () => this.show(this.beside(1)));
    byId("save").href = addressOf("/scenario");
    byId("report").href = addressOf("/report");
    byId("share").href = addressOf("/report", "&save=1");
    byId("save").setAttribute("download", "");
    byId("share").setAttribute("download", "");
    adding(byId("add"), (learner, policy) => this.turn({ do: "add", learner, policy })).then(
      ({ looks }) => {
        this.looks = looks;
        this.panel.colour((name) => this.lookOf(name));
        if (this.frame) this.renewFrame({ ...this.frame });
      },
    );
    document.addEventListener("keydown", (event) => this.key(event));
    byId("metric").addEventListener("change", ({ target }) => this.view.set({ metric: Number(target.value) }));
    byId("over").addEventListener("change", ({ target }) => this.view.set({ over: target.value }));
    byId("window").addEventListener("change", ({ target }) => {
      this.view.chosen = true;
      this.view.set({ window: Number(target.value) || target.value });
    });
    new ResizeObserver(() => this.view?.changed()).observe(byId("plot"));
  }

  key(event) {
    const typing = event.target.matches?.("input[type=text], #add input");
    if (event.key === "Escape") byId("refused").hidden = true;
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const letter = event.key.toLowerCase();
    if (letter === "s") byId("save").click();
    else if (letter === "z" && !typing) this.turn({ do: event.shiftKey ? "redo" : "undo" });
    else if (letter === "y" && !typing) this.turn({ do: "redo" });
    else return;
    event.preventDefault();
  }

  /** Do a step; those of one control that follow each other soon are of one gesture. */
  turn(step, draft = false) {
    const now = performance.now();
    if (step.do === "set") {
      const same = this.gesture.path === step.path && now - this.gesture.at < TOGETHER;
      const number = this.gesture.number + !same;
      this.gesture = { path: step.path, at: now, number };
      step = { ...step, gesture: `${step.path} ${number} ${this.started ??= Date.now()}` };
    }
    if (!draft) this.released = now;
    this.chart.steady = draft;
    byId("refused").hidden = true;
    this.connection.do(step, draft);
  }

  live(there) {
    document.body.classList.toggle("away", !there);
    byId("gone").hidden = there;
    const [dot, text] = byId("live").children;
    byId("live").classList.toggle("off", !there);
    text.textContent = there ? "live" : "not connected";
    dot.title = text.textContent;
  }

  /** The look of a contender, which it keeps as long as it is there. */
  lookOf(name) {
    const names = this.state?.contenders.map((one) => one.name) ?? [];
    if (this.given.has(name)) return this.given.get(name);
    const taken = new Set(names.flatMap((one) => this.given.get(one)?.colour ?? []));
    const every = this.looks.length ? this.looks : [{ colour: "#555555", dashes: [] }];
    const look = every.find(({ colour }) => !taken.has(colour)) ?? every[names.indexOf(name) % every.length];
    if (this.looks.length) this.given.set(name, look);
    return look;
  }

  renewState(state) {
    if (this.boot && this.boot !== state.boot && this.state?.steps.length && !state.steps.length) {
      const { steps } = this.state; // of a server that has ended: the new one does the same
      this.boot = state.boot;
      if (state.name === this.state.name) return void this.connection.do({ do: "again", steps });
    }
    const names = new Set(state.contenders.map(({ name }) => name));
    for (const name of [...this.given.keys()]) if (!names.has(name)) this.given.delete(name);
    Object.assign(this, { state, boot: state.boot });
    byId("name").textContent = `driftsim studio${state.name === "studio" ? "" : ` · ${state.name}`}`;
    document.title = `${state.name} – driftsim studio`;
    byId("question").textContent = state.question || state.name;
    byId("notes").textContent = state.notes.join(" ");
    byId("undo").disabled = !state.undo;
    byId("redo").disabled = !state.redo;
    this.panel.show(state.groups, (name) => this.lookOf(name));
    this.panel.known = names;
    this.streams(state);
  }

  /** Show the verdict: its first sentences, and the others folded up. */
  answer(html) {
    const open = byId("verdict").querySelector(":scope > details")?.open ?? false;
    byId("verdict").innerHTML = html;
    const box = byId("verdict").firstElementChild;
    const list = [...box.children].findIndex(({ tagName }) => tagName !== "P");
    const first = list < 0 ? SENTENCES : Math.min(SENTENCES, list - 1); // its title goes with it
    const rest = [...box.children].slice(first);
    if (!rest.length) return;
    const more = element("details", { open }, element("summary", { className: "quiet" }, "the whole verdict"), ...rest);
    more.classList.add("verdict");
    byId("verdict").append(more);
  }

  /** A menu of the streams of a suite, and which of them is shown. */
  streams({ streams, stream }) {
    byId("streams").hidden = streams.length < 2;
    const menu = byId("stream");
    if (menu.options.length !== streams.length)
      menu.replaceChildren(...streams.map((value) => element("option", { value }, value)));
    menu.value = stream;
    byId("which").textContent = `${streams.indexOf(stream) + 1} of ${streams.length}`;
  }

  /** The stream so many places further in the suite. */
  beside(places) {
    const { streams, stream } = this.state;
    return streams.at((streams.indexOf(stream) + places) % streams.length);
  }

  /** Show a stream of the suite. */
  show(value) {
    this.turn({ do: "stream", value });
  }

  async renewFrame(frame) {
    this.frame = frame;
    if (frame.about) {
      const { about } = frame;
      for (const one of about.contenders) Object.assign(one, this.lookOf(one.name));
      const runs = await unpacked(about, frame.tallies);
      if (frame !== this.frame) return; // a newer one has come meanwhile
      const scenes = about.settings.map((setting, i) => new Scene(about, setting, runs[i]));
      if (!this.view) this.first(about, scenes, frame.pending);
      this.view.renew(about, scenes, frame.pending);
      this.menus(about);
      this.view.changed();
    }
    this.score();
    const [done, seeds] = frame.seeds;
    const waits = frame.pending.length;
    byId("progress").textContent = waits
      ? `playing ${waits > 1 ? `${waits} contenders` : frame.pending[0]}${seeds > 1 ? `, ${done} of ${seeds} seeds` : ""} …`
      : seeds > 1 ? `mean of ${seeds} seeds` : "";
    document.body.classList.toggle("playing", waits > 0);
    if (this.released && frame.number >= this.connection.number && !this.connection.queue.length) this.timed();
  }

  timed() {
    this.times.push(performance.now() - this.released);
    if (this.times.length > 2000) this.times.shift();
    this.released = null;
  }

  first(about, scenes, pending) {
    this.view = new StageView(about, scenes, () => this.draw());
    Object.assign(this.view, { pending, lasting: new Map() });
    this.interaction = new Interaction(this.chart, this.view, new Readout(byId("readout")));
  }

  menus(about) {
    const fill = (id, options, value) => {
      const key = JSON.stringify(options);
      if (byId(id).dataset.key !== key) {
        byId(id).replaceChildren(...options.map(([v, text]) => element("option", { value: v }, text)));
        byId(id).dataset.key = key;
      }
      byId(id).value = value;
    };
    fill("metric", about.metrics.map(({ name }, i) => [i, titleOf(name)]), this.view.metric);
    const windows = about.windows.map((rows) => [rows, `${grouped(rows)} rows`]);
    windows.push(...(about.durations ?? []).map(({ key, text }) => [key, text]));
    fill("window", windows, this.view.window);
    byId("window").disabled = this.view.over === "cumulative";
  }

  draw() {
    const { view, chart, interaction } = this;
    const row = interaction?.row ?? null;
    const shown = view.shown;
    chart.plot(shown);
    ["aria-valuemin", "aria-valuemax"].forEach((name, i) =>
      chart.svg.setAttribute(name, view.whole[i] - i),
    );
    byId("whole").hidden = view.rows === null && view.values === null;
    byId("window").disabled = view.over === "cumulative";
    interaction?.read(row === null || !chart.shown.curves.length ? null : windowAt(shown, row));
    this.score();
  }

  score() {
    if (!this.frame || !this.state) return;
    const { frame, state } = this;
    this.scores = { ...this.scores, ...(frame.scores ?? {}) };
    const details = state.contenders.map(({ name, learner, policy }) => [
      name, `${learner.replace(/.*\./, "")}, ${policy.replaceAll("_", " ")}`,
    ]);
    const names = state.contenders.map(({ name }) => name);
    const curves = [...names, ...(this.view?.all ?? []).map(({ name }) => name)];
    for (const name of Object.keys(this.scores)) if (!curves.includes(name)) delete this.scores[name];
    if (this.view)
      this.legend.show(this.view.curves, this.scores, { ...frame, hidden: this.view.hidden });
    this.board.show({
      names, scores: this.scores, pending: frame.pending, failed: frame.failed, tones: frame.tones ?? {},
      costs: frame.costs ?? [], lookOf: (name) => this.lookOf(name), hidden: this.view?.hidden ?? new Set(),
      about: { details: Object.fromEntries(details), lower: frame.lower },
    });
  }

  refuse({ message }) {
    byId("refused").firstChild.textContent = message;
    byId("refused").hidden = false;
    this.released = null;
  }
}

addEventListener("error", ({ message }) => globalThis.studio?.errors.push(message));
addEventListener("unhandledrejection", ({ reason }) => globalThis.studio?.errors.push(String(reason)));
globalThis.studio = new Studio();
