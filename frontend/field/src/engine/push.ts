/**
 * Sends what is in the outbox (protocol, section 5): runs of consecutive ops, one signature a run, and keeps every
 * answer before the next run goes. A cut or unreadable answer changes nothing here; the same bytes go again.
 */
import type { OpRecord } from "../storage/records";
import type { Storage } from "../storage/storage";
import { readAnswers, readChain } from "./answers";
import { EngineError } from "./contract";
import type { Bytes } from "./encoding";
import { type Http, isRecord, Refusal } from "./http";
import { signPush } from "./keys";
import { noteToken } from "./signed";
import type { Surroundings } from "./surroundings";
import type { Time } from "./time";

const MAX_OPS = 200;
const SLOW_OPS = 50;
/** On a line that keeps breaking. */
const LEAST_OPS = 10;
/** Statuses that say that something in the run is to blame. */
const BLAMES_RUN = [400, 413, 422, 500];
const MAX_BYTES = 4 * 1024 * 1024;
/** An op that is safe but not judged is asked about again after this. */
const ASK_AGAIN_MS = 60_000;
const FAST_MS = 3_000;
const LINE_FEED = 10;

interface Count {
  done: number;
  readonly total: number;
  readonly now: number;
  readonly kept: () => void;
}

export type Progress = (done: number, total: number) => void;

function isDue(op: OpRecord, now: number): boolean {
  if (op.line === null) return false;
  return op.lastSentAt === null || now - op.lastSentAt >= ASK_AGAIN_MS;
}

/**
 * The next ops to send: begins at the first due one after `after`, goes on while the sequence has no gap. What lies
 * between due ops goes along, for the signature covers the chain only without gaps.
 */
export function nextRun(pending: readonly OpRecord[], after: number, limit: number, now: number): OpRecord[] {
  const start = pending.findIndex((op) => op.seq > after && isDue(op, now));
  const run: OpRecord[] = [];
  let bytes = 0;
  for (const op of start < 0 ? [] : pending.slice(start, start + limit)) {
    const last = run.at(-1);
    bytes += (op.line?.length ?? 0) + 1;
    if (op.line === null || (last !== undefined && op.seq !== last.seq + 1) || bytes > MAX_BYTES) break;
    run.push(op);
  }
  return run;
}

export function joinLines(run: readonly OpRecord[]): Bytes {
  const lines = run.map((op) => op.line ?? new Uint8Array(0));
  const body = new Uint8Array(lines.reduce((sum, line) => sum + line.length + 1, 0));
  let at = 0;
  for (const line of lines) {
    body.set(line, at);
    at += line.length;
    body[at] = LINE_FEED;
    at += 1;
  }
  return body;
}

export class Push {
  private limit: number;

  constructor(
    private readonly storage: Storage,
    private readonly http: Http,
    private readonly time: Time,
    private readonly around: Surroundings,
  ) {
    this.limit = SLOW_OPS;
  }

  /**
   * Sends every due op of every device this phone has been, once. A former device that the server refuses keeps its ops
   * here and does not hold up the others; what it met is told at the end. Calls `kept` whenever what is stored may have changed.
   */
  async run(current: string, progress: Progress, kept: () => void): Promise<void> {
    const pending = await this.storage.listPending();
    const now = this.around.now();
    const total = pending.filter((op) => isDue(op, now)).length;
    const count: Count = { done: 0, total, now, kept };
    let refused: EngineError | null = null;
    for (const device of new Set(pending.map((op) => op.device))) {
      const own = pending.filter((op) => op.device === device);
      try {
        await this.drain(device, own, count, progress);
      } catch (failure) {
        const former = failure instanceof Refusal && [401, 403].includes(failure.status) && device !== current;
        if (!former) throw failure;
        refused = new EngineError("unauthorised", failure.text, failure);
      }
    }
    if (refused !== null) throw refused;
  }

  private async drain(device: string, own: readonly OpRecord[], count: Count, progress: Progress): Promise<void> {
    let after = 0;
    for (;;) {
      const run = nextRun(own, after, this.cap(), count.now);
      if (run.length === 0) return;
      progress(count.done, Math.max(count.total, count.done + run.length));
      const dealtWith = await this.sendRun(device, run).finally(count.kept);
      if (!dealtWith) continue;
      after = run.at(-1)?.seq ?? after;
      count.done += run.length;
    }
  }

  private cap(): number {
    return Math.min(Math.floor(this.limit), this.around.slow() ? SLOW_OPS : MAX_OPS);
  }

  /** True when the run is dealt with; false when it must go again in smaller parts. */
  private async sendRun(device: string, run: readonly OpRecord[]): Promise<boolean> {
    const began = this.around.mono();
    try {
      await this.sendSigned(device, run);
    } catch (failure) {
      return await this.dealWith(failure, run);
    }
    if (this.around.mono() - began < FAST_MS && run.length >= Math.floor(this.limit))
      this.limit = Math.min(MAX_OPS, this.limit * 2);
    return true;
  }

  private async sendSigned(device: string, run: readonly OpRecord[]): Promise<void> {
    const key = await this.storage.findKey(device);
    const last = run.at(-1);
    if (key === null || last === undefined) throw new EngineError("not_activated");
    const headers = {
      "Content-Type": "application/x-ndjson",
      "X-Perisai-Device": device,
      "X-Perisai-Signature": await signPush(key.privateKey, device, last.hash),
    };
    const sentAt = this.around.now();
    const reply = await this.http.ask({
      method: "POST",
      path: "/api/v1/sync/push",
      headers,
      body: joinLines(run),
      timeoutMs: 90_000,
    });
    if (!isRecord(reply.json)) throw new EngineError("bad_answer");
    const ids = run.map((op) => op.id);
    const asked = new Set(ids);
    const answers = readAnswers(reply.json.answers, ids).filter((answer) => asked.has(answer.op));
    await this.storage.applyAnswers(device, answers, readChain(device, reply.json.chain), sentAt);
    await noteToken(this.time, reply.json);
  }

  /**
   * Too large, refused as a whole, or a defect of the server: half of it next, down to the one op that is to blame,
   * which is marked and left, so that it never blocks the others. Everything else ends the round.
   */
  private async dealWith(failure: unknown, run: readonly OpRecord[]): Promise<boolean> {
    if (!(failure instanceof Refusal) || !BLAMES_RUN.includes(failure.status)) {
      if (failure instanceof EngineError && failure.code === "unreachable")
        this.limit = Math.max(LEAST_OPS, this.limit / 2);
      throw failure;
    }
    this.limit = Math.max(1, Math.floor(Math.min(this.limit, run.length) / 2));
    if (run.length > 1) return false;
    const code = failure.status === 413 && failure.text === null ? "op_too_large" : failure.code;
    const [op] = run;
    const status = failure.status === 500 ? (op?.status ?? "unsent") : "invalid";
    if (op !== undefined) await this.storage.noteOpError([op.id], status, code, failure.text, this.around.now());
    if (failure.status === 500) throw failure;
    return true;
  }
}
