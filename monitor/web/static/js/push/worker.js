// Shows what is pushed to this browser; a click opens the alert. Knows nothing but the message.

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("push", (event) => {
  event.waitUntil(show(event.data));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data?.path));
});

function show(data) {
  let message = {};
  try {
    message = data.json();
  } catch {
    // The browser demands that something is shown for each push, whatever came.
  }
  const { title, body, path, tag, stays } = message;
  return self.registration.showNotification(title || "Kanhu", {
    body: body || "",
    tag: tag || "kanhu",
    renotify: true,
    requireInteraction: stays === true,
    data: { path: typeof path === "string" ? path : "/" },
  });
}

async function open(path) {
  const home = new URL("/", self.location.href);
  let target = home;
  try {
    const wanted = new URL(path, home);
    if (wanted.origin === home.origin) target = wanted;
  } catch {
    // Then the first page is a better answer than none.
  }
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = pages.find((page) => page.url.split("#")[0] === target.href);
  return there === undefined ? self.clients.openWindow(target.href) : there.focus();
}
