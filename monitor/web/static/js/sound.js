// A sound for new alerts. Browsers allow it only after somebody has clicked on the page, so the
// button says plainly whether it is on.
import { text } from "./texts.js";

const WANTED = "kanhu-sound";
const NOTES = { critical: [880, 660, 880, 660], high: [740, 590], medium: [590] };
const NOTE_SECONDS = 0.22;

let context = null;
let button = null;

/** Wires up the button; sound that was on before comes back with the first click or key. */
export function startSound(element) {
  button = element;
  button.addEventListener("click", toggleSound);
  if (localStorage.getItem(WANTED) === "on") {
    const wake = () => turnOn();
    addEventListener("pointerdown", wake, { once: true });
    addEventListener("keydown", wake, { once: true });
  }
  show();
}

/** Turns the sound on or off. */
export function toggleSound() {
  if (isOn()) {
    context.close();
    context = null;
    localStorage.setItem(WANTED, "off");
  } else {
    turnOn();
    localStorage.setItem(WANTED, "on");
    play("medium");
  }
  show();
}

/** Plays the sound of a severity, if sound is on. */
export function play(severity) {
  const notes = NOTES[severity];
  if (!isOn() || notes === undefined) return;
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

function isOn() {
  return context !== null && context.state !== "closed";
}

function turnOn() {
  if (isOn()) return;
  context = new AudioContext();
  context.resume();
  show();
}

function show() {
  button.setAttribute("aria-pressed", String(isOn()));
  button.querySelector("use").setAttribute("href", `/static/icons.svg#sound-${isOn() ? "on" : "off"}`);
  button.querySelector("span").textContent = text(isOn() ? "sound.on" : "sound.off");
}
