/** Keeps a copy of what the server knows about the agent's cash: seldom, for the screens of cash ask when they open. */
import type { StateValues } from "../storage/records";
import type { Storage } from "../storage/storage";
import { CASH_PATH, readState, withState } from "./cash";
import type { CashKept } from "./contract-cash";
import { Refusal } from "./http";
import type { Locks } from "./locks";
import type { SignedRequests } from "./signed";

const EVERY_MS = 6 * 3_600_000;
const MOST_BYTES = 2 * 1024 * 1024;
const NOTHING: CashKept = { state: null, fetchedAt: 0, made: [] };

export async function refreshCash(
  storage: Storage,
  requests: SignedRequests,
  locks: Locks,
  { device }: StateValues["identity"],
  now: number,
): Promise<void> {
  const kept = await storage.find("cash");
  if (kept !== null && Math.abs(now - kept.fetchedAt) < EVERY_MS) return;
  const { session } = storage;
  const state = await requests
    .ask(device, { method: "GET", path: CASH_PATH, maxBytes: MOST_BYTES })
    .then(({ json }) => readState(json))
    .catch((failure: unknown) => {
      // A server of before there were receipts: it is asked again when this is old.
      if (failure instanceof Refusal && failure.status === 404) return null;
      throw failure;
    });
  await locks.run("learning", async () => {
    storage.requireSession(session);
    const before = (await storage.find("cash")) ?? NOTHING;
    await storage.put("cash", state === null ? { ...before, fetchedAt: now } : withState(before, state, now));
  });
}
