/**
 * The chain of ops (protocol, section 4). An op is serialised exactly once; its bytes are hashed outside the database
 * transaction (WebCrypto would end it), then op and head are written together if the head has not moved meanwhile.
 */
import type { OpRecord } from "../storage/records";
import type { Storage } from "../storage/storage";
import { EngineError, type Place } from "./contract";
import { type Bytes, clean, sha256, utf8 } from "./encoding";
import type { Locks } from "./locks";
import { trySeal } from "./sealing";
import type { Reading } from "./time";

export const MAX_OP_BYTES = 64 * 1024;
const TRIES = 5;

export interface OpContent {
  readonly id: string;
  readonly device: string;
  readonly kind: OpRecord["kind"];
  readonly app: string;
  readonly rules: string;
  readonly at: Reading;
  readonly place: Place | null;
  readonly body: object;
}

export interface Seat {
  readonly seq: number;
  readonly prev: string;
}

/** The line of an op without its line feed: the bytes that are hashed, kept and sent. */
export function serialiseOp(content: OpContent, { seq, prev }: Seat): Bytes {
  const { id, device, kind, app, rules, at, place, body } = content;
  const line = utf8(JSON.stringify({ v: 1, id, device, seq, prev, kind, app, rules, at, place, body: clean(body) }));
  if (line.length > MAX_OP_BYTES) throw new EngineError("op_too_large");
  return line;
}

export type OpNotes = Pick<OpRecord, "agent" | "madeAt" | "enrol" | "cancel" | "learning">;

/** What becomes an op once its place in the chain is known; `code` is the leased payment code that it names. */
export interface Draught {
  readonly content: OpContent;
  readonly notes: OpNotes;
  readonly code: string | null;
}

export class Chain {
  constructor(
    private readonly storage: Storage,
    private readonly locks: Locks,
  ) {}

  /**
   * Appends the op that `make` says; `draft` is the draft it came from and leaves with it. Durable when it resolves. `make` is
   * asked again when another writer was quicker, for the leased code that it named may be gone.
   * Rejects with `op_too_large`, `chain_moved`, `storage_full` or `storage_failed`; nothing is written then.
   */
  append(make: () => Promise<Draught>, draft: string | null): Promise<OpRecord> {
    return this.locks.run("writer", async () => {
      for (let attempt = 0; attempt < TRIES; attempt += 1) {
        const op = await this.tryAppend(await make(), draft);
        if (op !== null) return op;
      }
      throw new EngineError("chain_moved");
    });
  }

  /** Hashes and seals outside the database's transaction, which would end while it waits; then compares and writes. */
  private async tryAppend({ content, notes, code }: Draught, draft: string | null): Promise<OpRecord | null> {
    const head = await this.storage.getHead(content.device);
    const seat = { seq: head.seq + 1, prev: head.hash };
    const line = serialiseOp(content, seat);
    const hash = await sha256(line);
    const key = await this.storage.find("branchKey");
    const sealed = await trySeal(key, content.device, line);
    const op: OpRecord = {
      id: content.id,
      device: content.device,
      kind: content.kind,
      ...seat,
      ...notes,
      hash,
      line,
      sealed,
      sealedKey: sealed === null || key === null ? null : key.id,
      status: "unsent",
      error: null,
      result: null,
      lastSentAt: null,
      dismissed: false,
    };
    return (await this.storage.appendOp(op, head, draft, code)) ? op : null;
  }
}
