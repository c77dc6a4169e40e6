// Connection: events of the server, and steps to it, one at a time while one drags.

const token = new URLSearchParams(location.search).get("token") ?? "";
const addressOf = (path, more = "") => `${path}?token=${encodeURIComponent(token)}${more}`;
const RETRY = 1000; // milliseconds until it connects again
const PATIENCE = 4000; // milliseconds without an answer, after which the next step is sent

/** What the server sends, and what is sent to it. */
class Connection {
  constructor(acts, { open, lost }) {
    Object.assign(this, { acts, open, lost, queue: [], flying: null });
    this.before = this.number = Math.floor(Math.random() * 1e6) * 100; // other pages have others
    this.connect();
  }

  connect() {
    clearTimeout(this.again);
    this.events?.close();
    const events = (this.events = new EventSource(addressOf("/events")));
    for (const [kind, act] of Object.entries(this.acts)) {
      events.addEventListener(kind, ({ data }) => {
        const given = JSON.parse(data);
        act(given);
        if (kind === "frame" || kind === "refused") this.answered(given.number);
      });
    }
    events.addEventListener("open", () => this.open());
    events.addEventListener("error", () => {
      this.lost();
      this.flying = null;
      if (events.readyState === EventSource.CLOSED) this.connectSoon();
    });
  }

  connectSoon() {
    clearTimeout(this.again);
    this.again = setTimeout(() => this.connect(), RETRY);
  }

  /** Do a step; a draft gives way to a later one of the same drag. */
  do(step, draft = false) {
    const last = this.queue.at(-1);
    if (last?.draft && step.gesture && last.step.gesture === step.gesture) this.queue.pop();
    const { flying } = this;
    if (!draft && flying?.step.draft && flying.step.value !== step.value) this.landed(); // do not wait for it
    this.queue.push({ step: draft ? { ...step, draft: true } : step, draft });
    this.pump();
  }

  async pump() {
    if (this.flying || !this.queue.length) return;
    const { step } = this.queue.shift();
    const number = ++this.number;
    this.flying = { number, step, timer: setTimeout(() => this.answered(number), PATIENCE) };
    await this.post(number, [step]);
  }

  /** Send steps; gives whether they have arrived. */
  async post(number, steps) {
    try {
      const answer = await fetch(addressOf("/steps"), {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ number, steps }),
      });
      if (!answer.ok) this.acts.refused({ number, message: (await answer.json()).message });
      if (!answer.ok) this.answered(number);
      return answer.ok;
    } catch {
      this.lost();
      this.connectSoon(); // as events may still come, which would leave the page lost
      this.answered(number);
      return false;
    }
  }

  answered(number) {
    if (!this.flying || number < this.flying.number) return;
    this.landed();
    this.pump();
  }

  landed() {
    clearTimeout(this.flying.timer);
    this.flying = null;
  }

  /** Whether a step of a number is of this page. */
  sent(number) {
    return this.before < number && number <= this.number;
  }

  get idle() {
    return !this.flying && !this.queue.length;
  }
}
