/**
 * Carries what is sealed to the branch while nobody can read the phone (docs/decisions/0006): for every agent of this phone whose
 * vault is closed, from the service worker or from a locked page. It reads and writes plain columns only. Answers are not kept
 * but for "the server has it"; the agent's page asks again when it is opened.
 */
import { type LockedOp, LockedStorage } from "../storage/locked";
import type { PhoneStorage } from "../storage/phone";
import type { StateValues } from "../storage/records";
import { readAnswers } from "./answers";
import { EngineError, type OpStatus } from "./contract";
import { type Http, isRecord, Refusal } from "./http";
import { signPush } from "./keys";
import { PhotoCourier } from "./photo-courier";
import { Pieces, timeoutFor } from "./pieces";
import { BLAMES_RUN, isDue, MAX_OPS, nextRun } from "./runs";
import { SEALED_TYPE, type SealedOp, sealedLength, writeContainer } from "./sealed";
import type { Surroundings } from "./surroundings";

/** Small: a service worker is killed soon, and what was not answered goes again. */
export const SEALED_BYTES = { first: 20_000, least: 4_000, most: 256 * 1024 } as const;

/** The server does not take this device, or not what is sealed to this key. */
const REFUSES_DEVICE: readonly number[] = [401, 403, 404, 409];

export type Sealed = LockedOp & { readonly sealed: Uint8Array<ArrayBuffer>; readonly sealedKey: string };
type Noted = "unsent" | "received" | "held" | "invalid";

export interface Carried {
  /** Ops and photos that the server said to have. */
  readonly sent: number;
  /** Sealed ops and photos that are still only here. */
  readonly left: number;
}

interface Trip {
  readonly device: string;
  readonly branch: number;
  readonly key: CryptoKey;
}

export function isSealed(op: LockedOp): op is Sealed {
  return op.sealed !== null && op.sealedKey !== null;
}

/** Only this phone has it, and it was not refused a moment ago. */
function wants(op: LockedOp, now: number): boolean {
  return isSealed(op) && (op.status === "unsent" || (op.status === "invalid" && isDue(op, now)));
}

/** What is worth noting of an answer: the server has it, or it has not. */
function noteOf(status: OpStatus): Noted {
  return status === "held" || status === "invalid" || status === "unsent" ? status : "received";
}

function sizeOf(op: LockedOp): number | null {
  return isSealed(op) ? sealedLength(op) : null;
}

/** A container names one key: what was sealed to another begins the next. */
export function underOneKey(run: readonly Sealed[]): readonly Sealed[] {
  const end = run.findIndex((op) => op.sealedKey !== run[0]?.sealedKey);
  return end < 0 ? run : run.slice(0, end);
}

export class Courier {
  private readonly pieces = new Pieces(SEALED_BYTES);
  private readonly photos: PhotoCourier;
  private maxOps = MAX_OPS;

  constructor(
    private readonly phone: PhoneStorage,
    private readonly http: Http,
    private readonly around: Surroundings,
  ) {
    this.photos = new PhotoCourier(http, around);
  }

  /**
   * One trip for every profile but `open`, whose page does it itself. Call it under the lock `sync`. Rejects with what the way
   * to the server met; what had got through by then is noted.
   */
  async run(open: string | null): Promise<Carried> {
    let sent = 0;
    let left = 0;
    for (const { id } of await this.phone.listProfiles()) {
      if (id === open) continue;
      const storage = new LockedStorage(this.phone.nameOf(id));
      try {
        sent += await this.carry(storage);
        left += (await storage.listPending()).filter((op) => op.status === "unsent" && isSealed(op)).length;
        left += (await storage.count()).sealedPhotos;
      } finally {
        storage.close();
      }
    }
    return { sent, left };
  }

  /** The sealed photos of one profile: of a phone that was ended the server takes them no other way. */
  async carryPhotos(profile: string): Promise<number> {
    const storage = new LockedStorage(this.phone.nameOf(profile));
    try {
      const identity = await storage.find("identity");
      return identity === null ? 0 : await this.photos.carry(storage, identity.branch.id);
    } finally {
      storage.close();
    }
  }

