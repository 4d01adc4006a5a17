/** Keeps a copy of what members owe: the list of whom to chase works without signal. */
import type { StateValues } from "../storage/records";
import type { Storage } from "../storage/storage";
import { DUES_PATH, NO_DUES, readDues, withDues } from "./chase";
import { Refusal } from "./http";
import type { Locks } from "./locks";
import type { SignedRequests } from "./signed";

const EVERY_MS = 30 * 60_000;
const MOST_BYTES = 8 * 1024 * 1024;

/** `now` is the phone's clock, as outcomes are noted by it. */
export async function refreshDues(
  storage: Storage,
  requests: SignedRequests,
  locks: Locks,
  { device }: StateValues["identity"],
  now: number,
): Promise<void> {
  const kept = await storage.find("dues");
  const isChanged = kept?.visits.some((one) => Math.max(one.madeAt, one.undoneAt ?? 0) > kept.fetchedAt) ?? false;
  if (kept !== null && !isChanged && Math.abs(now - kept.fetchedAt) < EVERY_MS) return;
  const { session } = storage;
  const told = await requests
    .ask(device, { method: "GET", path: DUES_PATH, maxBytes: MOST_BYTES })
    .then(({ json }) => readDues(json))
    .catch((failure: unknown) => {
      // A server of before there was a chase list: it is asked again when this is old.
      if (failure instanceof Refusal && failure.status === 404) return null;
      throw failure;
    });
  await locks.run("learning", async () => {
    storage.requireSession(session);
    const before = (await storage.find("dues")) ?? NO_DUES;
    await storage.put("dues", told === null ? { ...before, fetchedAt: now } : withDues(before, told, now));
  });
}
