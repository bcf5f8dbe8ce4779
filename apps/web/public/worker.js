// Lets the messenger begin without a server: its page and what that is made of are kept by the browser, and nothing
// else. What is asked of the server by name (documents, files, WebSockets) never passes here.
/** Filled in by tools/build-web.ts: everything that the page may need. */
const ASSETS = [];
const PAGE = "/";
const KEPT = `parlance ${ASSETS.join(" ")}`;

self.addEventListener("install", (event) => {
  event.waitUntil(keep().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(forgetOthers().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate" && pathname === PAGE) event.respondWith(pageFor(request));
  else if (ASSETS.includes(pathname)) event.respondWith(assetFor(request));
});

async function keep() {
  const kept = await caches.open(KEPT);
  await kept.addAll([PAGE, ...ASSETS]);
}

async function forgetOthers() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== KEPT).map((name) => caches.delete(name)));
}

/** The newest one, as long as there is a server. */
async function pageFor(request) {
  try {
    return await fetch(request);
  } catch {
    const kept = await caches.match(PAGE, { cacheName: KEPT });
    return kept ?? Response.error();
  }
}

/** Named after what is in it: the kept one is the right one. */
async function assetFor(request) {
  const kept = await caches.match(request, { cacheName: KEPT });
  return kept ?? fetch(request);
}
