/**
 * The vault (docs/decisions/0006): whose data is open, and when it closes. Holds no key itself; the key lies in storage's sealer
 * while the vault is open and is overwritten when it closes.
 */
import type { PhoneStorage } from "../../storage/phone";
import type { ProfileRecord } from "../../storage/phone-records";
import type { Storage } from "../../storage/storage";
import type { Changes } from "../changes";
import { type AgentView, EngineError, type LockPhase, type LockState, type ProfileView } from "../contract";
import type { Bytes } from "../encoding";
import type { Locks } from "../locks";
import { Cell } from "../observable";
import type { Surroundings } from "../surroundings";
import type { Heard } from "./delay";
import { Idle } from "./idle";
import { checkPin } from "./pin";
import { DEFAULT_IDLE_MINUTES, Profiles } from "./profiles";
import { Tries } from "./tries";
import { calibrate, unwrapResume, wrap, wrapResume } from "./wrapping";

const NOBODY: LockState = {
  phase: "none",
  profile: null,
  profiles: [],
  idleMinutes: DEFAULT_IDLE_MINUTES,
};
/** How often the time of the last touch is written down while somebody works. */
const NOTE_EVERY_MS = 15_000;
/** A copy from "the future" by more than this is of a clock that was set back. */
const CLOCK_SLACK_MS = 60_000;

export interface VaultHooks {
  /** The vault of the attached profile is open: read what is shown. */
  opened(): Promise<void>;
  /** Before the key goes: write what is only in memory. Its failure keeps nothing open. */
  closing(): Promise<void>;
  /** No vault is open: nothing personal may stay in memory. Perhaps another profile is attached than before, or none. */
  closed(): Promise<void>;
}

export interface VaultParts {
  readonly storage: Storage;
  readonly locks: Locks;
  readonly changes: Changes;
  readonly around: Pick<Surroundings, "now" | "mono">;
  readonly heard: () => Heard | null;
  readonly hooks: VaultHooks;
}

