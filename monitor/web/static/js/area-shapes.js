// Areas of a camera as the configuration has them, as one list of shapes, and every state of it.

import { usual } from "./area-geometry.js";

const PARTS = { zone: "zones", mask: "masks", blind: "blind", line: "lines" };

/** Returns the corners of a shape. */
export function pointsOf({ part, item }) {
  if (part === "zones") return item.polygon;
  return part === "lines" ? [item.from, item.to] : item;
}

/** Returns a shape with other corners. */
export function withPoints(shape, points) {
  const { part, item } = shape;
  if (part === "zones") return { part, item: { ...item, polygon: points } };
  if (part === "lines") return { part, item: { ...item, from: points[0], to: points[1] } };
  return { part, item: points };
}

/** The shapes of one camera, with undo and redo. */
export class Shapes {
  #states;
  #at = 0;

  constructor(areas) {
    this.#states = [Object.values(PARTS).flatMap((part) => areas[part].map((item) => ({ part, item })))];
  }

  /** The shapes as they are now. */
  get list() {
    return this.#states[this.#at];
  }

  get canUndo() {
    return this.#at > 0;
  }

  get canRedo() {
    return this.#at < this.#states.length - 1;
  }

  /** Takes over another list; while something is dragged, in place of the last one. */
  take(list, { same = false } = {}) {
    if (same) this.#states[this.#at] = list;
    else {
      this.#states = [...this.#states.slice(0, this.#at + 1), list];
      this.#at += 1;
    }
  }

  undo() {
    this.#at = Math.max(0, this.#at - 1);
  }

  redo() {
    this.#at = Math.min(this.#states.length - 1, this.#at + 1);
  }

  /** Returns a new shape of a kind such as "mask", with an id of its own where it needs one. */
  fresh(kind, points = usual(PARTS[kind])) {
    const part = PARTS[kind];
    if (part === "zones") return { part, item: { id: this.#unused("zone"), polygon: points } };
    if (part !== "lines") return { part, item: points };
    return { part, item: { id: this.#unused("line"), from: points[0], to: points[1], kind: "door", inward: "right" } };
  }

  /** Returns what to send: the parts of a camera, as the configuration has them. */
  areas() {
    const parts = Object.values(PARTS).map((part) => [part, this.list.filter((one) => one.part === part).map((one) => one.item)]);
    return Object.fromEntries(parts);
  }

  #unused(word) {
    const taken = new Set(this.list.map((shape) => shape.item.id));
    for (let number = 1; ; number += 1) if (!taken.has(`${word}-${number}`)) return `${word}-${number}`;
  }
}
