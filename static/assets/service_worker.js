/* Keeps one page for when there is no connection. Everything else always comes from the server: what is shown about an
   incident is never old without saying so. */
addEventListener("install", (event) => {
  event.waitUntil(
    caches.open(CACHE).then((cache) => cache.addAll(KEPT)).then(() =>
      skipWaiting()
    ),
  );
});

addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys().then((names) =>
      Promise.all(
        names.filter((name) => name !== CACHE).map((name) =>
          caches.delete(name)
        ),
      )
    ).then(() => clients.claim()),
  );
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const { pathname } = new URL(request.url);
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => caches.match("/offline")));
  } else if (pathname.startsWith("/assets/")) {
    event.respondWith(
      fetch(request).catch(() => caches.match(request)),
    );
  }
});
