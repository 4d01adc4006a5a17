/**
 * The rounds: push, then photos, then pull, then reference data; one at a time over all tabs. Decides when to go again.
 * Nothing here ever removes what the server has not confirmed.
 */
import type { StateValues } from "../storage/records";
import type { PulledPage, Storage } from "../storage/storage";
import type { Attachments } from "./attachments";
import type { Changes } from "./changes";
import { EngineError, type ErrorCode, type ErrorView, type SyncState, type SyncStep } from "./contract";
import type { Courier } from "./courier";
import { Refusal } from "./http";
import type { Room } from "./keeping";
import type { Locks } from "./locks";
import { Cell } from "./observable";
import type { Pull } from "./pull";
import type { Progress, Push } from "./push";
import type { Reference } from "./reference";
import type { SignedRequests } from "./signed";
import { askStanding, readEnd } from "./standing";
import type { Surroundings } from "./surroundings";
import { SKEW_LIMIT_MS, type Time } from "./time";

const FIRST_RETRY_MS = 2_000;
const LAST_RETRY_MS = 5 * 60_000;
/** Another tab is at it: look again soon. */
const OTHER_TAB_MS = 5_000;
/** With nothing wrong: how often to look for news while the app is open. */
const QUIET_MS = 60_000;
/** The same while somebody may be waiting for an answer: a payment usually comes minutes after the enrolment. */
const ATTENTIVE_MS = 15_000;
const ATTENTIVE_FOR_MS = 5 * 60_000;
/** These concern the way to the server or the whole phone: the other steps of the round would meet the same. */
const ENDS_ROUND: readonly ErrorCode[] = [
  "offline",
  "unreachable",
  "captive_portal",
  "busy",
  "storage_full",
  "storage_failed",
  "locked",
];

export interface Parts {
  readonly storage: Storage;
  readonly courier: () => Promise<Pick<Courier, "run" | "carryPhotos">>;
  readonly push: Push;
  readonly pull: Pull;
  readonly attachments: Attachments;
  readonly reference: Reference;
  readonly requests: SignedRequests;
  readonly time: Time;
  readonly locks: Locks;
  readonly changes: Changes;
  readonly around: Surroundings;
}

export type RoundState = Omit<SyncState, "unsent" | "oldestUnsentAt" | "unsentPhotos">;

export function backoff(failures: number, random: number): number {
  const whole = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.max(0, failures - 1));
  return Math.round(whole * (0.5 + random / 2));
}

export function viewOf(failure: unknown, otherwise: ErrorCode = "programming"): ErrorView {
  if (failure instanceof EngineError) return { code: failure.code, text: failure.text };
  return { code: otherwise, text: null };
}

function endsRound(failure: unknown): boolean {
  if (failure instanceof Refusal && [429, 502, 503, 504].includes(failure.status)) return true;
  return failure instanceof EngineError && ENDS_ROUND.includes(failure.code);
}

export class Sync {
  readonly state: Cell<RoundState>;
  /** Told of every page that a pull here has stored, before anybody is told that something changed. */
  onPage: (page: PulledPage) => void = () => undefined;
  /** This phone was switched off, nothing of it is unsent, and the server waits for nothing more: it is to be emptied. */
  onWipe: () => Promise<void> = () => Promise.resolve();
  private running: Promise<void> | null = null;
  private following: Promise<void> | null = null;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private failures = 0;
  /** The server asked not to be asked before this; on the monotonic clock, which nobody can set. */
  private notBefore = 0;
  /** Something got through in this round: the line is bad, but it carries. */
  private moved = false;
  private stopped = true;
  /** When something last happened here or came from the server. */
  private stirredAt = 0;
  /** The agent wants to see all of it as it is now. */
  private wantsAbout = false;
  /** Something came up while a round was running. */
  private again = false;

  constructor(private readonly parts: Parts) {
    const online = parts.around.online();
    this.state = new Cell<RoundState>({
      online,
      syncing: false,
      progress: null,
      lastSyncAt: null,
      error: null,
      nextTryAt: null,
    });
  }

  async load(): Promise<void> {
    this.patch({ lastSyncAt: await this.parts.storage.find("lastSyncAt") });
  }

  /** From now on by itself; call `wake` whenever something suggests that a round is worth while. */
  begin(): void {
    this.stopped = false;
    this.parts.push.askAll();
    this.wake();
  }

  stop(): void {
    this.stopped = true;
    if (this.timer !== null) clearTimeout(this.timer);
  }

  /** Soon, unless the server asked for a pause that is not over. */
  wake(afterMs = 0): void {
    if (this.stopped) return;
    this.stirredAt = this.parts.around.now();
    this.patch({ online: this.parts.around.online() });
    if (this.running !== null) this.again = true;
    else this.plan(afterMs);
  }

