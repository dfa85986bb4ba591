// Signing on the screen: the pen, and the hash of what is signed.
import { hash } from "./camera.js";

const WIDTH = 600;
const HEIGHT = 200;
const MOST_POINTS = 1800;

/** Makes a canvas a field to sign in; returns `{ strokes, clear }`. */
export function pen(canvas) {
  const strokes = [];
  const context = canvas.getContext("2d");
  let count = 0;
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  Object.assign(context, { lineWidth: 3, lineCap: "round", lineJoin: "round", strokeStyle: getComputedStyle(canvas).color });

  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    const x = Math.round(((event.clientX - box.left) / box.width) * WIDTH);
    const y = Math.round(((event.clientY - box.top) / box.height) * HEIGHT);
    return [Math.min(WIDTH, Math.max(0, x)), Math.min(HEIGHT, Math.max(0, y))];
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (strokes.length >= 190) return;
    canvas.setPointerCapture(event.pointerId);
    strokes.push([place(event)]);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!canvas.hasPointerCapture(event.pointerId) || count >= MOST_POINTS) return;
    const stroke = strokes.at(-1);
    const [from, to] = [stroke.at(-1), place(event)];
    if (from[0] === to[0] && from[1] === to[1]) return;
    stroke.push(to);
    count += 1;
    context.beginPath();
    context.moveTo(...from);
    context.lineTo(...to);
    context.stroke();
  });
  const clear = () => {
    strokes.length = 0;
    count = 0;
    context.clearRect(0, 0, WIDTH, HEIGHT);
  };
  return { strokes, clear };
}

/** Returns the hash that the signatures stand under; the server makes the same text. */
export function answersHash(content, answers, photos) {
  const byFirst = (one, other) => (one[0] < other[0] ? -1 : 1);
  const lines = answers.map(({ item, result, note }) => [item, result, clean(note)]).sort(byFirst);
  const files = photos.map(({ id, sha256 }) => [id, sha256]).sort(byFirst);
  return hash(new TextEncoder().encode(JSON.stringify([content, lines, files])));
}

/** Returns a note as the server keeps it. */
export function clean(note) {
  const kept = [...note.toWellFormed().replaceAll("\ufffd", "?")].filter((char) => {
    const code = char.codePointAt(0);
    return char === "\n" || char === "\t" || (code >= 32 && code !== 127 && code !== 0x85 && code !== 0xfeff);
  });
  return kept.join("").trim();
}
