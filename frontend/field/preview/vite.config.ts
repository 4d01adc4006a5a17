/** Builds the screens over the engine in memory: `npx vite build --config field/preview/vite.config.ts --outDir DIR field`. */
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { READER_PREFIX, readerFiles, withoutOwnFiles } from "../scripts/reader-files.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here(".."),
  base: "/app/",
  define: { __APP_VERSION__: JSON.stringify("1.0.0-preview") },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: { target: ["es2020", "chrome80", "safari14"], modulePreload: { polyfill: false } },
  worker: {
    plugins: () => [withoutOwnFiles()],
    rolldownOptions: { output: { entryFileNames: `${READER_PREFIX}[name]-[hash].js` } },
  },
  plugins: [
    readerFiles(),
    {
      name: "engine-in-memory",
      enforce: "pre",
      resolveId: (source: string) => (/^[./]+\/engine$/.test(source) ? here("fake-engine.ts") : null),
    },
  ],
});
