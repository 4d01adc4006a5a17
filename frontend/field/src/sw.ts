/**
 * The service worker: keeps the app's shell, so that it opens without network, and takes pictures that other apps share in.
 * It never keeps an answer of the API, which holds people's data; what the app needs offline of it is in the app's own
 * storage, and so are the pictures, encrypted.
 */
import { addPlugins, cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute } from "workbox-precaching";
import { NavigationRoute, registerRoute } from "workbox-routing";
import { syncInBackground } from "./engine/background";
import { Inbox, SHARE_PATH, takeShared } from "./engine/inbox";
import { BACKGROUND_TAG, INBOX_TAG } from "./engine/tags";
import { PhoneStorage } from "./storage/phone";

declare const __APP_VERSION__: string;
declare const self: ServiceWorkerGlobalScope & { readonly __WB_MANIFEST: { url: string; revision: string | null }[] };

const OLD_CHUNKS = "perisai-old-chunks";
/** About two versions of the app. */
const OLD_CHUNKS_MAX = 60;
/** The card reader's worker and its big files, which the reader keeps itself when it is first used (`reader/files.ts`). */
const READER = "perisai-reader";

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
  await trim(old, OLD_CHUNKS_MAX);
}

/** Caches list what was put first, first. */
async function trim(cache: Cache, most: number): Promise<void> {
  const kept = await cache.keys();
  for (const request of kept.slice(0, Math.max(0, kept.length - most))) await cache.delete(request);
}

/** The shell is the same in every language: a `Vary` of the server must not hide it from a page without network. */
async function withoutVary({ response }: { response: Response }): Promise<Response | null> {
  if (response.status !== 200) return null;
  const headers = new Headers(response.headers);
  headers.delete("Vary");
  return new Response(await response.blob(), { status: 200, headers });
}

/** A hashed file that is not of the present shell: of a former version, which the server keeps too, or the card reader's. */
async function findPart(request: Request): Promise<Response> {
  for (const cacheName of [OLD_CHUNKS, READER]) {
    const kept = await caches.match(request, { cacheName, ignoreVary: true });
    if (kept !== undefined) return kept;
  }
  return fetch(request);
}

/** Also those of the first visit, which were there before this worker and are not its own. */
function openPages(): Promise<readonly WindowClient[]> {
  return self.clients.matchAll({ type: "window", includeUncontrolled: true });
}

/** A page that is seen does it itself. Hidden ones may be frozen: what is sealed is carried from here, under the same lock. */
async function syncOutbox(): Promise<void> {
  const pages = await openPages();
  for (const page of pages) page.postMessage(BACKGROUND_TAG);
  if (!pages.some((page) => page.visibilityState === "visible")) await syncInBackground(__APP_VERSION__);
}

async function withInbox<T>(act: (inbox: Inbox) => Promise<T>): Promise<T> {
  const storage = new PhoneStorage();
  try {
    return await act(new Inbox(storage, () => Date.now()));
  } finally {
    storage.close();
  }
}

/** Another site may post a form here, too; only the phone's own share sheet comes from nowhere. */
function isFromElsewhere(request: Request): boolean {
  const { referrer } = request;
  return referrer !== "" && referrer !== "about:client" && new URL(referrer).origin !== self.location.origin;
}

async function receiveShare(request: Request): Promise<Response> {
  if (isFromElsewhere(request)) return Response.redirect("/app/", 303);
  let goTo: string;
  try {
    const form = await request.formData();
    goTo = await withInbox((inbox) => takeShared(form, inbox));
  } catch {
    goTo = "/app/#/shared?problem=share_failed";
  }
  for (const page of await openPages()) page.postMessage(INBOX_TAG);
  return Response.redirect(goTo, 303);
}

self.addEventListener("install", (event) => {
  // A phone too full for the old parts still gets its new version; the server has the old parts as well.
  event.waitUntil(keepOldChunks().catch(() => undefined));
});
self.addEventListener("activate", (event) => {
  event.waitUntil(withInbox((inbox) => inbox.load()).catch(() => undefined));
});
self.addEventListener("message", (event) => {
  // Sent by a page that holds the lock of open forms: in no tab is a form open.
  if (event.data === "SKIP_WAITING") event.waitUntil(self.skipWaiting());
});
for (const kind of ["sync", "periodicsync"]) {
  self.addEventListener(kind, (event) => {
    if ((event as SyncEventLike).tag === BACKGROUND_TAG) (event as SyncEventLike).waitUntil(syncOutbox());
  });
}

cleanupOutdatedCaches();
addPlugins([{ cacheWillUpdate: withoutVary }]);
precacheAndRoute(self.__WB_MANIFEST);
registerRoute(
  new NavigationRoute(createHandlerBoundToURL("/app/index.html"), { allowlist: [/^\/app\/(?:$|index\.html)/] }),
);
registerRoute(
  ({ url }) => url.origin === self.location.origin && url.pathname === SHARE_PATH,
  ({ request }) => receiveShare(request),
  "POST",
);
registerRoute(
  ({ url }) => url.origin === self.location.origin && url.pathname.startsWith("/app/assets/"),
  ({ request }) => findPart(request),
);
