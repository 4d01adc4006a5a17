/** Beside every file that gets smaller by it its compressed forms, for a server that hands them out as they are. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

/** The card reader's pieces are many, and brotli would take half a minute of every build to save a tenth of them. */
const GZIP_ONLY = /\.bin$/;
const TEXT = /\.(js|css|html|svg|webmanifest|wasm|bin)$/;

function brotli(content: Buffer): Buffer {
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
  };
  return brotliCompressSync(content, { params });
}

export function compressAll(folder: string): void {
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!TEXT.test(name)) continue;
    const content = readFileSync(join(folder, name));
    writeFileSync(join(folder, `${name}.gz`), gzipSync(content, { level: 9 }));
    if (!GZIP_ONLY.test(name)) writeFileSync(join(folder, `${name}.br`), brotli(content));
  }
}
