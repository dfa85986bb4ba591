// The shapes as SVG over the picture, with handles for the one that is chosen.

import { arrow, halfway } from "./area-geometry.js";
import { nameOf } from "./area-list.js";
import { pointsOf } from "./area-shapes.js";
import { text } from "./texts.js";

const SVG = "http://www.w3.org/2000/svg";
const HANDLE = 9;

/** Draws everything anew; `size` is the picture's, `sketch` what is being drawn. */
export function drawShapes(svg, shapes, { chosen, size, sketch }) {
  svg.setAttribute("viewBox", `0 0 ${size.width} ${size.height}`);
  const scale = size.width / Math.max(svg.clientWidth, 1);
  const parts = shapes.flatMap((shape, index) => drawn(shape, index, index === chosen, size));
  if (chosen >= 0) parts.push(...handles(shapes[chosen], size, scale));
  if (sketch.length > 0) {
    parts.push(make("polyline", { class: "sketch", points: written(sketch, size) }));
    parts.push(...sketch.map((one) => circle(one, size, scale * 5, { class: "sketch-point" })));
  }
  svg.replaceChildren(...parts);
}

function drawn(shape, index, chosen, size) {
  const points = pointsOf(shape);
  const common = {
    class: "shape",
    "data-part": shape.part,
    "data-index": index,
    tabindex: 0,
    role: "button",
    "aria-pressed": chosen,
    "aria-label": nameOf(shape, index),
  };
  if (shape.part !== "lines") return [make("polygon", { ...common, points: written(points, size) })];
  const [from, to] = points.map((one) => inPixels(one, size));
  const [start, end] = arrow(points, shape.item.inward, size);
  return [
    make("line", { class: "reach", ...ends(from, to), "data-index": index }),
    make("line", { ...common, ...ends(from, to) }),
    make("line", { class: "inward", ...ends(start, end) }),
    circle([end[0] / size.width, end[1] / size.height], size, size.width * 0.006, { class: "inward-end" }),
  ];
}

function handles(shape, size, scale) {
  const points = pointsOf(shape);
  const corners = points.map((one, index) =>
    circle(one, size, HANDLE * scale, {
      class: "handle",
      "data-point": index,
      tabindex: 0,
      role: "button",
      "aria-label": text("config.ed.point", { n: index + 1 }),
    }),
  );
  if (shape.part === "lines") return corners;
  const between = points.map((_, index) => circle(halfway(points, index), size, HANDLE * scale * 0.6, { class: "between", "data-between": index }));
  return [...between, ...corners];
}

const inPixels = ([x, y], { width, height }) => [x * width, y * height];
const written = (points, size) => points.map((one) => inPixels(one, size).map((value) => value.toFixed(1)).join(",")).join(" ");
const ends = (from, to) => ({ x1: from[0].toFixed(1), y1: from[1].toFixed(1), x2: to[0].toFixed(1), y2: to[1].toFixed(1) });

function circle(one, size, radius, attributes) {
  const [x, y] = inPixels(one, size);
  return make("circle", { ...attributes, cx: x.toFixed(1), cy: y.toFixed(1), r: radius.toFixed(1) });
}

function make(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}
