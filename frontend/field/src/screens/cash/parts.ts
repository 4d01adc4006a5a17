/**
 * What of a line goes to each programme, as far as this phone knows: by the rules and terms it keeps. As on the page of the receipt
 * (`custody/parts.py`), nothing is said of a line that is for another sum than its months cost.
 */
import type { CashLine, EmployersKept, MemberView } from "../../engine";
import { monthsFrom } from "../../rules/dates";
import type { PhoneRules } from "../../rules/document";
import { type PuProgramme, puRules, type Risk } from "../../rules/document-pu";
import { PriceError } from "../../rules/tariff";
import { type PuMonthPrice, pricePu } from "../../rules/tariff-pu";
import { sumOf } from "../dues/sums";

/** (programme, rupiah) of those that get something. */
export type Parts = readonly (readonly [string, number])[];
type Owed = Readonly<Partial<Record<PuProgramme, number>>>;
type Line = Pick<CashLine, "first_month" | "amount"> & { readonly count: number };

const ORDER: readonly PuProgramme[] = ["JKK", "JKM", "JHT", "JP", "JKP"];

/** Null where this phone cannot say. */
export function partsOf(
  member: Pick<MemberView, "enrolment" | "terms" | "programmes">,
  line: Line,
  rules: PhoneRules,
  employers: EmployersKept["told"],
): Parts | null {
  if (line.first_month === null) return null;
  const owed = member.terms ? ofSelf(member, line, rules) : ofWorker(member, line, rules, employers);
  if (owed === null) return null;
  const parts = addUp(owed);
  return parts.reduce((sum, [, amount]) => sum + amount, 0) === line.amount ? parts : null;
}

/** Of all lines together; null where one of them is not known. */
export function partsOfAll(lines: readonly Pick<CashLine, "parts">[]): Parts | null {
  if (lines.length === 0 || lines.some((one) => !one.parts)) return null;
  return addUp(lines.map((one) => Object.fromEntries(one.parts ?? [])));
}

function addUp(owed: readonly Owed[]): Parts {
  return ORDER.map((code) => [code, owed.reduce((sum, one) => sum + (one[code] ?? 0), 0)] as const).filter(
    ([, amount]) => amount > 0,
  );
}

function ofSelf(
  { terms, programmes }: Pick<MemberView, "terms" | "programmes">,
  { first_month, count }: Line,
  rules: PhoneRules,
): Owed[] | null {
  if (!terms) return null;
  const sum = sumOf(rules, { ...terms, programmes }, first_month ?? "", count);
  if (sum === null) return null;
  return sum.months.map(({ jkk, jkm, jht, relief }) => {
    // As the server books it: relief is JKK's and JKM's in proportion, for both have one rate.
    const ofJkk = Math.floor((relief * jkk) / (jkk + jkm));
    return { JKK: jkk - ofJkk, JKM: jkm - (relief - ofJkk), JHT: jht };
  });
}

function ofWorker(
  { enrolment, programmes }: Pick<MemberView, "enrolment" | "programmes">,
  { first_month, count }: Line,
  rules: PhoneRules,
  employers: EmployersKept["told"],
): Owed[] | null {
  const pu = puRules(rules);
  const firm = (employers ?? []).find((one) => one.workers.some((worker) => worker.enrolment === enrolment));
  const wage = firm?.workers.find((worker) => worker.enrolment === enrolment)?.wage;
  if (pu === null || firm === undefined || wage === undefined) return null;
  try {
    const months = monthsFrom(first_month ?? "", count);
    const asked = { wage, programmes: programmes as readonly PuProgramme[], risk: firm.risk as Risk, months };
    return pricePu(pu, asked).map(afterRelief);
  } catch (error) {
    if (error instanceof PriceError) return null;
    throw error;
  }
}

function afterRelief({ jkk, jkm, jht, jp, jkp, reliefs }: PuMonthPrice): Owed {
  return { JKK: jkk - reliefs.JKK, JKM: jkm - reliefs.JKM, JHT: jht - reliefs.JHT, JP: jp, JKP: jkp };
}
