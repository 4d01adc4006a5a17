/** Builds the service worker after the app, and writes into it the list of files to keep. */
import { join } from "node:path";
import { build, type Plugin } from "vite";
import { injectManifest } from "workbox-build";
import { compressAll } from "./compress.ts";
import { READER_PREFIX } from "./reader-files.ts";

interface Paths {
  readonly source: string;
  readonly folder: string;
  readonly version: string;
}

/** What opens without network. The manifest's icons are fetched by the system when it installs the app, not by the app. */
const SHELL = ["index.html", "manifest.webmanifest", "assets/*.{js,css}", "icons/shield.svg"];

/** Dexie's own build for browsers that have promises and iterators: smaller, and parts nobody uses can be left out. */
export const WITHOUT_OLD_BROWSERS = { dexie: "dexie/dist/modern/dexie.mjs" };

async function buildWorker({ source, folder, version }: Paths): Promise<void> {
  await build({
    configFile: false,
    logLevel: "warn",
    define: { __APP_VERSION__: JSON.stringify(version), "process.env.NODE_ENV": '"production"' },
    resolve: { alias: WITHOUT_OLD_BROWSERS },
    build: {
      outDir: folder,
      emptyOutDir: false,
      copyPublicDir: false,
      target: ["es2020", "chrome80", "safari14"],
      lib: { entry: source, formats: ["iife"], name: "worker", fileName: () => "sw.js" },
    },
  });
  await injectManifest({
    swSrc: join(folder, "sw.js"),
    swDest: join(folder, "sw.js"),
    globDirectory: folder,
    globPatterns: SHELL,
    // The card reader keeps its files itself, when it is used.
    globIgnores: [`${READER_PREFIX}*`],
    // The name of a built file holds its hash; no need for another in its address.
    dontCacheBustURLsMatching: /^assets\//,
  });
}

async function finish(paths: Paths): Promise<void> {
  await buildWorker(paths);
  compressAll(paths.folder);
}

export function serviceWorker(paths: Paths): Plugin {
  return {
    name: "perisai-service-worker",
    apply: "build",
    closeBundle: { sequential: true, order: "post", handler: () => finish(paths) },
  };
}
