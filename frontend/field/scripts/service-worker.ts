/** Builds the service worker after the app, and writes into it the list of files to keep. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build, type Plugin } from "vite";
import { injectManifest } from "workbox-build";

interface Paths {
  readonly source: string;
  readonly folder: string;
  readonly version: string;
}

/** Photographs of screens and maps of source are not part of what opens without network. */
const SHELL = ["index.html", "manifest.webmanifest", "assets/*.{js,css}", "icons/*.{svg,png}"];

async function buildWorker({ source, folder, version }: Paths): Promise<void> {
  await build({
    configFile: false,
    logLevel: "warn",
    define: { __APP_VERSION__: JSON.stringify(version), "process.env.NODE_ENV": '"production"' },
    build: {
      outDir: folder,
      emptyOutDir: false,
      copyPublicDir: false,
      target: ["es2020", "chrome80", "safari14"],
      lib: { entry: source, formats: ["iife"], name: "worker", fileName: () => "sw.js" },
    },
  });
  await injectManifest({
    swSrc: `${folder}/sw.js`,
    swDest: `${folder}/sw.js`,
    globDirectory: folder,
    globPatterns: SHELL,
    // Reads QR codes at activation, which needs the network anyhow.
    globIgnores: ["assets/jsQR-*"],
    // The name of a built file holds its hash; no need for another in its address.
    dontCacheBustURLsMatching: /^assets\//,
  });
}

/** Beside every text file its compressed form, for a server that hands it out as it is. */
function compressAll(folder: string): void {
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!/\.(js|css|html|svg|webmanifest)$/.test(name)) continue;
    writeFileSync(join(folder, `${name}.gz`), gzipSync(readFileSync(join(folder, name)), { level: 9 }));
  }
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
