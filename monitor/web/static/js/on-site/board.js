// <kanhu-on-site>: the checklist that an inspector takes along.
//
// The page is drawn by the server; what changes is laid over it from the drawer. Each change is in
// the drawer before anything else happens to it.
import { toast } from "../acting.js";
import { text } from "../texts.js";
import { develop, draw } from "./camera.js";
import { openDrawer } from "./drawer.js";
import { Postman } from "./postman.js";
import { clean } from "./signing.js";
import { SigningDesk } from "./signing-desk.js";

const TYPING_MS = 500;
const THUMBNAIL = 144;

class OnSite extends HTMLElement {
  #typing = new Map();
  #seen = new Map();
  #pictures = new Map();
  #busy = 0;
  #kept = { answers: [], outbox: [], photos: [], refused: [], state: null, others: 0 };

  async connectedCallback() {
    this.checklist = Number(this.dataset.checklist);
    this.items = new Map([...this.querySelectorAll("[data-item]")].map((row) => [row.dataset.item, row]));
    this.drawer = await openDrawer(Number(this.dataset.user));
    this.postman = new Postman(this.drawer, this.checklist);
    this.desk = new SigningDesk(this.querySelector("[data-signing]"), this);
    this.postman.addEventListener("change", () => this.refresh());
    this.addEventListener("change", (event) => this.#changed(event.target));
    this.addEventListener("input", (event) => event.target.matches("[data-note]") && this.#typed(event.target));
    this.addEventListener("click", (event) => this.#pressed(event.target.closest("[data-do]")));
    this.addEventListener("focusin", ({ target }) => this.#look(target));
    this.addEventListener("focusout", ({ target }) => this.#seen.delete(target.closest("[data-item]")?.dataset.item));
    addEventListener("pagehide", () => this.#flush());
    document.addEventListener("visibilitychange", () => document.hidden && this.#flush());
    await this.refresh();
    this.dataset.ready = "";
    this.postman.hurry();
    this.#keepPage();
  }

  /** What this device believes to stand: the server's answers, and over them its own. */
  get answers() {
    const standing = new Map((this.#kept.state?.answers ?? []).map((answer) => [answer.item, answer]));
    for (const row of this.#kept.answers) if (!row.draft) standing.set(row.item, row);
    return standing;
  }

  /** All photos that count, by id; those taken here with their picture. */
  get photos() {
    const all = new Map((this.#kept.state?.photos ?? []).map((photo) => [photo.id, photo]));
    for (const own of this.#kept.photos) all.set(own.id, { ...own, late: all.get(own.id)?.late });
    return new Map([...all].filter(([, photo]) => !photo.late));
  }

  get conflicts() {
    const settled = this.#kept.outbox.flatMap((row) => row.body?.settles ?? []);
    return (this.#kept.state?.conflicts ?? []).filter((answer) => !settled.includes(answer.id));
  }

  get signing() {
    return this.#kept.outbox.some((row) => row.kind === "signing");
  }

  get locked() {
    return this.signing || Boolean(this.#kept.state?.signed);
  }

  /** The items that are not ready to be signed, with what they lack. */
  get lacking() {
    const answers = this.answers;
    const drafts = new Set(this.#kept.answers.filter((row) => row.draft).map((row) => row.item));
    const pictured = new Set([...this.photos.values()].map((photo) => photo.item));
    const disputed = new Set(this.conflicts.map((answer) => answer.item));
    const found = new Map();
    for (const [item, row] of this.items) {
      const result = answers.get(item)?.result ?? (row.dataset.decided === "" ? row.dataset.proposal : "");
      if (drafts.has(item)) found.set(item, "note");
      else if (!result || disputed.has(item)) found.set(item, "answer");
      else if (result === "fail" && row.dataset.photo === "" && !pictured.has(item)) found.set(item, "photo");
    }
    return found;
  }

  /** Reads the drawer and draws what it holds. */
  async refresh() {
    this.#kept = await this.drawer.of(this.checklist);
    const { state, outbox, refused, others } = this.#kept;
    if (state?.signed && outbox.length === 0) await this.drawer.clear(this.checklist);
    const lacking = this.lacking;
    for (const [item, row] of this.items) this.#drawItem(item, row, lacking.get(item));
    this.#part("link").textContent = text(`onsite.link.${this.postman.link}`);
    this.dataset.link = this.postman.link;
    this.dataset.waiting = outbox.length;
    this.#part("waiting").textContent = outbox.length ? text("onsite.waiting", { n: outbox.length }) : text("onsite.sent");
    this.#part("progress").textContent = text("onsite.progress", { done: this.items.size - lacking.size, total: this.items.size });
    this.#part("sign-in").hidden = this.postman.link !== "signed-out";
    this.#part("others").hidden = others === 0;
    this.#drawRefused(refused);
    this.#drawAfterwards(state);
    this.desk.draw(lacking);
  }

  #part(name) {
    return this.querySelector(`[data-part-of="${name}"]`);
  }

  #drawItem(item, row, lack) {
    const kept = this.#kept.answers.find((answer) => answer.item === item);
    const answer = kept ?? this.answers.get(item);
    const note = row.querySelector("[data-note]");
    for (const radio of row.querySelectorAll("input[type=radio]")) {
      radio.checked = radio.value === answer?.result;
      radio.disabled = this.locked;
    }
    if (document.activeElement !== note && !this.#typing.has(item)) note.value = answer?.note ?? "";
    note.disabled = this.locked;
    row.querySelector("input[type=file]").disabled = this.locked;
    row.dataset.result = answer?.result || row.dataset.proposal || "blank";
    row.dataset.lack = lack ?? "";
    row.querySelector("[data-lack-text]").textContent = lack && lack !== "answer" ? text(`onsite.lack.${lack}`) : "";
    const waits = this.#kept.outbox.some((entry) => entry.item === item);
    row.dataset.saved = kept?.draft ? "draft" : waits ? "here" : answer ? "sent" : "";
    row.querySelector("[data-saved-text]").textContent = row.dataset.saved ? text(`onsite.saved.${row.dataset.saved}`) : "";
    this.#drawPhotos(item, row);
    this.#drawConflict(item, row);
  }

  #drawPhotos(item, row) {
    const list = row.querySelector("[data-photos]");
    for (const photo of [...this.photos.values()].filter((one) => one.item === item)) {
      if (this.#pictures.has(photo.id)) continue;
      const place = document.createElement("li");
      this.#pictures.set(photo.id, place);
      list.append(place);
      if (photo.blob) draw(photo.blob, THUMBNAIL).then((canvas) => place.append(canvas));
      else place.append(linkTo(photo));
    }
  }

  #drawConflict(item, row) {
    const box = row.querySelector("[data-conflict]");
    const rivals = this.conflicts.filter((answer) => answer.item === item);
    box.hidden = rivals.length === 0;
    const standing = (this.#kept.state?.answers ?? []).filter((answer) => answer.item === item);
    box.querySelector("ul").replaceChildren(
      ...(rivals.length ? [...standing, ...rivals] : []).map((answer) => this.#choice(item, answer, rivals)),
    );
  }

  #choice(item, answer, rivals) {
    const line = document.createElement("li");
    const words = document.createElement("p");
    const choose = document.createElement("button");
    const strong = document.createElement("strong");
    strong.textContent = text(`result.${answer.result}`);
    words.append(strong, ` ${answer.note}`, document.createElement("br"), `${answer.by} · ${clock(answer.at)}`);
    choose.textContent = text("onsite.choose");
    choose.className = "small";
    choose.type = "button";
    choose.disabled = this.locked;
    choose.addEventListener("click", async () => {
      const { result, note } = answer;
      const settles = rivals.map((rival) => rival.id);
      const seen = this.answers.get(item)?.id ?? null;
      await this.#put(() => this.drawer.answer(this.checklist, item, { result, note, complete: true, seen, settles }));
    });
    line.append(words, choose);
    return line;
  }

  #drawRefused(refused) {
    const box = this.#part("refused");
    box.hidden = refused.length === 0;
    box.querySelector("ul").replaceChildren(...refused.map((row) => {
      const line = document.createElement("li");
      const seen = document.createElement("button");
      const known = ["conflict", "missing", "changed"].includes(row.reason);
      const why = known ? text(`onsite.why.${row.reason}`) : text("onsite.why.other", { reason: row.reason });
      const what = row.body?.text ?? row.body?.note ?? "";
      line.append(`${text(`onsite.piece.${row.kind}`)} ${row.item} ${what} – ${why} `, seen);
      seen.textContent = text("onsite.understood");
      seen.className = "small";
      seen.type = "button";
      seen.addEventListener("click", () => this.drawer.forget(row.id).then(() => this.refresh()));
      return line;
    }));
  }

  #drawAfterwards(state) {
    const signed = Boolean(state?.signed);
    this.toggleAttribute("data-signed", signed);
    this.#part("signed").hidden = !this.locked;
    this.#part("signed-text").textContent = signed
      ? text("onsite.signed", { at: clock(state.signed) }) : text("onsite.signed_here");
    this.#part("signed-links").hidden = !signed;
    this.#part("addendum").hidden = !signed;
    const waiting = this.#kept.outbox.filter((row) => row.kind === "addendum").map((row) => row.body);
    const late = (state?.late ?? []).map((answer) => (
      { by: `${text("onsite.late")} ${answer.by}`, at: answer.at, text: `${answer.item} ${text(`result.${answer.result}`)} ${answer.note}` }
    ));
    this.#part("addenda").replaceChildren(...[...(state?.addenda ?? []), ...waiting, ...late].map((one) => {
      const line = document.createElement("li");
      const who = document.createElement("span");
      who.className = "muted small";
      who.textContent = `${one.by ?? text("onsite.saved.here")} · ${clock(one.at)}`;
      line.append(one.text, document.createElement("br"), who);
      return line;
    }));
  }

  async #changed(field) {
    const item = field.closest("[data-item]")?.dataset.item;
    if (item === undefined) return;
    if (field.type === "file") await this.#photograph(item, field);
    else if (field.matches("input[type=radio], [data-note]")) await this.#save(item);
  }

  /** Takes down which answer somebody sees when they begin to write. */
  #look(field) {
    const item = field.matches("[data-note]") ? field.closest("[data-item]").dataset.item : null;
    if (item !== null) this.#seen.set(item, this.answers.get(item)?.id ?? null);
  }

  #typed(note) {
    const { item } = note.closest("[data-item]").dataset;
    clearTimeout(this.#typing.get(item));
    this.#typing.set(item, setTimeout(() => this.#save(item), TYPING_MS));
    this.#showBusy();
  }

  #showBusy() {
    this.toggleAttribute("data-busy", this.#busy + this.#typing.size > 0);
  }

  #flush() {
    for (const item of this.#typing.keys()) this.#save(item);
  }

  async #save(item) {
    clearTimeout(this.#typing.get(item));
    this.#typing.delete(item);
    if (this.locked) return;
    const row = this.items.get(item);
    const result = row.querySelector("input[type=radio]:checked")?.value ?? "";
    const note = clean(row.querySelector("[data-note]").value);
    const asks = row.dataset.noteOn.split(" ").includes(result)
      || (row.dataset.decided === "" && result !== row.dataset.proposal);
    const complete = result !== "" && (!asks || note !== "");
    const seen = this.#seen.has(item) ? this.#seen.get(item) : this.answers.get(item)?.id ?? null;
    await this.#put(async () => {
      const id = await this.drawer.answer(this.checklist, item, { result, note, complete, seen });
      if (this.#seen.has(item)) this.#seen.set(item, id);
    });
  }

  async #photograph(item, field) {
    const [file] = field.files;
    if (!file || this.locked) return;
    const taken = await develop(file).catch(() => null);
    field.value = "";
    if (taken === null) toast(text("onsite.no_picture"), "bad");
    else await this.#put(() => this.drawer.photo(this.checklist, item, taken));
  }

  async #pressed(button) {
    if (button?.dataset.do === "addendum") {
      const field = this.querySelector("[data-addendum]");
      const words = clean(field.value);
      if (!words) return;
      field.value = "";
      await this.#put(() => this.drawer.piece(this.checklist, "addendum", { item: null, text: words }));
    }
    if (button?.dataset.do === "next") {
      const [item] = [...this.lacking.keys()];
      this.items.get(item)?.scrollIntoView({ block: "start" });
    }
  }

  /** Puts a signing down and sends it. */
  async sign(fields) {
    await this.#put(() => this.drawer.piece(this.checklist, "signing", fields));
  }

  /** Puts something into the drawer, shows it, and sends it; says so where the device is full. */
  async #put(work) {
    this.#busy += 1;
    this.#showBusy();
    try {
      await work();
    } catch {
      toast(text("onsite.not_saved"), "bad");
    } finally {
      this.#busy -= 1;
    }
    await this.refresh();
    this.#showBusy();
    this.postman.hurry();
  }

  async #keepPage() {
    const told = this.#part("kept");
    if (!("serviceWorker" in navigator)) {
      told.textContent = text("onsite.not_kept");
      return;
    }
    const look = async () => {
      const kept = (await caches.match(location.pathname)) !== undefined;
      this.toggleAttribute("data-kept", kept);
      told.textContent = kept ? text("onsite.kept") : text("onsite.keeping");
    };
    navigator.serviceWorker.addEventListener("message", look);
    await navigator.serviceWorker.register("/on-site/worker.js").catch(() => null);
    navigator.storage?.persist?.();
    await look();
  }
}

function linkTo(photo) {
  const link = document.createElement("a");
  link.href = `/api/v1/on-site/photos/${photo.id}`;
  link.target = "_blank";
  link.textContent = text("onsite.photo_by", { by: photo.by });
  return link;
}

function clock(moment) {
  const language = document.documentElement.lang;
  return new Date(moment).toLocaleString(language, { dateStyle: "short", timeStyle: "short" });
}

customElements.define("kanhu-on-site", OnSite);
