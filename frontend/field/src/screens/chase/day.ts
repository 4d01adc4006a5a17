/** The list of today in parts that a phone can show: what a day can hold, by what is lost first, and the rest for later. Pure. */
import type { ChaseItem } from "../../engine/chase";
import type { DuesKept } from "../../engine/contract-chase";

/** Visits that a day can hold. Who could not come back and who promised to pay today are added whatever it holds. */
export const DAY_MOST = 20;

export type PartName = "lost" | "promised" | "ends_soon" | "before_end" | "unpaid" | "first";
/** What is lost first stands first. */
const PARTS: readonly PartName[] = ["lost", "promised", "ends_soon", "before_end", "unpaid", "first"];
const ALWAYS: readonly PartName[] = ["lost", "promised"];

export interface Part {
  readonly name: PartName;
  readonly items: readonly ChaseItem[];
}

export interface Day {
  readonly today: readonly Part[];
  readonly later: readonly Part[];
  /** People with an outcome of today. */
  readonly done: number;
  /** Those and who is left for today. */
  readonly all: number;
  /** How many wait for another day. */
  readonly rest: number;
}

export function partOf({ due, reason }: ChaseItem): PartName {
  if (due.lost !== "") return "lost";
  return reason === "age" || reason === "sick" ? "lost" : reason;
}

/** The day that counts for a visit: of who is protected the last protected one, not the last on which one could still come back. */
export function limitOf({ due }: ChaseItem): string | null {
  if (due.cover === "none") return due.pay_by;
  return due.cover === "protected" ? due.protected_through : (due.catch_up_until ?? due.protected_through);
}

function byLimit(one: ChaseItem, other: ChaseItem): number {
  const [first, second] = [limitOf(one) ?? "9999", limitOf(other) ?? "9999"];
  return first < second ? -1 : first > second ? 1 : 0;
}

/** `items` as `chaseList` orders them; the nearest limit goes into the day first. */
export function planDay(items: readonly ChaseItem[], kept: DuesKept, today: string): Day {
  const done = doneOn(kept, today);
  const always = items.filter((item) => ALWAYS.includes(partOf(item)));
  const others = items.filter((item) => !ALWAYS.includes(partOf(item))).sort(byLimit);
  const room = Math.max(0, DAY_MOST - done - always.length);
  const now = [...always, ...others.slice(0, room)];
  const rest = others.slice(room);
  return {
    today: inParts(now),
    later: inParts(rest),
    done,
    all: done + now.length,
    rest: rest.length,
  };
}

function doneOn({ visits }: DuesKept, today: string): number {
  return new Set(visits.filter((one) => one.on === today && one.undoneAt === null).map((one) => one.enrolment)).size;
}

function inParts(items: readonly ChaseItem[]): Part[] {
  return PARTS.map((name) => ({ name, items: items.filter((item) => partOf(item) === name) })).filter(
    (part) => part.items.length > 0,
  );
}
