/**
 * When protection ends, until when a member can catch up, and when membership ends: the twin of
 * `perisai/contributions/cover/rule.py` (`tests/golden/cover.json`). Pure.
 */
import { addDays, addMonths, daysIn, dayText, monthEnd } from "./dates";
import type { CoverRules } from "./document-pu";

/** Days, as `2026-11-30`; `endsOn` is the first day on which membership has ended. */
export interface Boundaries {
  readonly protectedUntil: string;
  readonly unpaidFrom: string;
  readonly catchUpUntil: string;
  readonly endsOn: string;
}

/** `paidThrough`: the last paid month (`2026-11`); `on`: the day that is judged, which decides whose reading holds. */
export function boundaries(cover: CoverRules, paidThrough: string, on: string): Boundaries {
  const unpaidFrom = `${addMonths(paidThrough, 1)}-01`;
  const lastPaid = monthEnd(paidThrough);
  const lapse = cover.lapse.readings[inForce(cover.lapse.followed, on).reading];
  const unpaid = cover.unpaid.readings[inForce(cover.unpaid.followed, on).reading];
  if (!lapse || !unpaid) throw new RangeError("no such reading");
  const endsOn =
    lapse.counted === "full_months"
      ? `${addMonths(paidThrough, lapse.months + 1)}-01`
      : addDays(sameDay(lastPaid, lapse.months), 1);
  const catchUpUntil = addDays(endsOn, -1);
  const grace = addDays(lastPaid, inForce(cover.grace, on).value);
  const protectedUntil = unpaid.protected || grace > catchUpUntil ? catchUpUntil : grace;
  return { protectedUntil, unpaidFrom, catchUpUntil, endsOn };
}

/** The day a contribution month's dues are due, before holidays are looked at. */
export function dueOn(cover: CoverRules, month: string, segment: "BPU" | "PU"): string {
  const values = cover.due[segment];
  const due = values.filter((one) => one.first_month <= month).pop() ?? values[0];
  if (!due) throw new RangeError("no due date");
  const within = addMonths(month, due.month);
  const [year, number] = [Number(within.slice(0, 4)), Number(within.slice(5, 7))];
  return dayText(year, number, Math.min(due.day, daysIn(year, number)));
}

function sameDay(day: string, months: number): string {
  const within = addMonths(day, months);
  const [year, number] = [Number(within.slice(0, 4)), Number(within.slice(5, 7))];
  return dayText(year, number, Math.min(Number(day.slice(8)), daysIn(year, number)));
}

/** What holds on a day; before the first one known, the first. */
function inForce<Dated extends { readonly since: string }>(values: readonly Dated[], on: string): Dated {
  const held = values.filter((one) => one.since <= on).pop() ?? values[0];
  if (!held) throw new RangeError("nothing is followed");
  return held;
}
