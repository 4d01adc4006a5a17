/**
 * Who to chase today: first who could not come back, then by days left, then by amount. Works on the phone's copy of the dues, with
 * what was recorded here since. Loaded with its screens.
 */

import { EngineError } from "./contract";
import type { ChaseRule, DuesKept, DuesTold, DueTold, VisitMade } from "./contract-chase";
import { isRecord } from "./http";

export const DUES_PATH = "/api/v1/sync/dues";
export const NO_DUES: DuesKept = { told: null, fetchedAt: 0, visits: [] };
/** Outcomes kept on the phone. */
const MOST_VISITS = 500;
const DAY_MS = 86_400_000;
const GONE: readonly string[] = ["died", "moved"];

export type ChaseReason = "promised" | "age" | "sick" | "ends_soon" | "unpaid" | "before_end" | "first";

export interface ChaseItem {
  readonly due: DueTold;
  readonly reason: ChaseReason;
  /** Days until what there is ends for good; null where nobody can say. */
  readonly daysLeft: number | null;
  readonly visit: VisitMade | null;
}

/** Rejects with `bad_answer` where the server's answer cannot be read. */
export function readDues(value: unknown): DuesTold {
  if (!isRecord(value) || !Array.isArray(value.members) || !isRecord(value.chase)) throw new EngineError("bad_answer");
  const members = value.members.filter((one): one is DueTold => isRecord(one) && typeof one.id === "string");
  return { today: String(value.today), members, chase: value.chase as unknown as ChaseRule };
}

/** The server's word replaces the phone's, but for what was recorded after it was asked. */
export function withDues(kept: DuesKept, told: DuesTold, askedAt: number): DuesKept {
  const known = new Set(told.members.map((one) => one.id));
  const visits = kept.visits.filter((one) => known.has(one.enrolment)).slice(0, MOST_VISITS);
  return { told, fetchedAt: askedAt, visits };
}

export function withVisit(kept: DuesKept, visit: VisitMade): DuesKept {
  return { ...kept, visits: [visit, ...kept.visits].slice(0, MOST_VISITS) };
}

export function withoutVisit(kept: DuesKept, op: string, at: number): DuesKept {
  return { ...kept, visits: kept.visits.map((one) => (one.op === op ? { ...one, undoneAt: at } : one)) };
}

export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS);
}

export function addDays(day: string, count: number): string {
  return new Date(Date.parse(day) + count * DAY_MS).toISOString().slice(0, 10);
}

/** What holds of a member: the newest outcome of this phone that the server cannot know, else the server's. */
function lastOutcome(due: DueTold, kept: DuesKept): { outcome: string; on: string | null; promisedOn: string | null } {
  const own = kept.visits.filter((one) => one.enrolment === due.id);
  const fresh = own.find((one) => one.undoneAt === null && one.madeAt > kept.fetchedAt);
  if (fresh) return { outcome: fresh.outcome, on: fresh.on, promisedOn: fresh.promisedOn };
  if (own.some((one) => one.undoneAt !== null && one.undoneAt > kept.fetchedAt)) {
    return { outcome: "", on: null, promisedOn: null };
  }
  return { outcome: due.outcome, on: due.outcome_on, promisedOn: due.promised_on };
}

export function lastVisit(due: DueTold, kept: DuesKept): VisitMade | null {
  return kept.visits.find((one) => one.enrolment === due.id && one.undoneAt === null) ?? null;
}

/** The last day on which paying still counts for what the server told; null where it named none. */
function lastDay(due: DueTold): string | null {
  return due.cover === "none" ? due.pay_by : due.catch_up_until;
}

/** The last day is over by the date that this phone trusts, and the server has not said yet that it has ended. */
export function isOver(due: DueTold, today: string): boolean {
  const last = lastDay(due);
  return last !== null && last < today;
}

/** As it stands today: whom the copy calls protected may not be any more. */
function onDay(due: DueTold, today: string): DueTold {
  const isPast = due.cover === "protected" && due.protected_through !== null && due.protected_through < today;
  return isPast ? { ...due, cover: "catch_up" } : due;
}