  /** A round because the agent wants one; it begins after this call: now, or when the one that is running has ended. */
  now(): Promise<void> {
    this.parts.pull.forgive();
    this.wantsAbout = true;
    // Whoever presses "send" means all of it, also what a defect of the server has put off for a minute.
    this.parts.push.askAll();
    return this.next();
  }

  private next(): Promise<void> {
    if (this.running === null) return this.begun();
    this.following ??= this.running.then(() => {
      this.following = null;
      return this.begun();
    });
    return this.following;
  }

  private begun(): Promise<void> {
    this.running ??= this.round().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  private plan(wanted: number): void {
    if (this.stopped) return;
    const delay = Math.max(wanted, this.notBefore - this.parts.around.mono());
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.next(), delay);
    this.patch({ nextTryAt: this.parts.around.now() + delay });
  }

  private async round(): Promise<void> {
    this.patch({ syncing: true, nextTryAt: null, online: this.parts.around.online() });
    this.again = false;
    this.moved = false;
    let error: ErrorView | null = null;
    let elsewhere = false;
    try {
      const done = await this.parts.locks.tryRun("sync", () => this.steps());
      elsewhere = done === null;
      error = done === null ? null : done.error;
    } catch (failure) {
      // Locked in the middle: nothing is wrong, the rest waits for the PIN.
      error = failure instanceof EngineError && failure.code === "locked" ? null : viewOf(failure);
      if (failure instanceof Refusal) this.notBefore = this.parts.around.mono() + (failure.retryAfterMs ?? 0);
    }
    // Where something got through, the next try is soon: else a line that drops often would wait longer and longer.
    this.failures = error === null ? 0 : this.moved ? 1 : this.failures + 1;
    this.patch({ syncing: false, progress: null, error: error ?? this.clockError() });
    this.planNext(error, elsewhere);
  }

  private planNext(error: ErrorView | null, elsewhere: boolean): void {
    if (error !== null) this.plan(backoff(this.failures, this.parts.around.random()));
    else if (elsewhere) this.plan(OTHER_TAB_MS);
    else this.plan(this.again ? 0 : this.quietMs());
  }

  private quietMs(): number {
    return Math.abs(this.parts.around.now() - this.stirredAt) < ATTENTIVE_FOR_MS ? ATTENTIVE_MS : QUIET_MS;
  }

  private clockError(): ErrorView | null {
    return Math.abs(this.parts.time.skew()) > SKEW_LIMIT_MS ? { code: "clock_wrong", text: null } : null;
  }

  /** Those of the open profile, and a trip for what the others hold sealed. While locked that trip is all there is. */
  private async steps(): Promise<{ error: ErrorView | null }> {
    const { storage } = this.parts;
    const open = storage.isOpen ? storage.profile : null;
    const own = open === null ? { error: null } : await this.ownSteps();
    try {
      await this.carry(open);
    } catch (failure) {
      if (open === null) throw failure;
      return { error: own.error ?? viewOf(failure) };
    }
    return own;
  }

  private async carry(open: string | null): Promise<void> {
    const profiles = await this.parts.storage.phone.listProfiles();
    if (profiles.every((profile) => profile.id === open)) return;
    const { sent } = await (await this.parts.courier()).run(open);
    if (sent === 0) return;
    this.moved = true;
    this.parts.changes.tell("profiles");
  }

  /** All steps in turn. A step that fails by itself does not keep the others from their work. */
  private async ownSteps(): Promise<{ error: ErrorView | null }> {
    const identity = await this.parts.storage.find("identity");
    if (identity === null) return { error: null };
    let first: ErrorView | null = null;
    for (const step of this.stepsFor(identity)) {
      try {
        await step(first !== null);
      } catch (failure) {
        const view = viewOf(failure);
        if (endsRound(failure)) throw failure;
        if (await this.noteEnd(identity, failure)) return { error: { code: "revoked", text: view.text } };
        first ??= view;
      }
    }
    await this.sealRest();
    return { error: first };
  }

  /** Each is told whether one before it has failed. Work and figures are new once they came, whatever becomes of the rest. */
  private stepsFor(identity: StateValues["identity"]): ((failed: boolean) => Promise<void>)[] {
    const push = (): Promise<void> => this.pushAll(identity.device);
    const done = async (failed: boolean): Promise<void> => {
      if (!failed) await this.noteDone();
    };
    // A phone that was switched off may only drain what it has; asking on tells when nothing of it is waited for any more.
    if (identity.revoked) {
      const photos = (): Promise<void> => this.carryOwnPhotos();
      return [push, photos, () => askStanding(this.parts.requests, identity.device), done];
    }
    const own = async (): Promise<void> => {
      await this.refreshAbout(identity);
      await this.refreshCash(identity);
      await this.refreshDues(identity);
    };
    const [photos, pull] = [() => this.uploadAll(identity), () => this.pullAll(identity)];
    return [push, photos, pull, done, () => this.refreshReference(), own];
  }

