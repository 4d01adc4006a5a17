/** The agents of this phone: their records, what each has unsent, who is removed when. */
import { LockedStorage } from "../../storage/locked";
import type { PhoneStorage } from "../../storage/phone";
import type { ProfileRecord } from "../../storage/phone-records";
import type { AgentView, ProfileView } from "../contract";
import { EngineError } from "../contract";
import type { Bytes } from "../encoding";
import { NO_TRIES } from "./delay";
import { makeKeepers, random, unwrapResume, VAULT_KEY_BYTES, wrapResume } from "./wrapping";

export const DEFAULT_IDLE_MINUTES = 5;
/** A profile that was begun so long ago and has no device is what a killed page left. */
const ORPHAN_MS = 3_600_000;

export class Profiles {
  constructor(
    private readonly phone: PhoneStorage,
    private readonly now: () => number,
  ) {}

  list(): Promise<ProfileRecord[]> {
    return this.phone.listProfiles();
  }

  /** A vault of its own, under the resume key alone until a PIN is chosen. */
  async make(agent: Pick<AgentView, "id" | "name" | "code">): Promise<{ id: string; key: Bytes }> {
    const keepers = { id: crypto.randomUUID(), ...(await makeKeepers()) };
    const key = random(VAULT_KEY_BYTES);
    await this.phone.putProfile({
      ...keepers,
      agent: agent.id,
      label: agent.name,
      code: agent.code,
      createdAt: this.now(),
      wrapped: null,
      resume: await wrapResume(keepers, key, null),
      tries: NO_TRIES,
      idleMinutes: DEFAULT_IDLE_MINUTES,
      retired: false,
    });
    return { id: keepers.id, key };
  }

  /** The vault key of a profile without PIN; null when it has one. */
  async openUnchosen(id: string): Promise<Bytes | null> {
    const profile = await this.phone.findProfile(id);
    if (profile === null || profile.wrapped !== null || profile.resume === null) return null;
    return unwrapResume(profile, profile.resume);
  }

  async describe(profile: ProfileRecord): Promise<Omit<ProfileView, "wrongTries" | "waitUntil">> {
    const { id, label, code, retired } = profile;
    const counts = await this.read(id, (storage) => storage.count());
    const { unsent, unsealed, wantedPhotos, sealedPhotos } = counts;
    const photos = { unsentPhotos: wantedPhotos, unsealedPhotos: wantedPhotos - sealedPhotos };
    return { id, label, code, retired, unsent, unsealed, ...photos };
  }

  /** Whether deleting it now would lose work: ops, pictures on their way, or begun forms. */
  async holdsWork(id: string): Promise<boolean> {
    const { unsent, photos, drafts } = await this.read(id, (storage) => storage.count());
    return unsent + photos + drafts > 0;
  }

  /** Rejects with `unsent_left` where work would be lost and `force` is false. */
  async remove(id: string, force: boolean): Promise<void> {
    if (!force && (await this.holdsWork(id))) throw new EngineError("unsent_left");
    await this.phone.removeProfile(id);
  }

  /** What the agent had before goes on its way sealed, without anybody opening it. */
  async retireOthers(agent: string, but: string): Promise<void> {
    for (const { id, agent: owner } of await this.list())
      if (owner === agent && id !== but) await this.phone.changeProfile(id, (one) => ({ ...one, retired: true }));
  }

  /** Removes what a page left that died between making a profile and making it a device. */
  async sweepOrphans(): Promise<void> {
    const taken = (await this.phone.find("takeover"))?.profile ?? null;
    for (const { id, wrapped, createdAt } of await this.list()) {
      if (wrapped !== null || id === taken || Math.abs(this.now() - createdAt) < ORPHAN_MS) continue;
      if ((await this.read(id, (storage) => storage.find("identity"))) === null) await this.phone.removeProfile(id);
    }
    await this.phone.sweep();
  }

  async read<T>(id: string, act: (storage: LockedStorage) => Promise<T>): Promise<T> {
    const storage = new LockedStorage(this.phone.nameOf(id));
    try {
      return await act(storage);
    } finally {
      storage.close();
    }
  }
}
