// What a device keeps of inspections until the server has it, in IndexedDB.
//
//   answers  what stands in the form of one person for one item and is not taken in yet
//   outbox   what waits to be sent, in order
//   photos   the pictures themselves
//   copies   how the server said that an inspection stands
//   refused  what the server would not take: kept and shown, never dropped
//
// Everything belongs to a person: on a shared phone nobody sends what somebody else wrote.
const NAME = "kanhu-on-site";
const STORES = ["answers", "outbox", "photos", "copies", "refused"];

/** Opens the drawer of one person. */
export async function openDrawer(user) {
  const request = indexedDB.open(NAME, 1);
  request.onupgradeneeded = () => {
    const database = request.result;
    database.createObjectStore("answers", { keyPath: "key" });
    database.createObjectStore("outbox", { keyPath: "seq", autoIncrement: true });
    database.createObjectStore("photos", { keyPath: "id" });
    database.createObjectStore("copies", { keyPath: "key" });
    database.createObjectStore("refused", { keyPath: "id" });
  };
  return new Drawer(await done(request), user);
}

class Drawer {
  #followed = new Map();

  constructor(database, user) {
    this.database = database;
    this.user = user;
  }

  /** Runs `work(stores)` in one transaction over all stores; resolves when it is on disk. */
  async within(work) {
    const transaction = this.database.transaction(STORES, "readwrite", { durability: "strict" });
    const finished = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error ?? new Error("aborted"));
    });
    finished.catch(() => {});
    const stores = Object.fromEntries(STORES.map((name) => [name, transaction.objectStore(name)]));
    let result;
    try {
      result = await work(stores);
    } catch (error) {
      transaction.abort();
      throw error;
    }
    await finished;
    return result;
  }

  key(checklist, item = "") {
    return `${this.user}/${checklist}/${item}`;
  }

  /** Returns all that is kept of one inspection. */
  async of(checklist) {
    return this.within(async (stores) => {
      const mine = (row) => row.user === this.user && row.checklist === checklist;
      const [answers, outbox, photos, refused] = await Promise.all(
        ["answers", "outbox", "photos", "refused"].map((name) => done(stores[name].getAll())),
      );
      const copy = await done(stores.copies.get(this.key(checklist)));
      return {
        answers: answers.filter(mine),
        outbox: outbox.filter(mine),
        photos: photos.filter(mine),
        refused: refused.filter(mine),
        state: copy?.state ?? null,
        others: outbox.filter((row) => row.user !== this.user).length,
      };
    });
  }

  /**
   * Puts an answer down, and returns the id that stands in the form now.
   *
   * One that is not complete stays a draft and is not sent. `seen` is the answer that the person
   * had before them when they began: what came in beneath a draft must not be lost beneath it.
   */
  async answer(checklist, item, { result, note, complete, seen, settles = [] }) {
    const key = this.key(checklist, item);
    const at = new Date().toISOString();
    let added = null;
    const standing = await this.within(async ({ answers, outbox }) => {
      const own = { key, user: this.user, checklist, item };
      const [kept, waiting] = await Promise.all([done(answers.get(key)), done(outbox.getAll())]);
      const base = kept?.draft && settles.length === 0 ? kept.base : seen;
      if (!complete) {
        answers.put({ ...own, result, note, id: kept?.id ?? null, base, draft: true });
        return base;
      }
      const last = waiting.findLast(
        (row) => row.kind === "answer" && row.user === this.user && row.checklist === checklist && row.item === item,
      );
      if (last !== undefined && !last.tried) {
        Object.assign(last.body, { result, note, at, settles: [...new Set([...last.body.settles, ...settles])] });
        outbox.put(last);
        answers.put({ ...own, result, note, id: last.id, draft: false });
        return last.id;
      }
      const id = crypto.randomUUID();
      const after = last?.id ?? this.#newest(key, base);
      added = { after, id };
      const body = { kind: "answer", id, at, item, result, note, after, settles };
      outbox.add({ ...own, kind: "answer", id, tried: false, body });
      answers.put({ ...own, result, note, id, draft: false });
      return id;
    });
    if (added !== null) this.#followed.set(`${key}/${added.after}`, added.id);
    return standing;
  }

  /**
   * Returns the newest of the answers that this page itself put down after `base`.
   *
   * Of two changes in quick succession both may have been made with the same answer in view, and
   * the first may have arrived before the second is put down: the second still follows the first.
   */
  #newest(key, base) {
    let newest = base;
    for (let next = base; next !== undefined; next = this.#followed.get(`${key}/${next}`)) newest = next;
    return newest;
  }

  /** Puts a photo down. */
  async photo(checklist, item, { blob, sha256, place }) {
    const own = { user: this.user, checklist, item, id: crypto.randomUUID() };
    const at = new Date().toISOString();
    await this.within(({ photos, outbox }) => {
      photos.put({ ...own, blob, sha256, place, at });
      outbox.add({ ...own, kind: "photo", tried: false });
    });
  }

  /** Puts a signing or an addendum down. */
  async piece(checklist, kind, fields) {
    const id = crypto.randomUUID();
    const body = { kind, id, at: new Date().toISOString(), ...fields };
    await this.within(({ outbox }) => {
      outbox.add({ user: this.user, checklist, item: "", kind, id, tried: false, body });
    });
  }

  /**
   * Returns what is to be sent next: one photo, or pieces of one inspection; marks it as tried.
   * What belongs to an inspection in `gone` waits without holding up the rest.
   */
  async next(most, gone) {
    return this.within(async ({ outbox, photos }) => {
      const mine = (row) => row.user === this.user && !gone.has(row.checklist);
      const waiting = (await done(outbox.getAll())).filter(mine);
      const first = waiting[0];
      if (first === undefined) return null;
      const batch = [];
      for (const row of waiting) {
        const fits = row.checklist === first.checklist && row.kind !== "photo";
        if (row !== first && (!fits || first.kind === "photo" || batch.length >= most)) break;
        batch.push(row);
      }
      for (const row of batch) outbox.put({ ...row, tried: true });
      const photo = first.kind === "photo" ? await done(photos.get(first.id)) : null;
      return { checklist: first.checklist, rows: batch, photo };
    });
  }

  /** Takes down what became of a batch, and how the inspection stands now. */
  async settle(batch, receipts, state) {
    const byId = new Map(receipts.map((receipt) => [receipt.id, receipt]));
    await this.within(async ({ answers, outbox, copies, refused }) => {
      for (const row of batch.rows) {
        const receipt = byId.get(row.id);
        if (receipt === undefined) continue;
        outbox.delete(row.seq);
        if (receipt.receipt === "refused") refused.put({ ...row, reason: receipt.reason });
        const kept = row.kind === "answer" ? await done(answers.get(row.key)) : undefined;
        if (kept !== undefined && kept.id === row.id && !kept.draft) answers.delete(row.key);
      }
      this.#keep(copies, batch.checklist, state);
    });
  }

  /** Refuses a batch as a whole. */
  async refuse(batch, reason) {
    await this.within(({ outbox, refused }) => {
      for (const row of batch.rows) {
        outbox.delete(row.seq);
        refused.put({ ...row, reason });
      }
    });
  }

  /** Takes down how the server says an inspection stands. */
  async copy(checklist, state) {
    await this.within(({ copies }) => this.#keep(copies, checklist, state));
  }

  /** Forgets what was refused, when the person has seen it. */
  async forget(id) {
    await this.within(({ refused }) => refused.delete(id));
  }

  /** Removes the pictures of an inspection from the device, when the server has them all. */
  async clear(checklist) {
    await this.within(async ({ photos, outbox }) => {
      const waiting = new Set((await done(outbox.getAll())).map((row) => row.id));
      for (const photo of await done(photos.getAll())) {
        const mine = photo.user === this.user && photo.checklist === checklist;
        if (mine && !waiting.has(photo.id)) photos.delete(photo.id);
      }
    });
  }

  #keep(copies, checklist, state) {
    copies.put({ key: this.key(checklist), user: this.user, checklist, state });
  }
}

function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
