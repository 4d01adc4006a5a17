/** Who may enter as BPU and with what: the twin of `perisai/contributions/cover/eligibility.py` (`tests/golden/entry.json`). */
import { ageOn, parseDay } from "./dates";
import type { Consent, EntryLimit, LimitName, PhoneRules, ProgrammeCode, Verdict, Words } from "./document";

/** What the rules ask about; null or absent is not filled in yet, and not judged. */
export interface Applicant {
  /** `1990-07-01` */
  readonly birthOn?: string | null;
  readonly income?: number | null;
  /** How many. */
  readonly jobs?: number | null;
  readonly months?: number | null;
  readonly programmes?: readonly ProgrammeCode[] | null;
  readonly employsOthers?: boolean;
}

/** A rule that is not met: its name, what follows, the field of the form, the words. */
export interface EntryFinding {
  readonly rule: string;
  readonly verdict: Verdict;
  readonly field: "birth_date" | "jobs" | "income" | "programmes" | "months";
  readonly text: Words;
}

type Field = EntryFinding["field"];

/** Every rule that is not met on the day `on` (`2026-11-22`), in the order of the form. */
export function checkEntry(rules: PhoneRules, applicant: Applicant, on: string): EntryFinding[] {
  const { birthOn, income, jobs, months, programmes } = applicant;
  const born = birthOn ? parseDay(birthOn) : null;
  const today = parseDay(on);
  const age = born && today ? ageOn(born, today) : null;
  const limit = (name: LimitName) => limitOn(rules, name, on);
  const found: (EntryFinding | null)[] = [
    unmet(rules, "age_upper", "birth_date", age !== null && age >= limit("age_upper")),
    unmet(rules, "age_lower", "birth_date", age !== null && age < limit("age_lower")),
    unmet(rules, "jobs_least", "jobs", isNumber(jobs) && jobs < limit("jobs_least")),
    unmet(rules, "jobs_most", "jobs", isNumber(jobs) && jobs > limit("jobs_most")),
    unmet(rules, "income_lowest", "income", isNumber(income) && income < limit("income_lowest")),
    ...programmeFindings(rules, programmes ?? null, applicant.employsOthers === true),
    unmet(rules, "months_least", "months", isNumber(months) && months < limit("months_least")),
    unmet(rules, "months_most", "months", isNumber(months) && months > limit("months_most")),
  ];
  return found.filter((one): one is EntryFinding => one !== null);
}

/** The limit that holds on a day; before the first one known, the first one. */
export function limitOn(rules: PhoneRules, name: LimitName, on: string): number {
  const { values } = rules.tariff.entry.limits[name];
  const last = values.filter((dated) => dated.since <= on).pop() ?? values[0];
  return last ? last.value : 0;
}

/** The wording of each purpose that holds on a day. */
export function consentsOn(rules: PhoneRules, on: string): Consent[] {
  const inForce = rules.consents.filter((one) => one.since <= on);
  return inForce.filter((one) => !inForce.some((other) => other.purpose === one.purpose && other.since > one.since));
}

function programmeFindings(
  rules: PhoneRules,
  programmes: readonly ProgrammeCode[] | null,
  employs: boolean,
): (EntryFinding | null)[] {
  if (!programmes) return [];
  const { programmes_mandatory, programmes_employer } = rules.tariff.entry.programmes;
  const lacks = (needed: readonly ProgrammeCode[]) => needed.some((code) => !programmes.includes(code));
  return [
    lacks(programmes_mandatory.programmes)
      ? { rule: "programmes_mandatory", field: "programmes", ...told(programmes_mandatory) }
      : null,
    employs && lacks(programmes_employer.programmes)
      ? { rule: "programmes_employer", field: "programmes", ...told(programmes_employer) }
      : null,
  ];
}

function unmet(rules: PhoneRules, rule: LimitName, field: Field, broken: boolean): EntryFinding | null {
  return broken ? { rule, field, ...told(rules.tariff.entry.limits[rule]) } : null;
}

function told({ verdict, text }: Pick<EntryLimit, "verdict" | "text">): Pick<EntryLimit, "verdict" | "text"> {
  return { verdict, text };
}

function isNumber(value: number | null | undefined): value is number {
  return typeof value === "number";
}
