/**
 * What the digits of a NIK and a No. KK say: the twin of `perisai/members/persons/nik.py`, proved equal by
 * `tests/golden/nik.json`. A disagreement with the birth date or sex is a doubt that asks for evidence, never a refusal.
 */
import { ageOn, dayText, isDay, parseDay } from "./dates";
import type { FindingVerdict, NikRules, Words } from "./document";

/** Whether a dotted region code (`15.71.08`) exists; null where the list at hand cannot tell. */
export type Knows = (code: string) => boolean | null;

/** Region codes are dotted and name where the number was first issued. */
export interface NumberRead {
  readonly province: string;
  readonly regency: string;
  readonly district: string;
  readonly serial: number;
}

export interface KkReport {
  /** The number without blanks and misread letters. */
  readonly digits: string;
  /** null where the number is refused. */
  readonly read: NumberRead | null;
  /** Keys of `findings`. */
  readonly refusals: readonly string[];
  readonly warnings: readonly string[];
}

export interface NikReport extends KkReport {
  readonly sex: "F" | "M" | null;
  /** null where the two-digit year leaves both `births` possible. */
  readonly birthOn: string | null;
  readonly births: readonly string[];
}

/** What was written beside the NIK; `province` is where the person lives, `15`. */
export interface Beside {
  readonly kk?: string | null;
  readonly birthOn?: string | null;
  readonly sex?: "F" | "M" | null;
  readonly province?: string | null;
  /** How much of `birthOn` is known: what is only a stand-in in it cannot disagree. */
  readonly birthKnown?: "day" | "month" | "year" | "estimate";
}

