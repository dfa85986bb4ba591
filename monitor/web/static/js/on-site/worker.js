// Service worker of the page that inspectors take along. VERSION and FILES come from the server.
//
// The network comes first, for it has the newest; what it does not bring within a few seconds comes
// from the cache. A page is never replaced by the door to sign in: a session that ends on the way
// must not take the checklist away. Answers are not here but in IndexedDB.
const PREFIX = "kanhu-on-site-";
const CACHE = PREFIX + VERSION;
const PATIENCE_MS = 4000;

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  const page = event.request.mode === "navigate" && url.pathname.startsWith("/on-site/");
  if (page) event.respondWith(fromNetworkOrCache(event.request, isPage));
  else if (url.pathname.startsWith("/static/")) event.respondWith(fromNetworkOrCache(event.request, isFile));
});

async function install() {
  const cache = await caches.open(CACHE);
  await cache.addAll(FILES.map((file) => new Request(file, { cache: "no-cache" })));
  await keepPagesOfOlderVersions(cache);
  await self.skipWaiting();
}

async function keepPagesOfOlderVersions(cache) {
  for (const name of await olderCaches()) {
    const old = await caches.open(name);
    for (const request of await old.keys()) {
      if (!new URL(request.url).pathname.startsWith("/on-site/")) continue;
      const fresh = await fetch(request.url, { redirect: "manual" }).catch(() => null);
      await cache.put(request.url, fresh !== null && isPage(fresh) ? fresh : await old.match(request));
    }
  }
}

async function activate() {
  for (const name of await olderCaches()) await caches.delete(name);
  await self.clients.claim();
  const cache = await caches.open(CACHE);
  for (const client of await self.clients.matchAll({ type: "window" })) {
    const url = client.url.split("#")[0];
    if (new URL(url).pathname.startsWith("/on-site/") && !(await cache.match(url))) {
      const response = await fetch(url, { redirect: "manual" }).catch(() => null);
      if (response !== null && isPage(response)) await cache.put(url, response);
    }
    client.postMessage({ kept: VERSION });
  }
}

async function olderCaches() {
  return (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
}

async function fromNetworkOrCache(request, isGood) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request, { ignoreSearch: true });
  const patience = kept ? AbortSignal.timeout(PATIENCE_MS) : undefined;
  let response;
  try {
    response = await fetch(request, { signal: patience });
  } catch {
    return kept ?? Response.error();
  }
  if (isGood(response)) {
    await cache.put(request.url.split("?")[0], response.clone());
    return response;
  }
  const gone = response.status === 403 || response.status === 404;
  return kept !== undefined && !gone ? kept : response;
}

function isPage(response) {
  return response.status === 200 && !response.redirected && response.type === "basic";
}

function isFile(response) {
  return response.status === 200;
}
