import type { MemberView } from "../../engine";
import { addMonths, monthOf } from "../../rules/dates";

/** The same three words everywhere: paid through a month, unpaid since a month, lapsed; or not covered yet. */
export type Cover =
  | { readonly is: "none" | "lapsed" }
  | { readonly is: "paid"; readonly through: string }
  | { readonly is: "unpaid"; readonly since: string };

/** Cover as of a month, `2026-11`. Dues of the running month are still in time, so only a month before counts as unpaid. */
export function coverOf(member: Pick<MemberView, "state" | "paidThrough">, month: string): Cover {
  if (member.state === "lapsed" || member.state === "ended") return { is: "lapsed" };
  if (member.paidThrough === null) return { is: "none" };
  const next = addMonths(monthOf(member.paidThrough), 1);
  return next < month ? { is: "unpaid", since: next } : { is: "paid", through: member.paidThrough };
}
