/**
 * Whether this phone is one of a practice world, where nothing is real. The server marks the app's first page, which the phone
 * keeps; what its answers say is kept as well, so that the mark does not hang on one page alone. `index.html` has the strip.
 */
const KEY = "perisai.world";
const PRACTICE = "practice";
/** Place of the first digit of a NIK's serial: synthetic people have 9 there. */
const SERIAL = 12;

export function isPractice(): boolean {
  return typeof document !== "undefined" && document.documentElement.dataset.world === PRACTICE;
}

/** `world` as an answer of the server holds it. A practice phone never becomes a real one. */
export function noteWorld(world: unknown): void {
  if (world !== PRACTICE || typeof document === "undefined" || isPractice()) return;
  document.documentElement.dataset.world = PRACTICE;
  try {
    localStorage.setItem(KEY, PRACTICE);
  } catch {
    // The page that the server marked says it next time.
  }
}

export function recallWorld(): void {
  try {
    noteWorld(localStorage.getItem(KEY));
  } catch {
    // Nothing was kept.
  }
}

export function isExample(nik: string): boolean {
  return nik.charAt(SERIAL) === "9";
}
