// Boxes around people, drawn over the picture wherever the picture really is.

import { words } from "./words.js";

// Told apart by hue, by lightness and by the word on them, for those who do not see colours.
const COLOURS = { adult: "#5ab0ff", child: "#ffb52e", unknown: "#d9dde2" };
const FONT = 'system-ui, "Noto Sans SC", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif';

/** Return where a picture of `width` × `height` lies in a box, by object-fit: contain. */
export function contained(boxWidth, boxHeight, width, height) {
  const scale = Math.min(boxWidth / width, boxHeight / height);
  const shown = { width: width * scale, height: height * scale };
  return { x: (boxWidth - shown.width) / 2, y: (boxHeight - shown.height) / 2, ...shown };
}

export class Boxes {
  #canvas;

  constructor(canvas) {
    this.#canvas = canvas;
  }

  /** Draw `tracks` over a picture of `width` × `height` pixels shown in the canvas's own box. */
  draw(tracks, width, height) {
    const context = this.#fitted();
    if (!width || !height) return;
    const box = this.#canvas.getBoundingClientRect();
    const area = contained(box.width, box.height, width, height);
    const size = Math.max(11, Math.min(15, area.height * 0.035));
    for (const track of tracks) this.#drawTrack(context, track, area, size);
  }

  /** Remove all boxes. */
  clear() {
    this.#fitted();
  }

  #fitted() {
    const canvas = this.#canvas;
    const ratio = window.devicePixelRatio || 1;
    const box = canvas.getBoundingClientRect();
    const width = Math.round(box.width * ratio);
    const height = Math.round(box.height * ratio);
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
    }
    const context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, box.width, box.height);
    return context;
  }

  #drawTrack(context, track, area, size) {
    const age = track.age in COLOURS ? track.age : "unknown";
    const [x1, y1, x2, y2] = track.box;
    const x = area.x + x1 * area.width;
    const y = area.y + y1 * area.height;
    const width = (x2 - x1) * area.width;
    const height = (y2 - y1) * area.height;
    context.setLineDash(age === "unknown" ? [6, 4] : []);
    context.lineWidth = 4;
    context.strokeStyle = "rgb(0 0 0 / 55%)";
    context.strokeRect(x, y, width, height);
    context.lineWidth = 2;
    context.strokeStyle = COLOURS[age];
    context.strokeRect(x, y, width, height);
    this.#drawLabel(context, words()[age], COLOURS[age], { x, y, size, area });
  }

  #drawLabel(context, text, colour, { x, y, size, area }) {
    context.font = `600 ${size}px ${FONT}`;
    context.textBaseline = "middle";
    const width = context.measureText(text).width + size * 0.8;
    const height = size * 1.5;
    const left = Math.max(area.x, Math.min(x - 1, area.x + area.width - width));
    const top = Math.max(area.y, y - height);
    context.fillStyle = colour;
    context.fillRect(left, top, width, height);
    context.fillStyle = "#10151c";
    context.fillText(text, left + size * 0.4, top + height / 2 + 0.5);
  }
}
