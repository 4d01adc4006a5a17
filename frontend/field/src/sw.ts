/**
 * The service worker: keeps the app's shell, so that it opens without network. It never keeps an answer of the API,
 * which holds people's data; what the app needs offline of it is in the app's own storage.
 */
import { addPlugins, cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute } from "workbox-precaching";
import { NavigationRoute, registerRoute } from "workbox-routing";
import { syncInBackground } from "./engine/background";

declare const __APP_VERSION__: string;
declare const self: ServiceWorkerGlobalScope & { readonly __WB_MANIFEST: { url: string; revision: string | null }[] };

const OLD_CHUNKS = "perisai-old-chunks";
/** About two versions of the app. */
const OLD_CHUNKS_MAX = 60;
const BACKGROUND_TAG = "perisai-outbox";

interface SyncEventLike extends ExtendableEvent {
  readonly tag: string;
}

/** A page of the version before may still load its own parts: they are copied before the new version drops them. */
async function keepOldChunks(): Promise<void> {
  if (self.registration.active === null) return;
  const old = await caches.open(OLD_CHUNKS);
  for (const name of await caches.keys()) {
    if (!name.includes("precache")) continue;
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const answer = request.url.includes("/assets/") ? await cache.match(request) : undefined;
      if (answer !== undefined) await old.put(request, answer);
    }
  }
  const kept = await old.keys();
  for (const request of kept.slice(0, Math.max(0, kept.length - OLD_CHUNKS_MAX))) await old.delete(request);
}

/** The shell is the same in every language: a `Vary` of the server must not hide it from a page without network. */
async function withoutVary({ response }: { response: Response }): Promise<Response | null> {
  if (response.status !== 200) return null;
  const headers = new Headers(response.headers);
  headers.delete("Vary");
  return new Response(await response.blob(), { status: 200, headers });
}

async function findOldChunk(request: Request): Promise<Response> {
  return (await caches.match(request, { cacheName: OLD_CHUNKS, ignoreVary: true })) ?? fetch(request);
}

/** Pages that are open do it themselves; with none open, it is done here. */
async function syncOutbox(): Promise<void> {
  const pages = await self.clients.matchAll({ type: "window" });
  for (const page of pages) page.postMessage(BACKGROUND_TAG);
  if (pages.length === 0) await syncInBackground(__APP_VERSION__);
}

self.addEventListener("install", (event) => event.waitUntil(keepOldChunks()));
self.addEventListener("message", (event) => {
  // Sent by a page that holds the lock of open forms: in no tab is a form open.
  if (event.data === "SKIP_WAITING") event.waitUntil(self.skipWaiting());
});
self.addEventListener("sync", (event) => {
  if ((event as SyncEventLike).tag === BACKGROUND_TAG) (event as SyncEventLike).waitUntil(syncOutbox());
});

cleanupOutdatedCaches();
addPlugins([{ cacheWillUpdate: withoutVary }]);
precacheAndRoute(self.__WB_MANIFEST);
registerRoute(
  new NavigationRoute(createHandlerBoundToURL("/app/index.html"), { allowlist: [/^\/app\/(?:$|index\.html)/] }),
);
registerRoute(
  ({ url }) => url.origin === self.location.origin && url.pathname.startsWith("/app/assets/"),
  ({ request }) => findOldChunk(request),
);
