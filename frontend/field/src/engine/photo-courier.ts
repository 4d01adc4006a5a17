/** Carries the sealed photos of one profile after their ops, one a push (protocol, section 13). Like the courier, part of which it is. */
import type { LockedPhoto, LockedStorage } from "../storage/locked";
import { EngineError, type OpStatus } from "./contract";
import { type Http, isRecord, Refusal } from "./http";
import { signPhoto } from "./keys";
import { timeoutFor } from "./pieces";
import { SEALED_TYPE, writePhoto } from "./sealed";
import type { Surroundings } from "./surroundings";

/** The server has the op, or may know it from another phone of the agent. */
const ARRIVED: readonly (OpStatus | null)[] = ["received", "held", "accepted", "review", null];
/** What the server could not take yet is asked about again after this. */
const ASK_AGAIN_MS = 5 * 60_000;
/** The copy does not open: it is made anew when the vault is open. */
const UNOPENED = "E6022";
/** The server does not take this device, or not what is sealed to this key. */
const REFUSES_DEVICE: readonly number[] = [401, 403, 404, 409];
/** Something in this one push is to blame. */
const BLAMES_PHOTO: readonly number[] = [400, 413, 415, 422, 500];

export class PhotoCourier {
  private readonly askedAt = new Map<string, number>();

  constructor(
    private readonly http: Http,
    private readonly around: Surroundings,
  ) {}

  /** Resolves with how many left the phone. Rejects with what the way to the server met. */
  async carry(storage: LockedStorage, branch: number): Promise<number> {
    const refused = new Set<string>();
    let gone = 0;
    for (const photo of await storage.listPhotos()) {
      if (photo.sealedKey === null || !ARRIVED.includes(photo.status) || !this.isDue(photo.sha256)) continue;
      try {
        if (await this.send(storage, branch, photo, refused)) gone += 1;
      } catch (failure) {
        await this.dealWith(storage, photo, failure);
      }
    }
    return gone;
  }

  private isDue(sha256: string): boolean {
    const last = this.askedAt.get(sha256);
    return last === undefined || this.around.mono() - last >= ASK_AGAIN_MS;
  }

  private async send(
    storage: LockedStorage,
    branch: number,
    { sha256, op }: LockedPhoto,
    refused: Set<string>,
  ): Promise<boolean> {
    const photo = await storage.findSealedPhoto(sha256);
    const device = photo?.sealedBy ?? "";
    const key = refused.has(device) ? null : await storage.findKey(device);
    if (photo === null || key === null) return false;
    const signature = await signPhoto(key.privateKey, device, sha256, op);
    const head = { device, branch, key: photo.sealedKey, madeAt: this.around.now() };
    const body = writePhoto(head, { ...photo, op }, signature);
    const headers = { "Content-Type": SEALED_TYPE, "X-Perisai-Device": device };
    const path = "/api/v1/sync/push";
    const ask = { method: "POST", path, headers, body, timeoutMs: timeoutFor(body.length) } as const;
    const reply = await this.http.ask(ask).catch((failure: unknown) => {
      if (!(failure instanceof Refusal) || !REFUSES_DEVICE.includes(failure.status)) throw failure;
      refused.add(device);
      return null;
    });
    if (reply === null) return false;
    this.askedAt.set(sha256, this.around.mono());
    if (!isDealtWith(reply.json, sha256)) return false;
    await storage.dropAttachment(sha256);
    this.askedAt.delete(sha256);
    return true;
  }

  private async dealWith(storage: LockedStorage, { sha256 }: LockedPhoto, failure: unknown): Promise<void> {
    if (!(failure instanceof Refusal) || !BLAMES_PHOTO.includes(failure.status)) throw failure;
    this.askedAt.set(sha256, this.around.mono());
    if (failure.code !== UNOPENED) return;
    await storage.noteAttachment(sha256, { sealed: undefined, sealedKey: undefined, sealedBy: undefined });
  }
}

/** The server has it, or will never take it. */
function isDealtWith(json: unknown, sha256: string): boolean {
  if (!isRecord(json) || !Array.isArray(json.photos)) throw new EngineError("bad_answer");
  const refused = Array.isArray(json.photos_refused) ? json.photos_refused : [];
  return json.photos.includes(sha256) || refused.includes(sha256);
}
