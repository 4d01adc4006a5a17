/** Puts the parts together into the `Engine` that screens use. */
import { Storage } from "../storage/storage";
import { Activation, readCode } from "./activation";
import { Chain } from "./chain";
import { type Change, Changes } from "./changes";
import type { DeviceState, Engine, ErrorView, MeView, Preferences, SyncState } from "./contract";
import { EngineError } from "./contract";
import { Drafts } from "./drafts";
import { sha256, utf8 } from "./encoding";
import { Enrolments } from "./enrolments";
import { requireCrypto } from "./keys";
import { Locks } from "./locks";
import { Members } from "./members";
import { Cell } from "./observable";
import { Outbox } from "./outbox";
import { type Compress, compressInBrowser, Photos } from "./photos";
import { locate } from "./place";
import type { Reference } from "./reference";
import { makeRounds } from "./rounds";
import { scanWithCamera } from "./scanner";
import type { Surroundings } from "./surroundings";
import type { Sync } from "./sync";
import type { Time } from "./time";
import { Updates } from "./updates";

const NOBODY: DeviceState = {
  phase: "starting",
  device: null,
  agent: null,
  branch: null,
  activatedAt: null,
  problem: null,
};

export interface Options {
  readonly around: Surroundings;
  readonly database?: string;
  readonly compress?: Compress;
  /** Null where there is none: in development and in tests. */
  readonly workerScript: string | null;
  /** False in tests: no window to listen to, and rounds only when asked for. */
  readonly inBrowser?: boolean;
}

export class FieldEngine implements Engine {
  readonly version: string;
  readonly device = new Cell<DeviceState>(NOBODY);
  readonly me = new Cell<MeView | null>(null);
  readonly preferences = new Cell<Preferences>({ language: "id", theme: "auto" });
  readonly activation: Engine["activation"];
  readonly drafts: Engine["drafts"] & Drafts;
  readonly photos: Photos;
  readonly enrolments: Engine["enrolments"];
  readonly outbox: Outbox;
  readonly members: Members;
  readonly reference: Reference;
  readonly sync: Engine["sync"];
  readonly updates: Updates;
  private readonly syncState: Cell<SyncState>;
  private readonly storage: Storage;
  private readonly time: Time;
  private readonly changes: Changes;
  private readonly rounds: Sync;
  private readonly activator: Activation;
  private starting: Promise<void> | null = null;
  private reloading: Promise<void> = Promise.resolve();

  constructor(private readonly options: Options) {
    const { around } = options;
    this.version = around.version;
    this.storage = new Storage(options.database);
    this.changes = new Changes(around.channel);
    const locks = new Locks(around.locks);
    const { sync, reference, time, http } = makeRounds(this.storage, this.changes, locks, around);
    this.rounds = sync;
    sync.onPage = (page) => this.members.take(page);
    this.reference = reference;
    this.time = time;
    this.members = new Members(this.storage);
    this.drafts = new Drafts(this.storage, this.changes, around);
    this.photos = new Photos(this.storage, this.changes, around, options.compress ?? compressInBrowser);
    this.outbox = new Outbox(this.storage, this.changes);
    this.updates = new Updates(locks, options.workerScript);
    this.activator = new Activation(this.storage, http, this.time, around);
    const chain = new Chain(this.storage, locks);
    const enrolments = new Enrolments(this.storage, chain, this.drafts, this.members, this.time, this.changes, around);
    this.syncState = new Cell<SyncState>({ ...this.rounds.state.get(), ...this.outbox.waiting.get() });
    this.sync = { state: this.syncState, now: () => this.syncNow() };
    this.enrolments = {
      complete: (input) => this.thenSync(enrolments.complete(input)),
      cancel: (key, reason) => this.thenSync(enrolments.cancel(key, reason)),
    };
    this.activation = {
      readCode,
      activate: (code) => this.activate(code),
      scan: (video, signal) => scanWithCamera(video, signal, readCode),
    };
  }

  start(): Promise<void> {
    this.starting ??= this.open();
    return this.starting;
  }

  async setPreferences(patch: Partial<Preferences>): Promise<void> {
    this.preferences.set({ ...this.preferences.get(), ...patch });
    await this.storage.put("preferences", this.preferences.get());
    this.changes.tell("preferences");
  }

  serverNow(): number {
    return this.time.serverNow();
  }

