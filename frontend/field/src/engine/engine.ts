/** Puts the parts together into the `Engine` that screens use. */
import { PhoneStorage } from "../storage/phone";
import { Storage } from "../storage/storage";
import { type Activated, Activation, type Previous, readCode } from "./activation";
import { Chain } from "./chain";
import { type Change, Changes } from "./changes";
import { askForCode } from "./consent";
import type { AboutView, DeviceState, Engine, MeView, Preferences, SyncState } from "./contract";
import { EngineError } from "./contract";
import { Drafts } from "./drafts";
import { sha256, utf8 } from "./encoding";
import { dayAt, Enrolments } from "./enrolments";
import { Inbox } from "./inbox";
import { Keeping, type Known, licenceEnd } from "./keeping";
import { requireCrypto } from "./keys";
import { COURSES, makeLearning } from "./learning";
import { Locks } from "./locks";
import { Members } from "./members";
import { Cell } from "./observable";
import { Outbox } from "./outbox";
import { type Compress, compressInBrowser, Photos } from "./photos";
import { locate } from "./place";
import type { Reference } from "./reference";
import { makeRounds, type Rounds } from "./rounds";
import { warmSealing } from "./sealing";
import type { Surroundings } from "./surroundings";
import { type Sync, viewOf } from "./sync";
import type { Time } from "./time";
import { Updates } from "./updates";
import { Ended } from "./vault/ended";
import { isWeakPin } from "./vault/pin";
import { Vault } from "./vault/vault";
import { listenToWindow } from "./window";

const NOBODY: DeviceState = {
  phase: "starting",
  device: null,
  agent: null,
  branch: null,
  activatedAt: null,
  problem: null,
};
/** The first screen comes first. */
const WARM_AFTER_MS = 1_500;
/** Locking does not wait longer for what is still to be written. */
const CLOSING_MS = 3_000;
const PHONE_CHANGES: readonly Change[] = ["profiles", "lock"];

export interface Options {
  readonly around: Surroundings;
  /** Begins the names of the databases. */
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
  readonly about = new Cell<AboutView | null>(null);
  readonly preferences = new Cell<Preferences>({ language: "id", theme: "auto" });
  readonly damaged = new Cell(0);
  readonly lock: Engine["lock"];
  readonly activation: Engine["activation"];
  readonly drafts: Drafts;
  readonly photos: Engine["photos"];
  readonly enrolments: Engine["enrolments"];
  readonly learning: Engine["learning"];
  readonly outbox: Outbox;
  readonly members: Members;
  readonly reference: Reference;
  readonly sync: Engine["sync"];
  readonly updates: Updates;
  readonly keeping: Keeping["state"];
  private readonly keeper: Keeping;
  private readonly inbox: Inbox;
  private readonly vault: Vault;
  private readonly ended: Ended;
  private readonly locks: Locks;
  private readonly syncState: Cell<SyncState>;
  private readonly phone: PhoneStorage;
  private readonly storage: Storage;
  private readonly time: Time;
  private readonly changes: Changes;
  private readonly rounds: Sync;
  private readonly leases: Rounds["leases"];
  private readonly activator: Activation;
  private starting: Promise<void> | null = null;
  private wasSyncing = false;
  private reloading: Promise<void> = Promise.resolve();

  constructor(private readonly options: Options) {
    const { around } = options;
    this.version = around.version;
    this.phone = new PhoneStorage(options.database);
    this.storage = new Storage(this.phone);
    this.changes = new Changes(around.channel);
    this.locks = new Locks(around.locks);
    const rounds = makeRounds(this.storage, this.changes, this.locks, around);
    const { sync, reference, time, http, leases } = rounds;
    this.rounds = sync;
    sync.onPage = (page) => this.members.take(page);
    sync.onWipe = () => this.wipe();
    this.reference = reference;
    this.time = time;
    this.leases = leases;
    this.members = new Members(this.storage);
    this.drafts = new Drafts(this.storage, this.changes, around);
    this.outbox = new Outbox(this.storage, this.changes, () => around.now());
    this.updates = new Updates(this.locks, options.workerScript);
    this.activator = new Activation(http, time, around);
    this.ended = new Ended(this.phone, http, time, around);
    this.inbox = new Inbox(this.phone, () => around.now());
    this.keeper = new Keeping(around, this.phone, () => this.facts());
    this.keeping = this.keeper.state;
    this.vault = this.makeVault();
    this.lock = this.lockVerbs();
    this.photos = this.photoVerbs();
    this.enrolments = this.enrolmentVerbs(rounds);
    this.learning = makeLearning(this.storage, this.locks, rounds, this.changes, around, (op) => this.thenSync(op));
    this.syncState = new Cell<SyncState>({ ...this.rounds.state.get(), ...this.outbox.waiting.get() });
    this.sync = { state: this.syncState, now: () => this.syncNow() };
    this.activation = {
      readCode,
      activate: (code) => this.activate(code),
      scan: async (video, signal) => (await import("./scanner")).scanWithCamera(video, signal, readCode),
    };
  }

