/**
 * The console's scripts and styles: every `console/<name>/main.ts` becomes `dist/console/<name>.js` (and `<name>.css` where it
 * imports styles). Also writes `tokens.css` and one sprite with the icons that templates and menus name.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { defineConfig, type Plugin } from "vite";

const here = import.meta.dirname;
const project = resolve(here, "../..");
const icons = resolve(here, "../node_modules/@tabler/icons/icons");

function entries(): Record<string, string> {
  const folders = readdirSync(here).filter((name) => existsSync(join(here, name, "main.ts")));
  return Object.fromEntries(folders.map((name) => [name, join(here, name, "main.ts")]));
}

function filesIn(folder: string, endings: string[]): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return names.filter((name) => endings.some((ending) => name.endsWith(ending))).map((name) => join(folder, name));
}

/** Names of icons that `{% icon "name" %}` and `icon="name"` use anywhere in the package, and `icon("name")` in scripts. */
function namedIcons(): string[] {
  const files = [...filesIn(join(project, "perisai"), [".html", ".py"]), ...filesIn(here, [".ts"])].filter(
    (file) => !file.endsWith("vite.config.ts"),
  );
  const names = new Set<string>();
  for (const file of files) {
    const text = readFileSync(file, "utf8");
    for (const found of text.matchAll(/\bicon(?:\s+|=|\()["']([a-z0-9-]+)["']/g)) {
      names.add(found[1] ?? "");
    }
  }
  return [...names].sort();
}

function symbol(name: string): string {
  const filled = name.endsWith("-filled");
  const file = filled ? `filled/${name.slice(0, -"-filled".length)}.svg` : `outline/${name}.svg`;
  const svg = readFileSync(resolve(icons, file), "utf8").replace(/<!--[\s\S]*?-->/g, "");
  const inner = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>")).trim();
  const paint = filled
    ? 'fill="currentColor"'
    : 'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"';
  return `<symbol id="${name}" viewBox="0 0 24 24"><g ${paint}>${inner.replace(/\s*\n\s*/g, "")}</g></symbol>`;
}

function sprite(): Plugin {
  return {
    name: "perisai-sprite",
    generateBundle() {
      const symbols = namedIcons().map((name) => {
        try {
          return symbol(name);
        } catch {
          this.warn(`no such icon: ${name}`);
          return "";
        }
      });
      const source = `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`;
      this.emitFile({ type: "asset", fileName: "icons.svg", source });
      const tokens = readFileSync(resolve(here, "../tokens.css"), "utf8");
      this.emitFile({ type: "asset", fileName: "tokens.css", source: tokens });
    },
  };
}

export default defineConfig({
  root: here,
  base: "/static/console/",
  publicDir: false,
  plugins: [sprite()],
  build: {
    outDir: resolve(here, "../dist/console"),
    emptyOutDir: true,
    target: "es2022",
    cssTarget: "chrome111",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
    rolldownOptions: {
      input: entries(),
      output: {
        entryFileNames: "[name].js",
        chunkFileNames: "chunks/[name]-[hash].js",
        assetFileNames: "[name][extname]",
      },
    },
  },
});
