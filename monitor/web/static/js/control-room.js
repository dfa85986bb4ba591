// The control room: keys, sound, news.
import { act, toast } from "./acting.js";
import { isForPage, onSend } from "./keys.js";
import { refresh } from "./parts.js";
import { NEWS, said } from "./news.js";
import { play, silence, startSound, toggleSound } from "./sound.js";
import { text } from "./texts.js";
import { nextWallSize, startWallSize } from "./wall-size.js";
import { enlarge, startWall } from "./wall.js";

const REMIND_MS = 30000;
const MOVES = ["j", "k", "n", "p", "arrowdown", "arrowup"];
const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  n: () => move(1),
  p: () => move(-1),
  ArrowDown: () => move(1),
  ArrowUp: () => move(-1),
  t: () => choose(rows()[0]),
  a: () => doTo(chosenRow(), "acknowledge"),
  r: () => ask(chosenRow(), "resolve"),
  f: () => ask(chosenRow(), "mark_false"),
  z: () => ask(chosenRow(), "snooze"),
  l: () => enlarge((rowInFocus() ?? rows()[0])?.dataset.room),
  w: nextWallSize,
  Escape: () => enlarge(undefined),
  s: toggleSound,
  m: silence,
  "?": () => helpDialog().showModal(),
};

let asked = null;

/** Wires up the page. */
export function startControlRoom() {
  startSound(document.getElementById("sound"));
  setInterval(remind, REMIND_MS);
  startWallSize();
  startWall();
  document.getElementById("help").addEventListener("click", () => helpDialog().showModal());
  document.getElementById("queue").addEventListener("click", onClick);
  document.addEventListener("keydown", onKey);
  document.addEventListener("kanhu:feed", onNews);
  startDialog();
  document.addEventListener("kanhu:parts", showTitle);
  showTitle();
  if (document.body.dataset.rest !== undefined) refresh(); // the page came with the first alerts only
}

function onNews({ detail }) {
  if (!["alert", "evidence", "camera"].includes(detail.kind)) return;
  refresh();
  if (detail.kind !== "alert" || !NEWS.includes(detail.what)) return;
  play(detail.severity);
  if (detail.severity === "technical") return;
  document.getElementById("announcer").textContent = text("feed.new_alert", { explain: said(detail) });
}

/** A critical alert that nobody answers, nor put off, sounds again and again. */
function remind() {
  const waiting = '.row[data-state="open"][data-severity="critical"]:not([data-snoozed])';
  if (document.querySelector(waiting) !== null) play("critical");
}

function showTitle() {
  let waiting = 0;
  for (const figure of document.querySelectorAll(".figure[data-waiting] .figure-number")) waiting += Number(figure.textContent);
  const plain = document.title.replace(/^\(\d+\) /, "");
  document.title = waiting ? `(${waiting}) ${plain}` : plain;
}

function onClick(event) {
  const button = event.target.closest("[data-do]");
  if (button === null) return;
  const row = button.closest(".row");
  if (button.dataset.do === "acknowledge") doTo(row, "acknowledge");
  else ask(row, button.dataset.do);
}

function onKey(event) {
  if (!isForPage(event)) return;
  const handler = KEYS[event.key] ?? KEYS[event.key.toLowerCase()];
  if (handler === undefined) return;
  if (event.repeat && !MOVES.includes(event.key.toLowerCase())) return; // a key held down answers once
  event.preventDefault();
  handler();
}

function rows() {
  return [...document.querySelectorAll(".row")];
}

function rowInFocus() {
  return document.activeElement?.closest(".row") ?? null;
}

/**
 * Returns the row that has the focus. Without one nothing is answered: the most urgent row may have
 * come a moment ago, and nobody has read it. It is chosen, and the next key answers it.
 */
function chosenRow() {
  const row = rowInFocus();
  if (row === null && rows().length > 0) {
    choose(rows()[0]);
    toast(text("operator.chosen_first"));
  }
  return row;
}

function choose(row) {
  row?.querySelector(".row-main").focus();
  row?.scrollIntoView({ block: "nearest" });
}

function move(step) {
  const all = rows();
  const now = all.indexOf(rowInFocus());
  choose(now < 0 ? all[step > 0 ? 0 : all.length - 1] : all[now + step]);
}

async function doTo(row, action, wanted = {}) {
  if (row === null || row.querySelector(`[data-do="${action}"]`) === null) return null;
  row.setAttribute("data-busy", "");
  const version = Number(row.dataset.version);
  const problem = await act(row.dataset.alert, action, { ...wanted, version });
  row.removeAttribute("data-busy");
  toast(problem ?? text("act.done"), problem === null ? "good" : "bad");
  return problem;
}

function ask(row, action) {
  if (row === null || row.querySelector(`[data-do="${action}"]`) === null) return;
  asked = { row, action, place: rows().indexOf(row) };
  const dialog = document.getElementById("act-dialog");
  for (const part of dialog.querySelectorAll("[data-for]")) part.hidden = part.dataset.for !== action;
  const words = [row.querySelector(".row-rule"), row.querySelector(".row-place")];
  document.getElementById("act-place").textContent = words.map((word) => word.textContent.trim()).join(" · ");
  const reason = document.getElementById("act-reason");
  reason.value = "";
  reason.required = action !== "resolve";
  document.getElementById("act-problem").hidden = true;
  dialog.showModal();
  reason.focus();
}

function startDialog() {
  const dialog = document.getElementById("act-dialog");
  const reason = document.getElementById("act-reason");
  document.getElementById("act-cancel").addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", goOn);
  for (const button of dialog.querySelectorAll("[data-suggest]")) {
    button.addEventListener("click", () => {
      reason.value = button.textContent.trim();
      reason.focus();
    });
  }
  onSend(reason, () => dialog.querySelector("form").requestSubmit());
  document.getElementById("act-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    if (asked.row.hasAttribute("data-busy")) return; // sent already
    const minutes = asked.action === "snooze" ? Number(document.getElementById("act-minutes").value) : null;
    const problem = await doTo(asked.row, asked.action, { reason: reason.value, minutes });
    if (problem === null) {
      dialog.close();
      return;
    }
    const place = document.getElementById("act-problem");
    place.textContent = problem;
    place.hidden = false;
    asked.row = sameRow(asked.row) ?? asked.row;
  });
}

/** Puts the focus back where the work was: on the alert, or on what stands in its place now. */
function goOn() {
  const all = rows();
  choose(sameRow(asked.row) ?? all[Math.min(asked.place, all.length - 1)]);
}

function sameRow(row) {
  return document.querySelector(`.row[data-alert="${row.dataset.alert}"]`);
}

function helpDialog() {
  return document.getElementById("help-dialog");
}
