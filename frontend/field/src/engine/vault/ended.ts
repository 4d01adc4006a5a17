/**
 * Profiles that nobody opens: one that the branch has switched off is emptied when it has nothing left to send, and one whose
 * agent has a newer profile goes the same way. The page and the service worker both do this after each trip.
 */
import type { LockedStorage } from "../../storage/locked";
import type { PhoneStorage } from "../../storage/phone";
import type { ProfileRecord } from "../../storage/phone-records";
import { type Http, Refusal } from "../http";
import { SignedRequests } from "../signed";
import { askStanding, readEnd } from "../standing";
import type { Surroundings } from "../surroundings";
import type { Time } from "../time";
import { Profiles } from "./profiles";

/** A locked phone asks this often whether it is still wanted. */
const ASK_EVERY_MS = 10 * 60_000;

type Standing = "welcome" | "waiting" | "over";

export class Ended {
  private readonly profiles: Profiles;
  private readonly askedAt = new Map<string, number>();
  /** One look at a time. */
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly phone: PhoneStorage,
    private readonly http: Http,
    private readonly time: Time,
    private readonly around: Surroundings,
  ) {
    this.profiles = new Profiles(phone, () => around.now());
  }

  /**
   * Looks after every profile but `open`; true when one was removed. Rejects with what the way to the server met; nothing
   * is removed then.
   */
  run(open: string | null): Promise<boolean> {
    const turn = this.turn.then(() => this.look(open));
    this.turn = turn.catch(() => undefined);
    return turn;
  }

  private async look(open: string | null): Promise<boolean> {
    let removed = await this.sweepRetired(open);
    for (const profile of await this.profiles.list()) {
      if (profile.id === open) continue;
      const over = await this.profiles.read(profile.id, (storage) => this.isOver(profile, storage));
      if (!over) continue;
      await this.wipe(profile);
      removed = true;
    }
    return removed;
  }

  /** Deletes the profile's keys and data for good, and keeps a note for the agent of what happened. */
  async wipe({ id, label, code, retired }: ProfileRecord): Promise<void> {
    if (!retired) await this.phone.put("wiped", { label, code, at: this.around.now() });
    await this.phone.removeProfile(id);
  }

  private async sweepRetired(open: string | null): Promise<boolean> {
    let removed = false;
    for (const { id, retired } of await this.profiles.list()) {
      if (!retired || id === open) continue;
      const { unsent, wantedPhotos } = await this.profiles.read(id, (storage) => storage.count());
      if (unsent + wantedPhotos > 0) continue;
      await this.phone.removeProfile(id);
      removed = true;
    }
    return removed;
  }

  private async isOver({ id }: ProfileRecord, storage: LockedStorage): Promise<boolean> {
    const identity = await storage.find("identity");
    if (identity === null || !this.isDue(id, identity.revoked)) return false;
    const { unsent, unreadable, sealedPhotos } = await storage.count();
    const isDrained = unsent <= unreadable && sealedPhotos === 0;
    // While something can still be sent, the answer would be that it is waited for.
    if (identity.revoked && !isDrained) return false;
    const standing = await this.ask(identity.device, storage);
    // Only an answer counts as asked: a line that drops is asked again at the next round.
    this.askedAt.set(id, this.around.mono());
    if (standing !== "welcome" && !identity.revoked) await storage.noteRevoked(identity.device);
    return standing === "over" && isDrained;
  }

  private isDue(id: string, revoked: boolean): boolean {
    const last = this.askedAt.get(id);
    return revoked || last === undefined || this.around.mono() - last >= ASK_EVERY_MS;
  }

  private async ask(device: string, storage: LockedStorage): Promise<Standing> {
    try {
      await askStanding(new SignedRequests(storage, this.http, this.time), device);
    } catch (failure) {
      if (!(failure instanceof Refusal)) throw failure;
      const end = readEnd(failure);
      if (end !== null) return end.wipe ? "over" : "waiting";
    }
    return "welcome";
  }
}
