/** The agent's own employers: read from the server, kept for use without signal. Loaded with its screens. */

import { EngineError } from "./contract";
import type { EmployersKept, EmployerTold } from "./contract-employers";
import { isRecord } from "./http";

export const EMPLOYERS_PATH = "/api/v1/sync/employers";
export const NO_EMPLOYERS: EmployersKept = { told: null, fetchedAt: 0, visit: null, made: [] };
/** Visits kept on the phone. */
const MOST_MADE = 100;

/** Rejects with `bad_answer` where the server's answer cannot be read. */
export function readEmployers(value: unknown): EmployerTold[] {
  if (!isRecord(value) || !Array.isArray(value.employers)) throw new EngineError("bad_answer");
  return value.employers.filter(
    (one): one is EmployerTold => isRecord(one) && typeof one.id === "string" && Array.isArray(one.workers),
  );
}

export function withMade(
  kept: EmployersKept,
  op: string,
  change: (made: EmployersKept["made"][number]) => EmployersKept["made"][number],
  empty: EmployersKept["made"][number],
): EmployersKept {
  const before = kept.made.find((one) => one.op === op) ?? empty;
  return { ...kept, made: [change(before), ...kept.made.filter((one) => one.op !== op)].slice(0, MOST_MADE) };
}

/** Those of this phone that the server has not told yet. */
export function notTold(kept: EmployersKept): EmployersKept["made"] {
  const known = new Set(kept.told?.map((one) => one.id) ?? []);
  return kept.made.filter((one) => !known.has(one.op));
}
