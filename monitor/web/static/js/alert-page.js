// The page of one alert: its form works without scripts; with them the page stays where it is, and
// the keys of the control room answer here too.
import { act, toast } from "./acting.js";
import { isForPage, onSend } from "./keys.js";
import { text } from "./texts.js";

const AT_ONCE = { a: "acknowledge" };
const WITH_NOTE = { r: "resolve", f: "mark_false" };

/** Wires up the page. */
export function startAlertPage() {
  const form = document.getElementById("alert-form");
  if (form === null) return;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form, event.submitter);
  });
  onSend(form.elements.reason, () => {
    const button = buttonOf(form, form.dataset.chosen);
    if (button !== null) form.requestSubmit(button);
  });
  document.addEventListener("keydown", (event) => onKey(form, event));
}

async function send(form, button) {
  if (form.hasAttribute("data-busy")) return; // sent already
  form.setAttribute("data-busy", "");
  const action = button?.value;
  const reason = form.elements.reason.value;
  const version = Number(form.elements.version.value);
  const minutes = action === "snooze" ? Number(form.elements.minutes.value) : null;
  const assignee = action === "assign" ? Number(form.elements.assignee.value) : null;
  const problem = await act(form.dataset.alert, action, { reason, version, minutes, assignee });
  form.removeAttribute("data-busy");
  const place = document.getElementById("form-problem");
  place.hidden = problem === null;
  place.textContent = problem ?? "";
  if (problem !== null) return;
  form.elements.reason.value = "";
  delete form.dataset.chosen;
  toast(text("act.done"));
}

function onKey(form, event) {
  if (!isForPage(event) || event.repeat) return;
  const key = event.key.toLowerCase();
  if (key in AT_ONCE) press(event, () => buttonOf(form, AT_ONCE[key])?.click());
  if (key in WITH_NOTE) press(event, () => choose(form, WITH_NOTE[key]));
  if (key === "z") press(event, () => offerSnooze(form));
}

function press(event, handler) {
  event.preventDefault();
  handler();
}

function buttonOf(form, action) {
  return form.querySelector(`button[value="${action}"]`);
}

/** Asks for the note first: Ctrl+Enter in it then does what the key said. */
function choose(form, action) {
  if (buttonOf(form, action) === null) return;
  form.dataset.chosen = action; // on the form: the buttons are replaced when something happens
  form.elements.reason.focus();
}

function offerSnooze(form) {
  const further = form.querySelector(".further details");
  if (further === null) return;
  further.open = true;
  choose(form, "snooze");
}
