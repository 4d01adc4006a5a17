/** Lets every dynamic `import()` bring its files first (`src/bring.ts`), in place of the preloading that Vite puts around it. */
import { fileURLToPath } from "node:url";
import type { ModulePreloadOptions, Plugin } from "vite";

/** The module in which Vite keeps what it puts around an `import()`, under this name. */
const HELPER = "\0vite/preload-helper.js";
const source = fileURLToPath(new URL("../src/bring.ts", import.meta.url));

export function bringFirst(): Plugin {
  return {
    name: "perisai-bring-first",
    enforce: "pre",
    load: (id) => (id === HELPER ? `export { bring as __vitePreload } from ${JSON.stringify(source)};` : null),
  };
}

/** Vite names the files of an import only where it needs several; here also the one that it consists of. */
export const everyFile: ModulePreloadOptions = {
  polyfill: false,
  resolveDependencies: (file, files, { hostType }) => (hostType === "js" && files.length === 0 ? [file] : files),
};
