// Boxes as shares of the picture (0–1): moving, resizing, drawing, always inside and never flat.

const LEAST = 0.004;

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

/** Returns `box` moved by (dx, dy), as far as the picture allows. */
export function moved(box, dx, dy) {
  const x = clamp(dx, -box.x1, 1 - box.x2);
  const y = clamp(dy, -box.y1, 1 - box.y2);
  return { ...box, x1: box.x1 + x, x2: box.x2 + x, y1: box.y1 + y, y2: box.y2 + y };
}

/** Returns `box` with one corner, such as "x1y2", at `point`. */
export function resized(box, corner, point) {
  const result = { ...box };
  const x = clamp(point.x, 0, 1);
  const y = clamp(point.y, 0, 1);
  if (corner.includes("x1")) result.x1 = Math.min(x, box.x2 - LEAST);
  else result.x2 = Math.max(x, box.x1 + LEAST);
  if (corner.includes("y1")) result.y1 = Math.min(y, box.y2 - LEAST);
  else result.y2 = Math.max(y, box.y1 + LEAST);
  return result;
}

/** Returns the box between two points, or null if it is too small to be meant. */
export function between(one, other, age) {
  const [x1, x2] = [one.x, other.x].map((x) => clamp(x, 0, 1)).sort((a, b) => a - b);
  const [y1, y2] = [one.y, other.y].map((y) => clamp(y, 0, 1)).sort((a, b) => a - b);
  return x2 - x1 < 2 * LEAST || y2 - y1 < 2 * LEAST ? null : { x1, y1, x2, y2, age };
}
