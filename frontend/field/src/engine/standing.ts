/** Whether the branch still knows this phone as an agent's; one that was switched off drains, and is then emptied. */
import { isRecord, Refusal } from "./http";
import type { SignedRequests } from "./signed";

/** Server codes that mean that this phone has been switched off or replaced. */
const ENDED: readonly string[] = ["E2002"];
/** Of no photo: the smallest of signed requests. */
const PATH = `/api/v1/attachments/${"0".repeat(64)}`;

/** What a refusal says of the phone; null when it says nothing of it. `wipe`: the server waits for nothing more from it. */
export function readEnd(failure: unknown): { readonly wipe: boolean } | null {
  if (!(failure instanceof Refusal) || !ENDED.includes(failure.code)) return null;
  return { wipe: isRecord(failure.json) && failure.json.wipe === true };
}

/** Resolves for a phone in good standing; rejects with what the server refuses it for, or what the way there met. */
export async function askStanding(requests: SignedRequests, device: string): Promise<void> {
  await requests.ask(device, { method: "GET", path: PATH }).catch((failure: unknown) => {
    if (!(failure instanceof Refusal) || failure.status !== 404) throw failure;
  });
}
