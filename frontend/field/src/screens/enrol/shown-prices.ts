/** What was said and given to a worker, by op: kept so that a bill or a code that differs is told. No person is in it. */
const PRICES = "perisai.shown-prices";
const CODES = "perisai.given-codes";
const KEPT = 100;
/** Enough of a payment code to tell two apart, too little to pay with. */
const TAIL = 6;

function kept<T>(key: string): Readonly<Record<string, T>> {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(key) ?? "{}");
    return found && typeof found === "object" ? (found as Record<string, T>) : {};
  } catch {
    return {};
  }
}

function keep<T>(key: string, op: string, value: T): void {
  const entries = [...Object.entries(kept<T>(key)), [op, value] as const].slice(-KEPT);
  try {
    localStorage.setItem(key, JSON.stringify(Object.fromEntries(entries)));
  } catch {
    // Without room for it the bill itself still tells the sum and the code.
  }
}

export function keepShownPrice(op: string, total: number): void {
  keep(PRICES, op, total);
}

/** The sum named to the worker, null where it is not known on this phone. */
export function findShownPrice(op: string | null): number | null {
  return op === null ? null : (kept<number>(PRICES)[op] ?? null);
}

export function keepGivenCode(op: string, code: string): void {
  keep(CODES, op, code.slice(-TAIL));
}

/** The last digits of the code that the worker left with, where the valid one is another; else null. */
export function findReplacedCode(op: string | null, code: string | null): string | null {
  const given = op === null ? undefined : kept<string>(CODES)[op];
  return given === undefined || code === null || code.endsWith(given) ? null : given;
}
