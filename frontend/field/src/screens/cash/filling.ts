/** What is filled in for a receipt, and what is suggested. Pure. */
import type { CashLine, DueTold, MemberView } from "../../engine/contract";
import { addMonths } from "../../rules/dates";

/** On one receipt; the server takes no more. */
export const MOST_LINES = 200;

/** One member on the receipt while it is filled in. */
export interface Filling {
  readonly member: MemberView;
  /** Rupiah for the suggested months; null where nobody on this phone knows. */
  readonly owed: number | null;
  readonly from: string;
  readonly count: number;
  readonly amount: string;
}

/** What is owed is suggested: by the copy of the dues, else the open bill from the first month that is not paid. */
export function suggest(member: MemberView, month: string, due: DueTold | null = null): Filling {
  const from = member.paidThrough === null ? month : addMonths(member.paidThrough, 1);
  const [first = from] = due?.months ?? [];
  const owed = due === null || due.amount === 0 ? member.amount : due.amount;
  return {
    member,
    owed,
    from: first,
    count: Math.max(1, due?.months.length ?? member.months),
    amount: owed === null ? "" : String(owed),
  };
}

export function lineOf({ member, from, count, amount }: Filling): CashLine {
  return {
    enrolment: member.enrolment ?? member.op ?? member.key,
    name: member.name,
    phone: member.phone,
    first_month: from,
    last_month: addMonths(from, count - 1),
    amount: rupiah(amount),
  };
}

export function rupiah(text: string): number {
  return Number(text.replace(/\D/g, "").slice(0, 10) || "0");
}

/** An instalment where it is less than what is owed. */
export function isWhole(lines: readonly Filling[]): boolean {
  return lines.every(({ owed, amount }) => owed === null || rupiah(amount) >= owed);
}