export class Vault {
  readonly state = new Cell<LockState>(NOBODY);
  readonly profiles: Profiles;
  private readonly phone: PhoneStorage;
  private readonly tries: Tries;
  private readonly idle: Idle;
  private phase: LockPhase = "none";
  /** On the way to another activation, perhaps in place of a profile whose PIN was forgotten. */
  private adding: { readonly instead: string | null } | null = null;
  private notedAt = 0;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly parts: VaultParts) {
    const { storage, around, heard } = parts;
    this.phone = storage.phone;
    this.profiles = new Profiles(this.phone, () => around.now());
    this.tries = new Tries(this.phone, { mono: () => around.mono(), heard });
    this.idle = new Idle(around);
  }

  get isOpen(): boolean {
    return this.phase === "open" || this.phase === "choosing";
  }

  /** The profile that the next activation replaces. */
  get instead(): string | null {
    return this.adding?.instead ?? null;
  }

  /** Attaches the profile used last, and opens it where no PIN is needed yet or not again. */
  load(): Promise<void> {
    return this.inTurn(async () => {
      const profiles = await this.profiles.list();
      const last = await this.phone.find("profile");
      const usable = profiles.filter((one) => !one.retired);
      const chosen = profiles.find((one) => one.id === last) ?? (usable.length === 1 ? usable[0] : undefined);
      const key = chosen === undefined ? null : await this.resume(chosen);
      this.parts.storage.attach(chosen?.id ?? null);
      if (chosen !== undefined && key !== null) return await this.enter(chosen.id, key);
      await this.rest();
    });
  }

  /** Another tab changed profiles, opened or closed. */
  reload(locked: boolean): Promise<void> {
    return this.inTurn(async () => {
      const { storage } = this.parts;
      const record = storage.profile === null ? null : await this.phone.findProfile(storage.profile);
      if (storage.profile !== null && record === null) {
        await this.shut();
        storage.attach(null);
        return await this.rest();
      }
      if (locked && this.phase === "open") {
        await this.shut();
        return await this.rest();
      }
      if (this.phase === "choosing" && record?.wrapped) this.phase = "open";
      const key = record !== null && this.phase === "locked" ? await this.resume(record) : null;
      if (record !== null && key !== null) return await this.enter(record.id, key);
      await this.renew();
    });
  }

  async choose(pin: string): Promise<void> {
    checkPin(pin);
    await this.guard(async (id) => {
      const key = await this.profiles.openUnchosen(id);
      if (key === null) throw new EngineError("too_old");
      await this.wrapAnew(id, pin, key);
      key.fill(0);
      this.phase = "open";
      await this.renew();
      this.parts.changes.tell("profiles");
    });
  }

  /** Rejects with `pin_weak` or `pin_wrong`; too many wrong ones lock. */
  async change(present: string, next: string): Promise<void> {
    checkPin(next);
    await this.guard(async (id) => {
      try {
        const key = await this.tries.open(id, present);
        await this.wrapAnew(id, next, key);
        key.fill(0);
      } finally {
        await this.renew();
        if (this.isWaiting()) this.lock();
      }
    });
  }

  /** Rejects with `pin_wrong`. */
  open(id: string, pin: string): Promise<void> {
    return this.inTurn(() =>
      this.parts.locks.run("pin", async () => {
        try {
          // One whose PIN was never chosen is asked to choose it now.
          const key = (await this.profiles.openUnchosen(id)) ?? (await this.tries.open(id, pin));
          await this.enter(id, key);
          key.fill(0);
          this.parts.changes.tell("profiles");
        } catch (failure) {
          await this.renew();
          throw failure;
        }
      }),
    );
  }

  /** Locks every tab; on the way to another activation it gives that up. A profile without PIN stays open. */
  lock(): void {
    if (this.phase === "choosing") return;
    // What is shown goes at once; what is only in memory is still written with the key.
    if (this.phase === "open") this.state.set({ ...this.state.get(), phase: "locked" });
    void this.inTurn(async () => {
      this.adding = null;
      if (this.phase === "open") await this.shut();
      await this.rest();
      this.parts.changes.tell("lock");
    }).catch(() => undefined);
  }

  touched(): void {
    if (!this.isOpen) return;
    if (this.checkIdle()) return;
    this.idle.touched();
    if (Math.abs(this.parts.around.now() - this.notedAt) >= NOTE_EVERY_MS) this.noteTouch();
  }

  /** Writes down the last touch: the page may be killed from here on. */
  noteTouch(): void {
    const id = this.parts.storage.profile;
    if (this.phase !== "open" || id === null) return;
    const touchedAt = this.idle.touchedAt;
    this.notedAt = this.parts.around.now();
    const note = (profile: ProfileRecord): ProfileRecord =>
      profile.resume === null ? profile : { ...profile, resume: { ...profile.resume, touchedAt } };
    void this.phone.changeProfile(id, note).catch(() => undefined);
  }

  hold(): () => void {
    const release = this.idle.hold();
    this.noteTouch();
    return release;
  }

  /** Locks if nobody has touched the phone for long; true when it did. */
  checkIdle(): boolean {
    if (this.phase !== "open" || !this.idle.isOver(this.state.get().idleMinutes)) return false;
    this.lock();
    return true;
  }

  /** Goes on with a wait after wrong PINs. */
  async tick(): Promise<void> {
    if (!this.isWaiting()) return;
    await this.parts.locks.run("pin", async () => {
      for (const profile of await this.profiles.list()) await this.tries.tick(profile);
    });
    await this.renew();
  }

  async setIdleMinutes(minutes: number): Promise<void> {
    const id = this.parts.storage.profile;
    if (id === null || !this.isOpen) throw new EngineError("locked");
    const idleMinutes = Math.min(15, Math.max(1, Math.round(minutes)));
    await this.phone.changeProfile(id, (profile) => ({ ...profile, idleMinutes }));
    await this.renew();
    this.parts.changes.tell("profiles");
  }

  /** Back to activation; the profiles stay, locked. */
  addProfile(instead: string | null): Promise<void> {
    return this.inTurn(async () => {
      if (this.phase === "choosing") throw new EngineError("locked");
      if (this.phase === "open") await this.shut();
      this.adding = { instead };
      this.parts.storage.attach(null);
      await this.phone.put("profile", null);
      await this.rest();
      this.parts.changes.tell("lock");
    });
  }

  /** A profile for an agent who was just activated: attached and open, its PIN not chosen. */
  begin(agent: AgentView): Promise<void> {
    return this.inTurn(() => this.beginNow(agent));
  }

  private async beginNow(agent: AgentView): Promise<void> {
    if (this.isOpen) await this.shut();
    const { id, key } = await this.profiles.make(agent);
    this.parts.storage.attach(id);
    this.parts.storage.unlock(key);
    key.fill(0);
    await this.phone.put("profile", id);
    await this.profiles.retireOthers(agent.id, id);
    this.adding = null;
    this.phase = "choosing";
    await this.renew();
  }

  removeProfile(id: string, force: boolean): Promise<void> {
    return this.inTurn(async () => {
      const isThis = this.parts.storage.profile === id;
      if (!force && (await this.profiles.holdsWork(id))) throw new EngineError("unsent_left");
      if (isThis) {
        if (this.isOpen) await this.shut();
        this.parts.storage.attach(null);
      }
      await this.profiles.remove(id, true);
      if (isThis || !this.isOpen) await this.rest();
      else await this.renew();
      this.parts.changes.tell("profiles");
    });
  }

  /** Reads anew what the lock screen shows. */
  async renew(): Promise<void> {
    const records = await this.profiles.list();
    const profiles = await Promise.all(records.map((record) => this.view(record)));
    const record = records.find((one) => one.id === this.parts.storage.profile) ?? null;
    this.state.set({
      phase: this.phase,
      profile: profiles.find((one) => one.id === record?.id) ?? null,
      profiles,
      idleMinutes: record?.idleMinutes ?? DEFAULT_IDLE_MINUTES,
    });
  }

  private async view(record: ProfileRecord): Promise<ProfileView> {
    const left = this.tries.left(record);
    const waitUntil = left > 0 ? this.parts.around.now() + left : null;
    return { ...(await this.profiles.describe(record)), wrongTries: record.tries.wrong, waitUntil };
  }

  private isWaiting(): boolean {
    return this.state.get().profiles.some((profile) => profile.waitUntil !== null);
  }

  // ------------------------------------------------------------ opening and closing

  /** The vault key by the copy that needs no PIN, if it may still be used. */
  private async resume(profile: ProfileRecord): Promise<Bytes | null> {
    if (profile.resume === null) return null;
    const { touchedAt } = profile.resume;
    const age = touchedAt === null ? 0 : this.parts.around.now() - touchedAt;
    const isFresh = age > -CLOCK_SLACK_MS && age < profile.idleMinutes * 60_000;
    if ((touchedAt === null) !== (profile.wrapped === null) || !isFresh) return null;
    return unwrapResume(profile, profile.resume);
  }

  private async enter(id: string, key: Bytes): Promise<void> {
    const { storage, hooks } = this.parts;
    const profile = await this.phone.findProfile(id);
    if (profile === null) throw new EngineError("not_activated");
    if (this.isOpen) await this.shut();
    if (storage.profile !== id) storage.attach(id);
    storage.unlock(key);
    await this.phone.put("profile", id);
    this.adding = null;
    this.idle.touched();
    this.phase = profile.wrapped === null ? "choosing" : "open";
    if (this.phase === "open") await this.keepResume(profile, key);
    await hooks.opened();
    await this.renew();
  }

  /** Takes the key away. What is only in memory is written first. */
  private async shut(): Promise<void> {
    const { storage, hooks } = this.parts;
    const id = storage.profile;
    this.phase = "locked";
    if (id !== null)
      await this.phone
        .changeProfile(id, (one) => (one.wrapped === null ? one : { ...one, resume: null }))
        .catch(() => undefined);
    await hooks.closing().catch(() => undefined);
    storage.lock();
  }

  /** Nobody's vault is open. */
  private async rest(): Promise<void> {
    const some = (await this.profiles.list()).length > 0;
    this.phase = some && this.adding === null ? "locked" : "none";
    await this.parts.hooks.closed();
    await this.renew();
  }

  private async wrapAnew(id: string, pin: string, key: Bytes): Promise<void> {
    const profile = await this.phone.findProfile(id);
    if (profile === null) throw new EngineError("not_activated");
    const known = await this.phone.find("iterations");
    const iterations =
      known ?? (await this.phone.putFirst("iterations", await calibrate(() => this.parts.around.mono())));
    const wrapped = await wrap(pin, profile, key, iterations);
    const resume = await wrapResume(profile, key, this.parts.around.now());
    this.idle.touched();
    await this.phone.changeProfile(id, (one) => ({ ...one, wrapped, resume }));
  }

  private async keepResume(profile: ProfileRecord, key: Bytes): Promise<void> {
    const resume = await wrapResume(profile, key, this.parts.around.now());
    this.notedAt = this.parts.around.now();
    await this.phone.changeProfile(profile.id, (one) => ({ ...one, resume }));
  }

  /** Runs `act` for the open profile, alone over all tabs. */
  private guard(act: (id: string) => Promise<void>): Promise<void> {
    return this.inTurn(() => {
      const id = this.parts.storage.profile;
      if (id === null || !this.isOpen) throw new EngineError("locked");
      return this.parts.locks.run("pin", () => act(id));
    });
  }

  private inTurn<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.turn.then(act, act);
    this.turn = turn.catch(() => undefined);
    return turn;
  }
}
