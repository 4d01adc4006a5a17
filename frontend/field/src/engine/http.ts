/** One request to the server and everything that can come instead of an answer. */
import { type BothLanguages, type CatalogueText, EngineError, type ErrorCode } from "./contract";
import type { Bytes } from "./encoding";
import type { Surroundings } from "./surroundings";

export interface Ask {
  readonly method: "GET" | "POST" | "PATCH";
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Bytes;
  readonly timeoutMs?: number;
  /** An answer that is longer is not read to its end, which a phone of 2 GB might not survive: `AnswerTooLong`. */
  readonly maxBytes?: number;
  /** The answer is no JSON: its bytes as they come. */
  readonly binary?: boolean;
}

export interface Reply {
  readonly status: number;
  /** The JSON of the body, `null` for an empty one. */
  readonly json: unknown;
  /** Of a `binary` one that went well. */
  readonly bytes?: Bytes;
  readonly header: (name: string) => string | null;
  /** `Retry-After` in ms. */
  readonly retryAfterMs: number | null;
}

/** A refusal of the server as an `EngineError` that remembers its HTTP status and the pause it asked for. */
export class Refusal extends EngineError {
  constructor(
    readonly status: number,
    code: ErrorCode,
    text: CatalogueText | null,
    readonly retryAfterMs: number | null,
    readonly json: unknown,
  ) {
    super(code, text);
    this.name = "Refusal";
  }
}

/** Far more came than any answer of this kind has. */
export class AnswerTooLong extends EngineError {
  constructor() {
    super("bad_answer");
    this.name = "AnswerTooLong";
  }
}

const TIMEOUT_MS = 45_000;
const MAX_BYTES = 16 * 1024 * 1024;
/** Whatever somebody in between asks for, and whatever this phone's clock makes of a date. */
const LONGEST_PAUSE_MS = 15 * 60_000;

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readBoth(value: unknown): BothLanguages | null {
  if (!isRecord(value) || typeof value.id !== "string" || typeof value.en !== "string") return null;
  return { id: value.id, en: value.en };
}

/** A text of the catalogue, from an answer (`action` inside) or a problem (`action` beside it). */
export function readText(text: unknown, action?: unknown): CatalogueText | null {
  const both = readBoth(text);
  if (both === null) return null;
  return { ...both, action: readBoth(action ?? (isRecord(text) ? text.action : undefined)) };
}

export function readCode(value: unknown): ErrorCode | null {
  return typeof value === "string" && /^E\d{4}$/.test(value) ? (value as ErrorCode) : null;
}

function isHtml(response: Response, text: string): boolean {
  return (response.headers.get("Content-Type") ?? "").includes("html") || /^\s*</.test(text);
}

/** Whether the answer can be ours at all. A Wi-Fi login page redirects, answers 511, or sends HTML in our place. */
function isCaptive(response: Response, text: string): boolean {
  if (response.type === "opaqueredirect" || response.status === 511) return true;
  if (response.status >= 300 && response.status < 400 && response.status !== 304) return true;
  return response.status < 500 && isHtml(response, text);
}

/** Bytes as they are after decompression. */
async function readUpTo(response: Response, maxBytes: number): Promise<string> {
  const reader = response.body?.getReader();
  if (reader === undefined) return await response.text();
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.length;
    if (bytes > maxBytes) {
      void reader.cancel().catch(() => undefined);
      throw new AnswerTooLong();
    }
    text += decoder.decode(value, { stream: true });
  }
}

function parse(text: string): unknown {
  if (text === "") return null;
  try {
    return JSON.parse(text) as unknown;
  } catch (failure) {
    throw new EngineError("bad_answer", null, failure);
  }
}

function retryAfter(response: Response): number | null {
  const header = response.headers.get("Retry-After");
  if (header === null) return null;
  const seconds = Number(header);
  if (Number.isFinite(seconds) && seconds >= 0) return Math.min(LONGEST_PAUSE_MS, seconds * 1000);
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.min(LONGEST_PAUSE_MS, Math.max(0, at - Date.now()));
}

export class Http {
  constructor(private readonly around: Surroundings) {}

  /** Resolves with a 2xx or 304; rejects with a `Refusal` or an `EngineError` of the way there. */
  async ask(ask: Ask): Promise<Reply> {
    const { response, text, bytes } = await this.send(ask);
    if (isCaptive(response, text)) throw new EngineError("captive_portal");
    const reply: Reply = {
      status: response.status,
      json: response.status >= 500 && isHtml(response, text) ? null : parse(text),
      ...(bytes === undefined ? {} : { bytes }),
      header: (name) => response.headers.get(name),
      retryAfterMs: retryAfter(response),
    };
    if (response.ok || response.status === 304) return reply;
    throw refusalOf(reply);
  }

  private async send({
    method,
    path,
    headers,
    body,
    timeoutMs,
    maxBytes,
    binary,
  }: Ask): Promise<{ response: Response; text: string; bytes?: Bytes }> {
    if (!this.around.online()) throw new EngineError("offline");
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), timeoutMs ?? TIMEOUT_MS);
    try {
      const response = await this.around.fetch(this.around.base + path, {
        method,
        headers: { Accept: "application/json", ...headers },
        ...(body === undefined ? {} : { body }),
        cache: "no-store",
        credentials: "omit",
        redirect: "manual",
        signal: stop.signal,
      });
      if (binary === true && response.ok && !isHtml(response, ""))
        return { response, text: "", bytes: new Uint8Array(await response.arrayBuffer()) };
      return { response, text: await readUpTo(response, maxBytes ?? MAX_BYTES) };
    } catch (failure) {
      if (failure instanceof AnswerTooLong) throw failure;
      throw new EngineError(this.around.online() ? "unreachable" : "offline", null, failure);
    } finally {
      clearTimeout(timer);
    }
  }
}

function refusalOf(reply: Reply): Refusal {
  const problem = isRecord(reply.json) ? reply.json : {};
  const text = readText(problem.text, problem.action);
  const code = readCode(problem.code) ?? defaultCode(reply.status);
  return new Refusal(reply.status, code, text, reply.retryAfterMs, reply.json);
}

function defaultCode(status: number): ErrorCode {
  if (status === 429 || status === 503) return "busy";
  if (status >= 500) return "server_error";
  if (status === 401 || status === 403) return "unauthorised";
  return "bad_answer";
}
