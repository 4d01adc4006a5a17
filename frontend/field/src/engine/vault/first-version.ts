/** Brings what the app kept before there were profiles into one. See `storage/takeover.ts` for how nothing is lost. */
import type { PhoneStorage } from "../../storage/phone";
import type { Storage } from "../../storage/storage";
import { takeOver, takeStrays } from "../../storage/takeover";
import type { Profiles } from "./profiles";

export function takeOverFirstVersion(phone: PhoneStorage, profiles: Profiles, now: () => number): Promise<void> {
  return takeOver(phone, {
    makeProfile: (agent) => profiles.make(agent),
    dropProfile: (id) => phone.removeProfile(id),
    openProfile: (id) => profiles.openUnchosen(id),
    now,
  });
}

/** Forms that a tab of the old app began since, into the profile that is open. */
export async function takeLateForms(storage: Storage): Promise<void> {
  if (storage.profile === null) return;
  await takeStrays(storage.phone, storage.profile, async (draft) => {
    const known = (await storage.findDraft(draft.id)) ?? (await storage.findOp(draft.id));
    if (known === null) await storage.putDraft(draft);
  });
}
