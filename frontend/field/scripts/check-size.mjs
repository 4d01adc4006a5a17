/** Fails when what a phone must load to see the first screen is larger than the budget. Run after the build. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const LIMIT = 100_000;
const folder = join(dirname(fileURLToPath(import.meta.url)), "../../dist/field");

/** The files that index.html names and, in turn, what those import statically: not what they load later. */
function firstLoad() {
  const page = readFileSync(join(folder, "index.html"), "utf8");
  const found = new Set(
    [...page.matchAll(/(?:src|href)="\/app\/(assets\/[^"]+\.(?:js|css))"/g)].map(([, path]) => path),
  );
  for (const path of found) {
    if (!path.endsWith(".js")) continue;
    const code = readFileSync(join(folder, path), "utf8");
    for (const [, name] of code.matchAll(/(?:import|from)\s*"\.\/([^"]+\.js)"/g)) found.add(`assets/${name}`);
  }
  return [...found];
}

const files = firstLoad().map((path) => ({
  path,
  size: gzipSync(readFileSync(join(folder, path)), { level: 9 }).length,
}));
const total = files.reduce((sum, { size }) => sum + size, 0);
for (const { path, size } of files) console.log(`${String(size).padStart(8)}  ${path}`);
console.log(`${String(total).padStart(8)}  first load, compressed (limit ${LIMIT})`);
if (files.length === 0 || total > LIMIT) process.exit(1);
