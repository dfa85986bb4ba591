// A camera's day: asks why, then plays it; makes files of parts of it.
import { duration, text } from "../texts.js";
import { FootagePlayer } from "./player.js";

const card = document.getElementById("footage");
const { camera, zone } = card.dataset;
const [zero, end] = [Number(card.dataset.start), Number(card.dataset.end)];
const [from, until] = [Number(card.dataset.from), Number(card.dataset.until)]; // what may be seen of the day
const request = card.dataset.request ? Number(card.dataset.request) : null;
const [video, seek, toggle, rate] = ["video", "seek", "toggle", "rate"].map((id) => document.getElementById(id));
const state = document.getElementById("player-state");
const exporting = document.getElementById("export-form"); // only for who may take recordings away
const clock = new Intl.DateTimeFormat("en-GB", { timeZone: zone, timeStyle: "medium" });
const convert = document.getElementById("convert");
const TELLS = {
  gap: "recording.gap_skipped",
  codec: "recording.codec",
  broken: "recording.broken",
  busy: "recording.converting_others",
};
let player = null;

/** Shows a sentence under the picture. */
function say(key, values = {}, kind = "") {
  state.textContent = text(key, values);
  state.dataset.kind = kind;
}

function show(seconds) {
  seek.value = String(seconds);
  seek.setAttribute("aria-valuetext", clock.format((zero + seconds) * 1000));
  document.getElementById("time").textContent = clock.format((zero + seconds) * 1000);
  for (const end of ["x1", "x2"]) document.getElementById("cursor").setAttribute(end, String(seconds));
}

async function post(path, body) {
  const response = await fetch(`/api/v1/recordings/${camera}/${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${response.status}`);
  return response.json();
}

async function open(event) {
  event.preventDefault();
  const form = event.currentTarget;
  const reason = form.elements.reason.value;
  try {
    const { pass } = await post("viewings", { start: from, end: until, purpose: "play", reason, request });
    const answer = await fetch(`/api/v1/recordings/${camera}?start=${from}&end=${until}`);
    const { segments } = await answer.json();
    form.hidden = true;
    if (exporting !== null) exporting.elements.reason.value ||= reason;
    begin(segments, pass);
  } catch {
    say("recording.refused", {}, "bad");
  }
}

function begin(segments, pass) {
  document.getElementById("screen").hidden = false;
  const link = document.getElementById("playlist");
  link.href = `/api/v1/recordings/${camera}/playlist.m3u8?start=${from}&end=${until}&pass=${pass}`;
  link.hidden = false;
  for (const control of [seek, toggle]) control.disabled = false;
  if (!("MediaSource" in window)) {
    video.controls = true; // a browser that plays the playlist by itself
    video.src = link.href;
    return;
  }
  player = new FootagePlayer(video, segments, zero, pass, (what, detail) => {
    const values = what === "gap" ? { time: duration(detail) } : {};
    convert.hidden = what !== "codec" && convert.hidden;
    say(TELLS[what], values, what === "gap" || what === "busy" ? "" : "bad");
  });
  video.addEventListener("timeupdate", () => show(video.currentTime));
  for (const name of ["play", "pause"]) video.addEventListener(name, () => toggle.classList.toggle("primary", video.paused));
  go(Number(seek.value));
  start();
}

async function go(seconds) {
  show(seconds);
  say("recording.playing");
  if (!(await player.seek(seconds))) say("recording.no_footage");
}

function start() {
  video.playbackRate = Number(rate.value);
  video.play().catch(() => {}); // a later press on the button may be allowed
}

function exportRange(event) {
  event.preventDefault();
  const form = event.currentTarget;
  const [first, last] = [form.elements.first, form.elements.last].map((field) => zero + secondsOf(field.value));
  const result = document.getElementById("export-result");
  result.textContent = text("recording.exporting");
  post("exports", { start: first, end: last, reason: form.elements.reason.value, request })
    .then((made) => showExport(result, made))
    .catch(() => {
      result.textContent = text("recording.refused");
    });
}

function showExport(result, made) {
  const link = document.createElement("a");
  link.href = made.url;
  link.textContent = text("recording.exported", { size: (made.size / 2 ** 20).toFixed(1) });
  const hash = document.createElement("code");
  hash.className = "hash";
  hash.textContent = made.sha256;
  const parts = [link, document.createElement("br"), hash];
  if (made.gaps.length > 0) {
    const missing = made.gaps.reduce((sum, gap) => sum + gap.end - gap.start, 0);
    const note = document.createElement("p");
    note.textContent = text("recording.export_gaps", { n: made.gaps.length, time: duration(missing) });
    parts.push(note);
  }
  result.replaceChildren(...parts);
}

/** Seconds from the day's beginning; good but for the hour of a change of clocks. */
function secondsOf(value) {
  const [hours, minutes, seconds = 0] = value.split(":").map(Number);
  return hours * 3600 + minutes * 60 + seconds;
}

function timeOf(seconds) {
  const [hours, rest] = [Math.floor(seconds / 3600), seconds % 3600];
  return [hours, Math.floor(rest / 60), Math.floor(rest % 60)].map((part) => String(part).padStart(2, "0")).join(":");
}

document.getElementById("reason-form").addEventListener("submit", open);
exporting?.addEventListener("submit", exportRange);
convert.addEventListener("click", async () => {
  convert.hidden = true;
  player.convert = true;
  const playing = go(Number(seek.value));
  say("recording.converted");
  start();
  await playing;
});
seek.addEventListener("change", () => player !== null && go(Number(seek.value)));
seek.addEventListener("input", () => show(Number(seek.value)));
toggle.addEventListener("click", () => (video.paused ? start() : video.pause()));
rate.addEventListener("change", () => {
  video.playbackRate = Number(rate.value);
});
card.querySelector(".time-bar").addEventListener("click", (event) => {
  const box = event.currentTarget.getBoundingClientRect();
  const seconds = Math.floor(((event.clientX - box.left) / box.width) * (end - zero));
  show(seconds);
  if (player !== null) go(seconds);
});
const first = Number(seek.value);
if (exporting !== null) {
  exporting.elements.first.value = timeOf(first);
  exporting.elements.last.value = timeOf(Math.min(first + 60, end - zero - 1));
}
show(first);
// Pressed before this script ran, a button would send its form, reason and all, as an address.
for (const button of document.querySelectorAll("[data-wait]")) button.disabled = false;
