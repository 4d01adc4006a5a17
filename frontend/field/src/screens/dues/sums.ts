/** What months of a member cost, computed on the phone from the member's terms. Pure. */
import type { MemberView } from "../../engine";
import { addMonths, monthOf, monthsFrom } from "../../rules/dates";
import type { PhoneRules, ProgrammeCode } from "../../rules/document";
import { type MonthPrice, PriceError, price, sectorOf, totalOf } from "../../rules/tariff";

export const MOST = 12;

/** What dues are computed of. */
export interface Terms {
  readonly income: number;
  readonly jobs: readonly string[];
  readonly programmes: readonly string[];
}

export interface Sum {
  readonly months: readonly MonthPrice[];
  readonly total: number;
  readonly relief: number;
}

/** The first month that is not paid; of somebody who comes back the present one. */
export function firstMonth(member: Pick<MemberView, "state" | "paidThrough">, today: string): string {
  if (member.state !== "active" || member.paidThrough === null) return monthOf(today);
  return addMonths(monthOf(member.paidThrough), 1);
}

/** Null where the rules price none of it. */
export function sumOf(rules: PhoneRules, terms: Terms, first: string, count: number): Sum | null {
  if (!Number.isInteger(count) || count < 1 || count > MOST) return null;
  const [main] = terms.jobs;
  try {
    const months = price(rules, {
      income: terms.income,
      programmes: terms.programmes as readonly ProgrammeCode[],
      transport: main !== undefined && sectorOf(rules, main) === "transport",
      months: monthsFrom(first, count),
    });
    return { months, total: totalOf(months), relief: months.reduce((sum, month) => sum + month.relief, 0) };
  } catch (error) {
    if (error instanceof PriceError) return null;
    throw error;
  }
}

/** JKK and JKM always; JHT where wanted or where the member employs others. */
export function programmesWith(jht: boolean, employs: boolean): readonly string[] {
  return jht || employs ? ["JHT", "JKK", "JKM"] : ["JKK", "JKM"];
}
