/** Seals what could not be sealed when it was made, and seals anew what was sealed to a key that the branch has replaced. */
import type { OpRecord } from "../storage/records";
import type { Storage } from "../storage/storage";
import { seal } from "./sealing";

const WANTED: readonly OpRecord["status"][] = ["unsent", "invalid", "held"];

/** Resolves with how many it sealed; nothing while the branch's key is not known. Needs the vault open. */
export async function sealPending(storage: Storage): Promise<number> {
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
  return count;
}