  private makeVault(): Vault {
    const { around } = this.options;
    const hooks = { opened: () => this.opened(), closing: () => this.closing(), closed: () => this.closed() };
    const { storage, locks, changes, time } = this;
    return new Vault({ storage, locks, changes, around, heard: () => time.heard(), hooks });
  }

  private lockVerbs(): Engine["lock"] {
    const { vault } = this;
    return {
      state: vault.state,
      choose: (pin) => vault.choose(pin),
      change: (present, next) => vault.change(present, next),
      isWeak: isWeakPin,
      open: (profile, pin) => vault.open(profile, pin),
      lock: () => void this.forgetWiped().then(() => vault.lock()),
      touched: () => vault.touched(),
      hold: () => vault.hold(),
      setIdleMinutes: (minutes) => vault.setIdleMinutes(minutes),
      addProfile: async (instead) => {
        await this.forgetWiped();
        await vault.addProfile(instead ?? null);
      },
      removeProfile: async (profile, force) => {
        await vault.removeProfile(profile, force);
        await this.forgetPhone();
      },
    };
  }

  private photoVerbs(): Engine["photos"] {
    const photos = new Photos(
      this.storage,
      this.members,
      this.changes,
      this.options.around,
      this.options.compress ?? compressInBrowser,
    );
    return {
      attach: (draftId, picture) => this.keeper.watch(photos.attach(draftId, picture)),
      detach: (draftId) => photos.detach(draftId),
      find: (address) => photos.find(address),
      attachLater: (key, picture) => this.thenSync(this.keeper.watch(photos.attachLater(key, picture))),
      inbox: this.inbox.list,
      openShared: (id) => this.inbox.open(id),
      dropShared: (id) => this.inbox.drop(id),
    };
  }

  private enrolmentVerbs({ leases, requests, time }: Rounds): Engine["enrolments"] {
    const chain = new Chain(this.storage, this.locks);
    const { storage, drafts, members, changes, options } = this;
    const enrolments = new Enrolments(storage, chain, drafts, members, leases, time, changes, options.around);
    return {
      complete: (input) =>
        this.thenSync(this.keeper.watch(enrolments.complete(input)).then((op) => this.keeper.askOnce(op))),
      cancel: (key, reason) => this.thenSync(enrolments.cancel(key, reason)),
      codesLeft: leases.left,
      consentCode: async (phone) => {
        const identity = await storage.find("identity");
        if (identity === null) throw new EngineError("not_activated");
        return askForCode(requests, identity, phone);
      },
    };
  }

  // ------------------------------------------------------------ the phone's own verbs

  start(): Promise<void> {
    this.starting ??= this.open();
    return this.starting;
  }

  askToKeep = (): Promise<void> => this.keeper.ask();

  async setPreferences(patch: Partial<Preferences>): Promise<void> {
    this.preferences.set({ ...this.preferences.get(), ...patch });
    await this.phone.put("preferences", this.preferences.get());
    this.changes.tell("preferences");
  }

  serverNow(): number {
    return this.time.serverNow();
  }

  sha256 = (text: string): Promise<string> => sha256(utf8(text));

  locate = locate;

  /** Ends timers and lets go of storage; for tests. */
  close(): void {
    this.rounds.stop();
    this.storage.close();
    this.phone.close();
  }

  // ------------------------------------------------------------ opening

  private async open(): Promise<void> {
    try {
      requireCrypto();
      await this.phone.open();
      const { vault, phone } = this;
      const now = (): number => this.options.around.now();
      await this.withFirstVersion((old) =>
        this.locks.run("takeover", () => old.takeOverFirstVersion(phone, vault.profiles, now)),
      );
      await this.time.load();
      const kept = await this.phone.find("preferences");
      if (kept !== null) this.preferences.set(kept);
      await this.vault.load();
    } catch (failure) {
      this.device.set({ ...this.device.get(), phase: "unsupported", problem: viewOf(failure, "unsupported") });
      return;
    }
    this.changes.on((changed, here) => {
      this.reloading = this.reloading.then(() => this.reload(changed, here)).catch(() => undefined);
    });
    this.rounds.state.subscribe(({ syncing }) => this.followRound(syncing));
    this.outbox.waiting.subscribe(() => this.joinSync());
    this.drafts.problem.subscribe((problem) => this.keeper.noteProblem(problem));
    this.rounds.state.subscribe(({ error }) => this.keeper.noteProblem(error));
    this.joinSync();
    void this.inbox.load().catch(() => undefined);
    void this.vault.profiles.sweepOrphans().catch(() => undefined);
    void this.keeper.look();
    if (this.options.inBrowser === false) return;
    this.listen();
    if (this.lock.state.get().phase !== "none") this.rounds.begin();
  }