  sha256(text: string): Promise<string> {
    return sha256(utf8(text));
  }

  locate = locate;

  /** Ends timers and lets go of storage; for tests. */
  close(): void {
    this.rounds.stop();
    this.storage.close();
  }

  private async open(): Promise<void> {
    try {
      requireCrypto();
      await this.storage.open();
      await this.time.load();
      const kept = await this.storage.find("preferences");
      if (kept !== null) this.preferences.set(kept);
      await this.loadDevice();
      await this.loadRest();
    } catch (failure) {
      this.device.set({ ...this.device.get(), phase: "unsupported", problem: problemOf(failure) });
      return;
    }
    this.changes.on((changed, here) => {
      this.reloading = this.reloading.then(() => this.reload(changed, here)).catch(() => undefined);
    });
    this.rounds.state.subscribe(() => this.joinSync());
    this.outbox.waiting.subscribe(() => this.joinSync());
    this.joinSync();
    void this.drafts.purge().catch(() => undefined);
    void this.outbox.purge(this.options.around.now()).catch(() => undefined);
    if (this.options.inBrowser === false) return;
    this.listen();
    if (this.device.get().device !== null) this.rounds.begin();
  }

  private async loadDevice(): Promise<void> {
    const identity = await this.storage.find("identity");
    if (identity === null) return this.device.set({ ...NOBODY, phase: "new" });
    const { device, agent, branch, activatedAt, revoked } = identity;
    this.device.set({ phase: revoked ? "revoked" : "active", device, agent, branch, activatedAt, problem: null });
  }

  private async loadRest(): Promise<void> {
    const agent = this.device.get().agent?.id ?? null;
    this.me.set(agent === null ? null : await this.storage.find("me"));
    await this.rounds.load();
    await this.drafts.load(agent);
    await this.outbox.load(agent);
    await this.reference.load(this.device.get().branch?.province ?? null);
    this.members.forget();
    this.members.renew(agent);
  }

  /** Another tab, or a part here, changed what is stored. */
  private async reload(changed: readonly Change[], here: boolean): Promise<void> {
    const has = (change: Change): boolean => changed.includes(change);
    const agent = this.device.get().agent?.id ?? null;
    if (has("device")) {
      await this.loadDevice();
      return await this.loadRest();
    }
    if (has("members") && !here) this.members.forget();
    if (has("members") || has("outbox")) this.members.renew(agent);
    if (has("drafts")) await this.drafts.load(agent);
    if (has("outbox")) await this.outbox.load(agent);
    if (has("me")) this.me.set(await this.storage.find("me"));
    if (has("reference")) await this.reference.load(this.device.get().branch?.province ?? null);
    if (has("preferences")) this.preferences.set((await this.storage.find("preferences")) ?? this.preferences.get());
  }

  private async activate(code: string): Promise<DeviceState> {
    // What this phone still holds goes first, under the device it was made with; if it cannot, it stays and goes later.
    if (this.device.get().device !== null) await this.syncNow();
    await this.activator.activate(code);
    await this.loadDevice();
    await this.loadRest();
    this.changes.tell("device");
    if (this.options.inBrowser !== false) this.rounds.begin();
    return this.device.get();
  }

  private async thenSync<T>(act: Promise<T>): Promise<T> {
    const done = await act;
    await this.reloading;
    this.rounds.wake(250);
    if (this.options.inBrowser !== false) void this.updates.requestBackgroundSync();
    return done;
  }

  /** What the round changed has been read again when it resolves. */
  private async syncNow(): Promise<void> {
    await this.rounds.now();
    await this.reloading;
  }

  private joinSync(): void {
    this.syncState.set({ ...this.rounds.state.get(), ...this.outbox.waiting.get() });
  }

  private listen(): void {
    addEventListener("online", () => this.rounds.wake(Math.round(this.options.around.random() * 1_500)));
    addEventListener("offline", () => this.rounds.wake());
    const hidden = (): void => void this.drafts.flush().catch(() => undefined);
    addEventListener("pagehide", hidden);
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") hidden();
      else this.rounds.wake();
    });
    void this.updates.begin(() => this.rounds.wake());
  }
}

function problemOf(failure: unknown): ErrorView {
  if (failure instanceof EngineError) return { code: failure.code, text: failure.text };
  return { code: "unsupported", text: null };
}
