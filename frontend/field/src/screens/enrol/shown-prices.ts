/** What was said to a worker to cost, by op: kept so that a bill that differs is told. Amounts only. */
const KEY = "perisai.shown-prices";
const KEPT = 100;

function kept(): Readonly<Record<string, number>> {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    return found && typeof found === "object" ? (found as Record<string, number>) : {};
  } catch {
    return {};
  }
}

export function keepShownPrice(op: string, total: number): void {
  const entries = [...Object.entries(kept()), [op, total] as const].slice(-KEPT);
  try {
    localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(entries)));
  } catch {
    // Without room for it the bill itself still tells the sum.
  }
}

/** The sum named to the worker, null where it is not known on this phone. */
export function findShownPrice(op: string | null): number | null {
  return op === null ? null : (kept()[op] ?? null);
}
