/**
 * What is unsent, as files that are sealed to the branch: for a cable, a share or a memory card, where there is no signal for days.
 * Nothing changes on the phone; it is all sent again when it can be, and the server takes each op once.
 */
import { LockedStorage } from "../storage/locked";
import type { OpRecord } from "../storage/records";
import type { Storage } from "../storage/storage";
import { EngineError } from "./contract";
import { isSealed, underOneKey } from "./courier";
import { dayAt } from "./enrolments";
import { signPush } from "./keys";
import { nextRun, type OnItsWay } from "./runs";
import { headAndOps, photoLine, SEALED_TYPE, type SealedHead, type SealedOp, signatureLine } from "./sealed";
import { type BranchKey, seal } from "./sealing";

/** The server takes 5,000 ops and 50 MB in one file; more go into another. */
const MOST = { ops: 1_000, bytes: 30 * 1024 * 1024 } as const;
/** What a photo takes in a file, sealed and written as text, and some more. */
const PHOTO_BYTES = 300 * 1024;
const ON_WAY: readonly OpRecord["status"][] = ["unsent", "invalid", "held"];

interface Part {
  readonly head: SealedHead;
  readonly ops: readonly SealedOp[];
  readonly signer: CryptoKey;
  /** Photos as lines, each in a blob of its own: together they would be too much for the memory of a small phone. */
  readonly photos: readonly Blob[];
}

function name(code: string, day: string, place: number): string {
  const safe = code.replace(/[^A-Za-z0-9-]/g, "");
  return `perisai-${safe}-${day}${place === 0 ? "" : `-${place + 1}`}.perisai`;
}

export class Export {
  constructor(
    private readonly storage: Storage,
    private readonly now: () => number,
  ) {}

  /**
   * One file for each stretch of a chain, usually one in all; none when nothing is unsent. With it goes what the same agent's
   * profiles hold whose PIN was forgotten. Needs the vault open and a key of the branch: rejects with `locked`, or with
   * `seal_key_missing` on a phone that has not been online since it got this version.
   */
  async makeFiles(): Promise<File[]> {
    const identity = await this.storage.find("identity");
    if (identity === null) throw new EngineError("not_activated");
    const parts = [...(await this.ownParts(identity.branch.id)), ...(await this.retiredParts(identity.agent.id))];
    const day = dayAt(identity.branch.timezone, this.now());
    return await Promise.all(
      parts.map(async (part, place) => {
        const signature = signatureLine(await signPush(part.signer, part.head.device, part.ops.at(-1)?.hash ?? ""));
        const content = [headAndOps(part.head, part.ops), ...part.photos, signature];
        return new File(content, name(identity.agent.code, day, place), { type: SEALED_TYPE });
      }),
    );
  }

  private async ownParts(branch: number): Promise<Part[]> {
    const wanted = (op: OpRecord): boolean => ON_WAY.includes(op.status) && op.line !== null;
    const sizeOf = ({ line, enrol }: OpRecord): number | null =>
      line === null ? null : line.length * 2 + (enrol?.photo ? PHOTO_BYTES : 0);
    const runs = stretches(await this.storage.listPending(), wanted, sizeOf);
    if (runs.length === 0) return [];
    const key = await this.storage.find("branchKey");
    if (key === null) throw new EngineError("seal_key_missing");
    const parts: Part[] = [];
    for (const run of runs) {
      const device = run[0]?.device ?? "";
      const signer = await this.storage.findKey(device);
      if (signer === null) throw new EngineError("not_activated");
      const ops: SealedOp[] = [];
      for (const op of run) ops.push({ id: op.id, seq: op.seq, hash: op.hash, sealed: await sealedOf(op, key) });
      const head = { device, branch, key: key.id, madeAt: this.now() };
      parts.push({ head, ops, signer: signer.privateKey, photos: await this.photosOf(run, device, key) });
    }
    return parts;
  }

  /** As they were sealed when they were made; nobody can read them here. */
  private async retiredParts(agent: string): Promise<Part[]> {
    const parts: Part[] = [];
    for (const profile of await this.storage.phone.listProfiles()) {
      if (!profile.retired || profile.agent !== agent) continue;
      const storage = new LockedStorage(this.storage.phone.nameOf(profile.id));
      try {
        parts.push(...(await this.sealedParts(storage)));
      } finally {
        storage.close();
      }
    }
    return parts;
  }

  private async sealedParts(storage: LockedStorage): Promise<Part[]> {
    const identity = await storage.find("identity");
    if (identity === null) return [];
    const pending = (await storage.listPending()).filter(isSealed);
    const parts: Part[] = [];
    for (const run of stretches(
      pending,
      (op) => ON_WAY.includes(op.status),
      (op) => op.sealed.length,
    )) {
      const device = run[0]?.device ?? "";
      const signer = await storage.findKey(device);
      for (let rest: typeof run = run; rest.length > 0 && signer !== null; ) {
        const ops = underOneKey(rest);
        const head = { device, branch: identity.branch.id, key: ops[0]?.sealedKey ?? "", madeAt: this.now() };
        parts.push({ head, ops, signer: signer.privateKey, photos: await sealedPhotosOf(storage, ops, head) });
        rest = rest.slice(ops.length);
      }
    }
    return parts;
  }

  private async photosOf(run: readonly OpRecord[], device: string, key: BranchKey): Promise<Blob[]> {
    const ids = new Set(run.map((op) => op.id));
    const photos: Blob[] = [];
    for (const { sha256, op } of await this.storage.listWaitingAttachments()) {
      const record = ids.has(op) ? await this.storage.findAttachment(sha256) : null;
      if (record === null) continue;
      const copy = record.sealedKey === key.id && record.sealedBy === device ? record.sealed : undefined;
      const sealed = copy ?? (await seal(key, device, record.bytes));
      photos.push(new Blob([photoLine({ sha256, type: record.type, size: record.size, sealed })]));
    }
    return photos;
  }
}

/** Those of these ops that have a copy under the same key. */
async function sealedPhotosOf(
  storage: LockedStorage,
  ops: readonly SealedOp[],
  { key, device }: SealedHead,
): Promise<Blob[]> {
  const ids = new Set(ops.map((op) => op.id));
  const photos: Blob[] = [];
  for (const { sha256, op, sealedKey } of await storage.listPhotos()) {
    const photo = ids.has(op) && sealedKey === key ? await storage.findSealedPhoto(sha256) : null;
    if (photo?.sealedBy === device) photos.push(new Blob([photoLine(photo)]));
  }
  return photos;
}

/** As it was sealed when it was made, or anew: without a copy, or with one for a key that the branch has replaced. */
function sealedOf(op: OpRecord, key: BranchKey): Promise<Uint8Array<ArrayBuffer>> {
  if (op.sealed !== null && op.sealedKey === key.id) return Promise.resolve(op.sealed);
  if (op.line === null) throw new EngineError("programming");
  return seal(key, op.device, op.line);
}

/** Ops of one device without gaps, for the signature of the last covers only what the chain ties to it. */
function stretches<T extends OnItsWay & { readonly device: string }>(
  pending: readonly T[],
  wanted: (op: T) => boolean,
  sizeOf: (op: T) => number | null,
): T[][] {
  const found: T[][] = [];
  for (const device of new Set(pending.map((op) => op.device))) {
    const own = pending.filter((op) => op.device === device);
    for (let after = 0; ; ) {
      const run = nextRun(own, after, MOST, wanted, sizeOf);
      const last = run.at(-1);
      if (last === undefined) break;
      found.push(run);
      after = last.seq;
    }
  }
  return found;
}