  private async carry(storage: LockedStorage): Promise<number> {
    const identity = await storage.find("identity");
    if (identity === null) return 0;
    const ops = await this.carryOps(storage, identity);
    return ops + (await this.photos.carry(storage, identity.branch.id));
  }

  private async carryOps(storage: LockedStorage, identity: StateValues["identity"]): Promise<number> {
    const pending = await storage.listPending();
    let sent = 0;
    for (const device of new Set(pending.map((op) => op.device))) {
      const key = await storage.findKey(device);
      if (key === null) continue;
      const trip: Trip = { device, branch: identity.branch.id, key: key.privateKey };
      sent += await this.drain(
        storage,
        trip,
        pending.filter((op) => op.device === device),
      );
    }
    return sent;
  }

  private async drain(storage: LockedStorage, trip: Trip, own: readonly LockedOp[]): Promise<number> {
    const now = this.around.now();
    let after = 0;
    let sent = 0;
    for (;;) {
      const limits = { ops: this.maxOps, bytes: this.pieces.limit };
      const run = underOneKey(nextRun(own, after, limits, (op) => wants(op, now), sizeOf).filter(isSealed));
      if (run.length === 0) return sent;
      const end = await this.sendRun(storage, trip, run);
      // A device or key that the server does not take is left for the page to deal with.
      if (end === "refused") return sent;
      if (end === "again") continue;
      after = run.at(-1)?.seq ?? after;
      sent += run.length;
    }
  }

  /** `again`: in smaller parts. */
  private async sendRun(
    storage: LockedStorage,
    trip: Trip,
    run: readonly Sealed[],
  ): Promise<"done" | "again" | "refused"> {
    const began = this.around.mono();
    try {
      const bytes = await this.send(storage, trip, run);
      this.pieces.passed(bytes, this.around.mono() - began);
      this.maxOps = Math.min(MAX_OPS, this.maxOps * 2);
      return "done";
    } catch (failure) {
      if (failure instanceof EngineError && ["unreachable", "bad_answer"].includes(failure.code)) this.pieces.broke();
      if (!(failure instanceof Refusal)) throw failure;
      if (REFUSES_DEVICE.includes(failure.status)) return "refused";
      if (!BLAMES_RUN.includes(failure.status)) throw failure;
      this.maxOps = Math.max(1, Math.floor(run.length / 2));
      const [op] = run;
      if (run.length > 1 || op === undefined) return "again";
      // A defect of the server is no fault of the op: it stays unsent, and those behind it go on.
      if (failure.status !== 500) await storage.noteSent([{ id: op.id, status: "invalid" }], this.around.now());
      return "done";
    }
  }

  private async send(storage: LockedStorage, { device, branch, key }: Trip, run: readonly Sealed[]): Promise<number> {
    const [first] = run;
    const last = run.at(-1);
    if (first === undefined || last === undefined) throw new EngineError("programming");
    const signature = await signPush(key, device, last.hash);
    const sentAt = this.around.now();
    const ops: SealedOp[] = run.map(({ id, seq, hash, sealed }) => ({ id, seq, hash, sealed }));
    const body = writeContainer({ device, branch, key: first.sealedKey, madeAt: sentAt }, ops, signature);
    const headers = {
      "Content-Type": SEALED_TYPE,
      "X-Perisai-Device": device,
      "X-Perisai-Signature": signature,
    };
    const path = "/api/v1/sync/push";
    const reply = await this.http.ask({ method: "POST", path, headers, body, timeoutMs: timeoutFor(body.length) });
    if (!isRecord(reply.json)) throw new EngineError("bad_answer");
    const ids = run.map((op) => op.id);
    const asked = new Set(ids);
    const answers = readAnswers(reply.json.answers, ids).filter((answer) => asked.has(answer.op));
    await storage.noteSent(
      answers.map(({ op, status }) => ({ id: op, status: noteOf(status) })),
      sentAt,
    );
    return body.length;
  }
}
