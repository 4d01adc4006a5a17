/** The last rounds of syncing on this phone, for the settings screen and a problem report: times and codes only. */
import { engine } from "../engine";

export interface SyncRound {
  readonly at: number;
  /** Code of the error it ended with, null when it worked. */
  readonly code: string | null;
  readonly unsent: number;
}

const KEY = "perisai.sync-log";
const KEPT = 20;

export function syncRounds(): readonly SyncRound[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? (kept as SyncRound[]) : [];
  } catch {
    return [];
  }
}

/** A round that fails as the one before did takes its place, so that an hour without signal is one line. */
function note(round: SyncRound): void {
  const [last, ...older] = syncRounds();
  const before = last === undefined || (round.code !== null && round.code === last.code) ? older : [last, ...older];
  try {
    localStorage.setItem(KEY, JSON.stringify([round, ...before].slice(0, KEPT)));
  } catch {
    // A full storage is told elsewhere; the log is the first thing to do without.
  }
}

/** Notes every round that ends, as long as the app is open. */
export function keepSyncLog(): () => void {
  let syncing = engine.sync.state.get().syncing;
  return engine.sync.state.subscribe((state) => {
    if (syncing && !state.syncing) note({ at: Date.now(), code: state.error?.code ?? null, unsent: state.unsent });
    syncing = state.syncing;
  });
}