  /** Of the phones that had it, each needs this code once. */
  private async withFirstVersion(act: (old: typeof import("./vault/first-version")) => Promise<void>): Promise<void> {
    if (await this.phone.hasLegacy()) await act(await import("./vault/first-version"));
  }

  private async opened(): Promise<void> {
    await this.withFirstVersion((old) => old.takeLateForms(this.storage)).catch(() => undefined);
    await this.loadDevice();
    await this.loadRest();
    void this.drafts.purge().catch(() => undefined);
    void this.outbox.purge(this.options.around.now()).catch(() => undefined);
    if (this.options.inBrowser === false) return;
    this.rounds.begin();
    setTimeout(() => this.warm(), WARM_AFTER_MS);
  }

  /** What the agent will want soon, while nothing else goes on. */
  private warm(): void {
    if (!this.storage.isOpen) return;
    this.members.warm();
    warmSealing();
  }

  /** Half a field may still be in memory. A phone that cannot write it now keeps it in memory for when it is opened again. */
  private async closing(): Promise<void> {
    const late = new Promise<void>((resolve) => setTimeout(resolve, CLOSING_MS));
    await Promise.race([this.drafts.flush(), late]);
  }

  private async closed(): Promise<void> {
    await this.loadDevice();
    await this.loadMe(false);
    await this.drafts.load(null);
    this.outbox.forget();
    this.leases.forget();
    this.members.forget();
    this.members.renew(null);
    this.damaged.set(0);
    await this.rounds.load();
  }

  private async loadDevice(): Promise<void> {
    const wiped = this.storage.isOpen ? null : await this.phone.find("wiped");
    if (wiped !== null) return this.device.set({ ...NOBODY, phase: "wiped" });
    const identity = this.storage.profile === null ? null : await this.storage.find("identity");
    if (identity === null) return this.device.set({ ...NOBODY, phase: "new" });
    const { device, agent, branch, activatedAt, revoked } = identity;
    this.device.set({ phase: revoked ? "revoked" : "active", device, agent, branch, activatedAt, problem: null });
  }

  private async loadRest(): Promise<void> {
    const agent = this.device.get().agent?.id ?? null;
    await this.loadMe(agent !== null);
    await this.rounds.load();
    await this.drafts.load(agent);
    await this.outbox.load(agent);
    await this.leases.load();
    await this.reference.load(this.device.get().branch?.province ?? null);
    this.members.forget();
    this.members.renew(agent);
    this.damaged.set(this.storage.damaged);
  }

  private async loadMe(isKnown: boolean): Promise<void> {
    this.me.set(isKnown ? await this.storage.find("me") : null);
    this.about.set(isKnown ? await this.storage.find("about") : null);
  }

  // ------------------------------------------------------------ changes

  /** Another tab, or a part here, changed what is stored. */
  private async reload(changed: readonly Change[], here: boolean): Promise<void> {
    const has = (change: Change): boolean => changed.includes(change);
    if (has("preferences")) this.preferences.set((await this.phone.find("preferences")) ?? this.preferences.get());
    if (has("reference")) await this.reference.load(this.device.get().branch?.province ?? null);
    if (!here && changed.some((change) => PHONE_CHANGES.includes(change))) await this.vault.reload(has("lock"));
    else if (has("profiles")) await this.vault.renew();
    if (!this.storage.isOpen) return has("device") ? await this.loadDevice() : undefined;
    if (has("device")) {
      await this.loadDevice();
      return await this.loadRest();
    }
    await this.reloadOwn(has, here);
  }

  private async reloadOwn(has: (change: Change) => boolean, here: boolean): Promise<void> {
    const agent = this.device.get().agent?.id ?? null;
    if (has("members") && !here) this.members.forget();
    if (has("members") || has("outbox")) this.members.renew(agent);
    if (has("drafts")) await this.drafts.load(agent);
    if (has("outbox")) await this.outbox.load(agent);
    if (has("me")) {
      await this.loadMe(true);
      await this.leases.load();
    }
    this.damaged.set(this.storage.damaged);
    this.keeper.think();
  }

