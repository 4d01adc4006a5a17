import type { LeaseView, MeView, OpView } from "../engine/contract";
import { dayOf } from "../i18n/format";

const PENDING: readonly string[] = ["unsent", "received", "held", "invalid"];

/**
 * How the next enrolment of this phone stands with the branch's quota, as far as the phone knows.
 * `sure`: within what the phone was lent. `likely`: the branch had room when last heard. `waits`: it may wait in the queue.
 * `refused`: the branch has closed its quota. `open`: nothing is capped.
 */
export type Standing = "open" | "sure" | "likely" | "waits" | "refused";

export interface Slots {
  readonly standing: Standing;
  /** How many more are sure to get in without signal. */
  readonly left: number;
  /** Until when, ISO 8601; null where none are left. */
  readonly until: string | null;
  /** What was lent has ended; else it is used up, or none was lent. */
  readonly ended: boolean;
}

const OPEN: Slots = { standing: "open", left: 0, until: null, ended: false };

export interface Now {
  readonly today: string;
  /** Best known time of the server, ms. */
  readonly at: number;
  readonly online: boolean;
  /** Of the next enrolment; a quota may be of one segment alone. */
  readonly segment?: "BPU" | "PU";
  /** How many go before it that are not kept as acts yet: workers of a visit that is not finished. */
  readonly before?: number;
}

/** `ops` are the phone's own that are open; those that the server has not decided use up what was lent. */
export function slotsOf(me: MeView | null, ops: readonly OpView[], now: Now): Slots {
  const { today, at, online, segment = "BPU", before = 0 } = now;
  const quota = me?.quota ?? null;
  if (me === null || quota === null || quota.mode === "warn") return OPEN;
  const lease = (me.lease ?? []).find(
    (one) => [segment, "all"].includes(one.segment) && one.from <= today && today <= one.to,
  );
  const pending = before + countPending(lease, segment, ops, me.branch.timezone);
  const ended = lease?.until != null && Date.parse(lease.until) <= at;
  const lent = lease && lease.until !== null && !ended ? lease.slots : 0;
  const left = Math.max(0, lent - pending);
  if (left > 0) return { standing: "sure", left, until: lease?.until ?? null, ended: false };
  const beyond = Math.max(0, pending - lent);
  const room = quota.left > beyond && quota.queue !== true;
  // An older server lends nothing: then the branch's own figure is all there is.
  if (room && (online || me.lease === undefined)) return { standing: "likely", left, until: null, ended };
  return { standing: quota.mode === "block" ? "refused" : "waits", left, until: null, ended };
}

function countPending(
  lease: LeaseView | undefined,
  segment: "BPU" | "PU",
  ops: readonly OpView[],
  timezone: string,
): number {
  const [own, other] = segment === "BPU" ? ["enrol", "worker"] : ["worker", "enrol"];
  return ops.filter(({ kind, status, madeAt }) => {
    if (kind !== own && !(kind === other && lease?.segment === "all")) return false;
    if (!PENDING.includes(status)) return false;
    const day = dayOf(madeAt, timezone);
    return !lease || (lease.from <= day && day <= lease.to);
  }).length;
}
