// The list beside the picture: every shape with what the configuration says of it.

import { text } from "./texts.js";

const NAMES = { zones: "config.ed.zone", masks: "config.ed.mask", blind: "config.ed.blind", lines: "config.ed.line" };

/** Returns what a shape is called. */
export function nameOf({ part, item }, number) {
  return `${text(NAMES[part])} ${item.id ?? number + 1}`;
}

/** Draws the list anew; `change(index, key, value)` is called when somebody changes a value. */
export function drawList(list, shapes, chosen, options, change) {
  list.replaceChildren(
    ...shapes.map((shape, index) => {
      const row = make("li", { "data-index": index, "data-part": shape.part });
      if (index === chosen) row.setAttribute("aria-current", "true");
      const head = make("button", { type: "button", class: "quiet", "data-choose": index }, nameOf(shape, index));
      const remove = make("button", { type: "button", class: "small quiet", "data-remove": index, "aria-label": `${text("config.ed.remove")} ${nameOf(shape, index)}` }, "✕");
      row.append(head, remove);
      if (index === chosen) row.append(...fields(shape, index, options, change));
      return row;
    }),
  );
}

function fields(shape, index, options, change) {
  const input = (key, label, attributes = {}) => {
    const element = make("input", { id: `a-${key}`, value: shape.item[key] ?? "", maxlength: 64, spellcheck: "false", ...attributes });
    return labelled(element, key, label, index, change);
  };
  const select = (key, label, choices) => {
    const element = make("select", { id: `a-${key}` });
    for (const [value, name] of choices) element.append(new Option(name, value, false, value === (shape.item[key] ?? "")));
    return labelled(element, key, label, index, change);
  };
  const said = (family, values) => values.map((value) => [value, text(`config.${family}.${value}`)]);
  if (shape.part === "zones") {
    return [
      input("id", "config.ed.field_id"),
      select("kind", "config.ed.field_kind", [["", text("config.ed.no_kind")], ...said("zone", options.zones)]),
      input("capacity", "config.ed.field_capacity", { inputmode: "numeric" }),
    ];
  }
  if (shape.part === "lines") {
    return [
      input("id", "config.ed.field_id"),
      select("kind", "config.ed.field_kind", said("line", options.lines)),
      select("inward", "config.ed.field_inward", said("side", options.sides)),
      select("leads_to", "config.ed.field_leads", [["", text("config.ed.not_said")], ...options.rooms]),
    ];
  }
  return [];
}

function labelled(element, key, label, index, change) {
  element.addEventListener("change", () => change(index, key, element.value.trim()));
  const field = make("div", { class: "field" });
  field.append(make("label", { for: element.id }, text(label)), element);
  return field;
}

function make(name, attributes, words = null) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (words !== null) element.textContent = words;
  return element;
}
