// The last part of the page: who signs, and what still stands in the way.
import { text } from "../texts.js";
import { answersHash, pen } from "./signing.js";

const MOST_INSPECTORS = 4;

export class SigningDesk {
  #pads = [];

  constructor(form, board) {
    this.form = form;
    this.board = board;
    for (const row of form.querySelectorAll("[data-signer]")) this.#wire(row);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#sign();
    });
    form.querySelector("[data-more]").addEventListener("click", () => this.#more());
  }

  /** Shows what is lacking, or lets people sign. */
  draw(lacking) {
    const { conflicts, locked } = this.board;
    this.form.hidden = locked;
    this.form.querySelector("[data-lacking]").textContent = conflicts.length
      ? text("onsite.why.conflict")
      : lacking.size ? text("onsite.lacking", { n: lacking.size, items: [...lacking.keys()].slice(0, 8).join(", ") }) : "";
    this.form.querySelector("[data-finish]").disabled = lacking.size > 0 || conflicts.length > 0;
  }

  #wire(row) {
    const field = pen(row.querySelector("canvas"));
    row.querySelector("[data-clear]").addEventListener("click", field.clear);
    this.#pads.push({ row, field });
  }

  #more() {
    const rows = this.form.querySelectorAll('[data-signer="inspector"]');
    if (rows.length >= MOST_INSPECTORS) return;
    const row = rows[0].cloneNode(true);
    for (const part of row.querySelectorAll("[id], [for]")) {
      for (const name of ["id", "for"]) {
        if (part.hasAttribute(name)) part.setAttribute(name, `${part.getAttribute(name)}-${rows.length}`);
      }
    }
    row.querySelector("[data-name]").value = "";
    rows[rows.length - 1].after(row);
    this.#wire(row);
  }

  #signers() {
    return this.#pads.map(({ row, field }) => ({
      role: row.dataset.signer,
      name: row.querySelector("[data-name]").value.trim(),
      strokes: field.strokes,
      refusal: row.querySelector("[data-refusal]")?.value.trim() ?? "",
    }));
  }

  async #sign() {
    const signers = this.#signers();
    const drawn = (signer) => signer.strokes.flat().length >= 8;
    const whole = signers.every((signer) => signer.name && (drawn(signer) || signer.refusal));
    this.form.querySelector("[data-problem]").textContent = whole ? "" : text("onsite.sign_all");
    if (!whole) return;
    const { answers, photos } = this.board;
    const sha256 = await answersHash(this.form.dataset.content, [...answers.values()], [...photos.values()]);
    await this.board.sign({
      answers_sha256: sha256,
      signers: signers.map((signer) => (drawn(signer) ? { ...signer, refusal: "" } : { ...signer, strokes: [] })),
    });
  }
}
