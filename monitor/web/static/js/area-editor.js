// <kanhu-area-editor>: masks, zones, blind areas and lines over a camera's picture, by pointer,
// finger or keyboard. Nothing is saved here: what was drawn goes along with the form.
import "./live-player.js";
import { drawShapes } from "./area-drawing.js";
import { halfway, moved, point } from "./area-geometry.js";
import { drawList } from "./area-list.js";
import { pointsOf, Shapes, withPoints } from "./area-shapes.js";
import { text } from "./texts.js";

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const STEP = 0.005;
const LARGE = 5;
const NEAR = 14; // pixels

class AreaEditor extends HTMLElement {
  #shapes;
  #chosen = -1;
  #sketch = [];
  #drawing = null;
  #drag = null;
  #size = { width: 1280, height: 720 };
  #sent = false;
  #leaving = new AbortController();

  connectedCallback() {
    this.#shapes = new Shapes(JSON.parse(this.dataset.areas));
    this.svg = this.querySelector("svg");
    this.image = this.querySelector("img");
    this.live = this.querySelector("kanhu-live");
    this.picture = this.querySelector(".areas-picture");
    const options = { signal: this.#leaving.signal };
    this.svg.addEventListener("pointerdown", (event) => this.#grab(event), options);
    this.svg.addEventListener("pointermove", (event) => this.#pull(event), options);
    for (const end of ["pointerup", "pointercancel"]) this.svg.addEventListener(end, () => (this.#drag = null), options);
    this.svg.addEventListener("dblclick", () => this.#finish(), options);
    this.svg.addEventListener("focusin", (event) => this.#arrive(event.target), options);
    this.addEventListener("click", (event) => this.#press(event), options);
    this.addEventListener("kanhu-live-state", (event) => this.#lives(event.detail.state), options);
    document.addEventListener("keydown", (event) => this.#key(event), options);
    addEventListener("beforeunload", (event) => this.#shapes.canUndo && !this.#sent && event.preventDefault(), options);
    this.querySelector("form").addEventListener("submit", (event) => this.#send(event.target), options);
    const resized = new ResizeObserver(() => this.#draw());
    resized.observe(this.picture);
    this.#leaving.signal.addEventListener("abort", () => resized.disconnect());
    this.#watchPicture(options);
    this.#draw();
    this.dataset.ready = "";
  }

  disconnectedCallback() {
    this.#leaving.abort();
  }

  #watchPicture(options) {
    const fit = () => {
      this.#size = { width: this.image.naturalWidth, height: this.image.naturalHeight };
      this.picture.style.aspectRatio = `${this.#size.width} / ${this.#size.height}`;
      this.#draw();
    };
    const missing = () => {
      this.image.hidden = true;
      this.querySelector(".areas-none").hidden = false;
    };
    this.image.addEventListener("load", fit, options);
    this.image.addEventListener("error", missing, options);
    if (this.image.complete) (this.image.naturalWidth > 0 ? fit : missing)();
  }

  #lives(state) {
    this.picture.toggleAttribute("data-live", state === "live");
  }

  #draw() {
    const { list } = this.#shapes;
    const focus = this.#focused();
    drawShapes(this.svg, list, { chosen: this.#chosen, size: this.#size, sketch: this.#sketch });
    const options = { zones: this.#words("zones"), lines: this.#words("lines"), sides: this.#words("sides"), rooms: this.#rooms() };
    if (this.#drag === null) {
      drawList(this.querySelector(".areas-list"), list, this.#chosen, options, (index, key, value) => this.#say(index, key, value));
    }
    if (focus !== null) this.querySelector(focus)?.focus({ preventScroll: true });
    for (const button of this.querySelectorAll("[data-new]")) button.setAttribute("aria-pressed", String(button.dataset.new === this.#drawing));
    this.querySelector('[data-do="undo"]').disabled = !this.#shapes.canUndo;
    this.querySelector('[data-do="redo"]').disabled = !this.#shapes.canRedo;
    const help = { null: "config.ed.inside", line: "config.ed.drawing_line" }[this.#drawing] ?? "config.ed.drawing";
    if (this.#drawing !== null || this.#chosen >= 0) this.querySelector('[data-part-of="hint"]').textContent = text(help);
  }

  // Where to put the focus back, since everything is drawn anew.
  #focused() {
    const element = document.activeElement;
    if (!this.contains(element)) return null;
    if (element.dataset.point !== undefined) return `[data-point="${element.dataset.point}"]`;
    if (element.matches?.(".shape")) return `.shape[data-index="${element.dataset.index}"]`;
    return element.id ? `#${element.id}` : null;
  }

  #words(name) {
    return this.dataset[name].split(" ");
  }

  #rooms() {
    const { content } = this.querySelector("template[data-rooms]");
    return [...content.querySelectorAll("option")].map((option) => [option.value, option.textContent]);
  }

  // Changes

  #take(list, chosen = this.#chosen, options = {}) {
    this.#shapes.take(list, options);
    this.#chosen = chosen;
    this.#draw();
  }

  #replace(index, shape, options = {}) {
    this.#take(this.#shapes.list.with(index, shape), index, options);
  }

  #bend(points, options = {}) {
    this.#replace(this.#chosen, withPoints(this.#shapes.list[this.#chosen], points), options);
  }

  #add(shape) {
    const { list } = this.#shapes;
    this.#drawing = null;
    this.#sketch = [];
    this.#take([...list, shape], list.length);
    this.svg.querySelector("[data-point]")?.focus();
  }

  #remove(index) {
    this.#take(this.#shapes.list.toSpliced(index, 1), -1);
  }

  #say(index, key, value) {
    const { part, item } = this.#shapes.list[index];
    const changed = { ...item };
    if (value === "") delete changed[key];
    else changed[key] = key === "capacity" && /^\d+$/.test(value) ? Number(value) : value;
    this.#replace(index, { part, item: changed });
  }

  #choose(index) {
    this.#chosen = index;
    this.#draw();
  }

  // Pointer and finger

  #at(event) {
    const area = this.svg.getBoundingClientRect();
    return [(event.clientX - area.left) / area.width, (event.clientY - area.top) / area.height];
  }

  #grab(event) {
    if (event.button !== 0) return;
    event.preventDefault();
    if (this.#drawing !== null) {
      this.#put(this.#at(event));
      return;
    }
    this.svg.setPointerCapture(event.pointerId);
    const { point: corner, between, index } = event.target.dataset;
    if (corner !== undefined) this.#drag = { corner: Number(corner), begun: false };
    else if (between !== undefined) {
      const points = pointsOf(this.#shapes.list[this.#chosen]);
      const at = Number(between) + 1;
      this.#bend(points.toSpliced(at, 0, halfway(points, at - 1)));
      this.#drag = { corner: at, begun: true };
    } else {
      this.#choose(index === undefined ? -1 : Number(index));
      if (index === undefined) return;
      this.#drag = { from: this.#at(event), points: pointsOf(this.#shapes.list[this.#chosen]), begun: false };
      this.svg.querySelector(`.shape[data-index="${index}"]`)?.focus({ preventScroll: true });
    }
  }

  #pull(event) {
    if (this.#drag === null || event.buttons === 0) return;
    const [x, y] = this.#at(event);
    const { corner, from, points, begun } = this.#drag;
    if (corner !== undefined) {
      const now = pointsOf(this.#shapes.list[this.#chosen]);
      this.#drag.begun = true;
      this.#bend(now.with(corner, point(x, y)), { same: begun });
    } else if (begun || Math.hypot(x - from[0], y - from[1]) > STEP) {
      this.#drag.begun = true;
      this.#bend(moved(points, x - from[0], y - from[1]), { same: begun });
    }
  }

  #put([x, y]) {
    const [first] = this.#sketch;
    const area = this.svg.getBoundingClientRect();
    const near = first !== undefined && Math.hypot((x - first[0]) * area.width, (y - first[1]) * area.height) < NEAR;
    if (near && this.#sketch.length >= 3) {
      this.#finish();
      return;
    }
    this.#sketch = [...this.#sketch, point(x, y)];
    if (this.#drawing === "line" && this.#sketch.length === 2) this.#finish();
    else this.#draw();
  }

  #finish() {
    if (this.#drawing === null) return;
    // A double click has put its place twice.
    const points = this.#sketch.filter((one, index, all) => index === 0 || one[0] !== all[index - 1][0] || one[1] !== all[index - 1][1]);
    if (points.length < (this.#drawing === "line" ? 2 : 3)) return;
    this.#add(this.#shapes.fresh(this.#drawing, points));
  }

  // Buttons and keys

  #press(event) {
    const button = event.target.closest("button");
    if (button === null) return;
    const { new: kind, choose, remove, do: doing } = button.dataset;
    // Without a pointer there is nothing to point with: a shape to be moved lies in the middle.
    if (kind !== undefined) event.detail === 0 ? this.#add(this.#shapes.fresh(kind)) : this.#begin(kind);
    else if (choose !== undefined) this.#choose(Number(choose));
    else if (remove !== undefined) this.#remove(Number(remove));
    else if (doing === "undo" || doing === "redo") this.#travel(doing);
    else if (doing === "still") this.#freeze(button);
  }

  #begin(kind) {
    this.#drawing = this.#drawing === kind ? null : kind;
    this.#sketch = [];
    this.#choose(-1);
  }

  #freeze(button) {
    const frozen = this.live.toggleAttribute("hidden");
    button.setAttribute("aria-pressed", String(frozen));
    if (frozen) this.image.src = `${this.image.src.split("?")[0]}?at=${Date.now()}`;
  }

  #travel(doing) {
    this.#shapes[doing]();
    this.#sketch = [];
    this.#choose(-1);
  }

  #arrive(element) {
    const { index } = element.dataset;
    if (this.#drag === null && index !== undefined && Number(index) !== this.#chosen) this.#choose(Number(index));
  }

  #key(event) {
    const typing = document.activeElement?.matches("input, select, textarea");
    if ((event.ctrlKey || event.metaKey) && !typing && ["z", "y"].includes(event.key.toLowerCase())) {
      event.preventDefault();
      this.#travel(event.key.toLowerCase() === "y" || event.shiftKey ? "redo" : "undo");
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing) return;
    const inside = this.svg.contains(document.activeElement);
    if (event.key === "Escape") this.#escape();
    else if (event.key === "Enter" && this.#drawing !== null && this.#sketch.length > 1) this.#finish();
    else if (inside && this.#chosen >= 0 && event.key in ARROWS) this.#nudge(event);
    else if (inside && this.#chosen >= 0 && ["Delete", "Backspace"].includes(event.key)) this.#erase();
    else if (inside && this.#chosen >= 0 && ["Insert", "+"].includes(event.key)) this.#insert();
    else return;
    event.preventDefault();
  }

  #escape() {
    this.#drawing = null;
    this.#sketch = [];
    this.#choose(-1);
  }

  #corner() {
    const corner = document.activeElement.dataset.point;
    return corner === undefined ? null : Number(corner);
  }

  #nudge(event) {
    const [dx, dy] = ARROWS[event.key].map((part) => part * STEP * (event.shiftKey ? LARGE : 1));
    const points = pointsOf(this.#shapes.list[this.#chosen]);
    const corner = this.#corner();
    if (corner === null) this.#bend(moved(points, dx, dy));
    else this.#bend(points.with(corner, point(points[corner][0] + dx, points[corner][1] + dy)));
  }

  #erase() {
    const shape = this.#shapes.list[this.#chosen];
    const [points, corner] = [pointsOf(shape), this.#corner()];
    if (corner === null || shape.part === "lines" || points.length <= 3) this.#remove(this.#chosen);
    else this.#bend(points.toSpliced(corner, 1));
  }

  #insert() {
    const shape = this.#shapes.list[this.#chosen];
    const [points, corner] = [pointsOf(shape), this.#corner()];
    if (shape.part === "lines" || corner === null) return;
    this.#bend(points.toSpliced(corner + 1, 0, halfway(points, corner)));
    this.svg.querySelector(`[data-point="${corner + 1}"]`)?.focus();
  }

  #send(form) {
    form.elements.areas.value = JSON.stringify(this.#shapes.areas());
    this.#sent = true;
  }
}

customElements.define("kanhu-area-editor", AreaEditor);
