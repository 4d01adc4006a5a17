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
import { Pieces, timeoutFor } from "./pieces";
import { BLAMES_RUN, isDue, MAX_OPS, nextRun } from "./runs";
import { noteToken } from "./signed";
import type { Surroundings } from "./surroundings";
import type { Time } from "./time";

/** Bytes in one push. Ten to thirty ops at first; the protocol takes four MiB. */
export const PUSH_BYTES = { first: 30_000, least: 4_000, most: 1024 * 1024 } as const;
const LINE_FEED = 10;

interface Count {
  done: number;
  readonly total: number;
  readonly due: (op: OpRecord) => boolean;
  readonly kept: () => void;
}

export type Progress = (done: number, total: number) => void;

function sizeOf({ line }: OpRecord): number | null {
  return line === null ? null : line.length + 1;
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
  private readonly pieces = new Pieces(PUSH_BYTES);
  private maxOps = MAX_OPS;
  /** What was sent while the phone was locked, or by a page before this one, may have an answer that nobody kept. */
  private askedAll = false;

  constructor(
    private readonly storage: Storage,
    private readonly http: Http,
    private readonly time: Time,
    private readonly around: Surroundings,
  ) {}

  /**
   * Sends every due op of every device this phone has been, once. A former device that the server refuses keeps its ops
   * here and does not hold up the others; what it met is told at the end. Calls `kept` whenever what is stored may have changed.
   */
  async run(current: string, progress: Progress, kept: () => void): Promise<void> {
    const pending = await this.storage.listPending();
    const now = this.around.now();
    const all = !this.askedAll;
    const due = (op: OpRecord): boolean => op.line !== null && (all || isDue(op, now));
    const count: Count = { done: 0, total: pending.filter(due).length, due, kept };
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
    this.askedAll = true;
    if (refused !== null) throw refused;
  }

  /** The phone was locked: what was sent meanwhile has answers that nobody kept. */
  askAll(): void {
    this.askedAll = false;
  }

  private async drain(device: string, own: readonly OpRecord[], count: Count, progress: Progress): Promise<void> {
    let after = 0;
    for (;;) {
      const run = nextRun(own, after, { ops: this.maxOps, bytes: this.pieces.limit }, count.due, sizeOf);
      if (run.length === 0) return;
      progress(count.done, Math.max(count.total, count.done + run.length));
      const dealtWith = await this.sendRun(device, run).finally(count.kept);
      if (!dealtWith) continue;
      after = run.at(-1)?.seq ?? after;
      count.done += run.length;
      progress(count.done, Math.max(count.total, count.done));
    }
  }

  /** True when the run is dealt with; false when it must go again in smaller parts. */
  private async sendRun(device: string, run: readonly OpRecord[]): Promise<boolean> {
    const body = joinLines(run);
    const began = this.around.mono();
    try {
      await this.sendSigned(device, run, body);
    } catch (failure) {
      return await this.dealWith(failure, run);
    }
    this.pieces.passed(body.length, this.around.mono() - began);
    this.maxOps = Math.min(MAX_OPS, this.maxOps * 2);
    return true;
  }

  private async sendSigned(device: string, run: readonly OpRecord[], body: Bytes): Promise<void> {
    const { session } = this.storage;
    const key = await this.storage.findKey(device);
    const last = run.at(-1);
    if (key === null || last === undefined) throw new EngineError("not_activated");
    const headers = {
      "Content-Type": "application/x-ndjson",
      "X-Perisai-Device": device,
      "X-Perisai-Signature": await signPush(key.privateKey, device, last.hash),
    };
    const sentAt = this.around.now();
    const path = "/api/v1/sync/push";
    const reply = await this.http.ask({ method: "POST", path, headers, body, timeoutMs: timeoutFor(body.length) });
    if (!isRecord(reply.json)) throw new EngineError("bad_answer");
    const ids = run.map((op) => op.id);
    const asked = new Set(ids);
    const answers = readAnswers(reply.json.answers, ids).filter((answer) => asked.has(answer.op));
    this.storage.requireSession(session);
    await this.storage.applyAnswers(device, answers, readChain(device, reply.json.chain), sentAt);
    await noteToken(this.time, reply.json);
  }

  /**
   * Too large, refused as a whole, or a defect of the server: half of it next, down to the one op that is to blame,
   * which is marked and left, so that it never blocks the others. Everything else ends the round.
   */
  private async dealWith(failure: unknown, run: readonly OpRecord[]): Promise<boolean> {
    if (!(failure instanceof Refusal) || !BLAMES_RUN.includes(failure.status)) {
      if (failure instanceof EngineError && ["unreachable", "bad_answer"].includes(failure.code)) this.pieces.broke();
      throw failure;
    }
    this.maxOps = Math.max(1, Math.floor(run.length / 2));
    if (run.length > 1) return false;
    const code = failure.status === 413 && failure.text === null ? "op_too_large" : failure.code;
    const [op] = run;
    const status = failure.status === 500 ? (op?.status ?? "unsent") : "invalid";
    if (op !== undefined) await this.storage.noteOpError([op.id], status, code, failure.text, this.around.now());
    if (failure.status === 500) throw failure;
    return true;
  }
}
