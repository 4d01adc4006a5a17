/**
 * Where to go on when the system closes the page while something covers it, as a camera does on a phone with little memory.
 * Kept outside the page's own state; nothing of a person is in it.
 */
import { parseRoute } from "./route";

const KEY = "perisai.return-to";
/** Longer away than this, and somebody begins anew on purpose. */
const VALID_FOR = 30 * 60_000;

interface Kept {
  readonly hash: string;
  readonly at: number;
}

function kept(now: number): string | null {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) ?? "null") as Partial<Kept> | null;
    const fresh = typeof found?.at === "number" && Math.abs(now - found.at) < VALID_FOR;
    return fresh && typeof found.hash === "string" ? found.hash : null;
  } catch {
    return null;
  }
}

export function rememberReturn(hash = location.hash, now = Date.now()): void {
  try {
    localStorage.setItem(KEY, JSON.stringify({ hash, at: now } satisfies Kept));
  } catch {
    // The draft is safe all the same; only the way back is not remembered.
  }
}

export function forgetReturn(): void {
  try {
    localStorage.removeItem(KEY);
  } catch {
    // Nothing was remembered.
  }
}

/** Called once when the app starts: an app that begins at its home goes on where it was closed. */
export function goBackIfClosed(now = Date.now()): void {
  const hash = kept(now);
  if (hash !== null && parseRoute(location.hash).path.length === 0) history.replaceState(null, "", hash);
}

/** Whether this address (`#/enrol/<id>`) is where the page was closed; true only once. */
export function wasClosedAt(start: string, now = Date.now()): boolean {
  const found = kept(now)?.startsWith(start) === true;
  if (found) forgetReturn();
  return found;
}
