/** Where the renewal of a licence stands on this phone. Days are `YYYY-MM-DD`. */
import type { OpView, OwnCondition, OwnRenewal } from "../../engine";

export type RenewalStep = "renewed" | "kept" | "asked" | "early" | "lacking" | "open";

const LEARNT = ["credit", "training"];

/** Conditions that are still open on the day `today`: time goes on without signal. */
export function lackingOf(renewal: OwnRenewal, today: string): readonly OwnCondition[] {
  return renewal.checklist.filter((one) => (one.key === "window" ? today < renewal.opens_on : !one.met));
}

/** The agent's newest wish for this licence that the server has not settled otherwise. */
export function findWish(ops: readonly OpView[]): OpView | null {
  return ops.filter((op) => op.kind === "renew").reduce<OpView | null>((a, b) => (a && a.seq > b.seq ? a : b), null);
}

/**
 * What the agent can do now. Where something learnt here has not been sent yet, the server may know more than this checklist by the
 * time it reads the wish: then it may be asked all the same.
 */
export function stepOf(renewal: OwnRenewal, ops: readonly OpView[], today: string): RenewalStep {
  const state = renewal.asked?.state;
  if (state === "renewed" && today < renewal.opens_on) return "renewed";
  const wish = findWish(ops);
  const isOnItsWay = wish !== null && ["unsent", "received", "held"].includes(wish.status);
  if (isOnItsWay) return "kept";
  if (state === "asked" || wish?.status === "review") return "asked";
  const lacking = lackingOf(renewal, today);
  if (lacking.some((one) => one.key === "window")) return "early";
  const learnt = ops.some((op) => op.kind === "course_progress" && op.status === "unsent");
  const left = learnt ? lacking.filter((one) => !LEARNT.includes(one.key)) : lacking;
  return left.length > 0 ? "lacking" : "open";
}
