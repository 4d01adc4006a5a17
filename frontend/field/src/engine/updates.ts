/** The app's own new versions: downloaded at once, started only when no form is open in any tab. */
import { firstPaintDone, lineMayBeBack } from "../moments";
import type { UpdateState } from "./contract";
import type { Locks } from "./locks";
import { Cell } from "./observable";
import { BACKGROUND_TAG, INBOX_TAG } from "./tags";

interface InstallPrompt extends Event {
  prompt(): Promise<void>;
  readonly userChoice: Promise<{ readonly outcome: "accepted" | "dismissed" }>;
}

interface SyncManagerLike {
  register(tag: string, options?: { readonly minInterval: number }): Promise<void>;
}

type SyncRegistration = ServiceWorkerRegistration & {
  readonly sync?: SyncManagerLike;
  readonly periodicSync?: SyncManagerLike;
};

const LOOK_EVERY_MS = 3_600_000;
const PERIODIC_MS = 4 * 3_600_000;

export class Updates {
  readonly state = new Cell<UpdateState>({ ready: false, offlineReady: false, installable: false });
  private registration: ServiceWorkerRegistration | null = null;
  private install: InstallPrompt | null = null;
  private forms = 0;
  private reloadWaits = false;
  private releaseLock: (() => void) | null = null;
  /** Settles when the lock is free again. */
  private held: Promise<void> = Promise.resolve();

  constructor(
    private readonly locks: Locks,
    private readonly script: string | null,
  ) {}

  /** Registers the service worker; without one (private window, old browser) the app works, but not after a reload. */
  async begin(onBackgroundSync: () => void, onShared: () => void = () => undefined): Promise<void> {
    this.watchInstall();
    if (this.script === null || !("serviceWorker" in navigator)) return;
    const { serviceWorker } = navigator;
    serviceWorker.addEventListener("message", (event: MessageEvent<unknown>) => {
      if (event.data === BACKGROUND_TAG) onBackgroundSync();
      if (event.data === INBOX_TAG) onShared();
    });
    // The tab with the form may have been killed: then nobody has told us that it is closed.
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.apply();
    });
    // The first visit's line and processor are for what is on the screen; the rest of the app comes after it.
    await firstPaintDone();
    void this.register(serviceWorker, this.script);
    void serviceWorker.ready.then(() => {
      this.patch({ offlineReady: true });
      void this.requestPeriodicSync();
    });
    setInterval(() => void this.registration?.update().catch(() => undefined), LOOK_EVERY_MS);
  }

  /** Until one is there: a line that is cut while the worker fetches the app leaves none behind. */
  private async register(container: ServiceWorkerContainer, script: string): Promise<void> {
    for (let failures = 1; ; failures += 1) {
      const found = await container.register(script).catch(() => null);
      if (found !== null && found !== this.registration) {
        this.registration = found;
        this.watch(found);
      }
      if (found !== null && (await isInstalled(found))) return;
      await lineMayBeBack(failures);
    }
  }

  /** Asks the browser to wake the app for a sync when there is network, where browsers can do that. */
  async requestBackgroundSync(): Promise<void> {
    const { sync } = (this.registration ?? {}) as Partial<SyncRegistration>;
    await sync?.register(BACKGROUND_TAG).catch(() => undefined);
  }

  /** The same now and then without being opened, where the browser grants that to an installed app. */
  private async requestPeriodicSync(): Promise<void> {
    const { periodicSync } = (this.registration ?? {}) as Partial<SyncRegistration>;
    if (periodicSync === undefined) return;
    const name = "periodic-background-sync" as PermissionName;
    const asked = await navigator.permissions?.query({ name }).catch(() => null);
    if (asked?.state !== "granted") return;
    await periodicSync.register(BACKGROUND_TAG, { minInterval: PERIODIC_MS }).catch(() => undefined);
  }

  /** While a form is open no tab starts a new version: the lock is held until the last form here is closed. */
  holdForForm(): () => void {
    this.forms += 1;
    if (this.forms === 1) {
      this.held = this.locks.run(
        "form",
        () =>
          new Promise<void>((resolve) => {
            this.releaseLock = resolve;
            if (this.forms === 0) resolve();
          }),
      );
    }
    let open = true;
    return () => {
      if (!open) return;
      open = false;
      this.forms -= 1;
      if (this.forms === 0) this.closeForms();
    };
  }

  apply(): void {
    if (!this.state.get().ready || this.forms > 0) return;
    void this.locks.tryRun("form", async () => {
      const waiting = this.registration?.waiting;
      if (waiting === null || waiting === undefined) return;
      // Not `controllerchange`: a page of the first visit has no worker that could change. Other tabs go on with what they have.
      waiting.addEventListener("statechange", () => {
        if (waiting.state === "activated") this.reloadOnceFree();
      });
      waiting.postMessage("SKIP_WAITING");
    });
  }

  async promptInstall(): Promise<boolean> {
    const prompt = this.install;
    if (prompt === null) return false;
    this.install = null;
    this.patch({ installable: false });
    await prompt.prompt();
    return (await prompt.userChoice).outcome === "accepted";
  }

  /** A form may have been opened between asking the new version to start and its start. */
  private reloadOnceFree(): void {
    if (this.forms === 0) location.reload();
    else this.reloadWaits = true;
  }

  private closeForms(): void {
    this.releaseLock?.();
    this.releaseLock = null;
    if (this.reloadWaits) location.reload();
    else void this.held.then(() => this.apply());
  }

  private watch(registration: ServiceWorkerRegistration): void {
    const found = (): void => {
      // Only a waiting worker beside an active one is an update.
      if (registration.waiting !== null && registration.active !== null) {
        this.patch({ ready: true });
        this.apply();
      }
    };
    registration.addEventListener("updatefound", () => {
      registration.installing?.addEventListener("statechange", found);
    });
    found();
  }

  private watchInstall(): void {
    addEventListener("beforeinstallprompt", (event) => {
      event.preventDefault();
      this.install = event as InstallPrompt;
      this.patch({ installable: true });
    });
    addEventListener("appinstalled", () => this.patch({ installable: false }));
  }

  private patch(patch: Partial<UpdateState>): void {
    this.state.set({ ...this.state.get(), ...patch });
  }
}

/** Settles once the first worker is: false where it could not fetch all of the app. Later ones are asked for every hour. */
async function isInstalled({ active, waiting, installing }: ServiceWorkerRegistration): Promise<boolean> {
  if (active !== null || waiting !== null) return true;
  if (installing === null) return false;
  await new Promise<void>((resolve) => {
    const settled = (): void => {
      if (installing.state !== "installing") resolve();
    };
    installing.addEventListener("statechange", settled);
    settled();
  });
  return installing.state !== "redundant";
}
