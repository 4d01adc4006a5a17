/**
 * What is unsent, as files that are sealed to the branch: for a cable, a share or a memory card, where there is no signal for days.
 * Nothing changes on the phone; it is all sent again when it can be, and the server takes each op once.
 */
import type { OpRecord } from "../storage/records";
import type { Storage } from "../storage/storage";
import { EngineError } from "./contract";
import type { Bytes } from "./encoding";
import { dayAt } from "./enrolments";
import { signPush } from "./keys";
import { nextRun } from "./runs";
import { type SealedOp, type SealedPhoto, writeContainer } from "./sealed";
import { type BranchKey, seal } from "./sealing";

/** The server opens so many ops and bytes of one file; more go into another. */
const MOST = { ops: 1_000, bytes: 8 * 1024 * 1024 } as const;
const ON_WAY: readonly OpRecord["status"][] = ["unsent", "invalid", "held"];

export const FILE_TYPE = "application/vnd.perisai.sealed+ndjson";

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
   * One file for each stretch of a chain, usually one in all; none when nothing is unsent. Needs the vault open and a key of the
   * branch: rejects with `locked`, or with `seal_key_missing` on a phone that has not been online since it got this version.
   */
  async makeFiles(): Promise<File[]> {
    const identity = await this.storage.find("identity");
    if (identity === null) throw new EngineError("not_activated");
    const pending = await this.storage.listPending();
    if (!pending.some((op) => ON_WAY.includes(op.status) && op.line !== null)) return [];
    const key = await this.storage.find("branchKey");
    if (key === null) throw new EngineError("seal_key_missing");
    const day = dayAt(identity.branch.timezone, this.now());
    const files: File[] = [];
    for (const run of stretches(pending)) {
      const bytes = await this.container(run, identity.branch.id, key);
      files.push(new File([bytes], name(identity.agent.code, day, files.length), { type: FILE_TYPE }));
    }
    return files;
  }

  private async container(run: readonly OpRecord[], branch: number, key: BranchKey): Promise<Bytes> {
    const last = run.at(-1);
    const device = last?.device ?? "";
    const signer = await this.storage.findKey(device);
    if (last === undefined || signer === null) throw new EngineError("not_activated");
    const ops: SealedOp[] = [];
    for (const op of run) ops.push({ id: op.id, seq: op.seq, hash: op.hash, sealed: await sealedOf(op, key) });
    const photos = await this.photosOf(run, device, key);
    const signature = await signPush(signer.privateKey, device, last.hash);
    return writeContainer({ device, branch, key: key.id, madeAt: this.now() }, ops, photos, signature);
  }

  private async photosOf(run: readonly OpRecord[], device: string, key: BranchKey): Promise<SealedPhoto[]> {
    const ids = new Set(run.map((op) => op.id));
    const photos: SealedPhoto[] = [];
    for (const { sha256, op } of await this.storage.listWaitingAttachments()) {
      const record = ids.has(op) ? await this.storage.findAttachment(sha256) : null;
      if (record === null) continue;
      const sealed = await seal(key, device, record.bytes);
      photos.push({ sha256, type: record.type, size: record.size, sealed });
    }
    return photos;
  }
}

/** As it was sealed when it was made, or anew: without a copy, or with one for a key that the branch has replaced. */
function sealedOf(op: OpRecord, key: BranchKey): Promise<Bytes> {
  if (op.sealed !== null && op.sealedKey === key.id) return Promise.resolve(op.sealed);
  if (op.line === null) throw new EngineError("programming");
  return seal(key, op.device, op.line);
}

/** Ops of one device without gaps, for the signature of the last covers only what the chain ties to it. */
function stretches(pending: readonly OpRecord[]): OpRecord[][] {
  const found: OpRecord[][] = [];
  const wanted = (op: OpRecord): boolean => ON_WAY.includes(op.status) && op.line !== null;
  for (const device of new Set(pending.map((op) => op.device))) {
    const own = pending.filter((op) => op.device === device);
    for (let after = 0; ; ) {
      const run = nextRun(own, after, MOST, wanted, (op) => op.line?.length ?? null);
      const last = run.at(-1);
      if (last === undefined) break;
      found.push(run);
      after = last.seq;
    }
  }
  return found;
}
