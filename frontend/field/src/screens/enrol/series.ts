/** Workers enrolled one after the other on this phone: ids of ops only, the last series only. */
const KEY = "perisai.series";
const KEPT = 20;

type Kept = readonly { readonly id: string; readonly ops: readonly string[] }[];

function read(storage: Storage): Kept {
  try {
    const found: unknown = JSON.parse(storage.getItem(KEY) ?? "[]");
    return Array.isArray(found) ? (found as Kept) : [];
  } catch {
    return [];
  }
}

/** Adds an op at the end of its series, once. */
export function addToSeries(id: string, op: string, storage: Storage = localStorage): void {
  const all = read(storage);
  const before = all.find((series) => series.id === id)?.ops ?? [];
  const ops = before.includes(op) ? before : [...before, op];
  const next = [...all.filter((series) => series.id !== id), { id, ops }].slice(-KEPT);
  try {
    storage.setItem(KEY, JSON.stringify(next));
  } catch {
    // Without room for it the list at the end is missing; every member is still in the list of members.
  }
}

export function opsOfSeries(id: string, storage: Storage = localStorage): readonly string[] {
  return read(storage).find((series) => series.id === id)?.ops ?? [];
}

/** The series that an op belongs to; null where it was entered alone. */
export function seriesOf(op: string, storage: Storage = localStorage): string | null {
  return read(storage).find((series) => series.ops.includes(op))?.id ?? null;
}
