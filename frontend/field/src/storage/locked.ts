/**
 * What is readable and changeable of a profile while its vault is closed: plain columns only. The service worker's
 * courier works with nothing else. Rows keep their sealed parts untouched.
 */
import type { OpStatus } from "../engine/contract";
import { guarded } from "./failures";
import type { PlainValue } from "./plain";
import type { AttachmentRecord, ChainHead, KeyRecord, OpRecord, StateValues } from "./records";
import { FieldDatabase } from "./schema";

export const PENDING: readonly OpStatus[] = ["unsent", "received", "held", "invalid"];
export const NO_HASH = "0".repeat(64);

/** An op as it can be seen while locked. */
export type LockedOp = Pick<
  OpRecord,
  | "id"
  | "device"
  | "agent"
  | "seq"
  | "kind"
  | "hash"
  | "prev"
  | "sealed"
  | "sealedKey"
  | "status"
  | "madeAt"
  | "lastSentAt"
>;

export interface LockedCounts {
  readonly unsent: number;
  readonly oldestUnsentAt: number | null;
  /** Of the unsent: those that the server could not read. */
  readonly unreadable: number;
  /** Of the unsent: those without a copy sealed to the branch; they leave only when the vault is open. */
  readonly unsealed: number;
  readonly photos: number;
  /** Of these: those that the server may want, for it has not refused their ops and can read them. */
  readonly wantedPhotos: number;
  /** Of the wanted: those with a copy sealed to the branch. */
  readonly sealedPhotos: number;
  /** Begun forms, also discarded ones. */
  readonly drafts: number;
}

/** A photo as it can be seen while locked: whose it is, and what has become of its op (null: that op is not here). */
export interface LockedPhoto {
  readonly sha256: string;
  readonly op: string;
  readonly status: OpStatus | null;
  readonly sealedKey: string | null;
}

/** `sealedBy` is the device that it is bound to. */
export interface SealedCopy {
  readonly sha256: string;
  readonly sealed: Uint8Array<ArrayBuffer>;
  readonly sealedKey: string;
  readonly sealedBy: string;
  readonly size: number;
  readonly type: string;
}

export type PhotoChange = Partial<
  Pick<AttachmentRecord, "offset" | "mismatches" | "sealed" | "sealedKey" | "sealedBy">
>;

const UNWANTED: readonly (OpStatus | null)[] = ["rejected", "conflict", "invalid"];

export class LockedStorage {
  private readonly db: FieldDatabase;

  constructor(name: string) {
    this.db = new FieldDatabase(name);
  }

  open(): Promise<void> {
    return guarded(async () => {
      await this.db.open();
    });
  }

  close(): void {
    this.db.close();
  }

  find<N extends PlainValue>(name: N, part = ""): Promise<StateValues[N] | null> {
    return guarded(async () => {
      const row = await this.db.state.get(name + part);
      return row === undefined ? null : (row.value as StateValues[N]);
    });
  }

  put<N extends PlainValue>(name: N, value: StateValues[N], part = ""): Promise<void> {
    return guarded(async () => {
      await this.db.state.put({ name: name + part, value });
    });
  }

  /** The branch has switched this device off; false if another device has taken its place meanwhile. */
  noteRevoked(device: string): Promise<boolean> {
    return guarded(() =>
      this.db.transaction("rw", this.db.state, async () => {
        const row = await this.db.state.get("identity");
        const identity = row?.value as StateValues["identity"] | undefined;
        if (identity === undefined || identity.device !== device) return false;
        await this.db.state.put({ name: "identity", value: { ...identity, revoked: true } });
        return true;
      }),
    );
  }

  findKey(device: string): Promise<KeyRecord | null> {
    return guarded(async () => (await this.db.keys.get(device)) ?? null);
  }

  async getHead(device: string): Promise<ChainHead> {
    return (await this.find("chain", device)) ?? { device, seq: 0, hash: NO_HASH };
  }

