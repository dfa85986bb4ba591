// A sound for new alerts. Browsers allow it only after somebody has clicked on the page or pressed a
// key, so the page says plainly whether it is on, and when it waits for that. It can be silenced for
// a while, never for good by mistake: the silence ends by itself.
import { text } from "./texts.js";

const WANTED = "kanhu-sound";
const SILENT = "kanhu-silent-until";
const SILENCE_MS = 5 * 60000;
const NOTES = { critical: [880, 660, 880, 660], high: [740, 590], medium: [590] };
const NOTE_SECONDS = 0.22;

let context = null;
let button = null;
let woken = -Infinity;

/** Follows what was wanted before, and wires up the button if the page has one. */
export function startSound(element) {
  button = element;
  button?.addEventListener("click", toggleSound);
  document.getElementById("silence")?.addEventListener("click", silence);
  addEventListener("pointerdown", wake);
  addEventListener("keydown", wake);
  setInterval(show, 1000);
  show();
}

/** Turns the sound on or off. */
export async function toggleSound() {
  if (performance.now() - woken < 500) return; // this very click has just turned it on
  if (isOn()) {
    context.close();
    context = null;
    localStorage.setItem(WANTED, "off");
  } else {
    localStorage.setItem(WANTED, "on");
    await turnOn();
    play("medium");
  }
  show();
}

/** Keeps the sound silent for five minutes, or ends the silence. */
export function silence() {
  if (!isOn()) return;
  localStorage.setItem(SILENT, String(isSilent() ? 0 : Date.now() + SILENCE_MS));
  show();
}

/** Plays the sound of a severity, if sound is on and not silenced. */
export function play(severity) {
  const notes = NOTES[severity];
  if (!isOn() || isSilent() || notes === undefined) return;
  notes.forEach((frequency, index) => {
    const start = context.currentTime + index * NOTE_SECONDS;
    const oscillator = new OscillatorNode(context, { frequency, type: "triangle" });
    const gain = new GainNode(context, { gain: 0 });
    gain.gain.setValueAtTime(0, start);
    gain.gain.linearRampToValueAtTime(0.4, start + 0.02);
    gain.gain.linearRampToValueAtTime(0, start + NOTE_SECONDS - 0.02);
    oscillator.connect(gain).connect(context.destination);
    oscillator.start(start);
    oscillator.stop(start + NOTE_SECONDS);
  });
}

function wanted() {
  return localStorage.getItem(WANTED);
}

function isOn() {
  return context?.state === "running"; // not while the browser or the machine holds it back
}

function silentUntil() {
  const until = Number(localStorage.getItem(SILENT));
  return until - Date.now() > SILENCE_MS ? 0 : until; // a clock that was set back must not keep it silent
}

function isSilent() {
  return Date.now() < silentUntil();
}

/** Sound that was on before, or that was taken from us, comes back with a click or a key. */
function wake(event) {
  if (isOn() || wanted() !== "on" || navigator.userActivation?.isActive === false) return;
  if (button?.contains(event.target)) woken = performance.now();
  turnOn();
}

async function turnOn() {
  context ??= new AudioContext();
  context.onstatechange = show;
  await context.resume();
  show();
}

function show() {
  if (button === null) return;
  const on = isOn();
  set(button, "aria-pressed", String(on));
  set(button.querySelector("use"), "href", `/static/icons.svg#sound-${on && !isSilent() ? "on" : "off"}`);
  write(button.querySelector("span"), text(on ? "sound.on" : "sound.off"));
  const quiet = document.getElementById("silence");
  quiet.hidden = !on;
  set(quiet, "aria-pressed", String(isSilent()));
  write(quiet, isSilent() ? text("operator.sound_silent", { time: clock(silentUntil()) }) : text("operator.silence"));
  document.getElementById("sound-waiting").hidden = on || wanted() === "off";
}

function clock(moment) {
  const zone = document.querySelector("kanhu-clock")?.getAttribute("zone") || undefined;
  return new Intl.DateTimeFormat("en-GB", { timeZone: zone, timeStyle: "short" }).format(moment);
}

function set(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

function write(element, words) {
  if (element.textContent !== words) element.textContent = words;
}