  /** What was made before the branch's key was known can leave while locked from now on, too. */
  private async sealRest(room: Room | null = this.parts.around.room): Promise<void> {
    try {
      await (await import("./seal-pending")).sealPending(this.parts.storage, room);
    } catch (failure) {
      // The library could not be loaded, or the phone was locked meanwhile: the next round tries again.
      if (endsRound(failure)) throw failure;
    }
  }

  /** Of a phone that was switched off: whatever room there is, for the pictures are lost otherwise. */
  private async carryOwnPhotos(): Promise<void> {
    const { storage, changes } = this.parts;
    await this.sealRest(null);
    if (storage.profile === null || (await storage.locked.count()).sealedPhotos === 0) return;
    if ((await (await this.parts.courier()).carryPhotos(storage.profile)) > 0) changes.tell("outbox", "members");
  }

  private async pushAll(device: string): Promise<void> {
    const { push, changes } = this.parts;
    await push.run(device, this.progress("push"), () => changes.tell("outbox", "members"));
  }

  private async uploadAll(identity: StateValues["identity"]): Promise<void> {
    const moved = (): void => {
      this.moved = true;
    };
    if (await this.parts.attachments.run(identity, this.progress("photos"), moved))
      this.parts.changes.tell("outbox", "members");
  }

  private async pullAll(identity: StateValues["identity"]): Promise<void> {
    const kept = (page: PulledPage): void => {
      if (page.members.length > 0) this.stirredAt = this.parts.around.now();
      this.onPage(page);
      const moved = page.members.length + page.gone.length + page.answers.length > 0;
      this.parts.changes.tell("me", ...(moved ? (["members", "outbox"] as const) : []));
    };
    await this.parts.pull.run(identity, this.progress("pull"), kept);
  }

  private async refreshReference(): Promise<void> {
    const me = await this.parts.storage.find("me");
    if (!this.parts.reference.isDue(me?.rules ?? null)) return;
    this.progress("reference")(0, 1);
    await this.parts.reference.refresh();
  }

  private async refreshAbout(identity: StateValues["identity"]): Promise<void> {
    const { storage, requests, time, changes } = this.parts;
    const { refreshAbout } = await import("./about");
    const when = { now: time.serverNow(), wanted: this.wantsAbout };
    if (!(await refreshAbout(storage, requests, identity, when))) return;
    this.wantsAbout = false;
    changes.tell("me");
  }

  /** Numbers for receipts and a certificate must be here before the signal goes. Whoever opens the screens of cash asks again. */
  private async refreshCash(identity: StateValues["identity"]): Promise<void> {
    const { storage, requests, time, locks } = this.parts;
    try {
      const { refreshCash } = await import("./cash-refresh");
      await refreshCash(storage, requests, locks, identity, time.serverNow());
    } catch (failure) {
      if (endsRound(failure)) throw failure;
    }
  }

  /** Whom to chase works without signal. */
  private async refreshDues(identity: StateValues["identity"]): Promise<void> {
    const { storage, requests, around, locks } = this.parts;
    try {
      const { refreshDues } = await import("./dues-refresh");
      await refreshDues(storage, requests, locks, identity, around.now());
    } catch (failure) {
      if (endsRound(failure)) throw failure;
    }
  }

  private async noteEnd({ device }: StateValues["identity"], failure: unknown): Promise<boolean> {
    const end = readEnd(failure);
    if (end === null) return false;
    const { locked } = this.parts.storage;
    const before = await locked.find("identity");
    if (before?.revoked === false && (await locked.noteRevoked(device))) this.parts.changes.tell("device");
    const { unsent, wantedPhotos, sealedPhotos } = await locked.count();
    // When it is first heard of, no photo had a chance to go sealed.
    const photos = before?.revoked === true ? sealedPhotos : wantedPhotos;
    if (end.wipe && unsent + photos === 0) await this.onWipe();
    return true;
  }

  private async noteDone(): Promise<void> {
    const lastSyncAt = this.parts.around.now();
    await this.parts.storage.put("lastSyncAt", lastSyncAt);
    this.patch({ lastSyncAt });
    this.parts.changes.tell("sync");
  }

  private progress(step: SyncStep): Progress {
    return (done, total) => {
      if (done > 0) this.moved = true;
      this.patch({ progress: { step, done, total } });
    };
  }

  private patch(patch: Partial<RoundState>): void {
    this.state.set({ ...this.state.get(), ...patch });
  }
}
