/// <reference lib="webworker" />
/** Keeps the page, so that it opens without a network. Nothing that the relay's API answers is ever kept. */

declare const self: ServiceWorkerGlobalScope;
declare const __FILES__: readonly string[];

const files = __FILES__;
/** Named by what is in it: another build is another cache. */
const CACHE = `page-${files.filter((file) => file.startsWith('assets/')).join(',')}`;
/** A network that says nothing for so long is as good as none. */
const PATIENCE_MS = 4_000;

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll(files.map((file) => new Request(file, { cache: 'no-cache' }))))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener('activate', (event) => {
  const clean = async () => {
    for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name);
    await self.clients.claim();
  };
  event.waitUntil(clean());
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const path = request.url.slice(self.registration.scope.length).replace(/[?#].*$/, '');
  if (request.method !== 'GET' || !request.url.startsWith(self.registration.scope)) return;
  if (request.mode === 'navigate' && path === '') event.respondWith(newestPage(request));
  else if (files.includes(path)) event.respondWith(caches.match(path).then((kept) => kept ?? fetch(request)));
});

/** From the network while there is one, so that a relay's new version is there at the next opening. */
async function newestPage(request: Request): Promise<Response> {
  const kept = () => caches.match('./');
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) });
    // a proxy's error page in front of a relay that is down is no page
    return answer.ok ? answer : ((await kept()) ?? answer);
  } catch {
    return (await kept()) ?? Response.error();
  }
}
