/**
 * Seals what could not be sealed when it was made, and seals anew what was sealed to a key that the branch has replaced; photos
 * also when they become an op's.
 */
import type { OpRecord } from "../storage/records";
import type { Storage } from "../storage/storage";
import { NO_ROOM, type Room } from "./keeping";
import { seal, trySeal } from "./sealing";

const WANTED: readonly OpRecord["status"][] = ["unsent", "invalid", "held"];
/** Nobody will ask for the photos of these. */
const REFUSED: readonly (OpRecord["status"] | null)[] = ["rejected", "conflict"];

/**
 * Resolves with how many it sealed; nothing while the branch's key is not known. Needs the vault open. With a `room` photos are
 * left as they are where it is short: a second copy must not take the place of the next form.
 */
export async function sealPending(storage: Storage, room: Room | null = null): Promise<number> {
  const key = await storage.find("branchKey");
  if (key === null) return 0;
  let count = 0;
  for (const { id, device, line, status, sealedKey } of await storage.listPending()) {
    if (line === null || sealedKey === key.id || !WANTED.includes(status)) continue;
    const sealed = await seal(key, device, line);
    // Unless its answer came meanwhile and the bytes are gone.
    const stillWanted = (op: OpRecord): boolean => op.line !== null && WANTED.includes(op.status);
    await storage.changeOp(id, (op) => (stillWanted(op) ? { ...op, sealed, sealedKey: key.id } : op));
    count += 1;
  }
  for (const { sha256, status, sealedKey } of await storage.locked.listPhotos()) {
    if (sealedKey === key.id || REFUSED.includes(status)) continue;
    if (await sealPhoto(storage, room, sha256)) count += 1;
  }
  return count;
}

/** False where there is no key or room for it, or no such photo. Outside of any transaction, which would end while it waits. */
export async function sealPhoto(storage: Storage, room: Room | null, sha256: string): Promise<boolean> {
  const { session } = storage;
  const key = await storage.find("branchKey");
  const identity = await storage.find("identity");
  const free = (await room?.estimate().catch(() => null))?.freeBytes ?? null;
  if (key === null || identity === null || (free !== null && free < NO_ROOM)) return false;
  const photo = await storage.findAttachment(sha256);
  if (photo === null || photo.op === null) return false;
  // The server looks for its op among those of the device that made it; one of another phone it finds by its agent.
  const sealedBy = (await storage.findOp(photo.op))?.device ?? identity.device;
  const sealed = await trySeal(key, sealedBy, photo.bytes);
  if (sealed === null) return false;
  storage.requireSession(session);
  await storage.noteAttachment(sha256, { sealed, sealedKey: key.id, sealedBy });
  return true;
}
