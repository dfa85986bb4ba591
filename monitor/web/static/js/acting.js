// Doing something to an alert, and saying how it went.
import { text } from "./texts.js";
import { refreshNow } from "./parts.js";

const TOAST_MS = { good: 4000, bad: 10000 };
const PATIENCE_MS = 15000;

/** Shows a short message for a few seconds; what went wrong for longer. */
export function toast(message, kind = "good") {
  const element = document.createElement("p");
  element.className = "toast";
  element.dataset.kind = kind;
  element.textContent = message;
  document.getElementById("toasts").append(element);
  setTimeout(() => element.remove(), TOAST_MS[kind]);
}

/** Asks the server to do it; returns null when done, or what is wrong. */
export async function act(alert, action, wanted = {}) {
  const { reason = "", version = null, minutes = null, assignee = null } = wanted;
  let response;
  try {
    response = await fetch(`/api/v1/alerts/${alert}/actions`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ action, reason, version, minutes, assignee }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
  } catch {
    return text("act.failed");
  }
  if (response.status === 401) {
    location.assign("/sign-in");
    return text("act.failed");
  }
  await refreshNow();
  if (response.ok) return null;
  if (response.status === 409) return text("act.conflict");
  const problem = await response.json().catch(() => ({}));
  return response.status === 422 && problem.title ? problem.title : text("act.failed");
}
