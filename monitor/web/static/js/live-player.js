// <kanhu-live camera="id" whep="/api/v1/live/id" overlay poster="/still.jpg" label="East corner">
//
// Shows a camera live. Its attribute `state` is one of
//   connecting  no picture yet
//   live        a new frame within the last three seconds (`stale-after`)
//   stale       connected, but the picture has stopped: greyed, with its age in large figures
//   offline     no connection or no camera, with the reason in words; it tries again for ever
//   paused      nobody can see it for half a minute (`pause-after`): the connection was given back
// and every change is told by the event `kanhu-live-state` with {state, reason} as detail.

import { Boxes } from "./live/boxes.js";
import { Freshness } from "./live/freshness.js";
import { WhepConnection, WhepFailure } from "./live/whep.js";
import { duration, language, words } from "./live/words.js";

const TICK_MS = 250;
const RETRY_SECONDS = [0.5, 1, 2, 4, 8, 15];
const CONNECT_SECONDS = 10;
const SILENT_SECONDS = 5;
const OLD_BOXES_SECONDS = 3.5; // a still picture is looked at every two seconds or so
const FIRST_MESSAGE_SECONDS = 5;
const CSS = new URL("../css/live.css", import.meta.url).href;

const MARKUP = `
  <link rel="stylesheet">
  <div class="stage" hidden>
    <div class="layer picture">
      <img class="layer still" alt="" hidden>
      <canvas class="layer frozen" aria-hidden="true" hidden></canvas>
      <video class="layer video" muted autoplay playsinline disablepictureinpicture></video>
    </div>
    <canvas class="layer boxes" aria-hidden="true"></canvas>
    <div class="veil" aria-hidden="true">
      <span class="headline"></span><span class="age"></span><span class="detail"></span>
    </div>
    <div class="room" hidden></div>
    <div class="badge" role="status"></div>
  </div>`;

class KanhuLive extends HTMLElement {
  static observedAttributes = ["whep", "poster", "label", "overlay"];

