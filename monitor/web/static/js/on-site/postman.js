// Carries what waits in the drawer to the server, in order, over and over until it has arrived.
//
// A batch leaves the outbox only with the server's receipt, and the server takes each piece once:
// whatever breaks in between, it is sent again. One tab at a time sends.
const BATCH = 20;
const PATIENCE_MS = 30_000;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 60_000;

export class Postman extends EventTarget {
  #timer = 0;
  #wait = FIRST_WAIT_MS;
  #running = false;
  #again = false;

  constructor(drawer, checklist) {
    super();
    this.drawer = drawer;
    this.checklist = checklist;
    this.link = "connecting";
    addEventListener("online", () => this.hurry());
    document.addEventListener("visibilitychange", () => document.hidden || this.hurry());
  }

  /** Sends what there is, now. */
  async hurry() {
    clearTimeout(this.#timer);
    this.#again = true;
    if (this.#running) return;
    this.#running = true;
    try {
      while (this.#again) {
        this.#again = false;
        await navigator.locks.request(`kanhu-on-site-${this.drawer.user}`, () => this.#round());
      }
    } finally {
      this.#running = false;
    }
  }

  async #round() {
    const gone = new Set();
    let link = "online";
    for (;;) {
      const batch = await this.drawer.next(BATCH, gone);
      link = batch === null ? await this.#ask() : await this.#send(batch);
      if (link === "gone" && batch !== null) gone.add(batch.checklist);
      else if (batch === null || link !== "online") break;
      this.#tell(link);
    }
    this.#tell(link);
    this.#wait = link === "online" ? FIRST_WAIT_MS : Math.min(2 * this.#wait, LONGEST_WAIT_MS);
    const wait = link === "online" ? LONGEST_WAIT_MS : this.#wait;
    this.#timer = setTimeout(() => this.hurry(), wait * (0.75 + Math.random() / 2));
  }

  async #ask() {
    const answer = await this.#fetch(`/api/v1/on-site/${this.checklist}`, {});
    if (answer.body === undefined) return answer.link;
    if (answer.body.user !== this.drawer.user) return "stranger";
    await this.drawer.copy(this.checklist, answer.body);
    return "online";
  }

  async #send(batch) {
    const { checklist, photo, rows } = batch;
    const answer = photo === null
      ? await this.#fetch(`/api/v1/on-site/${checklist}/pieces`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ user: this.drawer.user, pieces: rows.map((row) => row.body) }),
      })
      : await this.#fetch(`/api/v1/on-site/${checklist}/photos/${photo.id}?${about(photo)}`, {
        method: "PUT",
        headers: { "Content-Type": "image/jpeg" },
        body: photo.blob,
      });
    if (answer.link === "unfit") {
      // Something in it cannot be taken at all: find out which, so that it does not hold up the rest.
      if (rows.length === 1) await this.drawer.refuse(batch, answer.reason);
      else return this.#sendEach(batch);
      return "online";
    }
    if (answer.body === undefined) return answer.link;
    await this.drawer.settle(batch, answer.body.receipts, answer.body.state);
    return "online";
  }

  async #sendEach(batch) {
    for (const row of batch.rows) {
      const link = await this.#send({ ...batch, rows: [row] });
      if (link !== "online") return link;
    }
    return "online";
  }

  async #fetch(address, options) {
    let response;
    try {
      response = await fetch(address, { ...options, signal: AbortSignal.timeout(PATIENCE_MS) });
      if (response.ok) return { body: await response.json() };
    } catch {
      return { link: "offline" };
    }
    if (response.status === 401) return { link: "signed-out" };
    if (response.status === 403 || response.status === 409) return { link: "stranger" };
    if (response.status === 413 || response.status === 422) return { link: "unfit", reason: String(response.status) };
    return { link: response.status === 404 ? "gone" : "offline" };
  }

  #tell(link) {
    this.link = link;
    this.dispatchEvent(new Event("change"));
  }
}

function about(photo) {
  const { user, item, at, sha256, place } = photo;
  return new URLSearchParams({ user, item, at, sha256, ...(place ?? {}) });
}
