// Corners as shares of the picture (0–1), always inside: moving, bending, and what they look like.

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
const rounded = (value) => Math.round(clamp(value, 0, 1) * 10000) / 10000;

/** Returns a point within the picture, to a ten-thousandth of it. */
export const point = (x, y) => [rounded(x), rounded(y)];

/** Returns `points` moved by (dx, dy), as far as the picture allows. */
export function moved(points, dx, dy) {
  const x = clamp(dx, -Math.min(...points.map((one) => one[0])), 1 - Math.max(...points.map((one) => one[0])));
  const y = clamp(dy, -Math.min(...points.map((one) => one[1])), 1 - Math.max(...points.map((one) => one[1])));
  return points.map((one) => point(one[0] + x, one[1] + y));
}

/** Returns the point half way from the point `index` to the next one around. */
export function halfway(points, index) {
  const [one, next] = [points[index], points[(index + 1) % points.length]];
  return point((one[0] + next[0]) / 2, (one[1] + next[1]) / 2);
}

/** Returns where to draw an arrow from the middle of a line to its side, in pixels. */
export function arrow([from, to], side, { width, height }) {
  const [dx, dy] = [(to[0] - from[0]) * width, (to[1] - from[1]) * height];
  const length = Math.hypot(dx, dy) || 1;
  const turn = side === "left" ? -1 : 1; // in a picture y grows downwards: right of (1, 0) is (0, 1)
  const reach = (height * 0.07 * turn) / length;
  const start = [((from[0] + to[0]) / 2) * width, ((from[1] + to[1]) / 2) * height];
  return [start, [start[0] - dy * reach, start[1] + dx * reach]];
}

/** Returns a shape of the usual size in the middle of the picture. */
export function usual(part) {
  if (part === "lines") return [point(0.35, 0.6), point(0.65, 0.6)];
  return [point(0.4, 0.4), point(0.6, 0.4), point(0.6, 0.6), point(0.4, 0.6)];
}