  #parts = {};
  #boxes;
  #freshness = new Freshness();
  #connection = null;
  #openedAt = 0;
  #message = null;
  #failure = null;
  #attempts = 0;
  #state = "";
  #reason = "";
  #onScreen = true;
  #paused = false;
  #timers = { tick: 0, retry: 0, pause: 0 };
  #stop = new AbortController();
  #lastFrames = 0;

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    root.innerHTML = MARKUP;
    for (const name of ["stage", "still", "frozen", "video", "boxes", "veil", "room", "badge"]) {
      this.#parts[name] = root.querySelector(`.${name}`);
    }
    for (const name of ["headline", "age", "detail"]) {
      this.#parts[name] = root.querySelector(`.veil .${name}`);
    }
    this.#boxes = new Boxes(this.#parts.boxes);
    const link = root.querySelector("link");
    link.onload = link.onerror = () => {
      this.#parts.stage.hidden = false;
      this.#draw();
    };
    link.href = CSS;
    // The attribute alone does not mute a video made by script, and only a muted one may autoplay.
    this.#parts.video.muted = true;
  }

  /** One of connecting, live, stale, offline, paused. */
  get state() {
    return this.#state;
  }

  /** Seconds since the picture on the screen was taken, or null before the first. */
  get age() {
    return this.#freshness.age(performance.now());
  }

  connectedCallback() {
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    document.addEventListener("visibilitychange", () => this.#visibilityChanged(), { signal });
    window.addEventListener("pagehide", () => this.#disconnect(), { signal });
    window.addEventListener("pageshow", (e) => e.persisted && this.#connect(), { signal });
    const seen = new IntersectionObserver((entries) => {
      this.#onScreen = entries[entries.length - 1].isIntersecting;
      this.#visibilityChanged();
    });
    seen.observe(this);
    const resized = new ResizeObserver(() => this.#draw());
    resized.observe(this);
    const translated = new MutationObserver(() => this.#say());
    translated.observe(document.documentElement, { attributeFilter: ["lang"] });
    for (const observer of [seen, resized, translated]) {
      signal.addEventListener("abort", () => observer.disconnect());
    }
    this.#timers.tick = setInterval(() => this.#tick(), TICK_MS);
    this.#paused = false;
    this.#attempts = 0;
    this.#showStill();
    this.#connect();
    this.#tick();
  }

  disconnectedCallback() {
    this.#stop.abort();
    clearInterval(this.#timers.tick);
    clearTimeout(this.#timers.pause);
    this.#disconnect();
  }

  attributeChangedCallback(name, before, after) {
    if (!this.isConnected || before === after) return;
    if (name === "whep") {
      this.#disconnect();
      this.#forget();
      this.#connect();
    }
    if (name === "poster") this.#showStill();
    this.#say();
    this.#draw();
  }

  // Connection

  #connect() {
    clearTimeout(this.#timers.retry);
    const url = this.getAttribute("whep");
    if (this.#connection !== null || this.#paused || !url) return;
    this.#openedAt = performance.now();
    const connection = new WhepConnection(url, {
      stream: (stream) => this.#play(stream),
      message: (message) => this.#receive(message),
      end: (failure) => this.#ended(failure),
    });
    this.#connection = connection;
    connection.open();
  }

  #disconnect() {
    clearTimeout(this.#timers.retry);
    if (this.#connection === null) return;
    this.#freeze();
    this.#connection.close();
    this.#connection = null;
    this.#message = null;
    this.#parts.video.srcObject = null;
    this.#draw();
  }

  #ended(failure) {
    this.#failure = failure.kind;
    this.#disconnect();
    const seconds = RETRY_SECONDS[Math.min(this.#attempts, RETRY_SECONDS.length - 1)];
    this.#attempts += 1;
    // Spread out, so that a restarted worker does not meet all viewers in the same instant.
    const wait = seconds * (1 + 0.3 * Math.random());
    this.#timers.retry = setTimeout(() => this.#connect(), wait * 1000);
    this.#tick();
  }

  #visibilityChanged() {
    const visible = this.#onScreen && !document.hidden;
    clearTimeout(this.#timers.pause);
    this.#freshness.forgive(performance.now());
    if (!visible) {
      const seconds = Number(this.getAttribute("pause-after") ?? 30);
      this.#timers.pause = setTimeout(() => this.#pause(), seconds * 1000);
    } else if (this.#paused) {
      this.#paused = false;
      this.#attempts = 0;
      this.#connect();
    }
    this.#tick();
  }

  #pause() {
    this.#paused = true;
    this.#disconnect();
    this.#tick();
  }

  // Picture

  #play(stream) {
    const { video } = this.#parts;
    video.srcObject = stream;
    video.play().catch(() => {
      // Interrupted by the next connection, which plays by itself.
    });
    this.#lastFrames = 0;
    this.#watchFrames(this.#connection);
  }

  #watchFrames(connection) {
    const { video } = this.#parts;
    if (!("requestVideoFrameCallback" in video)) return;
    video.requestVideoFrameCallback(() => {
      if (connection !== this.#connection) return;
      this.#frameShown();
      this.#watchFrames(connection);
    });
  }

  #countFrames() {
    const { video } = this.#parts;
    if ("requestVideoFrameCallback" in video || video.srcObject === null) return;
    const frames = video.getVideoPlaybackQuality().totalVideoFrames;
    if (frames > this.#lastFrames) this.#frameShown();
    this.#lastFrames = frames;
  }

  #frameShown() {
    const first = this.#parts.video.hidden || this.#state !== "live";
    this.#freshness.frame(performance.now());
    if (!first) return;
    this.#failure = null;
    this.#attempts = 0;
    this.#parts.video.hidden = false;
    this.#parts.still.hidden = true;
    this.#parts.frozen.hidden = true;
    this.#draw();
    this.#tick();
  }

  #freeze() {
    const { video, frozen } = this.#parts;
    if (video.hidden || !video.videoWidth) return;
    frozen.width = video.videoWidth;
    frozen.height = video.videoHeight;
    frozen.getContext("2d").drawImage(video, 0, 0);
    frozen.hidden = false;
    video.hidden = true;
  }

  #forget() {
    this.#freshness = new Freshness();
    this.#failure = null;
    this.#attempts = 0;
    this.#parts.frozen.hidden = true;
    this.#parts.video.hidden = true;
    this.#showStill();
  }

  #showStill() {
    const { still, frozen, video } = this.#parts;
    const poster = this.getAttribute("poster");
    if (this.#freshness.age(0) === null) video.hidden = true;
    if (!poster || !frozen.hidden || !video.hidden) return;
    still.onload = () => {
      still.hidden = !video.hidden;
    };
    still.onerror = () => {
      still.hidden = true;
    };
    still.src = poster;
  }

  // Overlay

  #receive(message) {
    this.#message = message;
    this.#freshness.message(message, performance.now());
    this.#draw();
  }

  #draw() {
    const message = this.#message;
    const live = this.#state === "live" && message !== null;
    const wanted = live && this.hasAttribute("overlay");
    const { video } = this.#parts;
    if (wanted && message.wall !== null && message.now - message.wall < OLD_BOXES_SECONDS) {
      this.#boxes.draw(message.tracks, video.videoWidth, video.videoHeight);
    } else {
      this.#boxes.clear();
    }
    // What is wrong with the view is said even to those who want no overlay.
    this.#describeRoom(wanted || (live && message.camera.fault) ? message : null);
  }

  #describeRoom(message) {
    const { room } = this.#parts;
    const text = message === null ? "" : roomText(message);
    room.hidden = text === "";
    if (room.textContent !== text) room.textContent = text;
    if (message === null) return;
    room.dataset.view = message.room?.view ?? "";
    room.toggleAttribute("data-fault", message.camera.fault !== null);
  }

  // State

  #tick() {
    this.#countFrames();
    const now = performance.now();
    if (this.#onScreen && !document.hidden) this.#guard(now);
    const { state, reason } = this.#judge(now);
    if (state !== this.#state || reason !== this.#reason) {
      this.#state = state;
      this.#reason = reason;
      this.setAttribute("state", state);
      this.#draw();
      const detail = { state, reason };
      this.dispatchEvent(new CustomEvent("kanhu-live-state", { bubbles: true, detail }));
    }
    this.#say();
  }

  #guard(now) {
    if (this.#connection === null) return;
    const lag = this.#freshness.lag(now);
    const patience = this.#message === null ? CONNECT_SECONDS : SILENT_SECONDS;
    const silent = this.#freshness.silence(now, this.#openedAt) > patience;
    // Pictures leave the server but none is shown here.
    const still = this.#freshness.stillness(now, this.#openedAt);
    const stuck = lag !== null && lag < SILENT_SECONDS && still > CONNECT_SECONDS;
    if (silent || stuck) {
      this.#ended(new WhepFailure("silent"));
    }
  }

  #judge(now) {
    if (this.#paused) return { state: "paused", reason: words().pausedDetail };
    const limit = Number(this.getAttribute("stale-after") ?? 3);
    const age = this.#freshness.age(now);
    const camera = this.#message?.camera ?? null;
    const fresh = age !== null && age < limit;
    if (this.#failure !== null) {
      return { state: "offline", reason: words().failure[this.#failure] };
    }
    if (camera?.state === "offline" && !fresh) return { state: "offline", reason: saidBy(camera) };
    if (age === null || this.#untold(now)) return { state: "connecting", reason: camera ? saidBy(camera) : "" };
    if (!fresh) return { state: "stale", reason: camera ? saidBy(camera) : "" };
    return { state: "live", reason: "" };
  }

  // The first frame may be an old one: wait for the server to say how old before calling it live.
  #untold(now) {
    const told = (this.#message?.picture ?? null) !== null;
    return !told && now - this.#openedAt < FIRST_MESSAGE_SECONDS * 1000;
  }

  #say() {
    const { headline, age, detail, badge, video } = this.#parts;
    const said = words();
    const seconds = this.#state === "connecting" ? null : this.age;
    const old = seconds !== null && this.#state !== "live";
    const failed = this.#state === "offline" && this.#failure === null;
    write(headline, failed ? said.cameraOffline : said[this.#state]);
    write(age, old ? ageText(this.#state, seconds) : "");
    write(detail, this.#detail());
    write(badge, this.#reason ? `${said[this.#state]}: ${this.#reason}` : said[this.#state]);
    const name = this.getAttribute("label") || this.getAttribute("camera") || "";
    video.setAttribute("aria-label", said.video(name));
  }

  #detail() {
    const retrying = this.#state === "offline" && this.#failure !== null;
    const stop = language() === "zh" ? "。" : ". ";
    return retrying ? `${this.#reason}${stop}${words().retry}` : this.#reason;
  }
}

function write(element, text) {
  if (element.textContent !== (text ?? "")) element.textContent = text ?? "";
}

function ageText(state, seconds) {
  const said = words();
  return (state === "stale" ? said.ago : said.lastPicture)(duration(seconds));
}

function capitalised(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function saidBy(camera) {
  if (camera.reason) return capitalised(camera.reason[language()]);
  return camera.fault ? words().fault[camera.fault] ?? camera.fault : "";
}

function roomText({ room, camera }) {
  const said = words();
  if (camera.fault) return said.fault[camera.fault] ?? camera.fault;
  if (room === null) return "";
  if (room.view === "lost") return said.viewLost;
  const counts = [
    [said.adult, room.adults],
    [said.child, room.children],
    [said.unknown, room.unknown],
  ];
  const shown = counts.filter(([, count], index) => count > 0 || index < 2);
  const text = shown.map(([word, count]) => `${word} ${count}`).join(" · ");
  return room.view === "partial" ? `${text} · ${said.viewPartial}` : text;
}

customElements.define("kanhu-live", KanhuLive);
