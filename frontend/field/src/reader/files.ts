/**
 * The card reader's big files: its program, its model and its worker. They come from our own origin, in pieces, are kept in a
 * cache of their own, and are there without network once all of them came. A line that drops loses one piece, not the whole.
 */
import { type Files, MODEL, PROGRAM, PROGRAM_WITHOUT_SIMD } from "virtual:reader-files";
import { EngineError } from "../engine/contract";
import type { ReaderState } from "./contract";
import worker from "./worker?worker&url";

const CACHE = "perisai-reader";
const TRIES = 5;
const PAUSE_MS = 1_000;
/** The worker's script, compressed; near enough to tell somebody how much is coming. */
const WORKER_BYTES = 20_000;

/** The smallest program with a vector instruction of WebAssembly (`i8x16.splat`). */
const WITH_SIMD = Uint8Array.of(
  0,
  97,
  115,
  109,
  1,
  0,
  0,
  0,
  1,
  5,
  1,
  96,
  0,
  1,
  123,
  3,
  2,
  1,
  0,
  10,
  8,
  1,
  6,
  0,
  65,
  0,
  253,
  15,
  11,
);

const program = (): Files => (WebAssembly.validate(WITH_SIMD) ? PROGRAM : PROGRAM_WITHOUT_SIMD);

/** `findLast` tells Chrome 97 and later, which alone know the policy that lets the worker run WebAssembly and no other code. */
export const isSupported = (): boolean =>
  typeof WebAssembly === "object" && typeof caches === "object" && "findLast" in Array.prototype;

/** For `throwIfAborted`, which came later than what is supported here. */
export function stopIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw aborted(signal);
}

export function aborted(signal: AbortSignal): unknown {
  return signal.reason ?? new DOMException("", "AbortError");
}

interface Piece {
  readonly address: string;
  /** On the way, compressed. */
  readonly bytes: number;
  /** When it is there; null where the build does not tell. */
  readonly size: number | null;
}

const pieces = (): readonly Piece[] => [...program(), ...MODEL, { address: worker, bytes: WORKER_BYTES, size: null }];

async function missing(): Promise<readonly Piece[]> {
  const cache = await caches.open(CACHE);
  const kept = new Set((await cache.keys()).map((request) => new URL(request.url).pathname));
  return pieces().filter(({ address }) => !kept.has(new URL(address, location.href).pathname));
}

export async function readerState(): Promise<ReaderState> {
  if (!isSupported()) return "unsupported";
  return (await missing()).length === 0 ? "ready" : "absent";
}

/** What is still to be downloaded, compressed as on the way; 0 when it is ready. */
export async function missingBytes(): Promise<number> {
  return isSupported() ? (await missing()).reduce((sum, { bytes }) => sum + bytes, 0) : 0;
}

/** Removes the reader from this phone, to make room. */
export async function dropReader(): Promise<void> {
  await caches.delete(CACHE);
}

/** Downloads what is missing and forgets what an older version left. Goes on where it stopped. Raises `reader_missing`, `storage_full`. */
export async function fetchReader(signal: AbortSignal, onPart: (part: number) => void): Promise<void> {
  if (!isSupported()) throw new EngineError("unsupported");
  const cache = await caches.open(CACHE);
  const wanted = await missing();
  const total = wanted.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  for (const piece of wanted) {
    await keep(cache, piece.address, await download(piece, signal));
    done += piece.bytes;
    onPart(done / total);
  }
  if (wanted.length > 0) await forgetOthers(cache);
}

async function keep(cache: Cache, address: string, answer: Response): Promise<void> {
  try {
    await cache.put(address, answer);
  } catch (failure) {
    throw new EngineError("storage_full", null, failure);
  }
}

/** Tried some times: a line that drops every ten seconds is the usual one here. */
async function download({ address, size }: Piece, signal: AbortSignal): Promise<Response> {
  let failure: unknown = null;
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    stopIfAborted(signal);
    try {
      const answer = await fetch(address, { signal });
      const body = await answer.blob();
      const page = answer.headers.get("Content-Type")?.startsWith("text/html");
      if (answer.ok && !page && (size === null || body.size === size))
        return new Response(body, { headers: without(answer.headers, "Vary", "Content-Encoding", "Content-Length") });
      failure = answer.status;
    } catch (problem) {
      stopIfAborted(signal);
      failure = problem;
    }
    if (!navigator.onLine) break;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  throw new EngineError("reader_missing", null, failure);
}

function without(headers: Headers, ...names: readonly string[]): Headers {
  const kept = new Headers(headers);
  for (const name of names) kept.delete(name);
  return kept;
}

async function forgetOthers(cache: Cache): Promise<void> {
  const wanted = new Set(pieces().map(({ address }) => new URL(address, location.href).pathname));
  for (const request of await cache.keys()) if (!wanted.has(new URL(request.url).pathname)) await cache.delete(request);
}

export interface ReaderFiles {
  readonly program: ArrayBuffer;
  readonly model: ArrayBuffer;
}

export const workerAddress = worker;

/** Raises `reader_missing` where a piece is not on this phone. */
export async function openReader(): Promise<ReaderFiles> {
  const cache = await caches.open(CACHE);
  const join = async (files: Files): Promise<ArrayBuffer> => {
    const parts = await Promise.all(files.map(({ address }) => cache.match(address)));
    if (parts.some((part) => part === undefined)) throw new EngineError("reader_missing");
    return new Blob(await Promise.all(parts.map((part) => (part as Response).blob()))).arrayBuffer();
  };
  return { program: await join(program()), model: await join(MODEL) };
}
