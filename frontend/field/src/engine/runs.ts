/** Which ops go together in one push: a stretch of the chain without gaps, for the signature of its last covers all before it. */
import type { OpStatus } from "./contract";

/** Ops at most in one push (protocol, section 5). */
export const MAX_OPS = 200;
/** An op that is safe but not judged is asked about again after this. */
const ASK_AGAIN_MS = 60_000;
/** Statuses that say that something in the run is to blame. */
export const BLAMES_RUN: readonly number[] = [400, 413, 422, 500];

export interface OnItsWay {
  readonly seq: number;
  readonly status: OpStatus;
  readonly lastSentAt: number | null;
}

export interface Limits {
  readonly ops: number;
  readonly bytes: number;
}

/** Also due when it was sent in the future: the clock has been set back since. */
export function isDue({ lastSentAt }: OnItsWay, now: number): boolean {
  return lastSentAt === null || Math.abs(now - lastSentAt) >= ASK_AGAIN_MS;
}

/**
 * The next to send: begins at the first due one after `after` that can be sent, goes on while the sequence has no gap. What
 * lies between due ones goes along. `sizeOf` tells the bytes of one on the way, null for one that cannot be sent. One op goes
 * whatever its size.
 */
export function nextRun<T extends OnItsWay>(
  pending: readonly T[],
  after: number,
  limits: Limits,
  due: (op: T) => boolean,
  sizeOf: (op: T) => number | null,
): T[] {
  const start = pending.findIndex((op) => op.seq > after && due(op) && sizeOf(op) !== null);
  const run: T[] = [];
  let bytes = 0;
  for (const op of start < 0 ? [] : pending.slice(start, start + limits.ops)) {
    const last = run.at(-1);
    const size = sizeOf(op);
    if (size === null || (last !== undefined && op.seq !== last.seq + 1)) break;
    bytes += size;
    if (last !== undefined && bytes > limits.bytes) break;
    run.push(op);
  }
  return run;
}
