// The page of one alert: its form works without scripts; with them the page stays where it is.
import { act, toast } from "./acting.js";
import { text } from "./texts.js";

/** Wires up the page. */
export function startAlertPage() {
  const form = document.getElementById("alert-form");
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const action = event.submitter?.value;
    const reason = form.elements.reason.value;
    const version = Number(form.elements.version.value);
    const minutes = action === "snooze" ? Number(form.elements.minutes.value) : null;
    const assignee = action === "assign" ? Number(form.elements.assignee.value) : null;
    const wanted = { reason, version, minutes, assignee };
    const problem = await act(form.dataset.alert, action, wanted);
    const place = document.getElementById("form-problem");
    place.hidden = problem === null;
    place.textContent = problem ?? "";
    if (problem !== null) return;
    form.elements.reason.value = "";
    toast(text("act.done"));
  });
}