/** Null where nobody has to go today. */
function itemOf(told: DueTold, kept: DuesKept, rule: ChaseRule, today: string): ChaseItem | null {
  const due = onDay(told, today);
  if (isOver(due, today)) return null;
  if (due.segment !== "BPU" || due.cover === "ended" || due.amount === 0 || due.is_funded) return null;
  const last = lastOutcome(due, kept);
  const isTakenBack = last.outcome === "" && due.outcome !== "";
  if ((due.stopped !== "" && !isTakenBack) || GONE.includes(last.outcome)) return null;
  if (last.outcome === "promised" && last.promisedOn !== null) {
    if (last.promisedOn > today) return null;
  } else if (last.on !== null && daysBetween(last.on, today) < (rule.pause_days[last.outcome] ?? 0)) return null;
  const reason = reasonOf(due, last, rule, today);
  if (reason === null) return null;
  const until = due.cover === "none" ? due.pay_by : (due.catch_up_until ?? due.protected_through);
  return { due, reason, daysLeft: until === null ? null : daysBetween(today, until), visit: lastVisit(due, kept) };
}

function reasonOf(
  due: DueTold,
  last: { outcome: string; promisedOn: string | null },
  rule: ChaseRule,
  today: string,
): ChaseReason | null {
  const isDue = isDueToday(due, rule, today);
  if (last.outcome === "promised" && last.promisedOn !== null && due.cover !== "protected") return "promised";
  if (!isDue) return null;
  if (due.lost === "age") return "age";
  if (due.lost === "sick") return "sick";
  if (due.cover === "none") return "first";
  if (due.cover === "protected") return "before_end";
  const left = due.catch_up_until === null ? Number.POSITIVE_INFINITY : daysBetween(today, due.catch_up_until);
  return left <= rule.days_before_end * 2 ? "ends_soon" : "unpaid";
}

function isDueToday(due: DueTold, rule: ChaseRule, today: string): boolean {
  if (due.cover === "catch_up") return true;
  if (due.cover === "none") return daysBetween(due.captured_on, today) >= rule.days_after_enrolment;
  return due.protected_through !== null && daysBetween(today, due.protected_through) <= rule.days_before_end;
}

/** Today's list, what is lost first. */
export function chaseList(kept: DuesKept, today: string): ChaseItem[] {
  const { told } = kept;
  if (told === null) return [];
  return told.members
    .map((due) => itemOf(due, kept, told.chase, today))
    .filter((item): item is ChaseItem => item !== null)
    .sort(byLoss);
}

/** Who was to be chased until a last day that has passed since the server was asked, the latest first. */
export function overList({ told }: DuesKept, today: string): DueTold[] {
  return (told?.members ?? [])
    .filter((due) => due.segment === "BPU" && due.cover !== "ended" && !due.is_funded && due.amount > 0)
    .filter((due) => due.stopped === "" && isOver(due, today))
    .sort((one, other) => ((lastDay(one) ?? "") < (lastDay(other) ?? "") ? 1 : -1));
}

function byLoss(one: ChaseItem, other: ChaseItem): number {
  const lost = Number(other.due.lost !== "") - Number(one.due.lost !== "");
  if (lost !== 0) return lost;
  const days = (one.daysLeft ?? Number.MAX_SAFE_INTEGER) - (other.daysLeft ?? Number.MAX_SAFE_INTEGER);
  return days !== 0 ? days : other.due.amount - one.due.amount;
}

interface Point {
  readonly lat: number;
  readonly lon: number;
}

/** From where one stands always to the nearest next; those without a place come last, as they stood. */
export function byRoute(items: readonly ChaseItem[], from: Point): ChaseItem[] {
  const left = items.filter((item) => item.due.place !== null);
  const route: ChaseItem[] = [];
  let here = from;
  while (left.length > 0) {
    let nearest = 0;
    for (let at = 1; at < left.length; at += 1) {
      if (metres(here, left[at]?.due.place) < metres(here, left[nearest]?.due.place)) nearest = at;
    }
    const [next] = left.splice(nearest, 1);
    if (next === undefined) break;
    route.push(next);
    here = next.due.place ?? here;
  }
  return [...route, ...items.filter((item) => item.due.place === null)];
}

/** On a plane: near enough within a branch. */
export function metres(from: Point, to: Point | null | undefined): number {
  if (!to) return Number.POSITIVE_INFINITY;
  const east = (to.lon - from.lon) * Math.cos((from.lat * Math.PI) / 180);
  return Math.hypot(to.lat - from.lat, east) * 111_320;
}