  /** Ops without a final answer, by device and sequence; `sealed` is null where there is no sealed copy. */
  listPending(): Promise<LockedOp[]> {
    return guarded(async () => {
      const found = await Promise.all(PENDING.map((status) => this.db.ops.where("status").equals(status).toArray()));
      const open: LockedOp[] = found.flat();
      return open.sort((a, b) => (a.device < b.device ? -1 : a.device > b.device ? 1 : a.seq - b.seq));
    });
  }

  /**
   * Notes what a push while locked was told of these ops, and when they went. Final answers are not kept while locked: an
   * op that the server has is `received` (or `held`) until it is asked about with the vault open; one that it could not read is
   * `invalid`.
   */
  noteSent(
    ops: readonly { readonly id: string; readonly status: "unsent" | "received" | "held" | "invalid" }[],
    at: number,
  ): Promise<void> {
    return guarded(() =>
      this.db.transaction("rw", this.db.ops, async () => {
        for (const { id, status } of ops) {
          const row = await this.db.ops.get(id);
          if (row !== undefined && PENDING.includes(row.status))
            await this.db.ops.put({ ...row, status, lastSentAt: at });
        }
      }),
    );
  }

  /** `unsent` counts what only this phone has: `unsent` and `invalid`. */
  count(): Promise<LockedCounts> {
    return guarded(async () => {
      const ops = (await this.listPending()).filter((op) => op.status === "unsent" || op.status === "invalid");
      const photos = await this.listPhotos();
      const wanted = photos.filter(({ status }) => !UNWANTED.includes(status));
      return {
        unsent: ops.length,
        oldestUnsentAt: ops.length === 0 ? null : Math.min(...ops.map((op) => op.madeAt)),
        unreadable: ops.filter((op) => op.status === "invalid").length,
        unsealed: ops.filter((op) => op.sealed === null).length,
        photos: photos.length,
        wantedPhotos: wanted.length,
        sealedPhotos: wanted.filter(({ sealedKey }) => sealedKey !== null).length,
        drafts: await this.db.drafts.count(),
      };
    });
  }

  /** Photos that belong to an op, from the index alone. */
  listWaitingAttachments(): Promise<{ sha256: string; op: string }[]> {
    return guarded(async () => {
      const found: { sha256: string; op: string }[] = [];
      await this.db.attachments.orderBy("op").eachKey((op, { primaryKey }) => {
        found.push({ op: String(op), sha256: String(primaryKey) });
      });
      return found;
    });
  }

  /** Photos that belong to an op; their bytes stay where they are. */
  listPhotos(): Promise<LockedPhoto[]> {
    return guarded(async () => {
      const waiting = await this.listWaitingAttachments();
      const sealed = new Map<string, string>();
      await this.db.attachments.orderBy("sealedKey").eachKey((key, { primaryKey }) => {
        sealed.set(String(primaryKey), String(key));
      });
      const ops = await this.db.ops.bulkGet(waiting.map(({ op }) => op));
      return waiting.map((one, index) => ({
        ...one,
        status: ops[index]?.status ?? null,
        sealedKey: sealed.get(one.sha256) ?? null,
      }));
    });
  }

  /** As it was sealed; null where it is gone or has no such copy. */
  findSealedPhoto(sha256: string): Promise<SealedCopy | null> {
    return guarded(async () => {
      const { sealed, sealedKey, sealedBy, size, type } = (await this.db.attachments.get(sha256)) ?? {};
      if (sealed === undefined || sealedKey === undefined || sealedBy === undefined) return null;
      return { sha256, sealed, sealedKey, sealedBy, size: size ?? 0, type: type ?? "image/jpeg" };
    });
  }

  noteAttachment(sha256: string, change: PhotoChange): Promise<void> {
    return guarded(async () => {
      await this.db.attachments.update(sha256, change);
    });
  }

  /** The server has it, or will never take it. */
  dropAttachment(sha256: string): Promise<void> {
    return guarded(() => this.db.attachments.delete(sha256));
  }
}
