import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { bringFirst, everyFile } from "./scripts/bring-first.ts";
import { READER_PREFIX, readerFiles, withoutOwnFiles } from "./scripts/reader-files.ts";
import { serviceWorker, WITHOUT_OLD_BROWSERS } from "./scripts/service-worker.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const released = JSON.parse(readFileSync(here("../package.json"), "utf8")) as { version: string };
/** Tests build a second version beside the first; nobody else sets these. */
const version = process.env.FIELD_VERSION ?? released.version;
const folder = process.env.FIELD_OUT ?? here("../dist/field");
/** Where `npm run dev` finds the server. */
const server = process.env.PERISAI_SERVER ?? "http://127.0.0.1:8000";

export default defineConfig({
  root: here("."),
  base: "/app/",
  define: { __APP_VERSION__: JSON.stringify(version) },
  resolve: { alias: WITHOUT_OLD_BROWSERS },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: folder,
    emptyOutDir: true,
    // Phones of 2018 with a browser that was updated until the phone no longer could.
    target: ["es2020", "chrome80", "safari14"],
    modulePreload: everyFile,
    assetsInlineLimit: 0,
    // One script for the first screen: on a slow line every further request is a round trip that something waits for.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: "app", tags: ["$initial"] }] } } },
  },
  worker: {
    plugins: () => [withoutOwnFiles()],
    rolldownOptions: { output: { entryFileNames: `${READER_PREFIX}[name]-[hash].js` } },
  },
  plugins: [bringFirst(), readerFiles(), serviceWorker({ source: here("src/sw.ts"), folder, version })],
  server: { host: "127.0.0.1", proxy: { "/api": server } },
});
