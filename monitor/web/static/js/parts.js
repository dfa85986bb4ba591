// Parts of the page that the server renders anew when something happened.
//
// The page fetches itself and takes over every [data-part] whose markup changed. Within a
// [data-keyed] list, items keep their element for as long as their markup stays the same, so that
// pictures do not flicker, videos play on and the focus stays where it is. A body with data-rest came
// without the rest of a long list: what the first fetch brings is not new. An answer to a form says in
// data-at where the page is to be had that it shows.
import { showAges } from "./ages.js";

const PATIENCE_MS = 20000;
const AGAIN_MS = 3000;
const REST_MS = 500;
const REST = 3; // times as long as the last fetch took

const known = new Map();
let current = Promise.resolve(); // the fetch under way and the rest after it
let next = null; // the fetch after that, if one is wanted
let hurry = false;
let asking = null; // since when the page has been waiting for what is new
let wake = () => {};

/** Begins to follow the kinds of events named in the body's data-refresh. */
export function startParts() {
  for (const part of document.querySelectorAll("[data-part]")) remember(part);
  const kinds = (document.body.dataset.refresh ?? "").split(" ").filter(Boolean);
  const subject = document.body.dataset.subject;
  document.addEventListener("kanhu:feed", ({ detail }) => {
    if (detail.kind === "rooms") showRooms(detail.rooms);
    const alert = detail.kind === "alert" ? detail.subject : String(detail.alert_id);
    const mine = subject === undefined || alert === subject;
    if (detail.kind === "resync" || (kinds.includes(detail.kind) && mine)) refresh();
  });
  const seconds = Number(document.body.dataset.every ?? 0); // for what the feed does not tell
  if (seconds > 0) setInterval(() => document.hidden || refresh(), seconds * 1000);
}

/**
 * Fetches the page and takes over what changed; resolves when a fetch that began after the call is
 * taken over.
 *
 * The first call after a quiet time is answered at once. While news pour in, page and server rest
 * in between: for longer where the last answer took long.
 */
export function refresh() {
  next ??= current.then(begin);
  return next;
}

/** As `refresh`, but without a rest before it: somebody did something and looks for it. */
export function refreshNow() {
  hurry = true;
  wake();
  return refresh();
}

/** Returns for how many milliseconds the page has asked in vain for what is new; 0 if it has it. */
export function unanswered() {
  return asking === null ? 0 : performance.now() - asking;
}

function begin() {
  next = null;
  hurry = false;
  const before = performance.now();
  asking ??= before;
  const taken = take();
  current = taken.catch(() => {}).then(() => rest(performance.now() - before));
  return taken;
}

function rest(tookMs) {
  if (hurry) return null;
  return new Promise((done) => {
    wake = done;
    setTimeout(done, Math.max(REST_MS, REST * tookMs));
  });
}

/** Fetches the page: `null` where that did not work, and it is tried again. */
async function ask() {
  try {
    const address = document.body.dataset.at ?? location.href;
    const response = await fetch(address, {
      headers: { Accept: "text/html", "Kanhu-Refresh": "1" },
      signal: AbortSignal.timeout(PATIENCE_MS), // else one answer that never comes would be the last
    });
    if (response.redirected || response.status === 403 || response.status === 404) location.reload();
    else if (response.ok) return await response.text();
  } catch {
    // No connection, or no answer: the page says that it is stale if this goes on.
  }
  setTimeout(refresh, AGAIN_MS);
  return null;
}

async function take() {
  const markup = await ask();
  if (markup === null) return;
  asking = null;
  const fresh = new DOMParser().parseFromString(markup, "text/html");
  for (const part of document.querySelectorAll("[data-part]")) {
    const other = fresh.querySelector(`[data-part="${CSS.escape(part.dataset.part)}"]`);
    if (other !== null) renew(part, other);
  }
  const badge = fresh.title;
  if (badge) document.title = badge;
  delete document.body.dataset.rest;
  showAges();
  document.dispatchEvent(new CustomEvent("kanhu:parts"));
}

function remember(part) {
  known.set(part, timeless(part.innerHTML));
  for (const item of part.querySelectorAll("[data-keyed] > [data-key]")) {
    known.set(item, timeless(item.outerHTML));
  }
}

/** Returns markup without its ages, which tick anyway. */
function timeless(markup) {
  return markup.replace(/(<time[^>]*\bdata-age\b[^>]*>)[^<]*/g, "$1");
}

function renew(part, other) {
  if (known.get(part) === timeless(other.innerHTML)) return;
  const focus = focusWithin(part);
  const kept = new Map();
  for (const item of part.querySelectorAll("[data-keyed] > [data-key]")) {
    kept.set(keyOf(item), item);
  }
  const markup = timeless(other.innerHTML);
  const fresh = [...other.querySelectorAll("[data-keyed] > [data-key]")];
  const replacements = [];
  for (const item of fresh) {
    const old = kept.get(keyOf(item));
    const html = timeless(item.outerHTML);
    if (old !== undefined && known.get(old) === html) replacements.push([item, old]);
    else {
      known.set(item, html);
      if (old === undefined && kept.size && document.body.dataset.rest === undefined) item.setAttribute("data-new", "");
    }
  }
  for (const [item, old] of replacements) item.replaceWith(old);
  part.replaceChildren(...other.childNodes);
  known.set(part, markup);
  restore(part, focus);
}

function keyOf(item) {
  const lists = [...(item.closest("[data-part]")?.querySelectorAll("[data-keyed]") ?? [])];
  return `${lists.indexOf(item.parentElement)}:${item.dataset.key}`;
}

function focusWithin(part) {
  const active = document.activeElement;
  if (active === null || !part.contains(active)) return null;
  const item = active.closest("[data-key]");
  const items = [...part.querySelectorAll("[data-key]")];
  return { key: item?.dataset.key, index: items.indexOf(item), action: active.dataset.do };
}

function restore(part, focus) {
  if (focus === null || part.contains(document.activeElement)) return;
  const items = [...part.querySelectorAll("[data-key]")];
  const same = items.find((item) => item.dataset.key === focus.key);
  const item = same ?? items[Math.min(focus.index, items.length - 1)];
  const button = same && focus.action ? item.querySelector(`[data-do="${focus.action}"]`) : null;
  (button ?? item?.querySelector("a"))?.focus({ preventScroll: true });
}

function showRooms(rooms) {
  for (const room of rooms) {
    const places = document.querySelectorAll(`[data-room-counts="${CSS.escape(room.room)}"]`);
    for (const place of places) {
      place.dataset.updated = room.updated;
      place.dataset.view = room.view;
      place.removeAttribute("data-old");
      for (const name of ["children", "adults", "unknown"]) {
        place.querySelector(`[data-count="${name}"]`).textContent = room[name];
      }
      place.querySelector(".count-unknown").hidden = room.unknown === 0;
    }
  }
}
