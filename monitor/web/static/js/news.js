// New alerts where the queue is not in sight: a card in the corner that leads to each, and the sound.
//
// Whoever has opened one alert must not miss the next. The card stays until somebody answers the
// alert, here or elsewhere, or puts the card away.
import { play, startSound } from "./sound.js";
import { text } from "./texts.js";

/** What of an alert is news to everybody. */
export const NEWS = ["raised", "repeated", "worsened", "escalate"];
const MOST = 3;

let card = null;

/** Says of an alert where it is and what it is about, in the page's language. */
export function said(detail) {
  const language = document.documentElement.lang.slice(0, 2);
  const words = [detail.place?.[language], detail.explain?.[language]];
  return words.filter(Boolean).join(language === "zh" ? "：" : ": ");
}

/** Wires up the card, where the page has one. */
export function startNews() {
  card = document.getElementById("news");
  if (card === null) return;
  startSound(null);
  document.addEventListener("kanhu:feed", ({ detail }) => detail.kind === "alert" && onAlert(detail));
  document.getElementById("news-close").addEventListener("click", () => {
    card.querySelector("ul").replaceChildren();
    show();
  });
}

function onAlert(detail) {
  card.querySelector(`[data-alert="${detail.subject}"]`)?.remove();
  if (detail.state === "open" && detail.severity !== "technical" && NEWS.includes(detail.what)) {
    play(detail.severity);
    if (detail.subject !== document.body.dataset.subject) tell(detail);
  }
  show();
}

function tell(detail) {
  const item = document.createElement("li");
  item.dataset.alert = detail.subject;
  item.dataset.severity = detail.severity;
  const link = document.createElement("a");
  link.href = `/alerts/${detail.subject}`;
  link.textContent = said(detail);
  item.append(link);
  card.querySelector("ul").prepend(item);
  document.getElementById("announcer").textContent = text("feed.new_alert", { explain: link.textContent });
}

function show() {
  const items = [...card.querySelectorAll("li")];
  card.hidden = items.length === 0;
  items.forEach((item, index) => {
    item.hidden = index >= MOST;
  });
  document.getElementById("news-count").textContent = String(items.length);
}
