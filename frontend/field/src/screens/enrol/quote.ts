/** The price of the form as it stands, and what it would be without relief. */
import type { EnrolForm, Programme } from "../../engine";
import { monthsFrom } from "../../rules/dates";
import type { PhoneRules } from "../../rules/document";
import { type MonthPrice, price, priceShown, sectorOf, totalOf } from "../../rules/tariff";
import type { Form } from "./form";

export interface Quote {
  readonly months: readonly MonthPrice[];
  readonly total: number;
  /** The same months without relief. */
  readonly usual: number;
  readonly shown: EnrolForm["price_shown"];
}

export const MONTHS_MOST = 12;

/** JKK and JKM always; JHT where chosen, or where the worker employs others. */
export function programmesOf(form: Form, rules: PhoneRules): readonly Programme[] {
  const { programmes_mandatory, programmes_employer } = rules.tariff.entry.programmes;
  const least = form.employs ? programmes_employer.programmes : programmes_mandatory.programmes;
  return form.jht && !least.includes("JHT") ? [...least, "JHT"] : least;
}

export function isTransport(form: Form, rules: PhoneRules): boolean {
  const [main] = form.jobs;
  return main !== undefined && sectorOf(rules, main) === "transport";
}

/** Null while something the price hangs on is missing or cannot be priced. */
export function quoteOf(form: Form, rules: PhoneRules, firstMonth: string): Quote | null {
  const count = Number(form.months);
  if (form.jobs.length === 0 || form.income === "" || !(count >= 1 && count <= MONTHS_MOST)) return null;
  const months = price(rules, {
    income: Number(form.income),
    programmes: programmesOf(form, rules),
    transport: isTransport(form, rules),
    months: monthsFrom(firstMonth, count),
  });
  const total = totalOf(months);
  const usual = months.reduce((sum, month) => sum + usualOf(month), 0);
  return { months, total, usual, shown: priceShown(months) };
}

export function usualOf(month: MonthPrice): number {
  return month.jkk + month.jkm + month.jht;
}