  // ------------------------------------------------------------ activation, and its end

  private async activate(code: string): Promise<DeviceState> {
    // What this phone still holds goes first, under the device it was made with; if it cannot, it stays and goes later.
    if (this.storage.isOpen && this.device.get().device !== null) await this.syncNow();
    const previous = await this.findPrevious();
    await this.adopt(await this.activator.activate(code, previous));
    await this.phone.put("wiped", null);
    await this.loadDevice();
    await this.loadRest();
    this.changes.tell("device", "profiles");
    if (this.options.inBrowser !== false) this.rounds.begin();
    return this.device.get();
  }

  /** What the new device follows: the open profile's, or that of the one whose PIN was forgotten. */
  private async findPrevious(): Promise<Previous | null> {
    const profile = this.storage.isOpen ? this.storage.profile : this.vault.instead;
    if (profile === null) return null;
    return await this.vault.profiles.read(profile, async (storage) => {
      const identity = await storage.find("identity");
      return identity === null ? null : await storage.find("confirmed", identity.device);
    });
  }

  /** Another agent gets a profile of their own. */
  private async adopt({ identity, key, branchKey }: Activated): Promise<void> {
    const present = this.storage.isOpen ? await this.storage.find("identity") : null;
    if (present === null || present.agent.id !== identity.agent.id) await this.vault.begin(identity.agent);
    await this.storage.becomeDevice(identity, { device: identity.device, ...key });
    if (branchKey !== null) await this.storage.put("branchKey", branchKey);
  }

  /** The open profile was switched off, and nothing of it is waited for any more. */
  private async wipe(): Promise<void> {
    const profile = this.storage.profile === null ? null : await this.phone.findProfile(this.storage.profile);
    if (profile === null) return;
    const { label, code, id } = profile;
    await this.phone.put("wiped", { label, code, at: this.options.around.now() });
    await this.vault.removeProfile(id, true);
    await this.forgetPhone();
  }

  private async forgetWiped(): Promise<void> {
    if (this.device.get().phase === "wiped") await this.phone.put("wiped", null);
  }

  /** With the last profile goes what others left on the phone for it. */
  private async forgetPhone(): Promise<void> {
    if (this.lock.state.get().profiles.length > 0) return;
    await this.phone.purgeInbox(Number.POSITIVE_INFINITY);
    await this.inbox.load();
    if (this.options.inBrowser === false) return;
    indexedDB.deleteDatabase(COURSES);
    for (const name of Object.keys(localStorage))
      if (name.startsWith("perisai.") && name !== "perisai.preferences") localStorage.removeItem(name);
  }

  // ------------------------------------------------------------ rounds

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
    await this.settle();
    await this.reloading;
  }

  /** After a round: profiles that are over go. Without a way to the server nothing is over. */
  private async settle(): Promise<void> {
    const open = this.storage.isOpen ? this.storage.profile : null;
    const removed = await this.ended.run(open).catch(() => false);
    if (!removed) return;
    this.changes.tell("profiles");
    await this.vault.reload(false);
    await this.forgetPhone();
  }

  private followRound(syncing: boolean): void {
    const hasEnded = this.wasSyncing && !syncing;
    this.wasSyncing = syncing;
    this.joinSync();
    if (hasEnded && this.options.inBrowser !== false) void this.settle().catch(() => undefined);
  }

  private joinSync(): void {
    this.syncState.set({ ...this.rounds.state.get(), ...this.outbox.waiting.get() });
    this.keeper.think();
  }

  private facts(): Known {
    const { unsent, oldestUnsentAt } = this.outbox.waiting.get();
    const now = this.time.serverNow();
    return {
      now,
      skew: this.time.skew(),
      unsent,
      oldestUnsentAt,
      rulesCheckedAt: this.reference.state.get().checkedAt,
      ...licenceEnd(this.me.get()),
      today: dayAt(this.device.get().branch?.timezone ?? "Asia/Jakarta", now),
    };
  }

  private listen(): void {
    const { rounds, vault, keeper, inbox } = this;
    listenToWindow({
      online: () => rounds.wake(Math.round(this.options.around.random() * 1_500)),
      offline: () => rounds.wake(),
      hidden: () => {
        void this.drafts.flush().catch(() => undefined);
        vault.noteTouch();
      },
      shown: () => {
        if (vault.checkIdle()) return;
        rounds.wake();
        void keeper.look();
      },
      tick: () => {
        vault.checkIdle();
        void vault.tick().catch(() => undefined);
      },
    });
    void this.updates.begin(
      () => rounds.wake(),
      () => void inbox.load().catch(() => undefined),
    );
  }
}
