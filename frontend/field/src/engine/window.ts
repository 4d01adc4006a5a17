/** What the page's window tells the engine. */
import { STORAGE_CLEARED } from "../storage/schema";

export interface WindowActs {
  readonly online: () => void;
  readonly offline: () => void;
  /** Out of sight, or about to be killed: what is only in memory is written. */
  readonly hidden: () => void;
  /** In front again, or taken out of the back-forward cache. */
  readonly shown: () => void;
  readonly tick: () => void;
}

/** How often to look whether the phone was left alone, and to note a wait. */
const TICK_MS = 5_000;

export function listenToWindow({ online, offline, hidden, shown, tick }: WindowActs): void {
  // What is on the screen would be typed into nowhere: the first screen says what became of it.
  addEventListener(STORAGE_CLEARED, () => location.reload());
  addEventListener("online", online);
  addEventListener("offline", offline);
  addEventListener("pagehide", hidden);
  addEventListener("pageshow", (event) => {
    if (event.persisted) shown();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") hidden();
    else shown();
  });
  setInterval(tick, TICK_MS);
}
