// <time data-age datetime="…">: how long ago, ticking. Room counts too old to trust are struck out.
import { serverNow } from "./server-time.js";
import { duration } from "./texts.js";

const COUNTS_OLD_MS = 20000;

function tick() {
  const now = serverNow();
  for (const time of document.querySelectorAll("time[data-age]")) {
    const words = duration((now - Date.parse(time.dateTime)) / 1000);
    if (time.textContent !== words) time.textContent = words;
  }
  for (const counts of document.querySelectorAll(".counts[data-updated]")) {
    counts.toggleAttribute("data-old", now - Date.parse(counts.dataset.updated) > COUNTS_OLD_MS);
  }
}

/** Shows ages from now on; call again after new markup came in. */
export function showAges() {
  tick();
}

/** Begins to tick. */
export function startAges() {
  tick();
  setInterval(tick, 1000);
}
