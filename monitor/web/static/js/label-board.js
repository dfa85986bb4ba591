// <kanhu-label-board>: correct the boxes of one frame after the other, by pointer or keyboard.
import { toast } from "./acting.js";
import { between, moved, resized } from "./label-geometry.js";
import { text } from "./texts.js";

const SVG = "http://www.w3.org/2000/svg";
const STEP = 0.005;
const AGES = { 1: "adult", 2: "child", 3: "unknown" };
const NAMES = { adult: "age.adult", child: "age.child", unknown: "labels.person" };
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

class LabelBoard extends HTMLElement {
  #boxes = [];
  #chosen = -1;
  #age = "adult";
  #frame = null;
  #changed = false;
  #drag = null;
  #drawing = false;
  #size = { width: 16, height: 9 };
  #leaving = new AbortController();

  connectedCallback() {
    this.svg = this.querySelector("svg");
    this.image = this.querySelector("img");
    const options = { signal: this.#leaving.signal };
    this.svg.addEventListener("pointerdown", (event) => this.#grab(event), options);
    this.svg.addEventListener("pointermove", (event) => this.#pull(event), options);
    this.svg.addEventListener("pointerup", () => this.#release(), options);
    this.svg.addEventListener("pointercancel", () => this.#release(), options);
    this.svg.addEventListener("focusin", (event) => this.#arrive(event.target), options);
    this.addEventListener("click", (event) => this.#press(event.target.closest("button")), options);
    document.addEventListener("keydown", (event) => this.#key(event), options);
    addEventListener("beforeunload", (event) => this.#changed && event.preventDefault(), options);
    this.show(this.querySelector("[data-frame]").dataset.frame);
  }

  disconnectedCallback() {
    this.#leaving.abort();
  }

  /** Shows the frame of that id. */
  async show(id) {
    const response = await ask(`/api/v1/labels/${id}`);
    if (response === null) return;
    const frame = await response.json();
    this.#frame = id;
    this.#boxes = frame.boxes;
    this.#size = { width: frame.width, height: frame.height };
    this.#changed = false;
    this.image.src = `/api/v1/labels/${id}/picture`;
    this.image.parentElement.style.aspectRatio = `${frame.width} / ${frame.height}`;
    this.svg.setAttribute("viewBox", `0 0 ${frame.width} ${frame.height}`);
    for (const button of this.querySelectorAll("[data-frame]")) {
      button.toggleAttribute("aria-current", button.dataset.frame === id);
    }
    this.#part("camera").textContent = this.#button(id).firstChild.textContent.trim().replace(/ ·$/, "");
    this.#choose(-1);
    this.#draw();
    this.dataset.ready = id;
  }

  #part(name) {
    return this.querySelector(`[data-part-of="${name}"]`);
  }

  #button(id) {
    return this.querySelector(`[data-frame="${id}"]`);
  }

  #indexOf(element) {
    return element.dataset?.index === undefined ? -1 : Number(element.dataset.index);
  }

  #draw() {
    const focused = this.#indexOf(document.activeElement ?? this);
    this.#drawing = true;
    this.svg.replaceChildren(...this.#boxes.map((box, index) => this.#rectangle(box, index)));
    if (this.#chosen >= 0) this.svg.append(...this.#handles(this.#boxes[this.#chosen]));
    if (focused >= 0) this.svg.querySelector(`rect[data-index="${focused}"]`)?.focus({ preventScroll: true });
    this.#drawing = false;
    this.#part("count").textContent = text("labels.box", { n: this.#boxes.length });
    this.querySelector('[data-do="erase"]').disabled = this.#chosen < 0;
    for (const button of this.querySelectorAll("button[data-age]")) {
      button.setAttribute("aria-pressed", String(button.dataset.age === this.#age));
    }
  }

  #rectangle(box, index) {
    const element = document.createElementNS(SVG, "rect");
    const { width, height } = this.#size;
    const values = { x: box.x1 * width, y: box.y1 * height, width: (box.x2 - box.x1) * width, height: (box.y2 - box.y1) * height };
    for (const [name, value] of Object.entries(values)) element.setAttribute(name, value.toFixed(2));
    element.dataset.age = box.age;
    element.dataset.index = String(index);
    element.setAttribute("tabindex", "0");
    element.setAttribute("role", "option");
    element.setAttribute("aria-selected", String(index === this.#chosen));
    element.setAttribute("aria-label", `${index + 1} ${text(NAMES[box.age])}`);
    return element;
  }

  #handles(box) {
    const { width, height } = this.#size;
    const radius = (7 * width) / Math.max(this.svg.clientWidth, 1);
    return ["x1y1", "x2y1", "x1y2", "x2y2"].map((corner) => {
      const element = document.createElementNS(SVG, "circle");
      element.setAttribute("class", "handle");
      element.setAttribute("cx", (box[corner.slice(0, 2)] * width).toFixed(2));
      element.setAttribute("cy", (box[corner.slice(2)] * height).toFixed(2));
      element.setAttribute("r", radius.toFixed(2));
      element.dataset.corner = corner;
      return element;
    });
  }

  // Focus chooses, unless it only returns to a rectangle that was drawn anew.
  #arrive(element) {
    if (!this.#drawing && this.#indexOf(element) !== this.#chosen) this.#choose(this.#indexOf(element));
  }

  #choose(index) {
    this.#chosen = index;
    if (index >= 0) this.#age = this.#boxes[index].age;
    this.#draw();
  }

  #point(event) {
    const area = this.svg.getBoundingClientRect();
    return { x: (event.clientX - area.left) / area.width, y: (event.clientY - area.top) / area.height };
  }

  #grab(event) {
    if (event.button !== 0) return;
    event.preventDefault();
    this.svg.setPointerCapture(event.pointerId);
    const start = this.#point(event);
    const { corner } = event.target.dataset;
    if (corner !== undefined) {
      this.#drag = { corner, index: this.#chosen };
      return;
    }
    const index = this.#indexOf(event.target);
    this.#drag = index >= 0 ? { index, start, from: this.#boxes[index] } : { start, index: -1 };
    this.#chosen = index;
    if (index >= 0) this.#age = this.#boxes[index].age;
    this.#draw();
    if (index >= 0) this.svg.querySelector(`rect[data-index="${index}"]`).focus();
  }

  #pull(event) {
    if (this.#drag === null) return;
    const point = this.#point(event);
    const { index, start, from, corner } = this.#drag;
    if (corner !== undefined) this.#replace(index, resized(this.#boxes[index], corner, point));
    else if (from !== undefined) this.#replace(index, moved(from, point.x - start.x, point.y - start.y));
    else this.#drawNew(start, point);
  }

  #drawNew(start, point) {
    const box = between(start, point, this.#age);
    if (box === null) return;
    if (this.#drag.fresh === undefined) {
      this.#drag.fresh = this.#boxes.length;
      this.#chosen = this.#drag.fresh;
    }
    this.#replace(this.#drag.fresh, box);
  }

  #release() {
    const fresh = this.#drag?.fresh;
    this.#drag = null;
    if (fresh !== undefined) this.svg.querySelector(`rect[data-index="${fresh}"]`).focus();
  }

  #replace(index, box) {
    this.#boxes[index] = box;
    this.#changed = true;
    this.#draw();
  }

  #press(button) {
    if (button === null) return;
    if (button.dataset.frame !== undefined) this.#go(button.dataset.frame);
    else if (button.dataset.age !== undefined) this.#setAge(button.dataset.age);
    else {
      const doings = { erase: () => this.#erase(), save: () => this.#save(), remove: () => this.#remove() };
      doings.next = () => this.#go(this.#beside(1));
      doings.previous = () => this.#go(this.#beside(-1));
      doings[button.dataset.do]?.();
    }
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const age = AGES[event.key];
    const inButton = document.activeElement?.matches("button, a, summary, input, select");
    if (age !== undefined) this.#setAge(age);
    else if (event.key === "Delete" || event.key === "Backspace") this.#erase();
    else if (event.key === "Escape") this.#choose(-1);
    else if (event.key === "n") this.#go(this.#beside(1));
    else if (event.key === "p") this.#go(this.#beside(-1));
    else if (event.key === "Enter" && !inButton) this.#save();
    else if (event.key in ARROWS && this.#chosen >= 0) this.#nudge(event);
    else return;
    event.preventDefault();
  }

  #nudge(event) {
    const [dx, dy] = ARROWS[event.key].map((part) => part * STEP);
    const box = this.#boxes[this.#chosen];
    const corner = { x: box.x2 + dx, y: box.y2 + dy };
    this.#replace(this.#chosen, event.shiftKey ? resized(box, "x2y2", corner) : moved(box, dx, dy));
  }

  #setAge(age) {
    this.#age = age;
    if (this.#chosen >= 0) this.#replace(this.#chosen, { ...this.#boxes[this.#chosen], age });
    else this.#draw();
  }

  #erase() {
    if (this.#chosen < 0) return;
    this.#boxes.splice(this.#chosen, 1);
    this.#chosen = -1;
    this.#changed = true;
    this.#draw();
  }

  #beside(step) {
    const ids = [...this.querySelectorAll("[data-frame]")].map((button) => button.dataset.frame);
    return ids[Math.min(Math.max(ids.indexOf(this.#frame) + step, 0), ids.length - 1)];
  }

  #go(id) {
    if (id === this.#frame) return;
    if (this.#changed && !confirm(text("labels.unsaved"))) return;
    this.show(id);
  }

  async #save() {
    const id = this.#frame;
    const boxes = this.#boxes.map(({ x1, y1, x2, y2, age }) => ({ x1, y1, x2, y2, age }));
    if ((await ask(`/api/v1/labels/${id}`, "PUT", { boxes })) === null) return;
    toast(text("labels.saved"));
    this.#button(id).toggleAttribute("data-saved", true);
    this.#changed = false;
    this.#go(this.#beside(1));
  }

  async #remove() {
    const id = this.#frame;
    if ((await ask(`/api/v1/labels/${id}`, "DELETE")) === null) return;
    toast(text("labels.removed"));
    this.#changed = false;
    const next = this.#beside(1) === id ? this.#beside(-1) : this.#beside(1);
    this.#button(id).closest("li").remove();
    if (next === id) location.reload();
    else this.show(next);
  }
}

/** Asks the server; returns its answer, or null after saying what is wrong. */
async function ask(path, method = "GET", body = undefined) {
  const sent = body === undefined ? {} : { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const response = await fetch(path, { method, ...sent }).catch(() => null);
  if (response?.ok) return response;
  if (response?.status === 401) location.assign("/sign-in");
  else toast(text("labels.failed"), "bad");
  return null;
}

customElements.define("kanhu-label-board", LabelBoard);
