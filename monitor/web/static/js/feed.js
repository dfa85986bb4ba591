// The page's one connection to the server: what happened, as "kanhu:feed" events on the document.
//
// The server beats every four seconds. Without a beat for twelve, or when the page has asked in vain
// for as long what it should show, it says across its whole width that it is stale. The browser reconnects by itself after a lost
// connection; where it gives up, because the server answered with an error, we try again.
import { unanswered } from "./parts.js";
import { serverNow, setServerTime } from "./server-time.js";
import { duration } from "./texts.js";

const KINDS = ["alert", "evidence", "camera", "delivery", "rooms", "resync"];
const STALE_AFTER_MS = 12000;
const RETRY_MS = [1000, 2000, 5000, 10000];

let source = null;
let position = 0;
let failures = 0;
let lastBeat = 0;
let everLive = false;

/** Connects and stays connected; `after` is the last entry that the page already shows. */
export function startFeed(after) {
  position = after;
  lastBeat = performance.now();
  connect();
  setInterval(watch, 1000);
  addEventListener("pagehide", () => source?.close());
  addEventListener("pageshow", (event) => {
    if (event.persisted) connect();
  });
}

function connect() {
  source?.close();
  source = new EventSource(`/api/v1/feed?after=${position}`);
  source.addEventListener("beat", (event) => {
    setServerTime(JSON.parse(event.data).now);
    beat();
  });
  source.addEventListener("signed-out", () => location.assign("/sign-in"));
  for (const kind of KINDS) {
    source.addEventListener(kind, (event) => {
      if (event.lastEventId) position = Number(event.lastEventId);
      const detail = { kind, ...JSON.parse(event.data) };
      document.dispatchEvent(new CustomEvent("kanhu:feed", { detail }));
    });
  }
  source.addEventListener("error", onError);
}

function onError() {
  show("connecting");
  if (source.readyState !== EventSource.CLOSED) return;
  const wait = RETRY_MS[Math.min(failures, RETRY_MS.length - 1)];
  failures += 1;
  setTimeout(connect, wait);
}

function beat() {
  const missed = performance.now() - lastBeat >= STALE_AFTER_MS;
  lastBeat = performance.now();
  failures = 0;
  if (missed && everLive) {
    document.dispatchEvent(new CustomEvent("kanhu:feed", { detail: { kind: "resync" } }));
  }
  everLive = true;
  watch();
  if (!document.body.hasAttribute("data-stale")) show("live");
}

function watch() {
  const silent = Math.max(performance.now() - lastBeat, unanswered());
  if (silent < STALE_AFTER_MS) {
    if (!document.body.hasAttribute("data-stale")) return;
    document.body.removeAttribute("data-stale");
    document.getElementById("stale").hidden = true;
    show("live");
    return;
  }
  show("lost");
  document.body.setAttribute("data-stale", "");
  const since = document.getElementById("stale-since");
  const banner = document.getElementById("stale");
  if (banner.hidden) {
    const zone = document.querySelector("kanhu-clock")?.getAttribute("zone") || undefined;
    const format = new Intl.DateTimeFormat("en-GB", { timeZone: zone, timeStyle: "medium" });
    since.textContent = format.format(serverNow() - silent);
    banner.hidden = false;
  }
  document.getElementById("stale-age").textContent = duration(silent / 1000);
}

function show(state) {
  const connection = document.getElementById("connection");
  if (state === "connecting" && document.body.hasAttribute("data-stale")) return;
  connection.dataset.state = state;
}
