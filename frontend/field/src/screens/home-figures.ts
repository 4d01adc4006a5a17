/** What the home screen works out from the agent's figures. Days are `YYYY-MM-DD` in the branch's time zone. */
import type { OpView } from "../engine/contract";
import { dayOf } from "../i18n/format";

const DAY = 86_400_000;

/** Working days left in the month of `today`, today included: those that are not in `daysOff`. */
export function workingDaysLeft(today: string, daysOff: readonly string[]): number {
  const [year, month, day] = today.split("-").map(Number) as [number, number, number];
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const off = new Set(daysOff);
  let left = 0;
  for (let one = day; one <= last; one += 1) {
    if (!off.has(`${today.slice(0, 8)}${String(one).padStart(2, "0")}`)) left += 1;
  }
  return left;
}

/** How many a day are needed to add `missing` in `days`, rounded up; null when nothing is missing. On the last days off, all. */
export function neededPerDay(missing: number, days: number): number | null {
  return missing > 0 ? Math.ceil(missing / Math.max(days, 1)) : null;
}

const NOT_COUNTED: readonly string[] = ["unsent", "received", "held", "invalid"];

/** People captured on this phone in a month (`2026-11`) whom the server has not decided on: its figures do not have them. */
export function waitingIn(
  month: string,
  ops: readonly Pick<OpView, "kind" | "status" | "madeAt">[],
  timezone: string,
): number {
  return ops.filter(
    ({ kind, status, madeAt }) =>
      (kind === "enrol" || kind === "worker") &&
      NOT_COUNTED.includes(status) &&
      dayOf(madeAt, timezone).startsWith(month),
  ).length;
}

/** Whole days from `today` until `day`; negative when it is past. */
export function daysUntil(today: string, day: string): number {
  return Math.round((Date.parse(day) - Date.parse(today)) / DAY);
}

/** The first word of a name, or the whole name where that word is a mere initial. */
export function shortName(name: string): string {
  const [first = name] = name.split(" ");
  return first.length < 3 || first.endsWith(".") ? name : first;
}
