/**
 * Puts the card reader's program and model beside the app, cut into pieces that a poor line can carry, and tells the app where
 * they lie (`virtual:reader-files`). They are no part of what is loaded first, nor of what the service worker keeps.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import type { Plugin } from "vite";

/** Before compression; at most 110 kB on the way, under six seconds at 20 kB/s: a line that drops every ten gets it. */
const PIECE_BYTES = 120_000;
const MODULE = "virtual:reader-files";
const RESOLVED = `\0${MODULE}`;
/** With a name of their own, by which the service worker leaves them out and the server knows the worker. */
export const READER_PREFIX = "assets/card-reader-";

interface Piece {
  readonly path: string;
  readonly source: Buffer;
}

const folderOf = (name: string): string => dirname(createRequire(import.meta.url).resolve(name));

function sources(): Record<string, Buffer> {
  const program = folderOf("tesseract-wasm");
  const model = join(folderOf("@tesseract.js-data/ind"), "4.0.0_best_int/ind.traineddata.gz");
  return {
    PROGRAM: readFileSync(join(program, "tesseract-core.wasm")),
    PROGRAM_WITHOUT_SIMD: readFileSync(join(program, "tesseract-core-fallback.wasm")),
    MODEL: gunzipSync(readFileSync(model)),
  };
}

function cut(name: string, whole: Buffer): readonly Piece[] {
  const count = Math.ceil(whole.length / PIECE_BYTES);
  return Array.from({ length: count }, (_, index) => {
    const source = whole.subarray(index * PIECE_BYTES, (index + 1) * PIECE_BYTES);
    const hash = createHash("sha256").update(source).digest("hex").slice(0, 10);
    return { path: `${READER_PREFIX}${name.toLowerCase().replaceAll("_", "-")}-${index + 1}-${hash}.bin`, source };
  });
}

export function readerFiles(): Plugin {
  const files = new Map(Object.entries(sources()).map(([name, whole]) => [name, cut(name, whole)]));
  let base = "/";
  return {
    name: "perisai-reader-files",
    configResolved: (config) => {
      base = config.base;
    },
    resolveId: (id) => (id === MODULE ? RESOLVED : null),
    load(id) {
      if (id !== RESOLVED) return null;
      const lines = [...files].map(([name, pieces]) => `export const ${name} = ${JSON.stringify(pieces.map(told))};`);
      return lines.join("\n");
    },
    generateBundle() {
      if (!this.environment.config.isWorker)
        for (const { path, source } of [...files.values()].flat())
          this.emitFile({ type: "asset", fileName: path, source });
    },
    configureServer(server) {
      const kept = new Map([...files.values()].flat().map(({ path, source }) => [base + path, source]));
      server.middlewares.use((request, response, next) => {
        const source = kept.get(request.url ?? "");
        if (source) response.setHeader("Content-Type", "application/octet-stream").end(source);
        else next();
      });
    },
  };

  function told({ path, source }: Piece) {
    return { address: base + path, bytes: gzipSync(source, { level: 9 }).length, size: source.length };
  }
}

/** The library names files of its own by `import.meta.url`, which the build would copy although nothing asks for them. */
export function withoutOwnFiles(): Plugin {
  return {
    name: "perisai-reader-worker",
    enforce: "pre",
    transform: (code, id) =>
      id.includes("/tesseract-wasm/") ? code.replaceAll("import.meta.url", "self.location.href") : null,
  };
}
