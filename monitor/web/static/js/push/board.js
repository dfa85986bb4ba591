// Turns browser push on for this device. The browser asks for permission on a click only.

const WORKER = "/push/worker.js";
const SCOPE = "/push/";

/** Wires up the page with one's devices. */
export async function startPush(board) {
  const show = (state) => {
    for (const part of board.querySelectorAll("[data-when]")) {
      part.hidden = !part.dataset.when.split(" ").includes(state);
    }
  };
  if (!window.isSecureContext) return show("insecure");
  if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) {
    return show("unsupported");
  }
  const subscription = await present();
  const own = subscription === null ? null : await digestOf(subscription.endpoint);
  let listed = null;
  for (const item of board.querySelectorAll("[data-device]")) {
    if (own === null || item.dataset.device !== own) continue;
    listed = item;
    item.querySelector("[data-this]").hidden = false;
    item.querySelector("[data-remove]").addEventListener("submit", (event) => {
      event.preventDefault();
      subscription.unsubscribe().finally(() => event.target.submit());
    });
  }
  const form = board.querySelector("[data-subscribe]");
  form.elements.name.value ||= browserName();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    turnOn(form, board.dataset.key).then((state) => state === "done" || show(state));
  });
  if (listed !== null) return show("on");
  return show(Notification.permission === "denied" ? "denied" : "off");
}

async function present() {
  const registration = await navigator.serviceWorker.getRegistration(SCOPE);
  return (await registration?.pushManager.getSubscription()) ?? null;
}

async function turnOn(form, key) {
  const permission = await Notification.requestPermission();
  if (permission !== "granted") return permission === "denied" ? "denied" : "off";
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    const subscription = await subscribe(key);
    const { endpoint, keys } = subscription.toJSON();
    Object.entries({ endpoint, p256dh: keys.p256dh, auth: keys.auth }).forEach(([name, value]) => {
      form.elements[name].value = value;
    });
  } catch {
    button.disabled = false;
    return "unreachable";
  }
  form.submit();
  return "done";
}

async function subscribe(key) {
  const registration = await navigator.serviceWorker.register(WORKER, { scope: SCOPE });
  await active(registration);
  // One that was made for other keys, or is on nobody's list any more, would stand in the way.
  await (await registration.pushManager.getSubscription())?.unsubscribe();
  return registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}

function active(registration) {
  const worker = registration.installing ?? registration.waiting;
  if (registration.active !== null || worker === null) return Promise.resolve();
  return new Promise((done, failed) => {
    worker.addEventListener("statechange", () => {
      if (worker.state === "activated") done();
      if (worker.state === "redundant") failed(new Error(worker.state));
    });
  });
}

async function digestOf(endpoint) {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(endpoint));
  return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function browserName() {
  const agent = navigator.userAgent;
  const first = (names) => names.find(([mark]) => agent.includes(mark))?.[1] ?? "";
  const browser = first([["Edg", "Edge"], ["Firefox", "Firefox"], ["Chrome", "Chrome"], ["Safari", "Safari"]]);
  const system = first([["Android", "Android"], ["iPhone", "iPhone"], ["iPad", "iPad"], ["Windows", "Windows"], ["Mac OS", "macOS"], ["Linux", "Linux"]]);
  return [browser, system].filter(Boolean).join(" · ");
}