const OUTER = /^[ \t\r\n\u00a0\u2007\u202f]+|[ \t\r\n\u00a0\u2007\u202f]+$/g;
const MARKS = /[ \t\r\n\u00a0\u2007\u202f.,'\u2019/-]/g;
const DIGITS = /^[0-9]{16}$/;

/** Reads `text` as of the day `on` (`2026-11-22`). */
export function checkNik(rules: NikRules, text: string, on: string, beside: Beside = {}, knows?: Knows): NikReport {
  const { digits, seen } = clean(rules, text, "nik");
  const refusals = nikRefusals(rules, digits);
  if (refusals.length > 0)
    return { digits, read: null, sex: null, birthOn: null, births: [], refusals, warnings: seen };
  const births = datesOf(rules, digits).filter((day) => day <= on);
  const report: NikReport = {
    digits,
    read: readNumber(digits),
    sex: Number(digits.slice(6, 8)) > rules.woman_adds_to_day ? "F" : "M",
    birthOn: likely(rules, births, on),
    births,
    refusals,
    warnings: [],
  };
  return { ...report, warnings: [...seen, ...nikWarnings(rules, report, beside, knows)] };
}

/** Reads a No. KK; its inner structure has no official source, so it gives warnings only. */
export function checkKk(rules: NikRules, text: string, knows?: Knows): KkReport {
  const { digits, seen } = clean(rules, text, "kk");
  const refusals = shapeRefusals(digits, "kk");
  if (refusals.length > 0) return { digits, read: null, refusals, warnings: seen };
  const read = readNumber(digits);
  return { digits, read, refusals, warnings: [...seen, ...kkWarnings(rules, digits, read, knows)] };
}

/** Whether registers write this day where the true one is not known. */
export function isStandIn(rules: NikRules, day: string): boolean {
  const parsed = parseDay(day);
  if (!parsed) return false;
  return (
    rules.stand_in_dates.some(([month, dayOfMonth]) => parsed.month === month && parsed.day === dayOfMonth) ||
    rules.stand_in_days.includes(parsed.day)
  );
}

/** The words and the weight of a refusal or warning; null for a code that these rules do not know. */
export function findingOf(
  rules: NikRules,
  code: string,
): { readonly verdict: FindingVerdict; readonly text: Words } | null {
  return rules.findings[code] ?? null;
}

function clean(rules: NikRules, text: string, name: string): { digits: string; seen: string[] } {
  const outer = text.replace(OUTER, "");
  const bare = outer.replace(MARKS, "");
  const seen = bare === outer ? [] : [`${name}_spaces`];
  const digits = Array.from(bare, (letter) => rules.misread[letter] ?? letter).join("");
  if (digits !== bare && DIGITS.test(digits)) return { digits, seen: [...seen, `${name}_letters`] };
  return { digits: bare, seen };
}

function shapeRefusals(digits: string, name: string): string[] {
  if (!DIGITS.test(digits)) return [`${name}_not_16_digits`];
  const found = digits.startsWith("0") ? [`${name}_leading_zero`] : [];
  const numbers = Array.from(digits, Number);
  const steps = new Set(numbers.slice(1).map((digit, index) => (digit - (numbers[index] ?? 0) + 10) % 10));
  if (steps.size > 1) return found;
  if (steps.has(0)) found.push(`${name}_repeated`);
  if (steps.has(1) || steps.has(9)) found.push(`${name}_sequence`);
  return found;
}

function nikRefusals(rules: NikRules, digits: string): string[] {
  const found = shapeRefusals(digits, "nik");
  if (found.includes("nik_not_16_digits")) return found;
  const day = dayOfBirth(rules, digits);
  const month = Number(digits.slice(8, 10));
  const dayPossible = day >= 1 && day <= 31;
  const monthPossible = month >= 1 && month <= 12;
  if (!dayPossible) found.push("nik_day");
  if (!monthPossible) found.push("nik_month");
  if (dayPossible && monthPossible && datesOf(rules, digits).length === 0) found.push("nik_date");
  if (digits.endsWith("0000")) found.push("nik_serial");
  return found;
}

function dayOfBirth(rules: NikRules, digits: string): number {
  const day = Number(digits.slice(6, 8));
  return day > rules.woman_adds_to_day ? day - rules.woman_adds_to_day : day;
}

function datesOf(rules: NikRules, digits: string): string[] {
  return inCenturies(digits, dayOfBirth(rules, digits));
}

function inCenturies(digits: string, day: number): string[] {
  const month = Number(digits.slice(8, 10));
  const years = [1900, 2000].map((century) => century + Number(digits.slice(10, 12)));
  return years.filter((year) => isDay(year, month, day)).map((year) => dayText(year, month, day));
}

function likely(rules: NikRules, births: readonly string[], on: string): string | null {
  if (births.length === 1) return births[0] ?? null;
  const [lowest, highest] = rules.age_range;
  const fitting = births.filter((birth) => {
    const [born, today] = [parseDay(birth), parseDay(on)];
    const age = born && today ? ageOn(born, today) : -1;
    return age >= lowest && age <= highest;
  });
  return fitting.length === 1 ? (fitting[0] ?? null) : null;
}

function readNumber(digits: string): NumberRead {
  const province = digits.slice(0, 2);
  const regency = `${province}.${digits.slice(2, 4)}`;
  return { province, regency, district: `${regency}.${digits.slice(4, 6)}`, serial: Number(digits.slice(12)) };
}

function nikWarnings(rules: NikRules, report: NikReport, beside: Beside, knows: Knows | undefined): string[] {
  const { read, digits } = report;
  const found: string[] = [];
  if (read && regionUnknown(rules, read, knows)) found.push("nik_region_unknown");
  if (beside.province && beside.province !== read?.province) found.push("nik_province_differs");
  if (!beside.birthOn) {
    if (report.birthOn === null) found.push("nik_century");
  } else if (!agrees(beside.birthOn, beside.birthKnown ?? "day", report.births)) found.push("nik_birth_date");
  if (beside.sex && beside.sex !== report.sex) found.push("nik_sex");
  if (beside.kk && clean(rules, beside.kk, "kk").digits === digits) found.push("nik_equals_kk");
  if (digits.endsWith("0")) found.push("nik_trailing_zero");
  return found;
}

/** Whether what is known of a birth date fits one of `births`. */
function agrees(birthOn: string, known: NonNullable<Beside["birthKnown"]>, births: readonly string[]): boolean {
  const told = { day: 10, month: 7, year: 4, estimate: 0 }[known];
  return known === "estimate" || births.some((born) => born.slice(0, told) === birthOn.slice(0, told));
}

function kkWarnings(rules: NikRules, digits: string, read: NumberRead, knows: Knows | undefined): string[] {
  const found: string[] = [];
  if (regionUnknown(rules, read, knows)) found.push("kk_region_unknown");
  if (inCenturies(digits, Number(digits.slice(6, 8))).length === 0) found.push("kk_date");
  if (digits.endsWith("0000")) found.push("kk_serial");
  return found;
}

function regionUnknown(rules: NikRules, read: NumberRead, knows: Knows | undefined): boolean {
  if (rules.provinces[read.province] === undefined) return true;
  return knows !== undefined && [read.regency, read.district].some((code) => knows(code) === false);
}
